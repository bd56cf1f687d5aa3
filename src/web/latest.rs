//! `/latest`: all insights, newest first.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::Insight;
use crate::publish::PAGE_SIZE;
use crate::store::Scope;

use super::card::{Card, Shelf};
use super::respond::send;
use super::shell::{self, Shell, Subscribe};
use super::state::kept;
use super::{WebError, WebState, cursor, subject, tongue};

#[derive(Template)]
#[template(path = "latest.html")]
struct Page {
    shell: Shell,
    subscribe: Subscribe,
    cards: Vec<Card>,
    next: Option<u64>,
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let before = cursor::before(&request)?;
    let t = tongue::of(&request);
    let key = format!("/latest?{before:?} {}", t.tag());
    let document = kept(&state, key, move |store, state| {
        let found = store.insights_for(&Scope::Latest, None, before, PAGE_SIZE + 1)?;
        let (shown, next) = cut(&found);
        let page = Page {
            shell: Shell::new(&state.site, t, "latest", t.say("latest.title"), None).at("/latest"),
            subscribe: Subscribe::to(&state.site, &subject::latest(&state.site)),
            cards: Shelf::new(store, &state.topics).cards(shown)?,
            next,
        };
        shell::page(&page, t)
    })
    .await?;
    send(&request, &document)
}

/// What one page shows of `found`, and the cursor of the next if there is more.
pub fn cut(found: &[Insight]) -> (&[Insight], Option<u64>) {
    let (shown, rest) = found.split_at(found.len().min(PAGE_SIZE));
    (shown, shown.last().filter(|_| !rest.is_empty()).map(|last| last.seq))
}
