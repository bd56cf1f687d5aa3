//! A query as text: the canonical `q` and the canonical address.

use crate::model::{Cut, Expr, Field, Query, Since, Term};

/// `q` as [`super::query`] reads it back; empty if there are no words.
pub fn words(query: &Query) -> String {
    query.words.as_ref().map(written).unwrap_or_default()
}

/// The same of an expression.
pub(super) fn written(expr: &Expr) -> String {
    let mut out = String::new();
    print(expr, &mut out);
    out
}

fn print(expr: &Expr, out: &mut String) {
    match expr {
        Expr::Term(term) => print_term(term, out),
        Expr::Not(one) => {
            out.push_str("NOT ");
            print_inner(one, matches!(**one, Expr::All(_) | Expr::Any(_)), out);
        }
        Expr::All(all) => {
            for (place, one) in all.iter().enumerate() {
                if place > 0 {
                    out.push(' ');
                }
                print_inner(one, matches!(one, Expr::Any(_)), out);
            }
        }
        Expr::Any(any) => {
            for (place, one) in any.iter().enumerate() {
                if place > 0 {
                    out.push_str(" OR ");
                }
                print(one, out);
            }
        }
    }
}

fn print_inner(expr: &Expr, grouped: bool, out: &mut String) {
    if grouped {
        out.push('(');
    }
    print(expr, out);
    if grouped {
        out.push(')');
    }
}

fn print_term(term: &Term, out: &mut String) {
    if let Some(name) = term.field.name() {
        out.push_str(name);
        out.push(':');
    }
    let quoted = term.exact || (term.field != Field::Text && term.text.contains(' '));
    if quoted {
        out.push('"');
    }
    out.push_str(&term.text);
    if quoted {
        out.push('"');
    }
}

/// The canonical address, `/feed?q=…`; a question for topics, a source or everything alone has that one's.
/// [`crate::publish`] puts a feed's suffix before the question mark.
pub fn address(query: &Query) -> String {
    let plain = query.words.is_none()
        && query.speakers.is_empty()
        && query.abouts.is_empty()
        && query.min_score.is_none()
        && query.since.is_none()
        && query.limit.is_none()
        && query.cut == Cut::Items;
    match (plain, query.topics.as_slice(), query.sources.as_slice()) {
        (true, [], []) => return "/latest".into(),
        (true, topics, []) => return format!("/topics/{}", topics.join(",")),
        (true, [], [source]) => return format!("/sources/{source}"),
        _ => {}
    }
    format!("/feed?{}", params(query))
}

/// The parameters in their order, encoded.
pub(super) fn params(query: &Query) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    let q = words(query);
    if !q.is_empty() {
        out.append_pair("q", &q);
    }
    for slug in &query.topics {
        out.append_pair("topic", slug);
    }
    for source in &query.sources {
        out.append_pair("source", source.as_str());
    }
    for (name, values) in [("speaker", &query.speakers), ("about", &query.abouts)] {
        for value in values {
            out.append_pair(name, value);
        }
    }
    if let Some(hundredths) = query.min_score {
        out.append_pair("min_score", &score(hundredths));
    }
    if let Some(since) = query.since {
        out.append_pair("since", &span(since));
    }
    if query.cut == Cut::Digest {
        out.append_pair("shape", "digest");
    }
    if let Some(limit) = query.limit {
        out.append_pair("limit", &limit.to_string());
    }
    out.finish()
}

/// `0.5`
pub(super) fn score(hundredths: u8) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() { "0".into() } else { short.into() }
}

/// `2026-11-24` or `7d`
pub(super) fn span(since: Since) -> String {
    match since {
        Since::Day(at) => at.date(),
        Since::Hours(hours) if hours % 24 == 0 => format!("{}d", hours / 24),
        Since::Hours(hours) => format!("{hours}h"),
    }
}
