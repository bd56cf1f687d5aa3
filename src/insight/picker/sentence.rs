//! What a sentence shows by itself.

use super::cues::{OPENINGS, PHRASES};
use super::talk::{Sentence, Talk, distinct};

/// Numbers of a sentence.
pub(super) const WIDTH: usize = FORM.len() + PHRASES + MARKS.len() + OPENINGS.len() + SHAPE.len();

const FORM: [&str; 8] = ["n", "logn", "n60", "cpw", "l5", "l10", "l19", "l36"];
const MARKS: [&str; 13] = [
    "endq", "hasq", "ell", "dash", "comma", "quoted", "colon", "excl", "brack", "paren", "digits",
    "pct", "dollar",
];
const SHAPE: [&str; 14] = [
    "caps", "capsr", "lower0", "contr", "ucont", "contlen", "longw", "ttr", "ly", "nomin", "ing",
    "ed", "er", "s",
];
const NOMINAL: [&str; 9] = ["tion", "tions", "ment", "ments", "ness", "ity", "ance", "ence", "ism"];

/// Their names.
pub(super) fn names(talk: &Talk) -> Vec<String> {
    let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    let phrases = talk.cues.names().to_vec();
    [own(&FORM), phrases, own(&MARKS), own(&OPENINGS), own(&SHAPE)].concat()
}

fn flag(on: bool) -> f64 {
    f64::from(u8::from(on))
}

/// The numbers, in the order of [`names`].
pub(super) fn measure(talk: &Talk, sentence: &Sentence) -> [f64; WIDTH] {
    let text = sentence.text.as_str();
    let n = sentence.tokens.len();
    let per_word = |x: f64| x / n.max(1) as f64;
    let words: Vec<&str> = text.split_whitespace().collect();
    let length = text.chars().count() as f64 / words.len().max(1) as f64;
    let mut out = Vec::with_capacity(WIDTH);
    out.extend([n as f64, (n as f64).ln_1p(), n.min(60) as f64 / 60.0, length]);
    let bands = [(5..=9).contains(&n), (10..=18).contains(&n), (19..=35).contains(&n), n > 35];
    out.extend(bands.map(flag));
    let known = || sentence.tokens.iter().map(|t| &talk.words[*t as usize]);
    let tokens: Vec<&str> = known().map(|k| k.text.as_str()).collect();
    out.extend(talk.cues.count(&tokens).map(|c| f64::from(c.min(4))));
    let bare = text.trim_end();
    let has = |c: char| flag(text.contains(c));
    out.extend([
        flag(sentence.asks),
        has('?'),
        flag(bare.ends_with("...")),
        flag(text.contains("--") || text.contains(" - ")),
        text.matches(',').count() as f64,
        has('"'),
        flag(text.contains([';', ':'])),
        has('!'),
        has('['),
        has('('),
        known().filter(|k| k.digit).count().min(4) as f64,
        has('%'),
        has('$'),
    ]);
    let first = known().next().map_or(0, |k| k.lists);
    out.extend((0..OPENINGS.len()).map(|bit| flag(first & (1 << bit) != 0)));
    let capitals = words.windows(2).filter(|w| {
        w[1].starts_with(char::is_uppercase)
            && !w[1].starts_with("I'")
            && w[1] != "I"
            && !w[0].ends_with(['.', '?', '!', '"'])
    });
    let capitals = capitals.count();
    let content = talk.content(&sentence.tokens);
    let letters = |t: &u32| talk.words[*t as usize].letters;
    let ends = |test: &dyn Fn(&str) -> bool| tokens.iter().filter(|w| test(w)).count() as f64;
    let long = |w: &str, more: usize| w.chars().count() > more;
    out.extend([
        capitals.min(6) as f64,
        per_word(capitals as f64),
        flag(text.starts_with(char::is_lowercase)),
        per_word(content.len() as f64),
        distinct(&content) as f64,
        content.iter().map(letters).sum::<usize>() as f64 / content.len().max(1) as f64,
        content.iter().filter(|t| letters(t) >= 8).count() as f64,
        per_word(distinct(&sentence.tokens) as f64),
        ends(&|w| w.ends_with("ly")),
        ends(&|w| NOMINAL.iter().any(|end| w.ends_with(end))),
        ends(&|w| w.ends_with("ing")),
        ends(&|w| w.ends_with("ed")),
        ends(&|w| w.ends_with("er") && long(w, 4)),
        ends(&|w| w.ends_with('s') && long(w, 3)),
    ]);
    let mut row = [0.0; WIDTH];
    row.copy_from_slice(&out);
    row
}
