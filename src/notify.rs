//! Tells systemd that the server is ready, that it stops, and that it is well (sd_notify(3)); does nothing elsewhere.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// The doors are open.
pub fn ready() {
    tell("READY=1\n");
}

/// They are being closed.
pub fn stopping() {
    tell("STOPPING=1\n");
}

/// It was asked something and answered as it should.
pub fn well() {
    tell("WATCHDOG=1\n");
}

/// How often systemd wants to hear that all is well, if it does (`WatchdogSec=`; sd_watchdog_enabled(3)).
pub fn watchdog() -> Option<Duration> {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
    number("WATCHDOG_USEC").filter(|usec| ours && *usec > 0).map(Duration::from_micros)
}

fn tell(what: &str) {
    let Some(name) = std::env::var_os("NOTIFY_SOCKET") else { return };
    let sent =
        address(&name).and_then(|to| UnixDatagram::unbound()?.send_to_addr(what.as_bytes(), &to));
    if let Err(error) = sent {
        tracing::warn!(%error, what = what.trim(), "systemd could not be told");
    }
}

fn address(name: &std::ffi::OsStr) -> std::io::Result<SocketAddr> {
    use std::os::unix::ffi::OsStrExt;
    match name.as_bytes().strip_prefix(b"@") {
        Some(hidden) => SocketAddr::from_abstract_name(hidden),
        None => SocketAddr::from_pathname(name),
    }
}
