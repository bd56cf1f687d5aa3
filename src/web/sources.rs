//! `/sources`: the shows that are read, as far as everyone may know of them.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::{Coverage, Source};
use crate::publish::clean;
use crate::store::{self, Store};
use crate::text::phrases::Phrases;

use super::card::show_name;
use super::respond::send;
use super::shell::{self, Shell};
use super::state::kept;
use super::{WebError, WebState, tongue};

#[derive(Template)]
#[template(path = "sources.html")]
struct Page {
    shell: Shell,
    rows: Vec<Row>,
}

/// A source in a list.
pub struct Row {
    /// In the address.
    pub id: String,
    /// For people.
    pub title: String,
    /// Shortened.
    pub description: String,
    /// What it offered, in words.
    pub coverage: String,
    /// Published ones.
    pub insights: u32,
}

impl Row {
    fn of(source: &Source, t: &Phrases) -> Self {
        Self {
            id: source.id.to_string(),
            title: show_name(source),
            description: clean::line(&source.description, 200),
            coverage: coverage(&source.coverage, t),
            insights: source.coverage.insights,
        }
    }
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let t = tongue::of(&request);
    let document = kept(&state, format!("/sources {}", t.tag()), move |store, state| {
        let page = Page {
            shell: Shell::new(&state.site, t, "sources", t.say("nav.sources"), None)
                .at("/sources")
                .about(t.say("sources.lead")),
            rows: rows(store, t)?,
        };
        shell::page(&page, t)
    })
    .await?;
    send(&request, &document)
}

/// Public sources, by title.
///
/// # Errors
/// What the store gives.
pub fn rows(store: &dyn Store, t: &Phrases) -> store::Result<Vec<Row>> {
    let sources = store.sources()?;
    let public = sources.iter().filter(|source| source.visibility.allows(None));
    Ok(public.map(|source| Row::of(source, t)).collect())
}

/// `3 episodes read, 2 with a transcript`.
pub fn coverage(coverage: &Coverage, t: &Phrases) -> String {
    let (read, with) = (coverage.processed, coverage.with_transcript);
    match (read, with) {
        (0, _) => t.say("coverage.none").into(),
        (1, 1) => t.say("coverage.one_with").into(),
        (1, _) => t.say("coverage.one_without").into(),
        _ if with == read => t.fill("coverage.all", &[("read", &read)]),
        (_, 0) => t.fill("coverage.without", &[("read", &read)]),
        _ => t.fill("coverage.some", &[("read", &read), ("with", &with)]),
    }
}
