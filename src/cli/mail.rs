//! Verbs about mail: mint an address, deliver a message, import an archive; and what people see of a mailbox.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use super::archive;
use super::print::{json, plain};
use super::verbs::{Many, run, unexpected};
use crate::admin::{self, Command, Refused, Reply};
use crate::config::Config;
use crate::model::{
    Authenticity, Item, MailPolicy, Mailbox, NOBODY, NoticeKind, Route, Source, Visibility,
};

/// `EX_TEMPFAIL` of sysexits.h: the MTA keeps the mail and tries again.
pub(super) const LATER: u8 = 75;
/// `EX_DATAERR`.
const BAD_MESSAGE: u8 = 65;
/// `EX_NOUSER`.
const UNKNOWN: u8 = 67;
/// `EX_NOPERM`.
const NOT_WANTED: u8 = 77;

/// Whether the verb is `deliver`, in arguments that could not be read.
pub(super) fn is_deliver(args: impl Iterator<Item = OsString>) -> bool {
    args.skip(1).any(|arg| arg == "deliver")
}

/// Takes a message from standard input. Errors of any other kind are temporary to the MTA (see [`super::main`]).
pub(super) fn deliver(config: &Config, to: String, from: String) -> Result<ExitCode> {
    let most = config.mail.max_message_mib.saturating_mul(1024 * 1024);
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    std::io::stdin().take(limit).read_to_end(&mut bytes).context("can't read standard input")?;
    if bytes.trim_ascii().is_empty() {
        eprintln!("podbrief: the message is empty");
        return Ok(BAD_MESSAGE.into());
    }
    if bytes.len() > most {
        eprintln!("podbrief: the message is larger than {most} bytes (mail.max_message_mib)");
        return Ok(BAD_MESSAGE.into());
    }
    let Some(mut link) = admin::connect(&config.data_dir) else {
        bail!(
            "no podbrief runs on {}: start `podbrief serve` there, or name the directory with --data-dir; run this as \
             the server's user",
            config.data_dir.display()
        );
    };
    let command = Command::Deliver { to, from, import: false, size: bytes.len(), bytes };
    match link.ask(&command, |_| {})? {
        Reply::Delivered { .. } => Ok(ExitCode::SUCCESS),
        Reply::Refused { message, why } => {
            eprintln!("podbrief: {message}");
            Ok(ExitCode::from(match why {
                Refused::Later => LATER,
                Refused::Unknown => UNKNOWN,
                Refused::Message => BAD_MESSAGE,
                Refused::Policy => NOT_WANTED,
            }))
        }
        Reply::Error { message } => bail!(message),
        other => Err(unexpected(&other)),
    }
}

/// Messages of an archive, straight into the store.
pub(super) fn import(config: &Config, path: &Path, which: &str) -> Result<ExitCode> {
    let mut store = Many::open(config)?;
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    let mut total = 0;
    let most = config.mail.max_message_mib.saturating_mul(1024 * 1024);
    for message in archive::messages(path, most)? {
        let bytes = match message? {
            archive::Message::Whole(bytes) => bytes,
            archive::Message::TooLarge => {
                *counts.entry("too large".into()).or_default() += 1;
                continue;
            }
        };
        let command = Command::Deliver {
            to: which.to_owned(),
            from: String::new(),
            import: true,
            size: bytes.len(),
            bytes,
        };
        total += 1;
        match store.ask(command)? {
            Reply::Delivered { outcome } => {
                *counts.entry(outcome.unwrap_or_else(|| "taken".into())).or_default() += 1;
            }
            Reply::Refused { message, .. } => *counts.entry(message).or_default() += 1,
            other => return Err(unexpected(&other)),
        }
    }
    let told = counts.iter().map(|(outcome, n)| format!("{n} {outcome}")).collect::<Vec<_>>();
    say!("{total} messages: {}", if told.is_empty() { "none".to_owned() } else { told.join(", ") });
    if counts.contains_key("new") {
        say!("Next: `podbrief poll` reads them now; a running server does so by itself.");
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn add(config: &Config, command: Command, as_json: bool) -> Result<ExitCode> {
    let reply = run(config, command, |_| {})?;
    let Reply::Changed { source } = reply else { return Err(unexpected(&reply)) };
    let local = source.mailbox().map(|m| m.local.clone()).unwrap_or_default();
    let address = format!("{local}@{}", config.mail_domain());
    if as_json {
        json(&serde_json::json!({ "source": *source, "address": address }))?;
        return Ok(ExitCode::SUCCESS);
    }
    say!("added: {} ({})", plain(&source.title), source.id);
    say!("  {address}");
    say!(
        "Subscribe to the newsletter with this address, or have your mail server forward it there."
    );
    say!("`podbrief source show {}` shows what it asks you to confirm.", source.id);
    if matches!(&source.visibility, Visibility::Private(owner) if owner.as_str() == NOBODY) {
        say!("It feeds no brief yet: `podbrief source share {} READER` says whose.", source.id);
    }
    if config.mail.domain.is_empty() && config.base_url.is_empty() {
        eprintln!(
            "mail.domain is not set: the address is complete only in front of the @. See docs/mail.md."
        );
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn trust(config: &Config, which: String, sender: String) -> Result<ExitCode> {
    let said = plain(&sender);
    let reply = run(config, Command::Trust { which, sender }, |_| {})?;
    let Reply::Trusted { released } = reply else { return Err(unexpected(&reply)) };
    say!("{said} may feed it from now on; {released} held back before are on their way");
    Ok(ExitCode::SUCCESS)
}

/// What waits for the operator, before anything else.
pub(super) fn asks(items: &[Item]) -> Result<()> {
    for item in items {
        let Some(notice) = item.mail.as_ref().and_then(|m| m.notice.as_ref()) else { continue };
        let what = match notice.kind {
            NoticeKind::Confirmation => "asks you to confirm",
            NoticeKind::Forwarding => "asks you to allow forwarding",
        };
        say!("! {} ({}) {what}", plain(&item.title), item.seen.rfc3339());
        if let Some(code) = &notice.code {
            say!("    code  {}", plain(code));
        }
        if let Some(link) = &notice.link {
            say!("    link  {}", plain(link));
        }
        say!();
    }
    Ok(())
}

pub(super) fn mailbox(source: &Source, mailbox: &Mailbox, address: &str) -> Result<()> {
    say!("  address      {address}");
    let seen = match &source.visibility {
        Visibility::Public => "everyone",
        Visibility::Private(owner) if owner.as_str() == NOBODY => {
            "nobody yet (podbrief source share)"
        }
        Visibility::Private(owner) => owner.as_str(),
    };
    say!("  seen by      {seen}");
    for route in &mailbox.routes {
        let (by, is) = match route {
            Route::Folder(name) => ("folder", name),
            Route::ListId(id) => ("list", id),
            Route::Sender(address) => ("mail of", address),
        };
        say!("  from IMAP    {by} {}", plain(is));
    }
    let policy = match mailbox.policy {
        MailPolicy::Accept => "accept: published whoever sends it",
        MailPolicy::Flag => "flag: mail of strangers is held back",
        MailPolicy::Reject => "reject: mail of strangers is refused",
    };
    say!("  policy       {policy}");
    for sender in &mailbox.senders {
        let how = if sender.verified { "authenticated" } else { "taken at its word" };
        say!("  sender       {}, {how}, since {}", plain(&sender.address), sender.since.date());
    }
    if let Some(last) = mailbox.last {
        say!("  last mail    {last}");
    }
    if mailbox.ignored > 0 {
        say!("  ignored      {} automatic answers, reports and loops", mailbox.ignored);
    }
    say!("  insights     {}", source.coverage.insights);
    Ok(())
}

/// Who sent it, as far as it can be told, in a few words.
pub(super) fn sender(item: &Item) -> String {
    let Some(mail) = &item.mail else { return String::new() };
    let how = match mail.verdict.sender {
        Authenticity::Pass => "authenticated",
        Authenticity::Fail => "forged",
        Authenticity::Unknown => "unverified",
    };
    format!("{} ({how})", plain(&mail.from))
}
