//! SubRip, which has no specification: number, time line, text, blank line, in whatever shape programs leave it.

use super::cue::{self, Cue, Tags};
use crate::model::Transcript;

/// Text may hold blank lines; numbers may be missing, repeated or out of order.
pub(super) fn parse(text: &str) -> Transcript {
    let mut cues: Vec<Cue> = Vec::new();
    let mut open: Option<Cue> = None;
    let mut after_blank = true;
    // The last line of text so far, if it may be the number of the next cue.
    let mut number: Option<&str> = None;
    let mut last_number = 0_usize;
    for line in cue::lines(text) {
        if let Some((start_ms, end_ms)) = cue::timing(line) {
            let taken = number.take();
            last_number = taken.and_then(|text| text.trim().parse().ok()).unwrap_or(last_number);
            if let (Some(cue), Some(number)) = (&mut open, taken) {
                let kept = cue.payload.len() - number.len();
                cue.payload.truncate(kept);
            }
            cues.extend(open.replace(Cue { start_ms, end_ms, payload: String::new() }));
            after_blank = false;
            continue;
        }
        if line.trim().is_empty() {
            after_blank = true;
            continue;
        }
        if let Some(cue) = &mut open {
            cue.payload.push('\n');
            cue.payload.push_str(line);
        }
        let digits = line.trim().bytes().all(|b| b.is_ascii_digit());
        let follows =
            line.trim().parse::<usize>().is_ok_and(|n| n > last_number && n - last_number <= 2);
        number = (digits && (after_blank || follows)).then_some(line);
        after_blank = false;
    }
    cues.extend(open);
    Transcript { language: None, segments: cue::to_segments(cues, Tags::Known) }
}
