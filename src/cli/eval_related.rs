//! `podbrief eval related`: texts ordered by how related they are to a query, through the index of production.

use std::io::{BufRead, Write};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::model::{InsightId, ItemId, SourceId, Visibility};
use crate::rank::related::{Place, RelatedIndex};
use crate::text::encoder::Encoder;

#[derive(Deserialize)]
struct Query {
    query_id: String,
    query: String,
    candidates: Vec<Candidate>,
}

#[derive(Deserialize)]
struct Candidate {
    id: u64,
    text: String,
}

#[derive(Serialize)]
struct Ranking {
    query_id: String,
    ranking: Vec<u64>,
}

/// A line with a query and its candidates in, a line with the candidates' ids out, best first. Each query has an
/// index of its own: nothing is learned from one for the next.
pub(super) fn run(input: impl BufRead, mut output: impl Write) -> Result<()> {
    let encoder = Encoder::load()?;
    for (number, line) in input.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let query: Query =
            serde_json::from_str(&line).with_context(|| format!("line {}", number + 1))?;
        let ranking = rank(&query, &encoder);
        serde_json::to_writer(&mut output, &Ranking { query_id: query.query_id, ranking })?;
        output.write_all(b"\n")?;
    }
    Ok(output.flush()?)
}

fn rank(query: &Query, encoder: &Encoder) -> Vec<u64> {
    let mut index = RelatedIndex::new();
    let mut names = Vec::with_capacity(query.candidates.len());
    for candidate in &query.candidates {
        let source = SourceId::for_feed(&candidate.id.to_string());
        let item = ItemId::new(&source, &candidate.id.to_string());
        let id = InsightId::new(&item, 0, 0, &candidate.text);
        names.push((id.clone(), candidate.id));
        let place = Place { id, item, source, visibility: Visibility::Public };
        index.add(place, &candidate.text, encoder.encode(&[&candidate.text]).pop());
    }
    let vector = encoder.encode(&[&query.query]).pop();
    let found = index.query(&query.query, vector.as_ref(), None, names.len());
    let place = |id: &InsightId| found.iter().position(|f| f.id == *id).unwrap_or(usize::MAX);
    names.sort_by_key(|(id, _)| place(id));
    names.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_candidate_is_ranked_once_the_nearest_first() {
        let line = r#"{"query_id":"q","query":"Batteries age when they are full","candidates":[
            {"id":7,"text":""},{"id":3,"text":"Bread rises in a warm kitchen"},
            {"id":5,"text":"A full battery wears out sooner"}]}"#;
        let mut out = Vec::new();
        run(line.replace('\n', " ").as_bytes(), &mut out).unwrap();
        let out: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(out["query_id"], "q");
        let ranking: Vec<u64> = serde_json::from_value(out["ranking"].clone()).unwrap();
        assert_eq!(ranking[0], 5);
        assert_eq!(ranking.len(), 3);
        assert!(run(&b"{}"[..], &mut Vec::new()).is_err());
    }
}
