//! Speech of episodes that have no transcript: a recording is cut into pieces at silences, and each piece is handed to a
//! recogniser. All that touches strangers' audio runs in processes of their own, at the lowest priority.
//!
//! Fetching recordings and asking endpoints is `fetch`'s; what happens when is `pipeline/recognise`'s.

pub mod answer;
mod command;
mod cut;
mod decode;
mod folder;
mod mind;
mod process;
mod resample;
mod serve;
mod sniff;
pub mod wav;
#[cfg(feature = "whisper")]
pub mod whisper;

use std::path::PathBuf;
use std::time::Duration;

pub use command::{CommandError, Program};
pub use folder::{Folder, Heard, Spent, joined};
pub use mind::{bounded, humble, mind};
pub use process::CutterProcess;
pub use serve::{Cutting, Said, serve};
pub use sniff::refused;

use crate::model::SpeechPolicy;

/// The operator's choices.
#[derive(Debug, Clone)]
pub struct Speech {
    /// The data directory.
    pub data: PathBuf,
    /// This program.
    pub itself: PathBuf,
    /// Who recognises.
    pub recogniser: Recogniser,
    /// Of sources of which nothing is said.
    pub policy: SpeechPolicy,
    /// BCP 47, of all sources; nothing: as each source says.
    pub language: Option<String>,
    /// Bytes of a recording at most.
    pub max_audio: u64,
    /// Minutes of a recording at most.
    pub max_minutes: u32,
    /// Minutes recognised in a day at most; 0 is no limit.
    pub minutes_a_day: u32,
    /// Seconds of a piece at most.
    pub chunk: u32,
}

/// Who recognises.
#[derive(Debug, Clone)]
pub enum Recogniser {
    /// An OpenAI-compatible `/v1/audio/transcriptions`.
    Endpoint(Endpoint),
    /// A program on this machine.
    Program(Program),
}

/// Where an endpoint is, and how it is asked.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Up to and with `/v1`, without a slash at the end.
    pub base_url: String,
    /// As the endpoint calls it.
    pub model: String,
    /// Where its key is, if it needs one.
    pub key: Key,
    /// `verbose_json`, `vtt`, `srt` or `json`.
    pub format: String,
    /// For one piece.
    pub limit: Duration,
}

/// Where a key is read from, at each request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// None is needed.
    None,
    /// The first line of a file.
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
}

impl Key {
    /// The key.
    ///
    /// # Errors
    /// One sentence, if it can't be had.
    pub fn read(&self) -> Result<Option<String>, String> {
        match self {
            Self::None => Ok(None),
            Self::File(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|e| format!("the key in {} can't be read: {e}", path.display()))?;
                let line = text.lines().next().unwrap_or_default().trim();
                if line.is_empty() {
                    return Err(format!("there is no key in {}", path.display()));
                }
                Ok(Some(line.to_owned()))
            }
            Self::Variable(name) => match std::env::var(name) {
                Ok(key) if !key.trim().is_empty() => Ok(Some(key.trim().to_owned())),
                _ => Err(format!("the variable {name}, which should hold the key, is not set")),
            },
        }
    }
}

impl Speech {
    /// Who recognises, for people.
    pub fn name(&self) -> String {
        match &self.recogniser {
            Recogniser::Endpoint(endpoint) => endpoint.model.clone(),
            Recogniser::Program(program) => program.name(),
        }
    }

    /// How its recording is to be cut, from sample `from` on.
    pub fn cutting(&self, audio: PathBuf, from: u64) -> Cutting {
        Cutting { audio, from, chunk: self.chunk, most: self.max_minutes }
    }
}
