//! Messages as they came, for a while: one zstd-compressed mbox file a day (`zstdcat` reads it, and so does
//! `podbrief import`), so that whole days can be forgotten.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::letter::Letter;
use super::make_dir;
use crate::model::Timestamp;

const FOLDER: &str = "mail/raw";
const SUFFIX: &str = ".mbox.zst";
/// Fast: mail is kept to be looked at seldom.
const LEVEL: i32 = 1;

/// The messages of the last days.
#[derive(Debug, Clone)]
pub struct Archive {
    dir: PathBuf,
    days: u32,
    most: u64,
}

impl Archive {
    /// In the data directory; `days` of 0 keeps nothing.
    pub fn new(data_dir: &Path, days: u32) -> Self {
        Self { dir: data_dir.join(FOLDER), days, most: u64::MAX }
    }

    /// At most so many bytes of all days together; today's stay in any case.
    pub fn at_most(self, bytes: u64) -> Self {
        Self { most: bytes, ..self }
    }

    /// Appends letters to their day's file and syncs it.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn keep(&self, letters: &[Letter], now: Timestamp) -> io::Result<()> {
        if self.days == 0 || letters.is_empty() {
            return Ok(());
        }
        make_dir(&self.dir)?;
        let path = self.dir.join(format!("{}{SUFFIX}", now.date()));
        let mut frame = zstd::Encoder::new(Vec::new(), LEVEL)?;
        for letter in letters {
            mbox(letter, &mut frame)?;
        }
        let frame = frame.finish()?;
        let mut file = open(&path)?;
        // Frames stand one after another (RFC 8878 3.1); a half one at the end would hide those behind it.
        let before = file.metadata()?.len();
        if let Err(error) = file.write_all(&frame).and_then(|()| file.sync_data()) {
            let _ = file.set_len(before);
            return Err(error);
        }
        Ok(())
    }

    /// Removes what is older than it may be.
    ///
    /// # Errors
    /// If the folder can't be read or a file not removed.
    pub fn forget(&self, now: Timestamp) -> io::Result<usize> {
        let day = std::time::Duration::from_secs(24 * 3600);
        let oldest = now.before(day * self.days).date();
        let mut gone = 0;
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            entries => entries?,
        };
        let mut days = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(date) = name.strip_suffix(SUFFIX) {
                days.push((date.to_owned(), entry.path(), entry.metadata()?.len()));
            }
        }
        // Dates in this form sort as texts; the newest first.
        days.sort_by(|a, b| b.cmp(a));
        let mut bytes = 0_u64;
        for (at, (date, path, size)) in days.iter().enumerate() {
            bytes = bytes.saturating_add(*size);
            if *date < oldest || (at > 0 && bytes > self.most) {
                fs::remove_file(path)?;
                gone += 1;
            }
        }
        Ok(gone)
    }
}

fn open(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

/// mboxrd: lines that begin with `From ` behind any number of `>` get one more.
fn mbox(letter: &Letter, out: &mut impl Write) -> io::Result<()> {
    let from =
        if letter.envelope.from.is_empty() { "MAILER-DAEMON" } else { &letter.envelope.from };
    writeln!(out, "From {from} {}", letter.envelope.received.rfc822())?;
    for to in &letter.envelope.to {
        writeln!(out, "X-Podbrief-Source: {}", to.source)?;
    }
    for line in letter.bytes.split_inclusive(|b| *b == b'\n') {
        let marks = line.iter().take_while(|b| **b == b'>').count();
        if line.get(marks..).is_some_and(|rest| rest.starts_with(b"From ")) {
            out.write_all(b">")?;
        }
        out.write_all(line)?;
    }
    out.write_all(b"\n\n")
}
