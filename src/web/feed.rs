//! Every feed in every format: `/latest.atom`, `/topics/{slug}.rss`, `/sources/{id}.json`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::publish::{ArchiveName, FeedDocument, Format, PAGE_SIZE, archives};
use crate::search::Match;
use crate::store::Store;

use super::delta;
use super::rendered::{Made, Span};
use super::respond::send;
use super::state::kept;
use super::subject::Subject;
use super::{WebError, WebState, cursor};

/// Readers ask every few minutes at most.
pub const MAX_AGE: u32 = 300;

/// An archive never changes; but what was removed must not be there for ever.
const ARCHIVE_AGE: u32 = 7 * 24 * 3600;

/// One page of a feed, what is new in it, or one of its archives.
pub async fn document(
    request: HttpRequest,
    state: Data<WebState>,
) -> Result<HttpResponse, WebError> {
    let subject = Subject::of(&request)?;
    let suffix = request.match_info().get("format").unwrap_or_default();
    let format = Format::from_suffix(suffix).ok_or(WebError::NotFound)?;
    answer(&request, &state, subject, format).await
}

/// The same, of a subject that is named otherwise.
///
/// # Errors
/// [`WebError::NotFound`] if there is no such subject or archive, and what the store gives.
pub async fn answer(
    request: &HttpRequest,
    state: &Data<WebState>,
    subject: Subject,
    format: Format,
) -> Result<HttpResponse, WebError> {
    let key = |of: &str| format!("{subject:?} {format:?} {of}");
    if let Some(name) = cursor::archive(request)? {
        let key = key(&format!("archive={name}"));
        let make = move |store: &dyn Store, state: &WebState| {
            archive(store, state, &subject, format, name)
        };
        return send(request, &*kept(state, key, make).await?);
    }
    let before = cursor::before(request)?;
    let first = subject.clone();
    let own = match request.query_string() {
        "" => request.path().to_owned(),
        _ => key(&format!("before={before:?}")),
    };
    let make =
        move |store: &dyn Store, state: &WebState| page(store, state, &first, format, before, None);
    let whole = kept(state, own, make).await?;
    let Some(base) = whole.span.and_then(|span| delta::base(request.headers(), span)) else {
        return send(request, &whole);
    };
    let (newest, key) = (base.newest, key(&format!("since={}", base.newest)));
    let new = kept(state, key, move |store, state| {
        page(store, state, &subject, format, None, Some(newest))
    });
    delta::answer(request, &whole, &*new.await?, &base)
}

/// One page, or what was published after `since`.
fn page(
    store: &dyn Store,
    state: &WebState,
    subject: &Subject,
    format: Format,
    before: Option<u64>,
    since: Option<u64>,
) -> Result<Made, WebError> {
    let (head, scope) = subject.open(store, state)?;
    let found = store.entries_for(&scope, None, before, PAGE_SIZE + 1)?;
    let mut document = FeedDocument::page(&state.site, &head, before, &found);
    let first = before.is_none() && since.is_none();
    let span = document.entries.first().filter(|_| first).map(|(newest, _)| Span {
        newest: *newest,
        after: document.next.map_or(0, |last| last.saturating_sub(1)),
    });
    match since {
        Some(since) => document = document.since(since),
        None if before.is_none() => {
            let outline = outline(state, subject);
            let all = archives(outline.iter().map(|one| one.published));
            document = document.after(all.last().map(|(name, _)| *name));
        }
        None => {}
    }
    Ok(Made { span, ..made(format, &document.pushed(state.hub.is_open()))? })
}

/// A feed's page in a format.
///
/// # Errors
/// What the format's writer gives.
pub fn made(format: Format, document: &FeedDocument<'_>) -> Result<Made, WebError> {
    let own = document.url(Some(format));
    Ok(Made {
        bytes: format.write(document)?,
        media_type: media_type(format),
        language: None,
        modified: Some(document.updated()),
        max_age: MAX_AGE,
        span: None,
        links: document.hub_url().map(|hub| format!("<{hub}>; rel=\"hub\", <{own}>; rel=\"self\"")),
    })
}

fn archive(
    store: &dyn Store,
    state: &WebState,
    subject: &Subject,
    format: Format,
    name: ArchiveName,
) -> Result<Made, WebError> {
    let (head, _) = subject.open(store, state)?;
    let outline = outline(state, subject);
    let all = archives(outline.iter().map(|one| one.published));
    let at = all.iter().position(|(known, _)| *known == name).ok_or(WebError::NotFound)?;
    let places = all.get(at).and_then(|(_, range)| outline.get(range.clone())).unwrap_or_default();
    let mut entries = Vec::with_capacity(places.len());
    for one in places.iter().rev() {
        // The store has the last word on what is there and who may see it.
        entries.extend(store.entry(&one.id, None)?.map(|entry| (one.seq, entry)));
    }
    let previous = at.checked_sub(1).and_then(|before| all.get(before)).map(|(name, _)| *name);
    let document = FeedDocument::archive(&state.site, &head, name, &entries).after(previous);
    Ok(Made { max_age: ARCHIVE_AGE, ..made(format, &document)? })
}

fn outline(state: &WebState, subject: &Subject) -> Vec<Match> {
    match subject {
        Subject::Latest => state.index.outline(None, None),
        Subject::Topic(slug) => state.index.outline(Some(slug), None),
        Subject::Source(id) => state.index.outline(None, Some(id)),
    }
}

/// With its parameters.
pub fn media_type(format: Format) -> &'static str {
    match format {
        Format::Atom => "application/atom+xml; charset=utf-8",
        Format::Rss => "application/rss+xml; charset=utf-8",
        Format::Json => "application/feed+json; charset=utf-8",
    }
}
