//! What knowing costs with a hundred thousand insights kept: start, memory, related insights, near-duplicates.
//! `cargo bench --bench knowing [-- COUNT | -- TEXTS.jsonl]`. The insights are made of words as common as in speech, with vectors in
//! clusters, so that lists of common words are as long as they would be. With a file of lines of `item` and `text`, it
//! counts the links between them instead.

use std::time::{Duration, Instant};

use podbrief::model::*;
use podbrief::rank::related::{Place, RelatedIndex};
use podbrief::search::Index;
use podbrief::store::{
    Embedding, Extraction, FeedStore, ItemStore, NewItem, PollOutcome, Publication, SourceStore,
    TranscriptOutcome, sled,
};
use podbrief::text::embed::{DIMENSIONS, MODEL, Vector};
use podbrief::text::encoder::Encoder;

const OF_ITEM: usize = 200;
const QUERIES: usize = 200;

/// Small and always the same (xorshift64*).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Words with the share of all below them.
fn words() -> Vec<(&'static str, f64)> {
    let table = include_str!("../data/frequency/en.tsv");
    let mut sum = 0.0;
    let rows = table.lines().filter_map(|line| line.split_once('\t'));
    rows.filter_map(|(word, count)| {
        sum += count.parse::<f64>().ok()?;
        Some((word, sum))
    })
    .collect()
}

fn say(words: &[(&'static str, f64)], count: usize, dice: &mut Dice) -> String {
    let all = words.last().map_or(0.0, |w| w.1);
    let mut out = String::new();
    for _ in 0..count {
        let at = dice.unit() * all;
        let place = words.partition_point(|w| w.1 < at).min(words.len() - 1);
        out.push_str(words[place].0);
        out.push(' ');
    }
    out
}

fn vector(dice: &mut Dice) -> Vector {
    let mut centre = Dice(dice.next() % 500 + 1);
    let values: Vec<f32> =
        (0..DIMENSIONS).map(|_| (centre.unit() + dice.unit() - 1.0) as f32).collect();
    Vector::new(&values)
}

/// Seconds of processor time that this process took so far.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let rest = stat.rsplit(')').next().unwrap_or_default();
    let ticks = rest.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// Memory of this process in MiB: resident now.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|l| l.split_whitespace().nth(1)).and_then(|n| n.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

fn fill(dir: &std::path::Path, count: usize) -> Result<(), Box<dyn std::error::Error>> {
    let now = Timestamp::from_secs(1_795_503_600);
    let store = sled::open(dir, &sled::Mint { now, host: "bench.example", random: "r" })?;
    let words = words();
    let mut dice = Dice(7);
    let mut made = 0;
    while made < count {
        let url = format!("https://show{}.example/feed", made / OF_ITEM % 100);
        let source = podbrief::pipeline::new_source(&url, Some(&url), Visibility::Public, now)
            .map_err(|e| e.to_string())?;
        store.add_source(source.clone())?;
        let item = item(&source, made, now);
        let new = vec![NewItem { item: item.clone(), due: now }];
        let state = PollState { next: now, ..PollState::default() };
        store.save_poll(PollOutcome {
            source: source.id.clone(),
            state,
            status: SourceStatus::Active,
            url: None,
            profile: None,
            new,
            changed: Vec::new(),
        })?;
        let origin = TranscriptOrigin::Publisher;
        let body = BlobId::of(b"none");
        store.save_transcript(TranscriptOutcome {
            item: item.id.clone(),
            body,
            origin,
            recognised_by: None,
            problem: None,
            chapters: Vec::new(),
            drift_ms: None,
            now,
        })?;
        let publications =
            (0..OF_ITEM).map(|n| publication(&source, &item, n, &words, &mut dice, now)).collect();
        store.save_extraction(Extraction { item: item.id, origin, publications, writing: None })?;
        made += OF_ITEM;
    }
    Ok(())
}

fn item(source: &Source, n: usize, now: Timestamp) -> Item {
    Item {
        id: ItemId::new(&source.id, &n.to_string()),
        source: source.id.clone(),
        key: n.to_string(),
        kind: ItemKind::Episode,
        title: format!("Episode {n}"),
        link: None,
        enclosure: None,
        published: Some(now),
        seen: now,
        duration_ms: None,
        language: None,
        transcripts: Vec::new(),
        persons: Vec::new(),
        chapters_url: None,
        soundbites: Vec::new(),
        chapters: Vec::new(),
        season: None,
        episode: None,
        episode_kind: Default::default(),
        drift_ms: None,
        notes: None,
        transcript: None,
        state: ItemState::New,
        problem: None,
        recognised_by: None,
        mail: None,
    }
}

fn publication(
    source: &Source,
    item: &Item,
    n: usize,
    words: &[(&'static str, f64)],
    dice: &mut Dice,
    now: Timestamp,
) -> Publication {
    let claim = say(words, 40, dice);
    let quote = Quote {
        text: format!("{claim} {}", say(words, 8, dice)),
        first: n,
        last: n,
        start_ms: None,
        end_ms: None,
        speaker: None,
    };
    let id = InsightId::new(&item.id, n, n, &quote.text);
    let headline = claim.split_inclusive(' ').take(10).collect();
    let insight = Insight {
        id: id.clone(),
        item: item.id.clone(),
        source: source.id.clone(),
        visibility: Visibility::Public,
        claim,
        headline,
        quote,
        basis: Basis::Spoken,
        score: 0.5,
        topics: Vec::new(),
        names: Vec::new(),
        episode_kind: Default::default(),
        chapter: None,
        written: None,
        language: Some("en".into()),
        published: now,
        seq: 0,
    };
    let entry = Entry {
        id: format!("tag:bench.example:{id}"),
        insight: id.clone(),
        title: insight.headline.clone(),
        content_html: insight.claim.clone(),
        summary: insight.claim.clone(),
        published: now,
        authors: Vec::new(),
        topics: Vec::new(),
        via: None,
        source: EntrySource {
            feed_url: String::new(),
            title: String::new(),
            link: None,
            item_published: None,
        },
        language: None,
        page: None,
    };
    let embedding = Some(Embedding { insight: id, model: MODEL.to_owned(), vector: vector(dice) });
    Publication { insight, entry, embedding }
}

fn quantiles(mut times: Vec<Duration>) -> String {
    times.sort();
    let ms = |at: usize| {
        times.get(at.min(times.len().saturating_sub(1))).map_or(0.0, |t| t.as_secs_f64() * 1e3)
    };
    format!(
        "{:.2} ms in the middle, {:.2} ms at 95 of 100",
        ms(times.len() / 2),
        ms(times.len() * 95 / 100)
    )
}

fn timed<T>(asked: &[Insight], mut ask: impl FnMut(&Insight) -> T) -> Vec<Duration> {
    let time = |insight| {
        let start = Instant::now();
        std::hint::black_box(ask(insight));
        start.elapsed()
    };
    asked.iter().map(time).collect()
}

/// All vectors against one, exactly, beside one pass over their bytes; each the best of some.
fn passes(count: usize) {
    let mut dice = Dice(7);
    let mut vector =
        || Vector::new(&std::array::from_fn::<f32, DIMENSIONS, _>(|_| dice.unit() as f32 - 0.5));
    let vectors: Vec<Vector> = (0..count).map(|_| vector()).collect();
    let bytes: Vec<u64> = (0..size_of_val(vectors.as_slice()) as u64 / 8).collect();
    let best = |mut work: Box<dyn FnMut() -> u64 + '_>| {
        let once = |_| {
            let start = Instant::now();
            std::hint::black_box(work());
            start.elapsed().as_secs_f64() * 1e3
        };
        (0..50).map(once).fold(f64::INFINITY, f64::min)
    };
    let search = best(Box::new(|| vectors[0].dots(&vectors).len() as u64));
    let pass =
        best(Box::new(|| std::hint::black_box(&bytes).iter().fold(0, |all, word| all ^ word)));
    println!(
        "exact search of {count} vectors: {search:.2} ms; one pass over as many bytes {pass:.2} ms: {:.2} times (must 1.5, aim 1.1)",
        search / pass
    );
}

/// What links there are between real texts: lines of `item` and `text`, one source an item.
fn links(path: &str) -> Result<(), Box<dyn std::error::Error>> {
    let encoder = Encoder::load()?;
    let mut index = RelatedIndex::new();
    let mut ids = Vec::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        let (item, text) =
            (line["item"].as_str().unwrap_or_default(), line["text"].as_str().unwrap_or_default());
        let source = SourceId::for_feed(item);
        let item = ItemId::new(&source, item);
        let id = InsightId::new(&item, ids.len(), 0, text);
        ids.push(id.clone());
        let place = Place { id, item, source, visibility: Visibility::Public };
        index.add(place, text, encoder.encode(&[text]).pop());
    }
    let (mut all, mut back, mut none, mut same) = (0, 0, 0, 0);
    for id in &ids {
        let related = index.related(id, None, 10);
        none += usize::from(related.is_empty());
        same += usize::from(!index.repeats(id, None).is_empty());
        all += related.len();
        let leads_back =
            |other: &&Related| index.related(&other.id, None, 10).iter().any(|r| r.id == *id);
        back += related.iter().filter(leads_back).count();
    }
    println!("{} texts, {none} without related ones, {same} said elsewhere too", ids.len());
    println!("{all} links, {back} of them lead back");
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if let Some(path) = std::env::args().skip(1).find(|a| a.ends_with(".jsonl")) {
        return links(&path);
    }
    let count = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(100_000_usize);
    let kept = std::env::var_os("PODBRIEF_BENCH_DIR").map(std::path::PathBuf::from);
    let fresh = tempfile::tempdir()?;
    let dir = kept.unwrap_or_else(|| fresh.path().to_owned());
    // In a process of its own, so that what filling needs is not counted.
    if std::env::var_os("PODBRIEF_BENCH_FILL").is_some() {
        return fill(&dir, count);
    }
    if !dir.join("store").exists() {
        let mut child = std::process::Command::new(std::env::current_exe()?);
        child
            .arg(count.to_string())
            .env("PODBRIEF_BENCH_FILL", "1")
            .env("PODBRIEF_BENCH_DIR", &dir);
        if !child.status()?.success() {
            return Err("the store can't be filled".into());
        }
    }
    println!("{count} insights");
    passes(count);
    let before = resident();
    let start = Instant::now();
    let now = Timestamp::from_secs(1_795_503_600);
    let store = sled::open(&dir, &sled::Mint { now, host: "bench.example", random: "r" })?;
    println!(
        "store opened after {:.2} s, {:.0} MiB resident",
        start.elapsed().as_secs_f64(),
        resident()
    );
    let index = Index::build(&store)?;
    println!(
        "index built after {:.2} s in all, {:.2} s of one processor; {:.0} MiB resident ({before:.0} before)",
        start.elapsed().as_secs_f64(),
        cpu(),
        resident()
    );
    let mut asked = Vec::new();
    let mut n = 0;
    store.each_insight(&mut |insight| {
        if n % (count / QUERIES).max(1) == 0 {
            asked.push(insight);
        }
        n += 1;
    })?;
    let before = cpu();
    let times = timed(&asked, |i| index.related(&store, i, None, 10).map(|r| r.len()).ok());
    let took = (cpu() - before) * 1e3 / asked.len() as f64;
    println!("related: {}, {took:.2} ms of one processor", quantiles(times));
    let before = cpu();
    let times = timed(&asked, |i| index.also_said(&i.id, None));
    let took = (cpu() - before) * 1e3 / asked.len() as f64;
    println!("also said: {}, {took:.2} ms of one processor", quantiles(times));
    println!("same claim: {}", quantiles(timed(&asked, |i| index.same_claim(&i.id, &asked[0].id))));
    println!("vector: {}", quantiles(timed(&asked, |i| index.vector(&i.id))));
    println!("{:.0} MiB resident at the end", resident());
    Ok(())
}
