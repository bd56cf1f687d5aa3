//! The queue: one row a job, and an index by due time.

use std::time::Duration;

use super::writes::Writes;
use super::{SledStore, keys, record};
use crate::model::{Job, JobKind, Problem, Source, SourceId, SourceStatus, Timestamp};
use crate::store::{JobStore, Result, SourceStore};

impl SledStore {
    /// Queues `job`, moving it if it is queued already.
    pub(super) fn enqueue(&self, batch: &mut Writes, job: &Job) -> Result<()> {
        let key = job.kind.key();
        self.unqueue(batch, &job.kind)?;
        batch.insert(keys::job(&key), record::encode(job)?);
        batch.insert(keys::due(job.due, &key), Vec::new());
        Ok(())
    }

    /// Takes a job out of the queue, if it is in it.
    pub(super) fn unqueue(&self, batch: &mut Writes, kind: &JobKind) -> Result<()> {
        let key = kind.key();
        if let Some(old) = self.read::<Job>(keys::job(&key))? {
            batch.remove(keys::job(&key));
            batch.remove(keys::due(old.due, &key));
        }
        Ok(())
    }
}

impl JobStore for SledStore {
    fn due_jobs(
        &self,
        now: Timestamp,
        limit: usize,
        pass: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<Job>> {
        let mut jobs = Vec::new();
        for key in self.db()?.scan_prefix(keys::DUE).keys() {
            let key = key?;
            let Some((due, name)) = keys::parse_due(&key) else { continue };
            if due > now || jobs.len() >= limit {
                break;
            }
            if pass(name) {
                continue;
            }
            if let Some(job) = self.read::<Job>(keys::job(name))? {
                jobs.push(job);
            }
        }
        Ok(jobs)
    }

    fn next_due(&self, after: Timestamp) -> Result<Option<Timestamp>> {
        // A long queue of what is due is not walked through.
        let from = keys::due(after.after(Duration::from_secs(1)), "");
        let Some(key) = self.db()?.range(from..).keys().next() else { return Ok(None) };
        Ok(keys::parse_due(&key?).map(|(due, _)| due))
    }

    fn defer_job(&self, kind: &JobKind, due: Timestamp) -> Result<()> {
        let held = self.writer();
        let Some(job) = self.read::<Job>(keys::job(&kind.key()))? else { return Ok(()) };
        let mut batch = Writes::default();
        self.enqueue(&mut batch, &Job { due, ..job })?;
        self.finish_unseen(batch, held)
    }

    fn postpone_job(&self, kind: &JobKind, due: Timestamp, problem: &Problem) -> Result<()> {
        let held = self.writer();
        let Some(mut job) = self.read::<Job>(keys::job(&kind.key()))? else { return Ok(()) };
        let mut batch = Writes::default();
        job.attempts = job.attempts.saturating_add(1);
        job.error = Some(problem.what.clone());
        job.due = due;
        self.enqueue(&mut batch, &job)?;
        if let JobKind::Poll(id) = kind
            && let Some(mut source) = self.read::<Source>(keys::source(id))?
        {
            source.poll.next = due;
            source.poll.problem = Some(problem.clone());
            batch.insert(keys::source(id), record::encode(&source)?);
        }
        self.finish_unseen(batch, held)
    }

    fn poll_now(&self, sources: Option<&[SourceId]>, now: Timestamp) -> Result<usize> {
        let chosen = self.sources()?.into_iter().filter(|s| {
            s.status == SourceStatus::Active
                && s.feed_url().is_some()
                && sources.is_none_or(|ids| ids.contains(&s.id))
        });
        let held = self.writer();
        let mut batch = Writes::default();
        let mut moved = 0;
        for source in chosen {
            self.enqueue(&mut batch, &Job::new(JobKind::Poll(source.id), now))?;
            moved += 1;
        }
        self.finish_unseen(batch, held)?;
        Ok(moved)
    }

    fn drop_job(&self, kind: &JobKind) -> Result<()> {
        let held = self.writer();
        let mut batch = Writes::default();
        self.unqueue(&mut batch, kind)?;
        self.finish_unseen(batch, held)
    }
}
