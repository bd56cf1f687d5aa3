//! `podbrief transcribe`, and the processes that work on recordings beside the server.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};

use super::args::Verb;
use super::runtime;
use crate::app;
use crate::config::Config;
use crate::model::Transcript;
use crate::pipeline::{StageError, hear_file};
use crate::speech::{self, Cutting};

/// Whether it is one of those processes, which read no options.
pub(super) fn is_worker(verb: &Verb) -> bool {
    #[cfg(feature = "whisper")]
    if matches!(verb, Verb::Hear { .. }) {
        return true;
    }
    matches!(verb, Verb::Cut { .. } | Verb::Mind { .. })
}

/// Is one.
pub(super) fn work(verb: Verb) -> Result<ExitCode> {
    match verb {
        Verb::Cut { audio, from, chunk, most } => {
            speech::humble();
            speech::bounded();
            let cutting = Cutting { audio, from, chunk, most };
            speech::serve(&cutting, &mut std::io::stdin().lock(), &mut std::io::stdout().lock())?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Mind { command } => match speech::mind(&command) {
            Ok(code) => Ok(code.into()),
            Err(error) => bail!("{} can't be run: {error}", command[0].display()),
        },
        #[cfg(feature = "whisper")]
        Verb::Hear { audio, weights, language } => {
            let language = Some(language).filter(|language| language != "auto");
            let heard = speech::whisper::hear(&weights, &audio, language.as_deref())?;
            say!("{}", serde_json::to_string(&heard)?);
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("{other:?} is no work for a process of its own"),
    }
}

/// What the configured recogniser makes of a file.
pub(super) fn transcribe(config: &Config, file: &Path, json: bool) -> Result<ExitCode> {
    let dir = std::env::temp_dir().join(format!("podbrief-{}", std::process::id()));
    let Some(listening) = app::listening(config, &dir)? else {
        bail!(
            "nothing recognises speech: give base_url, command or weights in [infer.transcribe], see docs/speech.md"
        );
    };
    app::make_private_dir(&dir)?;
    let listening = Arc::new(listening);
    let heard = runtime()?.block_on(hear_file(&listening, &std::path::absolute(file)?, app::now()));
    // It was made here.
    let _ = std::fs::remove_dir_all(&dir);
    match heard {
        Ok(transcript) if json => say!("{}", serde_json::to_string_pretty(&transcript)?),
        Ok(transcript) => print(&transcript)?,
        Err(StageError::Abort { what, hint }) => bail!("{what}. {hint}"),
        Err(error) => return Err(error.into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// As WebVTT; words without times under the time of those before.
fn print(transcript: &Transcript) -> Result<()> {
    say!("WEBVTT\n");
    let mut last = 0;
    for segment in &transcript.segments {
        let start = segment.start_ms.unwrap_or(last);
        let end = segment.end_ms.unwrap_or(start + 1).max(start + 1);
        last = end;
        say!("{} --> {}\n{}\n", clock(start), clock(end), segment.text.replace("-->", "→"));
    }
    Ok(())
}

fn clock(ms: u64) -> String {
    let (s, ms) = (ms / 1000, ms % 1000);
    format!("{:02}:{:02}:{:02}.{ms:03}", s / 3600, s / 60 % 60, s % 60)
}
