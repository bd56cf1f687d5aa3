//! What a feed or its page is about: everything, a topic, or a source. Resolves addresses, shows nothing.

use actix_web::HttpRequest;

use crate::model::{Gone, Source, SourceId, Topic};
use crate::publish::{FeedHead, Site, clean};
use crate::store::{Scope, Store};

use super::{WebError, WebState};

/// Named by an address, and not yet looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// All that is public.
    Latest,
    /// By slug.
    Topic(String),
    /// By id.
    Source(SourceId),
}

impl Subject {
    /// From the named parts of the address.
    ///
    /// # Errors
    /// [`WebError::NotFound`] if a part is no identifier.
    pub fn of(request: &HttpRequest) -> Result<Self, WebError> {
        let parts = request.match_info();
        match (parts.get("slug"), parts.get("source")) {
            (Some(slug), _) => Ok(Self::Topic(slug.to_owned())),
            (None, Some(id)) => id.parse().map(Self::Source).map_err(|_| WebError::NotFound),
            (None, None) => Ok(Self::Latest),
        }
    }

    /// What the feed is and which insights it holds.
    ///
    /// # Errors
    /// [`WebError::NotFound`] if there is no such topic, or no such source that everyone may see.
    pub fn open(&self, store: &dyn Store, state: &WebState) -> Result<(FeedHead, Scope), WebError> {
        Ok(match self {
            Self::Latest => (latest(&state.site), Scope::Latest),
            Self::Topic(slug) => {
                let topic = topic(store, state, slug)?;
                (of_topic(topic, &state.site), Scope::Topic(slug.clone()))
            }
            Self::Source(id) => {
                (of_source(&public_source(store, id)?, &state.site), Scope::Source(id.clone()))
            }
        })
    }
}

/// The topic of this slug.
///
/// # Errors
/// [`WebError::Moved`] if it has another slug now, [`WebError::Gone`] if something is filed under it all the same,
/// [`WebError::NotFound`] otherwise.
pub fn topic<'a>(
    store: &dyn Store,
    state: &'a WebState,
    slug: &str,
) -> Result<&'a Topic, WebError> {
    if let Some(topic) = state.topics.get(slug) {
        return Ok(topic);
    }
    if let Some(new) = state.topics.renamed(slug) {
        return Err(WebError::Moved(format!("/topics/{new}")));
    }
    let filed = store.insights_for(&Scope::Topic(slug.to_owned()), None, None, 1)?;
    Err(if filed.is_empty() { WebError::NotFound } else { WebError::Gone })
}

/// The source if everyone may see it.
///
/// # Errors
/// [`WebError::NotFound`] otherwise; [`WebError::Gone`] if it was removed, or [`WebError::Moved`] if the same show is there
/// under another name.
pub fn public_source(store: &dyn Store, id: &SourceId) -> Result<Source, WebError> {
    if let Some(source) = store.source(id)? {
        return if source.visibility.allows(None) { Ok(source) } else { Err(WebError::NotFound) };
    }
    let stone = store.tombstone(&Gone::Source(id.clone()))?.ok_or(WebError::NotFound)?;
    let Some(guid) = stone.podcast_guid else { return Err(WebError::Gone) };
    let same = |source: &Source| {
        source.visibility.allows(None) && source.podcast_guid.as_ref() == Some(&guid)
    };
    match store.sources()?.into_iter().find(same) {
        Some(source) => Err(WebError::Moved(format!("/sources/{}", source.id))),
        None => Err(WebError::Gone),
    }
}

/// Why something is not there.
///
/// # Errors
/// [`WebError::Gone`] if it was there for everyone, else [`WebError::NotFound`].
pub fn missing<T>(store: &dyn Store, of: &Gone) -> Result<T, WebError> {
    Err(if store.tombstone(of)?.is_some() { WebError::Gone } else { WebError::NotFound })
}

/// The feed of everything.
pub fn latest(site: &Site) -> FeedHead {
    FeedHead {
        id_path: "latest".into(),
        path: "/latest".into(),
        title: format!("{}: latest insights", site.name),
        subtitle: "The newest insights from all shows, each with its quote and where to hear it."
            .into(),
    }
}

/// The feed of a topic.
pub fn of_topic(topic: &Topic, site: &Site) -> FeedHead {
    let subtitle = match topic.description.trim() {
        "" => format!("Insights on {}, each with its quote and where to hear it.", topic.name),
        description => description.to_owned(),
    };
    FeedHead {
        id_path: format!("topics/{}", topic.first_slug()),
        path: format!("/topics/{}", topic.slug),
        title: format!("{}: {}", site.name, topic.name),
        subtitle,
    }
}

/// The feed of a source.
pub fn of_source(source: &Source, site: &Site) -> FeedHead {
    let show = match clean::name(&source.title, 200) {
        empty if empty.is_empty() => "a show without a title".to_owned(),
        show => show,
    };
    FeedHead {
        id_path: format!("sources/{}", source.id),
        path: format!("/sources/{}", source.id),
        title: format!("{}: {show}", site.name),
        subtitle: format!("Insights from {show}, each with its quote and where to find it."),
    }
}
