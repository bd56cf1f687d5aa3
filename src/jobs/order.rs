//! Which of the jobs that are due begin now. Pure; runs nothing.

use std::collections::HashSet;
use std::time::Duration;

use crate::model::{Job, JobKind, Timestamp};

/// Extraction and the making of vectors keep a core busy: so many at once, that the others go on.
const HEAVY_AT_ONCE: usize = 1;
/// An edition is a core's work as well, and weighs hundreds of insights in memory, some 5 MB of them: all readers' are due at
/// once, in the morning.
const EDITIONS_AT_ONCE: usize = 2;
/// Recognition of speech keeps a core busy for hours, at the lowest priority.
const HEARING_AT_ONCE: usize = 1;
/// Editions wait so long at most, from when they are due or from the start, for news that is on its way.
const PATIENCE: Duration = Duration::from_secs(600);

/// What jobs need to have room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    /// Places for requests.
    Network,
    /// A core.
    Core,
    /// Readers' editions.
    Editions,
    /// Places at the language model.
    Model,
    /// Recognition of speech: it keeps a core busy for hours, at the lowest priority.
    Speech,
}

/// How many jobs run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// That wait for the network.
    pub network: usize,
    /// That wait for the language model.
    pub model: usize,
}

impl Room {
    fn of(self, lane: Lane) -> usize {
        match lane {
            Lane::Network => self.network,
            Lane::Core => HEAVY_AT_ONCE,
            Lane::Editions => EDITIONS_AT_ONCE,
            Lane::Model => self.model,
            Lane::Speech => HEARING_AT_ONCE,
        }
    }
}

fn lane(kind: &JobKind) -> Lane {
    match kind {
        JobKind::Extract(_) | JobKind::Embed => Lane::Core,
        JobKind::Write(_) | JobKind::Relate(_) => Lane::Model,
        JobKind::Recognise(_) => Lane::Speech,
        JobKind::Compose(_) => Lane::Editions,
        JobKind::Poll(_) | JobKind::Transcribe(_) => Lane::Network,
    }
}

/// Beginnings of the keys of jobs for which there is no room now, so that a long queue of them hides no others.
pub fn full_lanes(running: &HashSet<JobKind>, room: Room) -> Vec<&'static str> {
    let full = |of: Lane| running.iter().filter(|kind| lane(kind) == of).count() >= room.of(of);
    let mut out = Vec::new();
    if full(Lane::Core) {
        out.extend(["extract/", "embed"]);
    }
    if full(Lane::Editions) {
        out.push("compose/");
    }
    if full(Lane::Model) {
        out.extend(["write/", "relate/"]);
    }
    if full(Lane::Speech) {
        out.push("recognise/");
    }
    out
}

/// Those of `due` that begin beside those that are `running`, and whether some wait for room only. `begun` is when
/// the program did.
pub fn next_of(
    mut due: Vec<Job>,
    running: &HashSet<JobKind>,
    room: Room,
    begun: Timestamp,
    now: Timestamp,
) -> (Vec<Job>, bool) {
    // What nobody waits for gives way, however long it has been due.
    due.sort_by_key(|job| background(&job.kind));
    let news = running.iter().chain(due.iter().map(|job| &job.kind)).any(brings_news);
    let mut taken: Vec<Lane> = running.iter().map(lane).collect();
    let (mut start, mut left) = (Vec::new(), false);
    for job in due {
        if running.contains(&job.kind) || (news && may_wait(&job, begun, now)) {
            continue;
        }
        let lane = lane(&job.kind);
        if taken.iter().filter(|other| **other == lane).count() >= room.of(lane) {
            // The end of the speech that is heard is reason enough to look again.
            left |= !hears(&job.kind);
            continue;
        }
        taken.push(lane);
        start.push(job);
    }
    (start, left)
}

/// An edition waits for the news on its way, above all at a start after hours of rest; but not for long.
fn may_wait(job: &Job, begun: Timestamp, now: Timestamp) -> bool {
    matches!(job.kind, JobKind::Compose(_)) && now < job.due.max(begun).after(PATIENCE)
}

/// Whether it may end in something to be published soon. A language model takes its time, and nothing waits for it.
fn brings_news(kind: &JobKind) -> bool {
    matches!(kind, JobKind::Poll(_) | JobKind::Transcribe(_) | JobKind::Extract(_))
}

/// Whether it goes on for so long that a server's work is done without it.
pub fn hears(kind: &JobKind) -> bool {
    matches!(kind, JobKind::Recognise(_))
}

/// Whether nobody waits for its end.
pub fn background(kind: &JobKind) -> bool {
    matches!(kind, JobKind::Embed | JobKind::Relate(_))
}

/// As [`background`] and [`hears`], by a job's key.
pub fn is_background(key: &str) -> bool {
    key == "embed" || key.starts_with("relate/") || key.starts_with("recognise/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ItemId, SourceId, SubscriberId};

    const ROOM: Room = Room { network: 2, model: 1 };

    fn start() -> Timestamp {
        Timestamp::from_secs(100_000)
    }

    fn poll(n: u32) -> JobKind {
        JobKind::Poll(SourceId::for_feed(&format!("https://{n}.example")))
    }

    fn extract(n: u32) -> JobKind {
        JobKind::Extract(ItemId::new(&SourceId::for_feed("https://a.example"), &n.to_string()))
    }

    fn edition() -> JobKind {
        JobKind::Compose(SubscriberId::new("reader"))
    }

    fn kinds(due: &[JobKind], running: &[JobKind], secs: u64) -> (Vec<JobKind>, bool) {
        let due = due.iter().map(|kind| Job {
            kind: kind.clone(),
            due: start(),
            attempts: 0,
            error: None,
        });
        let now = start().after(Duration::from_secs(secs));
        let running = running.iter().cloned().collect();
        let (start, left) = next_of(due.collect(), &running, ROOM, start(), now);
        (start.into_iter().map(|job| job.kind).collect(), left)
    }

    #[test]
    fn an_edition_waits_for_news_but_not_for_ever() {
        assert_eq!(kinds(&[edition(), poll(1)], &[], 0), (vec![poll(1)], false));
        assert_eq!(kinds(&[edition()], &[extract(1)], 599), (vec![], false));
        assert_eq!(kinds(&[edition()], &[extract(1)], 600), (vec![edition()], false));
        assert_eq!(kinds(&[edition()], &[], 0), (vec![edition()], false));
        assert_eq!(kinds(&[edition()], &[JobKind::Embed], 0), (vec![edition()], false));
    }

    #[test]
    fn speech_is_recognised_one_at_a_time_beside_all_else() {
        let hear = |n: u32| {
            JobKind::Recognise(ItemId::new(
                &SourceId::for_feed("https://a.example"),
                &n.to_string(),
            ))
        };
        let due = [hear(1), hear(2), extract(1), poll(1)];
        assert_eq!(kinds(&due, &[], 0), (vec![hear(1), extract(1), poll(1)], false));
        assert_eq!(kinds(&due[1..2], &[hear(1)], 0), (vec![], false));
        assert_eq!(kinds(&[edition()], &[hear(1)], 0), (vec![edition()], false));
    }

    #[test]
    fn what_is_heavy_leaves_room_for_the_rest() {
        let due = [JobKind::Embed, extract(1), extract(2), poll(1), poll(2), poll(3)];
        assert_eq!(kinds(&due, &[], 0), (vec![extract(1), poll(1), poll(2)], true));
        assert_eq!(kinds(&due, &[extract(1), poll(1)], 0), (vec![poll(2)], true));
        assert_eq!(kinds(&[poll(1)], &[poll(1)], 0), (vec![], false), "it runs already");
    }

    #[test]
    fn editions_are_made_some_at_a_time_and_take_no_place_of_polls() {
        let of = |n: u32| JobKind::Compose(SubscriberId::new(&n.to_string()));
        let due = [of(1), of(2), of(3)];
        assert_eq!(kinds(&due, &[], 0), (vec![of(1), of(2)], true));
        assert_eq!(kinds(&due, &[poll(1), poll(2)], 600), (vec![of(1), of(2)], true));
        assert_eq!(kinds(&[poll(1)], &[of(1), of(2)], 0), (vec![poll(1)], false));
        assert_eq!(full_lanes(&HashSet::from([of(1), of(2)]), ROOM), ["compose/"]);
    }

    #[test]
    fn a_language_model_takes_no_place_of_others() {
        let item = |n: u32| ItemId::new(&SourceId::for_feed("https://a.example"), &n.to_string());
        let (write, relate) = (|n| JobKind::Write(item(n)), |n| JobKind::Relate(item(n)));
        let due = [relate(1), write(1), write(2), poll(1), poll(2), extract(1)];
        assert_eq!(kinds(&due, &[], 0), (vec![write(1), poll(1), poll(2), extract(1)], true));
        assert_eq!(kinds(&[edition()], &[write(1)], 0), (vec![edition()], false), "it may be dead");
        let running = HashSet::from([write(1), extract(1)]);
        assert_eq!(full_lanes(&running, ROOM), ["extract/", "embed", "write/", "relate/"]);
        assert!(full_lanes(&HashSet::from([poll(1), poll(2)]), ROOM).is_empty());
    }
}
