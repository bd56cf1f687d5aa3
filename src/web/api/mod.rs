//! `/api/v1`: what the operator's pages do, for programs. JSON in and out; the operator's secret as a bearer token
//! (RFC 6750). Described by `data/openapi.json`, which a test holds against what is answered.

mod sources;
mod subscribers;
mod topics;
mod view;

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource, Scope};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::limit::Kind;
use super::methods::{READ, reads};
use super::operator::Operator;
use super::{WebError, WebState, body};
use crate::admin::{Command, Reply};

const DOCUMENT: &str = include_str!("../../../data/openapi.json");
/// Bytes of a request's JSON.
const LARGEST: usize = 64 * 1024;

/// All of it.
pub fn service() -> Scope {
    web::scope("/api/v1")
        .service(only(READ, web::resource("/openapi.json").route(reads().to(document))))
        .service(only(READ, web::resource("/status").route(reads().to(status))))
        .service(only(
            "GET, HEAD, POST",
            web::resource("/sources")
                .route(reads().to(sources::list))
                .route(web::post().to(sources::add)),
        ))
        .service(only(
            "GET, HEAD, POST",
            web::resource("/sources.opml")
                .route(reads().to(sources::export))
                .route(web::post().to(sources::import)),
        ))
        .service(only(
            "GET, HEAD, PATCH, DELETE",
            web::resource("/sources/{source}")
                .route(reads().to(sources::one))
                .route(web::patch().to(sources::change))
                .route(web::delete().to(sources::remove)),
        ))
        .service(only(
            "GET, HEAD, POST",
            web::resource("/subscribers")
                .route(reads().to(subscribers::list))
                .route(web::post().to(subscribers::add)),
        ))
        .service(only(
            "GET, HEAD, DELETE",
            web::resource("/subscribers/{subscriber}")
                .route(reads().to(subscribers::one))
                .route(web::delete().to(subscribers::remove)),
        ))
        .service(only(
            "POST",
            web::resource("/subscribers/{subscriber}/rotate")
                .route(web::post().to(subscribers::rotate)),
        ))
        .service(only("POST", web::resource("/invites").route(web::post().to(subscribers::invite))))
        .service(only(READ, web::resource("/topics").route(reads().to(topics::list))))
        .service(only(READ, web::resource("/topics/{topic}").route(reads().to(topics::one))))
        .default_service(web::to(|| async {
            Err::<HttpResponse, ApiError>(ApiError::new(
                StatusCode::NOT_FOUND,
                "there is nothing here",
            ))
        }))
}

/// With an answer to all other methods.
fn only(allowed: &'static str, resource: Resource) -> Resource {
    resource.default_service(web::to(move || async move {
        let mut error =
            ApiError::new(StatusCode::METHOD_NOT_ALLOWED, &format!("this address takes {allowed}"));
        error.allow = Some(allowed);
        Err::<HttpResponse, ApiError>(error)
    }))
}

/// What went wrong, as JSON.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    message: String,
    allow: Option<&'static str>,
    retry: Option<u32>,
}

impl ApiError {
    fn new(status: StatusCode, message: &str) -> Self {
        Self { status, message: message.to_owned(), allow: None, retry: None }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<WebError> for ApiError {
    fn from(error: WebError) -> Self {
        use actix_web::ResponseError;
        let status = error.status_code();
        if status.is_server_error() {
            tracing::error!(%error, "a request to the API could not be answered");
            return Self::new(status, "this can't be done just now; try again in a minute");
        }
        let retry = if let WebError::TooMany { seconds } = &error { Some(*seconds) } else { None };
        Self { retry, ..Self::new(status, &error.to_string()) }
    }
}

impl From<crate::store::StoreError> for ApiError {
    fn from(error: crate::store::StoreError) -> Self {
        WebError::from(error).into()
    }
}

impl actix_web::ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(allow) = self.allow {
            response.insert_header((header::ALLOW, allow));
        }
        if let Some(seconds) = self.retry {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        response.json(json!({ "error": self.message }))
    }
}

type Answer = Result<HttpResponse, ApiError>;

/// The operator, if the request has the secret.
pub(super) fn operator<'a>(
    request: &HttpRequest,
    state: &'a Data<WebState>,
) -> Result<&'a Operator, ApiError> {
    let operator = state.operator.as_ref().ok_or(WebError::NotFound)?;
    let field = request.headers().get(header::AUTHORIZATION).and_then(|field| field.to_str().ok());
    let given = field
        .and_then(|field| field.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, given)) = given else {
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "send the operator's secret as a bearer token: it is in the file admin-secret in the data directory",
        ));
    };
    if operator.secret.is(given) {
        return Ok(operator);
    }
    state.limits.take(Kind::LogIn, request, state.find.now())?;
    Err(ApiError::new(StatusCode::UNAUTHORIZED, "this is not the operator's secret"))
}

fn answer(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    HttpResponse::build(status).insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}

/// The request's JSON.
async fn read<T: DeserializeOwned>(payload: Payload) -> Result<T, ApiError> {
    let bytes = body::bytes(payload, LARGEST).await?;
    // An object: serde would take a list for one whose fields may all be left out.
    let object = serde_json::from_slice::<serde_json::Map<_, _>>(&bytes);
    object.and_then(|map| T::deserialize(serde_json::Value::Object(map))).map_err(|error| {
        ApiError::new(StatusCode::BAD_REQUEST, &format!("the JSON is not as expected: {error}"))
    })
}

/// The description of all this, with this server's address and version. For everyone.
async fn document(state: Data<WebState>) -> Answer {
    let mut document: serde_json::Value = serde_json::from_str(DOCUMENT).map_err(WebError::from)?;
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    document["servers"] = json!([{ "url": format!("{}/api/v1", state.site.base_url) }]);
    Ok(answer(StatusCode::OK, &document))
}

async fn status(request: HttpRequest, state: Data<WebState>) -> Answer {
    let reply = operator(&request, &state)?.ask(Command::Status).await?;
    let Reply::Status { counts, instance, version, base_url, notices, trouble, .. } = reply else {
        return Err(WebError::NotFound.into());
    };
    Ok(answer(
        StatusCode::OK,
        &json!({
            "version": version,
            "base_url": base_url,
            "created": instance.created.rfc3339(),
            "sources": counts.sources,
            "items": counts.items,
            "insights": counts.insights,
            "jobs": counts.jobs,
            "listeners": counts.listeners,
            "notices": notices,
            "trouble": trouble.iter().map(|t| json!({
                "what": t.what,
                "why": t.why,
                "next": t.next.map(|at| at.rfc3339()),
            })).collect::<Vec<_>>(),
        }),
    ))
}
