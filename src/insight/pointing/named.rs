//! Things and people that a passage speaks of as if they had been named: "those edge cases", "his research".

use super::words::Words;
use super::{LIKELY, PERHAPS};
use crate::text::frequency::rarity;
use crate::text::language::stop_words;

impl Words<'_> {
    /// "You have those edge cases": a thing that was named before, wherever it stands in the first sentence.
    pub(super) fn demonstrative(&self) -> f32 {
        let end = self.first_sentence();
        let points = |n: usize| {
            let noun = self.at(n + 1);
            let thing = !noun.is_empty()
                && !self.is_verb(n + 1)
                && !self.closed(n)
                && !stop_words("en").contains(noun)
                && !(0..n).any(|k| self.at(k).trim_end_matches('s') == noun.trim_end_matches('s'));
            let own = matches!(
                noun,
                "kind"
                    | "kinds"
                    | "sort"
                    | "idea"
                    | "notion"
                    | "type"
                    | "types"
                    | "day"
                    | "days"
                    | "year"
                    | "world"
                    | "week"
                    | "moment"
                    | "time"
                    | "country"
                    | "big"
                    | "huge"
                    | "whole"
                    | "concept"
                    | "sense"
            );
            let determiner = match self.at(n) {
                "these" | "those" | "this" => true,
                // Else it joins clauses: "they say that flour is cheap".
                "that" => {
                    let object = n > 0
                        && self.is_verb(n - 1)
                        && (self.closed(n + 1)
                            || matches!(
                                self.at(n + 2),
                                "in" | "on" | "for" | "and" | "with" | "at" | "to" | "or" | "by"
                            ));
                    object || {
                        n > 0
                            && matches!(
                                self.at(n - 1),
                                "with"
                                    | "of"
                                    | "in"
                                    | "for"
                                    | "by"
                                    | "from"
                                    | "about"
                                    | "at"
                                    | "to"
                                    | "on"
                                    | "what"
                                    | "because"
                                    | "use"
                                    | "get"
                                    | "solve"
                                    | "and"
                                    | "around"
                                    | "like"
                                    | "before"
                                    | "after"
                                    | "even"
                            )
                    }
                }
                _ => false,
            };
            determiner && thing && !own && !self.is_told_which(n + 2)
        };
        // "This" opens new things too ("this big oven I saw"), "those" and "with that" hardly.
        let worst = |n: usize| if self.at(n) == "this" { PERHAPS } else { LIKELY };
        (0..end).filter(|n| points(*n)).map(worst).fold(0.0, f32::max)
    }

    /// "His research", "she left" without anybody named before.
    pub(super) fn nobody(&self) -> f32 {
        let person = |n: usize| {
            matches!(
                self.at(n),
                "he" | "she"
                    | "his"
                    | "him"
                    | "he's"
                    | "she's"
                    | "he'd"
                    | "she'd"
                    | "he'll"
                    | "she'll"
                    | "himself"
                    | "herself"
            )
        };
        let Some(at) = (0..self.list.len()).find(|n| person(*n)) else { return 0.0 };
        let named = (0..at).any(|n| {
            let word = &self.list[n];
            let text = &self.text[word.start..word.end];
            let begins = n == 0
                || self.text[self.list[n - 1].end..word.start].contains(['.', '?', '!', '"', '“']);
            // "A baker knows when his bread is done."
            let worker = ["er", "or", "ist", "ian"].iter().any(|end| word.lower.ends_with(end))
                && n > 0
                && matches!(
                    self.at(n - 1),
                    "a" | "an" | "the" | "every" | "each" | "any" | "no" | "one"
                );
            worker
                || text.starts_with(char::is_uppercase)
                    && !begins
                    && !word.lower.starts_with("i'")
                    && word.lower != "i"
                || matches!(
                    word.lower.as_str(),
                    "man"
                        | "woman"
                        | "guy"
                        | "girl"
                        | "boy"
                        | "father"
                        | "mother"
                        | "son"
                        | "daughter"
                        | "wife"
                        | "husband"
                        | "somebody"
                        | "someone"
                        | "person"
                        | "everyone"
                        | "professor"
                        | "boss"
                        | "friend"
                        | "brother"
                        | "sister"
                        | "dad"
                        | "mom"
                        | "founder"
                        | "author"
                        | "doctor"
                        | "kid"
                        | "child"
                        | "engineer"
                        | "developer"
                        | "user"
                        | "manager"
                        | "player"
                        | "customer"
                        | "teacher"
                        | "scientist"
                        | "maintainer"
                        | "contributor"
                        | "creator"
                )
        }) || self.list.first().is_some_and(|w| {
            // A name at the very start: no common word.
            let text = &self.text[w.start..w.end];
            text.starts_with(char::is_uppercase)
                && !stop_words("en").contains(w.lower.as_str())
                && rarity(&w.lower, "en").is_none_or(|r| r > 6.0)
        });
        if named { 0.0 } else { LIKELY }
    }
}

#[cfg(test)]
mod tests {
    use super::super::how_much;

    #[test]
    fn things_and_people_that_were_named_before_are_missed() {
        for text in [
            "You have those edge cases in every oven of the town.",
            "The problem with that solution is the oven.",
            "A lot of times his research shows that rye is older than wheat.",
        ] {
            assert!(how_much(text) >= 0.7, "{text}: {}", how_much(text));
        }
    }

    #[test]
    fn what_is_told_here_is_not() {
        for text in [
            "People who bake say that flour is cheap.",
            "Those bakers who weigh their flour are right.",
            "A baker knows when his bread is done.",
            "Pasteur said that his yeast was alive.",
        ] {
            assert!(how_much(text) < 0.7, "{text}: {}", how_much(text));
        }
    }
}
