//! Where people, mail servers and the operator's account are met: which doors there are, and what they need.

use std::net::TcpListener;
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use listenfd::ListenFd;

use super::now;
use crate::config::Config;
use crate::imap::{Account, Password};
use crate::mail::{self, Certificate, Protocol};
use crate::pipeline::Context;

/// The operator's, if there is one.
pub(super) fn imap_account(config: &Config) -> Result<Option<Account>> {
    let imap = &config.imap;
    if imap.server.is_empty() {
        return Ok(None);
    }
    let security =
        imap.security.parse().map_err(|e: String| anyhow::anyhow!("imap.security: {e}"))?;
    let given = |path: &Path| (!path.as_os_str().is_empty()).then(|| path.to_owned());
    let password = match given(&imap.password_file) {
        Some(path) => Password::File(path),
        None => Password::Command(imap.password_command.clone()),
    };
    let (server, user) = (imap.server.clone(), imap.user.clone());
    let (ca, folders) = (given(&imap.ca), imap.folders.clone());
    Ok(Some(Account { server, security, ca, user, password, folders }))
}

pub(super) fn mail_options(ctx: Context, config: &Config) -> Result<mail::Options> {
    let (chain, key) = (&config.mail.tls_certificate, &config.mail.tls_key);
    let certificate = if chain.as_os_str().is_empty() {
        None
    } else {
        Some(Arc::new(Certificate::open(chain, key).context("mail.tls_certificate")?))
    };
    Ok(mail::Options { ctx, clock: now, certificate, host: config.mail_host() })
}

/// It is not for the programs that we start.
fn own(socket: impl AsFd) -> std::io::Result<()> {
    Ok(rustix::io::fcntl_setfd(socket, rustix::io::FdFlags::CLOEXEC)?)
}

/// Sockets that were open before we began (sd_listen_fds(3)): those of podbrief.socket, by their names.
#[derive(Default)]
pub(super) struct Given {
    http: Option<TcpListener>,
    mail: Vec<mail::Door>,
}

impl Given {
    /// Takes them; nobody gets them twice.
    pub(super) fn take() -> Result<Self> {
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let mut all = ListenFd::from_env();
        let mut given = Self::default();
        for (at, name) in (0..all.len()).zip(names.split(':').chain(std::iter::repeat(""))) {
            let failed = || format!("the socket {name:?} of podbrief.socket");
            let protocol = match name {
                "smtp" => Protocol::Smtp,
                "lmtp" => Protocol::Lmtp,
                // With one socket there need be no name.
                "http" | "podbrief.socket" | "unknown" | "" => {
                    given.http = all.take_tcp_listener(at).with_context(failed)?;
                    continue;
                }
                other => bail!("podbrief.socket names a socket {other:?}; say http, smtp or lmtp"),
            };
            given.mail.push(match all.take_tcp_listener(at) {
                Ok(Some(listener)) => {
                    own(&listener).with_context(failed)?;
                    mail::Door::of_tcp(protocol, listener).with_context(failed)?
                }
                _ => match all.take_unix_listener(at).with_context(failed)? {
                    Some(listener) => {
                        own(&listener).with_context(failed)?;
                        mail::Door::of_unix(protocol, listener).with_context(failed)?
                    }
                    None => continue,
                },
            });
        }
        if let Some(listener) = &given.http {
            listener.set_nonblocking(true)?;
            own(listener)?;
        }
        Ok(given)
    }

    /// The web server's door: the given one, else where the options say.
    pub(super) fn web(&mut self, config: &Config) -> Result<TcpListener> {
        self.http.take().map_or_else(|| listen(&config.listen), Ok)
    }

    /// Those for mail: a given one takes the place of the option. Their addresses are told in the log, because a port
    /// may be the system's choice.
    pub(super) async fn mail(self, config: &Config) -> Result<Vec<mail::Door>> {
        let wanted = [
            (Protocol::Smtp, "mail.listen", &config.mail.listen),
            (Protocol::Lmtp, "mail.lmtp", &config.mail.lmtp),
        ];
        let mut doors = self.mail;
        for (protocol, option, address) in wanted.into_iter().filter(|(_, _, a)| !a.is_empty()) {
            if doors.iter().any(|door| door.protocol() == protocol) {
                continue;
            }
            let door = mail::Door::open(protocol, &mail::Address::parse(address)).await;
            doors.push(door.with_context(|| format!("{option}: can't listen on {address}"))?);
        }
        for door in &doors {
            let at =
                door.local_addr().map_or_else(|| "a socket file".to_owned(), |a| a.to_string());
            tracing::info!(address = %at, protocol = ?door.protocol(), "mail door open");
        }
        Ok(doors)
    }
}

fn listen(address: &str) -> Result<TcpListener> {
    match TcpListener::bind(address) {
        Ok(listener) => {
            listener.set_nonblocking(true)?;
            Ok(listener)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "{address} is in use by another program; choose another with --listen or PODBRIEF_LISTEN"
        ),
        Err(error) => Err(error).with_context(|| {
            format!(
                "can't listen on {address}; give --listen an address of this machine and a port"
            )
        }),
    }
}
