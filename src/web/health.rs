//! `/healthz`: whether requests reach the store and come back, for supervisors, who start the server anew if not.
//! `/readyz`: whether it takes new things, too, for proxies and people.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;

use super::{WebError, WebState};
use crate::store::StoreError;

/// `ok`, or 503.
pub async fn answer(state: Data<WebState>) -> Result<HttpResponse, WebError> {
    state.door.call(|store| store.instance()).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body("ok\n"))
}

/// `ready`, or 503 with the reason.
pub async fn ready(state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let (mut response, text) = match state.door.call(|store| store.writable()).await {
        Ok(()) => (HttpResponse::Ok(), "ready\n"),
        Err(StoreError::Full { .. }) => {
            (HttpResponse::ServiceUnavailable(), "the disk is full: nothing new is taken\n")
        }
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (HttpResponse::ServiceUnavailable(), "the store takes nothing new\n")
        }
    };
    Ok(response
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(text))
}
