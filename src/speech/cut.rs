//! Where a long recording is cut into pieces for a recogniser: at the quietest place near the end of what a piece may
//! hold, so that no word is cut in two. Pure; what was cut depends only on the samples since the last cut.

use super::wav::RATE;

/// One frame of loudness: 20 ms.
const FRAME: usize = RATE as usize / 50;
/// A pause is this long, in frames: 400 ms.
const PAUSE: usize = 20;
/// The end of a piece in which its cut is looked for, at most: a minute, in frames.
const WINDOW: usize = 60 * 50;
/// Root mean square of a pause below which nothing can be heard (-50 dB of full scale).
const SILENCE: f64 = 0.003_162;

/// Takes samples, gives pieces.
pub struct Cutter {
    most: usize,
    held: Vec<i16>,
    /// Samples given away before those held.
    before: u64,
}

/// A piece of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its first sample's number.
    pub start: u64,
    /// Its samples.
    pub samples: Vec<i16>,
    /// Whether there is nothing to hear in it.
    pub silent: bool,
}

impl Piece {
    /// The number of the sample behind its last.
    pub fn end(&self) -> u64 {
        self.start + self.samples.len() as u64
    }
}

impl Cutter {
    /// Pieces of at most `most` samples, and at least a second. The first begins with sample `from`; what is before it
    /// is to be left out by the caller.
    pub fn new(most: usize, from: u64) -> Self {
        Self { most: most.max(RATE as usize), held: Vec::new(), before: from }
    }

    /// Takes samples.
    pub fn feed(&mut self, samples: impl IntoIterator<Item = i16>) {
        self.held.extend(samples);
    }

    /// The next piece, once there are samples enough for one.
    pub fn next(&mut self) -> Option<Piece> {
        if self.held.len() < self.most {
            return None;
        }
        let cut = quietest(&self.held[..self.most]);
        Some(self.take(cut))
    }

    /// What is left at the end.
    pub fn rest(&mut self) -> Option<Piece> {
        (!self.held.is_empty()).then(|| self.take(self.held.len()))
    }

    fn take(&mut self, count: usize) -> Piece {
        let rest = self.held.split_off(count);
        let samples = std::mem::replace(&mut self.held, rest);
        let start = self.before;
        self.before += samples.len() as u64;
        let silent = is_silent(&samples);
        Piece { start, samples, silent }
    }
}

/// The middle of the quietest pause in the last third (at most the last minute).
fn quietest(samples: &[i16]) -> usize {
    let powers: Vec<f64> = samples.chunks_exact(FRAME).map(power).collect();
    let window = (powers.len() / 3).min(WINDOW).max(PAUSE.min(powers.len()));
    let first = powers.len() - window;
    let tail = powers.get(first..).unwrap_or_default();
    let quietest = tail
        .windows(PAUSE.min(tail.len()).max(1))
        .enumerate()
        .map(|(at, pause)| (at, pause.iter().sum::<f64>()))
        // Of equals the last: longer pieces are fewer.
        .min_by(|(a, x), (b, y)| x.total_cmp(y).then(b.cmp(a)));
    match quietest {
        Some((at, _)) => ((first + at + PAUSE / 2) * FRAME).clamp(1, samples.len()),
        None => samples.len(),
    }
}

fn is_silent(samples: &[i16]) -> bool {
    let loudest = samples.chunks(FRAME * PAUSE).map(power).fold(0.0, f64::max);
    loudest < SILENCE * SILENCE
}

/// Mean square, 1 being full scale.
fn power(samples: &[i16]) -> f64 {
    let sum: f64 = samples.iter().map(|s| (f64::from(*s) / 32_768.0).powi(2)).sum();
    sum / samples.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: usize = RATE as usize;

    fn loud(seconds: f64) -> Vec<i16> {
        (0..(seconds * SECOND as f64) as usize)
            .map(|n| if n % 80 < 40 { 8000 } else { -8000 })
            .collect()
    }

    fn quiet(seconds: f64) -> Vec<i16> {
        (0..(seconds * SECOND as f64) as usize).map(|n| (n % 3) as i16).collect()
    }

    fn pieces(samples: &[i16], most: usize, step: usize) -> Vec<Piece> {
        let mut cutter = Cutter::new(most, 0);
        let mut out = Vec::new();
        for part in samples.chunks(step) {
            cutter.feed(part.iter().copied());
            out.extend(std::iter::from_fn(|| cutter.next()));
        }
        out.extend(cutter.rest());
        out
    }

    #[test]
    fn the_cut_is_in_the_pause() {
        let talk = [loud(7.0), quiet(1.0), loud(9.0), quiet(0.6), loud(3.0)].concat();
        let cut = pieces(&talk, 10 * SECOND, 1000);
        let ends: Vec<f64> = cut.iter().map(|p| p.end() as f64 / SECOND as f64).collect();
        assert!((7.2..7.9).contains(&ends[0]), "{ends:?}");
        assert!((17.1..17.5).contains(&ends[1]), "{ends:?}");
        assert_eq!(cut.last().unwrap().end() as usize, talk.len());
        assert!(cut.iter().all(|p| !p.silent));
    }

    #[test]
    fn silence_is_told_from_a_whisper() {
        let mut whisper = quiet(12.0);
        whisper.splice(SECOND..SECOND * 2, loud(1.0).into_iter().map(|s| s / 40));
        let silent: Vec<bool> =
            pieces(&whisper, 5 * SECOND, 777).iter().map(|p| p.silent).collect();
        assert_eq!(silent, [false, true, true]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_a_new_start_cuts_as_before(
            loudness in prop::collection::vec(0_i16..9000, 20..60), step in 1_usize..40_000,
        ) {
            let talk: Vec<i16> =
                loudness.iter().flat_map(|l| (0..4000).map(move |n| if n % 2 == 0 { *l } else { -*l })).collect();
            let all = pieces(&talk, 2 * SECOND, step);
            let joined: Vec<i16> = all.iter().flat_map(|p| p.samples.clone()).collect();
            prop_assert_eq!(&joined, &talk);
            prop_assert!(all.iter().all(|p| p.samples.len() <= 2 * SECOND));
            let from = all[0].end();
            let mut again = Cutter::new(2 * SECOND, from);
            again.feed(talk[from as usize..].iter().copied());
            let next = again.next().or_else(|| again.rest());
            prop_assert_eq!(next.as_ref(), all.get(1));
        }
    }
}
