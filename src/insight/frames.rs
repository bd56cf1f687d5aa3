//! Dresses a clause as a headline: without "I think that" in front, "really" within and a stop behind, with a
//! capital. Words are only taken out.

use crate::text::token::{count, lower};

/// Words that must be left when a frame goes.
const LEAST_WORDS: usize = 5;

/// "I think", "I would say that": who says it stands beside the headline anyway.
const FRAMES: &[&str] = &[
    "i think that ",
    "i think ",
    "i believe that ",
    "i believe ",
    "i would say that ",
    "i would say ",
    "i'd say that ",
    "i'd say ",
    "i guess ",
    "i feel like ",
    "i do think that ",
    "i do think ",
    "i really think ",
    "we think that ",
    "we think ",
    "i mean, ",
    "i mean ",
    "i would argue that ",
    "i'd argue that ",
    "i would argue ",
    "i'd argue ",
    "to me, ",
    "for me, ",
    "in my opinion, ",
    "personally, ",
    "honestly, ",
    "basically, ",
    "actually, ",
    "you know, ",
    "in fact, ",
    "of course, ",
    "and ",
    "but ",
    "so ",
    "because ",
    "i've heard that ",
    "i've always said that ",
    "i've noticed that ",
    "i noticed that ",
    "i would guess that ",
    "i'm pretty sure ",
    "i'm sure ",
    "i say ",
    "and so ",
    "i've found that ",
    "i find that ",
    "what i found is that ",
    "the thing is, ",
    "the thing is that ",
    "my god, ",
    "secondly, ",
    "first of all, ",
    "second of all, ",
    "for example, ",
    "for instance, ",
    "again, ",
    "yeah, ",
    "it turns out that ",
    "it turns out ",
    "i feel that ",
    "i just think ",
    "of course, ",
    "interestingly, ",
    "obviously, ",
    "i always say ",
    "what i mean is ",
    "i've learned that ",
    "i learned that ",
    "we found that ",
    "we've found that ",
    "then ",
    "i would also say ",
    "i will say that ",
    "i will say ",
    "i agree that ",
    "usually, ",
    "i know that ",
    "i also think that ",
    "i also think ",
    "the other thing is that ",
    "the other thing is ",
    "the thing is, that ",
    "the point is that ",
    "my point is that ",
    "one thing is that ",
    "one thing is just that ",
    "it's roughly known that ",
    "there's no question that ",
    "it is demonstrably true that ",
    "ideally, ",
    "i guess that ",
    "i suppose ",
    "i'm convinced that ",
    "i strongly believe that ",
    "i truly believe that ",
    "i really believe ",
    "i do believe that ",
    "i do believe ",
    "i feel ",
    "i'd argue ",
    "i just think that ",
    "i think, ",
    "and then ",
    "but then ",
    "well, ",
    "also, ",
    "now, ",
    "or ",
    "plus, ",
    "like ",
    "even though ",
    "which means that ",
    "which means ",
    "that means that ",
    "that means ",
    "it means that ",
    "it means ",
    "i realized that ",
    "i realized ",
    "we realized that ",
    "we realized ",
    "what we found is that ",
    "what i've found is that ",
    "what i've learned is that ",
    "unfortunately, ",
    "on the other hand, ",
    "at the end of the day, ",
    "at the same time, ",
    "by the way, ",
    "in general, ",
    "so, ",
    "but, ",
    "and, ",
    "therefore ",
    "so therefore, ",
    "therefore, ",
    "however, ",
    "ultimately, ",
    "certainly, ",
    "essentially, ",
    "naturally, ",
    "ironically, ",
    "realistically, ",
    "fundamentally, ",
    "frankly, ",
    "to be honest, ",
    "to be fair, ",
    "as a result, ",
    "in my experience, ",
    "in my view, ",
    "from my perspective, ",
    "from my experience, ",
    "that said, ",
    "having said that, ",
    "i would say, ",
    "i'd say, ",
    "i personally think ",
    "i honestly think ",
    "we believe that ",
    "we believe ",
    "we know that ",
    "one of the things is that ",
    "what happens is ",
    "what happens is that ",
    "the reality is that ",
    "the reality is ",
    "the truth is that ",
    "the truth is ",
    "the fact is that ",
    "the fact is ",
    "now ",
    "also ",
    "actually ",
    "literally ",
    "basically ",
    "obviously ",
    "honestly ",
    "you see, ",
    "you know ",
    "well ",
    "i quickly realized that ",
    "it turned out that ",
    "it turned out ",
    "the thing about it is that ",
    "what happened was ",
    "what happened is ",
    "i've seen that ",
    "i've heard ",
    "i will just say that ",
    "i would just say ",
    "all i'm saying is ",
    "another thing is that ",
    "another thing is ",
    "in my mind, ",
    "as you know, ",
    "as we know, ",
    "these days, ",
    "nowadays, ",
    "right now, ",
    "sometimes, ",
    "at that point, ",
    "at this point, ",
    "in this case, ",
    "in that case, ",
    "in that sense, ",
    "because of that, ",
    "for that reason, ",
    "that's why ",
    "this is why ",
    "which is why ",
    "so that's why ",
];

/// Weak words that a headline can spare; never behind a negation.
const SPARE: &[&str] = &[
    "actually",
    "basically",
    "literally",
    "really",
    "obviously",
    "essentially",
    "honestly",
    "quite",
    "simply",
    "definitely",
];

/// Tags behind the last word.
const TAILS: &[&str] = &[
    ", right",
    ", i think",
    ", i guess",
    ", you know",
    ", i believe",
    ", basically",
    ", actually",
    ", as well",
    ", for sure",
    ", obviously",
    ", in my opinion",
    ", of course",
    ", essentially",
    ", i would say",
    ", and so on",
    ", etc",
    ", too",
    ", at least",
    ", though",
];

/// The clause as a headline.
pub fn dressed(clause: &str) -> String {
    let mut text = clause.trim();
    loop {
        let plain = text.to_lowercase().replace('’', "'");
        let frame = FRAMES
            .iter()
            .filter(|f| plain.starts_with(**f) && text.is_char_boundary(frame_len(text, f)))
            .max_by_key(|f| f.len());
        let Some(frame) = frame else { break };
        let rest = text[frame_len(text, frame)..].trim_start();
        // "So far", "so many", "or not" are no frames.
        let next = rest.split_whitespace().next().map(lower).unwrap_or_default();
        let bound = matches!(
            next.trim_end_matches(','),
            "far" | "many" | "much" | "long" | "few" | "if" | "when" | "not" | "than" | "that"
        ) && matches!(
            *frame,
            "so " | "or " | "then " | "like " | "even though " | "now " | "well "
        );
        // A joining word says nothing in front of however little.
        let least = if matches!(*frame, "and " | "but " | "so ") { 1 } else { LEAST_WORDS };
        if bound || count(rest) < least {
            break;
        }
        text = rest;
    }
    let mut text = lighter(text);
    let edge = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '–' | '-' | '—');
    loop {
        let bare = text.trim_end_matches(|c: char| edge(c) || c == '.');
        let plain = bare.to_lowercase().replace('’', "'");
        let tail = TAILS.iter().find(|t| plain.ends_with(**t) && plain.len() == bare.len());
        let Some(cut) = tail.map(|t| bare.len() - t.len()).filter(|n| bare.is_char_boundary(*n))
        else {
            break;
        };
        text.truncate(cut);
    }
    let text = text.trim_matches(edge);
    let text = text.strip_suffix('.').unwrap_or(text).trim_end_matches(',');
    // A quotation that is the whole headline needs no marks.
    let inner = text.strip_prefix(['"', '“']).and_then(|t| t.strip_suffix(['"', '”']));
    let text = inner.filter(|t| !t.contains(['"', '“', '”'])).unwrap_or(text);
    let text = text.strip_suffix('.').unwrap_or(text);
    // The name of a thing in code is written as it is.
    let coded =
        text.split_whitespace().next().is_some_and(|w| w.contains(['_', '(', '/', '\\', '=']));
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if !coded && !chars.as_str().starts_with(char::is_uppercase) => {
            first.to_uppercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

/// Without its spare words.
fn lighter(text: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        let core = word.trim_end_matches(',');
        let before = out.last().map(|w| lower(w)).unwrap_or_default();
        let bound = before.is_empty()
            || before.ends_with("n't")
            || matches!(
                before.as_str(),
                "not" | "never" | "or" | "only" | "so" | "very" | "without"
            );
        if SPARE.contains(&lower(core).as_str()) && !bound && !word.ends_with(['.', '?', '!']) {
            if word.ends_with(',')
                && let Some(last) = out.last_mut()
            {
                *last = last.trim_end_matches(',');
            }
            continue;
        }
        out.push(word);
    }
    out.join(" ")
}

/// Bytes of `text` that a frame covers, its apostrophe being straight or not.
fn frame_len(text: &str, frame: &str) -> usize {
    text.chars().take(frame.chars().count()).map(char::len_utf8).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_weak_words_and_stops_go() {
        for (from, to) in [
            ("and I think that the cache is actually slow, of course.", "The cache is slow"),
            ("“Wet dough makes lighter bread.”", "Wet dough makes lighter bread"),
            ("it’s not really about the money at all", "It’s not really about the money at all"),
            ("I think so.", "I think so"),
            ("And quiet is bad.", "Quiet is bad"),
            ("read_all takes too long.", "read_all takes too long"),
        ] {
            assert_eq!(dressed(from), to);
        }
    }
}
