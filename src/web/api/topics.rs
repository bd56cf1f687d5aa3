//! Topics: what they are called, what defines them, and how much there is on each. They are made in `topics.toml`.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::{Value, json};

use super::{Answer, ApiError, answer, operator};
use crate::model::Topic;
use crate::web::WebState;

/// All, in the order of the file.
pub async fn list(request: HttpRequest, state: Data<WebState>) -> Answer {
    operator(&request, &state)?;
    let counts = state.door.call(|store| store.topic_counts()).await?;
    let count = |slug: &str| counts.get(slug).copied().unwrap_or(0);
    let topics: Vec<Value> =
        state.topics.iter().map(|topic| view(topic, count(&topic.slug), &state)).collect();
    Ok(answer(StatusCode::OK, &json!({ "topics": topics })))
}

/// One.
pub async fn one(request: HttpRequest, state: Data<WebState>) -> Answer {
    operator(&request, &state)?;
    let slug = request.match_info().get("topic").unwrap_or_default();
    let Some(topic) = state.topics.get(slug) else {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "there is no such topic"));
    };
    let counts = state.door.call(|store| store.topic_counts()).await?;
    let count = counts.get(slug).copied().unwrap_or(0);
    Ok(answer(StatusCode::OK, &json!({ "topic": view(topic, count, &state) })))
}

fn view(topic: &Topic, insights: usize, state: &WebState) -> Value {
    json!({
        "slug": topic.slug,
        "name": topic.name,
        "description": topic.description,
        "words": topic.words,
        "insights": insights,
        "feed": format!("{}/topics/{}.atom", state.site.base_url, topic.slug),
    })
}
