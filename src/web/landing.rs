//! `/`: what this is, how to subscribe, and what is new.

use std::cmp::Reverse;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::store::{Scope, Store};

use super::card::{Card, Chip, Shelf};
use super::respond::send;
use super::shell::{self, Shell, Subscribe};
use super::sources::{self, Row};
use super::state::kept;
use super::{WebError, WebState, subject, tongue};

const INSIGHTS: usize = 10;
const TOPICS: usize = 16;
const SOURCES: usize = 12;

#[derive(Template)]
#[template(path = "landing.html")]
struct Page {
    shell: Shell,
    subscribe: Subscribe,
    cards: Vec<Card>,
    topics: Vec<(Chip, usize)>,
    sources: Vec<Row>,
    more_sources: usize,
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let t = tongue::of(&request);
    let document = kept(&state, format!("/ {}", t.tag()), move |store, state| {
        let insights = store.insights_for(&Scope::Latest, None, None, INSIGHTS)?;
        let mut rows = sources::rows(store, t)?;
        // Those with most to show first.
        rows.sort_by_key(|row| Reverse(row.insights));
        let more_sources = rows.len().saturating_sub(SOURCES);
        rows.truncate(SOURCES);
        let page = Page {
            shell: Shell::new(&state.site, t, "home", t.say("landing.title"), None).at("/"),
            subscribe: Subscribe::to(&state.site, &subject::latest(&state.site)),
            cards: Shelf::new(store, &state.topics).cards(&insights)?,
            topics: busiest(store, state)?,
            sources: rows,
            more_sources,
        };
        shell::page(&page, t)
    })
    .await?;
    send(&request, &document)
}

fn busiest(store: &dyn Store, state: &WebState) -> Result<Vec<(Chip, usize)>, WebError> {
    let counts = store.topic_counts()?;
    let counted = |slug: &str| counts.get(slug).copied().filter(|count| *count > 0);
    let mut topics: Vec<_> = state
        .topics
        .iter()
        .filter_map(|topic| counted(&topic.slug).map(|count| (Chip::to(topic), count)))
        .collect();
    topics.sort_by_key(|(_, count)| Reverse(*count));
    topics.truncate(TOPICS);
    Ok(topics)
}
