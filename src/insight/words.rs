//! A passage as words with their punctuation, so that words can be taken out and the rest be mended.

use crate::text::token::lower;

/// A word and what is written around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Opening quotes and brackets.
    pub head: String,
    /// As written.
    pub text: String,
    /// Stops, commas, closing quotes and brackets.
    pub tail: String,
    /// In lower case with a straight apostrophe.
    pub core: String,
    /// It is a dash that stands alone.
    pub dash: bool,
    /// A word before it that opened a sentence was taken out.
    pub opens: bool,
}

impl Word {
    /// Whether a sentence ends behind it.
    pub fn ends_sentence(&self) -> bool {
        self.tail.contains(['.', '?', '!', '…', '。', '？', '！'])
    }

    /// Whether any pause is written behind it.
    pub fn pauses(&self) -> bool {
        self.ends_sentence() || self.tail.contains([',', ';', ':'])
    }
}

/// Splits at white space; dashes become words of their own.
pub fn split(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    for piece in text.split_whitespace() {
        let body = piece.trim_end_matches(['-', '–', '—']);
        let dashes = &piece[body.len()..];
        if body.is_empty() {
            out.push(dash(piece));
            continue;
        }
        // "well-" is a word cut short; "was--" is followed by a dash.
        let cut = dashes == "-";
        out.push(word(if cut { piece } else { body }));
        if !dashes.is_empty() && !cut {
            out.push(dash(dashes));
        }
    }
    out
}

fn dash(text: &str) -> Word {
    Word {
        head: String::new(),
        text: text.to_owned(),
        tail: String::new(),
        core: String::new(),
        dash: true,
        opens: false,
    }
}

fn word(piece: &str) -> Word {
    let body = piece.trim_start_matches(|c: char| !c.is_alphanumeric() && !is_sign(c));
    let head = &piece[..piece.len() - body.len()];
    let inner = body.trim_end_matches(|c: char| !c.is_alphanumeric() && !is_sign(c));
    let tail = &body[inner.len()..];
    Word {
        // "...and so" is no more than "and so".
        head: head
            .trim_start_matches(|c| c == '…' || c == '.' && head.starts_with(".."))
            .to_owned(),
        text: inner.to_owned(),
        tail: tail.to_owned(),
        core: lower(inner),
        dash: false,
        opens: false,
    }
}

/// Signs that belong to a word: `$5`, `50%`, `C++`, `C#`, `-3`.
fn is_sign(c: char) -> bool {
    matches!(c, '$' | '€' | '£' | '¥' | '%' | '+' | '#' | '@' | '&' | '°' | '-')
        || unicode_normalization::char::is_combining_mark(c)
}

/// Writes the words with mended capitals and stops. `english`: a lone "i" is written "I".
pub fn join(words: &[Word], english: bool) -> String {
    let mut out = String::new();
    for (at, word) in words.iter().enumerate() {
        if !out.is_empty() {
            out.push(' ');
        }
        if word.dash {
            out.push('–');
            continue;
        }
        out.push_str(&word.head);
        if at == 0 || word.opens {
            capital(&word.text, &mut out);
        } else if english && word.text == "i" {
            out.push('I');
        } else {
            out.push_str(&word.text);
        }
        let next = words.get(at + 1);
        let opens_next = next.is_none_or(|n| n.opens || n.text.starts_with(char::is_uppercase));
        out.push_str(&tail(&word.tail, opens_next));
    }
    balanced(&finished(out))
}

fn capital(text: &str, out: &mut String) {
    let mut chars = text.chars();
    if let Some(first) = chars.next() {
        // "iPhone" and "npm's" keep their shape only if a capital follows.
        if chars.as_str().starts_with(char::is_uppercase) {
            out.push(first);
        } else {
            // "ß" has no capital of one letter: it stays, so that the word is still the quote's.
            let mut upper = first.to_uppercase();
            out.push(upper.next().filter(|_| upper.next().is_none()).unwrap_or(first));
        }
        out.push_str(chars.as_str());
    }
}

/// Dots that trail off become a full stop where a sentence follows.
fn tail(tail: &str, opens_next: bool) -> String {
    let dots = tail.contains("...") || tail.contains('…') || tail.contains("..");
    if !dots {
        return tail.to_owned();
    }
    let rest: String = tail.chars().filter(|c| !matches!(c, '.' | '…' | ',')).collect();
    let strong = rest.contains(['?', '!']);
    match (opens_next, strong) {
        (_, true) => rest,
        (true, false) => format!(".{rest}"),
        (false, false) => format!(",{rest}"),
    }
}

/// Gives quotation marks their partners: what is opened and never closed ends with its sentence; what is closed and
/// was never opened loses its mark. Brackets without a partner go.
fn balanced(text: &str) -> String {
    let mut edits: Vec<(usize, Option<char>)> = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, mark) in text.char_indices().filter(|(_, c)| is_quote(*c)) {
        let before = text[..at].chars().next_back();
        let opens = match mark {
            '"' => before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[')),
            '“' => open.is_none_or(|(_, c)| c != '„'),
            other => other == '„',
        };
        if opens {
            if let Some((from, mark)) = open {
                edits.push(closing(text, from, at, mark));
            }
            open = Some((at, mark));
        } else if open.take().is_none() {
            edits.push((at, None));
        }
    }
    if let Some((from, mark)) = open {
        edits.push(closing(text, from, text.len(), mark));
    }
    let mut out = text.to_owned();
    edits.sort_unstable();
    for (at, mark) in edits.into_iter().rev() {
        match mark {
            Some(mark) => out.insert(at, mark),
            None => drop(out.remove(at)),
        }
    }
    for (open, close) in [('«', '»'), ('(', ')'), ('[', ']')] {
        if out.matches(open).count() != out.matches(close).count() {
            out.retain(|c| c != open && c != close);
        }
    }
    out
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„')
}

/// Where the quotation opened at `from` is closed, before `until`; without a place its opening mark goes.
fn closing(text: &str, from: usize, until: usize, mark: char) -> (usize, Option<char>) {
    let close = match mark {
        '“' => '”',
        '„' => '“',
        other => other,
    };
    let mut chars = text[from..until].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        if matches!(c, '.' | '?' | '!') && next.is_none_or(char::is_whitespace) {
            return (from + at + c.len_utf8(), Some(close));
        }
    }
    (from, None)
}

/// Whether the words begin within somebody's quoted words: a mark is closed that was never opened.
pub fn begins_quoted(words: &[Word]) -> bool {
    for word in words {
        if word.head.contains(is_quote) {
            return false;
        }
        if word.tail.contains(['"', '”']) {
            return true;
        }
    }
    false
}

/// Ends in one full stop, or in the mark it has.
fn finished(text: String) -> String {
    let trimmed = text.trim_end_matches([',', ';', ':', ' ', '–', '-', '—']);
    let bare = trimmed.trim_end_matches(['"', '”', '’', '\'', ')', ']', '»']);
    if bare.ends_with(['.', '?', '!', '。', '？', '！']) {
        return trimmed.to_owned();
    }
    if bare.len() < trimmed.len() && !trimmed.ends_with([')', ']']) {
        return format!("{bare}.{}", &trimmed[bare.len()..]);
    }
    format!("{trimmed}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> String {
        join(&split(text), true)
    }

    #[test]
    fn quotation_marks_find_their_partners() {
        for (from, to) in [
            (
                "They say \"We have a plan. And then nothing happens",
                "They say \"We have a plan.\" And then nothing happens.",
            ),
            ("It says \"Stop. It says \"Go.\"", "It says \"Stop.\" It says \"Go.\""),
            ("our work is done\", and they leave", "Our work is done, and they leave."),
            ("Er sagt „Nein. Dann geht er", "Er sagt „Nein.“ Dann geht er."),
            ("a \"kind of\" peace (or so", "A \"kind of\" peace or so."),
        ] {
            assert_eq!(mended(from), to);
        }
        assert!(begins_quoted(&split("is done\", and they \"leave\"")));
        assert!(!begins_quoted(&split("They \"leave\" it")));
    }
}
