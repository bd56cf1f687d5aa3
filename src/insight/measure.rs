//! Candidates and their features: every passage of one to three sentences within a turn, measured.

use std::collections::HashMap;

use super::features::Features;
use super::junk::Junk;
use super::lexicon::{CLASSES, COUNTED, Class, Lexicon, OPENINGS};
use super::reading::Reading;
use super::stand;
use super::unit::{Unit, Units};

/// Sentences around a candidate that count as its surroundings, on each side.
const AROUND: usize = 6;
/// Sentences around it that centrality looks at.
const NEAR: usize = 15;

/// A passage that might be worth telling.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// First sentence.
    pub first: usize,
    /// Last sentence, inclusive.
    pub last: usize,
    /// Words in all.
    pub words: usize,
    /// What the scorer sees.
    pub features: Features,
}

/// Which passages are candidates.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Sentences at most.
    pub sentences: usize,
    /// Words at least.
    pub least_words: usize,
    /// Words at least of its first and last sentence, where it is more than one.
    pub least_edge_words: usize,
    /// Words at most, where it is more than one sentence.
    pub most_words: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { sentences: 3, least_words: 12, least_edge_words: 4, most_words: 80 }
    }
}

/// A sentence longer than this is no candidate: nobody reads it.
const MOST_WORDS_ALONE: usize = 120;

/// All candidates in order of place.
pub fn candidates(
    reading: &Reading,
    units: &Units,
    junk: &[Option<Junk>],
    language: &str,
    limits: Limits,
) -> Vec<Candidate> {
    let measure = Measure::new(reading, units, junk, language);
    let mut out = Vec::new();
    for first in 0..units.list.len() {
        let mut words = 0;
        let most = limits.sentences;
        for (last, unit) in units.list.iter().enumerate().skip(first).take(most) {
            if unit.turn != units.list[first].turn || junk[last].is_some() {
                break;
            }
            words += unit.words;
            if words > if last > first { limits.most_words } else { MOST_WORDS_ALONE } {
                break;
            }
            // "Yeah." at an edge adds nothing.
            let edge = last > first
                && units.list[first].words.min(units.list[last].words) < limits.least_edge_words;
            if words >= limits.least_words && !edge {
                let features = measure.features(first, last);
                out.push(Candidate { first, last, words, features });
            }
        }
    }
    out
}

struct Speaker {
    share: f32,
    asks: f32,
    turn: f32,
}

struct Measure<'a> {
    reading: &'a Reading,
    units: &'a Units,
    junk: &'a [Option<Junk>],
    lexicon: &'static Lexicon,
    language: &'a str,
    /// Running sums over sentences: classes, then words, questions, marks, junk.
    sums: Vec<[f32; CLASSES + 4]>,
    speakers: HashMap<Option<&'a str>, Speaker>,
    /// Episode vector, tf·idf per stem, and its length.
    episode: (Vec<f32>, f32),
    /// Whether the transcript tells who speaks.
    voices: bool,
    last_question: Vec<usize>,
    first_seen: Vec<usize>,
    top_topic: f32,
}

const WORDS: usize = CLASSES;
const ASKS: usize = CLASSES + 1;
const MARKS: usize = CLASSES + 2;
const JUNK: usize = CLASSES + 3;

impl<'a> Measure<'a> {
    fn new(
        reading: &'a Reading,
        units: &'a Units,
        junk: &'a [Option<Junk>],
        language: &'a str,
    ) -> Self {
        let mut sums = vec![[0.0; CLASSES + 4]];
        let mut running = [0.0; CLASSES + 4];
        let mut last_question = Vec::with_capacity(units.list.len());
        let mut first_seen = vec![usize::MAX; units.frequency.len()];
        let mut last = usize::MAX;
        for (index, unit) in units.list.iter().enumerate() {
            for (sum, n) in running.iter_mut().zip(unit.counts) {
                *sum += f32::from(n);
            }
            running[WORDS] += unit.words as f32;
            running[ASKS] += f32::from(u8::from(unit.form.ends_question));
            running[MARKS] += f32::from(u8::from(unit.counts[Class::Marks as usize] > 0));
            running[JUNK] += f32::from(u8::from(junk[index].is_some()));
            sums.push(running);
            last_question.push(last);
            if unit.form.ends_question {
                last = index;
            }
            for stem in &unit.stems {
                let seen = &mut first_seen[*stem as usize];
                *seen = (*seen).min(index);
            }
        }
        let weights: Vec<f32> = units
            .frequency
            .iter()
            .zip(&units.weight)
            .map(|(n, w)| (1.0 + *n as f32).ln() * w * w.min(6.0) / 6.0)
            .collect();
        let length = weights.iter().map(|w| w * w).sum::<f32>().sqrt().max(1e-6);
        let top_topic = weights.iter().copied().fold(1e-6, f32::max);
        let mut speakers: HashMap<Option<&str>, (f32, f32, f32, f32)> = HashMap::new();
        for turn in &reading.turns {
            let entry = speakers.entry(turn.speaker.as_deref()).or_default();
            entry.0 += 1.0;
            for unit in &units.list[turn.sentences.clone()] {
                entry.1 += unit.words as f32;
                entry.2 += 1.0;
                entry.3 += f32::from(u8::from(unit.form.ends_question));
            }
        }
        let total = running[WORDS].max(1.0);
        let speakers = speakers
            .into_iter()
            .map(|(name, (turns, words, sentences, asks))| {
                let turn = log(words / f32::max(turns, 1.0));
                (
                    name,
                    Speaker { share: words / total, asks: asks / f32::max(sentences, 1.0), turn },
                )
            })
            .collect();
        let voices = reading.turns.iter().any(|turn| turn.speaker.is_some());
        let lexicon = Lexicon::of(language);
        let episode = (weights, length);
        Self {
            reading,
            units,
            junk,
            lexicon,
            language,
            sums,
            speakers,
            episode,
            voices,
            last_question,
            first_seen,
            top_topic,
        }
    }

    /// Sum of one running column over sentences `from..to`.
    fn sum(&self, column: usize, from: usize, to: usize) -> f32 {
        self.sums[to][column] - self.sums[from][column]
    }

    fn features(&self, first: usize, last: usize) -> Features {
        let mut f = Features::default();
        let list = &self.units.list[first..=last];
        self.size(&mut f, list);
        f.dangling = stand::dangling(self.reading.text(first, first), self.language);
        self.rarity(&mut f, first, last);
        self.place(&mut f, first, last);
        let total = self.units.list.len();
        let (before, after) = (first.saturating_sub(AROUND), (last + 1 + AROUND).min(total));
        let outside = (first - before + after - last - 1).max(1) as f32;
        for (n, class) in COUNTED.enumerate() {
            if self.lexicon.knows(class) {
                let own = self.sum(class, first, last + 1);
                f.own[n] = log(own.min(6.0));
                f.around[n] = (self.sum(class, before, after) - own) / outside;
            } else {
                f.own[n] = f32::NAN;
                f.around[n] = f32::NAN;
            }
        }
        for (n, class) in OPENINGS.enumerate() {
            let opens = self.units.list[first].counts[class] > 0;
            f.open[n] = if self.lexicon.knows(class) { flag(opens) } else { f32::NAN };
        }
        f.around_words_log =
            log((self.sum(WORDS, before, after) - self.sum(WORDS, first, last + 1)) / outside);
        f.around_asks = (self.sum(ASKS, before, after) - self.sum(ASKS, first, last + 1)) / outside;
        f.near_mark = flag(self.sum(MARKS, before, after) > 0.0);
        f.near_junk = (self.sum(JUNK, before, after)) / outside;
        f
    }

    fn size(&self, f: &mut Features, list: &[Unit]) {
        let words: usize = list.iter().map(|u| u.words).sum();
        let n = words.max(1) as f32;
        f.two_sentences = flag(list.len() == 2);
        f.three_sentences = flag(list.len() >= 3);
        f.words_log = log(n);
        f.words_short = flag(words < 18);
        f.words_long = flag(words > 60);
        f.first_words_log = log(list[0].words as f32);
        f.shortest_log = log(list.iter().map(|u| u.words).min().unwrap_or(0) as f32);
        f.longest_log = log(list.iter().map(|u| u.words).max().unwrap_or(0) as f32);
        let any = |test: fn(&Unit) -> bool| flag(list.iter().any(test));
        let all = |count: fn(&Unit) -> f32| list.iter().map(count).sum::<f32>();
        f.ends_question = flag(list.last().is_some_and(|u| u.form.ends_question));
        f.has_question = any(|u| u.form.has_question);
        f.ellipsis = flag(list.last().is_some_and(|u| u.form.ellipsis));
        f.dash = any(|u| u.form.dash);
        f.comma_rate = all(|u| f32::from(u.form.commas)) / n;
        f.quoted = any(|u| u.form.quoted);
        f.colon = any(|u| u.form.colon);
        f.exclaims = any(|u| u.form.exclaims);
        f.bracket = any(|u| u.form.bracket);
        f.digits = log(all(|u| f32::from(u.form.digits)).min(5.0));
        f.percent = any(|u| u.form.percent);
        f.currency = any(|u| u.form.currency);
        let capitals = all(|u| f32::from(u.form.capitals));
        f.capitals = log(capitals.min(8.0));
        f.capital_rate = capitals / n;
        f.lower_start = flag(list[0].form.lower_start);
        let content = list.iter().map(|u| u.stems.len()).sum::<usize>() as f32;
        f.content_rate = content / n;
        f.content_length = all(|u| u.form.content_letters as f32) / content.max(1.0);
        f.long_rate = all(|u| f32::from(u.form.long_words)) / n;
        f.variety = all(|u| f32::from(u.form.distinct)) / n;
        f.nominal_rate = all(|u| f32::from(u.form.nominal)) / n;
        f.adverb_rate = all(|u| f32::from(u.form.adverbs)) / n;
    }

    fn rarity(&self, f: &mut Features, first: usize, last: usize) {
        let list = &self.units.list[first..=last];
        let known: Vec<f32> = list.iter().flat_map(|u| u.rarities.iter().copied()).collect();
        let sum: f32 = known.iter().sum();
        let n = known.len().max(1) as f32;
        f.rarity_mean = sum / n;
        f.rarity_max =
            known.iter().copied().fold(if sum.is_nan() { f32::NAN } else { 0.0 }, f32::max);
        f.rarity_sum_log = if sum.is_nan() { f32::NAN } else { log(sum) };
        let stems: Vec<u32> = list.iter().flat_map(|u| u.stems.iter().copied()).collect();
        let topics = |stem: &u32| self.episode.0[*stem as usize] / self.top_topic;
        f.topic_mean = stems.iter().map(topics).sum::<f32>() / n;
        f.topic_max = stems.iter().map(topics).fold(0.0, f32::max);
        let own = vector(&stems, &self.units.weight);
        let length = own.iter().map(|(_, w)| w * w).sum::<f32>().sqrt().max(1e-6);
        let dot: f32 = own.iter().map(|(s, w)| w * self.episode.0[*s as usize]).sum();
        f.central_episode = dot / (length * self.episode.1);
        let total = self.units.list.len();
        let gather = |from: usize, to: usize| -> Vec<u32> {
            self.units.list[from..to].iter().flat_map(|u| u.stems.iter().copied()).collect()
        };
        let before = gather(first.saturating_sub(NEAR), first);
        let after = gather(last + 1, (last + 1 + NEAR).min(total));
        let both: Vec<u32> = before.iter().chain(&after).copied().collect();
        f.central_near = cosine(&own, length, &vector(&both, &self.units.weight));
        let close = gather(first.saturating_sub(2), first);
        f.like_before = cosine(&own, length, &vector(&close, &self.units.weight));
        let close = gather(last + 1, (last + 3).min(total));
        f.like_after = cosine(&own, length, &vector(&close, &self.units.weight));
        let fresh = own.iter().filter(|(s, _)| self.first_seen[*s as usize] >= first).count();
        f.first_use = fresh as f32 / (own.len().max(1)) as f32;
    }

    fn place(&self, f: &mut Features, first: usize, last: usize) {
        let total = self.units.list.len();
        f.place = first as f32 / total.max(1) as f32;
        f.place_edge = (f.place - 0.5).abs();
        f.opening_part = flag(f.place < 0.06);
        f.closing_part = flag(f.place > 0.92);
        let after_question = self.last_question[first];
        f.after_question = flag(first > 0 && after_question == first - 1);
        let since = if after_question == usize::MAX { 40 } else { first - after_question };
        f.since_question = log(since.min(40) as f32);
        f.before_words_log = log(self.sum(WORDS, first.saturating_sub(1), first));
        f.after_words_log = log(self.sum(WORDS, last + 1, (last + 2).min(total)));
        if !self.voices {
            for unknown in [
                &mut f.turn_words_log,
                &mut f.turn_before_log,
                &mut f.turn_after_log,
                &mut f.turn_start,
                &mut f.speaker_share,
                &mut f.speaker_asks,
                &mut f.speaker_turn_log,
                &mut f.after_asking_turn,
                &mut f.before_reaction,
                &mut f.before_short_turn,
            ] {
                *unknown = f32::NAN;
            }
            return;
        }
        let index = self.units.list[first].turn;
        let turn = &self.reading.turns[index];
        let range = turn.sentences.clone();
        f.turn_words_log = log(self.sum(WORDS, range.start, range.end));
        f.turn_before_log = log((first - range.start) as f32);
        f.turn_after_log = log((range.end - last - 1) as f32);
        f.turn_start = flag(first == range.start);
        if let Some(speaker) = self.speakers.get(&turn.speaker.as_deref()) {
            f.speaker_share = speaker.share;
            f.speaker_asks = speaker.asks;
            f.speaker_turn_log = speaker.turn;
        }
        let asks = |i: usize| self.units.list.get(i).is_some_and(|u| u.form.ends_question);
        f.after_asking_turn = flag(range.start > 0 && asks(range.start - 1));
        if let Some(next) = self.reading.turns.get(index + 1) {
            let short = self.sum(WORDS, next.sentences.start, next.sentences.end) <= 6.0;
            f.before_short_turn = flag(short);
            let reaction = self.units.list.get(next.sentences.start);
            f.before_reaction =
                flag(reaction.is_some_and(|u| u.counts[Class::OpenReact as usize] > 0));
        }
        debug_assert!(self.junk.len() == total);
    }
}

fn flag(on: bool) -> f32 {
    f32::from(u8::from(on))
}

fn log(n: f32) -> f32 {
    n.max(0.0).ln_1p()
}

/// Stems with their summed weights, sorted by stem.
pub fn vector(stems: &[u32], weight: &[f32]) -> Vec<(u32, f32)> {
    let mut sorted = stems.to_vec();
    sorted.sort_unstable();
    let mut out: Vec<(u32, f32)> = Vec::with_capacity(sorted.len());
    for stem in sorted {
        let w = weight.get(stem as usize).copied().unwrap_or(0.0);
        match out.last_mut() {
            Some((last, sum)) if *last == stem => *sum += w,
            _ => out.push((stem, w)),
        }
    }
    out
}

/// Cosine of two vectors; `length` is the first one's.
pub fn cosine(a: &[(u32, f32)], length: f32, b: &[(u32, f32)]) -> f32 {
    let other = b.iter().map(|(_, w)| w * w).sum::<f32>().sqrt();
    let (mut i, mut j, mut dot) = (0, 0, 0.0);
    while let (Some((x, v)), Some((y, w))) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                dot += v * w;
                i += 1;
                j += 1;
            }
        }
    }
    if length * other > 0.0 { dot / (length * other) } else { 0.0 }
}
