//! `podbrief extract`: the pipeline as a filter. No store, no network.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Serialize;

use super::args::{Extract, Format};
use super::verbs::read_file;
use crate::insight::{self, Context, Draft, Explained, Fate, Options, Untold, Weighed};
use crate::model::{Basis, Segment, Transcript, TranscriptFormat};
use crate::parse::newsletter::Issue;
use crate::parse::{charset, mail, newsletter, transcript};
use crate::text::encoder::Encoder;
use crate::text::html;

pub(super) fn extract(args: &Extract) -> Result<ExitCode> {
    let bytes = read_file(&args.file)?;
    let name = args.file.display().to_string();
    let input = read(args.format, &bytes, &name)
        .with_context(|| format!("{name} can't be read as a transcript"))?;
    let context = Context {
        show: "",
        title: &input.title,
        language: input.transcript.language.as_deref(),
        persons: &[],
        soundbites: &[],
    };
    let options =
        Options { max_insights: args.top, basis: input.basis, judge: args.weights.judge()? };
    let encoder = Encoder::load()?;
    if args.explain {
        let explained = insight::explain(&input.transcript, &context, &options, &encoder);
        if args.json {
            say!("{}", serde_json::to_string_pretty(&explained)?);
        } else {
            explain(&explained)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let drafts = insight::extract(&input.transcript, &context, &options, &encoder);
    if args.json {
        let shown: Vec<Shown> = drafts.iter().map(Shown::from).collect();
        say!("{}", serde_json::to_string_pretty(&shown)?);
    } else if drafts.is_empty() {
        eprintln!("No insights: nothing in it is a claim that stands alone.");
    } else {
        for (n, draft) in drafts.iter().enumerate() {
            print(n + 1, draft, input.basis)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) struct Input {
    pub transcript: Transcript,
    pub title: String,
    pub basis: Basis,
}

pub(super) fn read(asked: Option<Format>, bytes: &[u8], name: &str) -> Result<Input> {
    let eml = Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("eml"))
        || mail::looks_like_mail(bytes);
    if asked == Some(Format::Eml) || (asked.is_none() && eml) {
        return read_mail(bytes);
    }
    let text = charset::decode(bytes, None);
    if asked == Some(Format::Md) {
        return article(&text, None);
    }
    let format = match asked.and_then(Format::transcript) {
        Some(format) => format,
        None => transcript::guess_format(bytes, None, Some(name)).unwrap_or(TranscriptFormat::Text),
    };
    let transcript = transcript::parse(bytes, format, None)?;
    if transcript.segments.is_empty() {
        bail!("it has no words");
    }
    // What nobody says at any time, and is set like an article, is one.
    let said = |s: &Segment| s.speaker.is_some() || s.start_ms.is_some();
    let guessed = asked.is_none() && format == TranscriptFormat::Text;
    if guessed && !transcript.segments.iter().any(said) && newsletter::is_marked_up(&text) {
        return article(&text, transcript.language);
    }
    Ok(Input { transcript, title: String::new(), basis: Basis::Spoken })
}

fn read_mail(bytes: &[u8]) -> Result<Input> {
    let mail = mail::read(bytes)?;
    let issue = newsletter::understand(&mail, &[]);
    written(&issue, mail.language)
        .ok_or_else(|| anyhow!("the message has no text part, only attachments"))
}

fn article(text: &str, language: Option<String>) -> Result<Input> {
    written(&newsletter::of_file(text), language)
        .ok_or_else(|| anyhow!("it has no text of its own"))
}

/// None if nothing is written in it.
fn written(issue: &Issue, language: Option<String>) -> Option<Input> {
    let paragraphs = html::to_paragraphs(&issue.html);
    let segments: Vec<Segment> =
        paragraphs.into_iter().map(|text| Segment { text, ..Segment::default() }).collect();
    let transcript = Transcript { language, segments };
    let title = issue.title.clone();
    (!transcript.segments.is_empty()).then_some(Input { transcript, title, basis: Basis::Written })
}

#[derive(Serialize)]
struct Shown<'a> {
    headline: &'a str,
    claim: &'a str,
    quote: &'a str,
    speaker: Option<&'a str>,
    start_ms: Option<u64>,
    end_ms: Option<u64>,
    first_segment: usize,
    last_segment: usize,
    score: f32,
    language: Option<&'a str>,
}

impl<'a> From<&'a Draft> for Shown<'a> {
    fn from(draft: &'a Draft) -> Self {
        Self {
            headline: &draft.headline,
            claim: &draft.claim,
            quote: &draft.quote.text,
            speaker: draft.quote.speaker.as_deref(),
            start_ms: draft.quote.start_ms,
            end_ms: draft.quote.end_ms,
            first_segment: draft.quote.first,
            last_segment: draft.quote.last,
            score: draft.score,
            language: draft.language.as_deref(),
        }
    }
}

/// The chosen, then those that lost, best first, each with what spoke for it and against it; then what was left out.
fn explain(explained: &Explained) -> Result<()> {
    let chosen = |c: &&Weighed| c.fate == Fate::Chosen;
    let (won, lost): (Vec<_>, Vec<_>) = explained.candidates.iter().partition(chosen);
    say!("CHOSEN ({} of {} candidates)\n", won.len(), explained.candidates.len());
    won.into_iter().try_for_each(candidate)?;
    say!("NOT CHOSEN, best first\n");
    lost.into_iter().try_for_each(candidate)?;
    say!("LEFT OUT BEFORE THE CHOICE\n");
    for left in &explained.left_out {
        let at = left.start_ms.map(clock).unwrap_or_default();
        say!("{:<15}{at:>8}  {}", words(&left.why), left.text);
    }
    Ok(())
}

/// One candidate, for people.
fn candidate(candidate: &Weighed) -> Result<()> {
    let score = candidate.score.map_or("-".to_owned(), |s| format!("{s:.2}"));
    let at = candidate.start_ms.map(clock).into_iter();
    let place: Vec<String> = at.chain(candidate.speaker.clone()).collect();
    let why = match (candidate.untold, candidate.fate) {
        (Some(why), _) => format!("can't be told: {}", untold(why)),
        (None, fate) => words(&fate),
    };
    say!("{score}  {why} ({})", place.join(", "));
    if let (Some(headline), Some(telling)) = (&candidate.headline, candidate.telling) {
        let odds = candidate.repeatable.map(|odds| format!(", repeatable {odds:+.2}"));
        let odds = odds.unwrap_or_default();
        say!("      headline: {headline} (standing alone {telling:+.2}{odds})");
    }
    say!("      words:    {}", candidate.text);
    for (label, sign) in [("for:     ", 1.0), ("against: ", -1.0)] {
        let named = candidate.reasons.iter().filter(|(_, worth)| worth * sign > 0.0);
        let named: Vec<String> = named
            .map(|(name, worth)| format!("{} {worth:+.2}", name.replace(['_', '.'], " ")))
            .collect();
        if !named.is_empty() {
            say!("      {label} {}", named.join(", "));
        }
    }
    say!("");
    Ok(())
}

/// "beside_better" as "beside better".
fn words(value: &impl Serialize) -> String {
    let name = serde_json::to_value(value).ok();
    name.as_ref().and_then(|n| n.as_str()).unwrap_or_default().replace('_', " ")
}

fn untold(why: Untold) -> &'static str {
    match why {
        Untold::Short => "too few words",
        Untold::Long => "too many words",
        Untold::Hole => "a word could not be heard",
        Untold::Torn => "a sentence in it is torn",
        Untold::Spare => "it begins or ends with a scrap",
        Untold::Leans => "it needs what was said before",
        Untold::NoHeadline => "no clause of it makes a headline",
    }
}

fn clock(ms: u64) -> String {
    let s = ms / 1000;
    if s >= 3600 {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    } else {
        format!("{}:{:02}", s / 60, s % 60)
    }
}

fn print(number: usize, draft: &Draft, basis: Basis) -> Result<()> {
    let quote = &draft.quote;
    if basis == Basis::Written {
        say!("{number}. {}\n   {}", draft.headline, draft.claim);
        say!("   “{}” (score {:.2})\n", quote.text, draft.score);
        return Ok(());
    }
    let at = quote.start_ms.map(|ms| format!(", {}", clock(ms)));
    say!("{number}. {}", draft.headline);
    say!("   {}", draft.claim);
    say!(
        "   “{}” ({}{}; score {:.2})\n",
        quote.text,
        quote.speaker.as_deref().unwrap_or("speaker not named"),
        at.unwrap_or_default(),
        draft.score
    );
    Ok(())
}
