//! The operator's pages: what the command line does with sources, in a browser. Behind the operator's secret, which a
//! form takes and a cookie stands for; every change is a POST with a token that only our own pages know.

mod change;
mod chart;
mod enter;
mod import;
mod mailbox;
mod model;
mod page;
mod status;

pub use import::LARGEST as LARGEST_LIST;

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, Scope};

use super::methods::{FORM, at, only, reads};
use super::{WebError, WebState, error, tongue};
use crate::admin::{Admin, Command, Purpose, Reply, Secret};
use crate::upkeep::Vitals;

/// Its name; it is sent to these pages only.
const COOKIE: &str = "operator";

/// What these pages and the API work with.
#[derive(Clone)]
pub struct Operator {
    /// The verbs.
    pub admin: Admin,
    /// Who may use them.
    pub secret: Secret,
    /// How the server does.
    pub vitals: Vitals,
}

impl Operator {
    /// Runs a verb.
    ///
    /// # Errors
    /// [`WebError::Refused`] with the verb's own words.
    pub async fn ask(&self, command: Command) -> Result<Reply, WebError> {
        match self.admin.ask(command).await {
            Ok(reply) => Ok(reply),
            Err(crate::admin::AdminError::Store(error)) => Err(error.into()),
            Err(error) => Err(WebError::Refused(error.to_string())),
        }
    }
}

/// All of them, below `/operator`.
pub fn pages() -> Scope {
    let post = |path: &str| web::resource(path.to_owned());
    web::scope("/operator")
        .service(at("", page::sources))
        .service(at("/status", status::page))
        .service(only(
            FORM,
            web::resource("/login")
                .route(reads().to(enter::form))
                .route(web::post().to(enter::enter)),
        ))
        .service(only("POST", post("/logout").route(web::post().to(enter::leave))))
        .service(only("POST", post("/sources").route(web::post().to(change::add))))
        .service(only(
            FORM,
            web::resource("/sources/{source:[a-z0-9]{20}}/remove")
                .route(reads().to(change::confirm))
                .route(web::post().to(change::remove)),
        ))
        .service(only(
            "POST",
            post("/sources/{source:[a-z0-9]{20}}/{verb:pause|resume|poll|speech}")
                .route(web::post().to(change::change)),
        ))
        .service(only("POST", post("/mailboxes").route(web::post().to(mailbox::mint))))
        .service(at("/mailboxes/{source:[a-z0-9]{20}}", mailbox::page))
        .service(only(
            "POST",
            post("/mailboxes/{source:[a-z0-9]{20}}/{verb:policy|trust}")
                .route(web::post().to(mailbox::change)),
        ))
        .service(only("POST", post("/import").route(web::post().to(import::import))))
        .service(at("/export.opml", import::export))
        .default_service(web::to(error::not_found))
}

/// The operator, if the browser has shown the secret.
fn operator<'a>(
    request: &HttpRequest,
    state: &'a Data<WebState>,
) -> Result<&'a Operator, WebError> {
    let operator = state.operator.as_ref().ok_or(WebError::NotFound)?;
    let session = tongue::cookie(request, COOKIE);
    let known = session.is_some_and(|value| operator.secret.vouches(Purpose::Session, value));
    if known { Ok(operator) } else { Err(WebError::LogIn) }
}

/// The operator, if the form is one of ours too.
fn changing<'a>(
    request: &HttpRequest,
    state: &'a Data<WebState>,
    form: &super::body::Form,
) -> Result<&'a Operator, WebError> {
    let operator = operator(request, state)?;
    if operator.secret.vouches(Purpose::Form, form.get("token")) {
        return Ok(operator);
    }
    Err(WebError::Forged)
}
