//! WebVTT (<https://www.w3.org/TR/webvtt1/>), leniently: the header may be missing where what follows is plain, the lines
//! may end in any way.

use super::cue::{self, Cue, Tags};
use crate::model::Transcript;
use crate::parse::podcast::language;

/// Whether it is WebVTT's own form: it begins with the signature (4.1), or, where a program left that out, with what can
/// only stand in captions. White space before the signature is no part of it, but empty lines are often published.
pub(super) fn is_signed(text: &str) -> bool {
    let mut lines = cue::lines(text).skip_while(|line| line.trim_matches(' ').is_empty());
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let block = |name: &str| first.starts_with(name);
    let timed = |line: &str| cue::timing(line).is_some();
    // Its own blocks, a time, or a cue's name and a time.
    ["WEBVTT", "NOTE", "STYLE", "REGION"].into_iter().any(block) || timed(first) || timed(second)
}

/// Blocks without a time line (header, `NOTE`, `STYLE`, `REGION`) are passed over, as 6.1 says; so are settings and ids.
pub(super) fn parse(text: &str) -> Transcript {
    let mut cues: Vec<Cue> = Vec::new();
    let mut open: Option<Cue> = None;
    let mut spoken_language = None;
    // An arrow without times, where a cue's name belongs, spoils the block.
    let (mut begins, mut spoiled) = (true, false);
    for line in cue::lines(text) {
        let empty = line.trim().is_empty();
        spoiled =
            !empty && (spoiled || (begins && line.contains("-->") && cue::timing(line).is_none()));
        begins = empty;
        if spoiled {
            cues.extend(open.take());
        } else if let Some((start_ms, end_ms)) = cue::timing(line) {
            // A time line ends the cue before even without a blank line between (6.2, step 14).
            cues.extend(open.replace(Cue { start_ms, end_ms, payload: String::new() }));
        } else if line.contains("-->") {
            // No text of a cue has an arrow in it (6.2, step 14): what follows belongs to no cue.
            cues.extend(open.take());
        } else if empty && !(line.starts_with(' ') && opens(open.as_ref())) {
            // Strictly only an empty line ends a cue; YouTube's begin with a line of one space.
            cues.extend(open.take());
        } else if let Some(cue) = &mut open {
            if !cue.payload.is_empty() {
                cue.payload.push('\n');
            }
            cue.payload.push_str(line);
        } else if cues.is_empty() && spoken_language.is_none() {
            // YouTube's header.
            spoken_language = line.strip_prefix("Language:").and_then(language);
        }
    }
    cues.extend(open);
    Transcript { language: spoken_language, segments: cue::to_segments(cues, Tags::Webvtt) }
}

fn opens(cue: Option<&Cue>) -> bool {
    cue.is_some_and(|cue| cue.payload.is_empty())
}
