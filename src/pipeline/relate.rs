//! Have a language model say how an item's insights stand to near ones that were there before. Nobody waits for it, and what
//! was published stays as it is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::model::{self, Answer, Going, Writer};
use super::{Context, StageError};
use crate::insight::written::{self, Pair};
use crate::model::{Insight, ItemId, JobKind, Relation, SourceId, Stance, Timestamp};
use crate::search::Index;
use crate::store::{self, Store};

/// Near insights that one is compared with.
const NEAR: usize = 4;
/// So often an endpoint's rest, or the end of a day's budget, is waited for.
const MOST_ATTEMPTS: u32 = 10;

/// The stage.
///
/// # Errors
/// [`StageError::Later`] while the endpoint fails or today's budget is spent.
pub async fn relate(
    ctx: &Context,
    id: &ItemId,
    attempts: u32,
    now: Timestamp,
) -> Result<(), StageError> {
    let job = JobKind::Relate(id.clone());
    if let Some(writer) = ctx.writer.as_ref().filter(|_| attempts < MOST_ATTEMPTS) {
        let time = Going { now, begun: Instant::now() };
        let item = id.clone();
        let mut found = 0;
        for insight in ctx.door.call(move |s| s.insights_of_item(&item, None)).await? {
            found += compare(ctx, writer, insight, time).await?;
        }
        tracing::info!(item = %id, relations = found, "insights compared");
    }
    ctx.door.call(move |s| s.drop_job(&job)).await?;
    Ok(())
}

/// An insight and those to compare it with, each with its show's title.
struct Near {
    show: String,
    others: Vec<(Insight, String)>,
}

async fn compare(
    ctx: &Context,
    writer: &Writer,
    insight: Insight,
    time: Going,
) -> Result<usize, StageError> {
    let (index, later) = (Arc::clone(&ctx.index), insight.clone());
    let Near { show, others } = ctx.door.call(move |s| near(s, &index, &later)).await?;
    if others.is_empty() || written::addresses_models(&insight.claim) {
        return Ok(0);
    }
    let dates: Vec<String> = others.iter().map(|(other, _)| other.published.date()).collect();
    let earlier = others.iter().zip(&dates);
    let earlier: Vec<Pair> =
        earlier.map(|((other, show), date)| Pair { show, date, claim: &other.claim }).collect();
    let date = insight.published.date();
    let later = Pair { show: &show, date: &date, claim: &insight.claim };
    let prompt = written::compare(&later, &earlier);
    match model::ask(ctx, writer, &insight.source, &prompt, time).await? {
        Answer::Said(words) => {
            let Ok(stances) = written::read_stances(&words, others.len()) else { return Ok(0) };
            let stances = others.iter().zip(stances);
            let related = stances.filter_map(|((other, _), stance)| {
                let stance = stance.filter(|stance| *stance != Stance::Unrelated)?;
                let (of, to) = (insight.id.clone(), other.id.clone());
                Some(Relation { of, to, stance, model: writer.chat.model().into(), at: time.at() })
            });
            let relations: Vec<Relation> = related.collect();
            let count = relations.len();
            if count > 0 {
                ctx.door.call(move |s| s.save_relations(relations)).await?;
            }
            Ok(count)
        }
        Answer::None(_) => Ok(0),
        Answer::Full(_) => Err(StageError::Later {
            what: "today's budget for the language model is spent".into(),
            hint: "It goes on tomorrow, or with a higher limit in infer.chat.".into(),
            due: tomorrow(time.at()),
        }),
        Answer::Wait { until, what, hint } => {
            Err(StageError::Later { what, hint: hint.into(), due: until })
        }
    }
}

/// Those that say the same first; none twice, none that is related already.
fn near(store: &dyn Store, index: &Index, later: &Insight) -> store::Result<Near> {
    let mut found: Vec<Insight> = Vec::new();
    for (id, _) in index.also_said(&later.id, None).into_iter().take(NEAR) {
        found.extend(store.insight(&id, None)?);
    }
    found.extend(index.related(store, later, None, NEAR)?.into_iter().map(|(other, _)| other));
    let known = store.relations_of(&later.id, None)?;
    let title = |id: &SourceId| store.source(id).map(|s| s.map(|s| s.title).unwrap_or_default());
    let mut others: Vec<(Insight, String)> = Vec::new();
    for other in found {
        let new = others.iter().all(|(kept, _)| kept.id != other.id)
            && known.iter().all(|known| known.to != other.id);
        let earlier = other.seq < later.seq;
        if new && earlier && others.len() < NEAR && !written::addresses_models(&other.claim) {
            let show = title(&other.source)?;
            others.push((other, show));
        }
    }
    Ok(Near { show: title(&later.source)?, others })
}

/// The beginning of the next day (UTC), and a minute.
fn tomorrow(now: Timestamp) -> Timestamp {
    const DAY: i64 = 24 * 3600;
    let left = DAY - now.secs().rem_euclid(DAY);
    now.after(Duration::from_secs(u64::try_from(left).unwrap_or(0) + 60))
}
