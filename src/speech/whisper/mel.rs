//! What Whisper hears: the logarithm of the energy in bands of the mel scale (Slaney's), a column each ten milliseconds.
//! Pure.

use std::f32::consts::PI;

/// Samples of a window, and between two.
const WINDOW: usize = 400;
const HOP: usize = 160;
/// Frequencies that a window can tell.
const BINS: usize = WINDOW / 2 + 1;
/// Columns of the thirty seconds that Whisper hears at once, and their samples.
pub const COLUMNS: usize = 3000;
pub const SAMPLES: usize = COLUMNS * HOP;

/// Tables for one number of bands.
pub struct Mel {
    bands: usize,
    /// Of each band, its first frequency and the weights from there.
    filters: Vec<(usize, Vec<f32>)>,
    hann: Vec<f32>,
    /// Of each frequency, half a window of cosines, and of sines.
    cosines: Vec<f32>,
    sines: Vec<f32>,
}

impl Mel {
    pub fn new(bands: usize) -> Self {
        let half = WINDOW / 2;
        let angle = |bin: usize, n: usize| 2.0 * PI * ((bin * n) % WINDOW) as f32 / WINDOW as f32;
        let table = |of: fn(f32) -> f32| {
            (0..BINS).flat_map(|bin| (0..=half).map(move |n| of(angle(bin, n)))).collect()
        };
        let hann = (0..WINDOW).map(|n| 0.5 - 0.5 * (2.0 * PI * n as f32 / WINDOW as f32).cos());
        Self {
            bands,
            filters: filters(bands),
            hann: hann.collect(),
            cosines: table(f32::cos),
            sines: table(f32::sin),
        }
    }

    /// Band by band, [`COLUMNS`] values each; what `samples` has less than [`SAMPLES`] is silence.
    pub fn of(&self, samples: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; self.bands * COLUMNS];
        let at = |n: isize| {
            // The beginning is mirrored to the left, as is the end of the silence behind.
            samples.get(n.unsigned_abs()).copied().unwrap_or(0.0)
        };
        let half = WINDOW / 2;
        let (mut even, mut odd) = (vec![0.0; half + 1], vec![0.0; half + 1]);
        let mut power = vec![0.0; BINS];
        let mut frame = vec![0.0; WINDOW];
        for column in 0..COLUMNS {
            let first = (column * HOP) as isize - half as isize;
            for (n, (value, weight)) in frame.iter_mut().zip(&self.hann).enumerate() {
                *value = at(first + n as isize) * weight;
            }
            // Cosines are the same from both ends of a window, and sines the opposite: half the work.
            for n in 1..half {
                even[n] = frame[n] + frame[WINDOW - n];
                odd[n] = frame[n] - frame[WINDOW - n];
            }
            (even[0], even[half]) = (frame[0], frame[half]);
            let rows = self.cosines.chunks_exact(half + 1).zip(self.sines.chunks_exact(half + 1));
            for (power, (cosines, sines)) in power.iter_mut().zip(rows) {
                *power = dot(&even, cosines).powi(2) + dot(&odd, sines).powi(2);
            }
            for (band, (from, weights)) in self.filters.iter().enumerate() {
                let energy = dot(weights, &power[*from..from + weights.len()]);
                out[band * COLUMNS + column] = energy.max(1e-10).log10();
            }
        }
        let loudest = out.iter().copied().fold(f32::MIN, f32::max);
        for value in &mut out {
            *value = (value.max(loudest - 8.0) + 4.0) / 4.0;
        }
        out
    }
}

/// In eight sums, which the compiler keeps in one register.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; 8];
    let (x, y) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = x.remainder().iter().zip(y.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in x.zip(y) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    rest + sums.iter().sum::<f32>()
}

/// Triangles of equal area between equal steps of the mel scale, from 0 to 8000 Hz.
fn filters(bands: usize) -> Vec<(usize, Vec<f32>)> {
    // Linear up to 1000 Hz, then 27 steps to each factor of 6.4.
    let step = 6.4_f64.ln() / 27.0;
    let to_mel = |hz: f64| if hz < 1000.0 { hz * 0.015 } else { 15.0 + (hz / 1000.0).ln() / step };
    let to_hz =
        |mel: f64| if mel < 15.0 { mel / 0.015 } else { 1000.0 * ((mel - 15.0) * step).exp() };
    let highest = to_mel(8000.0);
    let edge = |n: usize| to_hz(highest * n as f64 / (bands + 1) as f64);
    (0..bands)
        .map(|band| {
            let (low, middle, high) = (edge(band), edge(band + 1), edge(band + 2));
            let weight = |bin: usize| {
                let hz = bin as f64 * 40.0;
                let height = ((hz - low) / (middle - low)).min((high - hz) / (high - middle));
                (height.max(0.0) * 2.0 / (high - low)) as f32
            };
            let all: Vec<f32> = (0..BINS).map(weight).collect();
            let from = all.iter().position(|w| *w > 0.0).unwrap_or(0);
            let to = all.iter().rposition(|w| *w > 0.0).map_or(from, |last| last + 1);
            (from, all[from..to].to_vec())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_in_its_band() {
        let tone: Vec<f32> =
            (0..SAMPLES).map(|n| (2.0 * PI * 1000.0 * n as f32 / 16_000.0).sin()).collect();
        let mel = Mel::new(80).of(&tone);
        let at = |band: usize| mel[band * COLUMNS + 1500];
        let loudest = (0..80).max_by(|a, b| at(*a).total_cmp(&at(*b))).unwrap();
        let edges = |band: usize| Mel::new(80).filters[band].0 * 40;
        assert!((800..=1000).contains(&edges(loudest)), "{loudest}");
        assert!(mel.iter().all(|v| (-1.5..=2.5).contains(v)));
    }

    #[test]
    fn silence_is_flat() {
        let mel = Mel::new(80).of(&[]);
        assert!(mel.iter().all(|v| (*v - mel[0]).abs() < 1e-6));
        assert_eq!(mel.len(), 80 * COLUMNS);
    }
}
