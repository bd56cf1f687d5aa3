//! From a recording to its words: cut, ask, keep, one piece after another.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::super::StageError;
use super::Listening;
use super::trouble::Trouble;
use crate::fetch::Form;
use crate::model::{ItemId, SourceId, Timestamp, Transcript};
use crate::speech::{
    CutterProcess, Endpoint, Folder, Heard, Program, Recogniser, Said, Spent, answer, joined, wav,
};

const DAY: i64 = 86_400;
/// Characters of an endpoint's complaint that are shown.
const COMPLAINT: usize = 300;

/// One recording that is heard.
pub(super) struct Hearing<'a> {
    pub listening: &'a Arc<Listening>,
    pub folder: Folder,
    /// In two letters, if known.
    pub language: Option<String>,
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    /// Whether it counts for the day's minutes.
    pub counted: bool,
}

/// The language in the form that recognisers take: two or three letters.
pub(super) fn language(tag: Option<&str>) -> Option<String> {
    let primary = tag?.split(['-', '_']).next()?.to_ascii_lowercase();
    let good = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
    good.then_some(primary)
}

/// The words of a file on this machine, for who tries a recogniser. It counts for no day.
///
/// # Errors
/// One sentence, and what to do.
pub async fn hear_file(
    listening: &Arc<Listening>,
    file: &Path,
    now: Timestamp,
) -> Result<Transcript, StageError> {
    let name = ItemId::new(&SourceId::for_feed("file"), &file.to_string_lossy());
    let clock = || now;
    let heard = async {
        let folder = Folder::open(&listening.speech.data, &name).map_err(Trouble::disk)?;
        let length = std::fs::metadata(file).map_err(Trouble::disk)?.len();
        let language = language(listening.speech.language.as_deref());
        let hearing = Hearing { listening, folder, language, clock: &clock, counted: false };
        hearing.all(file.to_owned(), length).await
    };
    let heard = heard.await;
    // The folder is a temporary one, and its owner's to remove.
    match heard {
        Ok((transcript, _)) => Ok(transcript),
        Err(Trouble::Busy(what) | Trouble::Later { what, .. }) => Err(StageError::Busy { what }),
        Err(Trouble::Retry { what, hint, .. } | Trouble::Refused { what, hint }) => {
            Err(StageError::Abort { what, hint })
        }
    }
}

impl Hearing<'_> {
    /// The words of the recording in `audio`, which has so many bytes, and its length in milliseconds. What was heard of it
    /// before is not asked for again.
    pub(super) async fn all(
        &self,
        audio: PathBuf,
        bytes: u64,
    ) -> Result<(Transcript, u64), Trouble> {
        let folder = self.folder.clone();
        let mut heard =
            spawn_blocking(move || folder.heard(bytes)).await.map_err(Trouble::inside)?;
        let known = heard.len();
        let speech = &self.listening.speech;
        let cutting = speech.cutting(audio, heard.last().map_or(0, |last| last.end));
        let mut cutter = CutterProcess::start(&speech.itself, &cutting)
            .map_err(|e| Trouble::inside(format!("the decoder's process can't be started: {e}")))?;
        let piece = self.folder.piece();
        loop {
            let (start, end, silent) = match cutter.next(&piece).await {
                Said::Piece { start, end, silent } => (start, end, silent),
                Said::End { samples } => return Ok((joined(heard), wav::millis(samples))),
                Said::Refused(why) if why.contains("longer than") => {
                    return Err(Trouble::too_long(speech.max_minutes));
                }
                Said::Refused(why) => {
                    return Err(Trouble::refused(
                        format!("the recording can't be heard: {why}"),
                        "",
                    ));
                }
                Said::Failed(why) => {
                    return Err(Trouble::disk(why).after_pieces(heard.len() - known));
                }
            };
            let transcript = if silent {
                Transcript::default()
            } else {
                let asked = self.ask(&piece, start, end).await;
                asked.map_err(|trouble| trouble.after_pieces(heard.len() - known))?
            };
            let done = Heard { start, end, audio: bytes, transcript };
            let (folder, n, row) = (self.folder.clone(), heard.len(), done.clone());
            let kept =
                spawn_blocking(move || folder.keep(n, &row)).await.map_err(Trouble::inside)?;
            kept.map_err(Trouble::disk)?;
            heard.push(done);
            tracing::info!(
                piece = heard.len(),
                upto_ms = wav::millis(end),
                silent,
                "speech recognised"
            );
        }
    }

    /// The words of one piece, with times from the start of the recording.
    async fn ask(&self, piece: &Path, start: u64, end: u64) -> Result<Transcript, Trouble> {
        let length = wav::millis(end.saturating_sub(start));
        self.spend(length).await?;
        let answered = match &self.listening.speech.recogniser {
            Recogniser::Program(program) => self.run(program, piece).await,
            Recogniser::Endpoint(endpoint) => self.send(endpoint, piece).await,
        };
        let read = answered.and_then(|bytes| {
            answer::read(&bytes, length).map_err(|e| {
                Trouble::retry(e.to_string(), "Try it with `podbrief transcribe FILE`.")
            })
        });
        let mut transcript = match read {
            Ok(transcript) => transcript,
            Err(trouble) => {
                self.listening.rest.failed(&trouble, (self.clock)());
                self.give_back(length).await?;
                return Err(trouble);
            }
        };
        self.listening.rest.well();
        let offset = wav::millis(start);
        for segment in &mut transcript.segments {
            segment.start_ms = segment.start_ms.map(|time| time.saturating_add(offset));
            segment.end_ms = segment.end_ms.map(|time| time.saturating_add(offset));
        }
        Ok(transcript)
    }

    async fn run(&self, program: &Program, piece: &Path) -> Result<Vec<u8>, Trouble> {
        let ran = program.run(piece, self.folder.path(), self.language.as_deref()).await;
        ran.map_err(|error| {
            Trouble::retry(
                error.to_string(),
                "Try it with `podbrief transcribe FILE`; see infer.transcribe.command.",
            )
        })
    }

    async fn send(&self, endpoint: &Endpoint, piece: &Path) -> Result<Vec<u8>, Trouble> {
        let hint = "See [infer.transcribe] in the configuration.";
        let key = endpoint.key.read().map_err(|what| Trouble::retry(what, hint))?;
        let url = format!("{}/audio/transcriptions", endpoint.base_url);
        let mut fields =
            vec![("model", endpoint.model.clone()), ("response_format", endpoint.format.clone())];
        if endpoint.format == "verbose_json" {
            fields.push(("timestamp_granularities[]", "segment".to_owned()));
        }
        fields.extend(self.language.clone().map(|language| ("language", language)));
        let sent = self.listening.own.send(Form {
            url: &url,
            key: key.as_deref(),
            fields: &fields,
            file: piece,
            max_bytes: answer::MOST,
            limit: endpoint.limit,
            now: (self.clock)(),
        });
        let said =
            sent.await.map_err(|e| Trouble::retry(format!("the endpoint {url}: {e}"), hint))?;
        if said.status == 200 {
            return Ok(said.body);
        }
        let what =
            format!("the endpoint {url} answered {}: {}", said.status, complaint(&said.body));
        let hint = match said.status {
            401 | 403 => "See api_key_file and api_key_env of [infer.transcribe].",
            400 | 404 | 405 | 415 | 422 => {
                "See base_url, model and response_format of [infer.transcribe]."
            }
            413 => "Make infer.transcribe.chunk shorter.",
            _ => "It is asked again later by itself.",
        };
        Err(Trouble::Retry { what, hint: hint.into(), after: said.retry_after, progress: false })
    }

    /// Takes it off the day's minutes before it is asked for: what was asked for is paid, come what may.
    async fn spend(&self, millis: u64) -> Result<(), Trouble> {
        let most = u64::from(self.listening.speech.minutes_a_day) * 60_000;
        let today = (self.clock)().secs().div_euclid(DAY);
        let over = self.change(today, move |spent| {
            if most > 0 && spent.millis > 0 && spent.millis.saturating_add(millis) > most {
                return false;
            }
            spent.millis = spent.millis.saturating_add(millis);
            true
        });
        if over.await? {
            return Ok(());
        }
        let until = Timestamp::from_secs((today + 1) * DAY);
        let minutes = self.listening.speech.minutes_a_day;
        let what = format!(
            "the day's {minutes} minutes of speech (infer.transcribe.minutes_a_day) are used up"
        );
        Err(Trouble::Later { what, until })
    }

    /// Nothing came of it.
    async fn give_back(&self, millis: u64) -> Result<(), Trouble> {
        let today = (self.clock)().secs().div_euclid(DAY);
        self.change(today, move |spent| {
            spent.millis = spent.millis.saturating_sub(millis);
            true
        })
        .await
        .map(|_| ())
    }

    /// What `change` says. Only one recording is heard at a time, so nobody else writes.
    async fn change(
        &self,
        today: i64,
        change: impl FnOnce(&mut Spent) -> bool + Send + 'static,
    ) -> Result<bool, Trouble> {
        if !self.counted {
            return Ok(true);
        }
        let data = self.listening.speech.data.clone();
        let changed = spawn_blocking(move || {
            let mut spent = Spent::read(&data);
            if spent.day != today {
                spent = Spent { day: today, millis: 0 };
            }
            let said = change(&mut spent);
            spent.keep(&data).map(|()| said)
        });
        changed.await.map_err(Trouble::inside)?.map_err(Trouble::disk)
    }
}

/// The message in an endpoint's answer, in one line.
fn complaint(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let json: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let said =
        json.as_ref().and_then(|v| v.pointer("/error/message").or(v.pointer("/detail"))?.as_str());
    let said = said.unwrap_or(&text).split_whitespace().collect::<Vec<_>>().join(" ");
    said.chars().take(COMPLAINT).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn languages_are_told_as_recognisers_know_them() {
        assert_eq!(language(Some("en-GB")).as_deref(), Some("en"));
        assert_eq!(language(Some("DE")).as_deref(), Some("de"));
        assert_eq!(language(Some("English")), None);
        assert_eq!(language(None), None);
    }

    #[test]
    fn complaints_are_one_line() {
        assert_eq!(complaint(br#"{"error":{"message":"no such\nmodel"}}"#), "no such model");
        assert_eq!(complaint(b"Bad\r\nGateway"), "Bad Gateway");
        assert_eq!(complaint(&[b'a'; 9999]).len(), COMPLAINT);
    }

    #[test]
    fn waits_double_and_heed_what_was_asked() {
        let wait = |attempts, asked: Option<u64>| {
            Trouble::wait(attempts, asked.map(Duration::from_secs)).as_secs()
        };
        assert_eq!((wait(0, None), wait(3, None), wait(99, None)), (60, 480, 21_600));
        assert_eq!((wait(0, Some(300)), wait(0, Some(9_999_999))), (300, 86_400));
    }
}
