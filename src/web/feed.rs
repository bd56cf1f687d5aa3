//! Every feed in every format: `/latest.atom`, `/topics/{slug}.rss`, `/sources/{id}.json`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::publish::{FeedDocument, Format, PAGE_SIZE};

use super::rendered::Made;
use super::respond::send;
use super::state::kept;
use super::subject::Subject;
use super::{WebError, WebState, cursor};

/// Readers ask every few minutes at most.
pub const MAX_AGE: u32 = 300;

/// One page of a feed.
pub async fn document(
    request: HttpRequest,
    state: Data<WebState>,
) -> Result<HttpResponse, WebError> {
    let subject = Subject::of(&request)?;
    let suffix = request.match_info().get("format").unwrap_or_default();
    let format = Format::from_suffix(suffix).ok_or(WebError::NotFound)?;
    let before = cursor::before(&request)?;
    let key = format!("{}?{before:?}", request.path());
    let document = kept(&state, key, move |store, state| {
        let (head, scope) = subject.open(store, state)?;
        let found = store.entries_for(&scope, None, before, PAGE_SIZE + 1)?;
        let document = FeedDocument::page(&state.site, &head, before, &found);
        Ok(Made {
            bytes: format.write(&document)?,
            media_type: media_type(format),
            language: None,
            modified: Some(document.updated()),
            max_age: MAX_AGE,
        })
    })
    .await?;
    send(&request, &document)
}

/// With its parameters.
pub fn media_type(format: Format) -> &'static str {
    match format {
        Format::Atom => "application/atom+xml; charset=utf-8",
        Format::Rss => "application/rss+xml; charset=utf-8",
        Format::Json => "application/feed+json; charset=utf-8",
    }
}
