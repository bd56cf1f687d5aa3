//! A newsletter as its operator sees it: what it asks to be confirmed comes first, then its address, who may feed it,
//! and what is held back. All of it is for the operator's eyes only.

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::body::Form;
use super::super::card::show_name;
use super::super::shell::Shell;
use super::super::{WebError, WebState, tongue};
use super::page::{Said, show};
use super::{Operator, changing, operator};
use crate::admin::{Command, Purpose, Reply};
use crate::model::{
    Authenticity, Item, ItemState, MailPolicy, Mailbox, NoticeKind, Source, Visibility,
};
use crate::text::phrases::Phrases;

/// Bytes of a form.
const LARGEST: usize = 16 * 1024;

/// Messages of each kind on the page; `podbrief source show --all` has the rest.
const REQUESTS: usize = 5;
const HELD: usize = 50;
const ISSUES: usize = 20;

/// Each with its name in forms and its words.
const POLICIES: [(MailPolicy, &str, &str); 3] = [
    (MailPolicy::Flag, "flag", "operator.mail.flag"),
    (MailPolicy::Accept, "accept", "operator.mail.accept"),
    (MailPolicy::Reject, "reject", "operator.mail.reject"),
];

#[derive(Template)]
#[template(path = "operator_mailbox.html")]
struct Page {
    shell: Shell,
    token: String,
    id: String,
    address: String,
    seen_by: String,
    notices: Vec<Asked>,
    /// Name, words, and whether it is the one that holds.
    policies: Vec<(&'static str, String, bool)>,
    senders: Vec<String>,
    held_count: usize,
    held: Vec<Row>,
    issues: Vec<Row>,
    unsubscribe: Option<String>,
}

/// What a message wants of the operator.
struct Asked {
    what: String,
    /// Who asks.
    row: Row,
    link: Option<String>,
    code: Option<String>,
}

/// A message.
struct Row {
    title: String,
    date: String,
    from: String,
    /// What authentication said.
    verdict: String,
    /// Why it is held back, or gave nothing.
    why: String,
}

impl Row {
    fn of(item: &Item, t: &Phrases) -> Self {
        let mail = item.mail.as_ref();
        let sender = mail.map(|m| m.verdict.sender).unwrap_or_default();
        let verdict = match sender {
            Authenticity::Pass => "operator.mail.pass",
            Authenticity::Fail => "operator.mail.fail",
            Authenticity::Unknown => "operator.mail.unknown",
        };
        Self {
            title: item.title.clone(),
            date: t.date(&item.seen),
            from: mail.map(|m| m.from.clone()).unwrap_or_default(),
            verdict: t.say(verdict).to_owned(),
            why: mail
                .and_then(|m| m.held.clone())
                .or_else(|| item.problem.as_ref().map(|p| p.what.clone()))
                .unwrap_or_default(),
        }
    }
}

impl Asked {
    fn of(item: &Item, t: &Phrases) -> Option<Self> {
        let notice = item.mail.as_ref()?.notice.as_ref()?;
        let what = match notice.kind {
            NoticeKind::Confirmation => "operator.mail.confirmation",
            NoticeKind::Forwarding => "operator.mail.forwarding",
        };
        Some(Self {
            what: t.say(what).to_owned(),
            row: Row::of(item, t),
            link: notice.link.clone().filter(|link| is_web(link)),
            code: notice.code.clone(),
        })
    }
}

/// A mail may name any address; only those of the web are links here.
fn is_web(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("http://")
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let operator = operator(&request, &state)?;
    let (source, items) = find(operator, &which(&request)).await?;
    let Some(mailbox) = source.mailbox() else { return Err(WebError::NotFound) };
    let t = tongue::of(&request);
    let page = made(&state, operator, &source, mailbox, &items, t);
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(response.content_type("text/html; charset=utf-8").body(page.render()?))
}

fn made(
    state: &WebState,
    operator: &Operator,
    source: &Source,
    mailbox: &Mailbox,
    items: &[Item],
    t: &'static Phrases,
) -> Page {
    let verified = |verified| {
        t.say(if verified { "operator.mail.verified" } else { "operator.mail.unverified" })
    };
    let senders = mailbox.senders.iter();
    let held = || {
        items.iter().filter(|item| {
            let notice = item.mail.as_ref().is_some_and(|m| m.notice.is_some());
            item.state == ItemState::Held && !notice
        })
    };
    let unsubscribe = items.iter().find_map(|item| item.mail.as_ref()?.unsubscribe.clone());
    Page {
        shell: Shell::new(&state.site, t, "operator", &show_name(source), None),
        token: operator.secret.token(Purpose::Form),
        id: source.id.to_string(),
        address: format!("{}@{}", mailbox.local, operator.admin.ctx.mail.domain),
        seen_by: match &source.visibility {
            Visibility::Public => t.say("operator.mail.everyone").to_owned(),
            nobodys if *nobodys == Visibility::nobodys() => {
                t.say("operator.mail.nobody").to_owned()
            }
            Visibility::Private(reader) => {
                t.fill("operator.mail.reader", &[("reader", &reader.as_str())])
            }
        },
        notices: items.iter().filter_map(|item| Asked::of(item, t)).take(REQUESTS).collect(),
        policies: POLICIES
            .iter()
            .map(|(policy, name, words)| {
                (*name, t.say(words).to_owned(), *policy == mailbox.policy)
            })
            .collect(),
        senders: senders.map(|s| format!("{} ({})", s.address, verified(s.verified))).collect(),
        held_count: held().count(),
        held: held().take(HELD).map(|item| Row::of(item, t)).collect(),
        issues: items
            .iter()
            .filter(|item| item.state != ItemState::Held)
            .take(ISSUES)
            .map(|item| Row::of(item, t))
            .collect(),
        unsubscribe: unsubscribe.filter(|link| is_web(link)),
    }
}

fn which(request: &HttpRequest) -> String {
    request.match_info().get("source").unwrap_or_default().to_owned()
}

async fn find(operator: &Operator, which: &str) -> Result<(Source, Vec<Item>), WebError> {
    let asked = Command::Show { which: which.to_owned(), all: true };
    match operator.ask(asked).await? {
        Reply::Source { source, items } => Ok((*source, items)),
        _ => Err(WebError::NotFound),
    }
}

/// Mints an address.
pub async fn mint(
    request: HttpRequest,
    state: Data<WebState>,
    payload: Payload,
) -> Result<HttpResponse, WebError> {
    let form = Form::read(&request, payload, LARGEST).await?;
    let operator = changing(&request, &state, &form)?;
    let given = |name: &str| Some(form.get(name).trim().to_owned()).filter(|v| !v.is_empty());
    let command = Command::AddMailbox {
        name: form.get("name").to_owned(),
        public: form.get("public") == "yes",
        reader: given("reader"),
        policy: MailPolicy::default(),
    };
    match operator.ask(command).await {
        Ok(Reply::Changed { source }) => Ok(to(&state, source.id.as_str())),
        Err(WebError::Refused(why)) => {
            let said = Said { refused: vec![why], ..Said::default() };
            show(&request, &state, operator, said).await
        }
        Ok(_) => Err(WebError::NotFound),
        Err(error) => Err(error),
    }
}

/// Changes what becomes of strangers' mail, or lets a sender in.
pub async fn change(
    request: HttpRequest,
    state: Data<WebState>,
    payload: Payload,
) -> Result<HttpResponse, WebError> {
    let form = Form::read(&request, payload, LARGEST).await?;
    let operator = changing(&request, &state, &form)?;
    let which = which(&request);
    let command = match request.match_info().get("verb") {
        Some("trust") => {
            Command::Trust { which: which.clone(), sender: form.get("sender").to_owned() }
        }
        _ => {
            let wanted = POLICIES.iter().find(|(_, name, _)| *name == form.get("policy"));
            let policy = wanted.map(|(policy, ..)| *policy).unwrap_or_default();
            Command::Policy { which: which.clone(), policy }
        }
    };
    operator.ask(command).await?;
    Ok(to(&state, &which))
}

/// To a newsletter's page, which is another request.
fn to(state: &WebState, id: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, format!("{}/operator/mailboxes/{id}", state.site.root())))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}
