//! The server's side of the admin socket: one JSON line in, JSON lines out. Only the owner of the data directory can
//! reach it (mode 0600), so there is no password.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::io::SyncIoBridge;

use super::{Admin, Command, Refused, Reply, podping};

/// Its name in the data directory.
pub const SOCKET: &str = "admin.sock";
/// An OPML document of this size comes in one line.
const MAX_COMMAND: u64 = 64 * 1024 * 1024;

/// How long a command may take to arrive: who says nothing must not keep the server from ending.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a socket's address with the zero that ends it (unix(7)).
const MAX_ADDRESS: usize = 108;

/// The socket of a data directory. A path too long for an address is reached through the open directory.
pub(super) struct Place {
    pub path: PathBuf,
    _dir: Option<File>,
}

impl Place {
    pub fn of(dir: &Path) -> io::Result<Self> {
        let path = dir.join(SOCKET);
        if path.as_os_str().len() < MAX_ADDRESS {
            return Ok(Self { path, _dir: None });
        }
        let held = File::open(dir)?;
        let path = format!("/proc/self/fd/{}/{SOCKET}", held.as_raw_fd()).into();
        Ok(Self { path, _dir: Some(held) })
    }
}

/// A socket that listens, not yet answered.
pub struct Socket {
    listener: UnixListener,
    place: Place,
}

/// Makes the socket: from now on other processes find it. The caller holds the store, so an old socket file is nobody's.
///
/// # Errors
/// If it can't be made.
pub fn bind(dir: &Path) -> io::Result<Socket> {
    let place = Place::of(dir)?;
    match std::fs::remove_file(&place.path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&place.path)?;
    std::fs::set_permissions(&place.path, std::fs::Permissions::from_mode(0o600))?;
    Ok(Socket { listener, place })
}

/// Answers until `stop` turns true, and then everyone who came before that: nobody who found the socket is let down.
pub async fn serve(admin: Admin, socket: Socket, mut stop: watch::Receiver<bool>) {
    let Socket { listener, place } = socket;
    let mut answers = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    answers.spawn(attend(admin.clone(), stream));
                }
                Err(error) => {
                    tracing::warn!(%error, "the admin socket could not accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = answers.join_next(), if !answers.is_empty() => {}
            _ = stop.changed() => break,
        }
    }
    // From here on nobody finds it; who stands in line is still heard. The next start removes it too.
    let _ = std::fs::remove_file(&place.path);
    if let Ok(listener) = listener.into_std() {
        while let Ok((stream, _)) = listener.accept() {
            let stream = stream.set_nonblocking(true).and_then(|()| UnixStream::from_std(stream));
            if let Ok(stream) = stream {
                answers.spawn(attend(admin.clone(), stream));
            }
        }
    }
    while answers.join_next().await.is_some() {}
}

async fn attend(admin: Admin, stream: UnixStream) {
    if let Err(error) = answer(admin, stream).await {
        tracing::debug!(%error, "an admin connection broke off");
    }
}

async fn answer(admin: Admin, stream: UnixStream) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut read = BufReader::new(read);
    {
        let mut first = (&mut read).take(MAX_COMMAND);
        let told = tokio::time::timeout(PATIENCE, first.read_line(&mut line));
        told.await.map_err(io::Error::other)??;
    }
    if line.is_empty() {
        return Ok(());
    }
    if podping::is_one(&line) {
        return podping::attend(&admin, line, read, &mut write).await;
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
        tokio::time::timeout(PATIENCE, read.read_exact(bytes))
            .await
            .map_err(io::Error::other)??;
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
