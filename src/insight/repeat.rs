//! Which claims a reader could repeat to someone who has not heard the show: learned from readers' verdicts on claims, of
//! what the encoder has of them midway (docs/picks.md). What is done with it is decided where passages are chosen.

use std::collections::HashMap;

use super::picker::Repeatable;
use super::telling::Told;
use crate::text::embed::Encode;

/// Claims of a talk that are asked about at most, the most promising ones: it takes as long as that many sentences.
const MOST: usize = 56;
/// Odds are taken within these bounds: beyond them, more sure is no better. What wasn't asked counts as the worst.
pub const LEAST: f32 = -3.0;
const BEST: f32 = 3.0;

/// Sets the odds of those that promise most, which is for comparing; false if nothing can be known just now.
pub fn ask(mut ways: Vec<(f32, &mut Told)>, model: &Repeatable, encode: &dyn Encode) -> bool {
    ways.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut asked = Vec::new();
    for (_, told) in ways {
        let next = places.len();
        if next == MOST && !places.contains_key(&told.claim) {
            continue;
        }
        let place = *places.entry(told.claim.clone()).or_insert(next);
        asked.push((place, told));
    }
    let mut claims = vec![""; places.len()];
    for (claim, place) in &places {
        claims[*place] = claim;
    }
    let Some(midway) = encode.midway(&claims).filter(|all| all.len() == claims.len()) else {
        return false;
    };
    let odds: Vec<f32> = midway.iter().map(|row| model.odds(row).clamp(LEAST, BEST)).collect();
    for (place, told) in asked {
        told.odds = Some(odds[place]);
    }
    true
}
