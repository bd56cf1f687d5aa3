//! `podbrief eval topics`: texts in; out comes the label that fits best, or, without labels of one's own, the topics
//! that an insight of these words would have. What is usual for a label is learned from the texts that are given, as a
//! server learns it from the insights that it keeps.

use std::io::{BufRead, Write};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::insight::{Sample, Tagger};
use crate::model::{Topic, TopicSet};
use crate::text::encoder::Encoder;
use crate::text::sentence::split;

#[derive(Deserialize)]
struct Label {
    label: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    words: Vec<String>,
}

#[derive(Deserialize)]
struct Text {
    id: serde_json::Value,
    text: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topics: Option<Vec<String>>,
}

/// One line in, one line out, in order.
pub(super) fn run(
    input: impl BufRead,
    mut output: impl Write,
    labels: Option<&Path>,
    vectors: bool,
) -> Result<()> {
    let topics = match labels {
        Some(path) => of_file(path)?,
        None => TopicSet::parse(crate::app::TOPICS)?,
    };
    let tagger = Tagger::new(&topics);
    let encoder = vectors.then(Encoder::load).transpose()?;
    let mut texts: Vec<Text> = Vec::new();
    for (number, line) in input.lines().enumerate() {
        let line = line.context("the input can't be read")?;
        if !line.trim().is_empty() {
            let text =
                serde_json::from_str(&line).with_context(|| format!("line {}", number + 1))?;
            texts.push(text);
        }
    }
    let embed = |parts: &[&str]| encoder.as_ref().map(|e| e.encode(parts)).unwrap_or_default();
    let samples: Vec<Sample> =
        texts.iter().map(|Text { text, .. }| (text.clone(), embed(&sentences(text)))).collect();
    let subjects = encoder.as_ref().and_then(|e| tagger.vectors(&|texts| Some(e.encode(texts))));
    tagger.learn(&subjects.unwrap_or_default(), &samples);
    for (text, (words, vectors)) in texts.iter().zip(&samples) {
        let label = labels.and_then(|_| tagger.best(words, vectors));
        let topics = labels.is_none().then(|| tagger.tag(words, "", vectors));
        serde_json::to_writer(&mut output, &Answer { id: &text.id, label, topics })?;
        writeln!(output)?;
    }
    Ok(output.flush()?)
}

fn sentences(text: &str) -> Vec<&str> {
    split(text, "").into_iter().filter_map(|range| text.get(range)).collect()
}

/// A label is a topic whose words are its name and the parts of its description.
fn of_file(path: &Path) -> Result<TopicSet> {
    let context = || format!("the labels in {}", path.display());
    let text = std::fs::read_to_string(path).with_context(context)?;
    let labels: Vec<Label> = serde_json::from_str(&text).with_context(context)?;
    ensure!(!labels.is_empty(), "there are no labels in {}", path.display());
    let topic = |label: Label| {
        let parts = label.description.split([',', ';', '.']).flat_map(|part| part.split(" and "));
        let parts = parts.map(|part| part.trim().to_lowercase()).filter(|part| !part.is_empty());
        Topic {
            slug: label.label.clone(),
            words: parts.chain(label.words).collect(),
            name: label.label,
            description: label.description,
            formerly: Vec::new(),
        }
    };
    Ok(TopicSet::new(labels.into_iter().map(topic).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(labels: Option<&Path>) -> Vec<serde_json::Value> {
        let input = r#"{"id":4,"text":"We baked sourdough bread. The flour was good."}
            {"id":"x","text":"The database keeps rows, and a query finds them."}"#;
        let mut out = Vec::new();
        run(input.as_bytes(), &mut out, labels, true).unwrap();
        let out = String::from_utf8(out).unwrap();
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn every_text_has_the_label_that_fits_best() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("labels.json");
        let labels = r#"[{"label":"data","description":"databases, queries and storage"},
            {"label":"food","description":"cooking, baking and eating"}]"#;
        std::fs::write(&path, labels).unwrap();
        let all = answers(Some(&path));
        assert_eq!((&all[0]["id"], &all[0]["label"]), (&4.into(), &"food".into()));
        assert_eq!((&all[1]["id"], &all[1]["label"]), (&"x".into(), &"data".into()));
        std::fs::write(&path, "[]").unwrap();
        assert!(run(&b""[..], &mut Vec::new(), Some(&path), false).is_err());
    }

    #[test]
    fn without_labels_it_says_the_topics_of_production() {
        let all = answers(None);
        assert_eq!(all[1]["topics"][0], "databases", "{all:?}");
        assert!(all[0].get("label").is_none());
    }
}
