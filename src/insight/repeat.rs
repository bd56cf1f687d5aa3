//! Which claims a reader could repeat to someone who has not heard the show: learned from readers' verdicts on claims, of
//! what the encoder has of them midway (docs/picks.md). What is done with it is decided where passages are chosen.

use std::collections::HashMap;

use super::picker::Repeatable;
use super::telling::Told;
use crate::text::embed::Encode;

/// Claims of a talk that are asked about at most, the most promising ones: it takes as long as that many sentences.
const MOST: usize = 48;
/// Odds are taken within these bounds: beyond them, more sure is no better. What wasn't asked counts as the worst.
pub const LEAST: f32 = -3.0;
const BEST: f32 = 3.0;
/// The mean of the first eight claims of a talk, from talks that the weights had not seen.
pub const USUAL: f32 = -0.5;

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

#[cfg(test)]
mod tests {
    use super::super::linear::Linear;
    use super::super::picker::Judge;
    use super::*;
    use crate::model::Quote;
    use crate::text::embed::{DIMENSIONS, Midway, Vector};
    use crate::text::encoder::Encoder;

    /// Says of each claim how long it is, and how many it was asked of.
    struct Lengths(std::cell::Cell<usize>);

    impl Encode for Lengths {
        fn vectors(&self, _: &[&str]) -> Option<Vec<Vector>> {
            None
        }

        fn midway(&self, texts: &[&str]) -> Option<Vec<Midway>> {
            self.0.set(texts.len());
            let of =
                |text: &&str| std::array::from_fn(|i| if i == 0 { text.len() as f32 } else { 0.0 });
            Some(texts.iter().map(of).collect())
        }
    }

    /// The odds are the first number, less two.
    fn model() -> Repeatable {
        let ones = [1.0_f32; DIMENSIONS];
        let numbers = [[0.0; DIMENSIONS], ones, ones].concat();
        let head = b"{\"columns\":384,\"bias\":-2.0}\n".to_vec();
        let bytes = numbers.iter().flat_map(|n| n.to_le_bytes());
        Linear::parse(&head.into_iter().chain(bytes).collect::<Vec<u8>>()).unwrap()
    }

    fn told(claim: &str) -> Told {
        let quote = Quote {
            text: String::new(),
            first: 0,
            last: 0,
            start_ms: None,
            end_ms: None,
            speaker: None,
        };
        Told { quote, claim: claim.into(), headline: String::new(), quality: 0.0, odds: None }
    }

    #[test]
    fn the_most_promising_are_asked_about_each_claim_once() {
        let mut all: Vec<Told> = (0..MOST + 9).map(|n| told(&format!("claim {n}"))).collect();
        all.push(told("claim 0"));
        let promise = |n: usize| -(n as f32);
        let ways = all.iter_mut().enumerate().map(|(n, told)| (promise(n), told)).collect();
        let lengths = Lengths(std::cell::Cell::new(0));
        assert!(ask(ways, &model(), &lengths));
        assert_eq!(lengths.0.get(), MOST);
        assert!(all[..MOST].iter().all(|told| told.odds.is_some()));
        assert!(all[MOST..MOST + 9].iter().all(|told| told.odds.is_none()));
        assert_eq!(all[MOST + 9].odds, all[0].odds, "it is the same claim");
    }

    #[test]
    fn odds_are_bounded_and_unknown_without_an_encoder() {
        let mut all = [told("a"), told("abcd"), told("")];
        let none = |_: &[&str]| -> Option<Vec<Vector>> { None };
        assert!(!ask(all.iter_mut().map(|told| (0.0, told)).collect(), &model(), &none));
        assert!(all.iter().all(|told| told.odds.is_none()));
        let lengths = Lengths(std::cell::Cell::new(0));
        assert!(ask(all.iter_mut().map(|told| (0.0, told)).collect(), &model(), &lengths));
        let odds = all.each_ref().map(|told| told.odds);
        assert_eq!(odds, [Some(-1.0), Some(2.0), Some(-2.0)]);
    }

    #[test]
    fn a_claim_that_names_its_things_is_more_likely_than_one_that_points() {
        let claims = [
            "Heat pumps move heat instead of making it, so one unit of electricity gives three units of warmth.",
            "The reason most migrations fail is that teams move the data first and only then find out who reads it.",
            "And so that one was the same thing again, because we did it the way they had always wanted it done.",
            "I talked to him about it at that meeting and he said that it was one of the better ones we had done.",
        ];
        let model = Judge::default().repeatable().unwrap();
        let odds: Vec<f32> =
            Encoder::load().unwrap().midway(&claims).iter().map(|row| model.odds(row)).collect();
        assert!(odds[0].min(odds[1]) > odds[2].max(odds[3]) + 1.0, "{odds:?}");
    }
}
