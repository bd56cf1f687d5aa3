//! Dates as feeds and mails write them: RFC 822/5322 and RFC 3339/W3C, with the usual slips. No clock, no locale.

use jiff::civil::Date;

use crate::model::Timestamp;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Names of RFC 5322 4.3 and others in use, with their offset in minutes. Doubtful ones are left out: they count as UTC.
const ZONES: [(&str, i64); 25] = [
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("wet", 0),
    ("west", 60),
    ("bst", 60),
    ("cet", 60),
    ("cest", 120),
    ("met", 60),
    ("mest", 120),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("jst", 540),
    ("kst", 540),
    ("aest", 600),
    ("aedt", 660),
];

/// A date of either kind; `None` if it names no day.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    // No date needs more, and what follows splits by white space.
    let text = text.trim();
    if text.len() > 100 || !text.is_ascii() {
        return None;
    }
    iso(text).or_else(|| mail(text))
}

/// RFC 3339, and W3C's shorter forms `2026`, `2026-11`, `2026-11-24`, with a space for the `T`, without a zone.
fn iso(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at(text.find(['T', 't', ' ']).unwrap_or(text.len()));
    let mut parts = date.split('-');
    let year = parts.next().filter(|year| year.len() == 4 && is_digits(year))?;
    let month = parts.next().unwrap_or("1");
    let day = parts.next().unwrap_or("1");
    if parts.next().is_some() || !is_digits(month) || !is_digits(day) {
        return None;
    }
    let rest = rest.trim_start_matches(['T', 't', ' ']);
    let split = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ',')));
    let (time, zone) = rest.split_at(split.unwrap_or(rest.len()));
    let seconds = if time.is_empty() { 0 } else { clock(time)? };
    stamp(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?, seconds - offset(zone.trim()))
}

/// `Tue, 24 Nov 2026 07:00:00 GMT` and what looks like it: no weekday, `November`, `Nov 24, 2026`, two-digit years.
fn mail(text: &str) -> Option<Timestamp> {
    let words = text.split(|c: char| c.is_ascii_whitespace() || c == ',').filter(|w| !w.is_empty());
    let (mut day, mut month, mut year, mut seconds, mut zone) = (None, None, None, None, None);
    for word in words.flat_map(|w| split_dashed(w).into_iter().flatten()) {
        let number =
            || word.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse::<i64>().ok();
        if word.contains(':') && seconds.is_none() && !word.starts_with(['+', '-']) {
            seconds = Some(clock(word)?);
        } else if seconds.is_some() && zone.is_none() && year.is_some() {
            zone = Some(word);
        } else if let Some(found) = month_of(word) {
            month = month.or(Some(found));
        } else if word.starts_with(|c: char| c.is_ascii_digit()) {
            match number() {
                Some(value) if day.is_none() && (1..=31).contains(&value) && word.len() <= 4 => {
                    day = Some(value);
                }
                Some(value) if year.is_none() => year = Some((value, word.len())),
                _ => {}
            }
        }
    }
    // RFC 5322 4.3: two digits below 50 are 2000 and later; three digits count from 1900.
    let year = year.map(|(value, digits)| match digits {
        1 | 2 if value < 50 => value + 2000,
        1..=3 => value + 1900,
        _ => value,
    })?;
    let year = i16::try_from(year).ok()?;
    stamp(year, month?, i8::try_from(day?).ok()?, seconds.unwrap_or(0) - offset(zone.unwrap_or("")))
}

/// `24-Nov-2026` is three words; a zone like `-0500` or `+01:00` is one.
fn split_dashed(word: &str) -> [Option<&str>; 3] {
    if word.starts_with(|c: char| c.is_ascii_digit()) && word.matches('-').count() == 2 {
        let mut parts = word.splitn(3, '-');
        return [parts.next(), parts.next(), parts.next()];
    }
    [Some(word), None, None]
}

fn month_of(word: &str) -> Option<i8> {
    let head = word.get(..3)?.to_ascii_lowercase();
    let alphabetic = word.trim_end_matches('.').bytes().all(|b| b.is_ascii_alphabetic());
    let at = MONTHS.iter().position(|month| *month == head).filter(|_| alphabetic)?;
    i8::try_from(at + 1).ok()
}

/// `7:00`, `07:00:00`, `07:00:00.25` in seconds. An hour of 24 and a leap second are let through.
fn clock(text: &str) -> Option<i64> {
    let text = text.split(['.', ',']).next()?;
    let mut parts = text.split(':');
    let mut part = |most: i64| match parts.next() {
        None | Some("") => Some(0),
        Some(digits) if is_digits(digits) => digits.parse().ok().filter(|v| *v <= most),
        Some(_) => None,
    };
    Some(part(24)? * 3600 + part(59)? * 60 + part(60)?)
}

fn is_digits(text: &str) -> bool {
    (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Seconds east of UTC; 0 for what is unknown, as RFC 5322 4.3 asks.
fn offset(zone: &str) -> i64 {
    let zone = zone.trim_start_matches('(').to_ascii_lowercase();
    let zone = zone.strip_prefix("gmt").or_else(|| zone.strip_prefix("utc")).unwrap_or(&zone);
    let (sign, digits) = match zone.as_bytes().first() {
        Some(b'+') => (1, &zone[1..]),
        Some(b'-') => (-1, &zone[1..]),
        _ => {
            let name = zone.trim_end_matches(')');
            return ZONES.iter().find(|(known, _)| *known == name).map_or(0, |(_, m)| m * 60);
        }
    };
    let digits: String = digits.chars().filter(char::is_ascii_digit).take(4).collect();
    let Ok(value) = digits.parse::<i64>() else { return 0 };
    let minutes = if digits.len() <= 2 { value * 60 } else { value / 100 * 60 + value % 100 };
    if minutes <= 15 * 60 { sign * minutes * 60 } else { 0 }
}

fn stamp(year: i16, month: i8, day: i8, seconds: i64) -> Option<Timestamp> {
    let date = Date::new(year, month, day).ok()?;
    let days = Date::constant(1970, 1, 1).until(date).ok()?.get_days();
    Some(Timestamp::from_secs(i64::from(days) * 86_400 + seconds))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_kinds_with_their_slips() {
        for text in [
            "Tue, 24 Nov 2026 07:00:00 GMT",
            "Tue, 24 Nov 2026 07:00:00 +0000",
            "Mon, 24 November 2026 7:00 Z",
            "24 Nov 26 02:00:00 EST",
            "Tue, 24-Nov-2026 07:00:00 UTC",
            "Tuesday, Nov 24, 2026 08:00:00 +01:00",
            "November 24th, 2026 07:00:00",
            "Tue Nov 24 07:00:00 2026",
            "2026-11-24T07:00:00Z",
            "2026-11-24T08:00:00.123+0100",
            "2026-11-24 07:00:00",
            "2026-11-24t02:00-05:00",
            "  Tue,  24 Nov 2026 07:00:00 -0000 ",
        ] {
            assert_eq!(
                parse(text).map(Timestamp::rfc3339).as_deref(),
                Some("2026-11-24T07:00:00Z"),
                "{text}"
            );
        }
        for (text, day) in [
            ("2026", "2026-01-01"),
            ("2026-11", "2026-11-01"),
            ("24 Nov 2026", "2026-11-24"),
            ("1 Jan 70 00:00:00 PST", "1970-01-01"),
        ] {
            assert_eq!(parse(text).map(Timestamp::date).as_deref(), Some(day), "{text}");
        }
    }

    #[test]
    fn what_names_no_day_is_none() {
        for text in [
            "",
            "soon",
            "2026-13-01",
            "2026-02-30",
            "31 Feb 2026",
            "24 Nov",
            "99:99:99",
            "Nov 2026",
            "0000-00-00 00:00:00",
            "24 Nov 99999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_date_or_not(text in "([0-9]{1,5}|[-:+., T/]|[A-Za-z]{1,4}|é){0,14}") {
            parse(&text);
        }

        #[test]
        fn what_we_print_reads_back(secs in -62_000_000_000_i64..253_000_000_000) {
            let time = Timestamp::from_secs(secs);
            prop_assert_eq!(parse(&time.rfc3339()), Some(time));
            if time.secs() > 0 { prop_assert_eq!(parse(&time.rfc822()), Some(time)); }
        }
    }
}
