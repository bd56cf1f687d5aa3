//! The words of a passage, and each thing in them that can point outside. What it comes to is the room above.

use super::{FAINT, LIKELY, PERHAPS, REACH, SURE, is_contraction};
use crate::insight::lexicon::{Class, Lexicon};
use crate::text::language::stop_words;
use crate::text::token::Token;

pub(super) struct Words<'a> {
    pub(super) text: &'a str,
    pub(super) list: &'a [Token],
}

impl Words<'_> {
    pub(super) fn at(&self, n: usize) -> &str {
        self.list.get(n).map(|t| t.lower.as_str()).unwrap_or_default()
    }

    /// Whether punctuation or the end stands behind word `n`.
    pub(super) fn closed(&self, n: usize) -> bool {
        let (Some(word), next) = (self.list.get(n), self.list.get(n + 1)) else { return true };
        let end = next.map_or(self.text.len(), |t| t.start);
        self.text[word.end..end].contains([',', '.', ';', ':', '?', '!', '–', '—', '…'])
    }

    /// Where the first sentence ends, in words.
    pub(super) fn first_sentence(&self) -> usize {
        (0..self.list.len())
            .find(|n| {
                let end = self.list.get(n + 1).map_or(self.text.len(), |t| t.start);
                self.text[self.list[*n].end..end].contains(['.', '?', '!', '…'])
            })
            .map_or(self.list.len(), |n| n + 1)
    }

    pub(super) fn is_verb(&self, n: usize) -> bool {
        Lexicon::of("en").has_word(self.at(n), &[Class::Present, Class::Past, Class::Modal])
    }

    /// "those people who left": what follows says which.
    pub(super) fn is_told_which(&self, from: usize) -> bool {
        (from..from + 5).any(|n| {
            matches!(self.at(n), "who" | "that" | "which" | "where" | "when" | "you" | "we")
        })
    }

    pub(super) fn opening(&self) -> f32 {
        let (second, third) = (self.at(1), self.at(2));
        match self.at(0) {
            "it's" | "it'll" | "it'd" if self.expletive(1) => 0.0,
            "it" if matches!(second, "turns" | "depends") => 0.0,
            "it" if matches!(second, "takes" | "took" | "makes") && self.expletive(2) => 0.0,
            "it" if self.is_verb(1) && self.expletive(2) => 0.0,
            "it" | "it's" | "it'll" | "it'd" | "they" | "they're" | "they've" | "they'd"
            | "they'll" | "he" | "she" | "he's" | "she's" | "he'd" | "she'd" | "he'll"
            | "she'll" | "him" | "them" | "its" | "his" | "that's" | "this's" | "that'll"
            | "which" | "than" | "or" | "nor" | "whereas" => SURE,
            "her" | "their" => LIKELY,
            "that" | "this" => match second {
                "year" | "week" | "month" | "morning" => 0.0,
                "idea" | "notion" | "myth" | "belief" if matches!(third, "that" | "of") => FAINT,
                "also" | "way" | "kind" | "sort" | "one" | "thing" | "was" | "is" => SURE,
                _ if self.is_verb(1) || self.closed(0) => SURE,
                _ if self.is_told_which(2) => FAINT,
                _ => LIKELY,
            },
            "those" | "these" => match second {
                "days" | "who" | "that" => 0.0,
                _ if self.is_verb(1) || self.closed(0) || second == "ones" => SURE,
                _ if self.is_told_which(1) => FAINT,
                _ => LIKELY,
            },
            "the" => match second {
                "second" | "third" | "latter" | "former" | "fourth" | "next" | "last" | "first"
                    if matches!(third, "one" | "ones" | "is" | "was" | "two") || self.closed(1) =>
                {
                    SURE
                }
                "second" | "third" | "fourth" | "latter" | "former" => LIKELY,
                "other" | "others" | "same" | "previous" => PERHAPS,
                _ => 0.0,
            },
            "another" | "secondly" | "thirdly" | "finally" | "lastly" => PERHAPS,
            "one" | "two" | "three" | "four" | "second" | "third" | "number" if self.closed(0) => {
                SURE
            }
            "one" if self.is_verb(1) => LIKELY,
            "either" | "neither" | "such" | "same" | "both"
                if !self
                    .list
                    .iter()
                    .take(8)
                    .any(|t| matches!(t.lower.as_str(), "and" | "or" | "nor")) =>
            {
                LIKELY
            }
            // "Here's interesting research" brings something new.
            "here's" if !self.closed(1) && !self.closed(2) && second != "the" => FAINT,
            "here" | "here's" => LIKELY,
            "there" | "there's" if self.closed(0) => SURE,
            "otherwise" => LIKELY,
            "for" if matches!(second, "example" | "instance") => PERHAPS,
            "instead" if second != "of" => PERHAPS,
            "if" if matches!(second, "so" | "not") && self.closed(1) => SURE,
            "as" if second == "opposed" => SURE,
            "not" if self.list.len() < 3 || !self.is_verb(2) => PERHAPS,
            _ => 0.0,
        }
    }

    /// "It's hard to say", "it's important that": the "it" points at nothing before.
    fn expletive(&self, from: usize) -> bool {
        // "It's a tool that", "it was supposed to".
        let named = |n: usize| {
            matches!(
                self.at(n),
                "a" | "an"
                    | "the"
                    | "one"
                    | "supposed"
                    | "used"
                    | "going"
                    | "able"
                    | "meant"
                    | "designed"
                    | "trying"
                    | "built"
                    | "allowed"
                    | "gonna"
                    | "like"
                    | "just"
                    | "and"
            )
        };
        (from + 1..from + 5).any(|n| {
            matches!(self.at(n), "to" | "that" | "when" | "if" | "how" | "because" | "for")
                && (from..n).all(|k| !self.closed(k) && !named(k))
        })
    }

    /// "Most of them", "in that case", "because of this,", "like that", "in here".
    pub(super) fn early(&self) -> f32 {
        let end = self.first_sentence().min(REACH);
        let mut worst = 0.0_f32;
        for n in 0..end {
            let next = self.at(n + 1);
            let pointing = matches!(next, "that" | "this" | "it" | "them" | "those" | "these");
            let preposition = matches!(
                self.at(n),
                "of" | "in"
                    | "for"
                    | "with"
                    | "about"
                    | "by"
                    | "at"
                    | "from"
                    | "to"
                    | "on"
                    | "like"
                    | "than"
            );
            let found = if pointing && preposition && self.no_noun(n + 1) {
                let thing = matches!(
                    self.at(n + 2),
                    "case"
                        | "sense"
                        | "point"
                        | "way"
                        | "regard"
                        | "respect"
                        | "situation"
                        | "example"
                );
                let ends = self.closed(n + 1) || self.is_verb(n + 2) || n + 2 >= end;
                // "In those verticals": which ones? "In this world" is the reader's too.
                let shared = (n + 2..n + 4).any(|k| {
                    matches!(
                        self.at(k),
                        "world"
                            | "day"
                            | "year"
                            | "week"
                            | "country"
                            | "industry"
                            | "age"
                            | "century"
                            | "decade"
                    )
                });
                if shared {
                    0.0
                } else if ends || thing || n == 0 || matches!(next, "it" | "them") {
                    LIKELY
                } else {
                    PERHAPS
                }
            } else if matches!(self.at(n), "do" | "did" | "does" | "doing" | "done")
                && matches!(next, "that" | "this" | "so" | "it")
                && self.no_noun(n)
            {
                LIKELY
            } else if matches!(self.at(n), "there" | "here") && self.closed(n) && n > 0 {
                PERHAPS
            } else if matches!(self.at(n), "that" | "this" | "those" | "these" | "other" | "last")
                && matches!(next, "one" | "ones")
            {
                SURE
            } else if matches!((self.at(n), next), ("you", "guys") | ("you", "two")) {
                PERHAPS
            } else if matches!(self.at(n), "yes" | "no" | "yeah") && self.closed(n) && n > 0 {
                LIKELY
            } else {
                0.0
            };
            worst = worst.max(found);
        }
        worst
    }

    /// A pronoun near the start with nothing before it that it could stand for.
    pub(super) fn unnamed(&self) -> f32 {
        let end = self.first_sentence().min(REACH);
        for n in 1..end {
            let pronoun = match self.at(n) {
                "it" | "it's" | "it'll" => {
                    let verb = n + usize::from(self.at(n) == "it");
                    !self.expletive(verb) && !matches!(self.at(n + 1), "turns" | "depends")
                }
                "they" | "they're" | "they've" | "them" | "their" | "he" | "she" | "he's"
                | "she's" | "him" => true,
                "those" | "these" => self.is_verb(n + 1) || self.closed(n),
                "that's" => self.at(n - 1) != "thing",
                "this" => self.is_verb(n + 1),
                _ => false,
            };
            if pronoun && self.no_noun(n) {
                return LIKELY;
            }
        }
        0.0
    }

    /// "Hey, Adam, …", "you, Adam,": somebody is spoken to.
    pub(super) fn called(&self) -> f32 {
        let capital = |n: usize| {
            self.list
                .get(n)
                .is_some_and(|t| self.text[t.start..t.end].starts_with(char::is_uppercase))
        };
        let called = (0..self.list.len()).any(|n| match self.at(n) {
            "hey" | "alright" => {
                capital(n + 1) && self.closed(n + 1) && !matches!(self.at(n + 1), "i" | "we")
            }
            "you" | "yeah" | "well" => {
                self.closed(n) && capital(n + 1) && self.closed(n + 1) && self.at(n + 1) != "i"
            }
            _ => false,
        });
        if called { LIKELY } else { 0.0 }
    }

    /// "It's better." than what?
    pub(super) fn bare_comparison(&self) -> f32 {
        let end = self.first_sentence();
        let better = |n: &usize| {
            matches!(
                self.at(*n),
                "better"
                    | "worse"
                    | "faster"
                    | "slower"
                    | "easier"
                    | "harder"
                    | "cheaper"
                    | "bigger"
                    | "smaller"
            ) && self.closed(*n)
        };
        let compared = self.list[..end].iter().any(|t| {
            matches!(
                t.lower.as_str(),
                "than" | "more" | "make" | "makes" | "get" | "gets" | "compared"
            )
        });
        if (0..end).any(|n| better(&n)) && !compared { FAINT } else { 0.0 }
    }

    /// Whether no word before `n` can be what a pronoun there stands for.
    fn no_noun(&self, n: usize) -> bool {
        let stops = stop_words("en");
        !(0..n).any(|k| {
            let word = self.at(k);
            if matches!(
                word,
                "people"
                    | "everyone"
                    | "everybody"
                    | "someone"
                    | "somebody"
                    | "anyone"
                    | "something"
                    | "everything"
                    | "anything"
                    | "nobody"
                    | "whoever"
                    | "whatever"
                    | "things"
            ) {
                return true;
            }
            let content = word.len() > 1
                && !stops.contains(word)
                && !word.ends_with("ly")
                && !is_contraction(word)
                && !self.is_verb(k)
                && !Lexicon::of("en").has_word(word, &[Class::ThinkVerb]);
            // "you look at", "to build": a verb.
            let verb = k > 0
                && matches!(
                    self.at(k - 1),
                    "i" | "you"
                        | "we"
                        | "they"
                        | "to"
                        | "can"
                        | "could"
                        | "will"
                        | "would"
                        | "should"
                        | "might"
                        | "must"
                        | "don't"
                        | "didn't"
                        | "never"
                        | "always"
                        | "just"
                        | "really"
                        | "even"
                        | "not"
                        | "can't"
                        | "it"
                        | "he"
                        | "she"
                        | "you're"
                        | "we're"
                        | "i'm"
                );
            content && !verb
        })
    }
}
