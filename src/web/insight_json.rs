//! `/insights/{id}.json`: what the page says, for programs.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::model::{Basis, Insight, Item, Source};
use crate::publish::{Side, clean, entry};

use super::card::{Shelf, chips, show_name};
use super::insight::{also_said, asked, public_insight, related};
use super::relations;
use super::rendered::Made;
use super::respond::send;
use super::shell::MAX_AGE;
use super::state::fresh;
use super::{WebError, WebState};

#[derive(Serialize)]
struct Document {
    /// Ours, as in addresses.
    id: String,
    /// The entry's in feeds.
    entry_id: Option<String>,
    url: String,
    claim: String,
    headline: String,
    quote: Quote,
    basis: Basis,
    score: f32,
    language: Option<String>,
    published: String,
    /// Where to hear or read it.
    via: Option<String>,
    topics: Vec<Topic>,
    /// People, organisations and products that it names.
    names: Vec<String>,
    item: Place,
    source: Place,
    /// The model that wrote the claim; absent where it is made of the quote's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<Written>,
    /// How it stands to others, as a model judges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relations: Vec<Stance>,
    /// Insights of other shows that say the very same.
    also_said_by: Vec<Same>,
    related: Vec<Related>,
}

#[derive(Serialize)]
struct Quote {
    text: String,
    speaker: Option<String>,
    start_ms: Option<u64>,
    end_ms: Option<u64>,
}

#[derive(Serialize)]
struct Written {
    model: String,
    prompt: u16,
}

#[derive(Serialize)]
struct Stance {
    relation: Side,
    id: String,
    url: String,
    claim: String,
    show: String,
    model: String,
}

#[derive(Serialize)]
struct Topic {
    slug: String,
    name: String,
    url: String,
}

#[derive(Serialize)]
struct Place {
    id: String,
    title: String,
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
}

#[derive(Serialize)]
struct Same {
    id: String,
    url: String,
    claim: String,
    show: String,
    episode: String,
}

#[derive(Serialize)]
struct Related {
    id: String,
    url: String,
    /// How near, 0 to 1.
    score: f32,
    claim: String,
    show: String,
    episode: String,
    start_ms: Option<u64>,
    via: Option<String>,
}

/// The document.
pub async fn document(
    request: HttpRequest,
    state: Data<WebState>,
) -> Result<HttpResponse, WebError> {
    let id = asked(&request)?;
    let document = fresh(&state, move |store, state| {
        let insight = public_insight(store, &id)?;
        let mut shelf = Shelf::new(store, &state.topics);
        let base = &state.site.base_url;
        let mut others = Vec::new();
        for (other, score) in related(store, state, &insight)? {
            let Some(card) = shelf.card(&other)? else { continue };
            others.push(Related {
                url: format!("{base}/insights/{}", card.id),
                id: card.id,
                score,
                claim: card.claim,
                show: card.show,
                episode: card.episode,
                start_ms: card.start_ms,
                via: card.via,
            });
        }
        let also = shelf.cards(&also_said(store, state, &insight)?)?.into_iter().map(|card| Same {
            url: format!("{base}/insights/{}", card.id),
            id: card.id,
            claim: card.claim,
            show: card.show,
            episode: card.episode,
        });
        let also_said_by = also.collect();
        let mut stances = Vec::new();
        for judged in relations::judged(store, &insight)? {
            let Some(card) = shelf.cards(&[judged.other])?.pop() else { continue };
            stances.push(Stance {
                relation: judged.side,
                url: format!("{base}/insights/{}", card.id),
                id: card.id,
                claim: card.claim,
                show: card.show,
                model: judged.model,
            });
        }
        let written = insight
            .written
            .as_ref()
            .map(|by| Written { model: by.model.clone(), prompt: by.prompt });
        let topics = chips(&insight, &state.topics).into_iter().map(|chip| Topic {
            url: format!("{base}/topics/{}", chip.slug),
            slug: chip.slug,
            name: chip.name,
        });
        let entry_id = store.entry(&id, None)?.map(|entry| entry.id);
        let (source, item) = shelf.whence(&insight)?.ok_or(WebError::NotFound)?;
        let document = Document {
            id: insight.id.to_string(),
            entry_id,
            url: format!("{base}/insights/{}", insight.id),
            claim: clean::line(&insight.claim, usize::MAX),
            headline: clean::line(&insight.headline, usize::MAX),
            quote: quote(&insight),
            basis: insight.basis,
            score: insight.score,
            language: insight.language.as_deref().and_then(clean::language),
            published: insight.published.rfc3339(),
            via: entry::via(&insight, item, source),
            topics: topics.collect(),
            names: insight.names.iter().map(|name| clean::line(name, usize::MAX)).collect(),
            written,
            relations: stances,
            also_said_by,
            item: of_item(item),
            source: of_source(source),
            related: others,
        };
        Ok(Made {
            bytes: serde_json::to_vec(&document)?,
            media_type: "application/json",
            language: None,
            modified: None,
            max_age: MAX_AGE,
            span: None,
            links: None,
        })
    })
    .await?;
    send(&request, &document)
}

fn quote(insight: &Insight) -> Quote {
    Quote {
        // Verbatim but for characters that nobody can see.
        text: clean::text(&insight.quote.text).into_owned(),
        speaker: insight.quote.speaker.as_deref().map(|name| clean::line(name, usize::MAX)),
        start_ms: insight.quote.start_ms,
        end_ms: insight.quote.end_ms,
    }
}

fn of_item(item: &Item) -> Place {
    Place {
        id: item.id.to_string(),
        title: clean::line(&item.title, usize::MAX),
        link: link(item.link.as_deref()),
        media: link(item.enclosure.as_ref().map(|media| media.url.as_str())),
        published: item.published.map(|at| at.rfc3339()),
    }
}

fn of_source(source: &Source) -> Place {
    Place {
        id: source.id.to_string(),
        title: show_name(source),
        link: link(source.link.as_deref()),
        media: None,
        published: None,
    }
}

fn link(raw: Option<&str>) -> Option<String> {
    raw.and_then(clean::web_url).map(Into::into)
}
