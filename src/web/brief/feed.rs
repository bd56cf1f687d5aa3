//! `/brief/{secret}.atom` and the like: one entry an edition. `/brief/{secret}/items.atom`: one entry an insight.
//! Both hold the same editions.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::model::{Edition, Entry, Secret, Subscriber};
use crate::publish::{FeedDocument, FeedHead, Format, PAGE_SIZE, Site, brief};
use crate::store::Store;
use crate::text::phrases::Phrases;

use super::super::feed::made;
use super::super::{WebError, WebState, cursor};
use super::{Desk, holder, private, secret_in};

/// Editions.
pub async fn digest(
    request: HttpRequest,
    state: Data<WebState>,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    document(request, state, desk, false).await
}

/// Insights.
pub async fn items(
    request: HttpRequest,
    state: Data<WebState>,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    document(request, state, desk, true).await
}

async fn document(
    request: HttpRequest,
    state: Data<WebState>,
    desk: Data<Desk>,
    as_items: bool,
) -> Result<HttpResponse, WebError> {
    let secret = secret_in(&request)?;
    let suffix = request.match_info().get("format").unwrap_or_default();
    let format = Format::from_suffix(suffix).ok_or(WebError::NotFound)?;
    let before = cursor::before(&request)?;
    private(&request, &state, move |store, state| {
        let (reader, access) = holder(store, &secret, desk.now())?;
        let head = head(&state.site, &reader, &secret, as_items);
        let found = match access.moved {
            Some(moved) => vec![brief::moved(&reader, moved.at, &state.site.authority)],
            None => entries(store, &desk, &reader, as_items, before)?,
        };
        let document = FeedDocument::page(&state.site, &head, before, &found);
        // No topic of our hub: a topic's address is kept, and this one is a secret.
        made(format, &document)
    })
    .await
}

/// One page's entries and one more.
fn entries(
    store: &dyn Store,
    desk: &Desk,
    reader: &Subscriber,
    as_items: bool,
    before: Option<u64>,
) -> Result<Vec<(u64, Entry)>, WebError> {
    let key = &desk.ctx.key;
    let from = if as_items { before.map(brief::edition_before) } else { before };
    let editions = store.editions(&reader.id, from, PAGE_SIZE + 1)?;
    if !as_items {
        return Ok(editions.iter().map(|edition| brief::digest(edition, key)).collect());
    }
    let items = editions.iter().flat_map(|edition: &Edition| brief::items(edition, key));
    let older = items.filter(|(seq, _)| before.is_none_or(|before| *seq < before));
    Ok(older.take(PAGE_SIZE + 1).collect())
}

/// What the feed is. Its id does not hold the secret, and stays when that is changed.
pub fn head(site: &Site, reader: &Subscriber, secret: &Secret, as_items: bool) -> FeedHead {
    let t = Phrases::of(&reader.language).unwrap_or_default();
    let path = format!("/brief/{}", secret.reveal());
    FeedHead {
        id_path: brief::id_path(&reader.id, as_items),
        path: if as_items { format!("{path}/items") } else { path },
        title: t.fill("brief.feed.title", &[("site", &site.name)]),
        subtitle: t.say("brief.feed.subtitle").to_owned(),
    }
}
