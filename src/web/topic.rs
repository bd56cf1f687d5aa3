//! `/topics/{slug}`: what is said on one topic.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::Topic;
use crate::publish::PAGE_SIZE;
use crate::store::Scope;

use super::card::{Card, Shelf};
use super::latest::cut;
use super::respond::send;
use super::shell::{self, Shell, Subscribe};
use super::state::kept;
use super::{WebError, WebState, cursor, subject};

#[derive(Template)]
#[template(path = "topic.html")]
struct Page {
    shell: Shell,
    subscribe: Subscribe,
    topic: Topic,
    cards: Vec<Card>,
    next: Option<u64>,
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let slug = request.match_info().get("slug").unwrap_or_default().to_owned();
    let before = cursor::before(&request)?;
    let document = kept(&state, format!("/topics/{slug}?{before:?}"), move |store, state| {
        let topic = state.topics.get(&slug).ok_or(WebError::NotFound)?;
        let found = store.insights_for(&Scope::Topic(slug), None, before, PAGE_SIZE + 1)?;
        let (shown, next) = cut(&found);
        let head = subject::of_topic(topic, &state.site);
        shell::page(&Page {
            shell: Shell::new(&state.site, "topics", &topic.name, Some(&head)),
            subscribe: Subscribe::to(&state.site, &head),
            topic: topic.clone(),
            cards: Shelf::new(store, &state.topics).cards(shown)?,
            next,
        })
    })
    .await?;
    send(&request, &document)
}
