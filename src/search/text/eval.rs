//! A query to the set of insights for which it holds. Begins with what the viewer may see, so that nothing else can
//! come out of it, by NOT neither.

use super::{ABOUT, SPEAKER, Set, TEXT, TOPIC, TextIndex, keyed};
use crate::model::{Expr, Field, Query, SourceId, SubscriberId, Term, Timestamp};
use crate::text::fold;
use crate::text::language::{by_small_words, stop_words};

/// A question and who asks it.
pub struct Ask<'a> {
    /// What is asked.
    pub query: &'a Query,
    /// Titles of sources that the viewer may see; needed where the query asks for shows.
    pub shows: &'a [(SourceId, String)],
    /// Who asks; nobody in particular if `None`.
    pub viewer: Option<&'a SubscriberId>,
    /// The clock.
    pub now: Timestamp,
}

impl TextIndex {
    /// All insights for which the query holds and that the viewer may see.
    pub fn find(&self, ask: &Ask<'_>) -> Set {
        let mut set = self.conditions(ask);
        if let Some(expr) = &ask.query.words {
            set.keep(&self.expr(expr, ask, &set));
        }
        set
    }

    /// Those that the viewer may see and for which all holds but the words.
    pub fn conditions(&self, ask: &Ask<'_>) -> Set {
        let query = ask.query;
        let owner = self.owner(ask.viewer);
        let since = query.since.map(|since| since.moment(ask.now).secs());
        let least = query.min_score.map(|hundredths| f32::from(hundredths) / 100.0);
        let sources: Vec<u32> = query.sources.iter().filter_map(|id| self.source(id)).collect();
        let mut set = self.alive.clone();
        for number in self.alive.iter() {
            let holds = self.documents.get(number as usize).is_some_and(|document| {
                (document.owner == 0 || Some(document.owner) == owner)
                    && since.is_none_or(|since| document.published >= since)
                    && least.is_none_or(|least| document.score >= least)
                    && (query.sources.is_empty() || sources.contains(&document.source))
            });
            if !holds {
                set.remove(number);
            }
        }
        if !query.topics.is_empty() {
            set.keep(&unite(query.topics.iter().map(|slug| self.list(TOPIC, slug))));
        }
        for (kind, names) in [(SPEAKER, &query.speakers), (ABOUT, &query.abouts)] {
            if !names.is_empty() {
                set.keep(&unite(names.iter().map(|name| self.phrase(kind, &folded(name)))));
            }
        }
        set
    }

    fn expr(&self, expr: &Expr, ask: &Ask<'_>, all: &Set) -> Set {
        match expr {
            Expr::Term(term) => self.term(term, ask),
            Expr::Not(one) => {
                let mut set = all.clone();
                set.without(&self.expr(one, ask, all));
                set
            }
            Expr::Any(any) => unite(any.iter().map(|one| self.expr(one, ask, all))),
            Expr::All(parts) => {
                let mut set = all.clone();
                let small = small_words(parts);
                for part in parts.iter().filter(|part| !small.contains(part)) {
                    set.keep(&self.expr(part, ask, all));
                }
                set
            }
        }
    }

    fn term(&self, term: &Term, ask: &Ask<'_>) -> Set {
        match term.field {
            Field::Topic => self.list(TOPIC, &term.text),
            Field::Speaker => self.phrase(SPEAKER, &folded(&term.text)),
            Field::About => self.phrase(ABOUT, &folded(&term.text)),
            Field::Show => self.shows(term, ask),
            Field::Text => {
                let words = folded(&term.text);
                let mut set = match words.as_slice() {
                    [word] if !term.exact => self.forms(word),
                    words => self.phrase(TEXT, words),
                };
                set.unite(&self.phrase(SPEAKER, &words));
                set
            }
        }
    }

    /// Those of sources whose title holds the words side by side.
    fn shows(&self, term: &Term, ask: &Ask<'_>) -> Set {
        let words = folded(&term.text);
        let holds = |title: &str| {
            let title = folded(title);
            !words.is_empty() && title.windows(words.len()).any(|window| window == words)
        };
        let named = ask.shows.iter().filter(|(_, title)| holds(title));
        let sources: Vec<u32> = named.filter_map(|(id, _)| self.source(id)).collect();
        let documents = self.documents.iter().enumerate();
        documents
            .filter(|(_, document)| sources.contains(&document.source))
            .map(|(number, _)| number as u32)
            .collect()
    }

    pub(super) fn list(&self, kind: char, word: &str) -> Set {
        let mut set = Set::default();
        if let Some(postings) = self.postings(&keyed(kind, word)) {
            postings.each(|number, _| set.insert(number));
        }
        set
    }

    /// Those with the word in any form that their own language gives it.
    pub(super) fn forms(&self, word: &str) -> Set {
        let mut set = self.list(TEXT, word);
        for (language, (_, stemmer)) in self.languages.iter().enumerate() {
            let stem = stemmer.stem(word);
            let own = keyed(TEXT, &stem);
            let others = self.forms_of(language as u8, &stem);
            for form in others.chain([own.as_str()]) {
                let Some(other) = self.postings(form) else { continue };
                // Where the stem is a word itself, it is one of its own forms if its stem is the same again.
                if form == own && stemmer.stem(&stem) != stem {
                    continue;
                }
                other.each(|number, _| {
                    let document = self.documents.get(number as usize);
                    if document.is_some_and(|d| usize::from(d.language) == language) {
                        set.insert(number);
                    }
                });
            }
        }
        set
    }

    /// Those with the words side by side, in these very forms.
    fn phrase(&self, kind: char, words: &[String]) -> Set {
        let Some((first, rest)) = words.split_first() else { return Set::default() };
        if rest.is_empty() {
            return self.list(kind, first);
        }
        // Where the phrase may begin, ascending.
        let mut starts: Vec<(u32, u16)> = Vec::new();
        if let Some(postings) = self.postings(&keyed(kind, first)) {
            postings.each(|number, places| starts.extend(places.iter().map(|p| (number, *p))));
        }
        for (offset, next) in rest.iter().enumerate() {
            let offset = offset as u16 + 1;
            let mut kept = Vec::new();
            let mut at = 0;
            if let Some(postings) = self.postings(&keyed(kind, next)) {
                postings.each(|number, places| {
                    while let Some(start) = starts.get(at).filter(|(n, _)| *n <= number) {
                        at += 1;
                        let wanted = start.1.saturating_add(offset);
                        if start.0 == number && places.binary_search(&wanted).is_ok() {
                            kept.push(*start);
                        }
                    }
                });
            }
            starts = kept;
        }
        starts.into_iter().map(|(number, _)| number).collect()
    }
}

fn folded(text: &str) -> Vec<String> {
    fold::words(text).collect()
}

fn unite(sets: impl Iterator<Item = Set>) -> Set {
    sets.fold(Set::default(), |mut all, set| {
        all.unite(&set);
        all
    })
}

/// Bare words that say nothing ("the", "in"), if others say something: they need not be there.
fn small_words(parts: &[Expr]) -> Vec<&Expr> {
    let bare =
        |expr: &&Expr| matches!(expr, Expr::Term(Term { field: Field::Text, exact: false, .. }));
    let text = |expr: &Expr| match expr {
        Expr::Term(term) => term.text.clone(),
        _ => String::new(),
    };
    let words: Vec<&Expr> = parts.iter().filter(bare).collect();
    let texts: Vec<String> = words.iter().map(|word| text(word)).collect();
    let stops = stop_words(by_small_words(texts.iter().map(String::as_str)));
    let small: Vec<&Expr> =
        words.into_iter().filter(|word| stops.contains(text(word).as_str())).collect();
    if small.len() < parts.len() { small } else { Vec::new() }
}
