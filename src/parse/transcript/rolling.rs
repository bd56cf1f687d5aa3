//! Captions that scroll: each repeats the end of the one before and adds a few words (live captions, YouTube's).
//! Told once they are a text; told as they stand, every sentence comes two or three times.

use super::cue::Voice;

/// Words of the cue before that are looked at.
const WINDOW: usize = 60;
/// Cues that must overlap, in percent, before anything is taken away: people do say "Yes." twice.
const SHARE: usize = 30;

type Span = (u64, u64, Voice, String);

/// Leaves each word once, with the time of the cue that brought it, if the file scrolls; otherwise touches nothing.
pub(super) fn collapse(spans: &mut Vec<Span>) {
    let texts: Vec<Vec<String>> = spans.iter().map(|(.., text)| words(text)).collect();
    let overlaps: Vec<usize> = std::iter::once(0)
        .chain(texts.windows(2).map(|pair| overlap(&pair[0], &pair[1])))
        .collect();
    // One shared word is chance; three, or the whole of either caption, are scrolling.
    let telling = (1..texts.len())
        .filter(|&at| {
            let whole = overlaps[at] == texts[at].len() || overlaps[at] == texts[at - 1].len();
            overlaps[at] >= 3 || (overlaps[at] > 0 && whole)
        })
        .count();
    if telling < 3 || telling * 100 < texts.len() * SHARE {
        return;
    }
    let mut at = 0;
    spans.retain_mut(|(_, _, _, text)| {
        let overlap = overlaps[at];
        at += 1;
        *text = text.split_whitespace().skip(overlap).collect::<Vec<_>>().join(" ");
        !text.is_empty()
    });
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// How many words at the end of `before` are the first of `after`.
fn overlap(before: &[String], after: &[String]) -> usize {
    let before = &before[before.len().saturating_sub(WINDOW)..];
    let most = before.len().min(after.len());
    (1..=most).rev().find(|&n| before[before.len() - n..] == after[..n]).unwrap_or(0)
}
