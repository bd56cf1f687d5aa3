//! Linear models over standardised columns, and the files they are kept in: a line of JSON, and behind it the arrays as
//! 32-bit floats, little endian. What the columns are is for those who read them.

use serde::Deserialize;

/// A number further out than this many standard deviations counts as this far.
const CLIP: f32 = 4.0;

/// One model of `WIDTH` columns.
pub(super) struct Linear<const WIDTH: usize> {
    scale: Scale,
    weights: Vec<f32>,
    bias: f32,
}

/// First line of the file of one model.
#[derive(Deserialize)]
struct Head {
    columns: usize,
    bias: f32,
}

impl<const WIDTH: usize> Linear<WIDTH> {
    /// Means, deviations and weights stand in the file; None if it isn't of this width.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (head, mut numbers) = open::<Head>(bytes)?;
        let scale = numbers.scale(WIDTH)?;
        let weights = numbers.take(WIDTH)?;
        let whole = head.columns == WIDTH && numbers.is_empty();
        whole.then_some(Self { scale, weights, bias: head.bias })
    }

    #[cfg(test)]
    pub(super) fn is_sound(&self) -> bool {
        self.scale.is_sound()
    }

    /// Log odds.
    pub(super) fn odds(&self, row: &[f32]) -> f32 {
        dot(&self.scale.standard(row), &self.weights) + self.bias
    }
}

/// Mean and standard deviation of each column.
pub(super) struct Scale {
    mean: Vec<f32>,
    deviation: Vec<f32>,
}

impl Scale {
    pub(super) fn standard(&self, row: &[f32]) -> Vec<f32> {
        let scale = self.mean.iter().zip(&self.deviation);
        row.iter().zip(scale).map(|(x, (m, d))| ((x - m) / d).clamp(-CLIP, CLIP)).collect()
    }

    #[cfg(test)]
    pub(super) fn is_sound(&self) -> bool {
        self.deviation.iter().all(|d| *d > 0.0)
    }
}

/// The numbers of a file, taken from its front.
pub(super) struct Numbers<'a>(&'a [[u8; 4]]);

impl Numbers<'_> {
    pub(super) fn take(&mut self, n: usize) -> Option<Vec<f32>> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken.iter().map(|c| f32::from_le_bytes(*c)).collect())
    }

    pub(super) fn scale(&mut self, n: usize) -> Option<Scale> {
        Some(Scale { mean: self.take(n)?, deviation: self.take(n)? })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The first line of a file, and the numbers behind it.
pub(super) fn open<'a, H: Deserialize<'a>>(bytes: &'a [u8]) -> Option<(H, Numbers<'a>)> {
    let line = bytes.iter().position(|b| *b == b'\n')?;
    let (chunks, rest) = bytes[line + 1..].as_chunks::<4>();
    let head = serde_json::from_slice(&bytes[..line]).ok()?;
    rest.is_empty().then_some((head, Numbers(chunks)))
}

pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(head: &str, numbers: &[f32]) -> Vec<u8> {
        let numbers = numbers.iter().flat_map(|n| n.to_le_bytes());
        head.bytes().chain(numbers).collect()
    }

    #[test]
    fn odds_are_of_standardised_columns() {
        let bytes = file("{\"columns\":2,\"bias\":0.5}\n", &[1.0, 0.0, 2.0, 1.0, 3.0, -1.0]);
        let model = Linear::<2>::parse(&bytes).unwrap();
        assert!((model.odds(&[3.0, 1.0]) - 2.5).abs() < 1e-6);
        assert!((model.odds(&[1e9, 0.0]) - 12.5).abs() < 1e-6, "four deviations at most");
        assert!(model.scale.is_sound());
        assert!(Linear::<3>::parse(&bytes).is_none());
        assert!(Linear::<2>::parse(&bytes[..bytes.len() - 4]).is_none());
        assert!(Linear::<2>::parse(&bytes[..bytes.len() - 1]).is_none());
        assert!(Linear::<2>::parse(b"{}").is_none() && Linear::<2>::parse(b"").is_none());
    }
}
