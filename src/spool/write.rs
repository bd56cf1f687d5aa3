//! One thread writes: whoever waits by then is written into one file, with one sync of it and one of its folder, and
//! told together.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{Notify, mpsc, oneshot};

use super::letter::{self, Letter};

/// How spool files end.
pub(super) const SUFFIX: &str = "letters";
/// Bytes of one file, after which another begins.
const MOST_BYTES: usize = 16 * 1024 * 1024;

pub(super) struct Waiting {
    pub letter: Letter,
    pub done: oneshot::Sender<Result<(), Arc<io::Error>>>,
}

/// Runs until every sender is gone.
pub(super) fn start(
    dir: PathBuf,
    // The highest number of a file that is there.
    mut number: u64,
    mut waiting: mpsc::Receiver<Waiting>,
    arrived: Arc<Notify>,
) -> io::Result<()> {
    let run = move || {
        while let Some(first) = waiting.blocking_recv() {
            let mut size = first.letter.bytes.len();
            let mut together = vec![first];
            while size < MOST_BYTES
                && let Ok(more) = waiting.try_recv()
            {
                size += more.letter.bytes.len();
                together.push(more);
            }
            number += 1;
            let result = write(&dir, number, &together).map_err(Arc::new);
            if let Err(error) = &result {
                tracing::error!(%error, "the mail spool can't be written");
            }
            for one in together {
                // Whoever sent it may have hung up; the letter is kept all the same.
                let _ = one.done.send(result.clone());
            }
            arrived.notify_one();
        }
    };
    std::thread::Builder::new().name("mail-spool".into()).spawn(run).map(|_| ())
}

fn write(dir: &Path, number: u64, letters: &[Waiting]) -> io::Result<()> {
    let name = format!("{number:020}");
    let temp = dir.join(&name).with_extension("tmp");
    let written = (|| {
        let mut out = BufWriter::with_capacity(64 * 1024, private(&temp)?);
        for one in letters {
            letter::write(&one.letter, &mut out)?;
        }
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_data()?;
        fs::rename(&temp, dir.join(&name).with_extension(SUFFIX))?;
        File::open(dir)?.sync_all()
    })();
    if written.is_err() {
        // Best effort: the error that matters is the first one. A file that was renamed already is drained: its
        // senders try again, and the second copy is known by its Message-ID.
        let _ = fs::remove_file(&temp);
    }
    written
}

/// A new file for this user's eyes only.
pub(super) fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}
