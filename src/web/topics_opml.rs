//! `/topics.opml`: the feeds of all topics, for readers that take lists.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::publish::opml::{self, Outline};

use super::rendered::Made;
use super::respond::send;
use super::state::kept;
use super::{WebError, WebState, subject};

/// The list.
pub async fn document(
    request: HttpRequest,
    state: Data<WebState>,
) -> Result<HttpResponse, WebError> {
    let document = kept(&state, request.path().to_owned(), |_, state| {
        let site = &state.site;
        let topics = state.topics.iter().map(|topic| subject::of_topic(topic, site));
        let outlines: Vec<Outline> = [subject::latest(site)]
            .into_iter()
            .chain(topics)
            .map(|head| Outline {
                title: head.title,
                xml_url: format!("{}{}.atom", site.base_url, head.path),
                html_url: Some(format!("{}{}", site.base_url, head.path)),
            })
            .collect();
        Ok(Made {
            bytes: opml::document(&format!("{}: topics", site.name), &outlines),
            media_type: "text/x-opml; charset=utf-8",
            language: None,
            modified: None,
            max_age: 3600,
            span: None,
            links: None,
        })
    })
    .await?;
    send(&request, &document)
}
