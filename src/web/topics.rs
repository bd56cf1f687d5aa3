//! `/topics`: all topics, with how much there is on each.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::Topic;

use super::card::Chip;
use super::respond::send;
use super::shell::{self, Shell};
use super::state::kept;
use super::{WebError, WebState, tongue};

#[derive(Template)]
#[template(path = "topics.html")]
struct Page {
    shell: Shell,
    rows: Vec<Row>,
}

struct Row {
    slug: String,
    name: String,
    description: String,
    count: usize,
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let t = tongue::of(&request);
    let document = kept(&state, format!("/topics {}", t.tag()), move |store, state| {
        let counts = store.topic_counts()?;
        let row = |topic: &Topic| {
            let chip = Chip::to(topic);
            let count = counts.get(&topic.slug).copied().unwrap_or(0);
            let (name, description) = chip.texts_in(t, &topic.description);
            Row { slug: chip.slug, name, description, count }
        };
        let page = Page {
            shell: Shell::new(&state.site, t, "topics", t.say("nav.topics"), None)
                .at("/topics")
                .about(t.say("topics.lead")),
            rows: state.topics.iter().map(row).collect(),
        };
        shell::page(&page, t)
    })
    .await?;
    send(&request, &document)
}
