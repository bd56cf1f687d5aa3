//! Full text: which insights hold which words, and where. In memory, made of the store. Pure; knows no
//! store. Exact: no word is left out and no form cut; other forms of a word are found by the stems of each insight's
//! own language.

mod complete;
mod eval;
mod kept;
mod posting;
mod set;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use eval::Ask;
pub use kept::Part;
use posting::Postings;
use serde::{Deserialize, Serialize};
pub use set::Set;

use crate::model::{Insight, InsightId, SourceId, SubscriberId, Timestamp, Visibility};
use crate::text::fold;
use crate::text::keys::Keys;
use crate::text::language::primary;
use crate::text::lists::Lists;
use crate::text::names::Names;
use crate::text::stem::Stemmer;
use crate::text::table::Table;
use crate::text::varint::{Reader, Varints};

/// Between two texts of one insight, so that no phrase spans both.
const GAP: u16 = 8;
/// Words of an insight that are taken in; it is some sentences long.
const MOST_WORDS: u16 = 8000;
/// When more than this many are gone, and more than a third of all, the lists are written anew.
const MOST_GONE: usize = 1000;

/// A key in the dictionary: the first character says what it is.
const TEXT: char = 't';
const SPEAKER: char = 's';
const ABOUT: char = 'a';
const TOPIC: char = '#';

/// What is known of an insight beside its words. Small: there are many.
#[derive(Clone, Serialize, Deserialize)]
struct Document {
    id: InsightId,
    seq: u64,
    published: i64,
    score: f32,
    source: u32,
    /// 0 for everyone, else the subscriber's number.
    owner: u32,
    language: u8,
}

/// What is known of a word beside where it stands.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Word {
    /// The next document in its list is counted from here.
    next: u32,
    /// Languages in which its stem is known, one bit each.
    languages: u64,
}

/// The index.
#[derive(Default)]
pub struct TextIndex {
    keys: Keys,
    /// By the number of the key, as are [`TextIndex::lists`].
    words: Vec<Word>,
    /// Where each word stands.
    lists: Lists,
    /// Language and stem.
    stems: Keys,
    /// By stem: the numbers of its forms. A form that is its own stem is found without.
    forms: Lists,
    documents: Vec<Document>,
    places: Table,
    /// All that are not gone.
    alive: Set,
    /// How many those are.
    count: usize,
    sources: Names<SourceId>,
    owners: Names<SubscriberId>,
    languages: Vec<(String, Stemmer)>,
}

/// A match.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Which.
    pub id: InsightId,
    /// Its place in the order of publication.
    pub seq: u64,
    /// When.
    pub published: Timestamp,
    /// Its worth.
    pub score: f32,
}

impl TextIndex {
    /// Takes an insight in. One that is known already stays as it is: insights never change.
    pub fn add(&mut self, insight: &Insight) {
        if self.number(&insight.id).is_some() {
            return;
        }
        let number = self.documents.len() as u32;
        let language = self.language(insight.language.as_deref().unwrap_or("en"));
        let owner = match &insight.visibility {
            Visibility::Public => 0,
            Visibility::Private(subscriber) => self.owners.take(subscriber) + 1,
        };
        self.documents.push(Document {
            id: insight.id.clone(),
            seq: insight.seq,
            published: insight.published.secs(),
            score: insight.score,
            source: self.sources.take(&insight.source),
            owner,
            language,
        });
        self.place(number);
        self.alive.insert(number);
        self.count += 1;
        let mut found: HashMap<String, Vec<u16>> = HashMap::new();
        let claim = fold::words(&insight.claim).collect::<Vec<_>>();
        let quote = fold::words(&insight.quote.text).collect::<Vec<_>>();
        // A claim in the words of its quote is found by the quote's.
        let claim = if contains(&quote, &claim) { Vec::new() } else { claim };
        let headline = fold::words(&insight.headline).collect::<Vec<_>>();
        let known = contains(&claim, &headline) || contains(&quote, &headline);
        let headline = if known { Vec::new() } else { headline };
        gather(&mut found, TEXT, [claim, quote, headline]);
        let speaker = insight.quote.speaker.iter().map(|name| fold::words(name).collect());
        gather(&mut found, SPEAKER, speaker);
        gather(&mut found, ABOUT, insight.names.iter().map(|name| fold::words(name).collect()));
        gather(&mut found, TOPIC, insight.topics.iter().map(|slug| vec![slug.clone()]));
        let mut list = Varints::default();
        for (key, places) in found {
            let Some((word, known)) = self.word(&key, language) else { continue };
            list.clear();
            posting::push(&mut list, &mut known.next, number, &places);
            if (word as usize) < self.lists.len() {
                self.lists.grow(word, list.bytes());
            } else {
                self.lists.add(list.bytes());
            }
        }
    }

    /// Forgets an insight.
    pub fn remove(&mut self, id: &InsightId) {
        let Some(number) = self.number(id) else { return };
        self.alive.remove(number);
        self.count -= 1;
        let gone = self.documents.len() - self.count;
        if gone > MOST_GONE && gone * 3 > self.documents.len() {
            self.rewrite();
        }
    }

    /// Gives back what was taken for growing, after many were added.
    pub fn shrink(&mut self) {
        self.documents.shrink_to_fit();
        self.words.shrink_to_fit();
    }

    /// What of `set` there is to know, in the order of the numbers.
    pub fn matches<'a>(&'a self, set: &'a Set) -> impl Iterator<Item = Match> + 'a {
        let documents = set.iter().filter_map(|number| self.documents.get(number as usize));
        documents.map(known)
    }

    /// All that everyone may see, of one topic or source if such is given, in the order of publication.
    pub fn outline(&self, topic: Option<&str>, source: Option<&SourceId>) -> Vec<Match> {
        let mut set = match topic {
            Some(slug) => self.list(TOPIC, slug),
            None => self.alive.clone(),
        };
        set.keep(&self.alive);
        let source = source.map(|id| self.source(id));
        let mut all: Vec<Match> = Vec::new();
        for number in set.iter() {
            let Some(document) = self.documents.get(number as usize) else { continue };
            if document.owner == 0 && source.is_none_or(|id| id == Some(document.source)) {
                all.push(known(document));
            }
        }
        all.sort_by_key(|found| found.seq);
        all
    }

    /// The numbers of those that are known.
    pub fn numbers<'a>(&self, ids: impl IntoIterator<Item = &'a InsightId>) -> Set {
        ids.into_iter().filter_map(|id| self.number(id)).collect()
    }

    /// What there is to know of an insight, if it is in `set`.
    pub fn in_set(&self, id: &InsightId, set: &Set) -> Option<Match> {
        let number = self.number(id).filter(|number| set.contains(*number))?;
        self.documents.get(number as usize).map(known)
    }

    /// The number of an insight, if it is there and not gone.
    fn number(&self, id: &InsightId) -> Option<u32> {
        let documents = &self.documents;
        let number = self.places.find(id, |number| is(documents, number, id))?;
        self.alive.contains(number).then_some(number)
    }

    /// Makes a document found by its name, instead of one of that name that is gone.
    fn place(&mut self, number: u32) {
        let documents = &self.documents;
        if let Some(document) = documents.get(number as usize) {
            let id = &document.id;
            self.places.put(id, number, |number| is(documents, number, id));
        }
    }

    /// A word with its number, which becomes known. None if there is no room for more.
    fn word(&mut self, key: &str, language: u8) -> Option<(u32, &mut Word)> {
        let number = match self.keys.number(key) {
            Some(number) => number,
            None => {
                self.words.push(Word { next: 0, languages: 0 });
                self.keys.add(key).or_else(|| self.words.pop().and(None))?
            }
        };
        let bit = 1_u64 << language;
        let word = self.words.get_mut(number as usize)?;
        if let (Some(form), 0) = (key.strip_prefix(TEXT), word.languages & bit) {
            word.languages |= bit;
            let known = self.languages.get(usize::from(language));
            let stem = known.map(|(_, stemmer)| stemmer.stem(form));
            if let Some(stem) = stem.filter(|stem| stem.as_ref() != form) {
                let (stem, mut list) = (of_language(language, &stem), Varints::default());
                list.push(u64::from(number));
                match self.stems.number(&stem) {
                    Some(stem) => self.forms.grow(stem, list.bytes()),
                    None if self.stems.add(&stem).is_some() => self.forms.add(list.bytes()),
                    None => {}
                }
            }
        }
        Some((number, word))
    }

    /// Where a word stands, given as its key.
    fn postings(&self, key: &str) -> Option<Postings<'_>> {
        self.keys.number(key).map(|word| self.postings_of(word))
    }

    fn postings_of(&self, word: u32) -> Postings<'_> {
        Postings(Reader::new(self.lists.get(word)))
    }

    /// The keys of a stem's forms.
    fn forms_of(&self, language: u8, stem: &str) -> impl Iterator<Item = &str> {
        let stem = self.stems.number(&of_language(language, stem));
        let forms = stem.map(|stem| Reader::new(self.forms.get(stem)));
        forms.into_iter().flatten().map(|form| self.keys.text(form as u32))
    }

    /// The number of a language; all beyond 64 are one without stems.
    fn language(&mut self, tag: &str) -> u8 {
        let name = primary(tag);
        let known = self.languages.iter().position(|(known, _)| *known == name);
        let at = known.unwrap_or_else(|| {
            if self.languages.len() < 63 {
                self.languages.push((name.clone(), Stemmer::new(&name)));
                return self.languages.len() - 1;
            }
            63
        });
        at as u8
    }

    /// Without those that are gone.
    fn rewrite(&mut self) {
        let mut moved: Vec<Option<u32>> = Vec::with_capacity(self.documents.len());
        let mut next = 0;
        for number in 0..self.documents.len() as u32 {
            let stays = self.alive.contains(number);
            moved.push(stays.then_some(next));
            next += u32::from(stays);
        }
        let mut places = moved.iter();
        self.documents.retain(|_| places.next().is_some_and(Option::is_some));
        let new = |number: u32| moved.get(number as usize).copied().flatten();
        let (mut keys, mut words, mut lists) = (Keys::default(), Vec::new(), Lists::default());
        // The new numbers of words.
        let mut renamed = vec![None; self.words.len()];
        for ((number, key), word) in self.keys.all().zip(&self.words) {
            let (mut list, mut next) = (Varints::default(), 0);
            self.postings_of(number).each(|document, places| {
                if let Some(document) = new(document) {
                    posting::push(&mut list, &mut next, document, places);
                }
            });
            if !list.bytes().is_empty()
                && let Some(name) = keys.add(key)
            {
                renamed[number as usize] = Some(name);
                words.push(Word { next, languages: word.languages });
                lists.add(list.bytes());
            }
        }
        let (mut stems, mut forms) = (Keys::default(), Lists::default());
        for (number, stem) in self.stems.all() {
            let mut list = Varints::default();
            for form in Reader::new(self.forms.get(number)) {
                if let Some(form) = renamed.get(form as usize).copied().flatten() {
                    list.push(u64::from(form));
                }
            }
            if !list.bytes().is_empty() && stems.add(stem).is_some() {
                forms.add(list.bytes());
            }
        }
        (self.keys, self.words, self.lists) = (keys, words, lists);
        (self.stems, self.forms) = (stems, forms);
        self.places = Table::with_room(self.documents.len());
        (0..next).for_each(|number| self.place(number));
        self.alive = (0..next).collect();
    }

    fn owner(&self, viewer: Option<&SubscriberId>) -> Option<u32> {
        viewer.and_then(|viewer| self.owners.number(viewer)).map(|number| number + 1)
    }

    fn source(&self, id: &SourceId) -> Option<u32> {
        self.sources.number(id)
    }
}

fn known(document: &Document) -> Match {
    Match {
        id: document.id.clone(),
        seq: document.seq,
        published: Timestamp::from_secs(document.published),
        score: document.score,
    }
}

fn is(documents: &[Document], number: u32, id: &InsightId) -> bool {
    documents.get(number as usize).is_some_and(|document| document.id == *id)
}

/// The key of a stem.
fn of_language(language: u8, stem: &str) -> String {
    keyed(char::from(language), stem)
}

fn keyed(kind: char, word: &str) -> String {
    let mut key = String::with_capacity(word.len() + 1);
    key.push(kind);
    key.push_str(word);
    key
}

fn contains(text: &[String], part: &[String]) -> bool {
    part.is_empty() || text.windows(part.len()).any(|window| window == part)
}

/// The places of the words of several texts, one behind the other.
fn gather(
    found: &mut HashMap<String, Vec<u16>>,
    kind: char,
    texts: impl IntoIterator<Item = Vec<String>>,
) {
    let mut place = 0_u16;
    for text in texts.into_iter().filter(|text| !text.is_empty()) {
        for word in text {
            if place >= MOST_WORDS {
                return;
            }
            found.entry(keyed(kind, &word)).or_default().push(place);
            place += 1;
        }
        place += GAP;
    }
}
