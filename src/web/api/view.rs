//! Sources as the API shows them: its own form, which stays when rows change.

use serde::Serialize;

use crate::model::{
    Coverage, Item, ItemState, Problem, Source, SourceKind, SourceStatus, Visibility,
};
use crate::publish::Site;

#[derive(Serialize)]
pub(super) struct SourceView {
    id: String,
    url: String,
    title: String,
    link: Option<String>,
    status: &'static str,
    private: bool,
    added: String,
    last_poll: Option<String>,
    next_poll: Option<String>,
    failures: u32,
    problem: Option<ProblemView>,
    coverage: Coverage,
    /// Its feed, if everyone may see it.
    feed: Option<String>,
}

#[derive(Serialize)]
pub(super) struct ProblemView {
    what: String,
    hint: String,
    since: String,
}

#[derive(Serialize)]
pub(super) struct ItemView {
    id: String,
    title: String,
    link: Option<String>,
    published: Option<String>,
    state: &'static str,
    problem: Option<ProblemView>,
}

pub(super) fn problem(problem: &Problem) -> ProblemView {
    ProblemView {
        what: problem.what.clone(),
        hint: problem.hint.clone(),
        since: problem.since.rfc3339(),
    }
}

impl SourceView {
    pub(super) fn of(source: &Source, site: &Site) -> Self {
        let url = match &source.kind {
            SourceKind::Feed { url } => url,
            // Only the operator sees this.
            SourceKind::Mailbox(mailbox) => &mailbox.local,
        };
        let active = source.status == SourceStatus::Active;
        let private = source.visibility != Visibility::Public;
        Self {
            id: source.id.to_string(),
            url: url.clone(),
            title: source.title.clone(),
            link: source.link.clone(),
            status: match source.status {
                SourceStatus::Active => "active",
                SourceStatus::Paused => "paused",
                SourceStatus::Gone => "gone",
            },
            private,
            added: source.added.rfc3339(),
            last_poll: source.poll.last.map(|at| at.rfc3339()),
            next_poll: active.then(|| source.poll.next.rfc3339()),
            failures: source.poll.failures,
            problem: source.poll.problem.as_ref().map(problem),
            coverage: source.coverage,
            feed: (!private).then(|| format!("{}/sources/{}.atom", site.base_url, source.id)),
        }
    }
}

impl ItemView {
    pub(super) fn of(item: &Item) -> Self {
        Self {
            id: item.id.to_string(),
            title: item.title.clone(),
            link: item.link.clone(),
            published: item.published.map(|at| at.rfc3339()),
            state: match item.state {
                ItemState::Skipped => "skipped",
                ItemState::New => "new",
                ItemState::Transcribed { .. } | ItemState::Drafted { .. } => "transcribed",
                ItemState::Published { .. } => "published",
                ItemState::Failed => "failed",
                ItemState::Held => "held",
            },
            problem: item.problem.as_ref().map(problem),
        }
    }
}
