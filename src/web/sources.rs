//! `/sources`: the shows that are read, as far as everyone may know of them.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::{Coverage, Source};
use crate::publish::clean;
use crate::store::{self, Store};

use super::card::show_name;
use super::respond::send;
use super::shell::{self, Shell};
use super::state::kept;
use super::{WebError, WebState};

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
    fn of(source: &Source) -> Self {
        Self {
            id: source.id.to_string(),
            title: show_name(source),
            description: clean::line(&source.description, 200),
            coverage: coverage(&source.coverage),
            insights: source.coverage.insights,
        }
    }
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let document = kept(&state, "/sources".into(), |store, state| {
        shell::page(&Page {
            shell: Shell::new(&state.site, "sources", "Sources", None),
            rows: rows(store)?,
        })
    })
    .await?;
    send(&request, &document)
}

/// Public sources, by title.
///
/// # Errors
/// What the store gives.
pub fn rows(store: &dyn Store) -> store::Result<Vec<Row>> {
    let sources = store.sources()?;
    Ok(sources.iter().filter(|source| source.visibility.allows(None)).map(Row::of).collect())
}

/// `2 of 3 episodes read had a transcript`.
pub fn coverage(coverage: &Coverage) -> String {
    match (coverage.processed, coverage.with_transcript) {
        (0, _) => "Nothing read yet".into(),
        (1, 1) => "1 item read, with a transcript".into(),
        (1, _) => "1 item read, without a transcript".into(),
        (read, with) if with == read => format!("{read} items read, all with a transcript"),
        (read, 0) => format!("{read} items read, none with a transcript"),
        (read, with) => format!("{read} items read, {with} with a transcript"),
    }
}
