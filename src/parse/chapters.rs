//! Where the parts of an episode begin: the podcast namespace's JSON chapters, Podlove simple chapters, and lists of times in
//! show notes. All give chapters by time, each with a title.

use serde::Deserialize;

use super::podcast::duration_ms;
use super::xml::Node;
use crate::model::Chapter;
use crate::text::html::{collapse, to_paragraphs, to_plain};

/// Chapters of one episode; real ones have a few dozen.
const MOST: usize = 500;
/// Characters of a title.
const MAX_TITLE: usize = 200;
/// Fewer lines that begin with a time are no list of chapters.
const FEWEST: usize = 3;

#[derive(Deserialize)]
struct Document {
    chapters: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    start_time: serde_json::Value,
    #[serde(default)]
    title: Option<String>,
    /// A silent one is for pictures only.
    #[serde(default)]
    toc: Option<bool>,
}

/// JSON chapters (<https://github.com/Podcastindex-org/podcast-namespace/blob/main/chapters/jsonChapters.md>).
///
/// # Errors
/// One sentence, if it is something else.
pub fn json(bytes: &[u8]) -> Result<Vec<Chapter>, String> {
    let document: Document =
        serde_json::from_slice(bytes).map_err(|e| format!("they are no JSON chapters: {e}"))?;
    let rows = document.chapters.into_iter().filter(|row| row.toc != Some(false));
    let chapters = rows.filter_map(|row| {
        let start = match &row.start_time {
            serde_json::Value::Number(seconds) => seconds
                .as_f64()
                .filter(|s| (0.0..3_600_000.0).contains(s))
                .map(|seconds| (seconds * 1000.0).round() as u64),
            serde_json::Value::String(text) => clock(text),
            _ => None,
        };
        chapter(start?, &row.title.unwrap_or_default())
    });
    Ok(in_order(chapters.take(MOST).collect()))
}

/// `psc:chapters` (<https://podlove.org/simple-chapters/>).
pub(crate) fn podlove(node: &Node) -> Vec<Chapter> {
    let rows = node.nodes().filter(|n| n.name.eq_ignore_ascii_case("chapter"));
    let chapters =
        rows.filter_map(|n| chapter(clock(n.attr("start")?)?, n.attr("title").unwrap_or_default()));
    in_order(chapters.take(MOST).collect())
}

/// A list of times in show notes: lines that begin with `mm:ss` or `h:mm:ss`, at least three, in order of time.
pub fn notes(html: &str) -> Vec<Chapter> {
    // A list may be one paragraph with line breaks.
    let broken = html.replace("<br", "</p><p><br").replace("<BR", "</p><p><BR");
    let paragraphs = to_paragraphs(&broken);
    let lines = paragraphs.iter().flat_map(|text| text.lines());
    let found: Vec<Chapter> = lines.filter_map(timed_line).take(MOST).collect();
    let rising = found.windows(2).all(|pair| pair[0].start_ms < pair[1].start_ms);
    if found.len() >= FEWEST && rising { found } else { Vec::new() }
}

/// `12:34 Title`, `(1:02:03) - Title`, `[00:00] Title`.
fn timed_line(line: &str) -> Option<Chapter> {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || "([•-–—*".contains(c));
    let end = line.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(line.len());
    let (time, rest) = line.split_at(end);
    if !time.contains(':') {
        return None;
    }
    // A span of times (`00:00 - 01:30 Title`) has its title after its end.
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ")]-–—:|•".contains(c));
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ")]-–—:|•".contains(c));
    chapter(clock(time)?, rest)
}

fn chapter(start_ms: u64, title: &str) -> Option<Chapter> {
    let title: String = collapse(&to_plain(title)).chars().take(MAX_TITLE).collect();
    (!title.is_empty()).then_some(Chapter { start_ms, title })
}

/// Milliseconds, the beginning included.
fn clock(text: &str) -> Option<u64> {
    let text = text.trim();
    let zero = !text.is_empty() && text.bytes().all(|b| matches!(b, b'0' | b':' | b'.'));
    if zero { Some(0) } else { duration_ms(text) }
}

fn in_order(mut chapters: Vec<Chapter>) -> Vec<Chapter> {
    chapters.sort_by_key(|chapter| chapter.start_ms);
    chapters.dedup_by_key(|chapter| chapter.start_ms);
    chapters
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(chapters: &[Chapter]) -> Vec<(u64, &str)> {
        chapters.iter().map(|c| (c.start_ms / 1000, c.title.as_str())).collect()
    }

    #[test]
    fn json_chapters_with_their_oddities() {
        let text = r#"{"version":"1.2.0","chapters":[{"startTime":168.5,"title":"Second &amp; last"},
            {"startTime":0,"title":"Intro"},{"startTime":30,"toc":false,"title":"Picture"},
            {"startTime":"00:02:00","title":"Text time"},{"startTime":50},{"startTime":-3,"title":"x"}]}"#;
        let chapters = json(text.as_bytes()).unwrap();
        assert_eq!(shown(&chapters), [(0, "Intro"), (120, "Text time"), (168, "Second & last")]);
        for bad in ["", "[]", "{}", "<html>", "{\"chapters\":3}"] {
            assert!(json(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_in_notes_are_chapters_if_they_are_a_list() {
        let list =
            "<p>Notes.</p><p>00:00 Intro<br/>(01:30) - Heat pumps<br>[1:02:03] Questions</p>";
        assert_eq!(shown(&notes(list)), [(0, "Intro"), (90, "Heat pumps"), (3723, "Questions")]);
        let items = "<ul><li>0:00 – 2:10 A</li><li>2:10 – 5:00 B</li><li>5:00 C</li></ul>";
        assert_eq!(shown(&notes(items)), [(0, "A"), (130, "B"), (300, "C")]);
        assert!(notes("<p>We met at 10:30 today.</p><p>12:00 lunch</p>").is_empty());
        assert!(notes("<p>9:00 a</p><p>3:00 b</p><p>5:00 c</p>").is_empty(), "not in order");
    }

    proptest! {
        #[test]
        fn anything_is_chapters_or_not(text in "([0-9]{1,4}|[:.,\\-\\[\\]() –<>/a-c\"{}é]){0,60}") {
            let _ = json(text.as_bytes());
            let found = notes(&text);
            prop_assert!(found.windows(2).all(|pair| pair[0].start_ms < pair[1].start_ms));
        }
    }
}
