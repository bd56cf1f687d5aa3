//! `/`: the offer, the form that takes it, and what today's brief could be, so that the page is never empty.

use std::cmp::Reverse;
use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::{Insight, SourceId};
use crate::store::{Scope, Store};
use crate::text::phrases::Phrases;

use super::card::{Card, Chip, Shelf};
use super::rendered::Made;
use super::respond::send;
use super::shell::{self, Shell, Subscribe};
use super::signup::{Filled, Mode, SignUp};
use super::sources::{self, Row};
use super::state::kept;
use super::{WebError, WebState, brief, subject, tongue};

/// As many as a brief has.
const SAMPLE: usize = 5;
/// Of one show at most, as in a brief.
const OF_SOURCE: usize = 2;
/// Newest insights among which the sample is chosen.
const RECENT: usize = 100;
/// Seconds: what counts as the day of the newest.
const DAY: u64 = 86_400;
const TOPICS: usize = 16;
const SOURCES: usize = 12;

#[derive(Template)]
#[template(path = "landing.html")]
struct Page {
    shell: Shell,
    signup: SignUp,
    subscribe: Subscribe,
    cards: Vec<Card>,
    topics: Vec<(Chip, usize)>,
    sources: Vec<Row>,
    more_sources: usize,
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let t = tongue::of(&request);
    let mode = brief::mode(&request);
    let document = kept(&state, format!("/ {}", t.tag()), move |store, state| {
        render(store, state, t, mode, Filled::default())
    })
    .await?;
    send(&request, &document)
}

/// The page with the form as filled in.
///
/// # Errors
/// What the store and the template give.
pub fn render(
    store: &dyn Store,
    state: &WebState,
    t: &'static Phrases,
    mode: Mode,
    filled: Filled,
) -> Result<Made, WebError> {
    let newest = store.insights_for(&Scope::Latest, None, None, RECENT)?;
    let mut rows = sources::rows(store, t)?;
    // Those with most to show first.
    rows.sort_by_key(|row| Reverse(row.insights));
    let more_sources = rows.len().saturating_sub(SOURCES);
    rows.truncate(SOURCES);
    let page = Page {
        shell: Shell::new(&state.site, t, "home", t.say("landing.title"), None).at("/"),
        signup: SignUp::open(store, state, t, mode, filled)?,
        subscribe: Subscribe::to(&state.site, &subject::latest(&state.site)),
        cards: Shelf::new(store, &state.topics).cards(&sample(newest))?,
        topics: busiest(store, state)?,
        sources: rows,
        more_sources,
    };
    shell::page(&page, t)
}

/// The best of the newest day, from several shows; older ones where that day has too few.
fn sample(newest: Vec<Insight>) -> Vec<Insight> {
    let Some(last) = newest.iter().map(|insight| insight.published).max() else {
        return Vec::new();
    };
    let days_old = |insight: &Insight| last.since(insight.published).as_secs() / DAY;
    let mut ranked = newest;
    ranked.sort_by(|a, b| days_old(a).cmp(&days_old(b)).then(b.score.total_cmp(&a.score)));
    let mut of: HashMap<SourceId, usize> = HashMap::new();
    ranked.retain(|insight| {
        let taken = of.entry(insight.source.clone()).or_default();
        *taken += 1;
        *taken <= OF_SOURCE
    });
    ranked.truncate(SAMPLE);
    ranked
}

/// Topics with most to show, and how much.
///
/// # Errors
/// What the store gives.
pub fn busiest(store: &dyn Store, state: &WebState) -> Result<Vec<(Chip, usize)>, WebError> {
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
