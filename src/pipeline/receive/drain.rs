//! Empties the spool into the store, for as long as the program runs, and what a crash left in it at the start.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::watch;

use super::receive;
use crate::model::Timestamp;
use crate::pipeline::Context;
use crate::spool::{Letter, Spool};

/// Letters of one commit; more files are read until there are so many.
const TOGETHER: usize = 256;
/// Bytes of one commit.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// After the store failed, it is left alone this long.
const PAUSE: Duration = Duration::from_secs(5);
/// Old raw messages are looked for this often.
const TIDY: Duration = Duration::from_secs(3600);

/// Runs until `stop` turns true; calls `done` after each commit. What is left then is drained at the next start.
pub async fn drain(
    ctx: Context,
    clock: fn() -> Timestamp,
    mut stop: watch::Receiver<bool>,
    done: impl Fn(),
) {
    let mut tidy = tokio::time::interval(TIDY);
    while !*stop.borrow() {
        match step(&ctx).await {
            Ok(0) => {}
            Ok(_) => {
                done();
                continue;
            }
            Err(()) => {
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    _ = stop.changed() => {}
                }
                continue;
            }
        }
        tokio::select! {
            () = ctx.mail.spool.arrived() => {}
            _ = tidy.tick() => forget(&ctx, clock()).await,
            _ = stop.changed() => {}
        }
    }
}

/// One commit. Gives how many files it emptied.
async fn step(ctx: &Context) -> Result<usize, ()> {
    // Else each letter would be read only to be put off again.
    if let Err(error) = ctx.door.call(|s| s.writable()).await {
        tracing::debug!(%error, "letters stay in the spool");
        return Err(());
    }
    let spool = ctx.mail.spool.clone();
    let read = tokio::task::spawn_blocking(move || gather(&spool)).await;
    let (files, letters) = match read {
        Ok(Ok(both)) => both,
        Ok(Err(error)) => {
            tracing::error!(%error, "the mail spool can't be read");
            return Err(());
        }
        Err(_) => return Err(()),
    };
    if files.is_empty() {
        return Ok(0);
    }
    if receive_logged(ctx, letters.clone()).await.is_err() {
        // One letter may be the reason: each by itself, so that it holds up no other.
        for letter in letters {
            if let Err(error) = receive_logged(ctx, vec![letter]).await {
                tracing::error!(%error, "a letter stays in the spool");
                return Err(());
            }
        }
    }
    for file in &files {
        if let Err(error) = Spool::remove(file) {
            tracing::error!(%error, file = %file.display(), "a spool file can't be removed");
            return Err(());
        }
    }
    Ok(files.len())
}

fn gather(spool: &Spool) -> std::io::Result<(Vec<PathBuf>, Vec<Letter>)> {
    let (mut files, mut letters) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    for file in spool.files()? {
        match Spool::read(&file) {
            Ok(more) => {
                bytes += more.iter().map(|l| l.bytes.len()).sum::<usize>();
                letters.extend(more);
                files.push(file);
            }
            Err(error) => {
                tracing::error!(%error, file = %file.display(), "a spool file is damaged and was set aside");
                Spool::set_aside(&file)?;
            }
        }
        if letters.len() >= TOGETHER || bytes >= MOST_BYTES {
            break;
        }
    }
    Ok((files, letters))
}

async fn receive_logged(ctx: &Context, letters: Vec<Letter>) -> Result<(), super::StageError> {
    for report in receive(ctx, letters).await? {
        let (newsletter, outcome) = (report.newsletter.as_str(), report.outcome.as_str());
        tracing::info!(source = %report.source, newsletter, title = %report.title, outcome, "mail received");
    }
    Ok(())
}

async fn forget(ctx: &Context, now: Timestamp) {
    let archive = ctx.mail.archive.clone();
    if let Ok(Err(error)) = tokio::task::spawn_blocking(move || archive.forget(now)).await {
        tracing::warn!(%error, "old raw messages can't be removed");
    }
}
