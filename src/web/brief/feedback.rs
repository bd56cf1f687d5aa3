//! `/f/{token}`: what a reader says of an insight, from within any feed reader. Looking at the page changes nothing,
//! since mail programs and browsers follow links by themselves; its button does, and another takes it back.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::{InsightId, Subscriber, SubscriberId, Timestamp, Vote, VoteKind};
use crate::publish::brief::label;
use crate::publish::token::{self, Act};
use crate::store::Store;
use crate::text::phrases::Phrases;

use super::super::card::show_name;
use super::super::rendered::Made;
use super::super::shell::{self, Shell};
use super::super::{WebError, WebState};
use super::form::{self, Fields};
use super::{Desk, answer, private, tongue};

#[derive(Template)]
#[template(path = "brief/feedback.html")]
struct Page {
    shell: Shell,
    /// Path of this page, below the root.
    own: String,
    headline: String,
    show: String,
    /// What the button does.
    act: String,
    /// What that means.
    hint: String,
    /// It is said already.
    said: bool,
    /// Just now.
    done: bool,
    /// The same insight's other links: path and label.
    others: Vec<(String, String)>,
}

/// What a link is about.
struct Asked {
    reader: SubscriberId,
    insight: InsightId,
    act: Act,
}

fn asked(request: &HttpRequest, desk: &Desk) -> Result<Asked, WebError> {
    let token = request.match_info().get("token").unwrap_or_default();
    let (reader, insight, act) =
        token::read_feedback(&desk.ctx.key, token).ok_or(WebError::NotFound)?;
    Ok(Asked { reader, insight, act })
}

/// The page with the button.
pub async fn page(
    request: HttpRequest,
    state: Data<WebState>,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    let asked = asked(&request, &desk)?;
    let t = tongue(&request);
    private(&request, &state, move |store, state| render(store, state, &desk, &asked, false, t))
        .await
}

/// The button.
pub async fn submit(
    request: HttpRequest,
    payload: Payload,
    state: Data<WebState>,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    let asked = asked(&request, &desk)?;
    let undo = Fields::read(&form::body(payload).await?).ticked("undo");
    let t = tongue(&request);
    let shared = Data::clone(&state);
    let made = state.door.call(move |store| {
        Ok((|| {
            let said = said_of(store, &asked)?;
            if undo {
                take_back(store, &asked, &said)?;
            } else {
                say(store, &asked, &said, desk.now())?;
            }
            render(store, &shared, &desk, &asked, true, t)
        })())
    });
    answer(&request, made.await??, StatusCode::OK)
}

/// What is voted on: the insight, or what an earlier vote kept of it.
struct Said {
    reader: Subscriber,
    headline: String,
    source: crate::model::SourceId,
    topics: Vec<String>,
    vote: Option<Vote>,
}

fn said_of(store: &dyn Store, asked: &Asked) -> Result<Said, WebError> {
    let reader = store.subscriber(&asked.reader)?.ok_or(WebError::NotFound)?;
    let vote = store.vote(&asked.reader, &asked.insight)?;
    let insight = store.insight(&asked.insight, Some(&asked.reader))?;
    let (headline, source, topics) = match (insight, &vote) {
        (Some(insight), _) => {
            let line = if insight.headline.is_empty() { insight.claim } else { insight.headline };
            (line, insight.source, insight.topics)
        }
        (None, Some(vote)) => (vote.headline.clone(), vote.source.clone(), vote.topics.clone()),
        (None, None) => return Err(WebError::NotFound),
    };
    Ok(Said { reader, headline, source, topics, vote })
}

fn kind(act: Act) -> Option<VoteKind> {
    match act {
        Act::More => Some(VoteKind::More),
        Act::Less => Some(VoteKind::Less),
        Act::Knew => Some(VoteKind::Knew),
        Act::Mute => None,
    }
}

fn say(store: &dyn Store, asked: &Asked, said: &Said, now: Timestamp) -> Result<(), WebError> {
    match kind(asked.act) {
        Some(kind) => {
            store.save_vote(Vote {
                subscriber: asked.reader.clone(),
                insight: asked.insight.clone(),
                kind,
                at: now,
                headline: said.headline.clone(),
                source: said.source.clone(),
                topics: said.topics.clone(),
            })?;
        }
        None => {
            store.change_subscriber(&asked.reader, None, &mut |reader| {
                reader.sources.retain(|source| *source != said.source);
                if !reader.muted.contains(&said.source) {
                    reader.muted.push(said.source.clone());
                }
            })?;
        }
    }
    Ok(())
}

fn take_back(store: &dyn Store, asked: &Asked, said: &Said) -> Result<(), WebError> {
    match kind(asked.act) {
        Some(kind) => {
            // Another vote on the same insight, given meanwhile, stays.
            if said.vote.as_ref().is_some_and(|vote| vote.kind == kind) {
                store.drop_votes(&asked.reader, Some(&asked.insight))?;
            }
        }
        None => {
            store.change_subscriber(&asked.reader, None, &mut |reader| {
                reader.muted.retain(|source| *source != said.source);
            })?;
        }
    }
    Ok(())
}

fn render(
    store: &dyn Store,
    state: &WebState,
    desk: &Desk,
    asked: &Asked,
    done: bool,
    t: &'static Phrases,
) -> Result<Made, WebError> {
    let now = said_of(store, asked)?;
    let said = match kind(asked.act) {
        Some(kind) => now.vote.as_ref().is_some_and(|vote| vote.kind == kind),
        None => now.reader.muted.contains(&now.source),
    };
    let show = store.source(&now.source)?.map(|source| show_name(&source)).unwrap_or_default();
    let path = |act: Act| {
        format!("/f/{}", token::feedback(&desk.ctx.key, &asked.reader, &asked.insight, act))
    };
    let others = Act::ALL.into_iter().filter(|act| *act != asked.act);
    let others = others.map(|act| (path(act), label(act, t).to_owned())).collect();
    let act = label(asked.act, t).to_owned();
    let page = Page {
        shell: Shell::new(&state.site, t, "", &act, None),
        own: path(asked.act),
        headline: now.headline,
        hint: hint(asked.act, &show, t),
        show,
        act,
        said,
        done,
        others,
    };
    Ok(Made { max_age: 0, ..shell::page(&page, t)? })
}

fn hint(act: Act, show: &str, t: &Phrases) -> String {
    match act {
        Act::More => t.say("brief.feedback.more").to_owned(),
        Act::Less => t.say("brief.feedback.less").to_owned(),
        Act::Knew => t.say("brief.feedback.knew").to_owned(),
        Act::Mute => t.fill("brief.feedback.mute", &[("show", &show)]),
    }
}
