//! `/sources/{id}`: one show and its insights, by episode.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::SourceId;
use crate::publish::{PAGE_SIZE, clean};
use crate::store::Scope;

use super::card::{Card, Shelf, show_name};
use super::latest::cut;
use super::respond::send;
use super::shell::{self, Shell, Subscribe};
use super::state::kept;
use super::{WebError, WebState, cursor, sources, subject, tongue};

#[derive(Template)]
#[template(path = "source.html")]
struct Page {
    shell: Shell,
    subscribe: Subscribe,
    id: SourceId,
    title: String,
    author: Option<String>,
    link: Option<String>,
    description: String,
    coverage: String,
    insights: u32,
    newsletter: bool,
    groups: Vec<Vec<Card>>,
    next: Option<u64>,
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let id = request.match_info().get("source").unwrap_or_default();
    let id: SourceId = id.parse().map_err(|_| WebError::NotFound)?;
    let before = cursor::before(&request)?;
    let t = tongue::of(&request);
    let key = format!("/sources/{id}?{before:?} {}", t.tag());
    let document = kept(&state, key, move |store, state| {
        let source = subject::public_source(store, &id)?;
        let scope = Scope::Source(id.clone());
        let found = store.insights_for(&scope, None, before, PAGE_SIZE + 1)?;
        let (shown, next) = cut(&found);
        let head = subject::of_source(&source, &state.site);
        let title = show_name(&source);
        let description = clean::line(&source.description, 600);
        let page = Page {
            shell: Shell::new(&state.site, t, "sources", &title, Some(&head))
                .at(&head.path)
                .about(&clean::line(&description, 200)),
            subscribe: Subscribe::to(&state.site, &head),
            id,
            author: source
                .author
                .as_deref()
                .map(|author| clean::line(author, 200))
                .filter(|author| !author.is_empty() && *author != title),
            title,
            link: source.link.as_deref().and_then(clean::web_url).map(Into::into),
            description,
            coverage: sources::coverage(&source.coverage, t),
            insights: source.coverage.insights,
            newsletter: source.mailbox().is_some(),
            groups: by_item(Shelf::new(store, &state.topics).cards(shown)?),
            next,
        };
        shell::page(&page, t)
    })
    .await?;
    send(&request, &document)
}

/// Items in the order of their newest insight, each in the order it was said.
fn by_item(cards: Vec<Card>) -> Vec<Vec<Card>> {
    let mut groups: Vec<Vec<Card>> = Vec::new();
    for card in cards {
        match groups.iter_mut().find(|group| group.iter().any(|c| c.item == card.item)) {
            Some(group) => group.push(card),
            None => groups.push(vec![card]),
        }
    }
    for group in &mut groups {
        group.sort_by_key(|card| (card.start_ms.is_none(), card.start_ms));
    }
    groups
}
