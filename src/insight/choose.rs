//! From scored candidates to a few that are different things: greedy, marginal relevance, spread over the talk.

use super::measure::{cosine, vector};
use super::unit::Units;
use super::weigh::Passage;

/// In a short text the gap is one sentence for so many.
const SENTENCES_A_GAP: usize = 25;
/// Above this likeness it is the same thing said again.
const SAME: f32 = 0.6;

/// How different the chosen ones are to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Apart {
    /// Sentences that lie between two at least, fewer in a short text.
    pub gap: usize,
    /// Raw score that complete likeness to one already chosen costs.
    pub likeness: f32,
}

/// Why a candidate was not chosen, or that it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// In the result.
    Chosen,
    /// Below what is worth telling.
    BelowFloor,
    /// Overlaps or stands next to a better one.
    BesideBetter,
    /// Says what a better one says.
    SameAsBetter,
    /// Others were better.
    Outscored,
    /// It can't be told in clean words that stand alone.
    NotTellable,
}

/// Places of the chosen ones in `passages`, best first. `values` are theirs, `NAN` for what may not be
/// chosen; `wanted` is asked once for each in turn and may refuse. Ties go to the earlier.
pub fn choose(
    passages: &[Passage],
    apart: Apart,
    values: &[f32],
    units: &Units,
    most: usize,
    mut wanted: impl FnMut(usize) -> bool,
) -> (Vec<usize>, Vec<Option<Fate>>) {
    let mut fates = vec![None; passages.len()];
    let mut open: Vec<usize> = (0..passages.len()).filter(|i| values[*i].is_finite()).collect();
    open.sort_by(|a, b| values[*b].total_cmp(&values[*a]).then(a.cmp(b)));
    // Only the head of the list can win; the rest need not be compared.
    let rest = open.split_off(open.len().min(most.saturating_mul(40).max(200)));
    let vectors: Vec<(Vec<(u32, f32)>, f32)> = open
        .iter()
        .map(|i| {
            let list = &units.list[passages[*i].first..=passages[*i].last];
            let stems: Vec<u32> = list.iter().flat_map(|u| u.stems.iter().copied()).collect();
            let own = vector(&stems, &units.weight);
            let length = own.iter().map(|(_, w)| w * w).sum::<f32>().sqrt();
            (own, length)
        })
        .collect();
    let mut worst = vec![0.0_f32; open.len()];
    let mut alive = vec![true; open.len()];
    let mut chosen = Vec::new();
    let gap = apart.gap.min(units.list.len() / SENTENCES_A_GAP);
    while chosen.len() < most {
        let best = (0..open.len()).filter(|n| alive[*n]).max_by(|a, b| {
            let value = |n: usize| values[open[n]] - apart.likeness * worst[n];
            value(*a).total_cmp(&value(*b)).then(b.cmp(a))
        });
        let Some(best) = best else { break };
        alive[best] = false;
        let index = open[best];
        if !wanted(index) {
            fates[index] = Some(Fate::NotTellable);
            continue;
        }
        fates[index] = Some(Fate::Chosen);
        chosen.push(index);
        let won = &passages[index];
        for n in 0..open.len() {
            if !alive[n] {
                continue;
            }
            let other = &passages[open[n]];
            if other.first <= won.last + gap && won.first <= other.last + gap {
                alive[n] = false;
                fates[open[n]] = Some(Fate::BesideBetter);
                continue;
            }
            let like = cosine(&vectors[n].0, vectors[n].1, &vectors[best].0);
            worst[n] = worst[n].max(like);
            if like > SAME {
                alive[n] = false;
                fates[open[n]] = Some(Fate::SameAsBetter);
            }
        }
    }
    for i in open.into_iter().chain(rest) {
        fates[i].get_or_insert(Fate::Outscored);
    }
    (chosen, fates)
}
