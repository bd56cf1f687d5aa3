//! The claim: the quote in clean words that stand alone. Words are only ever taken out, never moved, and put in
//! only in brackets, from the sentence before; case and punctuation are mended.

use serde::Serialize;

use super::aborted::drop_aborted;
use super::fillers::{drop_phrases, drop_restarts, drop_sounds, drop_stutters};
use super::lexicon::{Class, Lexicon};
use super::openers::{drop_inner, drop_openers, drop_tags, drop_vague_tails};
use super::register::Register;
use super::scraps::{self, Worth};
use super::words::{Word, join, split};
use super::{resolve, stand};
use crate::text::language::primary;

/// Words of a claim at most.
const MOST: usize = 70;
/// What is left of pointing outside where brackets name it.
const NAMED: f32 = 0.2;
/// Characters a word has at most in scripts that put spaces between words.
const LONG_WORDS: usize = 15;

/// A quote in clean words.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The words.
    pub text: String,
    /// What is left of [`stand::needs`].
    pub needs: f32,
}

/// Why words are no claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Untold {
    /// Too few words are left.
    Short,
    /// Too many words for one claim.
    Long,
    /// A word in it could not be heard.
    Hole,
    /// A sentence in it was begun and never ended, or began elsewhere.
    Torn,
    /// It begins or ends with a sentence that it could spare: fewer sentences make the better claim.
    Spare,
    /// It can't be understood without what was said before.
    Leans,
    /// No clause of it says enough to be its headline.
    NoHeadline,
}

/// The claim, or why there is none. `before` is what the same speaker said just before; only what stands in brackets
/// is taken from it.
pub fn clean(
    quote: &str,
    before: Option<&str>,
    language: &str,
    register: Register,
) -> Result<Claim, Untold> {
    let language = primary(language);
    let words = tidy(quote, &language).ok_or(Untold::Hole)?;
    let sentences = sentences(&words);
    let worths: Vec<Worth> =
        sentences.iter().map(|s| scraps::worth(s, &language, register)).collect();
    if worths.contains(&Worth::Never) {
        return Err(Untold::Torn);
    }
    if [worths.first(), worths.last()].iter().any(|w| *w != Some(&Worth::Kept)) {
        return Err(Untold::Spare);
    }
    let kept = sentences.iter().zip(&worths).filter(|(_, worth)| **worth == Worth::Kept);
    let words: Vec<Word> = kept.flat_map(|(sentence, _)| sentence.iter().cloned()).collect();
    let text = join(&words, language == "en");
    match length(&words, &text) {
        n if n < register.least_words() => return Err(Untold::Short),
        n if n > MOST => return Err(Untold::Long),
        _ => {}
    }
    let needs = stand::needs(&text, &language);
    if needs < stand::LEANS {
        return Ok(Claim { text, needs });
    }
    let before = before.filter(|_| language == "en").ok_or(Untold::Leans)?;
    let text = named(&text, before).ok_or(Untold::Leans)?;
    Ok(Claim { text, needs: NAMED })
}

/// Cuts words to sentences.
fn sentences(words: &[Word]) -> Vec<&[Word]> {
    // "vs. the", "e.g. a": no sentence ends there.
    let goes_on_with = |next: &Word| !next.opens && next.text.starts_with(char::is_lowercase);
    let mut out = Vec::new();
    let mut from = 0;
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1);
        let abbreviated =
            word.core.contains('.') || matches!(word.core.as_str(), "mr" | "mrs" | "dr" | "vs");
        let ends = word.ends_sentence()
            && !next.is_some_and(|next| abbreviated || (goes_on_with(next) && word.tail == "."));
        if ends || next.is_none() {
            out.push(&words[from..=at]);
            from = at + 1;
        }
    }
    out
}

/// In words; in scripts without spaces in characters, two for one word.
fn length(words: &[Word], claim: &str) -> usize {
    let letters = claim.chars().filter(|c| c.is_alphanumeric()).count();
    if letters > words.len() * LONG_WORDS { letters / 2 } else { words.len() }
}

/// With the name of what its first word stands for, if that makes it stand alone.
fn named(claim: &str, before: &str) -> Option<String> {
    let (end, name) = resolve::opening(claim, before)?;
    let rest = claim.get(end..)?;
    // What else points outside still does.
    let plain = name.trim_matches(['[', ']']);
    let stands = stand::needs(&format!("{plain}{rest}"), "en") < stand::LEANS;
    stands.then(|| format!("{name}{rest}"))
}

/// The words without what fills pauses, and short enough.
fn tidy(quote: &str, language: &str) -> Option<Vec<Word>> {
    let text = without_marks(quote, Lexicon::of(language))?;
    let mut words = split(&text);
    let bare = !words.iter().any(|w| w.ends_sentence() || w.tail.contains(','));
    drop_sounds(&mut words);
    if language == "en" {
        drop_phrases(&mut words, bare);
    }
    drop_restarts(&mut words);
    if language == "en" {
        drop_aborted(&mut words);
    }
    drop_stutters(&mut words);
    drop_openers(&mut words, language);
    if language == "en" {
        drop_vague_tails(&mut words);
        drop_tags(&mut words);
        drop_inner(&mut words);
    }
    Some(words)
}

/// Takes out `[laughter]`, `(laughs)`, `*sighs*` and notes of time. A word that nobody could hear is a hole: None.
fn without_marks(text: &str, lexicon: &Lexicon) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '(', '*', '♪']) {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let open = tail.chars().next()?;
        let close = match open {
            '[' => ']',
            '(' => ')',
            other => other,
        };
        let width = open.len_utf8();
        let inner = tail[width..].find(close).map(|end| &tail[width..width + end]);
        match inner {
            Some(inner) if is_mark(inner, lexicon) => {
                let hole = ["unintelligible", "inaudible", "indistinct"];
                // A time in the midst of a sentence marks words that nobody could hear.
                let said = out.trim_end();
                let amid = inner.contains(|c: char| c.is_ascii_digit())
                    && !said.is_empty()
                    && !said.ends_with(['.', '?', '!', '…', '"', '”']);
                if amid || hole.iter().any(|h| inner.to_lowercase().contains(h)) {
                    return None;
                }
                rest = &tail[width + inner.len() + close.len_utf8()..];
            }
            _ => {
                if open != '♪' {
                    out.push(open);
                }
                rest = &tail[width..];
            }
        }
    }
    out.push_str(rest);
    Some(out)
}

fn is_mark(inner: &str, lexicon: &Lexicon) -> bool {
    let time = inner.chars().any(|c| c.is_ascii_digit())
        && inner.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | ' '));
    inner.len() <= 60
        && (time
            || lexicon.is_only(inner, Class::Marks)
            || (inner.contains(':') && lexicon_word(inner, lexicon)))
}

fn lexicon_word(inner: &str, lexicon: &Lexicon) -> bool {
    inner.split_whitespace().next().is_some_and(|w| lexicon.is_only(w, Class::Marks))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPOKEN: Register = Register::Spoken;

    fn en(text: &str) -> String {
        clean(text, None, "en-US", SPOKEN).unwrap_or_else(|why| panic!("{why:?}: {text:?}")).text
    }

    fn untold(text: &str) -> Untold {
        clean(text, None, "en", SPOKEN).unwrap_err()
    }

    #[test]
    fn fillers_stutters_and_restarts_go() {
        assert_eq!(
            en(
                "So, um, I, I think the, uh, oven was -- it was -- it was slower than, you know, the stone one [laughter] we had in the cellar of the old house, right?"
            ),
            "I think the oven was – it was slower than the stone one we had in the cellar of the old house."
        );
        assert_eq!(
            en(
                "And the problem is, like, that most bakers sort of weigh the flour after the dough is done, and then they wonder about the bread, and stuff..."
            ),
            "The problem is that most bakers weigh the flour after the dough is done, and then they wonder about the bread."
        );
        assert_eq!(
            en(
                "Yeah, well, I -- people follow the same kind of recipe that every other baker in the town used for twenty years before them."
            ),
            "People follow the same kind of recipe that every other baker in the town used for twenty years before them."
        );
    }

    #[test]
    fn words_with_a_meaning_stay() {
        for text in [
            "So many people know what you know that a kind of peace is very, very likely for all of us here.",
            "If you like rye, say it was like \"No way\" and bakers had had enough of that by then in most towns.",
            "If a lot of people depend on an oven and nobody cleans it, it gets pretty problematic for the whole of the town.",
        ] {
            assert_eq!(en(text), text);
        }
    }

    #[test]
    fn unpunctuated_words_get_a_capital_and_a_stop() {
        assert_eq!(
            en(
                "so i think the thing about starters is that they you know hide the slow yeast until the day when one of them dies"
            ),
            "I think the thing about starters is that they hide the slow yeast until the day when one of them dies."
        );
    }

    #[test]
    fn a_dangling_opening_is_named_or_the_claim_is_lost() {
        let quote = "They hide the slow path of the whole program until the day when one of them breaks in front of everybody.";
        assert_eq!(untold(quote), Untold::Leans);
        let after = |before| clean(quote, Some(before), "en", SPOKEN).map(|claim| claim.text);
        assert_eq!(
            after("Caches are dangerous.").as_deref(),
            Ok(
                "[Caches] hide the slow path of the whole program until the day when one of them breaks in front of everybody."
            )
        );
        assert_eq!(after("They are dangerous."), Err(Untold::Leans));
    }

    #[test]
    fn spare_sentences_go_within_and_lose_the_claim_at_its_ends() {
        let rest = "Most bakers weigh their flour far too late because they fear what they will find in the end of the day.";
        let more = "Wet dough makes lighter bread.";
        assert_eq!(en(&format!("{rest} That's really funny. {more}")), format!("{rest} {more}"));
        assert_eq!(untold(&format!("{rest} Isn't it?")), Untold::Spare);
        assert_eq!(untold(&format!("Let me tell you this. {rest}")), Untold::Spare);
        assert_eq!(untold(&format!("{rest} We learn so much better than.")), Untold::Torn);
    }

    #[test]
    fn holes_and_scraps_are_no_claims() {
        assert_eq!(
            untold(
                "The reason is that [unintelligible 00:01:21.23] was never meant to be used for such a thing by anybody."
            ),
            Untold::Hole
        );
        assert_eq!(untold("So, yeah, um, right."), Untold::Spare);
        assert_eq!(untold("Bakers weigh the flour of every loaf."), Untold::Short);
        assert!(clean("", None, "en", SPOKEN).is_err());
        assert!(clean("((((([[[[[***♪♪", None, "en", SPOKEN).is_err());
        assert_eq!(untold(&format!("{}the.", "flour is heavy and ".repeat(30))), Untold::Torn);
        let long: String = (0..30).map(|n| format!("bakers weigh {n} loaves and ")).collect();
        assert_eq!(untold(&format!("{long}they sleep.")), Untold::Long);
    }

    #[test]
    fn other_languages_lose_their_own_openers() {
        assert_eq!(
            clean("Ja, also, äh, die meisten Teams testen viel zu spät, weil sie den Aufwand am Anfang scheuen und erst am Ende merken, was er sie kostet.", None, "de", SPOKEN).unwrap().text,
            "Die meisten Teams testen viel zu spät, weil sie den Aufwand am Anfang scheuen und erst am Ende merken, was er sie kostet."
        );
    }

    #[test]
    fn scripts_without_spaces_are_counted_by_characters() {
        let text = "多くのパン屋は小麦粉を量ります。なぜなら、一杯の粉の重さは三十パーセントも違うことがあるからです。";
        assert_eq!(clean(text, None, "ja", SPOKEN).unwrap().text, text);
    }
}
