//! Where people, mail servers and the operator's account are met: which doors there are, and what they need.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};

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

/// Those that are wanted. Their addresses are told in the log, because a port may be the system's choice.
pub(super) async fn open_mail_doors(config: &Config) -> Result<Vec<mail::Door>> {
    let wanted = [
        (Protocol::Smtp, "mail.listen", &config.mail.listen),
        (Protocol::Lmtp, "mail.lmtp", &config.mail.lmtp),
    ];
    let mut doors = Vec::new();
    for (protocol, option, address) in wanted.into_iter().filter(|(_, _, a)| !a.is_empty()) {
        let door = mail::Door::open(protocol, &mail::Address::parse(address)).await;
        let door = door.with_context(|| format!("{option}: can't listen on {address}"))?;
        let at = door.local_addr().map_or_else(|| address.clone(), |a| a.to_string());
        tracing::info!(address = %at, ?protocol, "mail door open");
        doors.push(door);
    }
    Ok(doors)
}

pub(super) fn listen(address: &str) -> Result<TcpListener> {
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
