//! Questions: the parameters of an address to a [`Query`], and a query to its canonical address. Pure and bounded:
//! any text gives a query or one error that says where and what to do. Asks nothing.

mod expr;
mod lex;
mod params;
mod print;
#[cfg(test)]
mod tests;

use crate::model::Query;
use crate::text::phrases::Phrases;
pub use params::query;
pub use print::{address, words};

/// Characters of `q` at most, as it is written out.
pub const LONGEST: usize = 400;
/// And as it is typed.
const LONGEST_TYPED: usize = 4 * LONGEST;
/// Words and phrases of `q` at most.
pub const MOST_TERMS: usize = 50;
/// Parentheses and NOT within each other at most.
pub const DEEPEST: usize = 12;
/// Values of one parameter at most.
pub const MOST_VALUES: usize = 50;

/// A parameter can't be taken. Its words are in `data/i18n` under `query`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.say(Phrases::first()))]
pub struct QueryError {
    /// The parameter.
    pub param: &'static str,
    /// The character, counted from 1, where it is known.
    pub at: Option<usize>,
    /// Which mistake.
    pub key: &'static str,
    /// What the words are about.
    pub value: String,
}

impl QueryError {
    fn new(param: &'static str, key: &'static str, value: impl Into<String>) -> Self {
        let value: String = value.into();
        Self { param, at: None, key, value: value.chars().take(40).collect() }
    }

    fn at(at: usize, key: &'static str, value: impl Into<String>) -> Self {
        Self { at: Some(at), ..Self::new("q", key, value) }
    }

    /// What is wrong, where, and what to do, in one sentence.
    pub fn say(&self, t: &Phrases) -> String {
        let said = t.fill(&format!("query.{}", self.key), &[("value", &self.value)]);
        match self.at {
            Some(at) => t.fill("query.at", &[("at", &at), ("said", &said)]),
            None => said,
        }
    }
}

/// A question with a topic's new slug in place of its old one.
pub fn renamed(query: &Query, old: &str, new: &str) -> Query {
    let mut query = query.clone();
    query.rename_topic(old, new);
    // Read again, since it may say the same twice now.
    read(&print::params(&query)).unwrap_or(query)
}

/// The same of a question's parameters; none if they don't name the topic.
pub fn renamed_params(parameters: &str, old: &str, new: &str) -> Option<String> {
    let query = read(parameters).filter(|query| query.all_topics().contains(&old))?;
    Some(print::params(&renamed(&query, old, new)))
}

fn read(parameters: &str) -> Option<Query> {
    let pairs: Vec<_> = url::form_urlencoded::parse(parameters.as_bytes()).into_owned().collect();
    query(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))).ok()
}

type Result<T> = std::result::Result<T, QueryError>;
