//! What the operator does with sources: add, pause, resume, ask now, recognise speech, remove.

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::body::Form;
use super::super::card::show_name;
use super::super::shell::Shell;
use super::super::{WebError, WebState, tongue};
use super::enter::on;
use super::page::{Said, show};
use super::{changing, operator};
use crate::admin::{Command, Purpose, Reply};
use crate::model::SpeechPolicy;

/// Bytes of a form.
const LARGEST: usize = 64 * 1024;
/// Addresses added at once; each is asked while the browser waits.
const MOST: usize = 20;

/// Adds the addresses, one a line.
pub async fn add(
    request: HttpRequest,
    state: Data<WebState>,
    payload: Payload,
) -> Result<HttpResponse, WebError> {
    let form = Form::read(&request, payload, LARGEST).await?;
    let operator = changing(&request, &state, &form)?;
    let t = tongue::of(&request);
    let typed = form.get("addresses");
    let addresses: Vec<String> = typed.split_whitespace().map(str::to_owned).collect();
    let mut said = Said { typed: typed.to_owned(), ..Said::default() };
    if addresses.is_empty() {
        said.refused.push(t.say("operator.no_address").to_owned());
    } else if addresses.len() > MOST {
        said.refused.push(t.fill("operator.too_many", &[("n", &MOST)]));
    } else if let Reply::Added { sources } = operator.ask(Command::Add { addresses }).await? {
        let added = sources.iter().filter_map(|added| added.source.as_ref()).map(show_name);
        let added: Vec<String> = added.collect();
        if !added.is_empty() {
            said.done = Some(t.fill("operator.added", &[("shows", &added.join(", "))]));
        }
        let left = sources.iter().filter(|added| added.source.is_none());
        said.typed = left.map(|added| added.address.as_str()).collect::<Vec<_>>().join("\n");
        for added in sources {
            if let Some(problem) = added.problem {
                said.refused.push(format!("{}: {} {}", added.address, problem.what, problem.hint));
            }
        }
    }
    show(&request, &state, operator, said).await
}

/// Pauses, resumes or asks a source now, or sets when its speech is recognised.
pub async fn change(
    request: HttpRequest,
    state: Data<WebState>,
    payload: Payload,
) -> Result<HttpResponse, WebError> {
    let form = Form::read(&request, payload, LARGEST).await?;
    let operator = changing(&request, &state, &form)?;
    let which = request.match_info().get("source").unwrap_or_default().to_owned();
    let command = match request.match_info().get("verb") {
        Some("pause") => Command::Pause { which, resume: false },
        // What is none of the policies is the default.
        Some("speech") => {
            Command::Speech { which, policy: SpeechPolicy::named(form.get("policy")) }
        }
        // A source that is active is asked at once, too.
        _ => Command::Pause { which, resume: true },
    };
    operator.ask(command).await?;
    Ok(on(&state, None))
}

#[derive(Template)]
#[template(path = "operator_remove.html")]
struct Confirm {
    shell: Shell,
    token: String,
    id: String,
    text: String,
}

/// Asks once more before a source is removed.
pub async fn confirm(
    request: HttpRequest,
    state: Data<WebState>,
) -> Result<HttpResponse, WebError> {
    let operator = operator(&request, &state)?;
    let which = request.match_info().get("source").unwrap_or_default().to_owned();
    let Reply::Source { source, .. } = operator.ask(Command::Show { which, all: false }).await?
    else {
        return Err(WebError::NotFound);
    };
    let t = tongue::of(&request);
    let insights = t.count("count.insights", source.coverage.insights);
    let page = Confirm {
        shell: Shell::new(&state.site, t, "operator", t.say("operator.remove"), None),
        token: operator.secret.token(Purpose::Form),
        id: source.id.to_string(),
        text: t.fill("operator.confirm", &[("show", &show_name(&source)), ("insights", &insights)]),
    };
    let html = page.render()?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(response.content_type("text/html; charset=utf-8").body(html))
}

/// Removes a source with all that came from it.
pub async fn remove(
    request: HttpRequest,
    state: Data<WebState>,
    payload: Payload,
) -> Result<HttpResponse, WebError> {
    let form = Form::read(&request, payload, LARGEST).await?;
    let operator = changing(&request, &state, &form)?;
    let which = request.match_info().get("source").unwrap_or_default().to_owned();
    operator.ask(Command::Remove { which }).await?;
    Ok(on(&state, None))
}
