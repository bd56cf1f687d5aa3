//! The process that cuts (`podbrief cut`): it is told a path at a time, writes the next piece there as WAV, and says
//! what it wrote. It ends when nobody is left to tell it.

use std::fs::File;
use std::io::{self, BufRead, BufWriter, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::cut::{Cutter, Piece};
use super::decode::{DecodeError, Decoder};
use super::wav::{self, RATE};

/// What is to be cut, and how.
#[derive(Debug, Clone)]
pub struct Cutting {
    /// The recording.
    pub audio: PathBuf,
    /// The first sample that is wanted, at 16 kHz.
    pub from: u64,
    /// Seconds of a piece at most.
    pub chunk: u32,
    /// Minutes of a recording at most.
    pub most: u32,
}

/// One line of JSON each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// A piece was written.
    Piece {
        /// Its first sample's number.
        start: u64,
        /// The number of the sample behind its last.
        end: u64,
        /// Whether there is nothing to hear in it; then nothing was written.
        silent: bool,
    },
    /// That was all.
    End {
        /// Samples in all.
        samples: u64,
    },
    /// It is no recording that can be cut.
    Refused(String),
    /// Something failed that may go well another time.
    Failed(String),
}

/// Answers each line of `asks` with one line to `to`.
///
/// # Errors
/// If the other side breaks off.
pub fn serve(cutting: &Cutting, asks: &mut impl BufRead, to: &mut impl Write) -> io::Result<()> {
    let mut opened = Open::new(cutting);
    let mut path = String::new();
    loop {
        path.clear();
        if asks.read_line(&mut path)? == 0 {
            return Ok(());
        }
        let said = match &mut opened {
            Err(DecodeError::File(error)) => {
                Said::Failed(format!("the audio file can't be read: {error}"))
            }
            Err(error) => Said::Refused(error.to_string()),
            Ok(open) => open.answer(path.trim_end_matches('\n')),
        };
        let mut line = serde_json::to_vec(&said)?;
        line.push(b'\n');
        to.write_all(&line)?;
        to.flush()?;
    }
}

struct Open {
    decoder: Decoder,
    cutter: Cutter,
    samples: Vec<i16>,
    /// Samples decoded so far.
    seen: u64,
    from: u64,
    most: u64,
    minutes: u32,
}

impl Open {
    fn new(cutting: &Cutting) -> Result<Self, DecodeError> {
        let chunk =
            usize::try_from(u64::from(cutting.chunk) * u64::from(RATE)).unwrap_or(usize::MAX);
        Ok(Self {
            decoder: Decoder::open(&cutting.audio)?,
            cutter: Cutter::new(chunk, cutting.from),
            samples: Vec::new(),
            seen: 0,
            from: cutting.from,
            most: u64::from(cutting.most) * 60 * u64::from(RATE),
            minutes: cutting.most,
        })
    }

    fn answer(&mut self, path: &str) -> Said {
        let piece = match self.next() {
            Ok(Some(piece)) => piece,
            Ok(None) if self.seen > self.most => {
                return Said::Refused(format!("it is longer than {} minutes", self.minutes));
            }
            Ok(None) => return Said::End { samples: self.seen },
            Err(error) => return Said::Refused(error.to_string()),
        };
        if !piece.silent {
            let written = File::create(path)
                .and_then(|file| wav::write(&mut BufWriter::new(file), &piece.samples));
            if let Err(error) = written {
                return Said::Failed(format!(
                    "a piece of audio can't be written to {path}: {error}"
                ));
            }
        }
        Said::Piece { start: piece.start, end: piece.end(), silent: piece.silent }
    }

    fn next(&mut self) -> Result<Option<Piece>, DecodeError> {
        loop {
            if let Some(piece) = self.cutter.next() {
                return Ok(Some(piece));
            }
            if self.seen > self.most {
                return Ok(None);
            }
            self.samples.clear();
            if !self.decoder.more(&mut self.samples)? {
                return Ok(self.cutter.rest());
            }
            // What was cut before is passed over.
            let known = self.from.saturating_sub(self.seen).min(self.samples.len() as u64);
            self.seen += self.samples.len() as u64;
            self.cutter.feed(self.samples.iter().skip(known as usize).copied());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(cutting: &Cutting, times: usize) -> Vec<Said> {
        let out = cutting.audio.with_extension("piece.wav");
        let asks = format!("{}\n", out.display()).repeat(times);
        let mut said = Vec::new();
        serve(cutting, &mut asks.as_bytes(), &mut said).unwrap();
        said.split(|b| *b == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }

    fn recording(dir: &std::path::Path, seconds: usize) -> PathBuf {
        let path = dir.join("talk.wav");
        let samples: Vec<i16> =
            (0..seconds * RATE as usize).map(|n| if n % 90 < 45 { 6000 } else { -6000 }).collect();
        wav::write(&mut File::create(&path).unwrap(), &samples).unwrap();
        path
    }

    #[test]
    fn pieces_come_one_at_a_time_and_go_on_from_where_they_were() {
        let dir = tempfile::tempdir().unwrap();
        let mut cutting = Cutting { audio: recording(dir.path(), 25), from: 0, chunk: 10, most: 1 };
        let said = ask(&cutting, 5);
        let Said::Piece { start: 0, end: first, silent: false } = said[0] else {
            panic!("{said:?}")
        };
        let samples = 25 * u64::from(RATE);
        assert!(
            said.iter().any(|s| matches!(s, Said::End { samples: all } if samples - all < 400)),
            "{said:?}"
        );
        cutting.from = first;
        assert_eq!(ask(&cutting, 1)[0], said[1]);
    }

    #[test]
    fn what_is_too_long_or_no_audio_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let long = Cutting { audio: recording(dir.path(), 70), from: 0, chunk: 40, most: 1 };
        let said = ask(&long, 3);
        assert!(
            said.iter().any(|s| matches!(s, Said::Refused(why) if why.contains("1 minutes"))),
            "{said:?}"
        );
        let page = dir.path().join("page.mp3");
        std::fs::write(&page, "<!doctype html><p>Not found").unwrap();
        let said = ask(&Cutting { audio: page, ..long.clone() }, 1);
        assert!(matches!(&said[0], Said::Refused(why) if why.contains("no audio")), "{said:?}");
        let said = ask(&Cutting { audio: dir.path().join("gone"), ..long }, 1);
        assert!(matches!(&said[0], Said::Failed(_)), "{said:?}");
    }
}
