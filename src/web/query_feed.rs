//! `/feed.atom?q=…`, `/topics/{a},{b}.rss`: any question as a feed.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::publish::{FeedDocument, Format};

use super::answer::{self, page_size};
use super::asked::Asked;
use super::respond::send;
use super::{WebError, WebState, feed};

/// One page of the feed.
pub async fn document(
    request: HttpRequest,
    state: Data<WebState>,
) -> Result<HttpResponse, WebError> {
    let suffix = request.match_info().get("format").unwrap_or_default();
    let format = Format::from_suffix(suffix).ok_or(WebError::NotFound)?;
    let asked = Asked::of(&request)?;
    if let Some(subject) = asked.subject() {
        match feed::answer(&request, &state, subject, format).await {
            // Here it is the question that is wrong, and the answer says how.
            Err(WebError::NotFound) => {}
            other => return other,
        }
    }
    let name = format.suffix();
    let made =
        answer::document(&request, &state, name, asked, move |store, state, asked, meaning| {
            let shows = asked.check(store, state)?;
            let head = asked.head(store, state, &shows)?;
            let found = answer::entries(store, state, asked, &shows, meaning)?;
            let size = page_size(asked);
            let document = FeedDocument::page_of(&state.site, &head, asked.before, &found, size);
            feed::made(format, &document.pushed(state.hub.is_open()))
        });
    send(&request, &*made.await?)
}
