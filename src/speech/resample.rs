//! Any rate of samples to 16 kHz, as a stream: a low-pass filter (sinc under a Hann window) evaluated where the new
//! samples are. Pure.

use std::collections::VecDeque;
use std::f64::consts::PI;

use super::wav::RATE;

/// Zero crossings of the filter on each side.
const WIDTH: f64 = 16.0;
/// Rates that are taken, in samples a second.
pub const RATES: std::ops::RangeInclusive<u32> = 4_000..=192_000;

/// Takes samples of one rate, gives those of [`RATE`].
pub struct Resampler {
    /// One filter for each place that a new sample can have between two old ones.
    filters: Vec<Vec<f32>>,
    /// Old samples, of which the first is number `first` (with half a filter of silence before sample 0).
    held: VecDeque<f32>,
    first: u64,
    /// Number of the next new sample.
    next: u64,
    /// New samples and old ones come in this relation.
    up: u64,
    down: u64,
}

impl Resampler {
    /// Nothing if the rate is out of [`RATES`].
    pub fn new(rate: u32) -> Option<Self> {
        if !RATES.contains(&rate) {
            return None;
        }
        let common = gcd(RATE, rate);
        let (up, down) = (RATE / common, rate / common);
        // Of the lower rate, a little below half of it.
        let cutoff = 0.95 * (f64::from(RATE.min(rate)) / f64::from(rate));
        let half = (WIDTH / cutoff).ceil();
        let filters: Vec<Vec<f32>> =
            (0..up).map(|phase| filter(f64::from(phase) / f64::from(up), cutoff, half)).collect();
        let held = std::iter::repeat_n(0.0, half as usize).collect();
        Some(Self { filters, held, first: 0, next: 0, up: up.into(), down: down.into() })
    }

    /// Takes old samples, appends new ones to `out`.
    pub fn feed(&mut self, samples: &[f32], out: &mut Vec<i16>) {
        self.held.extend(samples);
        loop {
            let at = self.next * self.down;
            // The filter begins half of it before this old sample; the silence before sample 0 makes up for that.
            let (old, phase) = (at / self.up, at % self.up);
            let Some(filter) = usize::try_from(phase).ok().and_then(|p| self.filters.get(p)) else {
                return;
            };
            let skip = usize::try_from(old.saturating_sub(self.first)).unwrap_or(usize::MAX);
            if self.held.len() < skip.saturating_add(filter.len()) {
                let gone = skip.min(self.held.len());
                self.held.drain(..gone);
                self.first += gone as u64;
                return;
            }
            let sum: f32 = self.held.range(skip..).zip(filter).map(|(s, f)| s * f).sum();
            out.push((sum.clamp(-1.0, 1.0) * 32_767.0) as i16);
            self.next += 1;
            // Now and then is enough.
            if skip > 4096 {
                self.held.drain(..skip);
                self.first += skip as u64;
            }
        }
    }
}

/// Taps for a place `phase` (0 to 1) behind an old sample.
fn filter(phase: f64, cutoff: f64, half: f64) -> Vec<f32> {
    let taps = 2 * half as usize + 1;
    let weights: Vec<f64> = (0..taps)
        .map(|tap| {
            let x = tap as f64 - half - phase;
            let window = if x.abs() < half { 0.5 + 0.5 * (PI * x / half).cos() } else { 0.0 };
            let angle = PI * x * cutoff;
            let sinc = if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
            cutoff * sinc * window
        })
        .collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| (weight / sum) as f32).collect()
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hertz: f64, seconds: f64) -> Vec<f32> {
        let count = (f64::from(rate) * seconds) as usize;
        (0..count)
            .map(|n| (2.0 * PI * hertz * n as f64 / f64::from(rate)).sin() as f32 * 0.5)
            .collect()
    }

    fn resampled(rate: u32, samples: &[f32]) -> Vec<i16> {
        let mut resampler = Resampler::new(rate).unwrap();
        let mut out = Vec::new();
        samples.chunks(1153).for_each(|part| resampler.feed(part, &mut out));
        out
    }

    #[test]
    fn a_tone_stays_where_it_is_and_what_16_khz_cannot_hold_goes() {
        for rate in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000] {
            let out = resampled(rate, &tone(rate, 440.0, 1.0));
            assert!((15_900..=16_000).contains(&out.len()), "{rate}: {}", out.len());
            let want = tone(RATE, 440.0, 1.0);
            for n in 200..15_000 {
                let off = (f64::from(out[n]) / 32_767.0 - f64::from(want[n])).abs();
                assert!(off < 0.01, "{rate}: sample {n} is off by {off}");
            }
        }
        let out = resampled(48_000, &tone(48_000, 11_000.0, 1.0));
        assert!(out[500..15_000].iter().all(|s| s.abs() < 160), "nothing is folded down");
    }

    #[test]
    fn senseless_rates_are_refused() {
        assert!(Resampler::new(0).is_none() && Resampler::new(u32::MAX).is_none());
        assert!(Resampler::new(44_101).is_some());
    }
}
