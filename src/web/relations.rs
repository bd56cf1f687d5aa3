//! How an insight stands to others, as a language model judges.

use crate::model::Insight;
use crate::publish::Side;
use crate::store::{self, Store};

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
        let Some(side) = Side::of(&relation, &insight.id) else { continue };
        let id = if relation.of == insight.id { &relation.to } else { &relation.of };
        if let Some(other) = store.insight(id, None)? {
            found.push(Judged { side, other, model: relation.model });
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.other.seq));
    Ok(found)
}
