//! `/insights/{id}`: the claim, its proof with a player at the right second, and what others say of it.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::{Insight, InsightId, Item};
use crate::publish::{FeedHead, clean};
use crate::store::Store;

use super::card::{Card, Shelf};
use super::respond::send;
use super::shell::{self, Shell};
use super::state::fresh;
use super::{WebError, WebState, subject, tongue};

/// A page shows no more; the JSON has it whole.
const QUOTE: usize = 6000;

/// How many related insights are shown.
const RELATED: usize = 8;

#[derive(Template)]
#[template(path = "insight.html")]
struct Page {
    shell: Shell,
    card: Card,
    /// None where the claim is in its very words.
    quote: Option<String>,
    player: Option<Player>,
    related: Vec<Card>,
    feeds: Vec<FeedHead>,
}

struct Player {
    address: String,
    is_video: bool,
}

/// The page. Made anew each time, because related insights come from an index beside the store.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let id = asked(&request)?;
    let t = tongue::of(&request);
    let document = fresh(&state, move |store, state| {
        let insight = store.insight(&id, None)?.ok_or(WebError::NotFound)?;
        let mut shelf = Shelf::new(store, &state.topics);
        let card = shelf.card(&insight)?.ok_or(WebError::NotFound)?;
        let (source, item) = shelf.whence(&insight)?.ok_or(WebError::NotFound)?;
        let own = subject::of_source(source, &state.site);
        let player = player(item, card.via.as_deref());
        let quote = clean::line(&insight.quote.text, QUOTE);
        let related: Vec<Insight> =
            related(store, state, &insight)?.into_iter().map(|(insight, _)| insight).collect();
        let topics = insight.topics.iter().filter_map(|slug| state.topics.get(slug));
        let headline = match clean::line(&insight.headline, 200) {
            empty if empty.is_empty() => clean::line(&card.claim, 90),
            headline => headline,
        };
        let page = Page {
            shell: Shell::new(&state.site, t, "", &headline, Some(&own))
                .at(&format!("/insights/{}", card.id))
                .about(&clean::line(&card.claim, 300)),
            quote: (quote != card.claim).then_some(quote),
            player,
            related: shelf.cards(&related)?,
            feeds: topics.map(|topic| subject::of_topic(topic, &state.site)).chain([own]).collect(),
            card,
        };
        shell::page(&page, t)
    })
    .await?;
    send(&request, &document)
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

/// A player for the item's media, if it has any that can be linked.
fn player(item: &Item, via: Option<&str>) -> Option<Player> {
    let media = item.enclosure.as_ref()?;
    let mut plain = clean::web_url(&media.url)?;
    // `via` is the media at the quote's second, or the item's page where no time is known.
    let at = via.and_then(clean::web_url).filter(|via| same_but_fragment(via, &plain));
    plain = at.unwrap_or(plain);
    Some(Player { address: plain.into(), is_video: media.media_type.starts_with("video/") })
}

fn same_but_fragment(a: &url::Url, b: &url::Url) -> bool {
    let (mut a, mut b) = (a.clone(), b.clone());
    a.set_fragment(None);
    b.set_fragment(None);
    a == b
}
