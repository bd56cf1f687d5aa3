//! One reader's own pages and feeds, under their secret address. Whoever has no good one gets the answer that any
//! address gets that leads nowhere. Nothing here is logged with its path, cached for others or sent as a referrer.

mod edition;
mod export;
mod feed;
mod feedback;
mod form;
mod opml;
mod page;
mod qr;
mod settings;
mod sign_up;
#[cfg(test)]
pub(in crate::web) mod tests;

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use crate::jobs::{Clock, Handle};
use crate::model::{Access, Secret, Subscriber, Timestamp};
use crate::pipeline::{Context, StageError};
use crate::store::{Store, StoreError};
use crate::text::phrases::Phrases;

use super::methods::{FORM, at, only, reads};
use super::rendered::{Made, Rendered};
use super::respond::send_private;
use super::signup::Mode;
use super::state::fresh;
use super::{WebError, WebState};

/// What readers' pages need beside [`WebState`].
pub struct Desk {
    /// Store, encoder and index.
    pub ctx: Context,
    /// The scheduler.
    pub jobs: Handle,
    /// The clock.
    pub clock: Clock,
    /// Who may sign up.
    pub mode: Mode,
    /// Insights of an edition where the reader asks for no other number.
    pub size: u8,
}

impl Desk {
    fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

/// All routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(only("POST", web::resource("/brief").route(web::post().to(sign_up::submit))))
        .service(at("/invite/{code}", sign_up::invited))
        .service(both("/f/{token:[0-9a-z]+}", feedback::page, feedback::submit))
        .service(at("/editions/{token:[0-9a-z]+}", edition::page))
        .service(both("/brief/{secret:[0-9a-z]+}/settings", settings::page, settings::submit))
        .service(at("/brief/{secret:[0-9a-z]+}/export.json", export::document))
        .service(at("/brief/{secret:[0-9a-z]+}/items.{format:atom|rss|json}", feed::items))
        .service(at("/brief/{secret:[0-9a-z]+}/items", page::page))
        .service(at("/brief/{secret:[0-9a-z]+}.opml", opml::document))
        .service(at("/brief/{secret:[0-9a-z]+}.{format:atom|rss|json}", feed::digest))
        .service(at("/brief/{secret:[0-9a-z]+}", page::page));
}

/// A page with a form that is sent to the page's own address.
fn both<F, G, A, B>(path: &str, read: F, write: G) -> actix_web::Resource
where
    F: actix_web::Handler<A>,
    A: actix_web::FromRequest + 'static,
    F::Output: actix_web::Responder + 'static,
    G: actix_web::Handler<B>,
    B: actix_web::FromRequest + 'static,
    G::Output: actix_web::Responder + 'static,
{
    only(FORM, web::resource(path).route(reads().to(read)).route(web::post().to(write)))
}

/// Who may sign up here; everyone, where nothing is said.
pub fn mode(request: &HttpRequest) -> Mode {
    request.app_data::<Data<Desk>>().map_or(Mode::Open, |desk| desk.mode)
}

/// The secret in the address, if it has the form of one.
fn secret_in(request: &HttpRequest) -> Result<Secret, WebError> {
    let text = request.match_info().get("secret").unwrap_or_default();
    Secret::parse(text).ok_or(WebError::NotFound)
}

/// Whose secret it is, and whether it was changed since.
fn holder(
    store: &dyn Store,
    secret: &Secret,
    now: Timestamp,
) -> Result<(Subscriber, Access), WebError> {
    let access = store.access(&secret.hash(), now)?.ok_or(WebError::NotFound)?;
    let reader = store.subscriber(&access.subscriber)?.ok_or(WebError::NotFound)?;
    Ok((reader, access))
}

/// Whose secret it is now; one that was changed opens no page.
fn reader(store: &dyn Store, secret: &Secret, now: Timestamp) -> Result<Subscriber, WebError> {
    let (reader, access) = holder(store, secret, now)?;
    if access.moved.is_some() { Err(WebError::NotFound) } else { Ok(reader) }
}

/// A document for one reader, made where it may block.
async fn private<F>(
    request: &HttpRequest,
    state: &Data<WebState>,
    make: F,
) -> Result<HttpResponse, WebError>
where
    F: FnOnce(&dyn Store, &WebState) -> Result<Made, WebError> + Send + 'static,
{
    let document = fresh(state, make).await?;
    send_private(request, &document)
}

/// A page as the answer to a form, with its own status.
fn answer(
    request: &HttpRequest,
    made: Made,
    status: actix_web::http::StatusCode,
) -> Result<HttpResponse, WebError> {
    let document = Rendered::new(Made { max_age: 0, ..made }).map_err(WebError::Coding)?;
    let mut response = send_private(request, &document)?;
    *response.status_mut() = status;
    Ok(response)
}

/// To another page of ours, after a form was taken (RFC 9110 15.4.4).
fn see_other(state: &WebState, path: &str) -> HttpResponse {
    let root = state.site.root();
    HttpResponse::SeeOther()
        .insert_header((actix_web::http::header::LOCATION, format!("{root}{path}")))
        .insert_header((actix_web::http::header::CACHE_CONTROL, "private, no-store"))
        .finish()
}

/// A stage's failure, as pages tell it: only the store's can happen here.
pub(super) fn failed(error: StageError) -> WebError {
    match error {
        StageError::Store(error) => WebError::Store(error),
        other => WebError::Store(StoreError::Failed(other.to_string())),
    }
}

/// What a reader's pages speak: the request's choice, else their own.
fn tongue(request: &HttpRequest) -> &'static Phrases {
    super::tongue::of(request)
}
