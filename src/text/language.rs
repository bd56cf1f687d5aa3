//! Which language a text is in, and its words without content.

use std::collections::HashSet;
use std::sync::LazyLock;

use whatlang::Lang;

/// The first subtag of a BCP 47 tag in lower case: `en` of `en-US`.
pub fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The text's language as a BCP 47 tag. `hint` is what the source states: it is believed unless the
/// text is long and surely in another language (feeds often say `en` by default). None: too short to tell.
pub fn detect(text: &str, hint: Option<&str>) -> Option<String> {
    let hint = hint.map(str::trim).filter(|h| (2..=35).contains(&h.len()));
    let sample: String = text.chars().take(20_000).collect();
    let found = whatlang::detect(&sample)
        .filter(|info| info.is_reliable() && sample.chars().count() >= 40)
        .and_then(|info| code(info.lang()));
    match (hint, found) {
        (Some(hint), Some(found)) if primary(hint) != found && sample.chars().count() >= 200 => {
            Some(found.to_owned())
        }
        (Some(hint), _) => Some(hint.to_owned()),
        (None, found) => found.map(str::to_owned),
    }
}

/// Words that say nothing about the subject; empty for a language without a list.
pub fn stop_words(language: &str) -> &'static HashSet<&'static str> {
    static EN: LazyLock<HashSet<&str>> =
        LazyLock::new(|| words(include_str!("../../data/stopwords/en.txt")));
    static DE: LazyLock<HashSet<&str>> =
        LazyLock::new(|| words(include_str!("../../data/stopwords/de.txt")));
    static FR: LazyLock<HashSet<&str>> =
        LazyLock::new(|| words(include_str!("../../data/stopwords/fr.txt")));
    static ES: LazyLock<HashSet<&str>> =
        LazyLock::new(|| words(include_str!("../../data/stopwords/es.txt")));
    static NONE: LazyLock<HashSet<&str>> = LazyLock::new(HashSet::new);
    match primary(language).as_str() {
        "en" => &EN,
        "de" => &DE,
        "fr" => &FR,
        "es" => &ES,
        _ => &NONE,
    }
}

/// The language whose small words are the most; English where none is. For texts too short to detect.
pub fn by_small_words<'a>(words: impl Iterator<Item = &'a str> + Clone) -> &'static str {
    let mut best = ("en", 0);
    for language in ["en", "de", "fr", "es"] {
        let stops = stop_words(language);
        let known = words.clone().filter(|word| stops.contains(word)).count();
        if known > best.1 {
            best = (language, known);
        }
    }
    best.0
}

fn words(list: &'static str) -> HashSet<&'static str> {
    list.split_whitespace().collect()
}

fn code(lang: Lang) -> Option<&'static str> {
    Some(match lang {
        Lang::Eng => "en",
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "nb",
        Lang::Fin => "fi",
        Lang::Pol => "pl",
        Lang::Ces => "cs",
        Lang::Slk => "sk",
        Lang::Hun => "hu",
        Lang::Ron => "ro",
        Lang::Bul => "bg",
        Lang::Ukr => "uk",
        Lang::Rus => "ru",
        Lang::Ell => "el",
        Lang::Tur => "tr",
        Lang::Ara => "ar",
        Lang::Heb => "he",
        Lang::Pes => "fa",
        Lang::Hin => "hi",
        Lang::Ben => "bn",
        Lang::Tam => "ta",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Cmn => "zh",
        Lang::Tha => "th",
        Lang::Vie => "vi",
        Lang::Ind => "id",
        Lang::Cat => "ca",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Slv => "sl",
        Lang::Est => "et",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DE: &str = "Wir haben festgestellt, dass die meisten Menschen weniger arbeiten, wenn niemand zuschaut, \
        und dass sich das erst ändert, wenn sie den Sinn der Sache verstehen. Darum reden wir heute darüber, \
        wie man eine Gruppe führt.";

    #[test]
    fn a_long_text_overrules_a_wrong_hint() {
        assert_eq!(detect(DE, Some("en-US")).as_deref(), Some("de"));
        assert_eq!(detect(DE, Some("de-AT")).as_deref(), Some("de-AT"));
        assert_eq!(detect("Ja.", Some("de")).as_deref(), Some("de"));
        assert_eq!(detect("", None), None);
        assert!(stop_words("de-CH").contains("nicht") && stop_words("xx").is_empty());
    }
}
