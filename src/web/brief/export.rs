//! `/brief/{secret}/export.json`: all that is kept on a reader, for the reader. The secret is not in it: only its
//! hash is kept.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::model::{Delivered, Edition, Subscriber, Vote};

use super::super::rendered::Made;
use super::super::{WebError, WebState};
use super::{Desk, private, reader, secret_in};

#[derive(Serialize)]
struct Document {
    subscriber: Subscriber,
    votes: Vec<Vote>,
    editions: Vec<Edition>,
    delivered: Vec<Delivered>,
}

/// The document.
pub async fn document(
    request: HttpRequest,
    state: Data<WebState>,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    let secret = secret_in(&request)?;
    let mut response = private(&request, &state, move |store, state| {
        let subscriber = reader(store, &secret, desk.now())?;
        let mut editions = store.editions(&subscriber.id, None, usize::MAX)?;
        for pick in editions.iter_mut().flat_map(|edition| &mut edition.picks) {
            pick.links_html = pick.links_html.replace(crate::model::BASE, &state.site.base_url);
        }
        let document = Document {
            votes: store.votes(&subscriber.id)?,
            delivered: store.delivered(&subscriber.id)?,
            editions,
            subscriber,
        };
        Ok(Made {
            bytes: serde_json::to_vec_pretty(&document)?,
            media_type: "application/json",
            language: None,
            modified: None,
            max_age: 0,
            span: None,
            links: None,
        })
    })
    .await?;
    let name =
        actix_web::http::header::HeaderValue::from_static("attachment; filename=\"brief.json\"");
    response.headers_mut().insert(actix_web::http::header::CONTENT_DISPOSITION, name);
    Ok(response)
}
