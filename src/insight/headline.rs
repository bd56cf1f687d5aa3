//! The headline: one whole clause of the claim, at most 90 characters, without an ellipsis.

use super::lexicon::{Class, Lexicon};
use super::stand;
use crate::text::sentence;
use crate::text::token::tokens;

/// Characters at most.
const MOST: usize = 90;
/// Words at least for a whole sentence or clause.
const LEAST_WORDS: usize = 5;

/// The best clause. None only for an empty claim.
pub fn of(claim: &str, language: &str) -> Option<String> {
    let sentences: Vec<&str> =
        sentence::split(claim, language).into_iter().map(|r| &claim[r]).collect();
    let mut best: Option<(f32, String)> = None;
    for (n, sentence) in sentences.iter().enumerate() {
        for (clause, whole) in clauses(sentence, language) {
            let text = dressed(clause);
            if text.chars().count() > MOST || tokens(&text).len() < LEAST_WORDS {
                continue;
            }
            let mut worth = worth(&text, language) - 0.25 * n as f32;
            if whole {
                worth += 0.8;
            }
            if best.as_ref().is_none_or(|(b, _)| worth > *b) {
                best = Some((worth, text));
            }
        }
    }
    if let Some((_, text)) = best {
        return Some(text);
    }
    // Nothing fits whole: the first sentence up to its last border that fits.
    let first = sentences.first()?;
    let line = dressed(&shortened(first, language));
    // Upper case can be longer: "ß" becomes "SS".
    Some(line.chars().take(MOST).collect())
}

/// How good a clause is as a headline.
fn worth(text: &str, language: &str) -> f32 {
    let lexicon = Lexicon::of(language);
    let words = tokens(text);
    let counts = lexicon.count(&words);
    let some = |class: Class| f32::from(counts[class as usize].min(2));
    let claims = some(Class::Cause)
        + some(Class::Contrast)
        + some(Class::Compare)
        + some(Class::Super)
        + some(Class::Rule)
        + some(Class::Quant);
    let empty = some(Class::Vague) + some(Class::Hedge) + some(Class::SelfWord);
    let length = text.chars().count() as f32 / MOST as f32;
    let question = if text.ends_with('?') { 1.5 } else { 0.0 };
    let open = if text.matches(['"', '“']).count() == 0 { 0.0 } else { 0.3 };
    0.35 * claims.min(4.0) - 0.3 * empty + 1.2 * length
        - 1.5 * stand::dangling(text, language)
        - question
        - open
}

/// Words in front of which a clause may end, if a verb stands before and behind.
fn joins(language: &str) -> &'static [&'static str] {
    match crate::text::language::primary(language).as_str() {
        "en" => &[
            "but", "because", "so", "and", "which", "whereas", "while", "although", "though",
            "unless", "if", "when", "or", "where", "since", "until", "instead",
        ],
        "de" => &[
            "aber", "weil", "denn", "sondern", "und", "wenn", "während", "obwohl", "dass", "damit",
            "sodass",
        ],
        "fr" => {
            &["mais", "parce", "car", "donc", "et", "alors", "si", "quand", "tandis", "puisque"]
        }
        "es" => &["pero", "porque", "sino", "y", "así", "cuando", "si", "mientras", "aunque"],
        _ => &[],
    }
}

/// The sentence itself and the clauses cut from its front or back, each with whether it is the whole sentence.
fn clauses<'a>(sentence: &'a str, language: &str) -> Vec<(&'a str, bool)> {
    let mut out = vec![(sentence, true)];
    let joins = joins(language);
    let words = tokens(sentence);
    for (n, word) in words.iter().enumerate().skip(3) {
        let gap = &sentence[words[n - 1].end..word.start];
        let hard = gap.contains([';', '–', ':']) || gap.contains(" - ");
        let comma = gap.contains(',');
        let joined = joins.contains(&word.lower.as_str());
        if !(hard || (comma && joined)) {
            continue;
        }
        let (before, after) = (&sentence[..words[n - 1].end], &sentence[word.start..]);
        if has_verb(&words[..n], language) && !opens_subordinate(&words[0].lower) {
            out.push((before, false));
        }
        // What follows stands alone only without its joining word.
        let rest = match word.lower.as_str() {
            "but" | "so" | "and" | "aber" | "und" | "mais" | "donc" | "et" | "pero" | "y" => {
                words.get(n + 1).map(|w| &sentence[w.start..])
            }
            _ if hard && !joined => Some(after),
            _ => None,
        };
        if let Some(rest) = rest.filter(|_| has_verb(&words[n..], language)) {
            out.push((rest, false));
        }
    }
    out
}

fn opens_subordinate(word: &str) -> bool {
    matches!(
        word,
        "if" | "when"
            | "because"
            | "while"
            | "although"
            | "though"
            | "since"
            | "unless"
            | "whenever"
            | "once"
            | "as"
            | "wenn"
            | "weil"
            | "obwohl"
            | "als"
            | "si"
            | "quand"
            | "cuando"
            | "aunque"
            | "whereas"
            | "even"
            | "by"
            | "after"
            | "before"
    )
}

/// Where the language has no list of verbs, enough words must do.
fn has_verb(words: &[crate::text::token::Token], language: &str) -> bool {
    if crate::text::language::primary(language) != "en" {
        return words.len() >= LEAST_WORDS;
    }
    let counts = Lexicon::of(language).count(words);
    let some = |class: Class| counts[class as usize] > 0;
    some(Class::Present)
        || some(Class::Past)
        || some(Class::Modal)
        || some(Class::ThinkVerb)
        || words
            .iter()
            .any(|w| w.lower.ends_with("'s") || w.lower.ends_with("'re") || w.lower.ends_with("ed"))
}

/// Cut at the last border that fits: a stop or comma, else before a word that opens a phrase.
fn shortened(sentence: &str, language: &str) -> String {
    let words = tokens(sentence);
    let fits = |end: usize| sentence[..end].chars().count() < MOST;
    let mut comma = None;
    let mut phrase = None;
    let mut any = None;
    for n in 1..words.len() {
        let end = words[n - 1].end;
        if !fits(end) {
            break;
        }
        let gap = &sentence[end..words[n].start];
        let stop_before =
            crate::text::language::stop_words(language).contains(words[n - 1].lower.as_str());
        if n >= LEAST_WORDS {
            if gap.contains([',', ';', ':', '–']) {
                comma = Some(end);
            }
            if (joins(language).contains(&words[n].lower.as_str())
                || OPENS_PHRASE.contains(&words[n].lower.as_str()))
                && !stop_before
            {
                phrase = Some(end);
            }
        }
        if !stop_before {
            any = Some(end);
        }
    }
    let whole = words.last().filter(|w| fits(w.end)).map(|w| w.end);
    let end = whole.or(comma).or(phrase).or(any);
    match end {
        Some(end) => sentence[..end].to_owned(),
        // One endless word.
        None => sentence.chars().take(MOST).collect(),
    }
}

const OPENS_PHRASE: &[&str] = &[
    "that", "to", "in", "on", "at", "for", "with", "from", "by", "of", "as", "than", "into",
    "about", "without", "through", "mit", "von", "für", "auf", "zu", "avec", "pour", "dans", "de",
    "para", "con", "en",
];

/// "I think", "I would say that": who says it stands beside the headline anyway.
const FRAMES: &[&str] = &[
    "i think that ",
    "i think ",
    "i believe that ",
    "i believe ",
    "i would say that ",
    "i would say ",
    "i'd say that ",
    "i'd say ",
    "i guess ",
    "i feel like ",
    "i do think that ",
    "i do think ",
    "i really think ",
    "we think that ",
    "we think ",
    "i mean, ",
    "i mean ",
    "i would argue that ",
    "i'd argue that ",
    "i would argue ",
    "i'd argue ",
    "to me, ",
    "for me, ",
    "in my opinion, ",
    "personally, ",
    "honestly, ",
    "basically, ",
    "actually, ",
    "you know, ",
    "in fact, ",
    "of course, ",
    "and ",
    "but ",
    "so ",
    "because ",
    "i've found that ",
    "i find that ",
    "what i found is that ",
    "the thing is, ",
    "the thing is that ",
];

/// Without its frame and final stop, with a capital.
fn dressed(clause: &str) -> String {
    let mut text = clause.trim();
    loop {
        let lower = text.to_lowercase().replace('’', "'");
        let Some(frame) = FRAMES
            .iter()
            .find(|f| lower.starts_with(**f) && text.is_char_boundary(frame_len(text, f)))
        else {
            break;
        };
        let rest = text[frame_len(text, frame)..].trim_start();
        if tokens(rest).len() < LEAST_WORDS {
            break;
        }
        text = rest;
    }
    let text = text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '–' | '-' | '—')
    });
    let text = text.strip_suffix('.').unwrap_or(text).trim_end_matches(',');
    let text =
        if text.matches('"').count() % 2 == 1 { text.replace('"', "") } else { text.to_owned() };
    let text = if text.matches('“').count() == text.matches('”').count() {
        text
    } else {
        text.replace(['“', '”'], "")
    };
    let text = if text.matches('(').count() == text.matches(')').count() {
        text
    } else {
        text.replace(['(', ')'], "")
    };
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if !chars.as_str().starts_with(char::is_uppercase) => {
            first.to_uppercase().chain(chars).collect()
        }
        _ => text,
    }
}

/// Bytes of `text` that a frame covers, its apostrophe being straight or not.
fn frame_len(text: &str, frame: &str) -> usize {
    text.chars().take(frame.chars().count()).map(char::len_utf8).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn en(claim: &str) -> String {
        of(claim, "en").unwrap()
    }

    #[test]
    fn a_whole_sentence_that_fits_wins() {
        assert_eq!(
            en(
                "I think improving the training data had a much bigger impact than the model. So we did that."
            ),
            "Improving the training data had a much bigger impact than the model"
        );
    }

    #[test]
    fn a_long_sentence_is_cut_at_a_clause() {
        assert_eq!(
            en(
                "A Formula 1 car is very optimized to go as quick as possible on the circuit, but it's very fragile and it breaks apart easily once anything at all goes wrong."
            ),
            "A Formula 1 car is very optimized to go as quick as possible on the circuit"
        );
    }

    #[test]
    fn never_over_length_and_never_an_ellipsis() {
        for claim in [
            "x".repeat(500),
            "word ".repeat(80),
            "When you really look at the whole of the very long history of all those many things that people made up in time you see it.".to_owned(),
        ] {
            let line = en(&claim);
            assert!(line.chars().count() <= MOST && !line.is_empty() && !line.contains('…'), "{line}");
        }
        assert_eq!(of("", "en"), None);
    }
}
