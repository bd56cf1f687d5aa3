//! `/insights/{id}`: the claim, its proof with a player at the right second, and what others say of it.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::{Gone, Insight, InsightId};
use crate::publish::{FeedHead, clean, picture};
use crate::store::Store;

use super::card::{Card, Shelf};
use super::player::Player;
use super::respond::send;
use super::shell::{self, Shell};
use super::state::fresh;
use super::{WebError, WebState, relations, subject, tongue};

/// A page shows no more; the JSON has it whole.
const QUOTE: usize = 6000;

/// Of another insight's claim.
const STANCE: usize = 240;

/// How many related insights are shown.
const RELATED: usize = 8;

/// How many shows are named that say the same.
const VOICES: usize = 12;

#[derive(Template)]
#[template(path = "insight.html")]
struct Page {
    shell: Shell,
    card: Card,
    /// None where the claim is in its very words.
    quote: Option<String>,
    player: Option<Player>,
    also: Vec<Voice>,
    /// The model that wrote the claim.
    written: Option<String>,
    stances: Vec<Stance>,
    names: Vec<String>,
    related: Vec<Card>,
    feeds: Vec<FeedHead>,
}

/// How it stands to another insight, as a model judges.
struct Stance {
    words: &'static str,
    insight: String,
    claim: String,
    show: String,
    model: String,
}

/// Another show that says the very same.
struct Voice {
    insight: String,
    show: String,
}

/// The page. Made anew each time, because related insights come from an index beside the store.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let id = asked(&request)?;
    let t = tongue::of(&request);
    let document = fresh(&state, move |store, state| {
        let insight = public_insight(store, &id)?;
        let mut shelf = Shelf::new(store, &state.topics);
        let card = shelf.card(&insight)?.ok_or(WebError::NotFound)?;
        let (source, item) = shelf.whence(&insight)?.ok_or(WebError::NotFound)?;
        let own = subject::of_source(source, &state.site);
        let player = Player::of(item, card.via.as_deref());
        let quote = clean::line(&insight.quote.text, QUOTE);
        let also = shelf.cards(&also_said(store, state, &insight)?)?;
        let also: Vec<_> =
            also.into_iter().map(|card| Voice { insight: card.id, show: card.show }).collect();
        let mut stances = Vec::new();
        for judged in relations::judged(store, &insight)? {
            let Some(other) = shelf.cards(&[judged.other])?.pop() else { continue };
            stances.push(Stance {
                words: judged.side.key(),
                insight: other.id,
                claim: clean::line(&other.claim, STANCE),
                show: other.show,
                model: clean::line(&judged.model, 100),
            });
        }
        let written = insight.written.as_ref().map(|by| clean::line(&by.model, 100));
        let related = related(store, state, &insight)?.into_iter().map(|(insight, _)| insight);
        // Who says the very same is named already.
        let related: Vec<_> = related
            .filter(|other| also.iter().all(|voice| voice.insight != other.id.as_str()))
            .collect();
        let topics = insight.topics.iter().filter_map(|slug| state.topics.get(slug));
        let headline = match clean::line(&insight.headline, 200) {
            empty if empty.is_empty() => clean::line(&card.claim, 90),
            headline => headline,
        };
        let mut shell = Shell::new(&state.site, t, "", &headline, Some(&own))
            .at(&format!("/insights/{}", card.id))
            .about(&clean::line(&card.claim, 300));
        if picture::is_drawable(&card.claim) {
            let alt = clean::line(&card.claim, 400);
            shell = shell.pictured(format!("/insights/{}.png", card.id), &alt);
        }
        let page = Page {
            shell,
            quote: (quote != card.claim).then_some(quote),
            player,
            also,
            written,
            stances,
            names: insight.names.iter().map(|name| clean::line(name, 100)).collect(),
            related: shelf.cards(&related)?,
            feeds: topics.map(|topic| subject::of_topic(topic, &state.site)).chain([own]).collect(),
            card,
        };
        shell::page(&page, t)
    })
    .await?;
    send(&request, &document)
}

/// The insight if everyone may see it.
///
/// # Errors
/// [`WebError::Gone`] if it was removed, else [`WebError::NotFound`].
pub fn public_insight(store: &dyn Store, id: &InsightId) -> Result<Insight, WebError> {
    match store.insight(id, None)? {
        Some(insight) => Ok(insight),
        None => subject::missing(store, &Gone::Insight(id.clone())),
    }
}

/// Public insights of other shows that say the very same, one of each show.
///
/// # Errors
/// What the store gives.
pub fn also_said(
    store: &dyn Store,
    state: &WebState,
    insight: &Insight,
) -> Result<Vec<Insight>, WebError> {
    let mut heard = vec![insight.source.clone()];
    let mut voices = Vec::new();
    for (id, source) in state.index.also_said(&insight.id, None) {
        if heard.contains(&source) || voices.len() >= VOICES {
            continue;
        }
        // The store has the last word on what is there and who may see it.
        let Some(other) = store.insight(&id, None)? else { continue };
        heard.push(source);
        voices.push(other);
    }
    Ok(voices)
}

/// The insight that is asked for.
///
/// # Errors
/// [`WebError::NotFound`] if the address holds no identifier.
pub fn asked(request: &HttpRequest) -> Result<InsightId, WebError> {
    let id = request.match_info().get("insight").unwrap_or_default();
    id.parse().map_err(|_| WebError::NotFound)
}

/// Public insights of other items about the same claim, nearest first.
///
/// # Errors
/// What the store gives.
pub fn related(
    store: &dyn Store,
    state: &WebState,
    insight: &Insight,
) -> Result<Vec<(Insight, f32)>, WebError> {
    let mut related = (state.related)(store, insight, RELATED)?;
    // Whoever finds them: what is private to one reader is never shown here.
    related.retain(|(other, _)| other.visibility.allows(None) && other.id != insight.id);
    Ok(related)
}
