//! `q` as tokens: parentheses, AND OR NOT in capitals, words, "phrases", each of the latter with its field.

use unicode_normalization::UnicodeNormalization;

use super::{QueryError, Result};
use crate::model::{Field, Term};
use crate::text::fold::spelled;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Open,
    Close,
    And,
    Or,
    Not,
    Term(Term),
}

/// A token and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub kind: Kind,
    /// Counted from 1.
    pub at: usize,
}

pub(super) fn tokens(q: &str) -> Result<Vec<Token>> {
    let chars: Vec<char> = q.nfkc().collect();
    let mut reader = Reader { chars: &chars, next: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = reader.token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Reader<'a> {
    chars: &'a [char],
    next: usize,
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '«' | '»')
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || is_quote(c) || matches!(c, '(' | ')')
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.next).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next += 1;
        }
    }

    fn token(&mut self) -> Result<Option<Token>> {
        self.skip_space();
        let at = self.next + 1;
        let Some(c) = self.peek() else { return Ok(None) };
        let kind = match c {
            '(' | ')' => {
                self.next += 1;
                if c == '(' { Kind::Open } else { Kind::Close }
            }
            // As other search engines have it.
            '-' if self.chars.get(self.next + 1).is_some_and(|c| starts_operand(*c)) => {
                self.next += 1;
                Kind::Not
            }
            c if is_quote(c) => Kind::Term(term(Field::Text, &self.phrase()?, true, at)?),
            _ => self.word(at)?,
        };
        Ok(Some(Token { kind, at }))
    }

    fn word(&mut self, at: usize) -> Result<Kind> {
        let word = self.run();
        match word.as_str() {
            "AND" => return Ok(Kind::And),
            "OR" => return Ok(Kind::Or),
            "NOT" => return Ok(Kind::Not),
            _ => {}
        }
        let Some((name, rest)) = word.split_once(':') else {
            return Ok(Kind::Term(term(Field::Text, &word, false, at)?));
        };
        let lower = name.to_ascii_lowercase();
        let field = Field::NAMED.into_iter().find(|(_, name)| *name == lower);
        match (field, rest) {
            (Some((field, name)), "") => {
                self.skip_space();
                let value = match self.peek() {
                    Some(c) if is_quote(c) => self.phrase()?,
                    Some(c) if !ends_word(c) => self.run(),
                    _ => {
                        return Err(QueryError::at(at, "field_alone", name));
                    }
                };
                Ok(Kind::Term(term(field, &value, false, at)?))
            }
            (Some((field, _)), rest) => Ok(Kind::Term(term(field, rest, false, at)?)),
            (None, rest) if unknown(name, rest) => Err(QueryError::at(at, "no_field", name)),
            (None, _) => Ok(Kind::Term(term(Field::Text, &word, false, at)?)),
        }
    }

    /// What is between the quotation mark here and the next.
    fn phrase(&mut self) -> Result<String> {
        let open = self.next;
        let inner = self.chars.get(open + 1..).unwrap_or_default();
        let Some(length) = inner.iter().position(|c| is_quote(*c)) else {
            return Err(QueryError::at(open + 1, "open_quote", ""));
        };
        self.next = open + length + 2;
        Ok(inner.iter().take(length).collect())
    }

    fn run(&mut self) -> String {
        let rest = self.chars.get(self.next..).unwrap_or_default();
        let word: String = rest.iter().take_while(|c| !ends_word(**c)).collect();
        self.next += word.chars().count();
        word
    }
}

fn starts_operand(c: char) -> bool {
    c.is_alphanumeric() || c == '(' || is_quote(c)
}

/// A slip of the hand in a field's name, rather than `12:30`, an address or a heading's colon.
fn unknown(name: &str, rest: &str) -> bool {
    !rest.is_empty()
        && !rest.starts_with("//")
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphabetic())
}

fn term(field: Field, text: &str, exact: bool, at: usize) -> Result<Term> {
    let text = if field == Field::Topic {
        text.trim().to_lowercase()
    } else {
        spelled(text).join(if exact || field != Field::Text { " " } else { "-" })
    };
    if field == Field::Topic && !is_slug(&text) {
        return Err(QueryError::at(at, "no_topic", text));
    }
    if text.is_empty() {
        return Err(QueryError::at(at, "no_words", ""));
    }
    Ok(Term { field, text, exact })
}

/// What can stand in a topic's address.
pub(super) fn is_slug(text: &str) -> bool {
    (1..=60).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
