//! The parameters of an address to a query. Unknown ones are passed over, because readers and mailers append their own.

use super::lex::is_slug;
use super::{MOST_VALUES, QueryError, Result, expr};
use crate::model::{Cut, Query, Since, SourceId, Timestamp};
use crate::text::fold::spelled;

/// Hours of `since` at most: ten years.
const LONGEST_SPAN: u32 = 10 * 366 * 24;
/// Entries of a page at most.
const MOST: u8 = 50;
/// Characters of a name at most.
const LONGEST_NAME: usize = 100;

/// The query of these parameters, decoded, in any order. `topic` and `source` may be lists with commas; they,
/// `speaker` and `about` may stand more than once: one of their values must hold. Of the others the first counts.
///
/// # Errors
/// [`QueryError`] for the first parameter that can't be taken.
pub fn query<'a>(params: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Query> {
    let mut query = Query::default();
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in params {
        let value = value.trim();
        let many = matches!(name, "topic" | "source" | "speaker" | "about");
        if value.is_empty() || (!many && seen.contains(&name)) {
            continue;
        }
        seen.push(name);
        match name {
            "q" => query.words = expr::parse(value)?,
            "topic" => query.topics.extend(list(value, topic)?),
            "source" => query.sources.extend(list(value, source)?),
            "speaker" => query.speakers.push(name_of("speaker", value)?),
            "about" => query.abouts.push(name_of("about", value)?),
            "min_score" => query.min_score = min_score(value)?,
            "since" => query.since = Some(since(value)?),
            "shape" => query.cut = shape(value)?,
            "limit" => query.limit = Some(limit(value)?),
            _ => {}
        }
    }
    tidy("topic", &mut query.topics)?;
    tidy("source", &mut query.sources)?;
    tidy("speaker", &mut query.speakers)?;
    tidy("about", &mut query.abouts)?;
    Ok(query)
}

fn list<T>(value: &str, one: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(one).collect()
}

fn tidy<T: Ord>(param: &'static str, values: &mut Vec<T>) -> Result<()> {
    values.sort();
    values.dedup();
    if values.len() > MOST_VALUES {
        return Err(QueryError::new(param, "too_many_values", MOST_VALUES.to_string()));
    }
    Ok(())
}

fn topic(value: &str) -> Result<String> {
    let slug = value.to_ascii_lowercase();
    if is_slug(&slug) {
        return Ok(slug);
    }
    Err(QueryError::new("topic", "no_topic", value))
}

fn source(value: &str) -> Result<SourceId> {
    value.to_ascii_lowercase().parse().map_err(|_| QueryError::new("source", "no_source", value))
}

fn name_of(param: &'static str, value: &str) -> Result<String> {
    let name = spelled(value).join(" ");
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(QueryError::new(param, "no_name", value));
    }
    Ok(name)
}

/// From 0 to 1; 0 is no condition.
fn min_score(value: &str) -> Result<Option<u8>> {
    let score: Option<f32> = value.parse().ok().filter(|score| (0.0..=1.0).contains(score));
    let score = score.ok_or_else(|| QueryError::new("min_score", "no_score", value))?;
    Ok(Some((score * 100.0).round() as u8).filter(|score| *score > 0))
}

fn since(value: &str) -> Result<Since> {
    day(value).or_else(|| span(value)).ok_or_else(|| QueryError::new("since", "no_since", value))
}

fn day(value: &str) -> Option<Since> {
    let date: jiff::civil::Date = value.parse().ok()?;
    // jiff reads more forms than one; an address has one.
    if date.to_string() != value || !(1970..=9999).contains(&date.year()) {
        return None;
    }
    let midnight = jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
    Some(Since::Day(Timestamp::from_secs(midnight.as_second())))
}

fn span(value: &str) -> Option<Since> {
    let unit = value.chars().last()?;
    let digits = value.strip_suffix(unit)?;
    let hours = match unit {
        'h' | 'H' => 1,
        'd' | 'D' => 24,
        'w' | 'W' => 7 * 24,
        _ => return None,
    };
    let number: u32 = if digits.bytes().all(|b| b.is_ascii_digit()) {
        digits.parse().ok()?
    } else {
        return None;
    };
    let hours = number.checked_mul(hours)?;
    (1..=LONGEST_SPAN).contains(&hours).then_some(Since::Hours(hours))
}

fn shape(value: &str) -> Result<Cut> {
    match value {
        "items" => Ok(Cut::Items),
        "digest" => Ok(Cut::Digest),
        _ => Err(QueryError::new("shape", "no_shape", value)),
    }
}

fn limit(value: &str) -> Result<u8> {
    let digits = value.bytes().all(|b| b.is_ascii_digit());
    value
        .parse()
        .ok()
        .filter(|limit| digits && (1..=MOST).contains(limit))
        .ok_or_else(|| QueryError::new("limit", "no_limit", value))
}
