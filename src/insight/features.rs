//! What the scorer knows of a candidate, by name. Numbers only; what they are worth is the scorer's business.

use super::lexicon::{COUNTED, NAMES, OPENINGS};

macro_rules! features {
    ($($name:ident),* $(,)?) => {
        /// One candidate's numbers. NaN: not known for this language or transcript, which counts as average.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(missing_docs)]
        pub struct Features {
            $(pub $name: f32,)*
            /// Lexicon classes within the candidate.
            pub own: [f32; COUNTED_LEN],
            /// How it opens.
            pub open: [f32; OPENINGS_LEN],
            /// Lexicon classes in the sentences around it.
            pub around: [f32; COUNTED_LEN],
        }

        impl Default for Features {
            fn default() -> Self {
                Self {
                    $($name: 0.0,)*
                    own: [0.0; COUNTED_LEN],
                    open: [0.0; OPENINGS_LEN],
                    around: [0.0; COUNTED_LEN],
                }
            }
        }

        const FIELDS: &[&str] = &[$(stringify!($name)),*];

        impl Features {
            /// All values in the order of [`names`].
            pub fn values(&self) -> Vec<f32> {
                let mut out = vec![$(self.$name),*];
                out.extend(self.own);
                out.extend(self.open);
                out.extend(self.around);
                out
            }
        }
    };
}

const COUNTED_LEN: usize = COUNTED.end - COUNTED.start;
const OPENINGS_LEN: usize = OPENINGS.end - OPENINGS.start;

features! {
    // Size and form.
    two_sentences, three_sentences, words_log, words_short, words_long, first_words_log, shortest_log, longest_log,
    ends_question, has_question, ellipsis, dash, comma_rate, quoted, colon, exclaims, bracket, digits, percent,
    currency, capitals, capital_rate, lower_start, content_rate, content_length, long_rate, variety, nominal_rate,
    adverb_rate, dangling,
    // Rarity and centrality.
    rarity_mean, rarity_max, rarity_sum_log, topic_mean, topic_max, central_episode, central_near, like_before,
    like_after, first_use,
    // Place.
    place, place_edge, opening_part, closing_part, turn_words_log, turn_before_log, turn_after_log, turn_start,
    speaker_share, speaker_asks, speaker_turn_log, after_question, after_asking_turn, since_question, before_reaction,
    before_short_turn, near_mark, near_junk, around_words_log, around_asks, before_words_log, after_words_log,
}

/// Names of all features, in the order of [`Features::values`].
pub fn names() -> Vec<String> {
    let mut out: Vec<String> = FIELDS.iter().map(|name| (*name).to_owned()).collect();
    out.extend(COUNTED.map(|class| format!("own.{}", NAMES[class])));
    out.extend(OPENINGS.map(|class| NAMES[class].to_owned()));
    out.extend(COUNTED.map(|class| format!("around.{}", NAMES[class])));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_one_name() {
        let names = names();
        assert_eq!(names.len(), Features::default().values().len());
        let distinct: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
    }
}
