//! Whisper in Rust (`podbrief hear`): a piece of a recording in, its words out. Runs in a process of its own, which takes
//! the weights' memory and gives it back.
//!
//! The weights are a folder as Hugging Face has them in ONNX form: `config.json`, `generation_config.json`,
//! `tokenizer.json`, `onnx/encoder_model_quantized.onnx`, `onnx/decoder_model_merged_quantized.onnx`.

mod mel;
mod model;
mod say;
mod tokens;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use self::mel::{Mel, SAMPLES};
use self::model::Networks;
use self::tokens::Tokens;
use super::decode::{DecodeError, Decoder};
use super::wav::{RATE, millis};
use crate::model::{Segment, Transcript};

/// Minutes of a piece at most.
const LONGEST: usize = 70 * 60 * RATE as usize;

/// Nothing was heard.
#[derive(Debug, thiserror::Error)]
pub enum WhisperError {
    /// The weights can't be used.
    #[error("Whisper's weights: {}: {detail}", path.display())]
    Weights {
        /// Which file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// They failed.
    #[error("Whisper failed: {0}")]
    Run(String),
    /// The recording can't be read.
    #[error(transparent)]
    Audio(#[from] DecodeError),
    /// It is no piece but a whole.
    #[error("the recording is too long for one piece")]
    TooLong,
}

/// The words of a file. `language` in two letters; without it, Whisper finds out at the beginning.
///
/// # Errors
/// [`WhisperError`].
pub fn hear(
    weights: &Path,
    audio: &Path,
    language: Option<&str>,
) -> Result<Transcript, WhisperError> {
    let samples = read(audio)?;
    let networks = Networks::open(weights)?;
    let tokens = Tokens::read(weights)?;
    let mel = Mel::new(networks.shape.num_mel_bins);
    let mut language =
        language.and_then(|code| tokens.language(code).map(|id| (code.to_owned(), id)));
    let mut segments: Vec<Segment> = Vec::new();
    let mut at = 0;
    while at < samples.len() {
        let window = samples.get(at..).unwrap_or_default();
        let window = window.get(..SAMPLES).unwrap_or(window);
        let heard = networks.encode(mel.of(window))?;
        if language.is_none() {
            language = say::language(&networks, &tokens, &heard)?;
        }
        let id = language.as_ref().map(|(_, id)| *id);
        let said = say::window(&networks, &tokens, &heard, id)?;
        let length = millis(window.len() as u64);
        let start = millis(at as u64);
        segments.extend(said.segments.into_iter().filter(|s| s.start_ms < length).map(|s| {
            Segment {
                start_ms: Some(start + s.start_ms),
                end_ms: Some(start + s.end_ms.min(length)),
                speaker: None,
                text: s.text,
            }
        }));
        // At least a second on, whatever it says.
        at += (said.next_ms as usize * RATE as usize / 1000).clamp(RATE as usize, SAMPLES);
    }
    Ok(Transcript { language: language.map(|(code, _)| code), segments })
}

fn read(audio: &Path) -> Result<Vec<f32>, WhisperError> {
    let mut decoder = Decoder::open(audio)?;
    let mut samples = Vec::new();
    while decoder.more(&mut samples)? {
        if samples.len() > LONGEST {
            return Err(WhisperError::TooLong);
        }
    }
    Ok(samples.into_iter().map(|s| f32::from(s) / 32_768.0).collect())
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, WhisperError> {
    let bad = |detail: String| WhisperError::Weights { path: path.to_owned(), detail };
    let bytes = std::fs::read(path).map_err(|e| bad(e.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|e| bad(e.to_string()))
}
