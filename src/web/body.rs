//! What clients send: bounded in bytes and in time, and read as a form.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::{Bytes, Payload};

use super::WebError;
use crate::parse::form;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);
/// Fields looked at.
const MOST: usize = 500;

/// All of it.
///
/// # Errors
/// [`WebError::TooLarge`] over `limit` bytes, [`WebError::Slow`], [`WebError::Broken`] if it broke off.
pub async fn bytes(payload: Payload, limit: usize) -> Result<Bytes, WebError> {
    match tokio::time::timeout(PATIENCE, payload.to_bytes_limited(limit)).await {
        Err(_) => Err(WebError::Slow),
        Ok(Err(_)) => Err(WebError::TooLarge { limit }),
        Ok(Ok(Err(_))) => Err(WebError::Broken),
        Ok(Ok(Ok(bytes))) => Ok(bytes),
    }
}

/// The fields of a form, in order.
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads it, with files or without.
    ///
    /// # Errors
    /// As [`bytes`].
    pub async fn read(
        request: &HttpRequest,
        payload: Payload,
        limit: usize,
    ) -> Result<Self, WebError> {
        let bytes = bytes(payload, limit).await?;
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let files = form::multipart(kind, &bytes);
        if files.is_empty() {
            let pairs = url::form_urlencoded::parse(&bytes).into_owned();
            return Ok(Self(pairs.take(MOST).collect()));
        }
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
        Ok(Self(files.into_iter().map(|(name, bytes)| (name, text(bytes))).collect()))
    }

    /// The first field of this name; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}
