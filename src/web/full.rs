//! `/sources/{id}/full`: a newsletter's issues whole, as a page and as feeds; and the pictures in them.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::{Entry, Gone, Item, ItemId, ItemState, Source, SourceId};
use crate::publish::{FeedDocument, FeedHead, Format, PAGE_SIZE, Site, issue::issue};
use crate::store::Store;

use super::card::{Date, item_title, show_name};
use super::respond::send;
use super::shell::{self, Shell, Subscribe};
use super::state::kept;
use super::{WebError, WebState, cursor, feed, subject, tongue};

/// Pictures are named by their item and never change.
const PICTURE_AGE: &str = "public, max-age=604800";

#[derive(Template)]
#[template(path = "full.html")]
struct Page {
    shell: Shell,
    subscribe: Subscribe,
    id: SourceId,
    show: String,
    issues: Vec<Row>,
    next: Option<u64>,
}

struct Row {
    id: ItemId,
    title: String,
    date: Date,
}

/// A newsletter that everyone may see.
fn open(request: &HttpRequest) -> Result<SourceId, WebError> {
    let id = request.match_info().get("source").unwrap_or_default();
    id.parse().map_err(|_| WebError::NotFound)
}

fn newsletter(store: &dyn Store, id: &SourceId) -> Result<Source, WebError> {
    let source = match subject::public_source(store, id) {
        Err(WebError::Moved(to)) => return Err(WebError::Moved(format!("{to}/full"))),
        found => found?,
    };
    if source.mailbox().is_none() { Err(WebError::NotFound) } else { Ok(source) }
}

fn head(source: &Source, site: &Site) -> FeedHead {
    let show = show_name(source);
    FeedHead {
        id_path: format!("sources/{}/full", source.id),
        path: format!("/sources/{}/full", source.id),
        title: format!("{}: {show}, whole issues", site.name),
        subtitle: format!("The issues of {show}, whole and without what stands around them."),
    }
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let id = open(&request)?;
    let before = cursor::before(&request)?;
    let t = tongue::of(&request);
    let key = format!("/sources/{id}/full?{before:?} {}", t.tag());
    let document = kept(&state, key, move |store, state| {
        let source = newsletter(store, &id)?;
        let found = store.issues_for(&id, None, before, PAGE_SIZE + 1)?;
        let (shown, rest) = found.split_at(found.len().min(PAGE_SIZE));
        let head = head(&source, &state.site);
        let row = |item: &Item| Row {
            id: item.id.clone(),
            title: item_title(item),
            date: Date::of_item(item),
        };
        let page = Page {
            shell: Shell::new(&state.site, t, "sources", &head.title, Some(&head)).at(&head.path),
            subscribe: Subscribe::to(&state.site, &head),
            show: show_name(&source),
            issues: shown.iter().map(row).collect(),
            next: shown.last().filter(|_| !rest.is_empty()).and_then(seq),
            id,
        };
        shell::page(&page, t)
    })
    .await?;
    send(&request, &document)
}

/// One page of the feed.
pub async fn document(
    request: HttpRequest,
    state: Data<WebState>,
) -> Result<HttpResponse, WebError> {
    let id = open(&request)?;
    let suffix = request.match_info().get("format").unwrap_or_default();
    let format = Format::from_suffix(suffix).ok_or(WebError::NotFound)?;
    let before = cursor::before(&request)?;
    let key = match before {
        Some(before) => format!("{}?{before}", request.path()),
        None => request.path().to_owned(),
    };
    let document = kept(&state, key, move |store, state| {
        let (head, entries) = found(store, state, &id, before)?;
        let document = FeedDocument::page(&state.site, &head, before, &entries);
        feed::made(format, &document.pushed(state.hub.is_open()))
    })
    .await?;
    send(&request, &document)
}

/// What the feed is, the issues of one page and one more.
///
/// # Errors
/// [`WebError::NotFound`] if it is no newsletter that everyone may see.
pub fn found(
    store: &dyn Store,
    state: &WebState,
    id: &SourceId,
    before: Option<u64>,
) -> Result<(FeedHead, Vec<(u64, Entry)>), WebError> {
    let source = newsletter(store, id)?;
    let found = store.issues_for(id, None, before, PAGE_SIZE + 1)?;
    let entries = found.iter().map(|item| entry(store, item, &source, &state.site));
    Ok((head(&source, &state.site), entries.collect::<Result<Vec<_>, WebError>>()?))
}

fn entry(
    store: &dyn Store,
    item: &Item,
    source: &Source,
    site: &Site,
) -> Result<(u64, Entry), WebError> {
    let text = text(store, item)?;
    Ok((seq(item).unwrap_or_default(), issue(item, source, &text, &site.authority)))
}

fn seq(item: &Item) -> Option<u64> {
    item.mail.as_ref().map(|mail| mail.seq)
}

/// The text of an issue, as stored; empty if it has none.
///
/// # Errors
/// If the store can't be read.
pub fn text(store: &dyn Store, item: &Item) -> Result<String, WebError> {
    let bytes = match &item.notes {
        Some(body) => store.body(body)?,
        None => Vec::new(),
    };
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `/items/{id}/images/{n}`.
pub async fn picture(
    request: HttpRequest,
    state: Data<WebState>,
) -> Result<HttpResponse, WebError> {
    let parts = request.match_info();
    let id: ItemId =
        parts.get("item").unwrap_or_default().parse().map_err(|_| WebError::NotFound)?;
    let number: usize =
        parts.get("number").unwrap_or_default().parse().map_err(|_| WebError::NotFound)?;
    let found = state.door.call(move |store| {
        let Some(item) = store.item(&id)? else {
            return Ok(subject::missing(store, &Gone::Item(id)));
        };
        let public = store.source(&item.source)?.is_some_and(|s| s.visibility.allows(None));
        let images = item.mail.as_ref().map(|mail| mail.images.as_slice()).unwrap_or_default();
        match images.get(number) {
            Some(image) if public && item.state != ItemState::Held => {
                Ok(Ok((store.body(&image.body)?, image.media_type.clone())))
            }
            _ => Ok(Err(WebError::NotFound)),
        }
    });
    let (bytes, media_type) = found.await??;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, PICTURE_AGE))
        .content_type(media_type)
        .body(bytes))
}
