//! Thirty days in seconds: a clock of its own, hosts that publish, fail and come back, mail, readers, and crashes at any
//! point. The seed is printed; `PODBRIEF_SEED=N cargo test thirty_days` plays the same days again.
//!
//! Holds: no lost item, no repeated delivery, no changed entry, one edition a day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use podbrief::admin::{Admin, Command, NewReader, ReaderCommand, Reply};
use podbrief::app;
use podbrief::config::{Config, Overrides};
use podbrief::encode::Worker;
use podbrief::jobs::Scheduler;
use podbrief::model::*;
use podbrief::pipeline::drain;
use podbrief::store::{Scope, StoreError};
use tokio::sync::watch;

use crate::support::post::issue;
use crate::support::show::host_show;
use crate::support::{Answer, Host};
use crate::taste::Chance;
use crate::taste::texts::{Text, made};

const DAYS: i64 = 30;
const HOUR: i64 = 3600;
/// 2026-11-01T00:00:00Z.
const START: i64 = 1_793_491_200;
const SHOWS: usize = 4;
/// Of an episode.
const CLAIMS: usize = 3;

/// The time that everybody goes by.
static NOW: AtomicI64 = AtomicI64::new(START);

fn now() -> Timestamp {
    Timestamp::from_secs(NOW.load(Ordering::SeqCst))
}

/// One life of the server, from a start to an end that it may not see coming.
struct Life {
    runtime: tokio::runtime::Runtime,
    admin: Admin,
    stop: watch::Sender<bool>,
}

impl Life {
    fn begin(config: &Config) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let entered = runtime.enter();
        let mut admin = loop {
            match app::open(config) {
                Ok(rooms) => break rooms.admin,
                // The life before holds on to it for a moment.
                Err(error) if matches!(error.downcast_ref(), Some(StoreError::Locked(_))) => {
                    std::thread::yield_now();
                }
                Err(error) => panic!("it does not start: {error:#}"),
            }
        };
        // Vectors are not what this is about, and the program that makes them is slow to begin.
        admin.ctx.encoder = Worker::new("/nowhere".into());
        admin.clock = now;
        let (scheduler, jobs) = Scheduler::new(admin.ctx.clone(), now, 8);
        admin.jobs = jobs;
        let (stop, stopped) = watch::channel(false);
        runtime.spawn(scheduler.run(stopped.clone(), Duration::from_secs(5)));
        let woken = admin.jobs.clone();
        runtime.spawn(drain(admin.ctx.clone(), now, stopped, move || woken.wake()));
        drop(entered);
        Self { runtime, admin, stop }
    }

    fn ask(&self, command: Command) -> Option<Reply> {
        self.runtime.block_on(self.admin.ask(command)).ok()
    }

    /// Works until nothing is due.
    fn rest(&self) {
        self.admin.jobs.wake();
        assert!(self.runtime.block_on(self.admin.jobs.idle()));
    }

    /// Works until so many things were done, or nothing is due; then all ends at once.
    fn crash(self, after: usize) {
        let mut events = self.admin.jobs.events();
        self.admin.jobs.wake();
        self.runtime.block_on(async {
            tokio::select! {
                _ = self.admin.jobs.idle() => {}
                () = async { for _ in 0..=after { let _ = events.recv().await; } } => {}
            }
        });
        drop(self.admin);
        drop(self.stop);
        self.runtime.shutdown_timeout(Duration::ZERO);
    }
}

/// What was told to the world, and must stay so.
#[derive(Default)]
struct Told {
    entries: BTreeMap<String, Entry>,
    editions: BTreeMap<(String, String), Edition>,
}

impl Told {
    fn look(&mut self, admin: &Admin) {
        let store = admin.ctx.door.blocking();
        for (_, entry) in store.entries_for(&Scope::Latest, None, None, usize::MAX).unwrap() {
            let known = self.entries.entry(entry.id.clone()).or_insert_with(|| entry.clone());
            assert_eq!(*known, entry, "an entry changed");
        }
        for reader in store.subscribers().unwrap() {
            let mut days = BTreeSet::new();
            for edition in store.editions(&reader.id, None, usize::MAX).unwrap() {
                assert!(days.insert(edition.day), "two editions on {}", edition.day);
                let key = (reader.id.to_string(), edition.day.to_string());
                let known = self.editions.entry(key).or_insert_with(|| edition.clone());
                assert_eq!(*known, edition, "an edition changed");
            }
        }
    }
}

fn name(n: usize) -> String {
    format!("show{n}")
}

/// A show with so many episodes, each with claims of its own.
fn publish(host: &Host, texts: &[Text], show: usize, episodes: usize) {
    host_show(host, &name(show), episodes);
    for episode in 1..=episodes {
        let mut vtt = String::from("WEBVTT\n\n");
        let first = (episode * SHOWS + show) * CLAIMS;
        for (at, text) in texts.iter().cycle().skip(first).take(CLAIMS).enumerate() {
            let claim = &text.claim;
            vtt +=
                &format!("00:{at:02}:00.000 --> 00:{at:02}:50.000\n<v Ada Example>{claim}</v>\n\n");
        }
        host.set(&format!("/{}/{episode}.vtt", name(show)), Answer::body("text/vtt", vtt));
    }
}

fn seed() -> u64 {
    match std::env::var("PODBRIEF_SEED") {
        Ok(text) => text.parse().unwrap(),
        // Another one in each run, so that many are played in the end.
        Err(_) => u64::from(std::process::id()) ^ app::now().secs().cast_unsigned(),
    }
}

#[test]
fn thirty_days_with_crashes_lose_and_repeat_nothing() {
    let seed = seed();
    println!("PODBRIEF_SEED={seed}");
    let chance = &mut Chance::new(seed);
    let host = Host::start();
    let dir = tempfile::tempdir().unwrap();
    let env = [
        ("PODBRIEF_DATA_DIR", dir.path().join("data").display().to_string()),
        ("PODBRIEF_FETCH_ALLOW_PRIVATE", host.address.to_string()),
        ("PODBRIEF_FETCH_GAP", "0s".into()),
        ("PODBRIEF_FETCH_PER_HOST", "8".into()),
        ("PODBRIEF_MAIL_DOMAIN", "in.example".into()),
        ("PODBRIEF_DISK_KEEP_FREE_MIB", "0".into()),
    ];
    let env = env.map(|(name, value)| (name.to_owned(), value));
    let config = Config::load(None, &env, Overrides::default()).unwrap();
    let mut episodes = [2_usize; SHOWS];
    let texts = made(400, &mut Chance::new(7));
    for (n, count) in episodes.iter().enumerate() {
        publish(&host, &texts, n, *count);
    }
    let mut life = Life::begin(&config);
    let addresses = (0..SHOWS).map(|n| host.url(&format!("/{}.xml", name(n)))).collect();
    life.ask(Command::Add { addresses }).unwrap();
    let policy = MailPolicy::Accept;
    let minted = Command::AddMailbox { name: "Daily".into(), public: true, reader: None, policy };
    let Some(Reply::Changed { source: mailbox }) = life.ask(minted) else { panic!("no mailbox") };
    let local = mailbox.mailbox().unwrap().local.clone();
    for (n, zone) in ["UTC", "Europe/Berlin", "America/New_York"].into_iter().enumerate() {
        let reader = NewReader {
            interests: ["heat pumps", "night trains", "chip design"][n].into(),
            topics: Vec::new(),
            sources: Vec::new(),
            zone: zone.into(),
            hour: 6 + n as u8,
            size: 5,
            shape: Shape::Digest,
            days: Days::Daily,
            explore: true,
            language: "en".into(),
        };
        life.ask(Command::Readers(ReaderCommand::Add(Box::new(reader)))).unwrap();
    }
    let (mut told, mut kept, mut crashes) = (Told::default(), BTreeSet::new(), 0);
    for hour in 0..DAYS * 24 {
        NOW.store(START + hour * HOUR, Ordering::SeqCst);
        for (n, count) in episodes.iter_mut().enumerate() {
            let path = format!("/{}.xml", name(n));
            if chance.hits(1.0 / 60.0) && *count < 27 {
                *count += 1;
            }
            match chance.below(40) {
                0 => host.set(&path, Answer::Status(503, vec![])),
                1 => host
                    .set(&path, Answer::Status(429, vec![("Retry-After".into(), "7200".into())])),
                2 => host.set(
                    &path,
                    Answer::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n<rss".to_vec()),
                ),
                3 => host.set(&path, Answer::rss("")),
                _ => publish(&host, &texts, n, *count),
            }
        }
        if chance.hits(0.1) {
            let message = issue(usize::try_from(hour).unwrap()).into_bytes();
            let to = format!("{local}@in.example");
            let from = "d@daily.example".to_owned();
            let command =
                Command::Deliver { to, from, import: false, size: message.len(), bytes: message };
            if let Some(Reply::Delivered { .. }) = life.ask(command) {
                kept.insert(format!("Issue {hour}"));
            }
        }
        if chance.hits(0.04) {
            crashes += 1;
            life.crash(chance.below(6));
            life = Life::begin(&config);
        }
        life.rest();
        if hour % 24 == 12 {
            told.look(&life.admin);
            vote(&life.admin, chance);
        }
    }
    // All hosts are well again, and everything that waits for that is given the time.
    for (n, count) in episodes.iter().enumerate() {
        publish(&host, &texts, n, *count);
    }
    for hour in 0..30 {
        NOW.store(START + (DAYS * 24 + hour) * HOUR, Ordering::SeqCst);
        life.rest();
    }
    told.look(&life.admin);
    let store = life.admin.ctx.door.blocking();
    for (n, count) in episodes.iter().enumerate() {
        let title = format!("Show {}", name(n));
        let source = store.sources().unwrap().into_iter().find(|s| s.title == title).unwrap();
        let items = store.items_of(&source.id, usize::MAX).unwrap();
        let done = |item: &&Item| matches!(item.state, ItemState::Published { .. });
        assert_eq!(items.iter().filter(done).count(), *count, "{title}: {items:?}");
    }
    let issues = store.items_of(&mailbox.id, usize::MAX).unwrap();
    let titles: Vec<&String> = issues.iter().map(|item| &item.title).collect();
    let unique: BTreeSet<String> = titles.iter().map(|title| (*title).clone()).collect();
    assert_eq!((unique.len(), &unique), (titles.len(), &kept), "each message is one item");
    let mut most = 0;
    for reader in store.subscribers().unwrap() {
        let mut given = BTreeSet::new();
        let editions = store.editions(&reader.id, None, usize::MAX).unwrap();
        for pick in editions.iter().flat_map(|edition| &edition.picks) {
            assert!(given.insert(pick.insight.clone()), "given twice: {}", pick.title);
        }
        most = most.max(editions.len());
        let next = store
            .due_jobs(now().after(Duration::from_secs(86_400)), usize::MAX, &|_| false)
            .unwrap();
        let compose = JobKind::Compose(reader.id.clone());
        assert!(next.iter().any(|job| job.kind == compose), "tomorrow's edition is planned");
    }
    assert!(most >= 5 && crashes >= 5 && told.entries.len() > 20, "{most} {crashes}");
    let checked = store.check(false, now()).unwrap();
    assert!(checked.findings.iter().all(|f| f.what.contains("vector")), "{:?}", checked.findings);
    life.stop.send_replace(true);
}

/// Somebody likes something, or not.
fn vote(admin: &Admin, chance: &mut Chance) {
    let store = admin.ctx.door.blocking();
    for reader in store.subscribers().unwrap() {
        let Some(edition) = store.editions(&reader.id, None, 1).unwrap().pop() else { continue };
        let Some(pick) = edition.picks.get(chance.below(edition.picks.len())) else { continue };
        let kind = if chance.hits(0.7) { VoteKind::More } else { VoteKind::Less };
        let vote = Vote {
            subscriber: reader.id.clone(),
            insight: pick.insight.clone(),
            kind,
            at: now(),
            headline: pick.title.clone(),
            source: pick.source.clone(),
            topics: Vec::new(),
        };
        assert!(store.save_vote(vote).unwrap());
    }
}
