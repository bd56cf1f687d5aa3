//! Reads a model's answer: one JSON object, with or without a fence or words around it, or the beginning of one. Believes
//! nothing of it.

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

/// What an answer holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// Its insights.
    pub said: Vec<Said>,
    /// How many more there were that are not of the form asked for.
    pub bad: usize,
    /// Whether it ends in the middle of one.
    pub cut: bool,
}

/// Why an answer can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Something else.
    #[error("the answer is not of the form asked for")]
    Form,
    /// It ends before anything in it is whole.
    #[error(
        "the answer was cut short: give it more room by infer.chat.answer_tokens, or ask less by infer.chat.window"
    )]
    Cut,
}

impl Unreadable {
    /// For counts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Form => "malformed",
            Self::Cut => "cut_short",
        }
    }
}

/// Of an answer that was cut short, what was whole before.
///
/// # Errors
/// [`Unreadable`], if there is no object with insights in it.
pub fn read(answer: &str) -> Result<Read, Unreadable> {
    let List { values, cut } = list(answer, "insights")?;
    let said: Vec<Said> = values.iter().take(MOST).filter_map(one).collect();
    if cut && said.is_empty() {
        return Err(Unreadable::Cut);
    }
    let bad = values.len() - said.len();
    Ok(Read { said, bad, cut })
}

/// A list in an answer, and whether the answer ends within it.
#[derive(Debug, PartialEq)]
pub(super) struct List {
    pub values: Vec<Value>,
    pub cut: bool,
}

/// The list under `key` of the first object in `answer` that has one.
pub(super) fn list(answer: &str, key: &str) -> Result<List, Unreadable> {
    // Models that think aloud do so before they answer.
    let answer = answer.rsplit_once("</think>").map_or(answer, |(_, after)| after);
    let mut cut = None;
    for (at, _) in answer.match_indices('{').take(MOST) {
        let object = &answer[at..];
        match Deserializer::from_str(object).into_iter::<Value>().next() {
            Some(Ok(Value::Object(mut object))) => {
                if let Some(Value::Array(values)) = object.remove(key) {
                    return Ok(List { values, cut: false });
                }
            }
            Some(Err(error)) if error.is_eof() && cut.is_none() => cut = Some(object),
            _ => {}
        }
    }
    let object = cut.ok_or(Unreadable::Form)?;
    Ok(List { values: whole(object, key), cut: true })
}

/// The values of the list under `key`, the first one of `object`, which ends too early, up to the one it ends in.
fn whole(object: &str, key: &str) -> Vec<Value> {
    let list = || {
        let list = object.strip_prefix('{')?.trim_start().strip_prefix(&format!("\"{key}\""))?;
        list.trim_start().strip_prefix(':')?.trim_start().strip_prefix('[')
    };
    let mut rest = list().unwrap_or_default();
    let mut values = Vec::new();
    loop {
        let mut stream = Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(value)) = stream.next() else { return values };
        // A number at the end may have had more digits; what is asked for are objects, whose end is seen.
        if value.is_object() {
            values.push(value);
        }
        let Some(next) = rest[stream.byte_offset()..].trim_start().strip_prefix(',') else {
            return values;
        };
        rest = next;
    }
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
