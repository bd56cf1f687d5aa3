//! The one mapping from what goes wrong to HTTP. Details of the store go to the log, not to the client.

use std::io;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;

use crate::publish::PublishError;
use crate::store::StoreError;

use super::respond::begin;
use super::shell::Shell;

/// Why a request has no document.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// There is none here, or it is not for everyone: the answer is the same.
    #[error("there is nothing here")]
    NotFound,
    /// Only GET and HEAD.
    #[error("this address can only be read")]
    Method,
    /// `?before=`.
    #[error("“before” must be a whole number, as in the link to the next page")]
    Cursor,
    /// `Accept-Encoding` refuses all.
    #[error("this can be sent as it is, or coded with gzip or br")]
    NotAcceptable,
    /// `If-Match` or `If-Unmodified-Since`.
    #[error("the document is not the one you asked about")]
    Precondition,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A feed's writer.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A page's template.
    #[error("a page can't be written: {0}")]
    Template(#[from] askama::Error),
    /// A JSON document.
    #[error("a JSON document can't be written: {0}")]
    Json(#[from] serde_json::Error),
    /// gzip or brotli.
    #[error("a document can't be compressed: {0}")]
    Coding(io::Error),
}

#[derive(Template)]
#[template(path = "error.html")]
struct Page {
    shell: Shell,
    message: String,
}

impl WebError {
    fn is_ours(&self) -> bool {
        self.status_code().is_server_error()
    }

    fn title(&self) -> &'static str {
        match self {
            Self::NotFound => "Not found",
            Self::Method => "Not allowed",
            Self::Cursor => "No such page",
            Self::NotAcceptable => "Not acceptable",
            Self::Precondition => "Precondition failed",
            _ => "Out of order",
        }
    }

    /// For the client: nothing of what is inside.
    fn message(&self) -> String {
        if self.is_ours() {
            return "This can't be shown just now. Please try again in a minute.".into();
        }
        let mut text = self.to_string();
        // All of ours begin in lower case or with a quotation mark.
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text.push('.');
        text
    }
}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Cursor => StatusCode::BAD_REQUEST,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Precondition => StatusCode::PRECONDITION_FAILED,
            Self::Store(StoreError::Failed(_) | StoreError::Io { .. } | StoreError::Locked(_)) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if self.is_ours() {
            tracing::error!(error = %self, "a request could not be answered");
        }
        let status = self.status_code();
        let mut response = begin(status);
        response.insert_header((header::CACHE_CONTROL, "no-cache"));
        match status {
            StatusCode::METHOD_NOT_ALLOWED => {
                response.insert_header((header::ALLOW, "GET, HEAD"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                response.insert_header((header::RETRY_AFTER, "60"));
            }
            StatusCode::NOT_ACCEPTABLE => {
                response.insert_header((header::VARY, "Accept-Encoding"));
            }
            _ => {}
        }
        let page = Page { shell: Shell::plain(self.title()), message: self.message() };
        match page.render() {
            Ok(html) => response.content_type("text/html; charset=utf-8").body(html),
            Err(_) => response.content_type("text/plain; charset=utf-8").body(page.message),
        }
    }
}

/// For addresses that lead nowhere.
pub async fn not_found() -> HttpResponse {
    WebError::NotFound.error_response()
}

/// For methods other than GET and HEAD.
pub async fn not_allowed() -> HttpResponse {
    WebError::Method.error_response()
}
