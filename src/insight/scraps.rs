//! Sentences of a passage that a claim can spare: reactions, announcements, words to somebody in the room, questions,
//! and what was begun and never ended. Looks at one sentence; what goes is decided in `claim`.

use super::clause;
use super::lexicon::{Class, Lexicon};
use super::register::Register;
use super::words::{Word, begins_quoted, join};
use crate::text::token::tokens;

/// How much a sentence is worth keeping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// It says something.
    Kept,
    /// The claim is better without it.
    Spare,
    /// The claim can't be told with it.
    Never,
}

/// Letters of a scrap in scripts without spaces.
const SCRAP: usize = 20;

/// What a sentence of an English claim is worth; in other languages only questions and short scraps are known.
pub fn worth(words: &[Word], language: &str, register: Register) -> Worth {
    let asks = words.last().is_some_and(|w| w.tail.contains(['?', '？']));
    if language != "en" {
        let letters: usize = words.iter().map(|w| w.text.chars().count()).sum();
        let scrap = words.len() < 3 && letters < SCRAP;
        return if asks || scrap { Worth::Spare } else { Worth::Kept };
    }
    if begins_quoted(words) || is_torn(words) {
        return Worth::Never;
    }
    let text = join(words, true);
    // An editor's full stop is worth more than a list of verbs.
    if register == Register::Written && words.last().is_some_and(Word::ends_sentence) {
        let spare = asks || refers(words) || words.len() < 4;
        return if spare { Worth::Spare } else { Worth::Kept };
    }
    let counts = Lexicon::of("en").count(&tokens(&text));
    let about_talk = [Class::Reference, Class::Aside].iter().any(|c| counts[*c as usize] > 0);
    if asks || asks_unmarked(words) || about_talk || is_reaction(words) || words.len() < 4 {
        Worth::Spare
    } else if clause::is_fragment(&text) {
        // "Even down to fractions of a second." lives on the sentence before it.
        Worth::Spare
    } else {
        Worth::Kept
    }
}

/// Words that no sentence ends with; where one does, the rest was never said.
const UNENDED: &[&str] = &[
    "the", "a", "an", "of", "than", "and", "or", "but", "because", "which", "if", "when", "my",
    "your", "our", "their", "its", "very", "i", "i'm", "it's", "we're", "they're", "you're",
    "there's", "with", "from", "into", "is", "was", "are", "were", "as", "while", "whereas",
    "i've", "we've",
];
/// These end a question or a clause that is moved ("what it is"), so only a dash shows that they were torn.
const MOVABLE: &[&str] = &["is", "was", "are", "were", "with", "from", "into", "of", "as", "if"];

fn is_torn(words: &[Word]) -> bool {
    let Some(last) = words.iter().rposition(|w| !w.dash) else { return true };
    let core = words[last].core.as_str();
    let trails = last + 1 < words.len();
    if UNENDED.contains(&core) && (trails || !MOVABLE.contains(&core)) {
        return true;
    }
    // "What we did – and it was an old idea": what it was is never said.
    let at = |n: usize| words.get(n).map(|w| w.core.as_str()).unwrap_or_default();
    let promised = |n: usize| {
        words[n].dash
            && n > 2
            && matches!(at(n - 1), "did" | "do" | "does")
            && at(n - 3) == "what"
            && at(n + 1) == "and"
    };
    if (0..words.len()).any(promised) {
        return true;
    }
    // "In no way would I ever – well, one, …": a clause without an end, and another begins.
    let dash = words.iter().position(|w| w.dash);
    dash.is_some_and(|at| {
        let after = words.get(at + 1).map(|w| w.core.as_str()).unwrap_or_default();
        matches!(after, "well" | "sorry" | "wait" | "actually" | "no" | "let" | "yeah" | "okay")
    })
}

/// "See page 5 for more."
fn refers(words: &[Word]) -> bool {
    const MOST: usize = 16;
    let first = words.first().map(|w| w.core.as_str()).unwrap_or_default();
    words.len() <= MOST && matches!(first, "see" | "read" | "learn" | "subscribe" | "click")
}

/// "Is there any flour that rises": a question without its mark.
fn asks_unmarked(words: &[Word]) -> bool {
    let at = |n: usize| words.get(n).map(|w| w.core.as_str()).unwrap_or_default();
    matches!(
        at(0),
        "is" | "are"
            | "do"
            | "does"
            | "did"
            | "can"
            | "could"
            | "would"
            | "was"
            | "were"
            | "isn't"
            | "aren't"
            | "don't"
            | "doesn't"
            | "have"
            | "has"
            | "should"
            | "will"
    ) && matches!(
        at(1),
        "you"
            | "we"
            | "they"
            | "i"
            | "it"
            | "there"
            | "this"
            | "that"
            | "he"
            | "she"
            | "the"
            | "people"
    )
}

/// "That's really interesting.", "It was fun."
fn is_reaction(words: &[Word]) -> bool {
    const MOST: usize = 9;
    let first = words.first().map(|w| w.core.as_str()).unwrap_or_default();
    let second = words.get(1).map(|w| w.core.as_str()).unwrap_or_default();
    let points = matches!(first, "that's" | "it's" | "this's" | "which's")
        || matches!(first, "that" | "this" | "it" | "which")
            && matches!(second, "is" | "was" | "feels" | "sounds" | "caught" | "blew" | "makes");
    let judged = words.iter().any(|w| JUDGED.contains(&w.core.as_str()));
    words.len() <= MOST && points && judged
}

const JUDGED: &[&str] = &[
    "nice",
    "great",
    "interesting",
    "cool",
    "funny",
    "awesome",
    "amazing",
    "fine",
    "wonderful",
    "crazy",
    "wild",
    "true",
    "fascinating",
    "neat",
    "fun",
    "beautiful",
    "weird",
    "right",
    "awful",
    "terrible",
    "insane",
    "exciting",
    "fantastic",
    "lovely",
    "sad",
    "huge",
    "ridiculous",
    "eye",
    "mind",
    "sense",
];

#[cfg(test)]
mod tests {
    use super::super::words::split;
    use super::*;

    fn of(text: &str) -> Worth {
        worth(&split(text), "en", Register::Spoken)
    }

    #[test]
    fn reactions_announcements_and_asides_are_spared() {
        for text in [
            "That's really interesting.",
            "Does it rise?",
            "As I said, the oven matters.",
            "Let me tell you about the oven.",
            "Even to the gram of flour.",
            "So yeah.",
        ] {
            assert_eq!(of(text), Worth::Spare, "{text}");
        }
    }

    #[test]
    fn what_was_never_ended_is_never_told() {
        for text in [
            "A child learns so much better than.",
            "In no way would I ever – well, one, I can't bake.",
            "the bread is done\", and they eat.",
        ] {
            assert_eq!(of(text), Worth::Never, "{text}");
        }
    }

    #[test]
    fn of_writing_whole_sentences_are_kept_and_references_spared() {
        let of = |text| worth(&split(text), "en", Register::Written);
        assert_eq!(of("Even to the gram of flour."), Worth::Kept, "the editor ended it");
        assert_eq!(of("See page 5 for the recipe."), Worth::Spare);
        assert_eq!(of("Does it rise?"), Worth::Spare);
        assert_eq!(of("Even to the gram of the"), Worth::Never);
    }

    #[test]
    fn claims_are_kept() {
        for text in [
            "Wet dough makes lighter bread.",
            "Nobody knows what it is.",
            "The trick is – and few bakers know it – to wait.",
        ] {
            assert_eq!(of(text), Worth::Kept, "{text}");
        }
    }
}
