//! `POST /websub`: somebody asks in a callback's name to be told of a feed, or no longer (WebSub 5.1). It is written down
//! and answered with 202; the callback itself is asked later.

use std::collections::HashSet;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use url::Url;

use crate::fetch::Fetcher;
use crate::model::{Listener, ListenerId, Mode, Wish};
use crate::publish::Site;

use super::super::body::Form;
use super::super::brief::Desk;
use super::super::limit::Kind;
use super::super::{WebError, WebState};
use super::topic::Topic;
use super::{OF_ONE_HOST, QUESTIONS, host};

/// Bytes of a request.
const MAX_FORM: usize = 16 * 1024;
/// Bytes of a callback's address.
const MAX_CALLBACK: usize = 2000;
/// Bytes of `hub.secret` (WebSub 5.1).
const MAX_SECRET: usize = 200;
const FULL: &str = "this hub has no room for more subscriptions (of this callback's host)";

/// Takes the request, or says in plain text what is wrong with it.
pub async fn ask(
    request: HttpRequest,
    payload: Payload,
    state: Data<WebState>,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    if !state.hub.is_open() {
        return Err(WebError::NotFound);
    }
    let now = (desk.clock)();
    state.limits.take(Kind::Hub, &request, now)?;
    let form = Form::read(&request, payload, MAX_FORM).await?;
    let asked = match Asked::read(&form, &desk.ctx.strangers) {
        Ok(asked) => asked,
        Err(why) => return Ok(said(StatusCode::BAD_REQUEST, why)),
    };
    let Some(topic) = Topic::of(&asked.topic, &state.site) else {
        return Ok(said(StatusCode::NOT_FOUND, "hub.topic is no feed of this server"));
    };
    let shared = Data::clone(&state).into_inner();
    let most = state.hub.most;
    let done = desk.ctx.door.call(move |store| {
        let address = match topic.address(store, &shared) {
            Ok(address) => address,
            Err(error) => return Ok(Err(error)),
        };
        if address != asked.topic {
            let text = format!("hub.topic must be as the feed's self link has it: {address}");
            return Ok(Ok((StatusCode::BAD_REQUEST, text)));
        }
        let id = ListenerId::new(&asked.topic, &asked.callback);
        if asked.mode == Mode::Unsubscribe && !store.listeners()?.iter().any(|l| l.id == id) {
            // Nobody need be asked: it is so already.
            return Ok(Ok((StatusCode::ACCEPTED, String::new())));
        }
        let wish = Some(Wish::new(asked.mode, asked.secret, asked.lease, now));
        let (question, named) = (topic.is_question(), asked.topic.clone());
        let listener =
            Listener { id, topic: asked.topic, callback: asked.callback, wish, grant: None };
        let own = host(&listener);
        let taken = store.ask_hub(listener, &|all| {
            all.len() < most
                && all.iter().filter(|l| host(l) == own).count() < OF_ONE_HOST
                && !(question && too_many_questions(all, &named, &shared.site))
        })?;
        Ok(Ok(match taken {
            true => (StatusCode::ACCEPTED, String::new()),
            false => (StatusCode::SERVICE_UNAVAILABLE, FULL.to_owned()),
        }))
    });
    let (status, text) = match done.await? {
        Err(error) if error.is_missing() => {
            return Ok(said(StatusCode::NOT_FOUND, "hub.topic is no feed of this server"));
        }
        other => other?,
    };
    state.hub.bell.notify_one();
    let mut response = said(status, text);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        let hour = header::HeaderValue::from_static("3600");
        response.headers_mut().insert(header::RETRY_AFTER, hour);
    }
    Ok(response)
}

/// Whether there is no room for another question.
fn too_many_questions(all: &[Listener], named: &str, site: &Site) -> bool {
    let mut known: HashSet<&str> = all.iter().map(|listener| listener.topic.as_str()).collect();
    known.retain(|topic| Topic::of(topic, site).is_some_and(|topic| topic.is_question()));
    !known.contains(named) && known.len() >= QUESTIONS
}

fn said(status: StatusCode, text: impl Into<String>) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(text.into())
}

/// A request that was understood.
struct Asked {
    mode: Mode,
    topic: String,
    callback: String,
    secret: Option<String>,
    lease: Option<u64>,
}

impl Asked {
    fn read(form: &Form, fetcher: &Fetcher) -> Result<Self, String> {
        let mode = match form.get("hub.mode") {
            "subscribe" => Mode::Subscribe,
            "unsubscribe" => Mode::Unsubscribe,
            _ => return Err("hub.mode must be subscribe or unsubscribe".into()),
        };
        let callback = form.get("hub.callback");
        let bad = "hub.callback must be an http or https address, without a name and password, of at most 2000 bytes";
        let url = Url::parse(callback).ok().filter(|url| {
            callback.len() <= MAX_CALLBACK
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.fragment().is_none()
        });
        let url = url.ok_or(bad)?;
        // The rest is judged whenever it is asked: names may lead anywhere.
        fetcher.may_ask(&url).map_err(|error| format!("hub.callback: {error}"))?;
        let secret = form.get("hub.secret");
        if secret.len() > MAX_SECRET {
            return Err(format!("hub.secret must not be longer than {MAX_SECRET} bytes"));
        }
        let lease = match form.get("hub.lease_seconds").trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| "hub.lease_seconds must be a whole number")?),
        };
        Ok(Self {
            mode,
            topic: form.get("hub.topic").to_owned(),
            callback: callback.to_owned(),
            secret: (!secret.is_empty()).then(|| secret.to_owned()),
            lease,
        })
    }
}
