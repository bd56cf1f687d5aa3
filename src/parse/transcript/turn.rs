//! Paragraphs of prose to segments: who speaks and when, as people write it. Shared by plain text and web pages.

use super::{clock, speaker};
use crate::model::Segment;
use crate::text::html::collapse;

/// A paragraph, with what its markup said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Paragraph {
    pub text: String,
    /// Where markup names it (`**Name:**`, `<cite>`).
    pub speaker: Option<String>,
    /// Where markup says it (`<time>`).
    pub start_ms: Option<u64>,
}

/// `[00:12] Ann: text`, `Ann (00:12): text`, `Ann 0:12` over the text, `00:12` alone. A speaker holds until the next.
pub(super) fn to_segments(paragraphs: Vec<Paragraph>) -> Vec<Segment> {
    let mut known = {
        let unmarked = paragraphs.iter().filter(|p| p.speaker.is_none());
        speaker::learn(unmarked.map(|p| after_time(&p.text)))
    };
    for name in paragraphs.iter().filter_map(|p| p.speaker.as_deref()) {
        known.add(name);
    }
    let mut segments = Vec::new();
    let mut current: Option<String> = None;
    let mut time = None;
    for paragraph in paragraphs {
        time = paragraph.start_ms.or(time);
        if let Some(name) = paragraph.speaker {
            current = (!speaker::is_sound(&name)).then_some(name);
        }
        let mut said = paragraph.text.trim();
        if let Some((start, rest)) = clock::leading(said) {
            time = Some(start);
            said = rest.trim_start_matches([' ', '-', '–', '—', ':']);
        }
        if let Some((name, start)) = name_and_time(said) {
            current = Some(name);
            time = Some(start);
            continue;
        }
        if let Some(found) = known.take(said) {
            // `Ann (00:12): text` has its time before the colon.
            let label = &said[..said.len() - found.rest.len()];
            time = label
                .find(['(', '['])
                .and_then(|at| clock::leading(&label[at..]))
                .map(|(t, _)| t)
                .or(time);
            current = found.speaker;
            said = found.rest;
        }
        if let Some((start, rest)) = clock::leading(said).filter(|_| said.starts_with(['[', '('])) {
            time = Some(start);
            said = rest;
        }
        let text = collapse(said);
        if !text.is_empty() {
            segments.push(Segment {
                start_ms: time.take(),
                end_ms: None,
                speaker: current.clone(),
                text,
            });
        }
    }
    segments
}

/// Without a time at its start.
pub(super) fn after_time(text: &str) -> &str {
    clock::leading(text)
        .map_or(text, |(_, rest)| rest.trim_start_matches([' ', '-', '–', '—', ':']))
}

/// A line that holds a name and a time and nothing else: `Ann Lee  0:12`.
pub(super) fn name_and_time(line: &str) -> Option<(String, u64)> {
    let line = line.trim().trim_end_matches(':');
    let (name, time) = line.rsplit_once(|c: char| c.is_whitespace() || matches!(c, '(' | '['))?;
    let time = clock::parse(time.trim_matches(['(', ')', '[', ']', ' ']))?;
    let name = speaker::clean(name.trim_end_matches(['(', '[', ' ', '-', '|', ',']));
    (speaker::plausible(&name) && name.bytes().any(|b| b.is_ascii_alphabetic() || b > 127))
        .then_some((name, time))
}
