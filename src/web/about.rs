//! `/about`: what this is, how insights are chosen and proved, and what is known of readers.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::respond::send;
use super::shell::{self, Shell};
use super::state::kept;
use super::{WebError, WebState, tongue};

#[derive(Template)]
#[template(path = "about.html")]
struct Page {
    shell: Shell,
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let t = tongue::of(&request);
    let document = kept(&state, format!("/about {}", t.tag()), move |_, state| {
        let shell = Shell::new(&state.site, t, "about", t.say("nav.about"), None).at("/about");
        shell::page(&Page { shell }, t)
    })
    .await?;
    send(&request, &document)
}
