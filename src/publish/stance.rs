//! How an insight stands to another, in words of its own side.

use crate::model::{InsightId, Relation, Stance};

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
    /// Of `insight`, which is one of the two. Nothing where nothing is claimed.
    pub fn of(relation: &Relation, insight: &InsightId) -> Option<Self> {
        let later = relation.of == *insight;
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
