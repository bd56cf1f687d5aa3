//! An insight as pages show it, with its source and item looked up. Lists never show what is private.

use std::collections::HashMap;

use crate::model::{
    Basis, EpisodeKind, Insight, Item, ItemId, Source, SourceId, Timestamp, Topic, TopicSet,
    Visibility,
};
use crate::publish::{clean, entry};
use crate::store::{self, Store};
use crate::text::phrases::Phrases;

/// Three sentences are far shorter.
const CLAIM: usize = 1500;

/// An insight in a list.
pub struct Card {
    /// Of the insight.
    pub id: String,
    /// What is claimed.
    pub claim: String,
    /// Of claim and quote.
    pub language: Option<String>,
    /// Who said it.
    pub speaker: Option<String>,
    /// Key of `From the show notes` and the like, where nobody speaks.
    pub label: Option<&'static str>,
    /// The source's id.
    pub source: String,
    /// The source's title.
    pub show: String,
    /// The item's id.
    pub item: ItemId,
    /// The item's title.
    pub episode: String,
    /// When the source published the item, else when we did the insight.
    pub date: Date,
    /// `12:34`.
    pub time: Option<String>,
    /// Whether the time is approximate.
    pub about: bool,
    /// The chapter it was said in.
    pub chapter: Option<String>,
    /// Milliseconds, for sorting.
    pub start_ms: Option<u64>,
    /// Where to hear or read it.
    pub via: Option<String>,
    /// Topics that have a page.
    pub topics: Vec<Chip>,
}

/// A link to a topic.
pub struct Chip {
    /// In the address.
    pub slug: String,
    /// For people.
    pub name: String,
}

/// A date in both forms.
pub struct Date {
    /// `2026-11-24`.
    pub iso: String,
    /// For [`Phrases::date`](crate::text::phrases::Phrases::date).
    pub at: Timestamp,
}

impl Card {
    /// The words for when it was said.
    pub fn at(&self) -> &'static str {
        if self.about { "card.about" } else { "card.at" }
    }

    /// The words for hearing it.
    pub fn play(&self) -> &'static str {
        if self.about { "insight.play_about" } else { "insight.play" }
    }

    /// Where in the recording it begins.
    pub fn second(&self) -> Option<u64> {
        self.start_ms.map(|ms| ms / 1000)
    }
}

impl Chip {
    /// To the page of `topic`.
    pub fn to(topic: &Topic) -> Self {
        Self { slug: topic.slug.clone(), name: topic.name.clone() }
    }

    /// The name as a language has it, if it has one of its own.
    pub fn name_in<'a>(&'a self, t: &'a Phrases) -> &'a str {
        t.find(&format!("topic.{}.name", self.slug)).unwrap_or(&self.name)
    }

    /// Name and description in a language.
    pub fn texts_in(&self, t: &Phrases, description: &str) -> (String, String) {
        let own = t.find(&format!("topic.{}.description", self.slug));
        (self.name_in(t).to_owned(), own.unwrap_or(description).to_owned())
    }
}

impl Date {
    /// When the item appeared.
    pub fn of(insight: &Insight, item: &Item) -> Self {
        Self::at(item.published.unwrap_or(insight.published))
    }

    /// When the item appeared, else when we saw it.
    pub fn of_item(item: &Item) -> Self {
        Self::at(item.published.unwrap_or(item.seen))
    }

    fn at(at: Timestamp) -> Self {
        Self { iso: at.date(), at }
    }
}

/// Looks up sources and items once each.
pub struct Shelf<'a> {
    store: &'a dyn Store,
    topics: &'a TopicSet,
    sources: HashMap<SourceId, Option<Source>>,
    items: HashMap<ItemId, Option<Item>>,
}

impl<'a> Shelf<'a> {
    /// Empty.
    pub fn new(store: &'a dyn Store, topics: &'a TopicSet) -> Self {
        Self { store, topics, sources: HashMap::new(), items: HashMap::new() }
    }

    /// Cards of those that everyone may see and that still have their source and item.
    ///
    /// # Errors
    /// What the store gives.
    pub fn cards(&mut self, insights: &[Insight]) -> store::Result<Vec<Card>> {
        let mut cards = Vec::with_capacity(insights.len());
        for insight in insights {
            if insight.visibility == Visibility::Public {
                cards.extend(self.card(insight)?);
            }
        }
        Ok(cards)
    }

    /// One card, if its source is public and it and the item are still there.
    ///
    /// # Errors
    /// What the store gives.
    pub fn card(&mut self, insight: &Insight) -> store::Result<Option<Card>> {
        let topics = chips(insight, self.topics);
        Ok(self.whence(insight)?.map(|(source, item)| card(insight, item, source, topics)))
    }

    /// The source, if it is public, and the item of an insight.
    ///
    /// # Errors
    /// What the store gives.
    pub fn whence(&mut self, insight: &Insight) -> store::Result<Option<(&Source, &Item)>> {
        if !self.sources.contains_key(&insight.source) {
            let source = self.store.source(&insight.source)?;
            let public = source.filter(|source| source.visibility.allows(None));
            self.sources.insert(insight.source.clone(), public);
        }
        if !self.items.contains_key(&insight.item) {
            self.items.insert(insight.item.clone(), self.store.item(&insight.item)?);
        }
        let source = self.sources.get(&insight.source).and_then(Option::as_ref);
        let item = self.items.get(&insight.item).and_then(Option::as_ref);
        Ok(source.zip(item))
    }
}

/// The topics of an insight that have a page.
pub fn chips(insight: &Insight, topics: &TopicSet) -> Vec<Chip> {
    insight.topics.iter().filter_map(|slug| topics.get(slug)).map(Chip::to).collect()
}

fn card(insight: &Insight, item: &Item, source: &Source, topics: Vec<Chip>) -> Card {
    Card {
        id: insight.id.to_string(),
        claim: clean::line(&insight.claim, CLAIM),
        language: insight.language.as_deref().and_then(clean::language),
        speaker: insight.quote.speaker.as_deref().and_then(name),
        label: label(insight.basis).or(part(insight.episode_kind)),
        source: source.id.to_string(),
        show: show_name(source),
        item: item.id.clone(),
        episode: item_title(item),
        date: Date::of(insight, item),
        time: insight.quote.start_ms.map(entry::clock),
        about: item.drift_ms.is_some(),
        chapter: insight.chapter.as_deref().and_then(name),
        start_ms: insight.quote.start_ms,
        via: entry::via(insight, item, source),
        topics,
    }
}

fn part(kind: EpisodeKind) -> Option<&'static str> {
    match kind {
        EpisodeKind::Full => None,
        EpisodeKind::Trailer => Some("card.trailer"),
        EpisodeKind::Bonus => Some("card.bonus"),
    }
}

fn label(basis: Basis) -> Option<&'static str> {
    match basis {
        Basis::Spoken => None,
        Basis::Recognised => Some("card.recognised"),
        Basis::Notes => Some("card.notes"),
        Basis::Written => Some("card.written"),
    }
}

/// How pages call an item.
pub fn item_title(item: &Item) -> String {
    match clean::line(&item.title, 300) {
        empty if empty.is_empty() => "Untitled".into(),
        title => title,
    }
}

/// How pages call a source.
pub fn show_name(source: &Source) -> String {
    name(&source.title).unwrap_or_else(|| "Untitled show".into())
}

fn name(raw: &str) -> Option<String> {
    Some(clean::name(raw, 300)).filter(|name| !name.is_empty())
}
