//! Numbers of a text, in digits and in words, so that "twenty percent" is "20%" and neither is 20. Words of English, German,
//! French and Spanish.

use crate::text::language::primary;
use crate::text::token::{Token, tokens};

/// A number that was said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number {
    /// Its value; of 20%, 20.
    pub value: f64,
    /// Whether it is a share of a hundred.
    pub percent: bool,
}

impl Number {
    /// Whether both are the same.
    pub(super) fn is(&self, other: &Self) -> bool {
        let close = (self.value - other.value).abs() <= 1e-9 * self.value.abs().max(1.0);
        close && self.percent == other.percent
    }
}

/// All numbers of `text`. With `every`, each reading of what can be read in two ways ("twenty twenty-six").
pub(super) fn numbers(text: &str, language: &str, every: bool) -> Vec<Number> {
    let language = primary(language);
    let words = tokens(text);
    let mut out: Vec<Number> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let Some((mut value, mut used)) = one(&words, at, &language, every) else {
            at += 1;
            continue;
        };
        // "5 million", "5,2 Milliarden".
        while let Some(scale) = words.get(at + used).and_then(|w| scale(&w.lower)) {
            value *= scale;
            used += 1;
        }
        let end = words.get(at + used - 1).map_or(0, |w| w.end);
        let percent = is_percent(text, end, words.get(at + used..).unwrap_or_default());
        if every {
            extra(&words, at, used, value, &language, &mut out);
        }
        out.push(Number { value, percent });
        at += used;
    }
    for word in &words {
        let share = match word.lower.as_str() {
            "half" | "hälfte" | "moitié" | "mitad" => 50.0,
            "quarter" | "viertel" | "quart" => 25.0,
            _ => continue,
        };
        if every {
            out.push(Number { value: share, percent: true });
        }
    }
    out
}

/// "twenty twenty-six" is a year, too.
fn extra(
    words: &[Token],
    at: usize,
    used: usize,
    value: f64,
    language: &str,
    out: &mut Vec<Number>,
) {
    if !(10.0..=99.0).contains(&value) {
        return;
    }
    if let Some((next, _)) = one(words, at + used, language, true)
        && (0.0..=99.0).contains(&next)
    {
        out.push(Number { value: value * 100.0 + next, percent: false });
    }
}

fn is_percent(text: &str, end: usize, next: &[Token]) -> bool {
    let after = text.get(end..).unwrap_or_default().trim_start();
    if after.starts_with(['%', '％', '٪']) {
        return true;
    }
    let word = |n: usize| next.get(n).map(|t| t.lower.as_str());
    matches!(word(0), Some("percent" | "pct" | "percentage" | "prozent" | "prozentpunkte"))
        || matches!(
            (word(0), word(1)),
            (Some("per"), Some("cent"))
                | (Some("pour"), Some("cent"))
                | (Some("por"), Some("ciento"))
        )
}

/// The number that begins at `at`, and of how many words it is.
fn one(words: &[Token], at: usize, language: &str, every: bool) -> Option<(f64, usize)> {
    let word = words.get(at)?;
    if word.lower.starts_with(|c: char| c.is_ascii_digit()) {
        return Some((digits(&word.lower, language)?, 1));
    }
    let (mut sum, mut part, mut used, mut last) = (0.0, 0.0, 0, f64::INFINITY);
    let mut spoken = false;
    while let Some(word) = words.get(at + used) {
        if let Some(value) = small(&word.lower, language) {
            // "twenty five" goes on, "five twenty" does not.
            let fits = !spoken || last == 100.0 || (value < 10.0 && (20.0..100.0).contains(&last));
            if !fits {
                break;
            }
            (part, last, spoken) = (part + value, value, true);
        } else if matches!(word.lower.as_str(), "hundred" | "hundert" | "cent" | "cien" | "ciento")
            && (spoken || word.lower != "cent")
        {
            part = if part == 0.0 { 100.0 } else { part * 100.0 };
            (last, spoken) = (100.0, true);
        } else if let Some(scale) = scale(&word.lower).filter(|_| spoken) {
            sum += part.max(1.0) * scale;
            (part, last) = (0.0, 100.0);
        } else if matches!(word.lower.as_str(), "and" | "und" | "et" | "y")
            && spoken
            && last >= 20.0
            && words.get(at + used + 1).is_some_and(|w| small(&w.lower, language).is_some())
        {
            // It joins.
        } else {
            break;
        }
        used += 1;
    }
    let value = sum + part;
    // Of "one of them" nothing is counted.
    let vague = value <= 1.0 && !every;
    (spoken && !vague).then_some((value, used))
}

/// "1,000.5", "3rd", "5bn", "1990s".
fn digits(word: &str, language: &str) -> Option<f64> {
    let end = word
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '\'')))
        .unwrap_or(word.len());
    let (number, suffix) = word.split_at(end);
    let number = number.trim_end_matches(['.', ',', '\'']).replace('\'', "");
    let comma_is_point = matches!(language, "de" | "fr" | "es");
    let last = number.rfind(['.', ',']);
    let both = number.contains('.') && number.contains(',');
    let text: String = match last {
        None => number,
        Some(at) => {
            let mark = number.as_bytes().get(at).copied();
            let groups =
                number.len() - at - 1 == 3 && (number.matches(['.', ',']).count() > 1 || at <= 3);
            let thousands = !both && groups && ((mark == Some(b',')) != comma_is_point);
            let repeated = !both && number.matches(['.', ',']).count() > 1;
            if thousands || repeated {
                number.replace(['.', ','], "")
            } else {
                format!("{}.{}", number[..at].replace(['.', ','], ""), &number[at + 1..])
            }
        }
    };
    let scale = match suffix {
        "k" => 1e3,
        "m" | "mn" | "mio" => 1e6,
        "b" | "bn" | "mrd" => 1e9,
        "t" | "tn" => 1e12,
        _ => 1.0,
    };
    text.parse::<f64>().ok().filter(|value| value.is_finite()).map(|value| value * scale)
}

fn scale(word: &str) -> Option<f64> {
    Some(match word {
        "thousand" | "tausend" | "mille" | "mil" => 1e3,
        "million" | "millionen" | "millions" | "millón" | "millones" | "mio" => 1e6,
        "billion" | "milliarde" | "milliarden" | "milliard" | "milliards" | "mrd" => 1e9,
        "trillion" => 1e12,
        _ => return None,
    })
}

/// Up to 99, in one word, and ordinals from the third on.
fn small(word: &str, language: &str) -> Option<f64> {
    let table: &[(&str, u32)] = match language {
        "en" => EN,
        "de" => return german(word),
        "fr" => FR,
        "es" => ES,
        _ => return None,
    };
    table.iter().find(|(name, _)| *name == word).map(|(_, value)| f64::from(*value))
}

/// "einundzwanzig" is one word.
fn german(word: &str) -> Option<f64> {
    let find = |name: &str| DE.iter().find(|(n, _)| *n == name).map(|(_, v)| f64::from(*v));
    if let Some(value) = find(word) {
        return Some(value);
    }
    let (unit, ten) = word.split_once("und")?;
    let (unit, ten) = (find(unit)?, find(ten)?);
    (unit < 10.0 && ten >= 20.0).then_some(unit + ten)
}

const EN: &[(&str, u32)] = &[
    ("zero", 0),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("third", 3),
    ("fourth", 4),
    ("fifth", 5),
    ("sixth", 6),
    ("seventh", 7),
    ("eighth", 8),
    ("ninth", 9),
    ("tenth", 10),
];

const DE: &[(&str, u32)] = &[
    ("null", 0),
    ("eins", 1),
    ("ein", 1),
    ("zwei", 2),
    ("drei", 3),
    ("vier", 4),
    ("fünf", 5),
    ("sechs", 6),
    ("sieben", 7),
    ("acht", 8),
    ("neun", 9),
    ("zehn", 10),
    ("elf", 11),
    ("zwölf", 12),
    ("dreizehn", 13),
    ("vierzehn", 14),
    ("fünfzehn", 15),
    ("sechzehn", 16),
    ("siebzehn", 17),
    ("achtzehn", 18),
    ("neunzehn", 19),
    ("zwanzig", 20),
    ("dreißig", 30),
    ("vierzig", 40),
    ("fünfzig", 50),
    ("sechzig", 60),
    ("siebzig", 70),
    ("achtzig", 80),
    ("neunzig", 90),
    ("dritte", 3),
    ("dritten", 3),
    ("drittel", 3),
    ("vierte", 4),
    ("vierten", 4),
];

const FR: &[(&str, u32)] = &[
    ("deux", 2),
    ("trois", 3),
    ("quatre", 4),
    ("cinq", 5),
    ("six", 6),
    ("sept", 7),
    ("huit", 8),
    ("neuf", 9),
    ("dix", 10),
    ("onze", 11),
    ("douze", 12),
    ("treize", 13),
    ("quatorze", 14),
    ("quinze", 15),
    ("seize", 16),
    ("vingt", 20),
    ("trente", 30),
    ("quarante", 40),
    ("cinquante", 50),
    ("soixante", 60),
];

const ES: &[(&str, u32)] = &[
    ("dos", 2),
    ("tres", 3),
    ("cuatro", 4),
    ("cinco", 5),
    ("seis", 6),
    ("siete", 7),
    ("ocho", 8),
    ("nueve", 9),
    ("diez", 10),
    ("once", 11),
    ("doce", 12),
    ("trece", 13),
    ("catorce", 14),
    ("quince", 15),
    ("dieciséis", 16),
    ("diecisiete", 17),
    ("dieciocho", 18),
    ("diecinueve", 19),
    ("veinte", 20),
    ("veintiuno", 21),
    ("veintidós", 22),
    ("veinticinco", 25),
    ("treinta", 30),
    ("cuarenta", 40),
    ("cincuenta", 50),
    ("sesenta", 60),
    ("setenta", 70),
    ("ochenta", 80),
    ("noventa", 90),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, language: &str) -> Vec<(f64, bool)> {
        numbers(text, language, false).iter().map(|n| (n.value, n.percent)).collect()
    }

    #[test]
    fn words_and_digits_are_the_same_number() {
        for (text, value, percent) in [
            ("20%", 20.0, true),
            ("20 percent", 20.0, true),
            ("twenty per cent of it", 20.0, true),
            ("twenty-five sites", 25.0, false),
            ("one hundred and twenty sites", 120.0, false),
            ("5 million people", 5e6, false),
            ("five million people", 5e6, false),
            ("5bn dollars", 5e9, false),
            ("1,000.5 tons", 1000.5, false),
            ("2,500 tons", 2500.0, false),
            ("1.5 degrees", 1.5, false),
            ("two thousand three hundred", 2300.0, false),
            ("the third year", 3.0, false),
            ("the 3rd year", 3.0, false),
            ("the 1990s", 1990.0, false),
        ] {
            assert_eq!(said(text, "en"), [(value, percent)], "{text}");
        }
        assert_eq!(said("einundzwanzig Prozent", "de"), [(21.0, true)]);
        assert_eq!(said("1.500 Euro und 2,5 Liter", "de"), [(1500.0, false), (2.5, false)]);
        assert_eq!(said("one of the reasons", "en"), []);
        assert_eq!(said("nobody counts", "en"), []);
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_read_in_both() {
        let all = numbers("in twenty twenty-six", "en", true);
        assert!(all.iter().any(|n| n.value == 2026.0), "{all:?}");
        let all = numbers("half of them", "en", true);
        assert!(all.iter().any(|n| n.value == 50.0 && n.percent), "{all:?}");
    }
}
