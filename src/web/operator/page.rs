//! `/operator`: all sources with what the operator wants to know of each, and how the server does.

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::card::show_name;
use super::super::shell::Shell;
use super::super::{WebError, WebState, sources, tongue};
use super::{Operator, model, operator};
use crate::admin::{Command, Purpose, Reply};
use crate::model::{Source, SourceKind, SourceStatus, SpeechPolicy, Timestamp, Visibility, Why};
use crate::text::phrases::Phrases;

#[derive(Template)]
#[template(path = "operator.html")]
struct Page {
    shell: Shell,
    token: String,
    rows: Vec<Row>,
    facts: Vec<(String, String)>,
    /// Of the language model.
    warnings: Vec<String>,
    /// What was just done.
    done: Option<String>,
    /// What could not be done, and what was typed.
    refused: Vec<String>,
    typed: String,
}

/// A source, for the operator.
pub(super) struct Row {
    pub id: String,
    pub title: String,
    pub url: String,
    pub private: bool,
    /// Mail comes to it.
    pub mailbox: bool,
    /// Active, paused or gone.
    pub state: String,
    pub active: bool,
    pub coverage: String,
    pub insights: u32,
    pub last: Option<String>,
    pub next: Option<String>,
    /// Why then.
    pub why: Option<String>,
    pub problem: Option<(String, String)>,
    /// When its speech is recognised: name, words, whether chosen. Empty where it never could be.
    pub speech: Vec<(&'static str, String, bool)>,
    /// What a language model did for it.
    pub model: Option<String>,
}

impl Row {
    /// `hears` says whether there is a recogniser.
    pub(super) fn of(source: &Source, hears: bool, t: &Phrases, now: Timestamp) -> Self {
        let url = match &source.kind {
            SourceKind::Feed { url } => url,
            // Only the operator sees this.
            SourceKind::Mailbox(mailbox) => &mailbox.local,
        };
        let active = source.status == SourceStatus::Active;
        let state = match source.status {
            SourceStatus::Active => "operator.active",
            SourceStatus::Paused => "operator.paused",
            SourceStatus::Gone => "operator.gone",
        };
        Self {
            id: source.id.to_string(),
            title: show_name(source),
            url: url.clone(),
            mailbox: source.mailbox().is_some(),
            private: source.visibility != Visibility::Public,
            state: t.say(state).to_owned(),
            active,
            coverage: sources::coverage(&source.coverage, t),
            insights: source.coverage.insights,
            last: source.poll.last.map(|at| ago(now.since(at).as_secs(), "operator.ago", t)),
            next: active.then(|| ago(source.poll.next.since(now).as_secs(), "operator.in", t)),
            why: source.poll.why.filter(|_| active).map(|why| t.say(reason(why)).to_owned()),
            speech: if hears && source.feed_url().is_some() {
                speech(source, t)
            } else {
                Vec::new()
            },
            model: model::row(&source.coverage, t),
            problem: source.poll.problem.as_ref().map(|p| (p.what.clone(), p.hint.clone())),
        }
    }
}

fn speech(source: &Source, t: &Phrases) -> Vec<(&'static str, String, bool)> {
    let mut choices = vec![("default", "operator.speech.default", source.speech.is_none())];
    let chosen = |policy| source.speech == Some(policy);
    choices.push(("never", "operator.speech.never", chosen(SpeechPolicy::Never)));
    choices.push(("missing", "operator.speech.missing", chosen(SpeechPolicy::Missing)));
    choices.push(("always", "operator.speech.always", chosen(SpeechPolicy::Always)));
    choices.into_iter().map(|(name, key, chosen)| (name, t.say(key).to_owned(), chosen)).collect()
}

fn reason(why: Why) -> &'static str {
    match why {
        Why::Usual => "operator.why.usual",
        Why::Host => "operator.why.host",
        Why::Feed => "operator.why.feed",
        Why::Habit => "operator.why.habit",
        Why::Expected => "operator.why.expected",
        Why::BackOff => "operator.why.back_off",
        Why::RetryAfter => "operator.why.retry_after",
        Why::HostRests => "operator.why.host_rests",
        Why::Hub => "operator.why.hub",
    }
}

/// `5 minutes ago`, in the words of `key`.
fn ago(seconds: u64, key: &str, t: &Phrases) -> String {
    let (unit, count) = match seconds {
        0..=89 => return t.say(&format!("{key}.now")).to_owned(),
        90..=5399 => ("operator.minutes", (seconds + 30) / 60),
        5400..=129_599 => ("operator.hours", (seconds + 1800) / 3600),
        _ => ("operator.days", (seconds + 43_200) / 86_400),
    };
    let span = t.count(unit, usize::try_from(count).unwrap_or(usize::MAX));
    t.fill(&format!("{key}.span"), &[("span", &span)])
}

/// What the page says beside the sources.
#[derive(Default)]
pub(super) struct Said {
    pub done: Option<String>,
    pub refused: Vec<String>,
    pub typed: String,
}

/// The page.
pub async fn sources(
    request: HttpRequest,
    state: Data<WebState>,
) -> Result<HttpResponse, WebError> {
    let operator = operator(&request, &state)?;
    show(&request, &state, operator, Said::default()).await
}

/// The page, with what was said to the operator's last deed.
pub(super) async fn show(
    request: &HttpRequest,
    state: &Data<WebState>,
    operator: &Operator,
    said: Said,
) -> Result<HttpResponse, WebError> {
    let t = tongue::of(request);
    let now = state.find.now();
    let Reply::Sources { sources, model } = operator.ask(Command::List).await? else {
        return Err(WebError::Refused("the list of sources did not come".into()));
    };
    let hears = operator.admin.ctx.listening.is_some();
    let status = if said.refused.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let page = Page {
        shell: Shell::new(&state.site, t, "operator", t.say("operator.title"), None),
        token: operator.secret.token(Purpose::Form),
        rows: sources.iter().map(|source| Row::of(source, hears, t, now)).collect(),
        facts: facts(operator, t).await?,
        warnings: model.map(|model| model::warnings(&model, t)).unwrap_or_default(),
        done: said.done,
        refused: said.refused,
        typed: said.typed,
    };
    let html = page.render()?;
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(response.content_type("text/html; charset=utf-8").body(html))
}

async fn facts(operator: &Operator, t: &Phrases) -> Result<Vec<(String, String)>, WebError> {
    let Reply::Status { counts, instance, version, model, .. } =
        operator.ask(Command::Status).await?
    else {
        return Ok(Vec::new());
    };
    let fact = |key: &str, value: String| (t.say(key).to_owned(), value);
    let mut facts = vec![
        fact("operator.version", version),
        fact("operator.since", t.date(&instance.created)),
        fact("operator.items", counts.items.to_string()),
        fact("operator.insights", counts.insights.to_string()),
        fact("operator.jobs", counts.jobs.to_string()),
        fact("operator.listeners", counts.listeners.to_string()),
    ];
    facts.extend(model.map(|model| model::facts(&model, t)).unwrap_or_default());
    Ok(facts)
}
