//! Readers of personal briefs: list, add, one, a new address, remove; and invitations. A secret is in the answer
//! that makes it and in no other.

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, ApiError, answer, operator, read};
use crate::admin::{Command, NewReader, ReaderCommand, ReaderReply, Reply};
use crate::model::{Days, EDITION_SIZE, Shape, Subscriber, SubscriberId};
use crate::web::operator::Operator;
use crate::web::{WebError, WebState};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct New {
    interests: String,
    topics: Vec<String>,
    sources: Vec<String>,
    zone: String,
    hour: u8,
    size: u8,
    shape: Shape,
    days: Days,
    explore: bool,
    language: String,
}

impl Default for New {
    fn default() -> Self {
        Self {
            interests: String::new(),
            topics: Vec::new(),
            sources: Vec::new(),
            zone: "UTC".into(),
            hour: 6,
            size: EDITION_SIZE,
            shape: Shape::Digest,
            days: Days::Daily,
            explore: true,
            language: "en".into(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    #[serde(default)]
    at_once: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invitation {
    #[serde(default = "fortnight")]
    days: u16,
}

fn fortnight() -> u16 {
    14
}

async fn ask(operator: &Operator, command: ReaderCommand) -> Result<ReaderReply, ApiError> {
    match operator.ask(Command::Readers(command)).await? {
        Reply::Readers(reply) => Ok(reply),
        _ => Err(WebError::NotFound.into()),
    }
}

/// All, the oldest first.
pub async fn list(request: HttpRequest, state: Data<WebState>) -> Answer {
    let reply = ask(operator(&request, &state)?, ReaderCommand::List).await?;
    let ReaderReply::List { readers } = reply else { return Err(WebError::NotFound.into()) };
    let subscribers: Vec<Value> = readers.iter().map(view).collect();
    Ok(answer(StatusCode::OK, &json!({ "subscribers": subscribers })))
}

/// Adds one and tells their address, this once.
pub async fn add(request: HttpRequest, state: Data<WebState>, payload: Payload) -> Answer {
    let operator = operator(&request, &state)?;
    let new: New = read(payload).await?;
    let new = NewReader {
        interests: new.interests,
        topics: new.topics,
        sources: new.sources,
        zone: new.zone,
        hour: new.hour,
        size: new.size,
        shape: new.shape,
        days: new.days,
        explore: new.explore,
        language: new.language,
    };
    let reply = ask(operator, ReaderCommand::Add(Box::new(new))).await?;
    addressed(reply, &state, StatusCode::CREATED)
}

/// One.
pub async fn one(request: HttpRequest, state: Data<WebState>) -> Answer {
    let operator = operator(&request, &state)?;
    let which = which(&request)?;
    let reply = ask(operator, ReaderCommand::Show { which }).await.map_err(missing)?;
    let ReaderReply::Reader { reader, votes, next } = reply else {
        return Err(WebError::NotFound.into());
    };
    let body = json!({ "subscriber": view(&reader), "votes": votes.len(), "next": next.rfc3339() });
    Ok(answer(StatusCode::OK, &body))
}

/// Gives one a new address.
pub async fn rotate(request: HttpRequest, state: Data<WebState>, payload: Payload) -> Answer {
    let operator = operator(&request, &state)?;
    let which = which(&request)?;
    let Rotation { at_once } = read(payload).await?;
    let reply = ask(operator, ReaderCommand::Rotate { which, at_once }).await.map_err(missing)?;
    addressed(reply, &state, StatusCode::OK)
}

/// Removes one with all that is kept of them.
pub async fn remove(request: HttpRequest, state: Data<WebState>) -> Answer {
    let operator = operator(&request, &state)?;
    let which = which(&request)?;
    ask(operator, ReaderCommand::Remove { which }).await.map_err(missing)?;
    Ok(HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish())
}

/// Makes a link for one sign-up.
pub async fn invite(request: HttpRequest, state: Data<WebState>, payload: Payload) -> Answer {
    let operator = operator(&request, &state)?;
    let Invitation { days } = read(payload).await?;
    let reply = ask(operator, ReaderCommand::Invite { days }).await?;
    let ReaderReply::Invited { path, until } = reply else {
        return Err(WebError::NotFound.into());
    };
    let link = format!("{}{path}", state.site.base_url);
    Ok(answer(StatusCode::CREATED, &json!({ "link": link, "until": until.rfc3339() })))
}

fn addressed(reply: ReaderReply, state: &WebState, status: StatusCode) -> Answer {
    let ReaderReply::Address { reader, path } = reply else {
        return Err(WebError::NotFound.into());
    };
    let page = format!("{}{path}", state.site.base_url);
    let feed = format!("{page}.atom");
    Ok(answer(status, &json!({ "subscriber": view(&reader), "page": page, "feed": feed })))
}

/// Whole ids only.
fn which(request: &HttpRequest) -> Result<String, ApiError> {
    let id = request.match_info().get("subscriber").unwrap_or_default();
    id.parse::<SubscriberId>()
        .map(|id| id.to_string())
        .map_err(|_| missing(WebError::NotFound.into()))
}

fn missing(error: ApiError) -> ApiError {
    if error.status.is_client_error() {
        return ApiError::new(StatusCode::NOT_FOUND, "there is no such subscriber");
    }
    error
}

fn view(reader: &Subscriber) -> Value {
    json!({
        "id": reader.id,
        "created": reader.created.rfc3339(),
        "interests": reader.interests,
        "topics": reader.topics,
        "sources": reader.sources,
        "muted": reader.muted,
        "zone": reader.zone,
        "hour": reader.hour,
        "size": reader.size,
        "shape": reader.shape,
        "days": reader.days,
        "explore": reader.explore,
        "language": reader.language,
        "editions": reader.progress.editions,
        "last_day": reader.progress.day,
    })
}
