//! `/topics`: all topics, with how much there is on each.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::card::Chip;
use super::respond::send;
use super::shell::{self, Shell};
use super::state::kept;
use super::{WebError, WebState};

#[derive(Template)]
#[template(path = "topics.html")]
struct Page {
    shell: Shell,
    rows: Vec<Row>,
}

struct Row {
    chip: Chip,
    description: String,
    count: usize,
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let document = kept(&state, "/topics".into(), |store, state| {
        let counts = store.topic_counts()?;
        let row = |topic| {
            let chip = Chip::to(topic);
            let count = counts.get(&topic.slug).copied().unwrap_or(0);
            Row { chip, description: topic.description.clone(), count }
        };
        shell::page(&Page {
            shell: Shell::new(&state.site, "topics", "Topics", None),
            rows: state.topics.iter().map(row).collect(),
        })
    })
    .await?;
    send(&request, &document)
}
