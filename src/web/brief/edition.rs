//! `/editions/{token}`: one edition for whoever is given the link. It holds no secret, nothing private, and none of
//! the reader's own links or reasons.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::publish::token;

use super::super::rendered::Made;
use super::super::shell::{self, Shell};
use super::super::{WebError, WebState};
use super::page::Shown;
use super::{Desk, private, tongue};

#[derive(Template)]
#[template(path = "brief/edition.html")]
struct Page {
    shell: Shell,
    picks: Vec<Shown>,
}

/// The page.
pub async fn page(
    request: HttpRequest,
    state: Data<WebState>,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    let token = request.match_info().get("token").unwrap_or_default();
    let (reader, day) = token::read_edition(&desk.ctx.key, token).ok_or(WebError::NotFound)?;
    let t = tongue(&request);
    private(&request, &state, move |store, state| {
        let edition = store.edition_of(&reader, day)?.ok_or(WebError::NotFound)?;
        let base = &state.site.base_url;
        let open = edition.picks.iter().filter(|pick| !pick.private);
        let page = Page {
            shell: Shell::new(&state.site, t, "", &edition.title, None),
            picks: open.map(|pick| Shown::new(pick, base)).collect(),
        };
        Ok(Made { max_age: 0, ..shell::page(&page, t)? })
    })
    .await
}
