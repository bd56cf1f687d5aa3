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

/// Claims of the words that define the shipped topics.
pub fn made(count: usize, chance: &mut Chance) -> Vec<Text> {
    const FORMS: [&str; 8] = [
        "Most teams that work on {a} find out too late that {b} decides whether it pays.",
        "The cost of {a} fell by half in four years, mainly because {b} became ordinary.",
        "Nobody expected {a} to depend on {b}, yet every trial since has shown just that.",
        "If you care about {a}, look at {b} first: it breaks sooner and is harder to mend.",
        "A study of two hundred sites says {a} and {b} rise and fall together.",
        "What people call {a} is in practice a question of {b} and of patience.",
        "{a} will be regulated before {b} is, since the damage shows up earlier.",
        "Three of four failures in {a} begin with {b} that somebody took for granted.",
    ];
    let topics: toml::Table = include_str!("../../data/topics.toml").parse().unwrap();
    let topics = topics["topic"].as_array().unwrap();
    let mut texts = Vec::new();
    for n in 0..count {
        let topic = &topics[(n * 7) % topics.len().min(9)];
        let words: Vec<&str> =
            topic["words"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
        let (a, b) = (words[chance.below(words.len())], words[chance.below(words.len())]);
        let label = topic["slug"].as_str().unwrap().to_owned();
        let claim = FORMS[chance.below(FORMS.len())].replace("{a}", a).replace("{b}", b);
        let document = format!("{label}-{}", n % 5);
        texts.push(Text { label, document, claim, headline: format!("{a} and {b}") });
    }
    texts
}
