//! Tokens to an expression: OR binds least, then AND (written or not), then NOT. Then the canonical form.

use super::lex::{Kind, Token, tokens};
use super::print::written;
use super::{DEEPEST, LONGEST, LONGEST_TYPED, MOST_TERMS, QueryError, Result};
use crate::model::Expr;

/// `q`, canonical; none if it is blank. Whatever is taken is taken again as it is written out.
pub(super) fn parse(q: &str) -> Result<Option<Expr>> {
    let too_long = |length: usize| QueryError::new("q", "too_long", length.to_string());
    let length = q.chars().count();
    if length > LONGEST_TYPED {
        return Err(too_long(length));
    }
    let tokens = tokens(q)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    if let Some(one) = tokens.iter().filter(|t| matches!(t.kind, Kind::Term(_))).nth(MOST_TERMS) {
        return Err(QueryError::at(one.at, "too_many_words", MOST_TERMS.to_string()));
    }
    let mut parser = Parser { tokens: &tokens, next: 0 };
    let expr = parser.any(0)?;
    match parser.tokens.get(parser.next) {
        None => {
            // A minus is written out as a word, and some characters as several.
            let length = written(&expr).chars().count();
            if length > LONGEST { Err(too_long(length)) } else { Ok(Some(expr)) }
        }
        Some(token) => Err(QueryError::at(token.at, "closes_nothing", "")),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn any(&mut self, depth: usize) -> Result<Expr> {
        let mut parts = vec![self.all(depth)?];
        while self.peek() == Some(&Kind::Or) {
            self.next += 1;
            parts.push(self.all(depth)?);
        }
        Ok(join(parts, false))
    }

    fn all(&mut self, depth: usize) -> Result<Expr> {
        let mut parts = vec![self.unary(depth)?];
        loop {
            match self.peek() {
                Some(Kind::And) => self.next += 1,
                Some(Kind::Term(_) | Kind::Not | Kind::Open) => {}
                Some(Kind::Or | Kind::Close) | None => return Ok(join(parts, true)),
            }
            parts.push(self.unary(depth)?);
        }
    }

    fn unary(&mut self, depth: usize) -> Result<Expr> {
        let Some(token) = self.tokens.get(self.next) else {
            let at = self.tokens.last().map_or(1, |token| token.at);
            return Err(QueryError::at(at, "missing", ""));
        };
        let at = token.at;
        self.next += 1;
        if depth >= DEEPEST && matches!(token.kind, Kind::Open | Kind::Not) {
            return Err(QueryError::at(at, "too_deep", DEEPEST.to_string()));
        }
        match &token.kind {
            Kind::Term(term) => Ok(Expr::Term(term.clone())),
            Kind::Not => Ok(negate(self.unary(depth + 1)?)),
            Kind::Open => {
                if self.peek() == Some(&Kind::Close) {
                    return Err(QueryError::at(at, "empty_group", ""));
                }
                let inner = self.any(depth + 1)?;
                if self.peek() != Some(&Kind::Close) {
                    return Err(QueryError::at(at, "open_group", ""));
                }
                self.next += 1;
                Ok(inner)
            }
            Kind::Close => Err(QueryError::at(at, "closes_nothing", "")),
            Kind::And | Kind::Or => {
                let word = if token.kind == Kind::And { "AND" } else { "OR" };
                Err(QueryError::at(at, "joins_nothing", word))
            }
        }
    }
}

fn negate(expr: Expr) -> Expr {
    match expr {
        Expr::Not(inner) => *inner,
        other => Expr::Not(Box::new(other)),
    }
}

/// As one expression: lists of the same kind become part of this one, nothing stands twice.
pub(super) fn join(parts: Vec<Expr>, all: bool) -> Expr {
    let mut flat: Vec<Expr> = Vec::with_capacity(parts.len());
    let mut add = |expr: Expr| {
        if !flat.contains(&expr) {
            flat.push(expr);
        }
    };
    for part in parts {
        match (part, all) {
            (Expr::All(inner), true) | (Expr::Any(inner), false) => {
                inner.into_iter().for_each(&mut add);
            }
            (other, _) => add(other),
        }
    }
    match (flat.len(), all) {
        (1, _) => flat.remove(0),
        (_, true) => Expr::All(flat),
        (_, false) => Expr::Any(flat),
    }
}
