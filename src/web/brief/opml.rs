//! `/brief/{secret}.opml`: a reader's brief, their own topics and those they follow, for programs that take lists.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::model::{Shape, Subscriber};
use crate::publish::opml::{self, Outline};

use super::super::rendered::Made;
use super::super::{WebError, WebState, subject};
use super::{Desk, feed, private, reader, secret_in};

/// The list.
pub async fn document(
    request: HttpRequest,
    state: Data<WebState>,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    let secret = secret_in(&request)?;
    private(&request, &state, move |store, state| {
        let reader = reader(store, &secret, desk.now())?;
        let site = &state.site;
        let brief = feed::head(site, &reader, &secret, reader.shape == Shape::Items);
        let title = brief.title.clone();
        let topics = reader.topics.iter().filter_map(|slug| state.topics.get(slug));
        let heads =
            std::iter::once(brief).chain(topics.map(|topic| subject::of_topic(topic, site)));
        let mut outlines: Vec<Outline> = heads
            .map(|head| Outline {
                title: head.title,
                xml_url: format!("{}{}.atom", site.base_url, head.path),
                html_url: Some(format!("{}{}", site.base_url, head.path)),
            })
            .collect();
        outlines.extend(saved(&reader, &site.base_url));
        Ok(Made {
            bytes: opml::document(&title, &outlines),
            media_type: "text/x-opml; charset=utf-8",
            language: None,
            modified: None,
            max_age: 0,
            span: None,
            links: None,
        })
    })
    .await
}

/// A reader's own topics.
fn saved(reader: &Subscriber, base: &str) -> Vec<Outline> {
    let outline = |saved: &crate::model::SavedQuery| Outline {
        title: saved.name.clone(),
        xml_url: format!("{base}/feed.atom?{}", saved.query),
        html_url: Some(format!("{base}/feed?{}", saved.query)),
    };
    reader.saved.iter().map(outline).collect()
}
