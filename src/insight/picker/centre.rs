//! How the sentences' vectors lie to one another: near the centre of the talk, near their neighbours, near its start.

use super::talk::Talk;
use crate::text::embed::{DIMENSIONS, Vector};

/// Numbers of a sentence.
pub(super) const WIDTH: usize = NAMES.len();
/// Their names.
pub(super) const NAMES: [&str; 9] =
    ["cen", "loc10", "prev", "next", "max", "top10", "mean", "many", "intro"];

/// Sentences on each side that are near.
const NEAR: usize = 10;
/// A sentence's worth in a centre is its words, up to so many.
const MOST_WORDS: usize = 30;
/// Likeness above which another sentence is about the same.
const ALIKE: f32 = 0.4;

/// The rows of all sentences. `rows` and `kept` hold the vector of each.
pub(super) fn measure(
    talk: &Talk,
    rows: &[[f32; DIMENSIONS]],
    kept: &[Vector],
) -> Vec<[f64; WIDTH]> {
    let n = rows.len();
    let worth = |i: usize| talk.sentences[i].words.min(MOST_WORDS) as f64;
    let centre = unit(&sum((0..n).map(|i| (&rows[i], worth(i)))));
    let start = n.min(5.max(n / 12));
    let opening = unit(&sum((0..start).map(|i| (&rows[i], 1.0))));
    let mut out = Vec::with_capacity(n);
    // Of those that are near, moved on from sentence to sentence.
    let mut window = sum((0..n.min(NEAR)).map(|i| (&rows[i], worth(i))));
    for (i, row) in rows.iter().enumerate() {
        // Eight bits a number are held against each other five times as fast as four bytes, and say the same here.
        let mut likeness = kept[i].dots(kept);
        likeness[i] = 0.0;
        if let Some(j) = (i + NEAR < n).then_some(i + NEAR) {
            add(&mut window, &rows[j], worth(j));
        }
        let mut around = window;
        add(&mut around, row, -worth(i));
        if let Some(j) = i.checked_sub(NEAR) {
            add(&mut window, &rows[j], -worth(j));
        }
        let previous = if i > 0 { likeness[i - 1] } else { 0.0 };
        let next = likeness.get(i + 1).copied().unwrap_or(0.0);
        let mean = likeness.iter().map(|v| f64::from(*v)).sum::<f64>() / n as f64;
        let many = likeness.iter().filter(|v| **v > ALIKE).count() as f64 / 10.0;
        let top = n.min(10);
        let rest = n - top;
        likeness.select_nth_unstable_by(rest, f32::total_cmp);
        let best = &likeness[rest..];
        let most = best.iter().copied().fold(f32::MIN, f32::max);
        let top = best.iter().map(|v| f64::from(*v)).sum::<f64>() / top as f64;
        out.push([
            against(row, &centre),
            against(row, &around) / (length(&around) + 1e-6),
            previous.into(),
            next.into(),
            most.into(),
            top,
            mean,
            many,
            against(row, &opening),
        ]);
    }
    out
}

/// The weighted sum of vectors.
pub(super) fn sum<'a>(
    rows: impl Iterator<Item = (&'a [f32; DIMENSIONS], f64)>,
) -> [f64; DIMENSIONS] {
    let mut out = [0.0; DIMENSIONS];
    for (row, weight) in rows {
        add(&mut out, row, weight);
    }
    out
}

fn add(to: &mut [f64; DIMENSIONS], row: &[f32; DIMENSIONS], weight: f64) {
    for (slot, value) in to.iter_mut().zip(row) {
        *slot += weight * f64::from(*value);
    }
}

/// Of length one, or nearly so where it is nearly nothing.
pub(super) fn unit(vector: &[f64; DIMENSIONS]) -> [f64; DIMENSIONS] {
    let length = length(vector) + 1e-9;
    vector.map(|v| v / length)
}

fn length(vector: &[f64; DIMENSIONS]) -> f64 {
    vector.iter().map(|v| v * v).sum::<f64>().sqrt()
}

fn against(row: &[f32; DIMENSIONS], other: &[f64; DIMENSIONS]) -> f64 {
    row.iter().zip(other).map(|(a, b)| f64::from(*a) * b).sum()
}
