//! Whether what was said bears a claim, by what can be counted: its numbers and names must be there, what is denied must be
//! denied, what was said with a "perhaps" keeps one, and half of its words must have been said, and a third of each sentence's. It errs on the side of the
//! quote: what is doubtful falls. Who did what to whom it can't tell.

use std::collections::HashSet;

use super::Fault;
use super::numbers::numbers;
use super::sides::{self, Line};
use super::words::{self, Words, is_in};
use crate::text::fold::fold;
use crate::text::language::{primary, stop_words};
use crate::text::sentence;
use crate::text::stem::Stemmer;
use crate::text::token::{Token, tokens};

/// The share of a claim's words with content that must have been said.
const SAID: f32 = 0.5;
/// The same of each of its sentences.
const SAID_OF_EACH: f32 = 0.34;

/// Whether claims in a language can be checked.
pub fn knows(language: &str) -> bool {
    words::of(language).is_some()
}

/// `evidence` is all that was cited, `quote` what is shown of it; `target` is the claim's language, if it is another.
pub(super) fn check(
    claim: &str,
    evidence: &str,
    quote: &str,
    language: &str,
    target: Option<&str>,
) -> Result<(), Fault> {
    let own = target.unwrap_or(language);
    let (Some(small), Some(theirs)) = (words::of(own), words::of(language)) else {
        return Err(Fault::Words);
    };
    counted(claim, evidence, own, language)?;
    named(claim, evidence, own, small)?;
    let line = Line::of(claim, own, small);
    let heard = Line::of(evidence, language, theirs);
    let shown = Line::of(quote, language, theirs);
    let asked = quote.trim_end_matches(['"', '”', '’', ' ']).ends_with('?');
    let hedged = |text: &str, line: &Line, of: &Words| {
        of.hedges.iter().any(|word| if word == "may" { may(text) } else { line.has(word) })
    };
    if (asked && !claim.contains('?'))
        || (hedged(quote, &shown, theirs) && !hedged(claim, &line, small))
    {
        return Err(Fault::Hedge);
    }
    if primary(own) != primary(language) {
        // Words of two languages can't be compared one by one.
        return if line.denies() == shown.denies() { Ok(()) } else { Err(Fault::Negation) };
    }
    sides::check(&line, &heard, &shown)?;
    sides::turned(&line, &heard, small, language)?;
    for row in &small.strong {
        if row.iter().any(|word| line.has(word)) && !row.iter().any(|word| heard.has(word)) {
            return Err(Fault::Strong);
        }
    }
    let there = heard.stems();
    let said = |line: &Line, share: f32| {
        let mine = line.stems();
        let said = mine.iter().filter(|stem| there.contains(*stem)).count();
        said as f32 >= share * mine.len() as f32
    };
    // A sentence of its own can't hide behind others that were said.
    let each = sentence::split(claim, own).into_iter().filter_map(|range| claim.get(range));
    let mut each = each.map(|sentence| Line::of(sentence, own, small));
    if line.stems().is_empty() || !said(&line, SAID) || !each.all(|line| said(&line, SAID_OF_EACH))
    {
        return Err(Fault::Words);
    }
    Ok(())
}

/// "may", but not the month.
fn may(text: &str) -> bool {
    tokens(text).iter().any(|token| text.get(token.start..token.end) == Some("may"))
}

fn counted(claim: &str, evidence: &str, own: &str, language: &str) -> Result<(), Fault> {
    let heard = numbers(evidence, language, true);
    let there = |number: &super::numbers::Number| heard.iter().any(|other| number.is(other));
    if numbers(claim, own, false).iter().all(there) { Ok(()) } else { Err(Fault::Number) }
}

/// Every word with a capital must have been said, unless it begins a sentence and is a small word.
fn named(claim: &str, evidence: &str, language: &str, small: &Words) -> Result<(), Fault> {
    let (stems, stops) = (Stemmer::new(language), stop_words(language));
    let forms = |token: &Token| {
        let bare = token.lower.strip_suffix("'s").unwrap_or(&token.lower).to_owned();
        [fold(&bare), fold(&stems.stem(&bare))]
    };
    let heard: HashSet<String> = tokens(evidence).iter().flat_map(forms).collect();
    for token in tokens(claim) {
        let word = claim.get(token.start..token.end).unwrap_or_default();
        if !word.chars().any(char::is_uppercase) {
            continue;
        }
        let before = claim.get(..token.start).unwrap_or_default().trim_end();
        let opens = before.is_empty()
            || before.ends_with(['.', '?', '!', ':', ';', '"', '“', '„', '«', '(', '–', '—', '…']);
        let lower = token.lower.as_str();
        let contracted = lower.split('\'').next().unwrap_or(lower);
        let is_small = stops.contains(lower)
            || stops.contains(contracted)
            || is_in(&small.openers, lower)
            || is_in(&small.negators, lower)
            || small.strong.iter().any(|row| is_in(row, lower))
            || is_in(&small.hedges, lower);
        if (is_small && (opens || contracted == "i"))
            || forms(&token).iter().any(|form| heard.contains(form))
        {
            continue;
        }
        return Err(Fault::Name);
    }
    Ok(())
}
