//! Builds the recogniser of speech from the options, and tidies what it left.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::config::Config;
use crate::encode::Worker;
use crate::fetch::Own;
use crate::model::{ItemId, ItemState};
use crate::pipeline::Listening;
use crate::speech::{self, Endpoint, Folder, Key, Recogniser, Speech};
use crate::store::Door;

/// Removes recordings that nobody waits for any more.
pub(super) fn sweep(dir: &Path, door: &Door) {
    let waits = |item: &ItemId| {
        let found = door.blocking().item(item);
        // What can't be read may wait.
        found.map_or(true, |item| item.is_some_and(|item| item.state == ItemState::New))
    };
    if let Err(error) = Folder::sweep(dir, waits) {
        tracing::warn!(%error, "recordings that nobody waits for can't be removed");
    }
}

/// How speech is recognised, if it is; recordings lie in `dir` meanwhile.
///
/// # Errors
/// If this program's own file or TLS can't be had.
pub fn listening(config: &Config, dir: &Path) -> Result<Option<Listening>> {
    let options = &config.infer.transcribe;
    if !options.is_on() {
        return Ok(None);
    }
    let itself =
        Worker::this_program().context("the system does not tell which program this is")?;
    let limit = options.timeout();
    let program = |command: Vec<String>| {
        Recogniser::Program(speech::Program { itself: itself.clone(), command, limit })
    };
    let recogniser = if !options.base_url.is_empty() {
        let key = match (&options.api_key_env, &options.api_key_file) {
            (name, _) if !name.is_empty() => Key::Variable(name.clone()),
            (_, file) if !file.as_os_str().is_empty() => Key::File(file.clone()),
            _ => Key::None,
        };
        Recogniser::Endpoint(Endpoint {
            base_url: options.base_url.trim_end_matches('/').to_owned(),
            model: options.model.clone(),
            key,
            format: options.response_format.clone(),
            limit,
        })
    } else if !options.command.is_empty() {
        program(options.command.clone())
    } else {
        let itself = itself.display().to_string();
        let weights = options.weights.display().to_string();
        let words =
            [itself.as_str(), "hear", "--weights", &weights, "--language", "{language}", "{audio}"];
        program(words.map(str::to_owned).to_vec())
    };
    let speech = Speech {
        data: std::path::absolute(dir)?,
        itself,
        recogniser,
        policy: options.policy(),
        language: Some(options.language.clone()).filter(|language| !language.is_empty()),
        max_audio: options.max_audio_mib.saturating_mul(1024 * 1024),
        max_minutes: options.max_minutes,
        minutes_a_day: options.minutes_a_day,
        chunk: options.chunk(),
    };
    Ok(Some(Listening::new(speech, Own::new()?)))
}
