//! Options: the defaults in `data/podbrief.toml`, then a file, then `PODBRIEF_*`, then the command line.
//! Only floor 6 knows this type; other rooms get the few values they need.

mod infer;
mod layers;
mod mail;
mod transcribe;
mod upkeep;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;
use toml::{Table, Value};

pub use self::infer::{Chat, Infer};
use self::layers::{overlay, set_from_env};
pub use self::mail::{Imap, Mail};
pub use self::transcribe::Transcribe;
pub use self::upkeep::{Backup, Disk, Keep};
use crate::model::MOST_SIZE;
use crate::web::{Kind, Limits, Mode, Network, NetworkError, Rate};

/// Every option with its default, as documented for people.
pub const DEFAULTS: &str = include_str!("../data/podbrief.toml");
const PREFIX: &str = "PODBRIEF_";
/// The default of `poll.min_interval`.
const MIN_INTERVAL: SignedDuration = SignedDuration::from_mins(5);
/// Variables that are not options of the file.
const OTHER_VARIABLES: [&str; 1] = ["PODBRIEF_CONFIG"];

/// All options.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// See `data/podbrief.toml`, as for all others.
    pub data_dir: PathBuf,
    /// Address and port.
    pub listen: String,
    /// Without a slash at the end; empty if not set (see [`Config::base_url`]).
    pub base_url: String,
    /// For people.
    pub site_name: String,
    /// Count.
    pub initial_items: usize,
    /// Count.
    pub insights_per_item: usize,
    /// Count.
    pub edition_size: u8,
    /// `open`, `invite` or `closed`.
    pub signup: String,
    /// Polling.
    pub poll: Poll,
    /// Requests.
    pub fetch: Fetch,
    /// Newsletters by mail.
    pub mail: Mail,
    /// Newsletters out of an IMAP account.
    pub imap: Imap,
    /// Models, where there are any.
    pub infer: Infer,
    /// The web server.
    pub web: Web,
    /// Room on the disk.
    pub disk: Disk,
    /// Nightly backups.
    pub backup: Backup,
    /// How long things are kept.
    pub keep: Keep,
    /// Logs.
    pub log: Log,
}

/// `[poll]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    #[serde(deserialize_with = "read_span")]
    interval: SignedDuration,
    #[serde(deserialize_with = "read_span")]
    min_interval: SignedDuration,
    #[serde(deserialize_with = "read_span")]
    max_interval: SignedDuration,
    /// Count.
    pub concurrency: usize,
}

/// `[fetch]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fetch {
    #[serde(deserialize_with = "read_span")]
    timeout: SignedDuration,
    /// Count.
    pub per_host: usize,
    #[serde(deserialize_with = "read_span")]
    gap: SignedDuration,
    /// MiB.
    pub max_feed_mib: usize,
    /// MiB.
    pub max_transcript_mib: usize,
    /// `host:port` each.
    pub allow_private: Vec<String>,
    /// Address or page.
    pub contact: String,
}

/// `[web]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Web {
    /// Addresses or networks.
    pub trusted_proxies: Vec<String>,
    /// Count; 0 is no limit.
    pub searches_per_minute: u32,
    /// Count; 0 is no limit.
    pub signups_per_hour: u32,
    /// Count; 0 is no hub.
    pub hub_listeners: usize,
    /// `host:port` each.
    pub hub_allow_private: Vec<String>,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Filter.
    pub level: String,
    /// `text`, `json` or `auto`.
    pub format: String,
}

/// Why the options were not taken.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No such file, or not readable.
    #[error("can't read the configuration file {}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Not what is expected there.
    #[error("{from}: {detail}. Every option is explained in data/podbrief.toml")]
    Value {
        /// File or variable.
        from: String,
        /// What is wrong.
        detail: String,
    },
}

/// What the command line sets.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
    /// `--listen`
    pub listen: Option<String>,
    /// `--base-url`
    pub base_url: Option<String>,
    /// `--signup`
    pub signup: Option<String>,
}

impl Config {
    /// Puts all layers together. `env` is the whole environment.
    ///
    /// # Errors
    /// [`ConfigError`], naming the file or variable and the option.
    pub fn load(
        file: Option<&Path>,
        env: &[(String, String)],
        over: Overrides,
    ) -> Result<Self, ConfigError> {
        let bad = |from: &str, detail: String| ConfigError::Value { from: from.to_owned(), detail };
        let mut table: Table = DEFAULTS.parse().map_err(|e| bad("the defaults", format!("{e}")))?;
        let mut origin = "the defaults".to_owned();
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .map_err(|error| ConfigError::File { path: path.to_owned(), error })?;
            origin = path.display().to_string();
            let given: Table = text.parse().map_err(|e| bad(&origin, format!("{e}")))?;
            overlay(&mut table, given, "").map_err(|detail| bad(&origin, detail))?;
        }
        let read = |table: &Table, origin: &str| -> Result<Self, ConfigError> {
            let read = Value::Table(table.clone()).try_into();
            // The reader breaks its sentence over lines.
            let flat =
                |e: toml::de::Error| e.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            read.map_err(|e| bad(origin, flat(e)))
        };
        let mut config = read(&table, &origin)?;
        for (name, value) in env.iter().filter(|(name, _)| name.starts_with(PREFIX)) {
            if OTHER_VARIABLES.contains(&name.as_str()) {
                continue;
            }
            origin = format!("the variable {name}");
            set_from_env(&mut table, name, value).map_err(|detail| bad(&origin, detail))?;
            // Read after each, so that a mistake is told of with the variable that holds it.
            config = read(&table, &origin)?;
        }
        config.resolve(env, over)?;
        Ok(config)
    }

    fn resolve(&mut self, env: &[(String, String)], over: Overrides) -> Result<(), ConfigError> {
        if let Some(dir) = over.data_dir {
            self.data_dir = dir;
        }
        if self.data_dir.as_os_str().is_empty() {
            // systemd may name several, separated by colons; the first is ours.
            let state = env.iter().find(|(name, _)| name == "STATE_DIRECTORY");
            let state = state.and_then(|(_, dirs)| dirs.split(':').find(|d| !d.is_empty()));
            self.data_dir = state.unwrap_or("podbrief-data").into();
        }
        self.listen = over.listen.unwrap_or_else(|| self.listen.clone());
        self.base_url = over.base_url.unwrap_or_else(|| self.base_url.clone());
        self.base_url = self.base_url.trim_end_matches('/').to_owned();
        self.signup = over.signup.unwrap_or_else(|| self.signup.clone());
        if !["open", "invite", "closed"].contains(&self.signup.as_str()) {
            let detail = format!("{:?} is not open, invite or closed", self.signup);
            return Err(ConfigError::Value { from: "signup".into(), detail });
        }
        if !(1..=MOST_SIZE).contains(&self.edition_size) {
            let detail = format!("must be from 1 to {MOST_SIZE}");
            return Err(ConfigError::Value { from: "edition_size".into(), detail });
        }
        let url = url::Url::parse(&self.base_url).ok();
        let good = url.is_some_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host());
        if !good && !self.base_url.is_empty() {
            return Err(ConfigError::Value {
                from: "base_url".into(),
                detail: format!(
                    "{:?} is not an address like https://brief.example.org",
                    self.base_url
                ),
            });
        }
        self.check_mail()?;
        self.infer.check()?;
        self.backup_at()?;
        // A ceiling that was set below a floor that was not moves the floor.
        if self.poll.min_interval == MIN_INTERVAL {
            self.poll.min_interval = self.poll.min_interval.min(self.poll.max_interval);
        }
        let counts = [
            ("poll.concurrency", self.poll.concurrency),
            ("fetch.per_host", self.fetch.per_host),
            ("mail.max_message_mib", self.mail.max_message_mib),
            (
                "fetch.timeout",
                usize::try_from(self.fetch.timeout().as_secs()).unwrap_or(usize::MAX),
            ),
        ];
        if let Some((name, _)) = counts.iter().find(|(_, count)| *count == 0) {
            return Err(ConfigError::Value {
                from: (*name).into(),
                detail: "must be at least 1".into(),
            });
        }
        let (low, high) = (self.poll.min_interval(), self.poll.max_interval());
        if low.is_zero() || low > high {
            return Err(ConfigError::Value {
                from: "poll.min_interval".into(),
                detail: "must be at least 1s and not above poll.max_interval".into(),
            });
        }
        Ok(())
    }

    /// The address for links: as set, else the one listened on (`bound`, once it is known, because the port may have
    /// been the system's choice). Listening on all addresses gives the loopback one.
    pub fn base_url(&self, bound: Option<SocketAddr>) -> String {
        if !self.base_url.is_empty() {
            return self.base_url.clone();
        }
        match bound.or_else(|| self.listen.parse().ok()) {
            Some(at) if at.ip().is_unspecified() => format!("http://127.0.0.1:{}", at.port()),
            Some(at) => format!("http://{at}"),
            None => format!("http://{}", self.listen),
        }
    }

    /// Who may sign up.
    pub fn signup_mode(&self) -> Mode {
        match self.signup.as_str() {
            "invite" => Mode::Invite,
            "closed" => Mode::Closed,
            _ => Mode::Open,
        }
    }

    /// The host in the address for links.
    pub fn host(&self) -> String {
        let url = url::Url::parse(&self.base_url(None)).ok();
        url.and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default()
    }
}

impl Poll {
    /// Span.
    pub fn interval(&self) -> Duration {
        span(self.interval).clamp(self.min_interval(), self.max_interval())
    }
    /// Span.
    pub fn min_interval(&self) -> Duration {
        span(self.min_interval)
    }
    /// Span.
    pub fn max_interval(&self) -> Duration {
        span(self.max_interval)
    }
}

impl Fetch {
    /// Requests to one host may follow each other at once: for hosts of our own.
    pub fn without_gap(&mut self) {
        self.gap = SignedDuration::ZERO;
    }
    /// Span.
    pub fn gap(&self) -> Duration {
        span(self.gap)
    }
    /// Span.
    pub fn timeout(&self) -> Duration {
        span(self.timeout)
    }
}

impl Web {
    /// What one address may ask for.
    ///
    /// # Errors
    /// [`NetworkError`], naming the proxy that is none.
    pub fn limits(&self) -> Result<Limits, NetworkError> {
        let proxies: Result<Vec<Network>, _> =
            self.trusted_proxies.iter().map(|text| text.parse()).collect();
        let rates = [
            (Kind::Search, Rate { many: self.searches_per_minute, seconds: 60 }),
            (Kind::SignUp, Rate { many: self.signups_per_hour, seconds: 3600 }),
            // A reader's server that comes back asks for all its feeds at once.
            (Kind::Hub, Rate { many: 300, seconds: 60 }),
            (Kind::LogIn, Rate { many: 10, seconds: 60 }),
        ];
        Ok(Limits::new(proxies?, &rates))
    }
}

/// "90s", "15m", "6h", "2d"; a day has 24 hours here.
fn read_span<'de, D: serde::Deserializer<'de>>(from: D) -> Result<SignedDuration, D::Error> {
    use serde::de::Error;
    let text = String::deserialize(from)?;
    let bad = || {
        D::Error::custom(format!("{text:?} is not a span like \"90s\", \"15m\", \"6h\" or \"2d\""))
    };
    let span: jiff::Span = text.trim().parse().map_err(|_| bad())?;
    let span = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| bad())?;
    if span.is_negative() { Err(bad()) } else { Ok(span) }
}

fn span(signed: SignedDuration) -> Duration {
    Duration::try_from(signed).unwrap_or_default()
}

#[cfg(test)]
mod tests;
