//! `podbrief eval brief`: readers, insights, votes and a clock in, editions out, line by line as JSON, so that a
//! program can play the readers. Store, queue, ranking and ledger are those of production, in a folder that goes
//! with the run; only polling and the web are left out. The lines are described in `docs/measured.md`.

mod lines;

use std::collections::HashMap;
use std::io::{BufRead, Write};

use self::lines::{Answer, Line, Made, Picked, Reader, Said, Voted};
use crate::admin::{NewReader, ReaderCommand, ReaderReply};
use crate::app::{self, Rooms};
use crate::config::Config;
use crate::demo::Scratch;
use crate::model::{
    Basis, Insight, InsightId, Item, ItemId, ItemKind, ItemState, JobKind, PollState, Quote, Shape,
    Source, SourceId, SourceStatus, SubscriberId, Timestamp, TranscriptOrigin, Visibility, Vote,
};
use crate::pipeline::{self, Context, new_source};
use crate::publish::entry;
use crate::search::sense;
use crate::store::{Embedding, Extraction, NewItem, PollOutcome, Publication};
use crate::text::embed::MODEL;
use anyhow::{Context as _, Result, bail};

struct Play {
    config: Config,
    rooms: Option<Rooms>,
    now: Timestamp,
    readers: HashMap<String, SubscriberId>,
    names: HashMap<SubscriberId, String>,
    insights: HashMap<String, InsightId>,
    said: HashMap<InsightId, String>,
    /// Sign-ups make an edition at once; it is told with the next of the clock.
    told: Vec<Made>,
}

/// Reads lines until there are none.
pub(super) fn run(mut config: Config, input: impl BufRead, mut output: impl Write) -> Result<()> {
    let scratch = Scratch::new()?;
    scratch.path().clone_into(&mut config.data_dir);
    let done = super::runtime()?.block_on(async {
        let rooms = Some(app::open(&config)?);
        let mut play = Play {
            config,
            rooms,
            now: Timestamp::from_secs(0),
            readers: HashMap::new(),
            names: HashMap::new(),
            insights: HashMap::new(),
            said: HashMap::new(),
            told: Vec::new(),
        };
        for (number, line) in input.lines().enumerate() {
            let line = line.context("the input can't be read")?;
            if line.trim().is_empty() {
                continue;
            }
            let place = || format!("line {}", number + 1);
            let asked: Line = serde_json::from_str(&line).with_context(place)?;
            let answer = play.answer(asked).await.with_context(place)?;
            serde_json::to_writer(&mut output, &answer)?;
            writeln!(output)?;
            // Whoever plays the readers waits for it.
            output.flush()?;
        }
        anyhow::Ok(())
    });
    scratch.remove().context("the run's data could not be removed")?;
    done
}

impl Play {
    fn rooms(&self) -> Result<&Rooms> {
        self.rooms.as_ref().context("the store is closed")
    }

    async fn answer(&mut self, line: Line) -> Result<Answer> {
        Ok(match line {
            Line::Reader(reader) => {
                self.sign_up(*reader).await?;
                Answer::Done(1)
            }
            Line::Insights(said) => Answer::Done(self.publish(said).await?),
            Line::Votes(votes) => {
                let count = votes.len();
                self.vote(votes).await?;
                Answer::Done(count)
            }
            Line::Now(at) => {
                let then = self.now;
                self.now = Timestamp::from_secs(at.as_second());
                if self.now < then {
                    // As the scheduler does when it sees its clock go back.
                    pipeline::plan_editions(&self.rooms()?.admin.ctx, self.now).await?;
                }
                Answer::Editions(self.compose().await?)
            }
            Line::Restart(again) => {
                if !again {
                    return Ok(Answer::Done(0));
                }
                self.rooms = None;
                self.rooms = Some(app::open(&self.config)?);
                pipeline::plan_editions(&self.rooms()?.admin.ctx, self.now).await?;
                Answer::Done(1)
            }
        })
    }

    async fn sign_up(&mut self, reader: Reader) -> Result<()> {
        let sources = reader.shows.iter().map(|show| source_of(show).map(|s| s.id.to_string()));
        let new = NewReader {
            sources: sources.collect::<Result<_>>()?,
            interests: reader.interests,
            topics: reader.topics,
            zone: reader.zone,
            hour: reader.hour,
            size: reader.size,
            shape: Shape::Digest,
            days: reader.days,
            explore: reader.explore,
            language: "en".into(),
        };
        let admin = &self.rooms()?.admin;
        let reply = admin.readers(ReaderCommand::Add(Box::new(new)), self.now).await?;
        let ReaderReply::Address { reader: added, .. } = reply else {
            bail!("no reader was added")
        };
        let id = added.id.clone();
        self.readers.insert(reader.id.clone(), id.clone());
        self.names.insert(id.clone(), reader.id);
        let made = self.edition(&id).await?;
        self.told.extend(made);
        Ok(())
    }

    async fn publish(&mut self, said: Vec<Said>) -> Result<usize> {
        let mut items: Vec<((String, String), Vec<Said>)> = Vec::new();
        for one in said {
            let of = (one.show.clone(), one.episode.clone());
            match items.iter_mut().find(|(item, _)| *item == of) {
                Some((_, all)) => all.push(one),
                None => items.push((of, vec![one])),
            }
        }
        let mut count = 0;
        for ((show, episode), all) in items {
            count += self.publish_item(&show, &episode, all).await?;
        }
        Ok(count)
    }

    async fn publish_item(&mut self, show: &str, episode: &str, all: Vec<Said>) -> Result<usize> {
        let ctx = self.rooms()?.admin.ctx.clone();
        let source = source_of(show)?;
        // An episode may come in several parts; each is an item of its own.
        let key = format!("{episode} {}", self.insights.len());
        let item = item(&source.id, &key, episode, self.now);
        let mut insights = Vec::with_capacity(all.len());
        let mut given = Vec::with_capacity(all.len());
        for (at, one) in all.into_iter().enumerate() {
            let id = InsightId::new(&item.id, at, at, &one.id);
            self.said.insert(id.clone(), one.id.clone());
            self.insights.insert(one.id.clone(), id.clone());
            given.push(one.topics.clone());
            insights.push(insight(id, one, &item, self.now));
        }
        let maker = ctx.clone();
        let publish = move || publications(&maker, insights, given, &item, &source);
        let (extraction, poll) = tokio::task::spawn_blocking(publish).await??;
        let index = std::sync::Arc::clone(&ctx.index);
        let row = source_of(show)?;
        let vectors = extraction.publications.iter().filter_map(|p| p.embedding.clone());
        let vectors: Vec<_> = vectors.map(|made| (made.insight, made.vector)).collect();
        let published = ctx.door.call(move |store| {
            store.add_source(row)?;
            store.save_poll(poll)?;
            store.save_extraction(extraction)
        });
        let published = published.await?;
        index.add(&published);
        index.set_vectors(vectors);
        Ok(published.len())
    }

    async fn vote(&self, votes: Vec<Voted>) -> Result<()> {
        let ctx = &self.rooms()?.admin.ctx;
        for vote in votes {
            let known = |name: &str| format!("{name:?} was not heard of before");
            let reader = self.readers.get(&vote.reader).with_context(|| known(&vote.reader))?;
            let insight = self.insights.get(&vote.insight).with_context(|| known(&vote.insight))?;
            let (reader, insight, at) = (reader.clone(), insight.clone(), self.now);
            let saved = ctx.door.call(move |store| {
                let Some(found) = store.insight(&insight, None)? else { return Ok(false) };
                store.save_vote(Vote {
                    subscriber: reader,
                    insight,
                    kind: vote.kind,
                    at,
                    headline: found.headline,
                    source: found.source,
                    topics: found.topics,
                })
            });
            saved.await?;
        }
        Ok(())
    }

    /// Runs what is due, as the scheduler would.
    async fn compose(&mut self) -> Result<Vec<Made>> {
        let ctx = self.rooms()?.admin.ctx.clone();
        let now = self.now;
        let due = ctx.door.call(move |store| store.due_jobs(now, usize::MAX, &|_| false)).await?;
        let mut running = tokio::task::JoinSet::new();
        for job in due {
            let JobKind::Compose(id) = job.kind else { continue };
            let ctx = ctx.clone();
            running.spawn(async move { (id.clone(), pipeline::compose(&ctx, &id, now).await) });
        }
        let mut made = std::mem::take(&mut self.told);
        while let Some(ended) = running.join_next().await {
            let (id, report) = ended?;
            if report?.is_some() {
                made.extend(self.edition(&id).await?);
            }
        }
        made.sort_by(|a, b| a.reader.cmp(&b.reader));
        Ok(made)
    }

    /// The reader's newest edition.
    async fn edition(&self, id: &SubscriberId) -> Result<Option<Made>> {
        let reader = id.clone();
        let ctx = &self.rooms()?.admin.ctx;
        let found = ctx.door.call(move |store| store.editions(&reader, None, 1)).await?.pop();
        let named = |id: &InsightId| self.said.get(id).cloned().unwrap_or_default();
        Ok(found.map(|edition| Made {
            reader: self.names.get(id).cloned().unwrap_or_default(),
            day: edition.day.to_string(),
            picks: edition
                .picks
                .into_iter()
                .map(|pick| Picked {
                    insight: named(&pick.insight),
                    reason: pick.reason,
                    explores: pick.explores,
                })
                .collect(),
        }))
    }
}

fn insight(id: InsightId, said: Said, item: &Item, now: Timestamp) -> Insight {
    Insight {
        id,
        item: item.id.clone(),
        source: item.source.clone(),
        visibility: Visibility::Public,
        headline: said.headline,
        quote: Quote {
            text: if said.quote.is_empty() { said.claim.clone() } else { said.quote },
            first: 0,
            last: 0,
            start_ms: None,
            end_ms: None,
            speaker: None,
        },
        claim: said.claim,
        basis: Basis::Spoken,
        score: said.score,
        topics: Vec::new(),
        names: Vec::new(),
        episode_kind: Default::default(),
        chapter: None,
        written: None,
        language: Some("en".into()),
        published: now,
        seq: 0,
    }
}

/// Vectors, topics and entries as extraction makes them.
fn publications(
    ctx: &Context,
    insights: Vec<Insight>,
    given: Vec<Option<Vec<String>>>,
    item: &Item,
    source: &Source,
) -> Result<(Extraction, PollOutcome)> {
    let senses: Vec<String> = insights.iter().map(sense).collect();
    let senses: Vec<&str> = senses.iter().map(String::as_str).collect();
    let vectors = ctx.encoder.encode(&senses)?;
    pipeline::learn_topics(ctx, &|texts: &[&str]| ctx.encoder.encode(texts).ok());
    let mut publications = Vec::with_capacity(insights.len());
    for ((mut insight, vector), given) in insights.into_iter().zip(vectors).zip(given) {
        let text = format!("{} {}", insight.claim, insight.quote.text);
        let own = std::slice::from_ref(&vector);
        insight.topics = given.unwrap_or_else(|| ctx.tagger.tag(&text, &item.title, own));
        let entry = entry::freeze(&insight, item, source, &ctx.topics, &ctx.authority);
        let id = insight.id.clone();
        let embedding = Some(Embedding { insight: id, model: MODEL.to_owned(), vector });
        publications.push(Publication { insight, entry, embedding });
    }
    let extraction = Extraction {
        item: item.id.clone(),
        origin: TranscriptOrigin::Publisher,
        publications,
        writing: None,
    };
    let poll = PollOutcome {
        source: source.id.clone(),
        state: PollState::default(),
        status: SourceStatus::Active,
        url: None,
        profile: None,
        new: vec![NewItem { item: item.clone(), due: item.seen }],
        changed: Vec::new(),
    };
    Ok((extraction, poll))
}

fn source_of(show: &str) -> Result<Source> {
    let name: String = url::form_urlencoded::byte_serialize(show.as_bytes()).collect();
    let url = format!("https://shows.invalid/feed?{name}");
    Ok(new_source(&url, Some(show), Visibility::Public, Timestamp::from_secs(0))?)
}

fn item(source: &SourceId, key: &str, title: &str, now: Timestamp) -> Item {
    Item {
        id: ItemId::new(source, key),
        source: source.clone(),
        key: key.to_owned(),
        kind: ItemKind::Episode,
        title: title.to_owned(),
        link: None,
        enclosure: None,
        published: Some(now),
        seen: now,
        duration_ms: None,
        language: Some("en".into()),
        transcripts: Vec::new(),
        persons: Vec::new(),
        chapters_url: None,
        soundbites: Vec::new(),
        chapters: Vec::new(),
        season: None,
        episode: None,
        episode_kind: Default::default(),
        drift_ms: None,
        notes: None,
        transcript: None,
        state: ItemState::Transcribed { origin: TranscriptOrigin::Publisher },
        problem: None,
        recognised_by: None,
        mail: None,
    }
}
