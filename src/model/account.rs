//! What is asked of a language model, and what it costs. A call is written down before it is made, so that nothing is
//! paid for that nobody knows of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CallId, SourceId, Timestamp};

/// Tokens and money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spend {
    /// Tokens of what was asked.
    pub tokens_in: u64,
    /// Tokens of the answers.
    pub tokens_out: u64,
    /// Millionths of the prices' currency.
    pub money: u64,
}

impl Spend {
    /// All tokens.
    pub fn tokens(&self) -> u64 {
        self.tokens_in.saturating_add(self.tokens_out)
    }

    /// Both.
    pub fn plus(&self, more: &Self) -> Self {
        Self {
            tokens_in: self.tokens_in.saturating_add(more.tokens_in),
            tokens_out: self.tokens_out.saturating_add(more.tokens_out),
            money: self.money.saturating_add(more.money),
        }
    }

    /// What is left without `less`.
    pub fn minus(&self, less: &Self) -> Self {
        Self {
            tokens_in: self.tokens_in.saturating_sub(less.tokens_in),
            tokens_out: self.tokens_out.saturating_sub(less.tokens_out),
            money: self.money.saturating_sub(less.money),
        }
    }
}

/// One request to a model, named by all that it says. Kept with its answer, so that it is not made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Derived from model, prompt version and content.
    pub id: CallId,
    /// For whose item.
    pub source: SourceId,
    /// When it was made last.
    pub asked: Timestamp,
    /// Set aside for it while its answer is not known.
    #[serde(default)]
    pub held: Option<Spend>,
    /// How often it was made and nobody knows what came of it (the program was killed, or the answer came too late).
    #[serde(default)]
    pub lost: u32,
    /// What came.
    #[serde(default)]
    pub answer: Option<Reply>,
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The words, or why there are none that can be used.
    pub said: Result<String, String>,
    /// As the endpoint counted; what was set aside, where it did not.
    pub spent: Spend,
}

/// What one source cost on one day (UTC), and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// `2026-11-26`.
    pub day: String,
    /// Whose.
    pub source: SourceId,
    /// Calls answered.
    pub answered: u64,
    /// What they cost.
    pub spent: Spend,
    /// Set aside for calls whose answers are not known yet.
    #[serde(default)]
    pub held: Spend,
    /// Calls of which nobody knows what came.
    #[serde(default)]
    pub lost: u64,
    /// What was set aside for them: they may have cost so much.
    #[serde(default)]
    pub lost_spend: Spend,
    /// The limit for which a call was not made, if that was so last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full: Option<Cap>,
    /// Insights.
    #[serde(default)]
    pub tally: Tally,
}

impl Account {
    /// Nothing spent.
    pub fn new(day: String, source: SourceId) -> Self {
        let (answered, lost, none) = (0, 0, Spend::default());
        let (full, tally) = (None, Tally::default());
        let (spent, held, lost_spend) = (none, none, none);
        Self { day, source, answered, spent, held, lost, lost_spend, full, tally }
    }

    /// What counts against a limit.
    pub fn total(&self) -> Spend {
        self.spent.plus(&self.held).plus(&self.lost_spend)
    }
}

/// What became of the passages that a model was to write of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Passages.
    pub passages: u32,
    /// Of these, told in the model's words.
    pub written: u32,
    /// Of these, told as the extractive engine has them.
    pub fell_back: u32,
    /// What the model wrote and was dropped, by reason.
    #[serde(default)]
    pub dropped: BTreeMap<String, u32>,
    /// Passages for which there was no answer to be read, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unanswered: BTreeMap<String, u32>,
}

impl Tally {
    /// Insights that the model wrote and that were dropped.
    pub fn dropped(&self) -> u32 {
        self.dropped.values().fold(0, |sum, n| sum.saturating_add(*n))
    }

    /// Counts one that was dropped.
    pub fn drop(&mut self, reason: &str) {
        *self.dropped.entry(reason.to_owned()).or_default() += 1;
    }

    /// Counts passages without an answer.
    pub fn miss(&mut self, reason: &str, passages: usize) {
        let n = u32::try_from(passages).unwrap_or(u32::MAX);
        *self.unanswered.entry(reason.to_owned()).or_default() += n;
    }

    /// Adds `more`.
    pub fn add(&mut self, more: &Self) {
        self.passages = self.passages.saturating_add(more.passages);
        self.written = self.written.saturating_add(more.written);
        self.fell_back = self.fell_back.saturating_add(more.fell_back);
        for (own, more) in
            [(&mut self.dropped, &more.dropped), (&mut self.unanswered, &more.unanswered)]
        {
            for (reason, n) in more {
                let sum = own.entry(reason.clone()).or_default();
                *sum = sum.saturating_add(*n);
            }
        }
    }
}

/// What may be spent on a day; 0 is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caps {
    /// Tokens in all.
    pub tokens: u64,
    /// Tokens for one source.
    pub source_tokens: u64,
    /// Millionths, in all.
    pub money: u64,
    /// Millionths, for one source.
    pub source_money: u64,
}

/// A limit that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cap {
    /// Tokens in all.
    Tokens,
    /// Tokens of one source.
    SourceTokens,
    /// Money in all.
    Money,
    /// Money of one source.
    SourceMoney,
}

impl Caps {
    /// The limit that `all` and `own` (what the source has of it) would be over.
    pub fn over(&self, all: &Spend, own: &Spend) -> Option<Cap> {
        let over = |cap: u64, is: u64| cap > 0 && is > cap;
        [
            (Cap::Tokens, over(self.tokens, all.tokens())),
            (Cap::Money, over(self.money, all.money)),
            (Cap::SourceTokens, over(self.source_tokens, own.tokens())),
            (Cap::SourceMoney, over(self.source_money, own.money)),
        ]
        .into_iter()
        .find_map(|(cap, over)| over.then_some(cap))
    }
}

/// How a model says that two insights stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// Both say the same.
    SameClaim,
    /// The one speaks for the other.
    Supports,
    /// Both can't be true.
    Contradicts,
    /// The one tells the newer state of what the other told.
    Updates,
    /// Nothing of these.
    Unrelated,
}

/// A model's judgement of two near insights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// The later one.
    pub of: super::InsightId,
    /// The earlier one.
    pub to: super::InsightId,
    /// What the later one is to the earlier.
    pub stance: Stance,
    /// Which model says so.
    pub model: String,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_is_what_may_still_be_reached() {
        let spend = |tokens_in, money| Spend { tokens_in, tokens_out: 0, money };
        let caps = Caps { tokens: 100, source_tokens: 50, money: 10, source_money: 0 };
        assert_eq!(caps.over(&spend(100, 10), &spend(50, 10)), None);
        assert_eq!(caps.over(&spend(101, 0), &spend(0, 0)), Some(Cap::Tokens));
        assert_eq!(caps.over(&spend(60, 0), &spend(51, 0)), Some(Cap::SourceTokens));
        assert_eq!(caps.over(&spend(60, 11), &spend(0, 0)), Some(Cap::Money));
        assert_eq!(Caps::default().over(&spend(u64::MAX, u64::MAX), &spend(1, 1)), None);
    }
}
