//! Feels the server's pulse as anyone could: a request to `/healthz` through the web server's own door, which goes through
//! its threads to the store and back. Only when that was answered is systemd's watchdog told that all is well.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::notify;

const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Where we reach ourselves, if we listen at `bound`.
fn own(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, bound.port())
}

/// Whether the server answers within `limit`.
pub async fn beats(bound: SocketAddr, limit: Duration) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(own(bound)).await?;
        stream.write_all(REQUEST).await?;
        let mut answer = Vec::new();
        stream.take(4096).read_to_end(&mut answer).await?;
        std::io::Result::Ok(answer.starts_with(b"HTTP/1.1 200"))
    };
    matches!(tokio::time::timeout(limit, ask).await, Ok(Ok(true)))
}

/// Until `stop` turns true: twice in each span that systemd grants.
pub async fn watch(bound: SocketAddr, mut stop: watch::Receiver<bool>) {
    let Some(span) = notify::watchdog() else { return };
    while !*stop.borrow() {
        if beats(bound, span / 2).await {
            notify::well();
        } else {
            tracing::error!("the web server does not answer itself");
        }
        tokio::select! {
            () = tokio::time::sleep(span / 2) => {}
            _ = stop.changed() => {}
        }
    }
}
