//! `[infer.transcribe]`: a recogniser of speech, where there is one.

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;

use super::{ConfigError, read_span, span};
use crate::model::SpeechPolicy;

/// `[infer.transcribe]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcribe {
    /// Up to and with `/v1`.
    pub base_url: String,
    /// As the endpoint calls it.
    pub model: String,
    /// First line.
    pub api_key_file: PathBuf,
    /// Name of a variable.
    pub api_key_env: String,
    /// `verbose_json`, `vtt`, `srt` or `json`.
    pub response_format: String,
    /// Program and arguments.
    pub command: Vec<String>,
    /// Folder.
    pub weights: PathBuf,
    /// `never`, `missing` or `always`.
    pub policy: String,
    /// BCP 47.
    pub language: String,
    /// MiB.
    pub max_audio_mib: u64,
    /// Count.
    pub max_minutes: u32,
    /// Count; 0 is no limit.
    pub minutes_a_day: u32,
    #[serde(deserialize_with = "read_span")]
    chunk: SignedDuration,
    #[serde(deserialize_with = "read_span")]
    timeout: SignedDuration,
}

impl Transcribe {
    /// Whether there is a recogniser.
    pub fn is_on(&self) -> bool {
        self.ways() > 0
    }

    fn ways(&self) -> usize {
        let given = [
            !self.base_url.is_empty(),
            !self.command.is_empty(),
            !self.weights.as_os_str().is_empty(),
        ];
        given.into_iter().filter(|given| *given).count()
    }

    /// Of sources of which nothing is said.
    pub fn policy(&self) -> SpeechPolicy {
        SpeechPolicy::named(&self.policy).unwrap_or(SpeechPolicy::Never)
    }

    /// Seconds.
    pub fn chunk(&self) -> u32 {
        u32::try_from(span(self.chunk).as_secs()).unwrap_or(u32::MAX)
    }

    /// Span.
    pub fn timeout(&self) -> Duration {
        span(self.timeout)
    }
}

impl Transcribe {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let speech = self;
        let bad = |option: &str, detail: String| {
            Err(ConfigError::Value { from: format!("infer.transcribe.{option}"), detail })
        };
        if SpeechPolicy::named(&speech.policy).is_none() {
            return bad("policy", format!("{:?} is not never, missing or always", speech.policy));
        }
        if !["verbose_json", "vtt", "srt", "json"].contains(&speech.response_format.as_str()) {
            let detail =
                format!("{:?} is not verbose_json, vtt, srt or json", speech.response_format);
            return bad("response_format", detail);
        }
        if speech.ways() > 1 {
            return bad(
                "base_url",
                "give one of base_url, command and weights, not several".into(),
            );
        }
        if !(30..=3600).contains(&speech.chunk()) {
            return bad("chunk", "must be from 30s to 1h".into());
        }
        if span(speech.timeout).is_zero() || speech.max_audio_mib == 0 || speech.max_minutes == 0 {
            return bad(
                "timeout",
                "timeout, max_audio_mib and max_minutes must be at least 1".into(),
            );
        }
        if speech.base_url.is_empty() {
            return if cfg!(feature = "whisper") || speech.weights.as_os_str().is_empty() {
                Ok(())
            } else {
                bad("weights", "this podbrief was built without the feature \"whisper\" (cargo install --features whisper)".into())
            };
        }
        let url = url::Url::parse(&speech.base_url).ok();
        if !url.is_some_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host()) {
            return bad(
                "base_url",
                format!("{:?} is not an address like http://127.0.0.1:8000/v1", speech.base_url),
            );
        }
        if speech.model.is_empty() {
            return bad(
                "model",
                "name the model that the endpoint is to use, as \"whisper-1\"".into(),
            );
        }
        if !speech.api_key_env.is_empty() && !speech.api_key_file.as_os_str().is_empty() {
            return bad("api_key_env", "give one of api_key_file and api_key_env, not both".into());
        }
        Ok(())
    }
}
