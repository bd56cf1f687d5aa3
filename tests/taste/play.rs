//! Plays readers with hidden tastes against the program (`podbrief eval brief`) over pipes: shows publish, readers
//! get editions and vote, clocks change and jump, the program restarts. What comes out is measured here.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::chance::Chance;
use super::texts::Text;

/// 1 March 2026: the weeks after it bring summer time to New York and Berlin and end it in Sydney.
const START: i64 = 1_772_323_200;
const HOUR: i64 = 3600;
/// The clock is looked at every so many hours.
const STEP: i64 = 3;
const ZONES: [&str; 6] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Sydney",
    "Asia/Kolkata",
    "UTC",
    "America/Sao_Paulo",
];
/// Shows say things regardless of their subject, so that no show is a taste.
const SHOWS: usize = 14;
/// So many of a day's insights were said by another show at least ten days before, in slightly other words.
const REPEATS: f64 = 0.12;
const REPEAT_AFTER: usize = 10;
/// Readers say something of so many insights, and of these so many votes are wrong.
const VOTES: f64 = 0.7;
const NOISE: f64 = 0.2;

pub struct Setup {
    pub readers: usize,
    pub days: usize,
    pub per_day: usize,
    pub seed: u64,
    /// Readers vote.
    pub votes: bool,
    /// Half of the readers say at the start, in two words, what they like most.
    pub interests: bool,
}

#[derive(Debug, Default)]
pub struct Outcome {
    /// Mean nDCG@5 by day.
    pub ndcg: Vec<f64>,
    pub editions: usize,
    pub picks: usize,
    pub repeats: usize,
    pub near_repeats: usize,
    pub second_of_a_day: usize,
    /// Median of the shows in editions of five.
    pub shows: usize,
    pub explored: usize,
    pub least_editions: usize,
}

impl Outcome {
    /// Mean over days, counted from 0.
    pub fn mean(&self, days: std::ops::Range<usize>) -> f64 {
        let days: Vec<f64> = self.ndcg.get(days).unwrap_or_default().to_vec();
        days.iter().sum::<f64>() / days.len().max(1) as f64
    }
}

struct Reader {
    most: String,
    some: String,
    documents: HashSet<String>,
    /// Where in what was published their next edition begins.
    from: usize,
    got: Vec<usize>,
    days: HashSet<String>,
}

impl Reader {
    /// What an insight is worth to them: 0 to 3.
    fn gain(&self, text: &Text) -> f64 {
        let label = if text.label == self.most {
            2.0
        } else if text.label == self.some {
            1.0
        } else {
            0.0
        };
        label + f64::from(u8::from(self.documents.contains(&text.document)))
    }
}

struct Program {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Program {
    fn start(program: &str) -> Self {
        let mut child = Command::new(program)
            .args(["eval", "brief"])
            // It is for the player, not for the program.
            .env_remove("PODBRIEF_EVAL")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) =
            (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, to, from }
    }

    fn ask(&mut self, line: &Value) -> Value {
        writeln!(self.to, "{line}").unwrap();
        let mut answer = String::new();
        self.from.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{line} was answered {answer:?}"))
    }

    fn end(mut self) {
        drop(self.to);
        assert!(self.child.wait().unwrap().success());
    }
}

fn time(at: i64) -> String {
    jiff::Timestamp::from_second(at).unwrap().to_string()
}

/// What was published: the text, and the same number for all that say the same.
struct Said {
    text: Text,
    same: usize,
}

pub fn play(program: &str, setup: &Setup, texts: &[Text]) -> Outcome {
    let mut chance = Chance::new(setup.seed);
    let mut program = Program::start(program);
    let mut labels: Vec<String> = texts.iter().map(|text| text.label.clone()).collect();
    labels.sort();
    labels.dedup();
    let mut documents: Vec<(String, String)> =
        texts.iter().map(|text| (text.document.clone(), text.label.clone())).collect();
    documents.sort();
    documents.dedup();
    program.ask(&json!({ "now": time(START - HOUR) }));
    let mut readers: Vec<Reader> = Vec::new();
    for n in 0..setup.readers {
        chance.shuffle(&mut labels);
        let (most, some) = (labels[0].clone(), labels[1].clone());
        let documents =
            (0..3).map(|_| documents[chance.below(documents.len())].0.clone()).collect();
        let interests =
            if setup.interests && n % 2 == 0 { most.replace('-', " ") } else { String::new() };
        program.ask(&json!({ "reader": {
            "id": n.to_string(), "interests": interests, "zone": ZONES[n % ZONES.len()], "hour": 2 + n % 7,
        }}));
        let (got, days) = (Vec::new(), HashSet::new());
        readers.push(Reader { most, some, documents, from: 0, got, days });
    }
    let mut pool: Vec<usize> = (0..texts.len()).collect();
    chance.shuffle(&mut pool);
    let mut said: Vec<Said> = Vec::new();
    let mut out = Outcome::default();
    let mut sums: Vec<(f64, usize)> = vec![(0.0, 0); setup.days];
    let mut shows_of: HashMap<usize, usize> = HashMap::new();
    let mut widths: Vec<usize> = Vec::new();
    for (day, (sum, count)) in sums.iter_mut().enumerate() {
        let begin = START + day as i64 * 24 * HOUR;
        let mut lines = Vec::new();
        for _ in 0..setup.per_day {
            let old = said.len().saturating_sub(REPEAT_AFTER * setup.per_day);
            let repeats = old > 0 && chance.hits(REPEATS);
            let (text, same) = if repeats {
                let first = &said[chance.below(old)];
                (reworded(&first.text), first.same)
            } else {
                // When all were used they come again, which makes them repeats too.
                let at = said.len() % pool.len();
                (texts[pool[at]].clone(), pool[at])
            };
            let show = chance.below(SHOWS);
            shows_of.insert(said.len(), show);
            lines.push(json!({
                "id": said.len().to_string(), "show": format!("Show {show}"), "episode": format!("Day {day}"),
                "claim": text.claim, "headline": text.headline, "score": 0.3 + 0.6 * (chance.below(100) as f64 / 100.0),
            }));
            said.push(Said { text, same });
        }
        program.ask(&json!({ "insights": lines }));
        let mut clocks: Vec<i64> = (0..24 / STEP).map(|n| begin + n * STEP * HOUR).collect();
        match day % 30 {
            // The clock runs ahead by a week, is put right, and the program restarts.
            12 => clocks.insert(4, begin + 7 * 24 * HOUR),
            // Two days off: the clock is looked at again only then.
            20 | 21 => clocks.clear(),
            _ => {}
        }
        if day % 30 == 9 {
            program.ask(&json!({ "restart": true }));
        }
        for clock in clocks {
            let answer = program.ask(&json!({ "now": time(clock) }));
            let mut votes = Vec::new();
            for edition in answer["editions"].as_array().into_iter().flatten() {
                let name: usize = edition["reader"].as_str().unwrap().parse().unwrap();
                let reader = &mut readers[name];
                let picks: Vec<usize> = edition["picks"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|pick| pick["insight"].as_str().unwrap().parse().unwrap())
                    .collect();
                out.editions += 1;
                out.picks += picks.len();
                let explored =
                    edition["picks"].as_array().unwrap().iter().filter(|p| p["explores"] == true);
                out.explored += explored.count();
                if !reader.days.insert(edition["day"].as_str().unwrap().to_owned()) {
                    out.second_of_a_day += 1;
                }
                if let Some(ndcg) = ndcg(reader, &said, &picks) {
                    *sum += ndcg;
                    *count += 1;
                }
                if picks.len() == 5 {
                    let shows: HashSet<usize> = picks.iter().map(|pick| shows_of[pick]).collect();
                    widths.push(shows.len());
                }
                for pick in &picks {
                    out.repeats += usize::from(reader.got.contains(pick));
                    let near = reader.got.iter().any(|got| near(&said[*got], &said[*pick]));
                    out.near_repeats += usize::from(near);
                    reader.got.push(*pick);
                    if setup.votes && chance.hits(VOTES) {
                        let likes = (reader.gain(&said[*pick].text) > 0.0) != chance.hits(NOISE);
                        let kind = if likes { "more" } else { "less" };
                        votes.push(json!({ "reader": name.to_string(), "insight": pick.to_string(), "kind": kind }));
                    }
                }
                reader.from = said.len();
            }
            if !votes.is_empty() {
                program.ask(&json!({ "votes": votes }));
            }
        }
    }
    program.end();
    let means = sums.iter().map(|(sum, count)| sum / (*count).max(1) as f64);
    out.ndcg = means.collect();
    widths.sort_unstable();
    out.shows = widths.get(widths.len() / 2).copied().unwrap_or_default();
    out.least_editions = readers.iter().map(|reader| reader.days.len()).min().unwrap_or_default();
    out
}

/// Of the picks against the best five there were; none where nothing was worth anything.
fn ndcg(reader: &Reader, said: &[Said], picks: &[usize]) -> Option<f64> {
    let dcg = |gains: &[f64]| -> f64 {
        let terms = gains.iter().take(5).enumerate();
        terms.map(|(at, gain)| gain / (at as f64 + 2.0).log2()).sum()
    };
    let got: HashSet<usize> = reader.got.iter().map(|got| said[*got].same).collect();
    let open = (reader.from..said.len()).filter(|at| !got.contains(&said[*at].same));
    let mut best: Vec<f64> = open.map(|at| reader.gain(&said[at].text)).collect();
    best.sort_by(|a, b| b.total_cmp(a));
    let ideal = dcg(&best);
    let gains: Vec<f64> = picks.iter().map(|pick| reader.gain(&said[*pick].text)).collect();
    (ideal > 0.0).then(|| dcg(&gains) / ideal)
}

/// The same text, or one that shares three of five words.
fn near(a: &Said, b: &Said) -> bool {
    let words = |text: &str| -> HashSet<String> {
        text.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect()
    };
    let (one, other) = (words(&a.text.claim), words(&b.text.claim));
    let shared = one.intersection(&other).count() as f64;
    a.same == b.same || shared / (one.len() + other.len()) as f64 * 2.0 > 0.75
}

/// As another show would say it.
fn reworded(text: &Text) -> Text {
    let claim = format!(
        "As others found, {}",
        text.claim.replace(" is ", " remains ").replace(" very ", " ")
    );
    Text { claim, headline: text.headline.clone(), ..text.clone() }
}
