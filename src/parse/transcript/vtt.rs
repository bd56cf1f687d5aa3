//! WebVTT (<https://www.w3.org/TR/webvtt1/>), leniently: the header may be missing, the lines may end in any way.

use super::cue::{self, Cue, Tags};
use crate::model::Transcript;
use crate::parse::podcast::language;

/// Blocks without a time line (header, `NOTE`, `STYLE`, `REGION`) are passed over, as 6.1 says; so are settings and ids.
pub(super) fn parse(text: &str) -> Transcript {
    let mut cues: Vec<Cue> = Vec::new();
    let mut open: Option<Cue> = None;
    let mut spoken_language = None;
    for line in cue::lines(text) {
        if let Some((start_ms, end_ms)) = cue::timing(line) {
            // A time line ends the cue before even without a blank line between (6.2, step 14).
            cues.extend(open.replace(Cue { start_ms, end_ms, payload: String::new() }));
        } else if line.contains("-->") {
            // No text of a cue has an arrow in it (6.2, step 14): what follows belongs to no cue.
            cues.extend(open.take());
        } else if line.trim().is_empty() && !(line.starts_with(' ') && opens(open.as_ref())) {
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
