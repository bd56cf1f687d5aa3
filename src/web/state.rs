//! What all pages share, and the one way from a request to a document.

use std::sync::Arc;

use actix_web::web::Data;

use crate::model::{Insight, Timestamp, TopicSet};
use crate::publish::Site;
use crate::search::Index;
use crate::store::{self, Door, Store};

use super::WebError;
use super::cache::{Cache, Generation};
use super::find::Find;
use super::hub::Hub;
use super::limit::Limits;
use super::operator::Operator;
use super::rendered::{Made, Rendered};

/// Finds up to so many insights of other items that are about the same claim, with how near they are (0 to 1).
pub type Related =
    dyn Fn(&dyn Store, &Insight, usize) -> store::Result<Vec<(Insight, f32)>> + Send + Sync;

/// What all pages share.
pub struct WebState {
    /// To the store.
    pub door: Door,
    /// Whose pages these are.
    pub site: Site,
    /// Those with a page.
    pub topics: Arc<TopicSet>,
    /// Derived data: who else said the same.
    pub index: Arc<Index>,
    /// What an insight's page shows beside it.
    pub related: Arc<Related>,
    /// What finding needs.
    pub find: Find,
    /// How much one address may ask for.
    pub limits: Limits,
    /// What the operator's pages and the API work with; without it there are none.
    pub operator: Option<Operator>,
    /// Who is told of what is new.
    pub hub: Hub,
    cache: Cache,
}

impl WebState {
    /// With an empty cache, without limits, without an operator, and knowing no meaning.
    pub fn new(
        door: Door,
        site: Site,
        topics: Arc<TopicSet>,
        index: Arc<Index>,
        related: Arc<Related>,
    ) -> Self {
        let find = Find::new(Timestamp::default, Arc::new(|_| None));
        let (limits, cache) = (Limits::default(), Cache::new());
        let (operator, hub) = (None, Hub::default());
        Self { door, site, topics, index, related, find, limits, operator, hub, cache }
    }

    /// With a clock and the meaning of questions.
    pub fn finding(self, find: Find) -> Self {
        Self { find, ..self }
    }

    /// With an operator.
    pub fn operated(self, operator: Operator) -> Self {
        Self { operator: Some(operator), ..self }
    }

    /// With a hub for at most so many listeners; none at all if 0.
    pub fn hubbed(self, most: usize) -> Self {
        Self { hub: Hub::new(most), ..self }
    }

    /// With limits.
    pub fn limited(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Counters only: waits for nothing.
    fn generation(&self) -> Generation {
        (self.door.blocking().generation(), self.index.generation())
    }
}

/// The document at `key`, if it was made since something changed last.
pub fn held(state: &WebState, key: &str) -> Option<Arc<Rendered>> {
    state.cache.get(key, state.generation())
}

/// The document at `key` (path and cursor), made by `make` if something changed since it was made last.
/// `make` runs where it may block; a hit asks for generations only, which are counters.
///
/// # Errors
/// What `make` gives.
pub async fn kept<F>(
    state: &Data<WebState>,
    key: String,
    make: F,
) -> Result<Arc<Rendered>, WebError>
where
    F: FnOnce(&dyn Store, &WebState) -> Result<Made, WebError> + Send + 'static,
{
    // Before the store is read: a change meanwhile makes this copy stale, never the other way round.
    let generation = state.generation();
    if let Some(document) = state.cache.get(&key, generation) {
        return Ok(document);
    }
    let document = fresh(state, make).await?;
    state.cache.put(key, generation, &document);
    Ok(document)
}

/// As [`kept`], made anew each time: for what depends on more than the store.
///
/// # Errors
/// What `make` gives.
pub async fn fresh<F>(state: &Data<WebState>, make: F) -> Result<Arc<Rendered>, WebError>
where
    F: FnOnce(&dyn Store, &WebState) -> Result<Made, WebError> + Send + 'static,
{
    let shared = Data::clone(state).into_inner();
    let made = state
        .door
        .call(move |store| {
            Ok(make(store, &shared).and_then(|made| Rendered::new(made).map_err(WebError::Coding)))
        })
        .await??;
    Ok(Arc::new(made))
}
