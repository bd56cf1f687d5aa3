//! The messages of an archive: a Maildir folder, an mbox file (mboxo, mboxrd, also zstd-compressed), or one message.
//! Read one after another, so that size does not matter.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// One of them.
pub(super) enum Message {
    Whole(Vec<u8>),
    /// Passed over.
    TooLarge,
}

/// All messages, in the order of the archive; none of more than `most` bytes.
pub(super) fn messages(
    path: &Path,
    most: usize,
) -> Result<Box<dyn Iterator<Item = Result<Message>>>> {
    if path.is_dir() {
        let mut files = maildir(path)?;
        files.sort();
        return Ok(Box::new(files.into_iter().map(move |file| whole(&file, most))));
    }
    let file = File::open(path).with_context(|| format!("can't read {}", path.display()))?;
    let zstd = path.extension().is_some_and(|e| e == "zst");
    let mut input: Box<dyn BufRead> = if zstd {
        Box::new(BufReader::new(zstd::Decoder::new(file)?))
    } else {
        Box::new(BufReader::new(file))
    };
    if !input.fill_buf().context("can't read the archive")?.starts_with(b"From ") {
        if zstd {
            bail!("{} is no mbox file", path.display());
        }
        return Ok(Box::new(std::iter::once(whole(path, most))));
    }
    Ok(Box::new(Mbox { input, most, done: false, begun: false }))
}

/// Files in `cur` and `new` of the folder and of the folders in it.
fn maildir(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![(dir.to_owned(), 0)];
    let mut found = false;
    while let Some((folder, depth)) = folders.pop() {
        for part in ["cur", "new"] {
            let part = folder.join(part);
            if part.is_dir() {
                found = true;
                for entry in fs::read_dir(&part)? {
                    let path = entry?.path();
                    if path.is_file() {
                        files.push(path);
                    }
                }
            }
        }
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let own = path.file_name().is_some_and(|n| n == "cur" || n == "new" || n == "tmp");
            if path.is_dir() && !own && depth < 3 {
                folders.push((path, depth + 1));
            }
        }
    }
    if !found {
        bail!("{} is no Maildir: it has no folder cur or new", dir.display());
    }
    Ok(files)
}

fn whole(path: &Path, most: usize) -> Result<Message> {
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(|| format!("can't read {}", path.display()))?;
    file.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(if bytes.len() > most { Message::TooLarge } else { Message::Whole(bytes) })
}

struct Mbox {
    input: Box<dyn BufRead>,
    most: usize,
    done: bool,
    begun: bool,
}

impl Iterator for Mbox {
    type Item = Result<Message>;

    fn next(&mut self) -> Option<Result<Message>> {
        while !self.done {
            // Two separators with nothing between them are not the end.
            if let Some(message) = self.one() {
                return Some(message);
            }
        }
        None
    }
}

impl Mbox {
    /// Up to the next separator or the end; nothing if there is nothing between.
    fn one(&mut self) -> Option<Result<Message>> {
        let mut message = Vec::new();
        let mut too_large = false;
        let mut line = Vec::new();
        let mut blank = true;
        while !self.done {
            line.clear();
            match self.input.by_ref().take(1 << 20).read_until(b'\n', &mut line) {
                Err(error) => {
                    self.done = true;
                    return Some(Err(anyhow::Error::new(error).context("can't read the archive")));
                }
                Ok(0) => self.done = true,
                // A separator stands behind an empty line or at the start.
                Ok(_) if line.starts_with(b"From ") && blank => {
                    if std::mem::replace(&mut self.begun, true) {
                        break;
                    }
                }
                Ok(_) => {
                    blank = line.trim_ascii().is_empty();
                    let marks = line.iter().take_while(|b| **b == b'>').count();
                    let quoted = marks > 0 && line[marks..].starts_with(b"From ");
                    too_large |= message.len() + line.len() > self.most;
                    if !too_large {
                        message.extend_from_slice(if quoted { &line[1..] } else { &line });
                    }
                }
            }
        }
        if too_large {
            return Some(Ok(Message::TooLarge));
        }
        let empty = message.trim_ascii().is_empty();
        (!empty).then_some(Ok(Message::Whole(message)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &Path) -> Vec<String> {
        let text = |m| match m {
            Message::Whole(bytes) => String::from_utf8(bytes).unwrap(),
            Message::TooLarge => "too large".into(),
        };
        messages(path, 40).unwrap().map(|m| text(m.unwrap())).collect()
    }

    #[test]
    fn mbox_and_maildir_are_read_one_by_one() {
        let dir = tempfile::tempdir().unwrap();
        let mbox = dir.path().join("a.mbox");
        let big = "x".repeat(60);
        fs::write(
            &mbox,
            format!("From a\nSubject: 1\n\n>From x\nFrom y\n\nFrom b\n{big}\n\nFrom e\n\nFrom c\nSubject: 3\n\nend\n"),
        )
        .unwrap();
        assert_eq!(
            read(&mbox),
            ["Subject: 1\n\nFrom x\nFrom y\n\n", "too large", "Subject: 3\n\nend\n"]
        );
        let maildir = dir.path().join("Mail");
        for part in ["cur", "new", ".List/cur", "tmp"] {
            fs::create_dir_all(maildir.join(part)).unwrap();
            fs::write(maildir.join(part).join("1"), format!("Subject: {part}\n\n")).unwrap();
        }
        let mut found = read(&maildir);
        found.sort();
        assert_eq!(found, ["Subject: .List/cur\n\n", "Subject: cur\n\n", "Subject: new\n\n"]);
        assert!(messages(dir.path().join("gone").as_path(), 9).is_err());
    }
}
