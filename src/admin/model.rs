//! What the language model did and what it costs, for the operator.

use serde::{Deserialize, Serialize};

use crate::model::{Account, Cap, Spend, Tally, Timestamp};
use crate::pipeline::Writer;
use crate::store::{self, Store};

/// A language model's work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelUse {
    /// As its endpoint calls it; nothing if there is none (any more).
    pub model: Option<String>,
    /// The day of `today` (UTC).
    pub day: String,
    /// Today.
    pub today: Sums,
    /// Ever.
    pub ever: Sums,
    /// The limit that today's work has reached: the extractive engine goes on alone.
    pub reached: Option<Cap>,
    /// Sources whose own limit is reached.
    pub sources_reached: Vec<String>,
    /// Until when a failing endpoint is left alone.
    pub resting: Option<Timestamp>,
}

/// Sums over accounts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// Calls answered.
    pub answered: u64,
    /// What they cost.
    pub spent: Spend,
    /// Set aside for calls on their way.
    pub held: Spend,
    /// Calls of which nobody knows what came, and what they may have cost.
    pub lost: u64,
    /// What was set aside for these.
    pub lost_spend: Spend,
    /// Passages and what became of them.
    pub tally: Tally,
}

impl Sums {
    fn add(&mut self, account: &Account) {
        self.answered += account.answered;
        self.spent = self.spent.plus(&account.spent);
        self.held = self.held.plus(&account.held);
        self.lost += account.lost;
        self.lost_spend = self.lost_spend.plus(&account.lost_spend);
        self.tally.add(&account.tally);
    }
}

impl ModelUse {
    /// Nothing where there is no model and never was one.
    ///
    /// # Errors
    /// What the store gives.
    pub fn of(
        store: &dyn Store,
        writer: Option<&Writer>,
        now: Timestamp,
    ) -> store::Result<Option<Self>> {
        let accounts = store.accounts("")?;
        if writer.is_none() && accounts.is_empty() {
            return Ok(None);
        }
        let day = now.date();
        let (mut today, mut ever) = (Sums::default(), Sums::default());
        for account in &accounts {
            ever.add(account);
            if account.day == day {
                today.add(account);
            }
        }
        let mut reached = None;
        let mut sources_reached = Vec::new();
        for account in accounts.iter().filter(|account| account.day == day && writer.is_some()) {
            match account.full {
                Some(cap @ (Cap::Tokens | Cap::Money)) => reached = Some(cap),
                Some(Cap::SourceTokens | Cap::SourceMoney) => {
                    let source = store.source(&account.source)?;
                    sources_reached.extend(source.map(|source| source.title));
                }
                None => {}
            }
        }
        let model = writer.map(|writer| writer.chat.model().to_owned());
        let resting = writer.and_then(|writer| writer.chat.resting(now));
        Ok(Some(Self { model, day, today, ever, reached, sources_reached, resting }))
    }
}
