//! Which of the jobs that are due begin now. Pure; runs nothing.

use std::collections::HashSet;
use std::time::Duration;

use crate::model::{Job, JobKind, Timestamp};

/// Extraction and the making of vectors keep a core busy: so many at once, that the others go on.
const HEAVY_AT_ONCE: usize = 1;
/// Recognition of speech keeps a core busy for hours, at the lowest priority.
const HEARING_AT_ONCE: usize = 1;
/// Editions wait so long at most, from when they are due or from the start, for news that is on its way.
const PATIENCE: Duration = Duration::from_secs(600);

/// Those of `due` that begin beside those that are `running`, and whether some wait for room only. `at_once` bounds
/// jobs that wait for the network; `begun` is when the program did.
pub fn next_of(
    mut due: Vec<Job>,
    running: &HashSet<JobKind>,
    at_once: usize,
    begun: Timestamp,
    now: Timestamp,
) -> (Vec<Job>, bool) {
    // What nobody waits for gives way, however long it has been due.
    due.sort_by_key(|job| background(&job.kind));
    let news = running.iter().chain(due.iter().map(|job| &job.kind)).any(brings_news);
    let (mut light, mut busy, mut hearing) = (0, 0, 0);
    for kind in running {
        let count = match kind {
            JobKind::Recognise(_) => &mut hearing,
            kind if heavy(kind) => &mut busy,
            _ => &mut light,
        };
        *count += 1;
    }
    let (mut start, mut left) = (Vec::new(), false);
    for job in due {
        if running.contains(&job.kind) || (news && may_wait(&job, begun, now)) {
            continue;
        }
        let (count, most) = match &job.kind {
            JobKind::Recognise(_) => (&mut hearing, HEARING_AT_ONCE),
            kind if heavy(kind) => (&mut busy, HEAVY_AT_ONCE),
            _ => (&mut light, at_once),
        };
        if *count >= most {
            // The end of the one that runs is reason enough to look again.
            left |= !hears(&job.kind);
            continue;
        }
        *count += 1;
        start.push(job);
    }
    (start, left)
}

/// An edition waits for the news on its way, above all at a start after hours of rest; but not for long.
fn may_wait(job: &Job, begun: Timestamp, now: Timestamp) -> bool {
    matches!(job.kind, JobKind::Compose(_)) && now < job.due.max(begun).after(PATIENCE)
}

/// Whether it keeps a core busy.
fn heavy(kind: &JobKind) -> bool {
    matches!(kind, JobKind::Extract(_) | JobKind::Embed)
}

/// Whether it may end in something to be published.
fn brings_news(kind: &JobKind) -> bool {
    matches!(kind, JobKind::Poll(_) | JobKind::Transcribe(_) | JobKind::Extract(_))
}

/// Whether it goes on for so long that a server's work is done without it.
pub fn hears(kind: &JobKind) -> bool {
    matches!(kind, JobKind::Recognise(_))
}

/// Whether nobody waits for its end.
pub fn background(kind: &JobKind) -> bool {
    matches!(kind, JobKind::Embed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ItemId, SourceId, SubscriberId};

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
        let (start, left) = next_of(due.collect(), &running, 2, start(), now);
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
}
