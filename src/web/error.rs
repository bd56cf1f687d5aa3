//! The one mapping from what goes wrong to HTTP. Details of the store go to the log, not to the client.

use std::io;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use askama::Template;

use crate::parse::query::QueryError;
use crate::publish::{PublishError, Site};
use crate::store::StoreError;
use crate::text::phrases::Phrases;

use super::shell::Shell;

/// Why a request has no document.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// There is none here, or it is not for everyone: the answer is the same.
    #[error("there is nothing here")]
    NotFound,
    /// It was here for everyone, and was removed.
    #[error("what was here is gone")]
    Gone,
    /// It is elsewhere now: the path below our address, without a feed's suffix.
    #[error("it is at {0} now")]
    Moved(String),
    /// Other methods than this address takes.
    #[error("this address takes {0}")]
    Method(&'static str),
    /// `?before=`.
    #[error("“before” must be a whole number, as in the link to the next page")]
    Cursor,
    /// A parameter of a question.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// One address asked for too much.
    #[error("too many requests; try again in {seconds} seconds")]
    TooMany {
        /// Until there is room again.
        seconds: u32,
    },
    /// An operator's verb, with its own words.
    #[error("{0}")]
    Refused(String),
    /// The operator's pages, without the operator's secret.
    #[error("log in as operator first")]
    LogIn,
    /// A form that is not one of ours.
    #[error("the form is not from this page, or it is too old")]
    Forged,
    /// More was sent than is taken.
    #[error("more than {limit} bytes were sent")]
    TooLarge {
        /// Bytes.
        limit: usize,
    },
    /// What was sent took too long to arrive.
    #[error("what was sent took too long to arrive")]
    Slow,
    /// What was sent broke off.
    #[error("what was sent broke off")]
    Broken,
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

/// For those who ask outside of our pages.
const FULL: &str = "nothing new can be kept here at the moment; try again later";

#[derive(Template)]
#[template(path = "error.html")]
struct Page {
    shell: Shell,
    message: String,
}

impl WebError {
    /// Whether there is nothing at this very address.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::NotFound | Self::Gone | Self::Moved(_) | Self::Query(_))
    }

    fn is_ours(&self) -> bool {
        self.status_code().is_server_error()
    }

    /// Which of the texts on errors is this one's.
    fn key(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Gone => "gone",
            Self::Moved(_) => "moved",
            Self::Method(_) => "method",
            Self::Refused(_) => "refused",
            Self::LogIn => "log_in",
            Self::Forged => "forged",
            Self::TooLarge { .. } => "too_large",
            Self::Slow => "slow",
            Self::Broken => "broken",
            Self::Cursor => "cursor",
            Self::Query(_) => "query",
            Self::TooMany { .. } => "too_many",
            Self::NotAcceptable => "not_acceptable",
            Self::Precondition => "precondition",
            Self::Store(StoreError::Full { .. }) => "full",
            // Nothing of what is inside.
            _ => "ours",
        }
    }

    /// The answer as a page.
    pub fn page(&self, site: &Site, t: &'static Phrases) -> HttpResponse {
        if self.is_ours() {
            tracing::error!(error = %self, "a request could not be answered");
        }
        let said = |part: &str| t.say(&format!("error.{}.{part}", self.key())).to_owned();
        let message = match self {
            Self::Query(error) => error.say(t),
            Self::Refused(text) => text.clone(),
            Self::TooMany { seconds } => t.fill("error.too_many.text", &[("seconds", seconds)]),
            _ => said("text"),
        };
        let page = Page { shell: Shell::new(site, t, "", &said("title"), None), message };
        let mut response = self.head();
        if matches!(self, Self::LogIn) {
            let to = format!("{}/operator/login", site.root());
            return HttpResponse::SeeOther()
                .insert_header((header::LOCATION, to))
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .finish();
        }
        match page.render() {
            Ok(html) => response.content_type("text/html; charset=utf-8").body(html),
            Err(_) => self.plain(),
        }
    }

    fn head(&self) -> HttpResponseBuilder {
        let status = self.status_code();
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CACHE_CONTROL, "no-cache"));
        match status {
            StatusCode::METHOD_NOT_ALLOWED => {
                if let Self::Method(methods) = self {
                    response.insert_header((header::ALLOW, *methods));
                }
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                response.insert_header((header::RETRY_AFTER, "60"));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                if let Self::TooMany { seconds } = self {
                    response.insert_header((header::RETRY_AFTER, seconds.to_string()));
                }
            }
            StatusCode::NOT_ACCEPTABLE => {
                response.insert_header((header::VARY, "Accept-Encoding"));
            }
            _ => {}
        }
        response
    }

    fn plain(&self) -> HttpResponse {
        let text = match self {
            Self::Store(StoreError::Full { .. }) => FULL.to_owned(),
            _ if self.is_ours() => "out of order".to_owned(),
            _ => self.to_string(),
        };
        self.head().content_type("text/plain; charset=utf-8").body(text)
    }
}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Gone => StatusCode::GONE,
            Self::Moved(_) => StatusCode::MOVED_PERMANENTLY,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Refused(_) | Self::Broken => StatusCode::BAD_REQUEST,
            Self::LogIn | Self::Forged => StatusCode::FORBIDDEN,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Cursor | Self::Query(_) => StatusCode::BAD_REQUEST,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Precondition => StatusCode::PRECONDITION_FAILED,
            Self::Store(
                StoreError::Failed(_)
                | StoreError::Io { .. }
                | StoreError::Locked(_)
                | StoreError::Full { .. },
            ) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// For those who ask outside of our pages; [`Self::page`] takes its place there.
    fn error_response(&self) -> HttpResponse {
        self.plain()
    }
}

/// For addresses that lead nowhere.
pub async fn not_found() -> Result<HttpResponse, WebError> {
    Err(WebError::NotFound)
}
