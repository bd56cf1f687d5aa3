//! Where an episode's recording lies while its speech is recognised, with what is recognised already: each piece's words
//! are safe on disk before the next piece is begun. Gone when the work is done.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::{ItemId, Segment, Transcript};

/// The folder of all of them, in the data directory.
const ROOM: &str = "speech";
/// Pieces of one recording at most: a day of half-minutes.
const MOST: usize = 3000;

/// One episode's folder.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

/// A piece that is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// Its first sample's number, at 16 kHz.
    pub start: u64,
    /// The number of the sample behind its last.
    pub end: u64,
    /// Bytes of the recording it was cut from: that of another request may have other adverts.
    pub audio: u64,
    /// What was said, with times from the start of the episode.
    pub transcript: Transcript,
}

impl Folder {
    /// Makes it where there is none.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub fn open(data: &Path, item: &ItemId) -> io::Result<Self> {
        let path = data.join(ROOM).join(item.as_str());
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Removes that of `item`.
    ///
    /// # Errors
    /// If the disk does not let it go.
    pub fn remove(data: &Path, item: &ItemId) -> io::Result<()> {
        match fs::remove_dir_all(data.join(ROOM).join(item.as_str())) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Removes the recordings of other items: there is room for one. Their words stay.
    ///
    /// # Errors
    /// If the disk does not let them go.
    pub fn leave_one_recording(data: &Path, item: &ItemId) -> io::Result<()> {
        let room = match fs::read_dir(data.join(ROOM)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        for entry in room {
            let path = entry?.path();
            if path.is_dir()
                && path.file_name().and_then(|name| name.to_str()) != Some(item.as_str())
            {
                let other = Self(path);
                for file in [other.audio(), other.audio().with_extension("state"), other.piece()] {
                    match fs::remove_file(file) {
                        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// Removes all but those of items that wait still.
    ///
    /// # Errors
    /// If the disk does not let them go.
    pub fn sweep(data: &Path, mut waits: impl FnMut(&ItemId) -> bool) -> io::Result<()> {
        let room = match fs::read_dir(data.join(ROOM)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        for entry in room {
            let path = entry?.path();
            let item =
                path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            if path.is_dir() && !item.is_some_and(|item| waits(&item)) {
                fs::remove_dir_all(&path)?;
            }
        }
        Ok(())
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the recording is.
    pub fn audio(&self) -> PathBuf {
        self.0.join("audio")
    }

    /// Where the piece is that is recognised now.
    pub fn piece(&self) -> PathBuf {
        self.0.join("piece.wav")
    }

    /// The pieces that are done, in order, as far as they join, of a recording of so many bytes.
    pub fn heard(&self, audio: u64) -> Vec<Heard> {
        let mut all: Vec<Heard> = Vec::new();
        while all.len() < MOST {
            let read = fs::read(self.words(all.len())).ok();
            let Some(heard) = read.and_then(|bytes| serde_json::from_slice::<Heard>(&bytes).ok())
            else {
                break;
            };
            if heard.audio != audio || heard.start != all.last().map_or(0, |last| last.end) {
                break;
            }
            all.push(heard);
        }
        all
    }

    /// Keeps the words of piece number `n`; they would survive a power cut when this returns.
    ///
    /// # Errors
    /// If the disk does not take them.
    pub fn keep(&self, n: usize, heard: &Heard) -> io::Result<()> {
        write_durably(&self.words(n), &serde_json::to_vec(heard)?)
    }

    fn words(&self, n: usize) -> PathBuf {
        self.0.join(format!("{n:04}.json"))
    }
}

/// What was spent of a day's minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Days since 1970, UTC.
    pub day: i64,
    /// Milliseconds of speech.
    pub millis: u64,
}

impl Spent {
    /// As kept.
    pub fn read(data: &Path) -> Self {
        let read = fs::read(data.join(ROOM).join("spent.json")).ok();
        read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Keeps it.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub fn keep(self, data: &Path) -> io::Result<()> {
        fs::create_dir_all(data.join(ROOM))?;
        write_durably(&data.join(ROOM).join("spent.json"), &serde_json::to_vec(&self)?)
    }
}

/// All pieces as one.
pub fn joined(heard: Vec<Heard>) -> Transcript {
    let language = heard.iter().find_map(|piece| piece.transcript.language.clone());
    let segments: Vec<Segment> =
        heard.into_iter().flat_map(|piece| piece.transcript.segments).collect();
    Transcript { language, segments }
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = File::create(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceId;

    fn heard(start: u64, end: u64, audio: u64) -> Heard {
        let said = Segment { text: format!("From {start}."), ..Segment::default() };
        Heard { start, end, audio, transcript: Transcript { language: None, segments: vec![said] } }
    }

    #[test]
    fn what_is_done_stays_done_and_what_does_not_join_is_done_again() {
        let data = tempfile::tempdir().unwrap();
        let item = ItemId::new(&SourceId::for_feed("https://a.example"), "1");
        let folder = Folder::open(data.path(), &item).unwrap();
        assert!(folder.heard(7).is_empty());
        folder.keep(0, &heard(0, 10, 7)).unwrap();
        folder.keep(1, &heard(10, 25, 7)).unwrap();
        folder.keep(2, &heard(24, 30, 7)).unwrap();
        let again = Folder::open(data.path(), &item).unwrap();
        assert_eq!(again.heard(7), [heard(0, 10, 7), heard(10, 25, 7)]);
        assert!(again.heard(8).is_empty(), "another recording has its own words");
        assert_eq!(joined(again.heard(7)).segments.len(), 2);
        fs::write(folder.path().join("0001.json"), "{\"start\":").unwrap();
        assert_eq!(again.heard(7).len(), 1);
    }

    #[test]
    fn only_those_that_wait_are_kept() {
        let data = tempfile::tempdir().unwrap();
        let source = SourceId::for_feed("https://a.example");
        let (one, two) = (ItemId::new(&source, "1"), ItemId::new(&source, "2"));
        Folder::sweep(data.path(), |_| true).unwrap();
        for item in [&one, &two] {
            fs::write(Folder::open(data.path(), item).unwrap().audio(), "sound").unwrap();
        }
        Spent { day: 3, millis: 5 }.keep(data.path()).unwrap();
        Folder::sweep(data.path(), |item| *item == two).unwrap();
        assert!(!data.path().join(ROOM).join(one.as_str()).exists());
        assert!(data.path().join(ROOM).join(two.as_str()).exists());
        assert_eq!(Spent::read(data.path()), Spent { day: 3, millis: 5 });
        Folder::remove(data.path(), &two).unwrap();
        Folder::remove(data.path(), &two).unwrap();
    }
}
