//! From a topic's address to the feed it is, and to what is new in it. Every public feed is a topic, by the address its
//! `self` link names and no other.

use url::Url;

use crate::model::{Entry, SourceId};
use crate::publish::{FeedDocument, FeedHead, Format, PAGE_SIZE, Site};
use crate::store::Store;

use super::super::answer::{self, page_size};
use super::super::asked::Asked;
use super::super::find::Meaning;
use super::super::rendered::{Made, Span};
use super::super::subject::Subject;
use super::super::{WebError, WebState, feed, full};

/// A feed and the format it is told in.
#[derive(Debug, Clone)]
pub struct Topic {
    named: Named,
    format: Format,
}

#[derive(Debug, Clone)]
enum Named {
    Subject(Subject),
    Full(SourceId),
    Query(Box<Asked>),
}

impl Topic {
    /// The feed that has this address, if an address of ours could have this form.
    pub fn of(url: &str, site: &Site) -> Option<Self> {
        let base = Url::parse(&site.base_url).ok()?;
        let url = Url::parse(url).ok()?;
        if url.origin() != base.origin() || url.fragment().is_some() || !url.username().is_empty() {
            return None;
        }
        let path = url.path().strip_prefix(base.path().trim_end_matches('/'))?;
        let (path, suffix) = path.rsplit_once('.')?;
        let format = Format::from_suffix(suffix)?;
        let params = url.query().unwrap_or_default();
        let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let source = |id: &str| id.parse::<SourceId>().ok();
        let named = match parts.as_slice() {
            ["latest"] => Named::Subject(Subject::Latest),
            ["topics", slug] if !slug.contains(',') => {
                Named::Subject(Subject::Topic((*slug).to_owned()))
            }
            ["topics", slugs] => Self::query(Asked::read(params, Some(slugs), None).ok()?),
            ["sources", id] => Named::Subject(Subject::Source(source(id)?)),
            ["sources", id, "full"] => Named::Full(source(id)?),
            ["feed"] => Self::query(Asked::read(params, None, None).ok()?),
            _ => return None,
        };
        Some(Self { named, format })
    }

    fn query(asked: Asked) -> Named {
        match asked.subject() {
            Some(subject) => Named::Subject(subject),
            None => Named::Query(Box::new(asked)),
        }
    }

    /// Whether it is the feed of a question.
    pub fn is_question(&self) -> bool {
        matches!(self.named, Named::Query(_))
    }

    /// What its words mean, where it is a question.
    pub async fn meaning(&self, state: &WebState) -> Meaning {
        match &self.named {
            Named::Query(asked) => state.find.meaning(&asked.query).await,
            Named::Subject(_) | Named::Full(_) => Meaning::Words,
        }
    }

    /// The one address that it is told of under.
    ///
    /// # Errors
    /// [`WebError::NotFound`] and the like if there is no such feed for everyone.
    pub fn address(&self, store: &dyn Store, state: &WebState) -> Result<String, WebError> {
        let head = match &self.named {
            Named::Subject(subject) => subject.open(store, state)?.0,
            Named::Full(id) => full::found(store, state, id, Some(0))?.0,
            Named::Query(asked) => asked.head(store, state, &asked.check(store, state)?)?,
        };
        Ok(format!("{}{}", state.site.base_url, head.address(Some(self.format), None)))
    }

    /// The place of its newest entry, 0 if there is none.
    ///
    /// # Errors
    /// As [`Topic::address`].
    pub fn newest(
        &self,
        store: &dyn Store,
        state: &WebState,
        meaning: &Meaning,
    ) -> Result<u64, WebError> {
        let found = match &self.named {
            Named::Subject(subject) => {
                let (_, scope) = subject.open(store, state)?;
                store.entries_for(&scope, None, None, 1)?
            }
            Named::Full(_) | Named::Query(_) => self.found(store, state, meaning)?.1,
        };
        Ok(found.first().map_or(0, |(newest, _)| *newest))
    }

    /// What was published after `told`, if there is anything; its span says up to where. Who was told of nothing for
    /// longer than a page gets the whole page, with a link to what is older.
    ///
    /// # Errors
    /// As [`Topic::address`].
    pub fn news(
        &self,
        store: &dyn Store,
        state: &WebState,
        meaning: &Meaning,
        told: u64,
    ) -> Result<Made, WebError> {
        let (head, found, size) = self.found(store, state, meaning)?;
        let page = FeedDocument::page_of(&state.site, &head, None, &found, size).pushed(true);
        let reaches = page.next.is_none_or(|last| last <= told.saturating_add(1));
        let document = if reaches { page.since(told) } else { page };
        let newest = document.entries.first().map(|(newest, _)| *newest);
        let span = newest.filter(|newest| *newest > told);
        let span = span.map(|newest| Span { newest, after: told });
        Ok(Made { span, ..feed::made(self.format, &document)? })
    }

    /// The feed's first page and one entry more, and how many a page has.
    #[allow(clippy::type_complexity)]
    fn found(
        &self,
        store: &dyn Store,
        state: &WebState,
        meaning: &Meaning,
    ) -> Result<(FeedHead, Vec<(u64, Entry)>, usize), WebError> {
        Ok(match &self.named {
            Named::Subject(subject) => {
                let (head, scope) = subject.open(store, state)?;
                (head, store.entries_for(&scope, None, None, PAGE_SIZE + 1)?, PAGE_SIZE)
            }
            Named::Full(id) => {
                let (head, found) = full::found(store, state, id, None)?;
                (head, found, PAGE_SIZE)
            }
            Named::Query(asked) => {
                let shows = asked.check(store, state)?;
                let head = asked.head(store, state, &shows)?;
                let found = answer::entries(store, state, asked, &shows, meaning)?;
                (head, found, page_size(asked))
            }
        })
    }
}
