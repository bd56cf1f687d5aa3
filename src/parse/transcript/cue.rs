//! What WebVTT and SubRip share: blocks with a time line and lines of text, and the tags in that text.

use super::{clock, rolling, speaker};
use crate::model::Segment;
use crate::text::html::{collapse, entity};

/// Bytes of a tag of ASS.
const LONGEST_TAG: usize = 500;

/// A block as read: text with its markup still in.
#[derive(Debug, Clone, Default)]
pub(super) struct Cue {
    pub start_ms: u64,
    pub end_ms: u64,
    /// Lines joined by a line feed.
    pub payload: String,
}

/// The lines of a file that ends them in any way.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    // `lines` knows LF and CRLF; what is left of old files ends its lines with CR.
    text.lines().flat_map(|line| line.split('\r'))
}

/// `00:01.000 --> 00:04.000 align:start`: start and end.
pub(super) fn timing(line: &str) -> Option<(u64, u64)> {
    let (start, rest) = line.split_once("-->")?;
    let start = clock::parse(&start.split_whitespace().collect::<String>())?;
    let end = rest.split_whitespace().next().map(|word| {
        // Settings may follow without a space between.
        let end = word.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ','));
        &word[..end.unwrap_or(word.len())]
    });
    let end = end.and_then(clock::parse).unwrap_or(start);
    Some((start, end.max(start)))
}

/// Who speaks a run of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Voice {
    /// Whoever spoke before.
    Same,
    /// Somebody else, unnamed (`>>`, `-`).
    Changed,
    /// By a voice tag.
    Named(String),
}

/// What is taken for a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tags {
    /// As WebVTT 6.4 has it: whatever begins like a name or a time after `<`, up to the next `>`, else to the end of the cue.
    Webvtt,
    /// Those that captions are known to have; other brackets are the author's own.
    Known,
}

/// Cues to segments: tags off, voices apart, `Name:` taken where it is one, repeats told once.
pub(super) fn to_segments(mut cues: Vec<Cue>, tags: Tags) -> Vec<Segment> {
    cues.sort_by_key(|cue| cue.start_ms);
    let mut spans = Vec::with_capacity(cues.len());
    for cue in &cues {
        for (voice, text) in spans_of(&cue.payload, tags) {
            spans.push((cue.start_ms, cue.end_ms, voice, text));
        }
    }
    rolling::collapse(&mut spans);
    let known = speaker::learn(spans.iter().map(|(.., text)| text.as_str()));
    let mut current = None;
    let mut segments = Vec::with_capacity(spans.len());
    for (start, end, voice, text) in spans {
        let mut said = text.as_str();
        let named = match voice {
            Voice::Named(name) => Some(name),
            Voice::Changed => {
                current = None;
                None
            }
            Voice::Same => None,
        };
        if named.is_none()
            && let Some(found) = known.take(said)
        {
            current = found.speaker;
            said = found.rest;
        }
        segments.push(Segment {
            start_ms: Some(start),
            end_ms: Some(end),
            speaker: named.or_else(|| current.clone()),
            text: said.to_owned(),
        });
    }
    segments
}

/// The text of a cue without its tags, cut where a voice begins. Knows WebVTT's tags, SubRip's, and ASS's `{\an8}`.
fn spans_of(payload: &str, tags: Tags) -> Vec<(Voice, String)> {
    let mut out = Spans::default();
    let mut rest = payload;
    while let Some(at) = rest.find(['<', '{', '\n']) {
        out.add(&rest[..at]);
        rest = &rest[at..];
        if let Some(line) = rest.strip_prefix('\n') {
            out.line();
            rest = line;
            continue;
        }
        let Some((tag, after)) = cut_tag(rest, tags) else {
            out.add(&rest[..1]);
            rest = &rest[1..];
            continue;
        };
        let name = tag.split(|c: char| c == '.' || c.is_whitespace()).next().unwrap_or("");
        match name {
            "v" => out.voice(tag),
            "/v" => out.end_voice(),
            "br" | "br/" => out.line(),
            _ => {}
        }
        rest = after;
    }
    out.add(rest);
    out.finish()
}

/// `<...>` or `{\...}` if it is a tag of captions and not an author's own bracket.
fn cut_tag(text: &str, tags: Tags) -> Option<(&str, &str)> {
    if let Some(inner) = text.strip_prefix("{\\") {
        // The search is short, so that braces can't cost a square.
        let end = inner[..inner.floor_char_boundary(LONGEST_TAG)].find('}')?;
        return Some((&inner[..end], &inner[end + 1..]));
    }
    let inner = text.strip_prefix('<')?;
    if tags == Tags::Webvtt && begins_tag(inner) {
        return Some(inner.split_once('>').unwrap_or((inner, "")));
    }
    let Some(end) = inner.find(['>', '<']) else {
        // WebVTT 6.4: a tag that is never closed takes the rest of its cue.
        let name = inner.trim_start_matches('/');
        let end = name.find(|c: char| c == '.' || c.is_whitespace())?;
        return is_known(&name[..end]).then_some((inner, ""));
    };
    let tag = inner[..end].trim();
    let after = inner[end..].strip_prefix('>')?;
    let name = tag
        .trim_start_matches('/')
        .split(|c: char| matches!(c, '.' | '/') || c.is_whitespace())
        .next()?;
    let tagged = is_known(name) || clock::parse(tag).is_some();
    // `</anything>` is never said.
    (tagged || (tag.starts_with('/') && !name.is_empty())).then_some((tag, after))
}

/// `<3` and `a < b` don't, although WebVTT would have it so: nobody means a tag there.
fn begins_tag(inner: &str) -> bool {
    let name = inner.trim_start_matches(['/', '.']);
    let time = name.trim_start_matches(|c: char| c.is_ascii_digit());
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        || inner.starts_with('/')
        || (time.len() < name.len() && time.starts_with(':'))
}

fn is_known(name: &str) -> bool {
    let known = [
        "v", "c", "b", "i", "u", "s", "em", "strong", "ruby", "rt", "lang", "font", "span", "br",
        "p", "div",
    ];
    known.iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[derive(Default)]
struct Spans {
    done: Vec<(Voice, String)>,
    voice: Option<Voice>,
    text: String,
}

impl Spans {
    fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The end of a line, or a second speaker on the next one.
    fn line(&mut self) {
        self.text.push('\n');
    }

    fn voice(&mut self, tag: &str) {
        self.flush();
        // `v.loud.first Mary Ann`: classes stand before the first space.
        let name = tag.split_once(char::is_whitespace).map_or("", |(_, name)| name);
        let name = collapse(&entity::decode(name));
        self.voice = (!name.is_empty()).then_some(Voice::Named(name));
    }

    fn end_voice(&mut self) {
        self.flush();
        self.voice = None;
    }

    fn flush(&mut self) {
        let voice = self.voice.clone().unwrap_or(Voice::Same);
        let text = std::mem::take(&mut self.text);
        if let Voice::Named(_) = voice {
            return self.push(voice, &text);
        }
        // Dashes mark speakers only where there are two of them; one may be a pause.
        let dashed = text.lines().filter(|line| starts_with_dash(line)).count() > 1;
        let mut pending = String::new();
        let mut voice = voice;
        for line in text.lines() {
            let changed = strip_change(line, dashed);
            if let Some(said) = changed {
                self.push(
                    std::mem::replace(&mut voice, Voice::Changed),
                    &std::mem::take(&mut pending),
                );
                pending.push_str(said);
            } else {
                pending.push(' ');
                pending.push_str(line);
            }
        }
        self.push(voice, &pending);
    }

    fn push(&mut self, voice: Voice, text: &str) {
        let text = collapse(&entity::decode(text));
        if !text.is_empty() {
            self.done.push((voice, text));
        }
    }

    fn finish(mut self) -> Vec<(Voice, String)> {
        self.flush();
        self.done
    }
}

fn starts_with_dash(line: &str) -> bool {
    line.trim_start().strip_prefix(['-', '–', '—']).is_some_and(|rest| !rest.starts_with('-'))
}

/// The line without its mark of a change of speaker, if it has one.
fn strip_change(line: &str, dashed: bool) -> Option<&str> {
    let line = line.trim_start();
    for mark in [">>>", ">>", "&gt;&gt;&gt;", "&gt;&gt;"] {
        if let Some(rest) = line.strip_prefix(mark) {
            return Some(rest.trim_start_matches([':', ' ']));
        }
    }
    (dashed && starts_with_dash(line)).then(|| line.trim_start_matches(['-', '–', '—', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(payload: &str) -> Vec<(Voice, String)> {
        spans_of(payload, Tags::Known)
    }

    #[test]
    fn webvtt_s_tags_go_whatever_they_are() {
        let told = |payload: &str| -> Vec<String> {
            spans_of(payload, Tags::Webvtt).into_iter().map(|(_, text)| text).collect()
        };
        for (payload, want) in [
            ("<laughs> Well, <00:01.000>now", "Well, now"),
            ("I <3 you, and 5 < 6", "I <3 you, and 5 < 6"),
            ("One <c.loud two</c> three", "One three"),
            ("One <00:02.000 two", "One"),
            ("One </x y> two <.z>three", "One two three"),
        ] {
            assert_eq!(told(payload), [want], "{payload}");
        }
    }

    #[test]
    fn tags_go_and_voices_part() {
        let named = |name: &str| Voice::Named(name.to_owned());
        assert_eq!(
            spans(
                "<v.loud.first Mary Ann>Hi <i.x>all</i> &amp; <00:00:01.000><c>you</c></v> <v Bob>5 < 6 &lt;"
            ),
            [(named("Mary Ann"), "Hi all & you".to_owned()), (named("Bob"), "5 < 6 <".to_owned())]
        );
        assert_eq!(
            spans("{\\an8}<font color=\"#fff\">One</font> <laughs>\n{two}<ruby>x<rt>y</rt></ruby>"),
            [(Voice::Same, "One <laughs> {two}xy".to_owned())]
        );
        assert_eq!(spans("Well <c.loud It never ends"), [(Voice::Same, "Well".to_owned())]);
    }

    #[test]
    fn marks_of_change() {
        assert_eq!(
            spans("end.\n>> Yes?\n&gt;&gt; BOB: No."),
            [
                (Voice::Same, "end.".to_owned()),
                (Voice::Changed, "Yes?".to_owned()),
                (Voice::Changed, "BOB: No.".to_owned())
            ]
        );
        assert_eq!(
            spans("- One.\n- Two."),
            [(Voice::Changed, "One.".to_owned()), (Voice::Changed, "Two.".to_owned())]
        );
        assert_eq!(spans("one\n- two"), [(Voice::Same, "one - two".to_owned())]);
    }
}
