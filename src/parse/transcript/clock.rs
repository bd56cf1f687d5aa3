//! Times of day of a recording: `00:01:02.345`, `1:02,3`, `62.5`.

/// Hours beyond which a number is not a time.
const MAX_HOURS: u64 = 1_000;

/// Hours optional, `.` or `,` before the fraction. Milliseconds; `None` if it is not a time with a colon in it.
pub(super) fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.len() > 20 || !text.contains(':') {
        return None;
    }
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let mut parts = whole.split(':').rev();
    // Two digits at most below the first part, as WebVTT has it (6.3): nobody writes `00:007`, and what is meant by it is
    // not known. That there are two, and three in a fraction, is not asked for: programs leave zeros out.
    let seconds = number(parts.next()?, 2, 59)?;
    let minutes = parts.next()?;
    let (hours, minutes) = match parts.next() {
        Some(hours) => (number(hours, 4, MAX_HOURS)?, number(minutes, 2, 99)?),
        None => (0, number(minutes, 4, 59 + MAX_HOURS * 60)?),
    };
    if parts.next().is_some() || (hours > 0 && minutes > 59) {
        return None;
    }
    Some(((hours * 60 + minutes) * 60 + seconds) * 1000 + millis(fraction)?)
}

fn number(text: &str, digits: usize, most: u64) -> Option<u64> {
    let digits = (1..=digits).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|value| *value <= most)
}

/// `3` is 300 ms, `345678` is 345 ms.
fn millis(fraction: &str) -> Option<u64> {
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(
        fraction
            .bytes()
            .chain(*b"000")
            .take(3)
            .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')),
    )
}

/// A time in `[...]`, `(...)` or bare at the start, and what follows it.
pub(super) fn leading(text: &str) -> Option<(u64, &str)> {
    let text = text.trim_start();
    for (open, close) in [('[', ']'), ('(', ')')] {
        if let Some(inner) = text.strip_prefix(open) {
            let (time, rest) = inner.split_once(close)?;
            return parse(first_of_range(time)).map(|time| (time, rest));
        }
    }
    let (start, rest) = bare(text)?;
    // `00:00:05 - 00:00:16`: the end is not kept.
    let end =
        rest.trim_start().strip_prefix(['-', '–', '—']).and_then(|end| bare(end.trim_start()));
    Some((start, end.map_or(rest, |(_, rest)| rest)))
}

/// A time without brackets at the very start, and what follows it.
fn bare(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ',')))
        .unwrap_or(text.len());
    let (time, rest) = text.split_at(end);
    let apart = rest.is_empty() || rest.starts_with(char::is_whitespace);
    // A closing full stop or comma belongs to a sentence, not to a time.
    parse(without_frames(time).trim_end_matches(['.', ','])).filter(|_| apart).map(|ms| (ms, rest))
}

/// Editing programs count frames after the seconds: `00:00:05:12`.
fn without_frames(time: &str) -> &str {
    match time.rsplit_once(':') {
        Some((whole, frames)) if frames.len() == 2 && whole.matches(':').count() == 2 => whole,
        _ => time,
    }
}

/// `00:01 - 00:05` begins at `00:01`.
fn first_of_range(text: &str) -> &str {
    text.split(['-', '–', '—']).next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_their_forms() {
        for (text, ms) in [
            ("00:01:02.345", Some(62_345)),
            ("01:02,3", Some(62_300)),
            ("1:02", Some(62_000)),
            ("90:00", Some(5_400_000)),
            ("100:00:00.000", Some(360_000_000)),
            ("00:00:01.234567", Some(1_234)),
            ("12", None),
            ("1:2:3:4", None),
            ("00:61", None),
            ("a:b", None),
            ("1:99:00", None),
            ("0:90:00", Some(5_400_000)),
            ("00:000.000", None),
            ("00:007", None),
            ("1:007:00", None),
            ("0:5:7", Some(307_000)),
            ("120:00.000", Some(7_200_000)),
            ("00:00.00", Some(0)),
            ("", None),
            (":", None),
        ] {
            assert_eq!(parse(text), ms, "{text}");
        }
        assert_eq!(leading("[00:12 - 00:15] Hi"), Some((12_000, " Hi")));
        assert_eq!(leading("(1:02) Hi"), Some((62_000, " Hi")));
        assert_eq!(leading("1:02 Hi"), Some((62_000, " Hi")));
        assert_eq!(leading("00:00:05 - 00:00:16 Hi"), Some((5_000, " Hi")));
        assert_eq!(leading("00:00:05:12 – 00:00:16:01"), Some((5_000, "")));
        assert_eq!(leading("00:05 - Hi"), Some((5_000, " - Hi")));
        assert_eq!(leading("[Music] Hi"), None);
        assert_eq!(leading("10:30am is late"), None);
    }
}
