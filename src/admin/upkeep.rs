//! Verbs that keep the store well, and what the operator should know of it.

use serde::{Deserialize, Serialize};

use super::run::{Admin, AdminError};
use super::{ModelUse, Reply};
use crate::model::{JobKind, Timestamp};
use crate::store::{Store, StoreError};

/// Troubles that are told one by one.
const MOST: usize = 200;

/// Something that does not get on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// The item or job.
    pub what: String,
    /// Why.
    pub why: String,
    /// When it is tried again; never, unless asked for, if none.
    pub next: Option<Timestamp>,
}

impl Admin {
    pub(super) async fn verify(&self, repair: bool, now: Timestamp) -> Result<Reply, AdminError> {
        Ok(Reply::Checked(self.ctx.door.call(move |s| s.check(repair, now)).await?))
    }

    pub(super) async fn compact(&self) -> Result<Reply, AdminError> {
        Ok(Reply::Compacted(self.ctx.door.call(|s| s.compact()).await?))
    }

    pub(super) async fn retry(
        &self,
        which: Option<String>,
        now: Timestamp,
    ) -> Result<Reply, AdminError> {
        let source = match which {
            Some(which) => Some(self.find(&which).await?.id),
            None => None,
        };
        let count = self.ctx.door.call(move |s| s.retry(source.as_ref(), now)).await?;
        self.jobs.wake();
        Ok(Reply::Retried { count })
    }

    /// What the language model did, if there is or was one.
    ///
    /// # Errors
    /// If the store can't be read.
    pub async fn model_use(&self) -> Result<Option<ModelUse>, StoreError> {
        let (writer, now) = (self.ctx.writer.clone(), (self.clock)());
        self.ctx.door.call(move |s| ModelUse::of(s, writer.as_ref(), now)).await
    }

    pub(super) async fn status(&self) -> Result<Reply, AdminError> {
        let door = &self.ctx.door;
        let (writer, now) = (self.ctx.writer.clone(), (self.clock)());
        let asked = door.call(move |s| {
            let model = ModelUse::of(s, writer.as_ref(), now)?.map(Box::new);
            Ok((s.counts()?, s.instance()?, trouble(s)?, model))
        });
        let (counts, instance, trouble, model) = asked.await?;
        let mut notices = Vec::new();
        if let Err(error) = door.call(|s| s.writable()).await {
            notices.push(error.to_string());
        }
        notices.extend((self.notices)());
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let base_url = self.base_url.clone();
        Ok(Reply::Status { counts, instance, version, base_url, notices, trouble, model })
    }
}

fn trouble(store: &dyn Store) -> Result<Vec<Trouble>, StoreError> {
    let mut all = Vec::new();
    for item in store.set_aside(MOST)? {
        let why = item.problem.map_or_else(String::new, |p| format!("{} {}", p.what, p.hint));
        all.push(Trouble { what: format!("set aside: {}", item.title), why, next: None });
    }
    for job in store.troubled(MOST)? {
        // A source's own problem stands with the source.
        let what = match &job.kind {
            JobKind::Poll(id) => store.source(id)?.map_or_else(String::new, |s| s.title),
            JobKind::Transcribe(id)
            | JobKind::Recognise(id)
            | JobKind::Extract(id)
            | JobKind::Write(id)
            | JobKind::Relate(id) => store.item(id)?.map_or_else(String::new, |item| item.title),
            JobKind::Compose(id) => format!("the brief of {id}"),
            JobKind::Embed => "the vectors of insights".to_owned(),
        };
        let times = job.attempts;
        let why = format!("failed {times} times: {}", job.error.unwrap_or_default());
        all.push(Trouble { what, why, next: Some(job.due) });
    }
    all.truncate(MOST);
    Ok(all)
}
