//! Verbs about sources: through the running server where there is one, else with the store itself.

use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::sync::mpsc;

use super::args::SourceVerb;
use super::{infer, mail, print, runtime};
use crate::admin::{self, Admin, Command, Link, Reply, Secret};
use crate::app::{self, Rooms};
use crate::config::Config;
use crate::model::{Route, SpeechPolicy};
use crate::parse::opml;
use crate::store::StoreError;

/// How long a store that another process holds is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs a command and gives its ending reply; `each` sees what comes before.
pub(super) fn run(config: &Config, command: Command, mut each: impl FnMut(Reply)) -> Result<Reply> {
    let reads = matches!(
        command,
        Command::List
            | Command::Show { .. }
            | Command::Export
            | Command::Status
            | Command::Backup
            | Command::Check { .. }
            | Command::Compact
            | Command::Retry { .. }
    );
    if reads && !config.data_dir.join("store").exists() {
        if matches!(command, Command::List) {
            return Ok(Reply::Sources { sources: Vec::new(), model: None });
        }
        bail!(
            "there is no podbrief data in {} yet; choose another directory with --data-dir, or begin with \
             `podbrief source add URL`",
            config.data_dir.display()
        );
    }
    let rooms = match way(config)? {
        Way::There(mut link) => return finish(link.ask(&command, each)?),
        Way::Here(rooms) => rooms,
    };
    let reply = runtime()?.block_on(async {
        match command {
            // Only a poll does work; other verbs must not start any.
            Command::Poll { .. } => {
                let work = async |admin: &Admin| Ok(ask(admin, command, &mut each).await);
                rooms.with_scheduler(&config.data_dir, work).await
            }
            other => Ok(ask(&rooms.admin, other, &mut each).await),
        }
    })?;
    finish(reply)
}

/// Many commands one after another: through the running server, or with the store held open.
pub(super) enum Many {
    There(std::path::PathBuf),
    Here(Box<Rooms>, tokio::runtime::Runtime),
}

impl Many {
    pub(super) fn open(config: &Config) -> Result<Self> {
        Ok(match way(config)? {
            Way::There(_) => Self::There(config.data_dir.clone()),
            Way::Here(rooms) => Self::Here(rooms, runtime()?),
        })
    }

    pub(super) fn ask(&mut self, command: Command) -> Result<Reply> {
        match self {
            Self::There(dir) => {
                let mut link = admin::connect(dir).context("the running podbrief has ended")?;
                finish(link.ask(&command, |_| {})?)
            }
            Self::Here(rooms, runtime) => {
                finish(runtime.block_on(ask(&rooms.admin, command, &mut |_| {})))
            }
        }
    }
}

async fn ask(admin: &Admin, command: Command, each: &mut impl FnMut(Reply)) -> Reply {
    let (tell, mut told) = mpsc::channel(64);
    let work = admin.run(command, tell);
    tokio::pin!(work);
    let mut working = true;
    let mut last = Reply::Error { message: "nothing came back".into() };
    loop {
        tokio::select! {
            reply = told.recv() => match reply {
                Some(event @ Reply::Event(_)) => each(event),
                Some(reply) => last = reply,
                None => return last,
            },
            () = &mut work, if working => working = false,
        }
        if !working && told.is_empty() {
            return last;
        }
    }
}

/// Where a command is run.
enum Way {
    /// With the store of our own.
    Here(Box<Rooms>),
    /// Through the process that has it open.
    There(Link),
}

/// Through the running server, else with the store itself. That may have been taken by a server that was just starting,
/// or by another verb that ends soon: both ways are tried again for [`PATIENCE`].
fn way(config: &Config) -> Result<Way> {
    let begun = Instant::now();
    loop {
        if let Some(link) = admin::connect(&config.data_dir) {
            return Ok(Way::There(link));
        }
        match app::open(config) {
            Ok(rooms) => return Ok(Way::Here(Box::new(rooms))),
            Err(error) if !matches!(error.downcast_ref(), Some(StoreError::Locked(_))) => {
                return Err(error);
            }
            Err(error) if begun.elapsed() > PATIENCE => {
                return Err(error).context(
                    "another podbrief process works with this data directory and does not answer; wait until it \
                     has ended",
                );
            }
            Err(_) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}

fn finish(reply: Reply) -> Result<Reply> {
    match reply {
        Reply::Error { message } => bail!(message),
        reply => Ok(reply),
    }
}

/// The reply was of another kind than the command asks for: only a server of another version does that.
pub(super) fn unexpected(reply: &Reply) -> anyhow::Error {
    anyhow::anyhow!("an unexpected answer came back: {reply:?}")
}

pub(super) fn source(config: &Config, verb: SourceVerb) -> Result<ExitCode> {
    match verb {
        SourceVerb::Add { mail: Some(name), public, reader, policy, json, .. } => {
            let policy = policy.into();
            mail::add(config, Command::AddMailbox { name, public, reader, policy }, json)
        }
        SourceVerb::Share { which, with } => {
            let reader = (with != "everyone").then_some(with);
            changed(config, Command::Share { which, reader }, "changed")
        }
        SourceVerb::Fetch { which, folder, list_id, sender } => {
            let folders = folder.into_iter().map(Route::Folder);
            let lists = list_id.into_iter().map(Route::ListId);
            let senders = sender.into_iter().map(Route::Sender);
            let routes = folders.chain(lists).chain(senders).collect();
            changed(config, Command::Fetch { which, routes }, "changed")
        }
        SourceVerb::Trust { which, sender } => mail::trust(config, which, sender),
        SourceVerb::Policy { which, policy } => {
            changed(config, Command::Policy { which, policy: policy.into() }, "changed")
        }
        SourceVerb::Speech { which, policy } => {
            let policy = policy.policy();
            if policy.is_some_and(|p| p != SpeechPolicy::Never) && !config.infer.transcribe.is_on()
            {
                eprintln!(
                    "Nothing recognises speech yet: see [infer.transcribe] in data/podbrief.toml."
                );
            }
            changed(config, Command::Speech { which, policy }, "changed")
        }
        SourceVerb::Add { urls, json, .. } => {
            let reply = run(config, Command::Add { addresses: urls }, |_| {})?;
            let Reply::Added { sources } = reply else { return Err(unexpected(&reply)) };
            let refused = sources.iter().any(|s| s.source.is_none());
            print::added(&sources, json)?;
            Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
        SourceVerb::List { json } => {
            let reply = run(config, Command::List, |_| {})?;
            let Reply::Sources { sources, model } = reply else { return Err(unexpected(&reply)) };
            print::sources(&sources, json)?;
            if let Some(model) = model.filter(|_| !json) {
                infer::notes(&model)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        SourceVerb::Show { which, all, json } => {
            let reply = run(config, Command::Show { which, all }, |_| {})?;
            let Reply::Source { source, items } = reply else { return Err(unexpected(&reply)) };
            print::source(&source, &items, &config.mail_domain(), json)?;
            Ok(ExitCode::SUCCESS)
        }
        SourceVerb::Remove { which } => changed(config, Command::Remove { which }, "removed"),
        SourceVerb::Pause { which } => {
            changed(config, Command::Pause { which, resume: false }, "paused")
        }
        SourceVerb::Resume { which } => {
            changed(config, Command::Pause { which, resume: true }, "resumed")
        }
    }
}

fn changed(config: &Config, command: Command, how: &str) -> Result<ExitCode> {
    let reply = run(config, command, |_| {})?;
    let Reply::Changed { source } = reply else { return Err(unexpected(&reply)) };
    say!("{how}: {} ({})", source.title, source.id);
    Ok(ExitCode::SUCCESS)
}

/// The whole of a file, or of standard input for "-".
pub(super) fn read_file(file: &Path) -> Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("can't read standard input")?;
        return Ok(bytes);
    }
    std::fs::read(file).with_context(|| format!("can't read {}", file.display()))
}

pub(super) fn import(config: &Config, file: &Path) -> Result<ExitCode> {
    let found = opml::parse(&read_file(file)?)
        .with_context(|| format!("{} can't be imported", file.display()))?;
    let feeds = found.into_iter().map(|feed| (feed.title, feed.url)).collect();
    let reply = run(config, Command::Import { feeds }, |_| {})?;
    let Reply::Imported(report) = reply else { return Err(unexpected(&reply)) };
    say!("{} sources added, {} were there already", report.added, report.existing);
    for address in &report.refused {
        eprintln!("not added: {address:?} is not an http or https address");
    }
    if report.added > 0 {
        say!("Next: `podbrief poll` reads them now, `podbrief serve` keeps reading them.");
    }
    Ok(if report.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) fn export(config: &Config, file: Option<&Path>) -> Result<ExitCode> {
    let reply = run(config, Command::Export, |_| {})?;
    let Reply::Opml { opml } = reply else { return Err(unexpected(&reply)) };
    match file {
        Some(file) if file != Path::new("-") => {
            std::fs::write(file, opml)
                .with_context(|| format!("can't write {}", file.display()))?;
        }
        _ => std::io::stdout().write_all(opml.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn status(config: &Config, json: bool) -> Result<ExitCode> {
    let reply = run(config, Command::Status, |_| {})?;
    let Reply::Status { counts, instance, version, notices, trouble, model, .. } = &reply else {
        return Err(unexpected(&reply));
    };
    if json {
        say!("{}", serde_json::to_string_pretty(&reply)?);
        return Ok(ExitCode::SUCCESS);
    }
    say!("podbrief {version}, data since {}", instance.created.date());
    say!(
        "{} sources, {} items, {} insights; {} jobs queued (each source's next poll is one)",
        counts.sources,
        counts.items,
        counts.insights,
        counts.jobs
    );
    model.as_deref().map_or(Ok(()), infer::status)?;
    for notice in notices {
        say!("Attention: {notice}.");
    }
    for one in trouble {
        match one.next {
            Some(next) => say!("{}: {}; tried again {}", one.what, one.why, next.rfc3339()),
            None => say!("{}: {} (`podbrief retry` tries it again)", one.what, one.why),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The link is for the operator's own eyes: it goes to standard output, and nowhere else.
pub(super) fn admin_url(config: &Config) -> Result<ExitCode> {
    let dir = &config.data_dir;
    let secret = Secret::read(dir).with_context(|| {
        format!(
            "no operator's secret in {}; `podbrief serve` makes one at its first start",
            dir.display()
        )
    })?;
    // The running server knows best where it is to be found.
    let asked = admin::connect(dir).and_then(|mut link| link.ask(&Command::Status, |_| {}).ok());
    let base = match asked {
        Some(Reply::Status { base_url: Some(base), .. }) => base,
        _ => config.base_url(None),
    };
    say!("{base}/operator/login#{}", secret.reveal());
    Ok(ExitCode::SUCCESS)
}
