//! Whether a sentence from the midst of a written paragraph leans on those before it: "In addition, …", "The flag
//! prevents …". Looks at its opening only; what else points outside is told by `pointing` and `loose`.

use crate::text::language::primary;
use crate::text::token::tokens;

/// Words that tie a sentence to the one before it.
const TIES: &[&str] = &[
    "also",
    "accordingly",
    "additionally",
    "again",
    "and",
    "another",
    "both",
    "but",
    "consequently",
    "conversely",
    "each",
    "finally",
    "first",
    "further",
    "furthermore",
    "hence",
    "here",
    "however",
    "instead",
    "its",
    "later",
    "likewise",
    "meanwhile",
    "moreover",
    "nevertheless",
    "next",
    "nonetheless",
    "one",
    "or",
    "other",
    "others",
    "otherwise",
    "previously",
    "second",
    "similarly",
    "so",
    "still",
    "such",
    "that",
    "their",
    "then",
    "there",
    "thereby",
    "therefore",
    "these",
    "they",
    "third",
    "this",
    "those",
    "though",
    "thus",
    "yet",
    "it",
    "he",
    "she",
    "his",
    "her",
    "neither",
    "either",
    "rather",
    "together",
    "overall",
    "afterwards",
    "eventually",
];
/// The same in more words.
const PHRASES: &[&str] = &[
    "as a consequence",
    "as a result",
    "as such",
    "at the same time",
    "by contrast",
    "by default",
    "for example",
    "for instance",
    "for this",
    "in addition",
    "in contrast",
    "in other words",
    "in particular",
    "in response",
    "in that",
    "in this",
    "in these",
    "in turn",
    "on the other",
    "on his",
    "on her",
    "on their",
    "since then",
    "until now",
    "when enabled",
    "with this",
    "with that",
    "with these",
    "without it",
    "without this",
    "without that",
    "to do so",
    "to do this",
    "to this end",
    "if so",
    "after that",
    "after this",
    "before that",
    "during this",
    "because of this",
    "despite this",
    "for that",
    "at this",
    "at that",
];

/// "A related change": to what?
const OF_KNOWN: &[&str] = &[
    "related",
    "similar",
    "further",
    "second",
    "third",
    "different",
    "final",
    "separate",
    "new",
    "key",
];

/// English only; nothing is known of others.
pub fn leans(sentence: &str, language: &str) -> bool {
    if primary(language) != "en" {
        return false;
    }
    let words = tokens(sentence);
    let Some(first) = words.first() else { return true };
    let opening: Vec<&str> = words.iter().take(4).map(|w| w.lower.as_str()).collect();
    let opening = format!("{} ", opening.join(" "));
    if TIES.contains(&first.lower.as_str())
        || PHRASES.iter().any(|p| opening.strip_prefix(p).is_some_and(|r| r.starts_with(' ')))
    {
        return true;
    }
    let second = words.get(1).map(|w| w.lower.as_str()).unwrap_or_default();
    if matches!(first.lower.as_str(), "a" | "an") && OF_KNOWN.contains(&second) {
        return true;
    }
    // "The flag", but not "the Senate", nor "the most" and "the 2020s": those are the only ones there are.
    let named = |n: usize| {
        words.get(n).is_some_and(|w| {
            sentence[w.start..w.end].starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
                || ["most", "world", "best", "first", "only", "internet", "more", "less"]
                    .contains(&w.lower.as_str())
        })
    };
    first.lower == "the" && !named(1) && !named(2)
}

#[cfg(test)]
mod tests {
    use super::leans;

    #[test]
    fn ties_and_known_things_lean_and_names_do_not() {
        for text in [
            "In addition, the oven needs water.",
            "However, rye needs longer.",
            "The flag prevents a second bake.",
            "Previously, only one baker could add flour.",
            "A related oven is being built.",
            "",
        ] {
            assert!(leans(text, "en"), "{text}");
        }
        for text in [
            "The Senate raised the price of flour.",
            "The most expensive flour is rye.",
            "In France, bread is cheap.",
            "Rye needs longer than wheat.",
            "For examples of it, bakers look to France.",
        ] {
            assert!(!leans(text, "en-GB"), "{text}");
        }
        assert!(!leans("Der Ofen braucht Wasser.", "de"));
    }
}
