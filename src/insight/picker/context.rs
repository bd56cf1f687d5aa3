//! Where in the talk a sentence stands, who says it, and how its words hang together with the others'.

use super::cues::List;
use super::talk::{Sentence, Talk};

/// Numbers of a sentence's context.
pub(super) const WIDTH: usize = NAMES.len();
/// Their names.
pub(super) const NAMES: [&str; 35] = [
    "pos",
    "pos_abs",
    "pos_end",
    "turn_w",
    "turn_s",
    "turn_pos",
    "turn_from_end",
    "turn_rel",
    "sp_share",
    "sp_main",
    "sp_qrate",
    "sp_meanturn",
    "prev_q",
    "prevturn_q",
    "since_q",
    "nextturn_short",
    "nextturn_react",
    "laugh_near",
    "same_prev",
    "same_next",
    "idf_sum",
    "idf_mean",
    "idf_max",
    "didf_mean",
    "topic_mean",
    "topic_max",
    "topic_sum",
    "firstuse",
    "cos_prev",
    "cos_next",
    "cos_loc",
    "cos_doc",
    "first_turn",
    "jaccard_prev",
    "speaker_first",
];
/// Sentences on each side that a sentence's words are held against.
const NEAR: usize = 8;

#[derive(Default, Clone)]
struct Speaker {
    words: f64,
    sentences: f64,
    asks: f64,
    turns: f64,
}

/// Words with their weights, sorted by word, of length one.
type Sparse = Vec<(u32, f64)>;

fn flag(on: bool) -> f64 {
    f64::from(u8::from(on))
}

/// The rows of all sentences, in the order of [`NAMES`].
pub(super) fn measure(talk: &Talk) -> Vec<[f64; WIDTH]> {
    let list = &talk.sentences;
    let turns = turns(list);
    let speakers = speakers(talk, &turns);
    let total: f64 = list.iter().map(|s| s.words as f64).sum();
    // The first of those who say most.
    let most = speakers.iter().map(|s| s.words).fold(0.0, f64::max);
    let main = speakers.iter().position(|s| s.words >= most);
    let content: Vec<Vec<u32>> = list.iter().map(|s| talk.content(&s.tokens)).collect();
    let vectors: Vec<Sparse> = content.iter().map(|c| vector(talk, c)).collect();
    let near = near(talk, &vectors);
    let whole = whole(talk, &vectors);
    let mut seen = vec![false; talk.words.len()];
    let mut last_question = None;
    let mut out = Vec::with_capacity(list.len());
    for (turn, (from, to)) in turns.iter().copied().enumerate() {
        let turn_words: usize = list[from..to].iter().map(|s| s.words).sum();
        let before = turn.checked_sub(1).map(|t| turns[t]);
        let after = turns.get(turn + 1).copied();
        let after_words = after.map(|(a, b)| list[a..b].iter().map(|s| s.words).sum::<usize>());
        let reacts = after.is_some_and(|(a, _)| {
            list[a].tokens.first().is_some_and(|t| talk.is(*t, List::Reaction))
        });
        let asked =
            before.is_some_and(|(a, b)| list[b.saturating_sub(2).max(a)..b].iter().any(|s| s.asks));
        for i in from..to {
            let sentence = &list[i];
            let speaker = &speakers[sentence.speaker];
            let (left, close) = (to - 1 - i, to - 1 - i <= 2);
            let words = &content[i];
            let known = |t: &u32| &talk.words[*t as usize];
            let mean = |sum: f64| sum / words.len().max(1) as f64;
            let rare: f64 = words.iter().map(|t| known(t).rare).sum();
            let topical = |t: &u32| f64::from(known(t).times).ln_1p() * known(t).rare_episode;
            let topic: f64 = words.iter().map(topical).sum();
            let mut kinds = words.clone();
            kinds.sort_unstable();
            kinds.dedup();
            let kind_count = kinds.len().max(1) as f64;
            let fresh = kinds.iter().filter(|t| !seen[**t as usize]).count() as f64;
            let previous: &[u32] = if i > 0 { &content[i - 1] } else { &[] };
            let shared = kinds.iter().filter(|t| previous.contains(t)).count() as f64;
            let laughs = list[i..list.len().min(i + 3)].iter().any(|s| s.lower.contains("laugh"));
            out.push([
                i as f64 / list.len() as f64,
                i.min(60) as f64 / 60.0,
                (list.len() - 1 - i).min(60) as f64 / 60.0,
                (turn_words as f64).ln_1p(),
                ((to - from) as f64).ln_1p(),
                (i - from).min(10) as f64,
                left.min(10) as f64,
                (i - from) as f64 / (to - from - 1).max(1) as f64,
                speaker.words / total.max(1.0),
                flag(Some(sentence.speaker) == main),
                speaker.asks / speaker.sentences.max(1.0),
                (speaker.words / speaker.turns.max(1.0)).ln_1p(),
                flag(i > 0 && list[i - 1].asks),
                flag(asked),
                last_question.map_or(20, |q: usize| (i - q).min(20)) as f64,
                flag(close && after_words.is_some_and(|w| w <= 5)),
                flag(close && reacts),
                flag(laughs),
                flag(i > from),
                flag(i + 1 < to),
                rare,
                mean(rare),
                words.iter().map(|t| known(t).rare).fold(0.0, f64::max),
                mean(words.iter().map(|t| known(t).rare_episode).sum()),
                mean(topic),
                words.iter().map(topical).fold(0.0, f64::max),
                topic,
                fresh / kind_count,
                if i > 0 { cosine(&vectors[i], &vectors[i - 1]) } else { 0.0 },
                vectors.get(i + 1).map_or(0.0, |next| cosine(&vectors[i], next)),
                near[i],
                whole[i],
                flag(i == from),
                shared / kind_count,
                flag(sentence.speaker == 0),
            ]);
            for word in kinds {
                seen[word as usize] = true;
            }
            if sentence.asks {
                last_question = Some(i);
            }
        }
    }
    out
}

/// First and one past the last sentence of each turn.
fn turns(list: &[Sentence]) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (i, sentence) in list.iter().enumerate() {
        match out.last_mut() {
            Some((_, end)) if i > 0 && list[i - 1].turn == sentence.turn => *end = i + 1,
            _ => out.push((i, i + 1)),
        }
    }
    out
}

fn speakers(talk: &Talk, turns: &[(usize, usize)]) -> Vec<Speaker> {
    let mut out = vec![Speaker::default(); talk.speakers];
    for sentence in &talk.sentences {
        let speaker = &mut out[sentence.speaker];
        speaker.words += sentence.words as f64;
        speaker.sentences += 1.0;
        speaker.asks += flag(sentence.asks);
    }
    for (first, _) in turns {
        out[talk.sentences[*first].speaker].turns += 1.0;
    }
    out
}

fn vector(talk: &Talk, content: &[u32]) -> Sparse {
    let mut sorted = content.to_vec();
    sorted.sort_unstable();
    let mut out: Sparse = sorted
        .chunk_by(|a, b| a == b)
        .map(|same| {
            let rare = talk.words[same[0] as usize].rare;
            (same[0], (1.0 + (same.len() as f64).ln()) * rare)
        })
        .collect();
    let length = length(out.iter().map(|(_, w)| *w));
    for (_, weight) in &mut out {
        *weight /= length;
    }
    out
}

fn length(weights: impl Iterator<Item = f64>) -> f64 {
    let length = weights.map(|w| w * w).sum::<f64>().sqrt();
    if length > 0.0 { length } else { 1.0 }
}

fn cosine(a: &Sparse, b: &Sparse) -> f64 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while let (Some((x, v)), Some((y, w))) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += v * w;
                i += 1;
                j += 1;
            }
        }
    }
    sum
}

/// Likeness of each to the sentences around it taken together.
fn near(talk: &Talk, vectors: &[Sparse]) -> Vec<f64> {
    let mut sum = vec![0.0; talk.words.len()];
    let mut out = Vec::with_capacity(vectors.len());
    for (i, own) in vectors.iter().enumerate() {
        let around = i.saturating_sub(NEAR)..vectors.len().min(i + NEAR + 1);
        let others = || around.clone().filter(|j| *j != i).flat_map(|j| &vectors[j]);
        for (word, weight) in others() {
            sum[*word as usize] += weight;
        }
        let dot: f64 = own.iter().map(|(word, weight)| weight * sum[*word as usize]).sum();
        // Every word is squared once and wiped.
        let square: f64 = others()
            .map(|(word, _)| {
                let weight = std::mem::take(&mut sum[*word as usize]);
                weight * weight
            })
            .sum();
        out.push(if square > 0.0 { dot / square.sqrt() } else { dot });
    }
    out
}

/// Likeness of each to all of them taken together.
fn whole(talk: &Talk, vectors: &[Sparse]) -> Vec<f64> {
    let mut sum = vec![0.0; talk.words.len()];
    for (word, weight) in vectors.iter().flatten() {
        sum[*word as usize] += weight;
    }
    let length = length(sum.iter().copied());
    let dot = |own: &Sparse| own.iter().map(|(w, v)| v * sum[*w as usize]).sum::<f64>() / length;
    vectors.iter().map(dot).collect()
}
