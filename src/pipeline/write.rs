//! Have a language model write an item's insights, and publish them. What it says is believed as far as `insight/written`
//! goes; whatever falls, comes too late or costs too much is told as the extractive engine has it.

use std::time::Instant;

use super::extract::{ExtractReport, Loaded, read_transcript};
use super::model::{self, Answer, Going, Writer};
use super::{Context, StageError, publish};
use crate::insight::Draft;
use crate::insight::written::{self, About, Told, Window};
use crate::model::{ItemId, ItemState, JobKind, Tally, Timestamp};

/// The stage.
///
/// # Errors
/// [`StageError::Later`] while the endpoint fails and the item may wait.
pub async fn write(
    ctx: &Context,
    id: &ItemId,
    now: Timestamp,
) -> Result<Option<ExtractReport>, StageError> {
    let Some((loaded, drafts, since)) = load(ctx, id).await? else {
        let job = JobKind::Write(id.clone());
        ctx.door.call(move |s| s.drop_job(&job)).await?;
        return Ok(None);
    };
    let (told, tally) = match &ctx.writer {
        Some(writer) => tell(ctx, writer, &loaded, &drafts, since, now).await?,
        // It was switched off meanwhile.
        None => {
            let kept = |draft| Told { draft, written: false };
            (drafts.into_iter().map(kept).collect(), Tally::default())
        }
    };
    publish::publish(ctx, loaded, told, tally, 0, now).await
}

async fn load(
    ctx: &Context,
    id: &ItemId,
) -> Result<Option<(Loaded, Vec<Draft>, Timestamp)>, StageError> {
    let id = id.clone();
    let loaded = ctx.door.call(move |s| {
        let Some(item) = s.item(&id)? else { return Ok(None) };
        let ItemState::Drafted { origin, drafts, since } = item.state.clone() else {
            return Ok(None);
        };
        let Some(source) = s.source(&item.source)? else { return Ok(None) };
        let Some(words) = &item.transcript else { return Ok(None) };
        let (words, drafts) = (s.body(words)?, s.body(&drafts)?);
        Ok(Some((item, source, origin, words, drafts, since)))
    });
    let Some((item, source, origin, words, drafts, since)) = loaded.await? else {
        return Ok(None);
    };
    let transcript = read_transcript(&words)?;
    let drafts = serde_json::from_slice(&drafts).map_err(|e| StageError::Abort {
        what: format!("the stored drafts can't be read: {e}"),
        hint: "Restore a backup, or remove and add the source again.".into(),
    })?;
    Ok(Some((Loaded { item, source, origin, transcript }, drafts, since)))
}

async fn tell(
    ctx: &Context,
    writer: &Writer,
    loaded: &Loaded,
    drafts: &[Draft],
    since: Timestamp,
    now: Timestamp,
) -> Result<(Vec<Told>, Tally), StageError> {
    let time = Going { now, begun: Instant::now() };
    writer.sweep(ctx, now).await?;
    let language = drafts.first().and_then(|draft| draft.language.clone()).unwrap_or_default();
    let about = About {
        show: &loaded.source.title,
        title: &loaded.item.title,
        language: &language,
        target: writer.terms.language.as_deref(),
    };
    let deadline = since.after(writer.terms.patience);
    let mut tally = Tally::default();
    let mut answers: Vec<(Window, String)> = Vec::new();
    for window in written::windows(&loaded.transcript, drafts, writer.terms.window) {
        let passages = window.passages.len();
        // What seems to give orders to a model is not shown to one.
        if window.pieces.iter().any(|piece| written::addresses_models(&piece.text)) {
            tally.miss("orders", passages);
            continue;
        }
        let prompt = written::write(&window, drafts, &about);
        match model::ask(ctx, writer, &loaded.source.id, &prompt, time).await? {
            Answer::Said(words) => answers.push((window, words)),
            Answer::None(why) => tally.miss(why, passages),
            Answer::Full(_) => tally.miss("budget", passages),
            Answer::Wait { until, what, hint } if time.at() < deadline => {
                let due = until.min(deadline);
                return Err(StageError::Later { what, hint: hint.into(), due });
            }
            Answer::Wait { .. } => tally.miss("late", passages),
        }
    }
    let told = written::believe(&loaded.transcript, drafts, &about, &answers, &mut tally);
    Ok((told, tally))
}
