//! Whose weights choose: those that ship, or for measuring, others that have not seen what they are asked of.

use super::model::{Files, Repeatable, Weights};

/// Weights, and whether the talk is known to the background table. [`Judge::default`] is that of production.
#[derive(Clone, Copy)]
pub struct Judge {
    /// None if the files that ship are broken: then the plain scorer serves.
    pub(super) weights: Option<&'static Weights>,
    pub(super) counted: bool,
}

impl Default for Judge {
    fn default() -> Self {
        Self { weights: Weights::shipped(), counted: false }
    }
}

impl std::fmt::Debug for Judge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Judge").field("counted", &self.counted).finish_non_exhaustive()
    }
}

impl Judge {
    /// With weights of other files, where given; None if they are no such files. They are kept as long as the program
    /// runs.
    pub fn of(files: Files) -> Option<Self> {
        let weights = Weights::parse(files)?;
        Some(Self { weights: Some(Box::leak(Box::new(weights))), counted: false })
    }

    /// Of claims.
    pub(in crate::insight) fn repeatable(self) -> Option<&'static Repeatable> {
        self.weights.map(|weights| &weights.repeatable)
    }

    /// The same for a talk that `words.tsv` was made with, whose own words are taken out of it again.
    #[must_use]
    pub fn counted(self, counted: bool) -> Self {
        Self { counted, ..self }
    }
}
