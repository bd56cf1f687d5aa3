//! Make a reader's edition: gather what is new to them, choose, freeze, and commit it with the ledger and the next
//! job. A slot is seen to once, whatever the clock and the process do (`rank/slot`).

use std::collections::HashSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Context, StageError};
use crate::model::{
    Delivered, Insight, InsightId, JobKind, Pick, SavedQuery, Subscriber, SubscriberId, Timestamp,
    Visibility,
};
use crate::publish::Side;
use crate::publish::brief::{self, Standing};
use crate::rank::edition::{self, Choice, Given, Ledger, Wish};
use crate::rank::explain::{self, Reason};
use crate::rank::profile::{Candidate, Interest, Profile, split_interests};
use crate::rank::slot;
use crate::rank::taste::{Taste, Voted};
use crate::search::sense;
use crate::store::{self, Composition, Scope, Store, StoreError};
use crate::text::embed::Vector;
use crate::text::phrases::Phrases;

/// Insights that are weighed at most: the newest.
const MOST: usize = 2000;
/// A first edition looks back over so many.
const MOST_FIRST: usize = 600;
/// Vectors that a first edition makes itself: two seconds' worth.
const MOST_WAITED: usize = 150;
/// Read from the store at once.
const PAGE: usize = 200;
/// Delivered insights that novelty is measured against: some two weeks of them.
const RECENT: usize = 70;
/// Characters of a claim that the ledger keeps.
const CLAIM: usize = 300;
/// Other insights that are named with a pick.
const STANDINGS: usize = 3;
/// Editions that stay in the feed.
const KEEP: usize = 120;

/// What the stage did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComposeReport {
    /// For whom.
    pub subscriber: SubscriberId,
    /// Which local day.
    pub day: Date,
    /// Insights in it.
    pub insights: usize,
}

/// The stage.
///
/// # Errors
/// If the store fails.
pub async fn compose(
    ctx: &Context,
    id: &SubscriberId,
    now: Timestamp,
) -> Result<Option<ComposeReport>, StageError> {
    let (maker, id) = (ctx.clone(), id.clone());
    let made = ctx.door.call(move |store| {
        let Some(reader) = store.subscriber(&id)? else {
            store.drop_job(&JobKind::Compose(id))?;
            return Ok(None);
        };
        let day = slot::pending(&reader, now);
        compose_day(&maker, store, &reader, day, now)
    });
    Ok(made.await?)
}

/// Sees to `day` (nothing is due if there is none) and queues the next. Blocks.
pub(super) fn compose_day(
    ctx: &Context,
    store: &dyn Store,
    reader: &Subscriber,
    day: Option<Date>,
    now: Timestamp,
) -> store::Result<Option<ComposeReport>> {
    let mut composition = Composition {
        subscriber: reader.id.clone(),
        day,
        edition: None,
        seq: reader.progress.seq,
        next: slot::next(reader, now),
        keep: KEEP,
    };
    if let Some(day) = day
        && store.edition_of(&reader.id, day)?.is_none()
    {
        let gathered = gather(ctx, store, reader, now, true)?;
        let choices = choose(&gathered, reader, now, ctx);
        if !choices.is_empty() {
            let picks = freeze(ctx, store, reader, &gathered, &choices)?;
            let delivered = choices.iter().map(|choice| {
                let insight = &gathered.insights[choice.at];
                Delivered {
                    subscriber: reader.id.clone(),
                    insight: insight.id.clone(),
                    edition: 0,
                    claim: beginning(&insight.claim),
                }
            });
            let edition = brief::edition(reader, day, picks, now, &ctx.authority);
            composition.edition = Some((edition, delivered.collect()));
            composition.seq = gathered.seq;
        }
    }
    let report = store.save_edition(composition)?.map(|edition| ComposeReport {
        subscriber: edition.subscriber,
        day: edition.day,
        insights: edition.picks.len(),
    });
    Ok(report)
}

/// What an edition made now would hold, without making it. Blocks.
///
/// # Errors
/// If the store can't be read.
pub fn preview(
    ctx: &Context,
    store: &dyn Store,
    reader: &Subscriber,
    now: Timestamp,
) -> store::Result<Vec<Pick>> {
    let gathered = gather(ctx, store, reader, now, false)?;
    let choices = choose(&gathered, reader, now, ctx);
    freeze(ctx, store, reader, &gathered, &choices)
}

/// Puts every reader's job where it belongs by the clock, which may have jumped back since it was queued.
///
/// # Errors
/// If the store fails.
pub async fn plan_editions(ctx: &Context, now: Timestamp) -> Result<(), StoreError> {
    ctx.door
        .call(move |store| {
            for reader in store.subscribers()? {
                store.plan_edition(&reader.id, slot::due(&reader, now))?;
            }
            Ok(())
        })
        .await
}

/// All that choosing needs, in the same order: an insight and what the ranker sees of it.
struct Gathered {
    insights: Vec<Insight>,
    candidates: Vec<Candidate>,
    profile: Profile,
    ledger: Ledger,
    seq: u64,
}

/// `wait` for the encoder if vectors are missing; a page can't.
fn gather(
    ctx: &Context,
    store: &dyn Store,
    reader: &Subscriber,
    now: Timestamp,
    wait: bool,
) -> store::Result<Gathered> {
    let since = reader.progress.seq;
    let most = if since == 0 { MOST_FIRST } else { MOST };
    let mut insights = newer(store, &Scope::Latest, reader, since, most)?;
    let own = Visibility::Private(reader.id.clone());
    for source in store.sources()?.into_iter().filter(|source| source.visibility == own) {
        insights.extend(newer(store, &Scope::Source(source.id), reader, since, PAGE)?);
    }
    let seq = insights.iter().map(|insight| insight.seq).max().unwrap_or(since);
    // A trailer sells, a bonus is for those who follow the show: neither is the best of the day.
    insights.retain(|insight| insight.episode_kind.is_full());
    let mut delivered = store.delivered(&reader.id)?;
    delivered.sort_by(|a, b| b.edition.cmp(&a.edition).then_with(|| a.insight.cmp(&b.insight)));
    let votes = store.votes(&reader.id)?;
    if wait {
        let told = delivered.iter().take(RECENT).map(|row| &row.insight);
        let told = told.chain(votes.iter().map(|vote| &vote.insight));
        let missing = told.filter(|id| ctx.index.vector(id).is_none());
        let missing: HashSet<&InsightId> = missing.collect();
        let mut older = Vec::new();
        for id in missing {
            older.extend(store.insight(id, Some(&reader.id))?);
        }
        let wanted = insights.iter().chain(&older);
        // Whoever signs up waits for it.
        give_missing_vectors(ctx, wanted, if since == 0 { MOST_WAITED } else { MOST });
    }
    let vector = |id: &InsightId| ctx.index.vector(id).unwrap_or(Vector::ZERO);
    let candidates: Vec<Candidate> =
        insights.iter().map(|insight| candidate(insight, vector(&insight.id))).collect();
    let ledger = Ledger {
        ids: delivered.iter().map(|row| row.insight.clone()).collect(),
        recent: delivered.iter().take(RECENT).map(|row| vector(&row.insight)).collect(),
        claims: delivered.into_iter().map(|row| Given::new(row.insight, &row.claim)).collect(),
    };
    let mut voted = Vec::with_capacity(votes.len());
    for vote in votes {
        let text = store.insight(&vote.insight, Some(&reader.id))?.map(|insight| sense(&insight));
        voted.push(Voted {
            terms: Candidate::terms_of(text.as_ref().unwrap_or(&vote.headline)),
            vector: vector(&vote.insight),
            kind: vote.kind,
            at: vote.at,
            headline: vote.headline,
            source: vote.source,
            topics: vote.topics,
        });
    }
    let others = candidates.iter().map(|one| &one.vector).chain(&ledger.recent);
    let taste = Taste::learn(voted, others, now);
    let profile = Profile { taste, ..profile(ctx, reader) };
    Ok(Gathered { insights, candidates, profile, ledger, seq })
}

fn newer(
    store: &dyn Store,
    scope: &Scope,
    reader: &Subscriber,
    since: u64,
    most: usize,
) -> store::Result<Vec<Insight>> {
    let mut found = Vec::new();
    let mut before = None;
    while found.len() < most {
        let page = store.insights_for(scope, Some(&reader.id), before, PAGE)?;
        let full = page.len() == PAGE;
        let new = page.into_iter().take_while(|insight| insight.seq > since);
        let from = found.len();
        found.extend(new);
        before = found.last().map(|insight: &Insight| insight.seq);
        if !full || found.len() - from < PAGE {
            break;
        }
    }
    Ok(found)
}

fn give_missing_vectors<'a>(
    ctx: &Context,
    insights: impl Iterator<Item = &'a Insight>,
    most: usize,
) {
    let missing = insights.filter(|insight| ctx.index.vector(&insight.id).is_none());
    let missing: Vec<&Insight> = missing.take(most).collect();
    if missing.is_empty() {
        return;
    }
    let senses: Vec<String> = missing.iter().map(|insight| sense(insight)).collect();
    let senses: Vec<&str> = senses.iter().map(String::as_str).collect();
    match ctx.encoder.encode(&senses) {
        Ok(vectors) => {
            ctx.index.set_vectors(missing.iter().map(|insight| insight.id.clone()).zip(vectors));
        }
        Err(error) => tracing::warn!(%error, "an edition is chosen by words only"),
    }
}

fn candidate(insight: &Insight, vector: Vector) -> Candidate {
    Candidate {
        id: insight.id.clone(),
        item: insight.item.clone(),
        source: insight.source.clone(),
        topics: insight.topics.clone(),
        score: insight.score,
        from_notes: insight.basis == crate::model::Basis::Notes,
        published: insight.published,
        vector,
        words: Candidate::words_of(&sense(insight)),
        terms: Candidate::terms_of(&sense(insight)),
        claim: Candidate::words_of(&beginning(&insight.claim)),
    }
}

fn profile(ctx: &Context, reader: &Subscriber) -> Profile {
    let mut wanted = split_interests(&reader.interests);
    wanted.extend(reader.saved.iter().filter_map(query_words));
    let topics: Vec<_> = reader.topics.iter().filter_map(|slug| ctx.topics.get(slug)).collect();
    let mut texts: Vec<String> = wanted.iter().map(|(text, _)| text.clone()).collect();
    texts.extend(topics.iter().map(|topic| format!("{}. {}", topic.name, topic.description)));
    let mut vectors = ctx.senses.of(&texts, &ctx.encoder).into_iter();
    let mut interests = Vec::with_capacity(texts.len());
    for ((text, unwanted), vector) in wanted.iter().zip(&mut vectors) {
        interests.push(Interest::new(text, *unwanted, vector));
    }
    for (topic, vector) in topics.iter().zip(&mut vectors) {
        let interest = Interest::new(&topic.name, false, vector);
        interests.push(Interest { topic: Some(topic.slug.clone()), ..interest });
    }
    Profile {
        topics: reader.topics.clone(),
        sources: reader.sources.iter().cloned().collect(),
        muted: reader.muted.iter().cloned().collect(),
        interests,
        taste: Taste::default(),
    }
}

/// What a kept query asks for in words, as an interest.
fn query_words(saved: &SavedQuery) -> Option<(String, bool)> {
    let mut pairs = url::form_urlencoded::parse(saved.query.as_bytes());
    let words = pairs.find(|(name, _)| name == "q")?.1.replace(['"', '(', ')'], " ");
    let wanted = words.split_whitespace().take_while(|word| *word != "NOT");
    let wanted: Vec<&str> = wanted.filter(|word| !matches!(*word, "AND" | "OR")).collect();
    (!wanted.is_empty()).then(|| (wanted.join(" "), false))
}

fn choose(gathered: &Gathered, reader: &Subscriber, now: Timestamp, ctx: &Context) -> Vec<Choice> {
    let wish = Wish { size: reader.size.into(), explore: reader.explore, now };
    let same = |a: &InsightId, b: &InsightId| ctx.index.same_claim(a, b);
    edition::compose(&gathered.profile, &gathered.candidates, &gathered.ledger, wish, &same)
}

/// The picks with their reasons. An insight whose entry is gone meanwhile is left out.
fn freeze(
    ctx: &Context,
    store: &dyn Store,
    reader: &Subscriber,
    gathered: &Gathered,
    choices: &[Choice],
) -> store::Result<Vec<Pick>> {
    let t = Phrases::of(&reader.language).unwrap_or_default();
    let mut picks = Vec::with_capacity(choices.len());
    for choice in choices {
        let insight = &gathered.insights[choice.at];
        let Some(entry) = store.entry(&insight.id, Some(&reader.id))? else { continue };
        let mut reasons = choice.reasons.clone();
        let others = ctx.index.also_said(&insight.id, Some(&reader.id));
        let mut shows: HashSet<_> = others.into_iter().map(|(_, source)| source).collect();
        shows.insert(insight.source.clone());
        if shows.len() > 1 {
            reasons.push(Reason::Voices(shows.len()));
        }
        let reason = explain::words(&reasons, &ctx.topics, t);
        let explores = choice.explores;
        let (key, authority) = (&ctx.key, &ctx.authority);
        let mut pick = brief::pick(insight, &entry, reader, key, &reason, explores, authority);
        pick.content_html.push_str(&brief::standings(&standings(store, insight, reader)?, reader));
        picks.push(pick);
    }
    Ok(picks)
}

/// How it stands to others that the reader may see, as a language model judges; that it says the same is said already.
fn standings(
    store: &dyn Store,
    insight: &Insight,
    reader: &Subscriber,
) -> store::Result<Vec<Standing>> {
    let mut found = Vec::new();
    for relation in store.relations_of(&insight.id, Some(&reader.id))? {
        let side = Side::of(&relation, &insight.id).filter(|side| *side != Side::SameClaim);
        let id = if relation.of == insight.id { relation.to } else { relation.of };
        let Some(side) = side.filter(|_| found.len() < STANDINGS) else { continue };
        let Some(other) = store.insight(&id, Some(&reader.id))? else { continue };
        let show = store.source(&other.source)?.map(|source| source.title).unwrap_or_default();
        found.push(Standing { side, other: id, headline: other.headline, show });
    }
    Ok(found)
}

fn beginning(claim: &str) -> String {
    claim.chars().take(CLAIM).collect()
}
