//! What a passage of one to three sentences shows as a whole.

use super::cues::List;
use super::talk::{Special, Talk, distinct};

/// Numbers of a passage.
pub(super) const WIDTH: usize = NAMES.len();
/// Their names.
pub(super) const NAMES: [&str; 51] = [
    "supnoun",
    "neg_but",
    "neg_its",
    "if_you",
    "if_then",
    "num_unit",
    "more_than",
    "presratio",
    "rep",
    "disfl",
    "iratio",
    "youratio",
    "weratio",
    "theyratio",
    "whyis",
    "lessonopen",
    "thekey",
    "instead",
    "becauseany",
    "butany",
    "causal2",
    "gen_open",
    "alwaysnever",
    "qmark",
    "selfq",
    "endcomplete",
    "startlow",
    "startanaph",
    "prevshort",
    "contdens",
    "caps2",
    "words",
    "words2",
    "short",
    "long",
    "avgsent",
    "minsent",
    "comma_d",
    "newinfo",
    "hedged",
    "turnout",
    "yeahopen",
    "quoteopen",
    "unint",
    "everyx",
    "doesntmean",
    "soopen",
    "defn",
    "will",
    "should",
    "numany",
];

fn flag(on: bool) -> f64 {
    f64::from(u8::from(on))
}

/// The numbers of sentences `first..=last`, in the order of [`NAMES`].
pub(super) fn measure(talk: &Talk, first: usize, last: usize) -> [f64; WIDTH] {
    let list = &talk.sentences[first..=last];
    let joined = |of: fn(&super::talk::Sentence) -> &str| -> String {
        list.iter().map(of).collect::<Vec<_>>().join(" ")
    };
    let (text, lower) = (joined(|s| &s.text), joined(|s| &s.lower));
    let tokens: Vec<u32> = list.iter().flat_map(|s| s.tokens.iter().copied()).collect();
    let words: usize = list.iter().map(|s| s.words).sum();
    let n = tokens.len().max(1) as f64;
    let known = |t: u32| &talk.words[t as usize];
    let count = |list: List| tokens.iter().filter(|t| talk.is(**t, list)).count() as f64;
    let pairs = |test: &dyn Fn(u32, u32) -> bool| {
        tokens.windows(2).filter(|p| test(p[0], p[1])).count() as f64
    };
    let places = |list: List| -> Vec<usize> {
        (0..tokens.len()).filter(|i| talk.is(tokens[*i], list)).collect()
    };
    // Whether one of the second list stands so far behind one of the first.
    let follows = |first: &[usize], second: List, reach: std::ops::RangeInclusive<usize>| {
        let second = places(second);
        flag(first.iter().any(|a| second.iter().any(|b| b > a && reach.contains(&(b - a)))))
    };
    let specials = talk.specials(&tokens);
    let has = |word: Special| specials.has(word);
    let pair = |a: Special, b: Special| has(a) && has(b) && talk.has_pair(&tokens, a, b);
    let pieces = talk.cues.pieces(&lower);
    let opening =
        |list: List| flag(talk.sentences[first].tokens.first().is_some_and(|t| talk.is(*t, list)));
    let negations = places(List::Negation);
    let (past, present) = (count(List::Past), count(List::Present));
    let bare = text.trim_end();
    let content = talk.content(&tokens);
    let kinds = distinct(&content);
    let mut fresh = content.clone();
    fresh.sort_unstable();
    fresh.dedup();
    let before = &talk.sentences[first.saturating_sub(4)..first];
    fresh.retain(|t| !before.iter().any(|s| s.tokens.contains(t)));
    let capital = |w: &&str| {
        w.starts_with(char::is_uppercase) && !["I", "I'm", "I've", "I'd", "I'll"].contains(w)
    };
    let capitals = text.split_whitespace().skip(1).filter(capital).count();
    let size = words.min(80) as f64 / 80.0;
    let shortest = list.iter().map(|s| s.tokens.len()).min().unwrap_or(0);
    [
        pairs(&|a, b| talk.is(a, List::Judging) && talk.is(b, List::AbstractNoun)),
        follows(&negations, List::Turn, 1..=15),
        follows(&negations, List::Identity, 4..=14),
        flag(
            [Special::If, Special::When, Special::Once].into_iter().any(|w| pair(w, Special::You))
                || pair(Special::If, Special::YouAre)
                || pair(Special::When, Special::YouAre),
        ),
        flag(
            has(Special::If)
                && [Special::Then, Special::Will, Special::YouWill, Special::Gonna]
                    .into_iter()
                    .any(has),
        ),
        pairs(&|a, b| (known(a).digit || talk.is(a, List::Number)) && talk.is(b, List::Unit)),
        flag(has(Special::Than)),
        (present + 1.0) / (past + present + 2.0),
        pairs(&|a, b| a == b),
        f64::from(pieces.fillers) / n * 20.0,
        count(List::Myself) / n,
        count(List::Address) / n,
        count(List::We) / n,
        count(List::Others) / n,
        flag(pieces.reason),
        flag(pieces.lesson),
        flag(pieces.key),
        flag(pieces.instead),
        flag(has(Special::Because)),
        flag(has(Special::But)),
        flag(has(Special::Because) && (has(Special::But) || has(Special::So) || has(Special::If))),
        opening(List::General),
        count(List::Absolute),
        text.matches('?').count() as f64,
        flag(text.contains('?') && !bare.ends_with('?')),
        flag(bare.ends_with('.') && !bare.ends_with("..")),
        flag(text.starts_with(char::is_lowercase)),
        opening(List::OpenIt),
        flag(first > 0 && talk.sentences[first - 1].words <= 6),
        kinds as f64 / n,
        capitals as f64 / n,
        size,
        size * size,
        flag(words < 20),
        flag(words > 65),
        words as f64 / list.len() as f64 / 40.0,
        shortest as f64 / 20.0,
        text.matches(',').count() as f64 / n * 10.0,
        fresh.len() as f64 / kinds.max(1) as f64,
        count(List::Hedge) / n,
        flag(pieces.turned_out),
        opening(List::OpenYeah),
        flag(text.starts_with('"')),
        flag(text.contains('[')),
        flag(has(Special::Every) || has(Special::Each)),
        flag(pieces.no_need),
        // "So" itself, not its like.
        flag(talk.sentences[first].tokens.first().is_some_and(|t| known(*t).text == "so")),
        flag(pieces.definition),
        count(List::Coming),
        count(List::Duty),
        flag(tokens.iter().any(|t| known(*t).digit)),
    ]
}
