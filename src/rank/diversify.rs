//! From scores to a handful that differ: few of one show, no claim twice, a little of everything. Pure.

use super::profile::Candidate;

/// Of one show at most.
pub const OF_SHOW: usize = 2;
/// What being the second of a show costs.
const SECOND: f32 = 0.55;
/// What being of the same episode costs on top.
const SAME_ITEM: f32 = 0.8;
/// What nearness to a pick costs: from this cosine on, up to this much at 1.
const NEAR: f32 = 0.2;
const COST: f32 = 0.42;

/// Takes up to `size`, the best first; each choice weighs what was taken before. `first` are taken already.
/// Those with a score below zero are out of it. `refused` has the last word on one that is about to be taken, given those that are.
pub fn choose(
    candidates: &[Candidate],
    scores: &[f32],
    first: &[usize],
    size: usize,
    mut refused: impl FnMut(usize, &[usize]) -> bool,
) -> Vec<usize> {
    let mut taken: Vec<usize> = first.to_vec();
    // Each with its score and what is left of it beside the pick that it is nearest to.
    let mut open: Vec<(usize, f32, f32)> = scores
        .iter()
        .copied()
        .enumerate()
        .filter(|(at, score)| *score >= 0.0 && !taken.contains(at))
        .map(|(at, score)| {
            let damps = first.iter().map(|pick| damp(&candidates[at], &candidates[*pick]));
            (at, score, damps.fold(1.0, f32::min))
        })
        .collect();
    let mut chosen = Vec::new();
    while chosen.len() < size {
        open.retain(|(at, ..)| {
            let source = &candidates[*at].source;
            taken.iter().filter(|pick| candidates[**pick].source == *source).count() < OF_SHOW
        });
        let best = open.iter().enumerate().max_by(|(_, a), (_, b)| {
            // Of equals the first by name, whatever the order of the walk.
            let worth = (a.1 * a.2).total_cmp(&(b.1 * b.2));
            worth.then_with(|| candidates[b.0].id.cmp(&candidates[a.0].id))
        });
        let Some((place, at)) = best.map(|(place, found)| (place, found.0)) else { break };
        open.swap_remove(place);
        if refused(at, &taken) {
            continue;
        }
        for (other, _, left) in &mut open {
            *left = left.min(damp(&candidates[*other], &candidates[at]));
        }
        taken.push(at);
        chosen.push(at);
    }
    chosen
}

/// What is left of a score beside a pick.
fn damp(one: &Candidate, pick: &Candidate) -> f32 {
    let mut left = 1.0 - COST * over(one.vector.dot(&pick.vector));
    if one.source == pick.source {
        left *= SECOND;
    }
    if one.item == pick.item {
        left *= SAME_ITEM;
    }
    left
}

fn over(cosine: f32) -> f32 {
    ((cosine - NEAR) / (1.0 - NEAR)).clamp(0.0, 1.0)
}
