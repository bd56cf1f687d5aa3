//! Speech or writing: what each may leave out, and how much of it makes a claim. Decides nothing.

use crate::model::Basis;

/// The linguists' word for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Register {
    /// Said: half sentences, asides, a thought over many turns.
    Spoken,
    /// Edited: whole sentences in paragraphs, of which the first says what the others are about.
    Written,
}

impl Register {
    /// Words of a claim at least: speech needs more of them to say something than a written paragraph, which can't
    /// be told together with the next.
    pub fn least_words(self) -> usize {
        match self {
            Self::Spoken => 20,
            Self::Written => 12,
        }
    }

    /// Sentences of a claim at most.
    pub fn most_sentences(self) -> usize {
        match self {
            Self::Spoken => 3,
            Self::Written => 4,
        }
    }
}

impl From<Basis> for Register {
    fn from(basis: Basis) -> Self {
        match basis {
            Basis::Spoken | Basis::Recognised => Self::Spoken,
            Basis::Notes | Basis::Written => Self::Written,
        }
    }
}
