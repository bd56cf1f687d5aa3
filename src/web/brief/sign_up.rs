//! `POST /brief`: a sign-up. One answer later the reader has their address. `/invite/{code}`: the form for whoever
//! was invited.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use crate::model::{Days, Secret, Shape};
use crate::pipeline;

use super::super::limit::Kind;
use super::super::signup::{Filled, Mode};
use super::super::{WebError, WebState, landing};
use super::form::{self, Fields, More};
use super::{Desk, answer, failed, see_other, tongue};

/// Takes the form.
pub async fn submit(
    request: HttpRequest,
    payload: Payload,
    state: Data<WebState>,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    // Mistakes count too: invitations can't be guessed by trying.
    state.limits.take(Kind::SignUp, &request, desk.now())?;
    let t = tongue(&request);
    let fields = Fields::read(&form::body(payload).await?);
    let (shared, own) = (Data::clone(&state), Data::clone(&desk));
    let checked = state.door.call(move |store| {
        Ok((|| {
            let first = More {
                size: own.size.to_string(),
                shape: Shape::Digest,
                days: Days::Daily,
                explore: fields.one("explore").is_none() || fields.ticked("explore"),
            };
            let mut taken = form::take(&fields, store, &shared, first, t)?;
            let invite = form::invitation(&mut taken.filled, store, &own, t)?;
            if !taken.filled.errors.is_empty() {
                taken.asked = None;
            }
            Ok::<_, WebError>((taken, invite))
        })())
    });
    let (taken, invite) = checked.await??;
    let mut filled = taken.filled;
    if let Some(asked) = taken.asked {
        let signed = pipeline::sign_up(&desk.ctx, asked, invite, desk.now()).await;
        if let Some((reader, secret)) = signed.map_err(failed)? {
            tracing::info!(subscriber = %reader.id, "a reader signed up");
            return Ok(see_other(&state, &format!("/brief/{}", secret.reveal())));
        }
        // Someone else was faster with the same invitation.
        filled.errors.insert("invite", t.say("brief.error.invite").to_owned());
    }
    again(&request, &state, &desk, filled, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// The form for whoever was invited.
pub async fn invited(
    request: HttpRequest,
    state: Data<WebState>,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    let code = request.match_info().get("code").unwrap_or_default();
    let Some(secret) = Secret::parse(code) else { return Err(WebError::NotFound) };
    let (hash, now) = (secret.hash(), desk.now());
    let good = state.door.call(move |store| store.invite(&hash, now)).await?;
    if !good || desk.mode == Mode::Closed {
        return Err(WebError::NotFound);
    }
    let filled = Filled { invite: secret.reveal().to_owned(), ..Filled::default() };
    again(&request, &state, &desk, filled, StatusCode::OK).await
}

/// The landing page with the form as it was filled in.
async fn again(
    request: &HttpRequest,
    state: &Data<WebState>,
    desk: &Data<Desk>,
    filled: Filled,
    status: StatusCode,
) -> Result<HttpResponse, WebError> {
    let (t, mode) = (tongue(request), desk.mode);
    let shared = Data::clone(state);
    let made = state.door.call(move |store| Ok(landing::render(store, &shared, t, mode, filled)));
    answer(request, made.await??, status)
}
