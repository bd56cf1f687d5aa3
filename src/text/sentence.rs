//! Where sentences end in punctuated text. Unpunctuated speech is not cut here: see `insight::reading`.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

/// Words that a full stop follows without ending a sentence; without their last dot, in lower case.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "sr", "jr", "st", "vs", "e.g", "i.e", "eg", "ie", "cf", "inc",
    "ltd", "corp", "gen", "sen", "gov", "capt", "sgt", "rev", "hon", "z.b", "d.h", "bzw", "bspw",
    "u.a", "evtl", "ggf", "mme", "mlle", "p.ex", "sra", "dra", "ud", "uds",
];

/// The same, but only before a number: else they are words of their own.
const BEFORE_NUMBERS: &[&str] = &[
    "no", "nr", "fig", "vol", "pp", "p", "approx", "ca", "jan", "feb", "mar", "apr", "jun", "jul",
    "aug", "sep", "sept", "oct", "nov", "dec", "pág", "núm",
];

/// Byte ranges of the sentences, without white space at their ends; together they hold every other
/// character of the text. `language` is a BCP 47 tag or empty.
pub fn split(text: &str, language: &str) -> Vec<Range<usize>> {
    let german = super::language::primary(language) == "de";
    let mut out = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if !is_terminator(c) {
            continue;
        }
        let mut end = at + c.len_utf8();
        let mut wide = is_wide(c);
        let mut strong = c != '.';
        let mut dots = usize::from(c == '.');
        while let Some(&(next, d)) = chars.peek() {
            if is_terminator(d) {
                wide |= is_wide(d);
                strong |= d != '.';
                dots += usize::from(d == '.');
            } else if !is_closer(d) {
                break;
            }
            end = next + d.len_utf8();
            chars.next();
        }
        let rest = &text[end..];
        let spaced = rest.chars().next().is_none_or(char::is_whitespace);
        let joined = rest.chars().next().is_some_and(is_combining_mark);
        if joined || !(spaced || wide) {
            continue;
        }
        let single = dots == 1 && !strong;
        if single && is_abbreviation(&text[start..at], rest, german) {
            continue;
        }
        if !wide && !begins_sentence(rest) {
            continue;
        }
        // A transcriber's mark belongs to what it follows: "… really? [laughter] He did."
        if let Some(length) = mark(rest) {
            end += length;
            while chars.peek().is_some_and(|(next, _)| *next < end) {
                chars.next();
            }
        }
        push(text, start..end, &mut out);
        start = end;
    }
    push(text, start..text.len(), &mut out);
    out
}

fn push(text: &str, range: Range<usize>, out: &mut Vec<Range<usize>>) {
    let piece = &text[range.clone()];
    let trimmed = piece.trim_start();
    let start = range.end - trimmed.len();
    let end = start + trimmed.trim_end().len();
    if start < end {
        out.push(start..end);
    }
}

fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '‽' | '؟' | '۔' | '।' | '॥') || is_wide(c)
}

/// Terminators of scripts that put no space behind them.
fn is_wide(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡' | '．')
}

fn is_closer(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | ')' | ']' | '}' | '\u{201c}' | '”' | '’' | '»' | '›' | '」' | '』' | '）'
    )
}

fn is_abbreviation(before: &str, rest: &str, german: bool) -> bool {
    let edge = |c: char| c.is_whitespace() || matches!(c, '(' | '[' | '"' | '“');
    let word = before.rsplit(edge).next().unwrap_or_default();
    let letters = word.chars().count();
    let number = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    if german && number && letters <= 2 {
        return true;
    }
    let initial = letters == 1 && word.chars().all(char::is_uppercase) && word != "I";
    let dotted = word.contains('.') && word.split('.').all(|part| part.chars().count() == 1);
    let lower = word.to_lowercase();
    let counted = rest.trim_start().starts_with(|c: char| c.is_ascii_digit());
    initial
        || dotted
        || ABBREVIATIONS.contains(&lower.as_str())
        || (counted && BEFORE_NUMBERS.contains(&lower.as_str()))
}

/// Whether what follows can open a sentence: not a lower-case letter and not more punctuation.
fn begins_sentence(rest: &str) -> bool {
    let after = rest.trim_start();
    let first = after.chars().find(|c| c.is_alphanumeric());
    let lead = after.chars().next();
    match (lead, first) {
        (None, _) | (_, None) => true,
        (Some(','), _) => false,
        (_, Some(first)) => !first.is_lowercase() || mark(rest).is_some(),
    }
}

/// Length of a bracketed mark and the white space before it, if the text opens with one.
fn mark(rest: &str) -> Option<usize> {
    let after = rest.trim_start();
    let lead = rest.len() - after.len();
    let close = match after.chars().next()? {
        '[' => ']',
        '(' => ')',
        _ => return None,
    };
    let end = after.find(close)?;
    let inner = &after[1..end];
    let words = inner.split_whitespace().count();
    let lower = inner.chars().any(char::is_alphabetic) && !inner.chars().any(char::is_uppercase);
    (lead > 0 && lower && words <= 3).then_some(lead + end + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
        split(text, language).into_iter().map(|r| &text[r]).collect()
    }

    #[test]
    fn stops_that_end_nothing() {
        assert_eq!(
            cut(
                "Dr. Lee paid $3.5 million, e.g. in the U.S. market. It was J. R. who asked... and left.",
                "en"
            ),
            [
                "Dr. Lee paid $3.5 million, e.g. in the U.S. market.",
                "It was J. R. who asked... and left."
            ]
        );
        assert_eq!(cut("Am 3. Oktober kam er. Gut.", "de"), ["Am 3. Oktober kam er.", "Gut."]);
        assert_eq!(cut("No. It was 2019. We left.", "en"), ["No.", "It was 2019.", "We left."]);
    }

    #[test]
    fn quotes_and_marks_stay_with_their_sentence() {
        assert_eq!(
            cut(
                "He said \"Really?\" I did. [laughter] Then (years later) it broke! \"Why?\"",
                "en"
            ),
            [
                "He said \"Really?\"",
                "I did. [laughter]",
                "Then (years later) it broke!",
                "\"Why?\""
            ]
        );
        assert_eq!(cut("これは本です。読みます。", "ja"), ["これは本です。", "読みます。"]);
        assert_eq!(cut("   ", "en"), Vec::<&str>::new());
    }

    proptest! {
        #[test]
        fn nothing_but_white_space_is_lost(text in "[a-zA-Z .!?…。\\[\\]\"'é\u{301}\n]{0,80}|\\PC{0,60}") {
            let kept: String = split(&text, "en").into_iter().flat_map(|r| text[r].chars().collect::<Vec<_>>()).filter(|c| !c.is_whitespace()).collect();
            let all: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            prop_assert_eq!(kept, all);
        }
    }
}
