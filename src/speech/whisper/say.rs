//! Thirty seconds to words, greedily: each time the likeliest token that may come next. What repeats itself without end
//! is tried once more without repeats, and dropped if that does not help; where nobody speaks, nothing is said.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::WhisperError;
use super::model::{Heard, Networks};
use super::tokens::{STEP_MS, Tokens};
use crate::text::html::collapse;

/// Tokens of thirty seconds at most: as many as Whisper was taught with.
const MOST: usize = 220;
/// Text that shrinks more than this repeats itself.
const REPEATS: f64 = 2.4;
/// So many tokens in a row are said once only, in the second try.
const RUN: usize = 4;
/// Where it is this likely that nobody speaks, words must be likelier than [`SURE`] on average (natural logarithm).
const NOBODY: f32 = 0.6;
const SURE: f32 = -1.0;
/// The whole window, in milliseconds.
const WINDOW_MS: u64 = 30_000;

/// What was said in a window.
#[derive(Debug, Default, PartialEq)]
pub struct Said {
    pub segments: Vec<Part>,
    /// Where the next window begins.
    pub next_ms: u64,
}

/// Words with their times in the window.
#[derive(Debug, PartialEq)]
pub struct Part {
    pub start_ms: u64,
    pub end_ms: u64,
    pub text: String,
}

/// The likeliest language; none where the weights know one only.
pub fn language(
    networks: &Networks,
    tokens: &Tokens,
    heard: &Heard,
) -> Result<Option<(String, usize)>, WhisperError> {
    if tokens.languages().next().is_none() {
        return Ok(None);
    }
    let logits = networks.say(heard, &mut networks.begin(), &[tokens.start])?;
    let likely = |id: usize| logits.get(id).copied().unwrap_or(f32::NEG_INFINITY);
    let best = tokens.languages().max_by(|a, b| likely(a.1).total_cmp(&likely(b.1)));
    Ok(best.map(|(code, id)| (code.to_owned(), id)))
}

/// The words.
pub fn window(
    networks: &Networks,
    tokens: &Tokens,
    heard: &Heard,
    language: Option<usize>,
) -> Result<Said, WhisperError> {
    for once in [false, true] {
        let Some(said) = listen(networks, tokens, heard, language, once)? else {
            return Ok(Said { segments: Vec::new(), next_ms: WINDOW_MS });
        };
        let text =
            tokens.text(&said.iter().copied().filter(|t| *t < tokens.end).collect::<Vec<_>>());
        if shrinks(&text) <= REPEATS {
            return Ok(parts(&said, tokens));
        }
    }
    Ok(Said { segments: Vec::new(), next_ms: WINDOW_MS })
}

/// The tokens; none where nobody speaks.
fn listen(
    networks: &Networks,
    tokens: &Tokens,
    heard: &Heard,
    language: Option<usize>,
    once: bool,
) -> Result<Option<Vec<usize>>, WhisperError> {
    let mut past = networks.begin();
    let mut next = tokens.prompt(language);
    let mut said: Vec<usize> = Vec::new();
    let (mut sum, mut nobody) = (0.0, 0.0);
    while said.len() < MOST {
        let mut logits = networks.say(heard, &mut past, &next)?;
        if said.is_empty() {
            nobody = share(&logits, tokens.nobody());
        }
        tokens.forbid(&mut logits, &said);
        if once {
            forbid_repeats(&mut logits, &said, tokens.end);
        }
        let best = (0..logits.len())
            .max_by(|a, b| logits[*a].total_cmp(&logits[*b]))
            .unwrap_or(tokens.end);
        sum += share(&logits, best).max(f32::MIN_POSITIVE).ln();
        if best == tokens.end {
            break;
        }
        said.push(best);
        next = vec![best];
    }
    let average = sum / (said.len() + 1) as f32;
    Ok((nobody <= NOBODY || average > SURE).then_some(said))
}

/// How likely `token` is.
fn share(logits: &[f32], token: usize) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|l| (l - most).exp()).sum();
    logits.get(token).map_or(0.0, |l| (l - most).exp() / sum)
}

/// Takes away each word that would say a run of words again.
fn forbid_repeats(logits: &mut [f32], said: &[usize], end: usize) {
    let words: Vec<usize> = said.iter().copied().filter(|t| *t < end).collect();
    let Some(last) = words.len().checked_sub(RUN - 1).map(|from| words[from..].to_vec()) else {
        return;
    };
    for run in words.windows(RUN) {
        if run.starts_with(&last)
            && let Some(logit) = logits.get_mut(run[RUN - 1])
        {
            *logit = f32::NEG_INFINITY;
        }
    }
}

/// How many times shorter a compressor makes it.
fn shrinks(text: &str) -> f64 {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = out.write_all(text.as_bytes()).and_then(|()| out.finish());
    written.map_or(0.0, |out| text.len() as f64 / out.len().max(1) as f64)
}

/// Words between two times. What begins and has no end yet is said in the next window, where it is whole.
fn parts(said: &[usize], tokens: &Tokens) -> Said {
    let mut segments = Vec::new();
    let mut start = None;
    let mut words = Vec::new();
    let mut last_end = 0;
    let ms = |steps: usize| steps as u64 * STEP_MS;
    for token in said {
        match (tokens.time(*token), start) {
            (Some(time), Some(from)) if !words.is_empty() => {
                let text = collapse(&tokens.text(&words));
                if !text.is_empty() {
                    segments.push(Part { start_ms: ms(from), end_ms: ms(time), text });
                }
                words.clear();
                last_end = ms(time);
                start = None;
            }
            (Some(time), _) => start = Some(time),
            (None, _) => words.push(*token),
        }
    }
    // A beginning behind the last end, with or without words: more is to come. Else the rest of the window is heard.
    let more = start.is_some() && last_end > 0;
    if let Some(from) = start.filter(|_| !more && !words.is_empty()) {
        let text = collapse(&tokens.text(&words));
        segments.push(Part { start_ms: ms(from), end_ms: WINDOW_MS, text });
    }
    Said { segments, next_ms: if more { last_end } else { WINDOW_MS } }
}
