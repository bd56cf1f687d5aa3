//! An item's chapters: those it links, else those in its feed, else a list of times in its show notes.

use super::Context;
use crate::fetch::{Answer, Request};
use crate::model::{Chapter, Item, Timestamp};
use crate::parse::chapters;

/// Bytes of a chapters document.
const MOST: usize = 1024 * 1024;

/// What can't be had is done without: chapters are titles only.
pub(super) async fn of(ctx: &Context, item: &Item, notes: &str, now: Timestamp) -> Vec<Chapter> {
    let mut found = match &item.chapters_url {
        Some(url) => linked(ctx, url, now).await.unwrap_or_else(|problem| {
            tracing::info!(item = %item.title, url, problem, "chapters can't be read");
            Vec::new()
        }),
        None => Vec::new(),
    };
    if found.is_empty() {
        found.clone_from(&item.chapters);
    }
    if found.is_empty() {
        found = chapters::notes(notes);
    }
    // Those beyond the end belong to something else.
    found.retain(|chapter| item.duration_ms.is_none_or(|length| chapter.start_ms < length));
    found
}

async fn linked(ctx: &Context, url: &str, now: Timestamp) -> Result<Vec<Chapter>, String> {
    let accept = "application/json+chapters, application/json;q=0.9, */*;q=0.5";
    let request = Request { url, validators: None, accept, max_bytes: MOST, patient: true, now };
    match ctx.fetcher.get(request).await.map_err(|error| error.to_string())? {
        Answer::Body(fetched) => chapters::json(&fetched.body),
        Answer::NotModified { .. } => Err("304 to an unconditional request".to_owned()),
    }
}

/// The title of the part in which `at` lies.
pub(super) fn title_at(chapters: &[Chapter], at_ms: Option<u64>) -> Option<&str> {
    let at = at_ms?;
    let begun = chapters.iter().take_while(|chapter| chapter.start_ms <= at);
    begun.last().map(|chapter| chapter.title.as_str())
}
