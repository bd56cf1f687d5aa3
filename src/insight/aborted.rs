//! Takes out clauses that a dash breaks off in their midst: "and then the – the oven was cold".

use super::words::Word;

/// A clause that is longer was meant.
const MOST: usize = 12;

/// Words that a clause can't end with: a dash behind one of them breaks it off.
const OPEN: &[&str] = &[
    "the", "a", "an", "of", "to", "and", "or", "but", "that", "my", "your", "our", "their", "his",
    "its", "in", "on", "at", "for", "with", "from", "by", "if", "because", "when", "i", "we",
    "you", "they", "it", "it's", "i'm", "you're", "we're", "they're", "there's", "which", "who",
    "very", "than", "like", "how", "where", "could", "would", "can", "will", "should", "have",
    "has", "had", "be", "been", "into", "about", "as", "so", "using", "i've", "we've", "just",
    "these", "those",
];
/// Words that a clause begins with.
const BEGINS: &[&str] = &[
    "i", "we", "you", "they", "he", "she", "it", "it's", "i'm", "you're", "we're", "they're",
    "there", "there's", "the", "a", "an", "if", "when", "people", "this", "that", "that's",
    "these", "those", "my", "our", "your", "their", "what", "every", "most", "some", "nobody",
    "in", "i've", "we've",
];
/// Words between the dash and the clause that begins anew.
const LEADS: &[&str] =
    &["basically", "well", "actually", "like", "so", "and", "but", "you know", "okay", "yeah"];

/// Drops what was begun before such a dash, back to the last border of a clause, where a new clause follows.
pub fn drop_aborted(words: &mut Vec<Word>) {
    let mut at = 1;
    while at < words.len() {
        let broken = words[at].dash && OPEN.contains(&words[at - 1].core.as_str());
        if !broken {
            at += 1;
            continue;
        }
        let mut next = at + 1;
        while words.get(next).is_some_and(|w| LEADS.contains(&w.core.as_str())) {
            next += 1;
        }
        let begins = words.get(next).is_some_and(|w| BEGINS.contains(&w.core.as_str()));
        let border = |n: usize| {
            n == 0
                || words[n - 1].pauses()
                || words[n - 1].dash
                || matches!(words[n].core.as_str(), "but" | "because" | "so")
        };
        let from = (at.saturating_sub(MOST)..at).rev().find(|n| border(*n));
        let Some(from) = from.filter(|_| begins) else {
            at += 1;
            continue;
        };
        let opens = from == 0 || words[from - 1].ends_sentence();
        words.drain(from..next);
        if opens {
            words[from].opens = true;
        } else if let Some(before) = words.get_mut(from - 1)
            && !before.dash
        {
            before.tail = ";".into();
        }
        at = from.max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::{join, split};
    use super::*;

    fn without(text: &str) -> String {
        let mut words = split(text);
        drop_aborted(&mut words);
        join(&words, true)
    }

    #[test]
    fn a_clause_that_was_broken_off_goes() {
        for (from, to) in [
            (
                "I don't bake rye, but I'm using -- it boils down to the starter.",
                "I don't bake rye; it boils down to the starter.",
            ),
            ("If people put the -- basically, the oven warns you.", "The oven warns you."),
            ("And the -- you need a scale.", "You need a scale."),
        ] {
            assert_eq!(without(from), to);
        }
    }

    #[test]
    fn a_dash_that_explains_stays() {
        for text in [
            "The trick is – you wait.",
            "Two loaves – one of rye – were left.",
            "It was like – wow.",
        ] {
            assert_eq!(without(text), text);
        }
    }
}
