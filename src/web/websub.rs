//! `/websub/{source}/{token}`: where hubs confirm subscriptions (GET) and tell of news (POST). Who does not know the token gets
//! what any address gets that leads nowhere.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};

use super::body;
use super::brief::{Desk, failed};
use super::error::WebError;
use crate::model::SourceId;
use crate::pipeline::websub::{Intent, Message, Told, confirm, told};

fn named(request: &HttpRequest) -> Result<(SourceId, String), WebError> {
    let part = |name| request.match_info().get(name).unwrap_or_default();
    let source = part("source").parse().map_err(|_| WebError::NotFound)?;
    Ok((source, part("token").to_owned()))
}

/// Whether it was asked for.
pub async fn verify(
    request: HttpRequest,
    desk: Data<Desk>,
    intent: Query<Intent>,
) -> Result<HttpResponse, WebError> {
    let (source, token) = named(&request)?;
    let now = (desk.clock)();
    let answer =
        confirm(&desk.ctx, &source, &token, intent.into_inner(), now).await.map_err(failed)?;
    let challenge = answer.ok_or(WebError::NotFound)?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(challenge))
}

/// News.
pub async fn take(
    request: HttpRequest,
    payload: Payload,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    let (source, token) = named(&request)?;
    let field = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.map(str::to_owned)
    };
    let (signature, content_type) = (field("x-hub-signature"), field("content-type"));
    let body = body::bytes(payload, desk.ctx.settings.max_feed).await?.to_vec();
    let message = Message { signature, content_type, body };
    let now = (desk.clock)();
    let status = match told(&desk.ctx, &source, &token, message, now).await.map_err(failed)? {
        // WebSub 5.3: tells the hub that nobody subscribes here any more.
        Told::Unknown => StatusCode::GONE,
        Told::Ignored => StatusCode::ACCEPTED,
        Told::News(_) | Told::Poll => {
            desk.jobs.wake();
            StatusCode::ACCEPTED
        }
    };
    Ok(HttpResponse::new(status))
}
