//! In and out: the form takes the secret, the cookie stands for it.

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::body::Form;
use super::super::limit::Kind;
use super::super::shell::Shell;
use super::super::{WebError, WebState, tongue};
use super::{COOKIE, changing};
use crate::admin::Purpose;

/// Bytes of the form.
const LARGEST: usize = 16 * 1024;
/// How long a browser stays in.
const DAYS: u32 = 30;

#[derive(Template)]
#[template(path = "operator_login.html")]
struct Page {
    shell: Shell,
    wrong: bool,
}

/// The form. A link with the secret behind its `#`, which browsers never send, lets the script fill it in.
pub async fn form(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    state.operator.as_ref().ok_or(WebError::NotFound)?;
    page(&request, &state, false)
}

fn page(request: &HttpRequest, state: &WebState, wrong: bool) -> Result<HttpResponse, WebError> {
    let t = tongue::of(request);
    let shell = Shell::new(&state.site, t, "operator", t.say("operator.enter"), None);
    let html = Page { shell, wrong }.render()?;
    let mut response = if wrong { HttpResponse::Forbidden() } else { HttpResponse::Ok() };
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(response.content_type("text/html; charset=utf-8").body(html))
}

/// Takes the secret.
pub async fn enter(
    request: HttpRequest,
    state: Data<WebState>,
    payload: Payload,
) -> Result<HttpResponse, WebError> {
    let operator = state.operator.as_ref().ok_or(WebError::NotFound)?;
    state.limits.take(Kind::LogIn, &request, state.find.now())?;
    let form = Form::read(&request, payload, LARGEST).await?;
    if !operator.secret.is(form.get("secret")) {
        return page(&request, &state, true);
    }
    Ok(on(&state, Some(cookie(&state, &operator.secret.token(Purpose::Session), DAYS))))
}

/// Forgets it.
pub async fn leave(
    request: HttpRequest,
    state: Data<WebState>,
    payload: Payload,
) -> Result<HttpResponse, WebError> {
    let form = Form::read(&request, payload, LARGEST).await?;
    changing(&request, &state, &form)?;
    Ok(on(&state, Some(cookie(&state, "", 0))))
}

/// `Set-Cookie` (RFC 6265 section 4.1): for these pages only, and never sent along from another site.
fn cookie(state: &WebState, value: &str, days: u32) -> String {
    let root = state.site.root();
    let secure = if state.site.base_url.starts_with("https:") { "; Secure" } else { "" };
    let seconds = days * 86_400;
    format!(
        "{COOKIE}={value}; Path={root}/operator; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    )
}

/// To the operator's first page, which is another request.
pub(super) fn on(state: &WebState, cookie: Option<String>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response
        .insert_header((header::LOCATION, format!("{}/operator", state.site.root())))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(cookie) = cookie {
        response.insert_header((header::SET_COOKIE, cookie));
    }
    response.finish()
}
