//! From likenesses to an order: what the best ones have in common speaks for others that have it too, and what was
//! said already makes room for something else. Pure arithmetic; every weight is explained where it stands.
//!
//! The weights were chosen on the development halves of two labelled sets (newsletter items against passages of
//! talk, and sentences of one meeting that prove the same point), checked by cross-validation over queries.

/// What a cosine of meaning counts beside one of words when ordering. Words tell exactly which thing is meant,
/// meaning helps where none is shared.
const MEANING: f32 = 0.5;
/// Texts with this much to say are taken as they are; longer ones are favoured over what a cosine would give them,
/// as the more they say, the more they say of other things too.
const PIVOT: f32 = 18.0;
const SLOPE: f32 = 0.5;
/// What a text ten times as long is worth more, in cosine: scraps of talk are about nothing.
const LENGTH: f32 = 0.02;
/// How many of the best speak for others, how loudly, and how much each for itself.
const VOICES: usize = 5;
const ECHO: f32 = 1.0;
const SELF: f32 = 0.3;
/// How much is lost for saying what one before says.
const REPEAT: f32 = 0.25;

/// How a text is like the one looked for.
#[derive(Clone, Copy)]
pub struct Like {
    /// What its cosine of words is to be multiplied with for its length.
    tilt: f32,
    /// Reckoned once, as it is compared often.
    worth: f32,
}

impl Like {
    /// Of a cosine of words (0 to 1), a cosine of meaning (-1 to 1; 0 if it isn't known), how much the text has to say
    /// (`Size::length`), and its words in all.
    pub fn new(words: f32, meaning: f32, length: f32, count: u32) -> Self {
        let tilt = length / ((1.0 - SLOPE) * PIVOT + SLOPE * length).max(f32::MIN_POSITIVE);
        let worth = both(words * tilt, meaning) + LENGTH * (count as f32).ln_1p();
        Self { tilt, worth }
    }

    /// Worth by itself, for comparing within one search.
    pub fn worth(&self) -> f32 {
        self.worth
    }
}

fn both(words: f32, meaning: f32) -> f32 {
    words + MEANING * meaning.max(0.0)
}

/// Scores of 0 to 1 for texts by how they are like the one looked for, best given first. `between` gives the cosines
/// of words and of meaning of two of them.
pub fn echoed(likes: &[Like], between: impl Fn(usize, usize) -> (f32, f32)) -> Vec<f32> {
    let own: Vec<f32> = likes.iter().map(Like::worth).collect();
    let voices: Vec<f32> = own.iter().take(VOICES).map(|worth| worth.max(0.0).powi(2)).collect();
    let all = voices.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    let echo: Vec<f32> = (0..likes.len())
        .map(|text| {
            let heard = voices.iter().enumerate().map(|(voice, loud)| {
                let like = if voice == text {
                    SELF
                } else {
                    let (words, meaning) = between(voice, text);
                    both(words * likes[text].tilt, meaning)
                };
                loud * like
            });
            heard.sum::<f32>() / all
        })
        .collect();
    let most = |values: &[f32]| values.iter().fold(f32::MIN_POSITIVE, |most, v| most.max(*v));
    let (best, loudest) = (most(&own), most(&echo));
    own.iter()
        .zip(&echo)
        .map(|(own, echo)| (own / best + ECHO * echo / loudest) / (1.0 + ECHO))
        .map(|score| score.clamp(0.0, 1.0))
        .collect()
}

/// Picks up to `limit` texts: each time the best of those left, less what it repeats of those picked. `alike` is 0
/// to 1; `room` says whether one more of its kind may be picked, given those picked.
pub fn varied(
    scores: &[f32],
    limit: usize,
    alike: impl Fn(usize, usize) -> f32,
    room: impl Fn(usize, &[usize]) -> bool,
) -> Vec<usize> {
    let mut picked: Vec<usize> = Vec::new();
    let mut left: Vec<(usize, f32)> = (0..scores.len()).map(|text| (text, 0.0)).collect();
    while picked.len() < limit {
        left.retain(|(text, _)| room(*text, &picked));
        let worth = |(text, said): &(usize, f32)| scores[*text] - REPEAT * said;
        let best = left
            .iter()
            .enumerate()
            .max_by(|a, b| worth(a.1).total_cmp(&worth(b.1)).then(b.1.0.cmp(&a.1.0)));
        let Some((place, _)) = best else { break };
        let (text, _) = left.swap_remove(place);
        for (other, said) in &mut left {
            *said = said.max(alike(text, *other));
        }
        picked.push(text);
    }
    picked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn like(words: f32, meaning: f32) -> Like {
        Like::new(words, meaning, PIVOT, 50)
    }

    #[test]
    fn what_the_best_have_in_common_counts() {
        // The third shares little with the query but much with the best.
        let likes = [like(0.5, 0.5), like(0.2, 0.0), like(0.15, 0.0)];
        let scores =
            echoed(
                &likes,
                |a, b| if a.max(b) == 2 && a.min(b) == 0 { (0.3, 0.2) } else { (0.0, 0.0) },
            );
        assert!(scores[0] > scores[2] && scores[2] > scores[1], "{scores:?}");
    }

    #[test]
    fn repeats_make_room() {
        let picked =
            varied(&[1.0, 0.9, 0.8], 2, |a, b| if a + b == 1 { 1.0 } else { 0.0 }, |_, _| true);
        assert_eq!(picked, [0, 2]);
        assert_eq!(varied(&[1.0, 0.9], 5, |_, _| 0.0, |text, _| text == 1), [1]);
    }

    proptest! {
        #[test]
        fn scores_and_picks_are_in_bounds(likes in prop::collection::vec((0.0_f32..1.0, -1.0_f32..1.0, 0.0_f32..99.0, 0_u32..999), 0..20), limit in 0_usize..30) {
            let likes: Vec<Like> = likes.into_iter().map(|(words, meaning, length, count)| Like::new(words, meaning, length, count)).collect();
            let scores = echoed(&likes, |_, _| (0.5, 0.5));
            prop_assert!(scores.iter().all(|s| (0.0..=1.0).contains(s)));
            let mut picked = varied(&scores, limit, |_, _| 0.5, |_, _| true);
            prop_assert_eq!(picked.len(), limit.min(likes.len()));
            picked.sort_unstable();
            picked.dedup();
            prop_assert_eq!(picked.len(), limit.min(likes.len()));
        }
    }
}
