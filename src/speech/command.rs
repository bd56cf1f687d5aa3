//! A recogniser that is a program: one run a piece, under [`super::mind`], its words read from a file or from what it
//! prints.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::answer::MOST;

/// Endings that programs give the file whose name they were told.
const ENDINGS: [&str; 4] = ["", ".vtt", ".srt", ".json"];
/// Bytes of complaints that are kept: the last ones.
const COMPLAINTS: usize = 600;

/// How a program is run. `{audio}` is the piece's file, `{output}` a name for its answer without an ending, `{language}` the
/// source's language in two letters, or "auto".
#[derive(Debug, Clone)]
pub struct Program {
    /// This program, which minds the other.
    pub itself: PathBuf,
    /// Program and arguments.
    pub command: Vec<String>,
    /// For one piece.
    pub limit: Duration,
}

/// Why there is no answer; one sentence.
#[derive(Debug, thiserror::Error)]
#[error("the recogniser {0}")]
pub struct CommandError(String);

impl Program {
    /// Its file's name, for people.
    pub fn name(&self) -> String {
        let program = self.command.first().map(Path::new);
        let name = program.and_then(Path::file_name).unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Runs it on `audio` and gives what it answered; files of its own go to `dir`, and are gone afterwards.
    ///
    /// # Errors
    /// [`CommandError`].
    pub async fn run(
        &self,
        audio: &Path,
        dir: &Path,
        language: Option<&str>,
    ) -> Result<Vec<u8>, CommandError> {
        let failed = |what: &str, error: std::io::Error| CommandError(format!("{what}: {error}"));
        let output = dir.join("answer");
        let mut command = Command::new(&self.itself);
        // What is only for us.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PODBRIEF_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .args(["mind", "--"])
            .args(self.arguments(audio, &output, language))
            // Closed when the child is dropped, which ends all that it started.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|e| failed("can't be started", e))?;
        let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
        let stdin = child.stdin.take();
        let work = async {
            let (printed, complaints, status) =
                tokio::join!(head(stdout.as_mut()), tail(stderr.as_mut()), child.wait());
            (printed, complaints, status)
        };
        let ended = tokio::time::timeout(self.limit, work).await;
        drop(stdin);
        let (printed, complaints, status) = ended.map_err(|_| {
            CommandError(format!("took more than {} s for one piece", self.limit.as_secs()))
        })?;
        let status = status.map_err(|e| failed("can't be waited for", e))?;
        if !status.success() {
            let code = status
                .code()
                .map_or_else(|| status.to_string(), |code| format!("exit code {code}"));
            let complaints = String::from_utf8_lossy(&complaints);
            let last: Vec<&str> = complaints.split_whitespace().collect();
            return Err(CommandError(format!("failed ({code}): {}", last.join(" "))));
        }
        let asked = self.command.iter().any(|word| word.contains("{output}"));
        if !asked {
            return Ok(printed);
        }
        for ending in ENDINGS {
            let path = dir.join(format!("answer{ending}"));
            let Ok(file) = tokio::fs::File::open(&path).await else { continue };
            let mut answer = Vec::new();
            let read = file.take(MOST as u64 + 1).read_to_end(&mut answer).await;
            // The next run would find it.
            let _ = tokio::fs::remove_file(&path).await;
            read.map_err(|e| failed("wrote what can't be read", e))?;
            return Ok(answer);
        }
        Err(CommandError(format!("wrote no {} (.vtt, .srt or .json)", output.display())))
    }

    fn arguments(&self, audio: &Path, output: &Path, language: Option<&str>) -> Vec<OsString> {
        let known = [
            ("{audio}", audio.to_string_lossy().into_owned()),
            ("{output}", output.to_string_lossy().into_owned()),
            ("{language}", language.unwrap_or("auto").to_owned()),
        ];
        let fill = |word: &String| {
            known.iter().fold(word.clone(), |word, (name, value)| word.replace(name, value))
        };
        self.command.iter().map(|word| fill(word).into()).collect()
    }
}

/// The beginning, as far as it counts; the rest is read and forgotten, so that the other side can end.
async fn head(from: Option<&mut (impl AsyncRead + Unpin)>) -> Vec<u8> {
    let mut kept = Vec::new();
    each(from, |part| {
        let room = (MOST + 1).saturating_sub(kept.len());
        kept.extend_from_slice(part.get(..room.min(part.len())).unwrap_or_default());
    })
    .await;
    kept
}

/// The end.
async fn tail(from: Option<&mut (impl AsyncRead + Unpin)>) -> Vec<u8> {
    let mut kept = Vec::new();
    each(from, |part| {
        kept.extend_from_slice(part);
        let over = kept.len().saturating_sub(COMPLAINTS);
        kept.drain(..over);
    })
    .await;
    kept
}

async fn each(from: Option<&mut (impl AsyncRead + Unpin)>, mut take: impl FnMut(&[u8])) {
    let Some(from) = from else { return };
    let mut buffer = vec![0; 16 * 1024];
    // A pipe that breaks has ended.
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        take(buffer.get(..count).unwrap_or_default());
    }
}
