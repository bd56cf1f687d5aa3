//! What pages say, in every language they speak: one file a language (`data/i18n`), looked up by key.
//! A language is a file and a line in [`FILES`]. Knows no pages and no requests.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::LazyLock;

use crate::model::Timestamp;

/// The first speaks for what others lack.
const FILES: &[(&str, &str)] = &[
    ("en", include_str!("../../data/i18n/en.toml")),
    ("de", include_str!("../../data/i18n/de.toml")),
];

static ALL: LazyLock<Vec<Phrases>> =
    LazyLock::new(|| FILES.iter().map(|(tag, file)| Phrases::read(tag, file)).collect());

static NOTHING: LazyLock<Phrases> =
    LazyLock::new(|| Phrases { tag: "en", texts: HashMap::default() });

/// One language's texts, which live as long as the program.
pub struct Phrases {
    tag: &'static str,
    texts: HashMap<String, String>,
}

impl std::fmt::Debug for Phrases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Phrases({})", self.tag)
    }
}

impl Default for &Phrases {
    fn default() -> Self {
        Phrases::first()
    }
}

impl Phrases {
    fn read(tag: &'static str, file: &str) -> Self {
        let mut texts = HashMap::new();
        // The files ship inside the program, and a test reads them.
        if let Ok(table) = file.parse::<toml::Table>() {
            flatten("", &toml::Value::Table(table), &mut texts);
        }
        Self { tag, texts }
    }

    /// All languages, the default first.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The default: English.
    pub fn first() -> &'static Self {
        ALL.first().unwrap_or(&NOTHING)
    }

    /// By the tag or its primary part (BCP 47): `de-AT` is spoken by `de`.
    pub fn of(tag: &str) -> Option<&'static Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        ALL.iter().find(|phrases| phrases.tag.eq_ignore_ascii_case(primary))
    }

    /// The best for an `Accept-Language` field (RFC 9110 section 12.5.4).
    pub fn accepted(field: &str) -> &'static Self {
        let mut best: Option<(f32, &'static Self)> = None;
        for part in field.split(',').take(32) {
            let mut fields = part.split(';');
            let tag = fields.next().unwrap_or_default().trim();
            let weight = fields.find_map(|field| field.trim().strip_prefix("q="));
            let weight = weight.map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok());
            let Some(weight) = weight.filter(|weight| *weight > 0.0) else { continue };
            let found = if tag == "*" { Some(Self::first()) } else { Self::of(tag) };
            if let Some(found) = found
                && best.is_none_or(|(held, _)| weight > held)
            {
                best = Some((weight, found));
            }
        }
        best.map_or_else(Self::first, |(_, phrases)| phrases)
    }

    /// Of the language, BCP 47.
    pub fn tag(&self) -> &'static str {
        self.tag
    }

    /// A text that may be missing, such as the translated name of a topic.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// The text of `key`; the default language's where this one lacks it.
    pub fn say(&self, key: &str) -> &str {
        // A test holds that every key that is named anywhere is in every file.
        self.find(key).or_else(|| Self::first().find(key)).unwrap_or_default()
    }

    /// The text of `key` with each `{name}` replaced. Escape afterwards, as any text.
    pub fn fill(&self, key: &str, values: &[(&str, &dyn Display)]) -> String {
        let mut out = String::new();
        let mut rest = self.say(key);
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
                out.push_str(&value.to_string());
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    /// `1 insight`, `12 insights`: the text of `key.one` or `key.other` with `{n}` replaced.
    pub fn count(&self, key: &str, n: impl Into<Count>) -> String {
        let Count(n) = n.into();
        let form = if n == 1 { "one" } else { "other" };
        self.fill(&format!("{key}.{form}"), &[("n", &n)])
    }

    /// A date for people: `24 November 2026`.
    pub fn date(&self, at: &Timestamp) -> String {
        let (year, month, day) = at.ymd();
        let month = self.say(&format!("date.months.{month}"));
        self.fill("date.long", &[("day", &day), ("month", &month), ("year", &year)])
    }
}

/// How many, of whatever unsigned type.
pub struct Count(u64);

impl From<u32> for Count {
    fn from(n: u32) -> Self {
        Self(n.into())
    }
}

impl From<usize> for Count {
    fn from(n: usize) -> Self {
        Self(n as u64)
    }
}

impl From<&u32> for Count {
    fn from(n: &u32) -> Self {
        Self((*n).into())
    }
}

impl From<&usize> for Count {
    fn from(n: &usize) -> Self {
        Self(*n as u64)
    }
}

/// Tables to keys with dots; the places of a list count from 1.
fn flatten(path: &str, value: &toml::Value, into: &mut HashMap<String, String>) {
    let below = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    match value {
        toml::Value::Table(table) => {
            for (name, value) in table {
                flatten(&below(name), value, into);
            }
        }
        toml::Value::Array(list) => {
            for (place, value) in (1..).zip(list) {
                flatten(&below(&place.to_string()), value, into);
            }
        }
        toml::Value::String(text) => {
            into.insert(path.to_owned(), text.trim().to_owned());
        }
        other => {
            into.insert(path.to_owned(), other.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(n, _)| n).collect()
    }

    #[test]
    fn all_languages_say_the_same_things_with_the_same_values() {
        let first = Phrases::first();
        assert!(first.texts.len() > 50);
        for other in Phrases::all() {
            // Names of topics are in topics.toml; only translations are in these files.
            let keys = |p: &'static Phrases| -> BTreeSet<&str> {
                p.texts.keys().map(String::as_str).filter(|k| !k.starts_with("topic.")).collect()
            };
            let missing: Vec<_> = keys(first).symmetric_difference(&keys(other)).copied().collect();
            assert!(missing.is_empty(), "{} and en differ in {missing:?}", other.tag);
            for (key, text) in other.texts.iter().filter(|(key, _)| !key.starts_with("topic.")) {
                assert!(!text.is_empty(), "{key} of {} is empty", other.tag);
                assert_eq!(placeholders(text), placeholders(first.say(key)), "{key}");
            }
        }
    }

    #[test]
    fn topics_that_ship_are_translated() {
        let file = include_str!("../../data/topics.toml");
        let slugs: BTreeSet<_> = file
            .lines()
            .filter_map(|line| line.strip_prefix("slug = \"")?.strip_suffix('"'))
            .collect();
        for other in Phrases::all().iter().skip(1) {
            for part in ["name", "description"] {
                for slug in &slugs {
                    let key = format!("topic.{slug}.{part}");
                    assert!(other.find(&key).is_some(), "{} has no {key}", other.tag);
                }
            }
        }
    }

    /// All templates and sources, without their tests.
    fn read_all(dir: &std::path::Path, into: &mut String) {
        for entry in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                read_all(&entry, into);
            } else if entry.extension().is_some_and(|e| e == "rs" || e == "html") {
                let text = std::fs::read_to_string(&entry).unwrap();
                into.push_str(text.split("#[cfg(test)]\nmod tests {").next().unwrap());
            }
        }
    }

    /// Keys are named in full where they are used, or begin one of these and end in a variable.
    const BUILT: &[&str] = &[
        "topic.",
        "date.months.",
        "error.",
        "signup.region.",
        "query.",
        "operator.in.",
        "operator.ago.",
    ];

    #[test]
    fn keys_that_are_used_exist_and_keys_that_exist_are_used() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut code = String::new();
        read_all(&root.join("src"), &mut code);
        read_all(&root.join("data/templates"), &mut code);
        let first = Phrases::first();
        for (call, suffixes) in
            [(".say(\"", &[""][..]), (".fill(\"", &[""]), (".count(\"", &[".one", ".other"])]
        {
            for part in code.split(call).skip(1) {
                let key = part.split('"').next().unwrap();
                for suffix in suffixes {
                    let key = format!("{key}{suffix}");
                    assert!(first.texts.contains_key(&key), "nothing is said for {key}");
                }
            }
        }
        let unused: Vec<_> = first
            .texts
            .keys()
            .filter(|key| !BUILT.iter().any(|start| key.starts_with(start)))
            .filter(|key| {
                let stem = key.trim_end_matches(".one").trim_end_matches(".other");
                !code.contains(&format!("\"{stem}\""))
            })
            .collect();
        assert!(unused.is_empty(), "said nowhere: {unused:?}");
    }

    #[test]
    fn the_best_language_is_chosen() {
        for (field, want) in [
            ("", "en"),
            ("de", "de"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("fr, DE;q=0.5, en;q=0.4", "de"),
            ("en;q=0.4, de;q=0.5", "de"),
            ("de;q=0, *;q=0.1", "en"),
            ("de;q=high", "en"),
            ("tlh", "en"),
        ] {
            assert_eq!(Phrases::accepted(field).tag, want, "{field}");
        }
    }

    #[test]
    fn values_and_counts_are_put_in() {
        let (en, de) = (Phrases::first(), Phrases::of("de-CH").unwrap());
        assert_eq!(en.count("count.insights", 1_u32), "1 insight");
        assert_eq!(en.count("count.insights", 12_usize), "12 insights");
        assert_eq!(en.count("count.insights", 0_usize), "0 insights");
        let at = Timestamp::from_secs(1_795_503_600);
        assert_eq!((&*en.date(&at), &*de.date(&at)), ("24 November 2026", "24. November 2026"));
    }
}
