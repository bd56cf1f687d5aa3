//! The server's side of the admin socket: one JSON line in, JSON lines out. Only the owner of the data directory can
//! reach it (mode 0600), so there is no password.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, watch};
use tokio_util::io::SyncIoBridge;

use super::{Admin, Command, Refused, Reply};

/// Its name in the data directory.
pub const SOCKET: &str = "admin.sock";
/// An OPML document of this size comes in one line.
const MAX_COMMAND: u64 = 64 * 1024 * 1024;

/// Makes the socket: from then on verbs of other processes wait for [`serve`]. The caller holds the store, so an old
/// socket file is nobody's.
///
/// # Errors
/// If the socket can't be made.
pub fn listen(dir: &Path) -> io::Result<UnixListener> {
    let path = dir.join(SOCKET);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Answers until `stop` turns true.
pub async fn serve(
    admin: Admin,
    listener: UnixListener,
    dir: &Path,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let admin = admin.clone();
                    tokio::spawn(async move {
                        if let Err(error) = answer(admin, stream).await {
                            tracing::debug!(%error, "an admin connection broke off");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the admin socket could not accept");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            },
            _ = stop.changed() => break,
        }
    }
    // The next start removes it too.
    let _ = std::fs::remove_file(dir.join(SOCKET));
}

async fn answer(admin: Admin, stream: UnixStream) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut read = BufReader::new(read);
    (&mut read).take(MAX_COMMAND).read_line(&mut line).await?;
    if line.is_empty() {
        return Ok(());
    }
    let mut command = match serde_json::from_str::<Command>(&line) {
        Ok(command) => command,
        Err(error) => {
            let message = format!(
                "the running server does not know this command ({error}); is it of another version?"
            );
            return send(&mut write, &Reply::Error { message }).await;
        }
    };
    if let Command::Deliver { size, bytes, .. } = &mut command {
        if *size > admin.ctx.mail.max_message {
            let what = format!("the message is larger than {} bytes", admin.ctx.mail.max_message);
            return send(&mut write, &Reply::Refused { message: what, why: Refused::Message })
                .await;
        }
        bytes.resize(*size, 0);
        read.read_exact(bytes).await?;
    }
    let backup = matches!(command, Command::Backup);
    let (tell, mut told) = mpsc::channel(64);
    let work = {
        let admin = admin.clone();
        tokio::spawn(async move { admin.run(command, tell).await })
    };
    while let Some(reply) = told.recv().await {
        send(&mut write, &reply).await?;
    }
    // A panic in the command ends the connection, which the other side reports.
    let _ = work.await;
    if backup {
        let written = tokio::task::spawn_blocking(move || {
            let mut out = SyncIoBridge::new(write);
            let result = admin.backup(&mut out);
            (result, out.into_inner())
        });
        let (result, _) = written.await.map_err(io::Error::other)?;
        // The file's missing end tells the other side.
        result.map_err(io::Error::other)?;
    }
    Ok(())
}

async fn send(to: &mut OwnedWriteHalf, reply: &Reply) -> io::Result<()> {
    let mut bytes = serde_json::to_vec(reply)?;
    bytes.push(b'\n');
    to.write_all(&bytes).await
}
