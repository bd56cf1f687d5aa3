//! The question in an address: read, checked against what there is, given a name and a feed. Finds nothing itself.

use actix_web::HttpRequest;

use crate::model::{Query, QueryId, Since, SourceId};
use crate::parse::query::{self, QueryError};
use crate::publish::FeedHead;
use crate::store::Store;
use crate::text::phrases::Phrases;

use super::card::show_name;
use super::subject::Subject;
use super::{WebError, WebState, cursor};

/// Parameters that are looked at.
const MOST_PARAMS: usize = 200;

/// A question and the page of its answer.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Canonical.
    pub query: Query,
    /// Where its feed is: the canonical address.
    pub address: String,
    /// The page's cursor.
    pub before: Option<u64>,
}

/// Titles of the sources that everyone may see.
pub type Shows = Vec<(SourceId, String)>;

impl Asked {
    /// From the parameters, and the topics in the path where it names some.
    ///
    /// # Errors
    /// [`WebError::Query`] or [`WebError::Cursor`] if a parameter can't be taken.
    pub fn of(request: &HttpRequest) -> Result<Self, WebError> {
        Self::with(request, None)
    }

    /// The same, asked with other words.
    ///
    /// # Errors
    /// As [`Asked::of`].
    pub fn with(request: &HttpRequest, words: Option<&str>) -> Result<Self, WebError> {
        let topics = request.match_info().get("topics");
        let asked = Self::read(request.query_string(), topics, words)?;
        Ok(Self { before: cursor::before(request)?, ..asked })
    }

    /// From the parameters, and the topics in the path; the first page.
    ///
    /// # Errors
    /// [`WebError::Query`] if a parameter can't be taken.
    pub fn read(params: &str, topics: Option<&str>, words: Option<&str>) -> Result<Self, WebError> {
        let pairs = url::form_urlencoded::parse(params.as_bytes());
        let mut pairs: Vec<(String, String)> = pairs.into_owned().take(MOST_PARAMS).collect();
        if let Some(words) = words {
            pairs.iter_mut().filter(|(name, _)| name == "q").for_each(|(_, q)| *q = words.into());
        }
        if let Some(topics) = topics {
            pairs.retain(|(name, _)| name != "topic");
            pairs.push(("topic".into(), topics.into()));
        }
        let query = query::query(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())))?;
        let address = query::address(&query);
        Ok(Self { query, address, before: None })
    }

    /// Checks that topics and sources are there for everyone, and gives the titles of shows where they are needed.
    ///
    /// # Errors
    /// [`WebError::Query`] if one is not.
    pub fn check(&self, store: &dyn Store, state: &WebState) -> Result<Shows, WebError> {
        let missing = |param, key, value: &str| {
            WebError::Query(QueryError { param, at: None, key, value: value.to_owned() })
        };
        for slug in self.query.all_topics() {
            if state.topics.get(slug).is_none() {
                if let Some(new) = state.topics.renamed(slug) {
                    let renamed = query::renamed(&self.query, slug, new);
                    return Err(WebError::Moved(query::address(&renamed)));
                }
                return Err(missing("topic", "no_topic", slug));
            }
        }
        if self.query.sources.is_empty() && !self.query.asks_for_shows() {
            return Ok(Shows::new());
        }
        let sources = store.sources()?;
        let public = sources.iter().filter(|source| source.visibility.allows(None));
        let shows: Shows = public.map(|source| (source.id.clone(), show_name(source))).collect();
        for id in &self.query.sources {
            if !shows.iter().any(|(known, _)| known == id) {
                return Err(missing("source", "no_source", id.as_str()));
            }
        }
        Ok(shows)
    }

    /// What has a feed of its own that is the very same, whoever asks for it.
    pub fn subject(&self) -> Option<Subject> {
        if self.address.starts_with("/feed?") {
            return None;
        }
        match (self.query.topics.as_slice(), self.query.sources.as_slice()) {
            ([], []) => Some(Subject::Latest),
            ([slug], []) => Some(Subject::Topic(slug.clone())),
            ([], [id]) => Some(Subject::Source(id.clone())),
            _ => None,
        }
    }

    /// The feed. Topics and sources have feeds of their own, whoever asks for them.
    ///
    /// # Errors
    /// What the store gives.
    pub fn head(
        &self,
        store: &dyn Store,
        state: &WebState,
        shows: &Shows,
    ) -> Result<FeedHead, WebError> {
        if let Some(subject) = self.subject() {
            return Ok(subject.open(store, state)?.0);
        }
        let t = Phrases::first();
        let head = FeedHead {
            id_path: format!("query/{}", QueryId::of(&self.address)),
            path: self.address.clone(),
            title: format!("{}: {}", state.site.name, title(&self.query, state, shows, t)),
            subtitle: t.say("query.subtitle").into(),
        };
        Ok(head)
    }
}

/// The question in words.
pub fn title(query: &Query, state: &WebState, shows: &Shows, t: &Phrases) -> String {
    let mut parts = Vec::new();
    parts.push(query::words(query));
    let names = query.topics.iter().map(|slug| {
        let own = t.find(&format!("topic.{slug}.name"));
        own.or_else(|| state.topics.get(slug).map(|topic| topic.name.as_str())).unwrap_or(slug)
    });
    parts.push(names.collect::<Vec<_>>().join(" / "));
    let titles = shows.iter().filter(|(id, _)| query.sources.contains(id));
    parts.push(titles.map(|(_, title)| title.as_str()).collect::<Vec<_>>().join(" / "));
    for (key, names) in [("query.by", &query.speakers), ("query.about", &query.abouts)] {
        if !names.is_empty() {
            parts.push(t.fill(key, &[("name", &names.join(" / "))]));
        }
    }
    if let Some(hundredths) = query.min_score {
        parts.push(t.fill("query.score", &[("score", &(f32::from(hundredths) / 100.0))]));
    }
    match query.since {
        Some(Since::Day(at)) => parts.push(t.fill("query.since", &[("date", &t.date(&at))])),
        Some(Since::Hours(hours)) if hours % 24 == 0 => {
            parts.push(t.count("query.days", hours / 24));
        }
        Some(Since::Hours(hours)) => parts.push(t.count("query.hours", hours)),
        None => {}
    }
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() { t.say("query.everything").to_owned() } else { parts.join(" · ") }
}
