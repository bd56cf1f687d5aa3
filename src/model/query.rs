//! What is asked of all insights, in its canonical form: the same question is always the same value.
//! Built by `parse::query`; holds no text as typed.

use super::{SourceId, Timestamp};

/// A question. Its parts must all hold; an empty one is everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Query {
    /// Words and what joins them.
    pub words: Option<Expr>,
    /// Slugs, in order: one of them.
    pub topics: Vec<String>,
    /// In order: one of them.
    pub sources: Vec<SourceId>,
    /// Words of names, in order: said by one of them.
    pub speakers: Vec<String>,
    /// Words of names, in order: naming one of them.
    pub abouts: Vec<String>,
    /// Hundredths of [`super::Insight::score`], at least.
    pub min_score: Option<u8>,
    /// Published since.
    pub since: Option<Since>,
    /// `shape`: how a feed of it is cut.
    pub cut: Cut,
    /// Entries of a page (items), or insights of a day (digest).
    pub limit: Option<u8>,
}

/// Words and what joins them. A list holds two members at least, none of its own kind, none twice; nothing is
/// negated twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// One word or phrase.
    Term(Term),
    /// What must not hold.
    Not(Box<Expr>),
    /// AND.
    All(Vec<Expr>),
    /// OR.
    Any(Vec<Expr>),
}

/// One word or phrase.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// Where it must be.
    pub field: Field,
    /// Words in lower case, joined by one space.
    pub text: String,
    /// In these very forms, side by side, as things in quotation marks are; else in any form of the word. Always
    /// false where the field is not the text, because names have one form only.
    pub exact: bool,
}

/// Where words must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// In what is claimed or quoted, or in the speaker's name.
    Text,
    /// In the speaker's name.
    Speaker,
    /// In a name that the insight mentions.
    About,
    /// In the title of the show.
    Show,
    /// The slug of a topic it has.
    Topic,
}

/// The beginning of a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Since {
    /// The beginning of a day in UTC.
    Day(Timestamp),
    /// So many hours before now.
    Hours(u32),
}

/// How a feed is cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Cut {
    /// One entry an insight.
    #[default]
    Items,
    /// One entry a day.
    Digest,
}

impl Field {
    /// All that are named, as they are named.
    pub const NAMED: [(Self, &'static str); 4] = [
        (Self::Speaker, "speaker"),
        (Self::About, "about"),
        (Self::Show, "show"),
        (Self::Topic, "topic"),
    ];

    /// As it is written before its colon; none for the text.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.into_iter().find(|(field, _)| *field == self).map(|(_, name)| name)
    }
}

impl Since {
    /// The moment, seen from `now`.
    pub fn moment(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Day(at) => at,
            Self::Hours(hours) => {
                now.before(std::time::Duration::from_secs(u64::from(hours) * 3600))
            }
        }
    }
}

impl Query {
    /// The words, if there is nothing but bare words: what is asked for by meaning as well.
    pub fn bare(&self) -> Option<String> {
        let bare = |expr: &Expr| match expr {
            Expr::Term(Term { field: Field::Text, text, exact: false }) => Some(text.clone()),
            _ => None,
        };
        match self.words.as_ref()? {
            Expr::All(all) => all.iter().map(bare).collect::<Option<Vec<_>>>().map(|w| w.join(" ")),
            one => bare(one),
        }
    }

    /// What should be in an insight, as one text, for ranking; empty if the question has no words.
    pub fn text(&self) -> String {
        fn gather<'a>(expr: &'a Expr, into: &mut Vec<&'a str>) {
            match expr {
                Expr::Term(term) if matches!(term.field, Field::Text | Field::About) => {
                    into.push(&term.text);
                }
                Expr::Term(_) | Expr::Not(_) => {}
                Expr::All(all) | Expr::Any(all) => all.iter().for_each(|e| gather(e, into)),
            }
        }
        let mut words = Vec::new();
        self.words.iter().for_each(|expr| gather(expr, &mut words));
        words.extend(self.abouts.iter().map(String::as_str));
        words.join(" ")
    }

    /// Every slug it names.
    pub fn all_topics(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.topics.iter().map(String::as_str).collect();
        self.terms(&mut |term| {
            if term.field == Field::Topic {
                all.push(&term.text);
            }
        });
        all
    }

    /// Puts `new` wherever the slug `old` stands. What comes of it may say things twice.
    pub fn rename_topic(&mut self, old: &str, new: &str) {
        fn walk(expr: &mut Expr, old: &str, new: &str) {
            match expr {
                Expr::Term(term) if term.field == Field::Topic && term.text == old => {
                    new.clone_into(&mut term.text);
                }
                Expr::Term(_) => {}
                Expr::Not(one) => walk(one, old, new),
                Expr::All(all) | Expr::Any(all) => {
                    all.iter_mut().for_each(|expr| walk(expr, old, new));
                }
            }
        }
        self.topics.iter_mut().filter(|slug| *slug == old).for_each(|slug| new.clone_into(slug));
        self.words.iter_mut().for_each(|expr| walk(expr, old, new));
    }

    /// Whether it asks for titles of shows.
    pub fn asks_for_shows(&self) -> bool {
        let mut asks = false;
        self.terms(&mut |term| asks |= term.field == Field::Show);
        asks
    }

    fn terms<'a>(&'a self, each: &mut impl FnMut(&'a Term)) {
        fn walk<'a>(expr: &'a Expr, each: &mut impl FnMut(&'a Term)) {
            match expr {
                Expr::Term(term) => each(term),
                Expr::Not(one) => walk(one, each),
                Expr::All(all) | Expr::Any(all) => all.iter().for_each(|expr| walk(expr, each)),
            }
        }
        self.words.iter().for_each(|expr| walk(expr, each));
    }
}
