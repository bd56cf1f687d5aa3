//! Reads a model's answer: one JSON object, with or without a fence or words around it. Believes nothing of it.

use serde_json::{Deserializer, Value};

/// More of them are not looked at.
const MOST: usize = 16;

/// One insight as a model gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Places in the window's passages, from 0.
    pub passages: Vec<usize>,
    /// Segments.
    pub segments: Vec<usize>,
    /// Said to be verbatim.
    pub quote: String,
    /// What it is to mean.
    pub claim: String,
}

/// Not an answer of the form asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not of the form asked for")]
pub struct Unreadable;

/// The insights in an answer, and how many more there were that could not be read.
///
/// # Errors
/// [`Unreadable`], if there is no object with insights in it.
pub fn read(answer: &str) -> Result<(Vec<Said>, usize), Unreadable> {
    let list = list(answer, "insights")?;
    let all = list.len();
    let said: Vec<Said> = list.iter().take(MOST).filter_map(one).collect();
    let bad = all - said.len();
    Ok((said, bad))
}

/// The list under `key` of the first object in `answer` that has one.
pub(super) fn list(answer: &str, key: &str) -> Result<Vec<Value>, Unreadable> {
    // Models that think aloud do so before they answer.
    let answer = answer.rsplit_once("</think>").map_or(answer, |(_, after)| after);
    for (at, _) in answer.match_indices('{').take(MOST) {
        let mut values = Deserializer::from_str(&answer[at..]).into_iter::<Value>();
        let Some(Ok(Value::Object(mut object))) = values.next() else { continue };
        if let Some(Value::Array(list)) = object.remove(key) {
            return Ok(list);
        }
    }
    Err(Unreadable)
}

fn one(value: &Value) -> Option<Said> {
    let text = |name: &str| value.get(name)?.as_str().map(str::to_owned);
    let passages = value.get("passages")?.as_array()?.iter().map(|id| {
        let id = id.as_str()?.trim().strip_prefix('p')?;
        id.parse::<usize>().ok()?.checked_sub(1)
    });
    let segments = value.get("segments")?.as_array()?.iter().map(|id| match id {
        Value::Number(n) => usize::try_from(n.as_u64()?).ok(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    });
    Some(Said {
        passages: passages.collect::<Option<_>>()?,
        segments: segments.collect::<Option<_>>()?,
        quote: text("quote")?,
        claim: text("claim")?,
    })
}
