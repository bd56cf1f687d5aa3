//! Sources: list, add, one, pause and resume, remove, and lists of them as OPML.

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::json;

use super::view::{ItemView, SourceView, problem};
use super::{Answer, ApiError, answer, operator, read};
use crate::admin::{Command, Reply};
use crate::model::{Item, Source, SourceId};
use crate::parse::opml;
use crate::web::operator::{LARGEST_LIST, Operator};
use crate::web::{WebError, WebState, body};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    status: Wanted,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wanted {
    Active,
    Paused,
}

/// All, by title.
pub async fn list(request: HttpRequest, state: Data<WebState>) -> Answer {
    let reply = operator(&request, &state)?.ask(Command::List).await?;
    let Reply::Sources { sources, .. } = reply else { return Err(WebError::NotFound.into()) };
    let sources: Vec<_> = sources.iter().map(|s| SourceView::of(s, &state.site)).collect();
    Ok(answer(StatusCode::OK, &json!({ "sources": sources })))
}

/// Adds one by the address of a feed, or of a page that names one.
pub async fn add(request: HttpRequest, state: Data<WebState>, payload: Payload) -> Answer {
    let operator = operator(&request, &state)?;
    let New { url } = read(payload).await?;
    let reply = operator.ask(Command::Add { addresses: vec![url] }).await?;
    let Reply::Added { sources } = reply else { return Err(WebError::NotFound.into()) };
    let Some(added) = sources.into_iter().next() else { return Err(WebError::NotFound.into()) };
    let told = added.problem.as_ref().map(problem);
    let Some(source) = added.source else {
        let words = added.problem.map(|p| format!("{} {}", p.what, p.hint)).unwrap_or_default();
        return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, &words));
    };
    let status = if added.existing { StatusCode::OK } else { StatusCode::CREATED };
    let view = SourceView::of(&source, &state.site);
    Ok(answer(status, &json!({ "source": view, "existing": added.existing, "problem": told })))
}

/// One, with its newest items.
pub async fn one(request: HttpRequest, state: Data<WebState>) -> Answer {
    let operator = operator(&request, &state)?;
    let (source, items) = find(&request, operator).await?;
    let items: Vec<_> = items.iter().map(ItemView::of).collect();
    let view = SourceView::of(&source, &state.site);
    Ok(answer(StatusCode::OK, &json!({ "source": view, "items": items })))
}

/// Pauses or resumes one.
pub async fn change(request: HttpRequest, state: Data<WebState>, payload: Payload) -> Answer {
    let operator = operator(&request, &state)?;
    let (source, _) = find(&request, operator).await?;
    let Change { status } = read(payload).await?;
    let resume = matches!(status, Wanted::Active);
    operator.ask(Command::Pause { which: source.id.to_string(), resume }).await?;
    let (source, _) = find(&request, operator).await?;
    Ok(answer(StatusCode::OK, &json!({ "source": SourceView::of(&source, &state.site) })))
}

/// Removes one with all that came from it.
pub async fn remove(request: HttpRequest, state: Data<WebState>) -> Answer {
    let operator = operator(&request, &state)?;
    let (source, _) = find(&request, operator).await?;
    operator.ask(Command::Remove { which: source.id.to_string() }).await?;
    Ok(HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish())
}

/// Adds the feeds of a list; none is asked before the answer.
pub async fn import(request: HttpRequest, state: Data<WebState>, payload: Payload) -> Answer {
    let operator = operator(&request, &state)?;
    let bytes = body::bytes(payload, LARGEST_LIST).await?;
    let found = opml::parse(&bytes)
        .map_err(|error| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()))?;
    let feeds = found.into_iter().map(|feed| (feed.title, feed.url)).collect();
    let reply = operator.ask(Command::Import { feeds }).await?;
    let Reply::Imported(report) = reply else { return Err(WebError::NotFound.into()) };
    Ok(answer(StatusCode::OK, &report))
}

/// All as a list.
pub async fn export(request: HttpRequest, state: Data<WebState>) -> Answer {
    let reply = operator(&request, &state)?.ask(Command::Export).await?;
    let Reply::Opml { opml } = reply else { return Err(WebError::NotFound.into()) };
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/x-opml; charset=utf-8")
        .body(opml))
}

/// By its whole id: what is done to it can't always be undone.
async fn find(request: &HttpRequest, operator: &Operator) -> Result<(Source, Vec<Item>), ApiError> {
    let missing = || ApiError::new(StatusCode::NOT_FOUND, "there is no such source");
    let id = request.match_info().get("source").unwrap_or_default();
    let id: SourceId = id.parse().map_err(|_| missing())?;
    match operator.ask(Command::Show { which: id.to_string(), all: false }).await {
        Ok(Reply::Source { source, items }) => Ok((*source, items)),
        Ok(_) | Err(WebError::Refused(_)) => Err(missing()),
        Err(error) => Err(error.into()),
    }
}
