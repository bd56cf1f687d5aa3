//! How an insight stands to others, as a language model judges.

use crate::model::{Insight, Relation, Stance};
use crate::store::{self, Store};

/// What an insight is to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Both say the same.
    SameClaim,
    /// It speaks for the other.
    Supports,
    /// The other speaks for it.
    SupportedBy,
    /// It can't be true with the other.
    Contradicts,
    /// The later other can't be true with it.
    ContradictedBy,
    /// It is the newer state.
    Updates,
    /// The other is.
    UpdatedBy,
}

impl Side {
    /// Nothing where nothing is claimed.
    fn of(relation: &Relation, insight: &Insight) -> Option<Self> {
        let later = relation.of == insight.id;
        Some(match (relation.stance, later) {
            (Stance::SameClaim, _) => Self::SameClaim,
            (Stance::Supports, true) => Self::Supports,
            (Stance::Supports, false) => Self::SupportedBy,
            (Stance::Contradicts, true) => Self::Contradicts,
            (Stance::Contradicts, false) => Self::ContradictedBy,
            (Stance::Updates, true) => Self::Updates,
            (Stance::Updates, false) => Self::UpdatedBy,
            (Stance::Unrelated, _) => return None,
        })
    }

    /// The key of its words.
    pub fn key(self) -> &'static str {
        match self {
            Self::SameClaim => "insight.stance.same_claim",
            Self::Supports => "insight.stance.supports",
            Self::SupportedBy => "insight.stance.supported_by",
            Self::Contradicts => "insight.stance.contradicts",
            Self::ContradictedBy => "insight.stance.contradicted_by",
            Self::Updates => "insight.stance.updates",
            Self::UpdatedBy => "insight.stance.updated_by",
        }
    }
}

/// A judged relation, seen from one of its insights.
pub struct Judged {
    /// What that one is to the other.
    pub side: Side,
    /// The other.
    pub other: Insight,
    /// Which model says so.
    pub model: String,
}

/// All of an insight that everyone may see, the newest other first.
///
/// # Errors
/// What the store gives.
pub fn judged(store: &dyn Store, insight: &Insight) -> store::Result<Vec<Judged>> {
    let mut found = Vec::new();
    for relation in store.relations_of(&insight.id, None)? {
        let Some(side) = Side::of(&relation, insight) else { continue };
        let id = if relation.of == insight.id { &relation.to } else { &relation.of };
        if let Some(other) = store.insight(id, None)? {
            found.push(Judged { side, other, model: relation.model });
        }
    }
    found.sort_by(|a, b| b.other.seq.cmp(&a.other.seq));
    Ok(found)
}
