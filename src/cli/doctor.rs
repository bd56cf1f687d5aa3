//! `podbrief doctor`: looks at all that may be wrong around the program, and says of each thing what to do. It changes
//! nothing.

use std::net::{SocketAddr, ToSocketAddrs};
use std::os::unix::fs::PermissionsExt;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use url::Url;

use super::runtime;
use super::verbs::run;
use crate::admin::{self, Command, Reply};
use crate::app::{self, pulse};
use crate::authenticate::{Authenticator, Dns};
use crate::config::Config;
use crate::fetch::Request;
use crate::model::Timestamp;
use crate::store::Space;
use crate::upkeep;

/// No release is run before it was made: 2026-11-01, in seconds since 1970.
const MADE: i64 = 1_793_491_200;
/// How long our own web server may take.
const ANSWER: Duration = Duration::from_secs(5);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How one thing is.
enum Found {
    Good(String),
    /// Not wrong, but worth knowing.
    Note(String),
    Bad(String),
}

use Found::{Bad, Good, Note};

/// Fails if something is wrong.
pub(super) fn doctor(config: &Config) -> Result<ExitCode> {
    let mut found = vec![
        ("configuration", Good("all options can be read".into())),
        ("clock", clock(config)),
        ("disk", disk(config)),
        ("folder", folder(config)),
    ];
    let running = admin::connect(&config.data_dir).is_some();
    found.extend(store(config));
    found.push(("backups", backups(config)));
    found.extend(base_url(config));
    let runtime = runtime()?;
    found.extend(runtime.block_on(doors(config, running)));
    found.extend(runtime.block_on(mail(config)));
    found.extend(imap(config));
    let mut bad = 0;
    for (what, how) in found {
        match how {
            Good(text) => say!("good  {what}: {text}"),
            Note(text) => say!("note  {what}: {text}"),
            Bad(text) => {
                bad += 1;
                say!("BAD   {what}: {text}");
            }
        }
    }
    say!("{}", if bad == 0 { "nothing is wrong".to_owned() } else { format!("{bad} to mend") });
    Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// It can't be asked what the time is, but some times can't be right.
fn clock(config: &Config) -> Found {
    let now = app::now();
    let newest = upkeep::newest(&config.backup_folder()).first().map(|(at, _)| *at);
    let made = Timestamp::from_secs(MADE);
    let least = newest.unwrap_or(made).max(made);
    if now < least {
        return Bad(format!(
            "it says {}, which is before {}; set it, and let systemd-timesyncd or chrony keep it",
            now.rfc3339(),
            least.rfc3339()
        ));
    }
    Good(now.rfc3339())
}

fn disk(config: &Config) -> Found {
    let floor = config.disk.keep_free_mib.saturating_mul(1 << 20);
    let dir = if config.data_dir.exists() { &config.data_dir } else { std::path::Path::new(".") };
    match Space::new(dir, floor).free() {
        Err(error) => Bad(format!("{} can't be looked at: {error}", dir.display())),
        Ok(free) if free < floor => Bad(format!(
            "{} MiB are free, {} are kept free (disk.keep_free_mib): nothing new is taken until there is more room",
            free >> 20,
            floor >> 20
        )),
        Ok(free) if free < floor.saturating_mul(4) => {
            Note(format!("{} MiB are free; below {} nothing new is taken", free >> 20, floor >> 20))
        }
        Ok(free) => Good(format!("{} MiB are free", free >> 20)),
    }
}

fn folder(config: &Config) -> Found {
    let dir = &config.data_dir;
    match std::fs::metadata(dir) {
        Err(_) => {
            Note(format!("{} is not there yet; it is made at the first start", dir.display()))
        }
        Ok(found) if found.permissions().mode() & 0o077 != 0 => Bad(format!(
            "{} can be read by others; its files hold secrets: chmod 700 it",
            dir.display()
        )),
        Ok(_) => Good(dir.display().to_string()),
    }
}

/// Through the running server, or opened here.
fn store(config: &Config) -> Vec<(&'static str, Found)> {
    if !config.data_dir.join("store").exists() {
        return vec![("store", Note("there is none yet".into()))];
    }
    let (counts, notices, trouble) = match run(config, Command::Status, |_| {}) {
        Ok(Reply::Status { counts, notices, trouble, .. }) => (counts, notices, trouble),
        Ok(_) => return vec![("store", Bad("the running server is of another version".into()))],
        Err(error) => return vec![("store", Bad(format!("{error:#}")))],
    };
    let mut found = vec![(
        "store",
        Good(format!(
            "{} sources, {} insights; `podbrief check` verifies all of it",
            counts.sources, counts.insights
        )),
    )];
    found.extend(notices.into_iter().map(|notice| ("store", Bad(notice))));
    if !trouble.is_empty() {
        let text = format!("{} do not get on; `podbrief status` lists them", trouble.len());
        found.push(("jobs", Note(text)));
    }
    found
}

fn backups(config: &Config) -> Found {
    let folder = config.backup_folder();
    if config.backup.keep == 0 {
        return Note("none is made by itself (backup.keep is 0)".into());
    }
    match upkeep::newest(&folder).first() {
        None => Note(format!("none in {} yet; the first is made in the night", folder.display())),
        Some((at, _)) if app::now().since(*at) > 3 * DAY => Bad(format!(
            "the newest in {} is of {}; the log of `podbrief serve` says why there is none since",
            folder.display(),
            at.rfc3339()
        )),
        Some((at, _)) => Good(format!("the newest is of {}", at.rfc3339())),
    }
}

fn base_url(config: &Config) -> Vec<(&'static str, Found)> {
    let name = "base_url";
    if config.base_url.is_empty() {
        let text = "it is not set, so links in feeds lead to this machine only; set it to the address readers use";
        return vec![(name, Note(text.into()))];
    }
    let Some((host, port)) = Url::parse(&config.base_url)
        .ok()
        .and_then(|url| Some((url.host_str()?.to_owned(), url.port_or_known_default()?)))
    else {
        return vec![(name, Bad(format!("{} is no address", config.base_url)))];
    };
    let found = match (host.as_str(), port).to_socket_addrs() {
        Err(error) => Bad(format!(
            "{host} has no address in DNS ({error}); give it an A or AAAA record that names this machine or its proxy"
        )),
        Ok(found) => {
            let mut all: Vec<String> = found.map(|at| at.ip().to_string()).collect();
            all.dedup();
            Good(format!("{host} is at {}", all.join(", ")))
        }
    };
    vec![(name, found)]
}

/// The web server itself, and the way to it that readers take.
async fn doors(config: &Config, running: bool) -> Vec<(&'static str, Found)> {
    if !running {
        return vec![("web", Note("podbrief does not run on this data directory".into()))];
    }
    let mut found = Vec::new();
    match config.listen.parse::<SocketAddr>() {
        Ok(at) if pulse::beats(at, ANSWER).await => {
            found.push(("web", Good(format!("http://{at}/healthz answers"))));
        }
        Ok(at) => found.push((
            "web",
            Bad(format!(
                "http://{at}/healthz does not answer; was `serve` given another --listen?"
            )),
        )),
        Err(_) => found.push(("web", Note(format!("{} is not asked", config.listen)))),
    }
    if config.base_url.is_empty() {
        return found;
    }
    let url = format!("{}/healthz", config.base_url);
    let asked = async {
        let fetcher = app::fetcher(config)?;
        let request = Request {
            url: &url,
            validators: None,
            accept: "text/plain",
            max_bytes: 4096,
            patient: true,
            now: app::now(),
        };
        anyhow::Ok(fetcher.get(request).await?)
    };
    found.push((
        "readers' way",
        match asked.await {
            Ok(_) => Good(format!("{url} answers")),
            Err(error) => Bad(format!(
                "{url} does not answer from here ({error:#}); look at the proxy's configuration \
                 (docs/reverse-proxy.md), its certificate, and the firewall"
            )),
        },
    ));
    found
}

async fn mail(config: &Config) -> Vec<(&'static str, Found)> {
    let mut found = Vec::new();
    for file in [&config.mail.tls_certificate, &config.mail.tls_key] {
        if !file.as_os_str().is_empty()
            && let Err(error) = std::fs::File::open(file)
        {
            found.push(("mail", Bad(format!("{} can't be read: {error}", file.display()))));
        }
    }
    if config.mail.listen.is_empty() {
        return found;
    }
    let domain = config.mail_domain();
    let dns = config.mail.dns.parse().unwrap_or(Dns::System);
    let how = match Authenticator::new(dns, &config.mail_host()) {
        Err(error) => Bad(format!("the system's DNS servers can't be read: {error}")),
        Ok(dns) => match dns.mail_hosts(&domain).await {
            None => Note("DNS is not asked (mail.dns is off)".into()),
            Some(Ok(hosts)) if !hosts.is_empty() => {
                Good(format!("mail for {domain} goes to {}", hosts.join(", ")))
            }
            Some(Ok(_)) => Bad(no_mx(&domain, "it has none")),
            Some(Err(error)) => Bad(no_mx(&domain, &error)),
        },
    };
    found.push(("mail", how));
    found
}

fn no_mx(domain: &str, why: &str) -> String {
    format!(
        "no MX record of {domain} was found ({why}); give it one that names this machine (docs/mail.md)"
    )
}

fn imap(config: &Config) -> Option<(&'static str, Found)> {
    let file = &config.imap.password_file;
    if config.imap.server.is_empty() || file.as_os_str().is_empty() {
        return None;
    }
    Some((
        "imap",
        match std::fs::read_to_string(file) {
            Ok(text) if text.trim().is_empty() => Bad(format!("{} is empty", file.display())),
            Ok(_) => Good("the password can be read".into()),
            Err(error) => Bad(format!("{} can't be read: {error}", file.display())),
        },
    ))
}
