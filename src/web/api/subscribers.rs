//! Subscribers: list, add, one, a new address, remove. A secret address is told once, to whoever made it.

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answer, ApiError, answer, operator, read};
use crate::admin::{Command, NewReader, ReaderCommand, ReaderReply, Reply};
use crate::model::{Days, EDITION_SIZE, Shape, Subscriber, SubscriberId};
use crate::publish::Site;
use crate::web::operator::Operator;
use crate::web::{WebError, WebState};

/// As sent; what is left out is as the sign-up page has it.
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
            language: String::new(),
        }
    }
}

#[derive(Serialize)]
struct View {
    id: String,
    created: String,
    interests: String,
    topics: Vec<String>,
    sources: Vec<String>,
    muted: Vec<String>,
    zone: String,
    hour: u8,
    size: u8,
    shape: Shape,
    days: Days,
    explore: bool,
    language: String,
}

impl View {
    fn of(reader: &Subscriber) -> Self {
        let ids = |ids: &[crate::model::SourceId]| ids.iter().map(ToString::to_string).collect();
        Self {
            id: reader.id.to_string(),
            created: reader.created.rfc3339(),
            interests: reader.interests.clone(),
            topics: reader.topics.clone(),
            sources: ids(&reader.sources),
            muted: ids(&reader.muted),
            zone: reader.zone.clone(),
            hour: reader.hour,
            size: reader.size,
            shape: reader.shape,
            days: reader.days,
            explore: reader.explore,
            language: reader.language.clone(),
        }
    }
}

/// All, the oldest first.
pub async fn list(request: HttpRequest, state: Data<WebState>) -> Answer {
    let reply = ask(operator(&request, &state)?, ReaderCommand::List).await?;
    let ReaderReply::List { readers } = reply else { return Err(WebError::NotFound.into()) };
    let readers: Vec<View> = readers.iter().map(View::of).collect();
    Ok(answer(StatusCode::OK, &json!({ "subscribers": readers })))
}

/// Adds one and tells their secret address.
pub async fn add(request: HttpRequest, state: Data<WebState>, payload: Payload) -> Answer {
    let operator = operator(&request, &state)?;
    let New { interests, topics, sources, zone, hour, size, shape, days, explore, language } =
        read(payload).await?;
    let new =
        NewReader { interests, topics, sources, zone, hour, size, shape, days, explore, language };
    match ask(operator, ReaderCommand::Add(Box::new(new))).await {
        Ok(reply) => address(StatusCode::CREATED, reply, &state.site),
        Err(WebError::Refused(text)) => Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, &text)),
        Err(error) => Err(error.into()),
    }
}

/// One.
pub async fn one(request: HttpRequest, state: Data<WebState>) -> Answer {
    let reader = find(&request, operator(&request, &state)?).await?;
    Ok(answer(StatusCode::OK, &json!({ "subscriber": View::of(&reader) })))
}

/// Gives them a new secret address; the old one ends at once.
pub async fn rotate(request: HttpRequest, state: Data<WebState>) -> Answer {
    let operator = operator(&request, &state)?;
    let which = find(&request, operator).await?.id.to_string();
    let reply = ask(operator, ReaderCommand::Rotate { which, at_once: true }).await?;
    address(StatusCode::OK, reply, &state.site)
}

/// Removes one with all that is kept of them.
pub async fn remove(request: HttpRequest, state: Data<WebState>) -> Answer {
    let operator = operator(&request, &state)?;
    let which = find(&request, operator).await?.id.to_string();
    ask(operator, ReaderCommand::Remove { which }).await?;
    Ok(HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish())
}

fn address(status: StatusCode, reply: ReaderReply, site: &Site) -> Answer {
    let ReaderReply::Address { reader, path } = reply else {
        return Err(WebError::NotFound.into());
    };
    let page = format!("{}{path}", site.base_url);
    Ok(answer(
        status,
        &json!({ "subscriber": View::of(&reader), "page": page, "feed": format!("{page}.atom") }),
    ))
}

async fn ask(operator: &Operator, command: ReaderCommand) -> Result<ReaderReply, WebError> {
    match operator.ask(Command::Readers(command)).await? {
        Reply::Readers(reply) => Ok(reply),
        _ => Err(WebError::NotFound),
    }
}

/// By the whole id.
async fn find(request: &HttpRequest, operator: &Operator) -> Result<Subscriber, ApiError> {
    let missing = || ApiError::new(StatusCode::NOT_FOUND, "there is no such subscriber");
    let id = request.match_info().get("subscriber").unwrap_or_default();
    let id: SubscriberId = id.parse().map_err(|_| missing())?;
    match ask(operator, ReaderCommand::Show { which: id.to_string() }).await {
        Ok(ReaderReply::Reader { reader, .. }) => Ok(*reader),
        Ok(_) | Err(WebError::Refused(_)) => Err(missing()),
        Err(error) => Err(error.into()),
    }
}
