//! Pictures for previews of links: `/insights/{id}.png` of an insight, `/picture.png` of all else.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::publish::picture::Picture;
use crate::text::phrases::Phrases;

use super::card::Shelf;
use super::insight::{asked, public_insight};
use super::rendered::Made;
use super::respond::send;
use super::state::kept;
use super::{WebError, WebState};

/// Those who make previews ask once and keep it.
const MAX_AGE: u32 = 86_400;

/// Of an insight; 404 where its letters can't be drawn.
pub async fn of_insight(
    request: HttpRequest,
    state: Data<WebState>,
) -> Result<HttpResponse, WebError> {
    let id = asked(&request)?;
    let document = kept(&state, request.path().to_owned(), move |store, state| {
        let insight = public_insight(store, &id)?;
        let mut shelf = Shelf::new(store, &state.topics);
        let card = shelf.card(&insight)?.ok_or(WebError::NotFound)?;
        let whence = match &card.speaker {
            Some(speaker) => format!("{speaker}, {}", card.show),
            None => card.show,
        };
        made(Picture { site: &state.site.name, claim: &card.claim, whence: &whence })
    })
    .await?;
    send(&request, &document)
}

/// Of the site.
pub async fn of_site(
    request: HttpRequest,
    state: Data<WebState>,
) -> Result<HttpResponse, WebError> {
    let document = kept(&state, request.path().to_owned(), |_, state| {
        let t = Phrases::first();
        let claim = t.say("landing.title");
        made(Picture { site: &state.site.name, claim, whence: t.say("site.motto") })
    })
    .await?;
    send(&request, &document)
}

fn made(picture: Picture<'_>) -> Result<Made, WebError> {
    Ok(Made {
        bytes: picture.png()?.ok_or(WebError::NotFound)?,
        media_type: "image/png",
        language: None,
        modified: None,
        max_age: MAX_AGE,
        span: None,
        links: None,
    })
}
