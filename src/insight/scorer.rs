//! What a candidate's features are worth: learned weights (`data/salience/weights.json`). Replace the file or
//! this type to choose differently; nothing else knows how a score comes about.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::features::{Features, names};

/// A feature further out than this many standard deviations counts as this far.
const CLIP: f32 = 4.0;

#[derive(Debug, Deserialize)]
struct File {
    bias: f32,
    /// Raw score that becomes 0.5, and the distance to .73.
    middle: f32,
    spread: f32,
    /// Nothing below this raw score is worth telling.
    floor: f32,
    /// Name to mean, standard deviation and weight of the standardised value.
    features: HashMap<String, [f32; 3]>,
}

/// A linear scorer over standardised features.
#[derive(Debug, Clone)]
pub struct Scorer {
    bias: f32,
    middle: f32,
    spread: f32,
    floor: f32,
    /// In the order of `features::names`.
    weights: Vec<[f32; 3]>,
}

impl Scorer {
    /// The weights that ship with the program.
    pub fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Scorer> =
            LazyLock::new(|| Scorer::parse(include_str!("../../data/salience/weights.json")));
        &SHIPPED
    }

    /// A feature that the file doesn't name weighs nothing, as do all of a broken file.
    fn parse(text: &str) -> Self {
        let file: File = serde_json::from_str(text).unwrap_or_else(|_| File {
            bias: 0.0,
            middle: 0.0,
            spread: 1.0,
            floor: f32::MIN,
            features: HashMap::new(),
        });
        let of = |name: &String| file.features.get(name).copied().unwrap_or([0.0, 1.0, 0.0]);
        Self {
            bias: file.bias,
            middle: file.middle,
            spread: file.spread.max(1e-3),
            floor: file.floor,
            weights: names().iter().map(of).collect(),
        }
    }

    /// Raw score: log odds of being marked by a careful reader, up to a constant.
    pub fn raw(&self, features: &Features) -> f32 {
        let parts = features.values().into_iter().zip(&self.weights).map(|(v, w)| part(v, w));
        self.bias + parts.sum::<f32>()
    }

    /// What each feature adds to the raw score, largest effect first, by name.
    pub fn parts(&self, features: &Features) -> Vec<(String, f32)> {
        let values = features.values();
        let mut out: Vec<(String, f32)> = names()
            .into_iter()
            .zip(values.into_iter().zip(&self.weights).map(|(v, w)| part(v, w)))
            .collect();
        out.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
        out
    }

    /// Raw score to 0..1, comparable across items.
    pub fn score(&self, raw: f32) -> f32 {
        1.0 / (1.0 + (-(raw - self.middle) / self.spread).exp())
    }

    /// Whether it is worth telling at all.
    pub fn is_worth(&self, raw: f32) -> bool {
        raw >= self.floor
    }
}

fn part(value: f32, [mean, deviation, weight]: &[f32; 3]) -> f32 {
    if value.is_nan() || *deviation <= 0.0 {
        return 0.0;
    }
    ((value - mean) / deviation).clamp(-CLIP, CLIP) * weight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_weights_are_read_and_name_only_known_features() {
        let file: File =
            serde_json::from_str(include_str!("../../data/salience/weights.json")).unwrap();
        let known = names();
        for name in file.features.keys() {
            assert!(known.contains(name), "{name}");
        }
        assert!(file.features.len() > 50);
        assert!(Scorer::shipped().weights.iter().any(|w| w[2] != 0.0));
    }

    #[test]
    fn unknown_values_count_as_average() {
        let scorer = Scorer::shipped();
        assert_eq!(part(f32::NAN, &[1.0, 1.0, 1.0]), 0.0);
        assert!(scorer.score(scorer.middle) == 0.5 && scorer.score(f32::MAX) <= 1.0);
    }
}
