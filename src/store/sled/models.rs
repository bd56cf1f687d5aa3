//! Calls to language models: a row each, with its answer; an account a source and day; relations, found from both sides.
//! No page shows calls and accounts, so they leave what is kept of pages as it is.

use super::feeds::rows;
use super::scan::Scan;
use super::writes::Writes;
use super::{SledStore, keys, record};
use crate::model::{
    Account, Call, CallId, Caps, InsightId, Relation, Reply, SourceId, Spend, SubscriberId, Tally,
    Timestamp,
};
use crate::store::{FeedStore, Held, MOST_LOST, ModelStore, Reserved, Result, Settled, StoreError};

impl SledStore {
    fn account(&self, day: &str, source: &SourceId) -> Result<Account> {
        let known = self.read::<Account>(keys::account(day, source))?;
        Ok(known.unwrap_or_else(|| Account::new(day.to_owned(), source.clone())))
    }

    fn put_account(&self, batch: &mut Writes, account: &Account) -> Result<()> {
        batch.insert(keys::account(&account.day, &account.source), record::encode(account)?);
        Ok(())
    }

    /// Adds to what became of a source's passages.
    pub(super) fn add_tally(
        &self,
        batch: &mut Writes,
        source: &SourceId,
        tally: &Tally,
        at: Timestamp,
    ) -> Result<()> {
        let mut account = self.account(&at.date(), source)?;
        account.tally.add(tally);
        self.put_account(batch, &account)
    }

    /// What counts against the day's limits, in all.
    fn spent_on(&self, day: &str) -> Result<Spend> {
        let mut sum = Spend::default();
        for row in self.db()?.scan_prefix(keys::accounts_of(day)) {
            let (key, value) = row?;
            let account: Account = record::decode(&value, &String::from_utf8_lossy(&key))?;
            sum = sum.plus(&account.total());
        }
        Ok(sum)
    }

    /// Removes what is known of an insight's relations.
    pub(super) fn unrelate(&self, batch: &mut Writes, id: &InsightId) -> Result<()> {
        for relation in self.all_relations_of(id)? {
            for key in keys::relation(&relation.of, &relation.to) {
                batch.remove(key);
            }
        }
        Ok(())
    }

    fn all_relations_of(&self, id: &InsightId) -> Result<Vec<Relation>> {
        let mut found = Vec::new();
        for row in self.db()?.scan_prefix(keys::relations_of(id)) {
            let (key, value) = row?;
            found.push(record::decode(&value, &String::from_utf8_lossy(&key))?);
        }
        for key in self.db()?.scan_prefix(keys::relations_to(id)).values() {
            found.extend(self.read::<Relation>(key?)?);
        }
        Ok(found)
    }
}

impl ModelStore for SledStore {
    fn reserve(
        &self,
        call: &CallId,
        source: &SourceId,
        wish: Spend,
        caps: &Caps,
        now: Timestamp,
    ) -> Result<Reserved> {
        let held = self.writer();
        let key = keys::call(source, call);
        let known = self.read::<Call>(&key)?;
        if let Some(reply) = known.as_ref().and_then(|known| known.answer.clone()) {
            return Ok(Reserved::Answered(reply));
        }
        let mut batch = Writes::default();
        let mut row = known.unwrap_or_else(|| Call {
            id: call.clone(),
            source: source.clone(),
            asked: now,
            held: None,
            lost: 0,
            answer: None,
        });
        let mut account = self.account(&now.date(), source)?;
        let mut settled = false;
        if let Some(spend) = row.held.take() {
            // Whoever made it was killed before an answer was written down.
            row.lost += 1;
            let day = row.asked.date();
            let mut then =
                if day == account.day { account.clone() } else { self.account(&day, source)? };
            lose(&mut then, &spend);
            if day == account.day {
                account = then;
            } else {
                self.put_account(&mut batch, &then)?;
            }
            settled = true;
        }
        let verdict = if row.lost > MOST_LOST {
            Some(Reserved::GivenUp)
        } else {
            // Of another day's loss nothing counts today.
            let before = self.read::<Account>(keys::account(&account.day, source))?;
            let before = before.map_or(Spend::default(), |known| known.total());
            let all = self.spent_on(&account.day)?.minus(&before).plus(&account.total());
            caps.over(&all.plus(&wish), &account.total().plus(&wish)).map(Reserved::Full)
        };
        let full = match verdict {
            Some(Reserved::Full(cap)) => Some(cap),
            _ => None,
        };
        let told = account.full == full;
        account.full = full;
        if verdict.is_none() {
            row.asked = now;
            row.held = Some(wish);
            account.held = account.held.plus(&wish);
        } else if row.lost == 0 && told && !settled {
            // Nothing has changed.
            return Ok(verdict.unwrap_or(Reserved::GivenUp));
        }
        self.put_account(&mut batch, &account)?;
        if row.held.is_some() || row.lost > 0 {
            batch.insert(key, record::encode(&row)?);
        }
        self.finish_unseen(batch, held)?;
        Ok(verdict.unwrap_or_else(|| {
            let (call, source) = (call.clone(), source.clone());
            Reserved::Go(Held { call, source, asked: now, spend: wish })
        }))
    }

    fn answer(&self, call: &CallId, source: &SourceId) -> Result<Option<Reply>> {
        Ok(self.read::<Call>(keys::call(source, call))?.and_then(|call| call.answer))
    }

    fn settle(&self, paid: Held, outcome: Settled) -> Result<()> {
        let held = self.writer();
        let key = keys::call(&paid.source, &paid.call);
        let mut account = self.account(&paid.asked.date(), &paid.source)?;
        let mut batch = Writes::default();
        // Gone with its source, or made anew meanwhile.
        let row = self.read::<Call>(&key)?.filter(|row| row.held.is_some());
        match outcome {
            Settled::Answered(reply) => {
                account.held = account.held.minus(&paid.spend);
                account.spent = account.spent.plus(&reply.spent);
                account.answered += 1;
                if let Some(mut row) = row {
                    (row.held, row.answer) = (None, Some(reply));
                    batch.insert(key, record::encode(&row)?);
                }
            }
            Settled::Free => {
                account.held = account.held.minus(&paid.spend);
                if let Some(mut row) = row {
                    row.held = None;
                    if row.lost > 0 {
                        batch.insert(key, record::encode(&row)?);
                    } else {
                        batch.remove(key);
                    }
                }
            }
            Settled::Lost => {
                lose(&mut account, &paid.spend);
                if let Some(mut row) = row {
                    row.held = None;
                    row.lost += 1;
                    batch.insert(key, record::encode(&row)?);
                }
            }
        }
        self.put_account(&mut batch, &account)?;
        self.finish_unseen(batch, held)
    }

    fn accounts(&self, since: &str) -> Result<Vec<Account>> {
        let mut found = Vec::new();
        for row in rows::<Account>(self, keys::ACCOUNT) {
            found.push(row?);
        }
        found.retain(|account| account.day.as_str() >= since);
        Ok(found)
    }

    fn forget_calls(&self, before: Timestamp) -> Result<usize> {
        let mut old = Vec::new();
        for row in Scan::new(self.db()?, keys::CALL) {
            let (key, value) = row?;
            match record::decode::<Call>(&value, &String::from_utf8_lossy(&key)) {
                Ok(call) if call.asked >= before => {}
                Err(error @ StoreError::TooNew { .. }) => return Err(error),
                // What can't be read is of no use.
                Ok(_) | Err(_) => old.push(key),
            }
        }
        if old.is_empty() {
            return Ok(0);
        }
        let held = self.writer();
        let mut batch = Writes::default();
        let count = old.len();
        for key in old {
            batch.remove(key);
        }
        self.finish_unseen(batch, held)?;
        Ok(count)
    }

    fn save_relations(&self, relations: Vec<Relation>) -> Result<()> {
        let held = self.writer();
        let mut batch = Writes::default();
        for relation in relations {
            if self.db()?.contains_key(keys::insight(&relation.of))?
                && self.db()?.contains_key(keys::insight(&relation.to))?
            {
                put_relation(&mut batch, &relation)?;
            }
        }
        self.finish(batch, held)
    }

    fn relations_of(&self, id: &InsightId, viewer: Option<&SubscriberId>) -> Result<Vec<Relation>> {
        let mut found = Vec::new();
        for relation in self.all_relations_of(id)? {
            let other = if relation.of == *id { &relation.to } else { &relation.of };
            if self.insight(other, viewer)?.is_some() {
                found.push(relation);
            }
        }
        Ok(found)
    }
}

/// What was set aside may have been spent.
fn lose(account: &mut Account, spend: &Spend) {
    account.held = account.held.minus(spend);
    account.lost_spend = account.lost_spend.plus(spend);
    account.lost += 1;
}

/// Puts a relation, to be found from both sides.
pub(super) fn put_relation(batch: &mut Writes, relation: &Relation) -> Result<()> {
    let [row, index] = keys::relation(&relation.of, &relation.to);
    batch.insert(index, row.clone());
    batch.insert(row, record::encode(relation)?);
    Ok(())
}
