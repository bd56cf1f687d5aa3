//! Sockets that mail comes to, and how many may talk at once.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::connection::{Peer, converse};
use super::session::{Limits, Protocol};
use super::tls::Certificate;
use crate::model::Timestamp;
use crate::pipeline::Context;

/// Connections of one IPv4 address or IPv6 network (/64).
const PER_ADDRESS: usize = 128;
/// Connections in all.
const AT_ONCE: usize = 512;

/// Where a door is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// Host and port.
    Tcp(String),
    /// A socket file.
    Unix(PathBuf),
}

impl Address {
    /// `unix:/path`, an absolute path, or `host:port`.
    pub fn parse(text: &str) -> Self {
        let path = text.strip_prefix("unix:").or_else(|| text.starts_with('/').then_some(text));
        path.map_or_else(|| Self::Tcp(text.to_owned()), |path| Self::Unix(path.into()))
    }
}

/// What all connections share.
#[derive(Clone)]
pub struct Options {
    /// Store, spool and trust.
    pub ctx: Context,
    /// The clock.
    pub clock: fn() -> Timestamp,
    /// For STARTTLS.
    pub certificate: Option<Arc<Certificate>>,
    /// Our name.
    pub host: String,
}

impl Options {
    pub(super) fn limits(&self) -> Limits {
        Limits {
            host: self.host.clone(),
            max_message: self.ctx.mail.max_message,
            // RFC 5321 4.5.3.1.6 asks for 1,000; many newsletters are one long line.
            max_line: 256 * 1024,
            tls: self.certificate.is_some(),
        }
    }
}

/// A door that listens and does not answer yet.
pub struct Door {
    protocol: Protocol,
    socket: Socket,
}

enum Socket {
    Tcp(TcpListener),
    /// With the file, if it is ours.
    Unix(UnixListener, Option<PathBuf>),
}

impl Door {
    /// Listens.
    ///
    /// # Errors
    /// If the address can't be had.
    pub async fn open(protocol: Protocol, address: &Address) -> io::Result<Self> {
        let socket = match address {
            Address::Tcp(at) => Socket::Tcp(TcpListener::bind(at).await?),
            Address::Unix(path) => {
                // A socket of an earlier run; anything else of that name is somebody's.
                if fs::symlink_metadata(path).is_ok_and(|m| m.file_type().is_socket()) {
                    fs::remove_file(path)?;
                }
                let listener = UnixListener::bind(path)?;
                // The mail server is another user; its group is the folder's matter.
                fs::set_permissions(path, fs::Permissions::from_mode(0o666))?;
                Socket::Unix(listener, Some(path.clone()))
            }
        };
        Ok(Self { protocol, socket })
    }

    /// Of a socket that is open already.
    ///
    /// # Errors
    /// If it can't be waited for.
    pub fn of_tcp(protocol: Protocol, listener: std::net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Ok(Self { protocol, socket: Socket::Tcp(TcpListener::from_std(listener)?) })
    }

    /// Of a socket file that is somebody else's, and stays when we end.
    ///
    /// # Errors
    /// If it can't be waited for.
    pub fn of_unix(
        protocol: Protocol,
        listener: std::os::unix::net::UnixListener,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Ok(Self { protocol, socket: Socket::Unix(UnixListener::from_std(listener)?, None) })
    }

    /// Which language is spoken there.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Host and port, of a TCP door.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        match &self.socket {
            Socket::Tcp(listener) => listener.local_addr().ok(),
            Socket::Unix(..) => None,
        }
    }
}

/// Answers at `door` until `stop` turns true, then lets conversations end for `grace`.
pub async fn serve(door: Door, options: Options, mut stop: watch::Receiver<bool>, grace: Duration) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let crowd = Crowd::default();
    let mut talks = JoinSet::new();
    let protocol = door.protocol;
    loop {
        let accepted = tokio::select! {
            accepted = accept(&door.socket) => accepted,
            // Ended conversations are not kept.
            Some(_) = talks.join_next() => continue,
            _ = stop.changed() => break,
        };
        let (stream, ip) = match accepted {
            Ok(both) => both,
            Err(error) => {
                tracing::warn!(%error, "a mail connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let guest = ip.map(|ip| crowd.enter(ip));
        if matches!(guest, Some(None)) {
            tracing::info!(peer = ?ip, "too many mail connections from one address");
            stream.turn_away(&options.host);
            continue;
        }
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tracing::info!("too many mail connections");
            stream.turn_away(&options.host);
            continue;
        };
        let busy = places.available_permits() < AT_ONCE / 4;
        let (options, stop) = (options.clone(), stop.clone());
        talks.spawn(async move {
            let peer = Peer { ip, protocol, busy };
            let ended = match stream {
                Stream::Tcp(stream) => converse(stream, peer, &options, stop).await,
                Stream::Unix(stream) => converse(stream, peer, &options, stop).await,
            };
            if let Err(error) = ended {
                tracing::debug!(%error, ?ip, "a mail connection broke off");
            }
            drop((guest, place));
        });
    }
    let finish = async { while talks.join_next().await.is_some() {} };
    // Who is cut off was not told that anything was kept.
    let _ = tokio::time::timeout(grace, finish).await;
    if let Socket::Unix(_, Some(path)) = &door.socket {
        let _ = fs::remove_file(path);
    }
}

enum Stream {
    Tcp(tokio::net::TcpStream),
    Unix(tokio::net::UnixStream),
}

impl Stream {
    /// Says that there is no place now, as far as that can be said without waiting, and hangs up.
    fn turn_away(self, host: &str) {
        let text = format!("421 4.3.2 {host} has too many connections, come again later\r\n");
        let _ = match &self {
            Self::Tcp(stream) => stream.try_write(text.as_bytes()),
            Self::Unix(stream) => stream.try_write(text.as_bytes()),
        };
    }
}

async fn accept(socket: &Socket) -> io::Result<(Stream, Option<IpAddr>)> {
    match socket {
        Socket::Tcp(listener) => {
            let (stream, peer) = listener.accept().await?;
            stream.set_nodelay(true)?;
            Ok((Stream::Tcp(stream), Some(peer.ip().to_canonical())))
        }
        Socket::Unix(listener, _) => Ok((Stream::Unix(listener.accept().await?.0), None)),
    }
}

/// How many are here from each address.
#[derive(Clone, Default)]
struct Crowd(Arc<Mutex<HashMap<IpAddr, usize>>>);

struct Guest {
    of: Crowd,
    ip: IpAddr,
}

impl Crowd {
    fn enter(&self, ip: IpAddr) -> Option<Guest> {
        let ip = match ip {
            IpAddr::V4(_) => ip,
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            }
        };
        let mut here = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = here.entry(ip).or_default();
        if *count >= PER_ADDRESS {
            return None;
        }
        *count += 1;
        Some(Guest { of: self.clone(), ip })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut here = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = here.get_mut(&self.ip) {
            *count -= 1;
            if *count == 0 {
                here.remove(&self.ip);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_so_many_places_and_no_more() {
        let crowd = Crowd::default();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let mut guests: Vec<Guest> = (0..PER_ADDRESS)
            .map(|n| crowd.enter(ip(&format!("2001:db8::{n:x}"))).unwrap())
            .collect();
        assert!(crowd.enter(ip("2001:db8::ffff")).is_none(), "a network of IPv6 is one guest");
        assert!(
            crowd.enter(ip("2001:db8:0:1::1")).is_some() && crowd.enter(ip("192.0.2.1")).is_some()
        );
        guests.pop();
        assert!(crowd.enter(ip("2001:db8::ffff")).is_some());
        guests.clear();
        assert!(crowd.0.lock().unwrap().is_empty(), "who left is forgotten");
    }
}
