//! podping as an input: whoever watches its chain (or anything else that knows of news) writes feed addresses to the admin
//! socket, one a line, and those that are sources here are polled at once. Addresses of others are passed over.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::OwnedWriteHalf;
use url::Url;

use super::Admin;
use crate::model::{Source, SourceId, SourceStatus, Timestamp};

/// Bytes of a line.
const MAX_LINE: u64 = 4096;
/// Who says nothing for so long has gone; a watcher connects anew.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// Whether a connection's first line is one of these.
pub(super) fn is_one(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("http://") || line.starts_with("https://") || line.starts_with("podcast:guid:")
}

/// Takes lines until the other side hangs up; answers each with what became of it.
pub(super) async fn attend<R: AsyncBufRead + Unpin>(
    admin: &Admin,
    first: String,
    mut read: R,
    write: &mut OwnedWriteHalf,
) -> io::Result<()> {
    let mut line = first;
    while !line.is_empty() {
        let said = match ping(admin, line.trim()).await {
            Ok(said) => said.to_owned(),
            Err(error) => error.to_string(),
        };
        write.write_all(format!("{said}\n").as_bytes()).await?;
        line.clear();
        let next = async { (&mut read).take(MAX_LINE).read_line(&mut line).await };
        tokio::time::timeout(PATIENCE, next).await.map_err(io::Error::other)??;
    }
    Ok(())
}

async fn ping(admin: &Admin, address: &str) -> Result<&'static str, crate::store::StoreError> {
    let now = (admin.clock)();
    let floor = admin.ctx.settings.intervals.min;
    let sources = admin.ctx.door.call(|s| s.sources()).await?;
    let known = by_address(&sources);
    let Some((id, last)) = known.get(&plain(address)) else { return Ok("unknown") };
    // Neither a flood of pings nor a broken watcher makes us ask more often than the floor allows.
    if last.is_some_and(|last| now.since(last) < floor) {
        return Ok("asked just now");
    }
    let ids = [id.clone()];
    admin.ctx.door.call(move |s| s.poll_now(Some(&ids), now)).await?;
    admin.jobs.wake();
    Ok("polled")
}

fn by_address(sources: &[Source]) -> HashMap<String, (SourceId, Option<Timestamp>)> {
    let active = sources.iter().filter(|source| source.status == SourceStatus::Active);
    let named = active.flat_map(|source| {
        let guid = source.podcast_guid.as_ref().map(|guid| format!("podcast:guid:{guid}"));
        let row = (source.id.clone(), source.poll.last);
        source.feed_url().map(plain).into_iter().chain(guid).map(move |name| (name, row.clone()))
    });
    named.collect()
}

/// One written form; `http` and `https` name the same feed.
fn plain(address: &str) -> String {
    let whole = Url::parse(address).map_or_else(|_| address.to_owned(), String::from);
    whole.strip_prefix("http://").map_or(whole.clone(), |rest| format!("https://{rest}"))
}
