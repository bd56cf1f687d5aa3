//! What the shows say: labelled claims from the shared benchmark where it is there, else made of the words of the
//! shipped topics. The labels are for the readers' hidden tastes only; the program never sees them.

use std::path::{Path, PathBuf};

use super::chance::Chance;

#[derive(Debug, Clone)]
pub struct Text {
    /// What it is about: hidden.
    pub label: String,
    /// Which document it is from: hidden.
    pub document: String,
    pub claim: String,
    pub headline: String,
}

/// The benchmark's folder, if it is there: `PODBRIEF_EVAL`, else `../shared/eval` beside the project.
pub fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("PODBRIEF_EVAL").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/eval");
    given.or(Some(beside)).filter(|dir| dir.join("t4_topics/gold.jsonl").exists())
}

fn lines(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Claims that careful readers wrote, and passages cut into claims. The label of a claim is that of its show, which
/// the passages tell.
pub fn shared(dir: &Path) -> Vec<Text> {
    let (gold, input) =
        (lines(&dir.join("t4_topics/gold.jsonl")), lines(&dir.join("t4_topics/input.jsonl")));
    let mut of_show = std::collections::HashMap::new();
    let mut texts = Vec::new();
    for (gold, passage) in gold.iter().zip(&input) {
        let label = gold["label"].as_str().unwrap_or_default().to_owned();
        let document = gold["src"].as_str().unwrap_or_default().to_owned();
        let show = document.split('/').nth(1).unwrap_or_default().to_owned();
        of_show.insert(show, label.clone());
        for claim in cut(passage["text"].as_str().unwrap_or_default()) {
            let headline = claim.chars().take(80).collect();
            texts.push(Text { label: label.clone(), document: document.clone(), claim, headline });
        }
    }
    for half in ["t5_insight", "t5_train"] {
        for doc in lines(&dir.join(half).join("gold.jsonl")) {
            let document = doc["doc"].as_str().unwrap_or_default().to_owned();
            let show = document.split("__").next().unwrap_or_default();
            let Some(label) = of_show.get(show) else { continue };
            // One reader of each: the second marks much the same.
            for insight in doc["readers"][0]["insights"].as_array().into_iter().flatten() {
                texts.push(Text {
                    label: label.clone(),
                    document: document.clone(),
                    claim: insight["claim"].as_str().unwrap_or_default().to_owned(),
                    headline: insight["headline"].as_str().unwrap_or_default().to_owned(),
                });
            }
        }
    }
    texts
}

/// Five sentences at a time, the first and last of a passage left out: they are cut off.
fn cut(passage: &str) -> Vec<String> {
    let sentences: Vec<&str> = passage.split_inclusive(['.', '?', '!']).map(str::trim).collect();
    let whole = sentences.get(1..sentences.len().saturating_sub(1)).unwrap_or_default();
    let parts = whole.chunks(5).map(|part| part.join(" "));
    parts.filter(|claim| (12..160).contains(&claim.split_whitespace().count())).take(3).collect()
}

/// Claims of the words that define the shipped topics. Any two have at most one of their three parts in common, so that
/// none says what another says.
pub fn made(count: usize, chance: &mut Chance) -> Vec<Text> {
    let parts: Vec<Vec<&str>> = [OPENINGS, CAUSES, ENDS].map(|text| text.lines().collect()).into();
    let side = parts.iter().map(Vec::len).min().unwrap_or(1);
    let topics: toml::Table = include_str!("../../data/topics.toml").parse().unwrap();
    let topics = topics["topic"].as_array().unwrap();
    let mut texts = Vec::new();
    for n in 0..count.min(side * side) {
        let topic = &topics[(n * 7) % topics.len().min(9)];
        let words: Vec<&str> =
            topic["words"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
        let mut word = || words[chance.below(words.len())];
        let (a, b, c) = (word(), word(), word());
        let (one, other) = (n / side, n % side);
        let claim = [parts[0][one], parts[1][other], parts[2][(one + other) % side]].join(" ");
        let claim = claim.replace("{a}", a).replace("{b}", b).replace("{c}", c);
        let label = topic["slug"].as_str().unwrap().to_owned();
        let document = format!("{label}-{}", n % 5);
        texts.push(Text { label, document, claim, headline: format!("{a} and {b}") });
    }
    texts
}

const OPENINGS: &str = "\
Most teams that work on {a} find out too late what it costs,
The price of {a} fell by half within four years,
Nobody in the field expected {a} to matter this soon,
Whoever cares about {a} should look at its suppliers first,
Two hundred sites were compared, and {a} came out last,
Rules for {a} are written before anyone has measured it,
Three of four failures begin with {a} being taken for granted,
Small firms gain more from {a} than large ones do,
A decade of {a} taught engineers to distrust averages,
Investors left {a} when interest rates went up,
Cities that tried {a} early now have the lowest bills,
Training people for {a} takes longer than building it,
Half of all money spent on {a} goes into repairs,
Patents on {a} expire next spring,
Old machines for {a} outlive the new ones by years,
Hospitals were the first to give up {a} altogether,
Insurance for {a} doubled without a single accident,
Farmers knew about {a} long before the laboratories,
Public tenders for {a} reward the cheapest offer,
Every forecast of {a} since the nineties was too careful,";

const CAUSES: &str = "\
because {b} became ordinary and nobody noticed.
mainly since {b} broke more often than its makers admit.
although {b} had looked like the harder problem.
which is why {b} gets attention now.
and the reason was {b}, not a lack of will.
even where {b} had been paid for in advance.
once {b} could be bought by the hour.
while {b} stayed as slow as ever.
as soon as {b} was measured every day instead of monthly.
unless {b} is planned by the same people.
so long as {b} depends on one harbour.
until courts decide who answers for {b}.
just when {b} reached the second generation.
despite warnings that {b} would run short.
after {b} had been declared dead twice.
if only {b} were taught at school.
whether or not {b} survives the next budget.
provided that {b} stays below its limit.
where {b} meets bad weather.
in spite of what {b} does to sleep.";

const ENDS: &str = "\
Expect {c} to follow within months.
The lesson is to buy {c} late and sell it early.
That makes {c} the cheapest insurance there is.
Only {c} escaped this, for reasons still argued over.
Regulators will therefore start with {c}.
Without {c} the sums would not add up.
Replacing {c} turned out to be a mistake.
Better tools for {c} would change this overnight.
Those who skipped {c} paid twice.
Demand for {c} tripled as a result.
Researchers now doubt that {c} was ever needed.
Its rival, {c}, gained nothing from it.
A shortage of {c} did the rest.
One country banned {c} and never looked back.
Volunteers keep {c} alive in the meantime.
Banks call {c} a risk for the first time.
Older customers prefer {c} by a wide margin.
Nothing about {c} is settled, though.
Export of {c} stopped the same week.
Standards for {c} date from before the war.";
