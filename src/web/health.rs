//! `/healthz`: whether requests reach the store and come back. For supervisors and proxies.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;

use super::{WebError, WebState};

/// `ok`, or 503.
pub async fn answer(state: Data<WebState>) -> Result<HttpResponse, WebError> {
    state.door.call(|store| store.instance()).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body("ok\n"))
}
