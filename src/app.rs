//! Puts the rooms together, and takes them down in order.
//!
//! Start: open the store, build the derived index, listen (web, admin socket), run the scheduler, say ready.
//! Stop: close the doors (no new connections, no new jobs), let requests and jobs end for [`GRACE`], then exit; what a
//! job had not committed is still queued. Every acknowledged write is durable already, so nothing is flushed here.

mod doors;
mod hearing;
mod options;
pub mod pulse;
mod storage;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, HttpServer, web as actix};
use anyhow::{Context as _, Result};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use self::hearing::listening;
use self::options::settings;
pub(crate) use self::options::writer;
use crate::admin::{self, Admin, Secret};
use crate::authenticate::{Authenticator, Dns};
use crate::config::Config;
use crate::encode::Worker;
use crate::fetch::{AllowPrivate, Fetcher, Limits};
use crate::imap;
use crate::insight::Tagger;
use crate::jobs::{Handle, Scheduler};
use crate::model::{Timestamp, TopicSet};
use crate::pipeline::{self, Context, Mail, Senses, Trust};
use crate::publish::Site;
use crate::spool::{Archive, Spool};
use crate::store::StoreError;
use crate::upkeep::{History, Keeper, Rescue, Vitals};
use crate::web::brief::Desk;
use crate::web::{self, Find, Operator, WebState};
use crate::{mail, notify};

use self::doors::{Given, imap_account, mail_options};
use self::storage::{Damage, keeping, most_or_all, space};

/// How long requests and jobs may take to end.
const GRACE: Duration = Duration::from_secs(10);
/// And how long answers on the admin socket may take after them.
const SETTLED: Duration = Duration::from_secs(2);
/// How long the head of a request may take to arrive.
const HEAD: Duration = Duration::from_secs(10);
/// Threads that render pages and feeds, for each of the two that answer.
const RENDERING: usize = 2;
const MIB: usize = 1024 * 1024;
/// Topics shipped with the program.
pub(crate) const TOPICS: &str = include_str!("../data/topics.toml");

/// The clock. The only place that reads it.
pub fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let secs = since.map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX));
    Timestamp::from_secs(secs)
}

/// Everything but the servers.
pub struct Rooms {
    /// For verbs.
    pub admin: Admin,
    scheduler: Scheduler,
    site: Site,
}

/// Opens the store and builds what rests on it.
///
/// # Errors
/// With what to do, if the data directory, the store, the topics or TLS can't be had.
pub fn open(config: &Config) -> Result<Rooms> {
    put_together(config, Damage::Tell)
}

/// As [`open`]; a store that is damaged is replaced by the newest backup.
///
/// # Errors
/// As [`open`], and if there is no backup.
pub fn open_or_rescue(config: &Config) -> Result<Rooms> {
    put_together(config, Damage::Rescue)
}

fn put_together(config: &Config, damage: Damage) -> Result<Rooms> {
    let dir = &config.data_dir;
    make_private_dir(dir)?;
    let (door, index) = storage::open(config, damage)?;
    let instance = door.blocking().instance()?;
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key).context("the system gives no random bytes")?;
    let key = door.blocking().server_key(key)?;
    let topics = Arc::new(topics(dir)?);
    if !index.without_vector(1).is_empty() {
        match door.blocking().save_embeddings(Vec::new(), Some(now())) {
            // A later start has room.
            Err(StoreError::Full { .. }) => {}
            saved => saved?,
        }
    }
    hearing::sweep(dir, &door);
    let fetcher = fetcher(config)?;
    let ctx = Context {
        strangers: fetcher
            .allowing(allowed(&config.web.hub_allow_private, "web.hub_allow_private")?),
        fetcher,
        encoder: Worker::of_this_program()
            .context("the system does not tell which program this is")?,
        listening: listening(config, dir)?.map(Arc::new),
        tagger: Arc::new(Tagger::new(&topics)),
        topics,
        index,
        senses: Senses::default(),
        meter: Arc::default(),
        key,
        authority: instance.authority.clone(),
        callback: (!config.base_url.is_empty()).then(|| config.base_url.as_str().into()),
        mail: post(config)?,
        writer: writer(config)?,
        settings: settings(config),
        door,
    };
    let (scheduler, jobs) = Scheduler::new(ctx.clone(), now, config.poll.concurrency);
    let site = Site {
        name: config.site_name.clone(),
        base_url: config.base_url(None),
        authority: instance.authority,
        created: instance.created,
    };
    let told = config.data_dir.clone();
    let notices =
        Arc::new(move || Rescue::told(&told).map(|r| r.words(&told)).into_iter().collect());
    Ok(Rooms { admin: Admin { ctx, jobs, clock: now, base_url: None, notices }, scheduler, site })
}

/// The data directory, for this user's eyes only.
///
/// # Errors
/// If it can't be made.
pub fn make_private_dir(dir: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.with_context(|| {
        format!(
            "the data directory {} can't be made; choose another with --data-dir or PODBRIEF_DATA_DIR",
            dir.display()
        )
    })
}

fn topics(dir: &Path) -> Result<TopicSet> {
    let shipped = TopicSet::parse(TOPICS).context("the topics shipped with podbrief")?;
    let path = dir.join("topics.toml");
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let own = TopicSet::parse(&text).with_context(|| format!("{}", path.display()))?;
            Ok(shipped.overlaid(own))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(shipped),
        Err(error) => Err(error).with_context(|| format!("can't read {}", path.display())),
    }
}

/// The operator's, made at the first start.
fn secret(dir: &Path) -> Result<Secret> {
    let mut random = [0_u8; 26];
    getrandom::fill(&mut random).context("the system gives no random bytes")?;
    // systemd's LoadCredential= brings one that is kept elsewhere.
    let brought = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    if let Some(place) = brought.filter(|place| place.join(admin::SECRET).exists()) {
        return Ok(Secret::read(&place)?);
    }
    let (secret, made) = Secret::open(dir, &random)?;
    if let Some(path) = made {
        tracing::info!(path = %path.display(), "the operator's secret was made; `podbrief admin-url` prints the link");
    }
    Ok(secret)
}

fn allowed(hosts: &[String], option: &'static str) -> Result<Vec<AllowPrivate>> {
    hosts.iter().map(|text| text.parse()).collect::<Result<_, _>>().context(option)
}

/// For outgoing HTTP, as the options say.
///
/// # Errors
/// If an option or TLS is wrong.
pub fn fetcher(config: &Config) -> Result<Fetcher> {
    let contact = match config.fetch.contact.as_str() {
        "" => config.base_url(None),
        contact => contact.to_owned(),
    };
    let limits = Limits {
        timeout: config.fetch.timeout(),
        per_host: config.fetch.per_host,
        gap: config.fetch.gap(),
        allow_private: allowed(&config.fetch.allow_private, "fetch.allow_private")?,
    };
    Ok(Fetcher::new(limits, concat!("podbrief/", env!("CARGO_PKG_VERSION")), &contact)?)
}

fn post(config: &Config) -> Result<Mail> {
    let dir = &config.data_dir;
    let domain = config.mail_domain();
    let dns: Dns = config.mail.dns.parse().map_err(|e: String| anyhow::anyhow!("mail.dns: {e}"))?;
    let host = config.mail_host();
    // Only who takes mail from hosts of the world has somebody to ask about.
    let dns = if config.mail.listen.is_empty() { Dns::Off } else { dns };
    let authenticator = Authenticator::new(dns, &host).map_err(|detail| {
        anyhow::anyhow!(
            "the system's DNS servers can't be read ({detail}): name one in mail.dns, as \"127.0.0.1:53\", or say \"off\""
        )
    })?;
    Ok(Mail {
        authenticator,
        spool: Spool::open(dir).with_context(|| format!("the mail spool in {}", dir.display()))?,
        archive: Archive::new(dir, config.mail.keep_raw_days)
            .at_most(most_or_all(config.mail.keep_raw_mib)),
        space: space(config),
        trust: Trust { host, authserv_id: config.mail.authserv_id.clone() },
        domain,
        max_message: config.mail.max_message_mib.saturating_mul(1024 * 1024),
    })
}

impl Rooms {
    /// Runs `work` beside the admin socket and the scheduler, which begins when it is asked to, without a web server; stops
    /// both when it ends.
    ///
    /// # Errors
    /// If the admin socket can't be made, and what `work` gives.
    pub async fn with_scheduler<T>(
        self,
        dir: &Path,
        work: impl AsyncFnOnce(&Admin) -> Result<T>,
    ) -> Result<T> {
        let (close, closed) = watch::channel(false);
        let (stop, stopped) = watch::channel(false);
        let socket = admin::bind(dir).context("the admin socket can't be made")?;
        let socket = tokio::spawn(admin::serve(self.admin.clone(), socket, closed));
        let jobs = tokio::spawn(self.scheduler.when_asked().run(stopped, GRACE));
        let result = work(&self.admin).await;
        // Who came through the socket meanwhile may wait for jobs.
        close.send_replace(true);
        socket.await.context("the admin socket failed")?;
        stop.send_replace(true);
        jobs.await.context("the scheduler failed")?;
        result
    }

    /// Runs everything until `until` ends. `ready` is called once the doors are open.
    ///
    /// # Errors
    /// If an address can't be listened on.
    pub async fn serve(
        mut self,
        config: &Config,
        ready: impl FnOnce(String, Handle),
        until: impl Future<Output = ()>,
    ) -> Result<()> {
        let mut given = Given::take()?;
        let listener = given.web(config)?;
        let address = listener.local_addr()?;
        self.site.base_url = config.base_url(Some(address));
        if address.ip().is_unspecified() && config.base_url.is_empty() {
            tracing::warn!(
                base_url = %self.site.base_url,
                "links in feeds lead to this machine only; set base_url to the address readers use"
            );
        }
        let base = self.site.base_url.clone();
        self.admin.base_url = Some(base.clone());
        let vitals =
            Vitals::new(Arc::clone(&self.admin.ctx.meter), History::open(&config.data_dir));
        let operator = Operator {
            admin: self.admin.clone(),
            secret: secret(&config.data_dir)?,
            vitals: vitals.clone(),
        };
        let index = Arc::clone(&self.admin.ctx.index);
        let encoder = self.admin.ctx.encoder.clone();
        let state = WebState::new(
            self.admin.ctx.door.clone(),
            self.site,
            Arc::clone(&self.admin.ctx.topics),
            Arc::clone(&index),
            Arc::new(move |store, insight, limit| index.related(store, insight, None, limit)),
        )
        .finding(Find::new(now, Arc::new(move |text| encoder.encode_now(text))))
        .limited(config.web.limits().context("web.trusted_proxies")?);
        let state = actix::Data::new(state.operated(operator).hubbed(config.web.hub_listeners));
        let desk = actix::Data::new(Desk {
            ctx: self.admin.ctx.clone(),
            jobs: self.admin.jobs.clone(),
            clock: now,
            mode: config.signup_mode(),
            size: config.edition_size,
        });
        let (told, at) = (state.clone(), desk.clone());
        let app =
            move || App::new().app_data(desk.clone()).configure(web::configure(state.clone()));
        let server = HttpServer::new(app)
            .workers(2)
            // For the head of a request; bodies have a time of their own.
            .client_request_timeout(HEAD)
            // Each thread that ever rendered keeps a heap of its own for the next time: few threads, little memory.
            .worker_max_blocking_threads(RENDERING)
            .shutdown_timeout(GRACE.as_secs())
            .disable_signals()
            .listen(listener)?
            .run();
        let doors = server.handle();
        let web = tokio::spawn(server);
        let (stop, stopped) = watch::channel(false);
        let socket = admin::bind(&config.data_dir).context("the admin socket can't be made")?;
        let socket = tokio::spawn(admin::serve(self.admin.clone(), socket, stopped.clone()));
        let mut doors_of_mail = JoinSet::new();
        let options = mail_options(self.admin.ctx.clone(), config)?;
        for door in given.mail(config).await? {
            doors_of_mail.spawn(mail::serve(door, options.clone(), stopped.clone(), GRACE));
        }
        let imap = imap_account(config)?.map(|account| {
            tokio::spawn(imap::run(self.admin.ctx.clone(), account, now, stopped.clone()))
        });
        let letters = tokio::spawn({
            let (jobs, stopped) = (self.admin.jobs.clone(), stopped.clone());
            pipeline::drain(self.admin.ctx.clone(), now, stopped, move || jobs.wake())
        });
        let keeper = Keeper::new(self.admin.clone(), keeping(config)?, &config.data_dir, vitals);
        let keeper = tokio::spawn(keeper.run(stopped.clone()));
        let hub = tokio::spawn(web::run_hub(told, at, stopped.clone()));
        let jobs = tokio::spawn(self.scheduler.catching_up().run(stopped.clone(), GRACE));
        let pulse = tokio::spawn(pulse::watch(address, stopped));
        ready(base, self.admin.jobs.clone());
        until.await;
        tracing::info!("stopping");
        notify::stopping();
        stop.send_replace(true);
        doors.stop(true).await;
        while let Some(ended) = doors_of_mail.join_next().await {
            ended.context("a mail door failed")?;
        }
        if let Some(imap) = imap {
            imap.await.context("fetching mail by IMAP failed")?;
        }
        letters.await.context("the mail spool failed")?;
        jobs.await.context("the scheduler failed")?;
        hub.await.context("the hub failed")?;
        keeper.await.context("the keeper failed")?;
        pulse.await.context("the watchdog failed")?;
        // Who still waits for an answer by now waits for jobs that don't run any more.
        match tokio::time::timeout(SETTLED, socket).await {
            Ok(ended) => ended.context("the admin socket failed")?,
            Err(_) => tracing::warn!("an admin connection was cut off"),
        }
        web.await.context("the web server failed")?.context("the web server")?;
        Ok(())
    }
}

/// Returns at SIGTERM or SIGINT.
///
/// # Errors
/// If the signals can't be caught.
pub fn stop_signal() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    })
}
