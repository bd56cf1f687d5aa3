//! `/feed?q=…`, `/topics/{a},{b}`: what a question's feed holds, newest first, as a page.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::Cut;
use crate::search::Ask;

use super::answer::{self, page_size};
use super::asked::{Asked, title};
use super::card::{Card, Shelf};
use super::respond::send;
use super::shell::{self, Shell, Subscribe};
use super::{WebError, WebState, tongue};

#[derive(Template)]
#[template(path = "query.html")]
struct Page {
    shell: Shell,
    subscribe: Subscribe,
    /// The search for the same, with its parameters.
    search: Option<String>,
    cards: Vec<Card>,
    /// Where there are none.
    empty: String,
    /// Where older ones are.
    older: Option<String>,
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let asked = Asked::of(&request)?;
    let t = tongue::of(&request);
    let name = format!("page {}", t.tag());
    let made =
        answer::document(&request, &state, &name, asked, move |store, state, asked, meaning| {
            let shows = asked.check(store, state)?;
            let head = asked.head(store, state, &shows)?;
            let ask =
                Ask { query: &asked.query, shows: &shows, viewer: None, now: state.find.now() };
            let size = match asked.query.cut {
                Cut::Items => page_size(asked),
                Cut::Digest => crate::publish::PAGE_SIZE,
            };
            let found = state.index.newest(&ask, meaning.vector(), asked.before, size + 1);
            let mut shown = Vec::new();
            for one in found.iter().take(size) {
                shown.extend(store.insight(&one.id, None)?);
            }
            let last = found.get(size.saturating_sub(1)).filter(|_| found.len() > size);
            let older = last.map(|last| head.address(None, Some(last.seq)));
            let title = title(&asked.query, state, &shows, t);
            let page = Page {
                shell: Shell::new(&state.site, t, "search", &title, Some(&head))
                    .at(&head.path)
                    .keeping(head.path.split_once('?').map_or("", |(_, params)| params)),
                empty: t.fill("search.empty", &[("words", &title)]),
                subscribe: Subscribe::to(&state.site, &head),
                search: head.path.strip_prefix("/feed").map(|params| format!("/search{params}")),
                cards: Shelf::new(store, &state.topics).cards(&shown)?,
                older,
            };
            shell::page(&page, t)
        });
    send(&request, &*made.await?)
}
