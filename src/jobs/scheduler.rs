//! Takes due jobs from the store, runs so many at once, and tells when nothing is left to do.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use super::Event;
use super::order::{Room, background, full_lanes, hears, is_background, next_of};
use super::work::{Ended, STORE_PAUSE, run};
use crate::model::{Job, JobKind, Timestamp};
use crate::pipeline::{Context, Count, Meter, count_readers, plan_editions, plan_polls};
use crate::store::StoreError;

/// Where the time comes from; floor 6 gives the real clock, tests their own.
pub type Clock = fn() -> Timestamp;

/// Events a slow listener may be behind before it misses some.
const BACKLOG: usize = 1024;
/// A clock that goes back further than this was wrong before.
const JUMP: Duration = Duration::from_secs(90);
/// How long a job waits whose host had no place for it. Not in the queue: the job has not been tried.
const HELD: Duration = Duration::from_millis(500);
/// How often readers are counted, for hosts that want to know.
const COUNTED: Duration = Duration::from_secs(600);
/// Recognitions of speech looked at at once; one of them runs.
const UNHEARD: u32 = 4;
/// The longest sleep, so that a clock that jumps is noticed.
const NAP: Duration = Duration::from_secs(60);

/// Runs until told to stop.
pub struct Scheduler {
    ctx: Context,
    clock: Clock,
    begun: Timestamp,
    room: Room,
    catching_up: bool,
    when_asked: bool,
    /// The recognition of speech that runs, or ran last.
    hearing: Option<AbortHandle>,
    /// What was due at the last look, and had no room yet.
    seen: Option<Seen>,
    asks: mpsc::UnboundedReceiver<Ask>,
    events: broadcast::Sender<Event>,
}

/// A look at the queue: good for a moment, unless something happens that may have put more into it.
struct Seen {
    due: Vec<Job>,
    at: Instant,
}

/// Speaks to a running scheduler.
#[derive(Clone)]
pub struct Handle {
    asks: mpsc::UnboundedSender<Ask>,
    events: broadcast::Sender<Event>,
}

enum Ask {
    /// Something may be due.
    Wake,
    /// Tell when nothing is due and nothing runs.
    Idle(oneshot::Sender<()>),
}

impl Handle {
    /// Something may be due: look at once.
    pub fn wake(&self) {
        // A stopped scheduler needs no waking.
        let _ = self.asks.send(Ask::Wake);
    }

    /// Returns when nothing that anybody waits for is due or runs. False if the scheduler stopped before.
    pub async fn idle(&self) -> bool {
        let (tell, told) = oneshot::channel();
        self.asks.send(Ask::Idle(tell)).is_ok() && told.await.is_ok()
    }

    /// From now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}

impl Scheduler {
    /// `at_once` bounds jobs that wait for the network.
    pub fn new(ctx: Context, clock: Clock, at_once: usize) -> (Self, Handle) {
        let (send, asks) = mpsc::unbounded_channel();
        let (events, _) = broadcast::channel(BACKLOG);
        let handle = Handle { asks: send, events: events.clone() };
        let begun = clock();
        let model = ctx.writer.as_ref().map_or(1, |writer| writer.terms.at_once).max(1);
        let room = Room { network: at_once.max(1), model };
        let (hearing, seen) = (None, None);
        let (catching_up, when_asked) = (false, false);
        let scheduler =
            Self { ctx, clock, begun, room, catching_up, when_asked, hearing, seen, asks, events };
        (scheduler, handle)
    }

    /// Polls that were missed are spread out, as suits a server; else they are made at once, as suits who waits for them.
    pub fn catching_up(mut self) -> Self {
        self.catching_up = true;
        self
    }

    /// Nothing is done before somebody asks, so that whoever listens first hears of all that is done.
    pub fn when_asked(mut self) -> Self {
        self.when_asked = true;
        self
    }

    /// Runs jobs until `stop` turns true; then lets those that run end, for at most `grace`. What is cut off
    /// then is still queued and runs again at the next start.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>, grace: Duration) {
        let mut running: JoinSet<(JobKind, Ended)> = JoinSet::new();
        let mut names: HashSet<JobKind> = HashSet::new();
        let mut held: HashMap<JobKind, Instant> = HashMap::new();
        let mut waiting: Vec<oneshot::Sender<()>> = Vec::new();
        let mut paused_until: Option<Timestamp> = None;
        let mut last: Option<Timestamp> = None;
        let mut counted: Option<Timestamp> = None;
        if self.when_asked {
            tokio::select! {
                ask = self.asks.recv() => if let Some(Ask::Idle(tell)) = ask {
                    waiting.push(tell);
                },
                _ = stop.changed() => {}
            }
        }
        while !*stop.borrow() {
            let now = (self.clock)();
            // Editions are due by the reader's clock: what was queued by a clock that was wrong is put right.
            if last.is_none_or(|last| now.after(JUMP) < last)
                && let Err(error) = plan_editions(&self.ctx, now).await
            {
                tracing::error!(%error, "editions can't be planned");
            }
            // What a wrong clock planned, and what was missed while the machine slept.
            if last.is_none_or(|last| now.after(JUMP) < last || now > last.after(NAP + JUMP))
                && let Err(error) = plan_polls(&self.ctx, self.catching_up, now).await
            {
                tracing::error!(%error, "polls can't be planned");
            }
            last = Some(now);
            if counted.is_none_or(|counted| now > counted.after(COUNTED) || now < counted) {
                counted = Some(now);
                if let Err(error) = count_readers(&self.ctx).await {
                    tracing::error!(%error, "readers can't be counted");
                }
            }
            held.retain(|_, until| *until > Instant::now());
            let paused = paused_until.is_some_and(|until| now < until);
            let sleep = if paused {
                NAP
            } else {
                self.start_due(&mut running, &mut names, &held, now).await
            };
            let sleep = if held.is_empty() { sleep } else { sleep.min(HELD) };
            let waited_for = |kind| !(background(kind) || self.catching_up && hears(kind));
            if held.is_empty()
                && !names.iter().any(waited_for)
                && (paused || sleep > Duration::ZERO)
            {
                for tell in waiting.drain(..) {
                    // Whoever asked may have gone.
                    let _ = tell.send(());
                }
            }
            tokio::select! {
                Some(ended) = running.join_next() => {
                    if let Some(until) = self.ended(ended, &mut names, &mut held) {
                        paused_until = Some(until);
                    }
                }
                ask = self.asks.recv() => match ask {
                    Some(Ask::Wake) => self.seen = None,
                    Some(Ask::Idle(tell)) => waiting.push(tell),
                    None => break,
                },
                () = tokio::time::sleep(sleep), if !sleep.is_zero() => {}
                _ = stop.changed() => {}
            }
        }
        if let Some(hearing) = self.hearing {
            // It may take hours; what it has is safe, and it goes on from there at the next start.
            hearing.abort();
        }
        let finish = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, finish).await.is_err() {
            tracing::info!("some jobs did not end in time; they run again at the next start");
        }
    }

    /// Starts what is due and has room. Returns how long nothing new can be due (zero: something is due, but
    /// waits for room).
    async fn start_due(
        &mut self,
        running: &mut JoinSet<(JobKind, Ended)>,
        names: &mut HashSet<JobKind>,
        held: &HashMap<JobKind, Instant>,
        now: Timestamp,
    ) -> Duration {
        // Many polls end without news: the queue is not read once more for each.
        if let Some(Seen { due, at }) = self.seen.take()
            && at.elapsed() < HELD
            && self.start(due, at, running, names, held, now)
        {
            return Duration::ZERO;
        }
        let looked = Instant::now();
        let look = names.len() + held.len() + 2 * self.room.network + 64;
        let full = full_lanes(names, self.room);
        let busy: HashSet<String> = names.iter().map(JobKind::key).collect();
        let seen = self.ctx.door.call(move |s| {
            // Nothing is asked for that could not be kept.
            s.writable()?;
            // What has no room is passed over, but not forgotten; what nobody waits for is.
            let (left, unheard) = (Cell::new(false), Cell::new(0));
            let pass = |key: &str| {
                // A hundred hours of talk never stand before a poll.
                unheard.set(unheard.get() + u32::from(key.starts_with("recognise/")));
                let pass = full.iter().any(|lane| key.starts_with(lane))
                    || key.starts_with("recognise/") && unheard.get() > UNHEARD;
                let waits = pass && !busy.contains(key) && !is_background(key);
                left.set(left.get() || waits);
                pass
            };
            Ok((s.due_jobs(now, look, &pass)?, s.next_due(now)?, left.get()))
        });
        let (due, next, passed) = match seen.await {
            Ok(seen) => seen,
            Err(error @ StoreError::Full { .. }) => {
                tracing::debug!(%error, "no work begins");
                return STORE_PAUSE;
            }
            Err(error) => {
                tracing::error!(%error, "the queue can't be read");
                return STORE_PAUSE;
            }
        };
        if self.start(due, looked, running, names, held, now) || passed {
            return Duration::ZERO;
        }
        // What is due but running wakes us when it ends.
        next.map_or(NAP, |next| next.since(now).min(NAP))
    }

    /// Starts those of `due`, as they were seen at `at`, that have room. Returns whether some wait for room, and keeps these.
    fn start(
        &mut self,
        mut due: Vec<Job>,
        at: Instant,
        running: &mut JoinSet<(JobKind, Ended)>,
        names: &mut HashSet<JobKind>,
        held: &HashMap<JobKind, Instant>,
        now: Timestamp,
    ) -> bool {
        due.retain(|job| !held.contains_key(&job.kind) && !names.contains(&job.kind));
        let (start, left) = next_of(due.clone(), names, self.room, self.begun, now);
        for job in start {
            due.retain(|other| other.kind != job.kind);
            names.insert(job.kind.clone());
            let (ctx, long) = (self.ctx.clone(), hears(&job.kind));
            let started = running.spawn(async move {
                let kind = job.kind.clone();
                (kind, run(ctx, job, now).await)
            });
            if long {
                self.hearing = Some(started);
            }
        }
        self.seen = left.then_some(Seen { due, at });
        left
    }

    /// Returns until when to leave the store alone, if it failed.
    fn ended(
        &mut self,
        ended: Result<(JobKind, Ended), tokio::task::JoinError>,
        names: &mut HashSet<JobKind>,
        held: &mut HashMap<JobKind, Instant>,
    ) -> Option<Timestamp> {
        let Ok((kind, ended)) = ended else {
            // `run` has its own panic boundary, so this is the runtime going down.
            return None;
        };
        names.remove(&kind);
        let without_news = match &ended {
            Ended::Done(Some(Event::Polled { report, .. })) => report.new_items == 0,
            Ended::Busy => true,
            _ => false,
        };
        if !without_news {
            self.seen = None;
        }
        let event = match ended {
            Ended::Done(event) => event,
            Ended::Failed(event) => Some(event),
            Ended::Busy => {
                held.insert(kind, Instant::now() + HELD);
                return None;
            }
            Ended::Store(error) => {
                tracing::error!(job = %kind.key(), %error, "work stops until the store is well again");
                return Some((self.clock)().after(STORE_PAUSE));
            }
        };
        if let Some(event) = event {
            log(&event);
            count(&self.ctx.meter, &event);
            // Nobody listening is fine.
            let _ = self.events.send(event);
        }
        None
    }
}

fn count(meter: &Meter, event: &Event) {
    match event {
        Event::Polled { report, .. } => {
            meter.add(Count::Polls, 1);
            meter.add(Count::PollErrors, usize::from(!report.ok));
            meter.add(Count::Items, report.new_items);
        }
        Event::Transcribed { .. } => {}
        Event::Extracted { report, .. } => meter.add(Count::Insights, report.insights),
        Event::Composed { report, late, .. } => {
            // A day without news has no edition.
            let made = usize::from(report.insights > 0);
            meter.add(Count::Editions, made);
            meter.add(Count::EditionsLate, made * usize::from(*late));
        }
        Event::Failed { .. } => meter.add(Count::JobsFailed, 1),
    }
}

fn log(event: &Event) {
    match event {
        Event::Polled { report, took_ms } if report.ok => {
            tracing::info!(source = %report.title, status = %report.status, new = report.new_items, took_ms, "polled");
        }
        Event::Polled { report, .. } => {
            tracing::warn!(source = %report.title, problem = %report.status, "poll failed");
        }
        Event::Transcribed { report, took_ms } => {
            tracing::info!(source = %report.show, origin = ?report.origin, problem = report.problem.as_deref(), took_ms, "words found");
        }
        Event::Extracted { report, took_ms } => {
            tracing::info!(item = %report.title, insights = report.insights, unproved = report.unproved, written = report.writing.written, dropped = report.writing.dropped(), took_ms, "insights published");
        }
        Event::Composed { report, took_ms, .. } => {
            tracing::info!(subscriber = %report.subscriber, day = %report.day, insights = report.insights, took_ms, "edition made");
        }
        Event::Failed { job, what, .. } => tracing::warn!(job, problem = %what, "job failed"),
    }
}
