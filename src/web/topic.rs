//! `/topics/{slug}`: what is said on one topic.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::publish::PAGE_SIZE;
use crate::store::Scope;

use super::card::{Card, Chip, Shelf};
use super::latest::cut;
use super::respond::send;
use super::shell::{self, Shell, Subscribe};
use super::state::kept;
use super::{WebError, WebState, cursor, subject, tongue};

#[derive(Template)]
#[template(path = "topic.html")]
struct Page {
    shell: Shell,
    subscribe: Subscribe,
    description: String,
    path: String,
    cards: Vec<Card>,
    next: Option<u64>,
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let slug = request.match_info().get("slug").unwrap_or_default().to_owned();
    let before = cursor::before(&request)?;
    let t = tongue::of(&request);
    let key = format!("/topics/{slug}?{before:?} {}", t.tag());
    let document = kept(&state, key, move |store, state| {
        let topic = subject::topic(store, state, &slug)?;
        let found = store.insights_for(&Scope::Topic(slug), None, before, PAGE_SIZE + 1)?;
        let (shown, next) = cut(&found);
        let head = subject::of_topic(topic, &state.site);
        let (name, description) = Chip::to(topic).texts_in(t, &topic.description);
        let page = Page {
            shell: Shell::new(&state.site, t, "topics", &name, Some(&head))
                .at(&head.path)
                .about(&description),
            subscribe: Subscribe::to(&state.site, &head),
            description,
            path: head.path.clone(),
            cards: Shelf::new(store, &state.topics).cards(shown)?,
            next,
        };
        shell::page(&page, t)
    })
    .await?;
    send(&request, &document)
}
