//! Whether two insights say the very same, so that a reader who knows the one learns nothing from the other.

/// What each cosine counts; 1 and more is the same.
const WORDS: f32 = 0.9;
const MEANING: f32 = 0.9;
/// By words alone.
const WORDS_ALONE: f32 = 1.8;

/// How alike two texts are by the cosines of their words and, where known, of their meaning: from 1 on they are the
/// same.
pub(super) fn likeness(words: f32, meaning: Option<f32>) -> f32 {
    match meaning {
        Some(meaning) => WORDS * words + MEANING * meaning.max(0.0),
        None => WORDS_ALONE * words,
    }
}
