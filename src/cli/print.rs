//! Answers as tables for people, or as JSON for programs.

use anyhow::Result;
use serde::Serialize;

use super::mail;
use super::poll::Row;
use crate::admin::AddedSource;
use crate::model::{
    Coverage, Item, ItemState, Lease, Source, SourceKind, SourceStatus, TranscriptOrigin, Why,
};

pub(super) fn json(value: &impl Serialize) -> Result<()> {
    say!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Columns as wide as their widest cell; text that others wrote loses its control characters here.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> Result<()> {
    let clean = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| clean(cell)).collect()).collect();
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|c| c.chars().count());
        cells.chain([head[at].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| -> Result<()> {
        let padded: Vec<String> =
            cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        say!("{}", padded.join("  ").trim_end());
        Ok(())
    };
    line(&mut head.iter().copied())?;
    for row in &rows {
        line(&mut row.iter().map(String::as_str))?;
    }
    Ok(())
}

pub(super) fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// The feed's address, or a mailbox's as far as it is known here.
fn url(source: &Source) -> &str {
    match &source.kind {
        SourceKind::Feed { url } => url,
        SourceKind::Mailbox(mailbox) => &mailbox.local,
    }
}

pub(super) fn added(sources: &[AddedSource], as_json: bool) -> Result<()> {
    if as_json {
        return json(&sources);
    }
    for added in sources {
        match (&added.source, &added.problem) {
            (Some(source), None) if added.existing => {
                say!("already there: {} ({})", source.title, source.id);
            }
            (Some(source), None) => {
                say!("added: {} ({})\n  {}", source.title, source.id, url(source));
            }
            (Some(source), Some(problem)) => {
                say!("added, but it could not be read: {} ({})", url(source), source.id);
                say!("  {}. {}", problem.what, problem.hint);
            }
            (None, problem) => {
                let why = problem.as_ref().map(|p| format!("{}. {}", p.what, p.hint));
                eprintln!("not added: {}: {}", added.address, why.unwrap_or_default());
            }
        }
    }
    Ok(())
}

/// What can be had of a source's words, and what to do where that is little.
fn coverage(source: &Source) -> String {
    let c = source.coverage;
    if c.processed == 0 || source.mailbox().is_some() {
        return "-".to_owned();
    }
    format!("{}/{}", c.with_transcript, c.processed)
}

fn state(source: &Source) -> &'static str {
    match source.status {
        SourceStatus::Paused => "paused",
        SourceStatus::Gone => "gone",
        SourceStatus::Active if source.poll.problem.is_some() => "problem",
        SourceStatus::Active if source.mailbox().is_some_and(|m| m.last.is_some()) => "ok",
        SourceStatus::Active if source.poll.last.is_none() => "new",
        SourceStatus::Active => "ok",
    }
}

/// Why it is asked when it is.
fn why(source: &Source) -> &'static str {
    match source.poll.why {
        _ if source.status != SourceStatus::Active => "",
        None => "new",
        Some(Why::Usual) => "usual interval",
        Some(Why::Host) => "host's caching",
        Some(Why::Feed) => "feed's wish",
        Some(Why::Habit) => "how often it publishes",
        Some(Why::Expected) => "news is expected",
        Some(Why::BackOff) => "failed, tried again",
        Some(Why::RetryAfter) => "host asked to wait",
        Some(Why::HostRests) => "host rests",
        Some(Why::Hub) => "hub tells of news",
    }
}

fn hub(lease: &Lease) -> String {
    match (&lease.problem, lease.until) {
        (Some(problem), _) => problem.clone(),
        (None, Some(until)) => format!("tells of news until {until}"),
        (None, None) => "asked, not yet confirmed".to_owned(),
    }
}

pub(super) fn sources(sources: &[Source], as_json: bool) -> Result<()> {
    if as_json {
        return json(&sources);
    }
    if sources.is_empty() {
        say!("No sources yet. Add one: podbrief source add https://example.org/feed.xml");
        say!("Or a list: podbrief import data/starter.opml");
        return Ok(());
    }
    let row = |s: &Source| {
        vec![
            s.id.to_string(),
            short(&s.title, 40),
            state(s).to_owned(),
            s.poll.http_status.map(|n| n.to_string()).unwrap_or_default(),
            s.coverage.items.to_string(),
            coverage(s),
            s.coverage.insights.to_string(),
            match (s.mailbox(), s.status) {
                (Some(_), SourceStatus::Active) => "by mail".to_owned(),
                (None, SourceStatus::Active) => s.poll.next.rfc3339(),
                _ => String::new(),
            },
            why(s).to_owned(),
        ]
    };
    let head = [
        "id",
        "title",
        "state",
        "http",
        "items",
        "transcripts",
        "insights",
        "next poll",
        "because",
    ];
    table(&head, &sources.iter().map(row).collect::<Vec<_>>())?;
    for source in sources {
        if let Some(problem) = &source.poll.problem {
            say!("\n{} ({})", source.title, url(source));
            say!("  {}, since {}. {}", problem.what, problem.since, problem.hint);
        }
    }
    let bare = |s: &&Source| {
        s.mailbox().is_none() && s.coverage.processed > 0 && s.coverage.with_transcript == 0
    };
    let bare: Vec<&str> = sources.iter().filter(bare).map(|s| s.title.as_str()).collect();
    if !bare.is_empty() {
        say!("\nWithout transcripts: {}.", bare.join(", "));
        say!(
            "  Their show notes serve, with at most 2 insights an item. Ask the shows to publish podcast:transcript."
        );
    }
    Ok(())
}

pub(super) fn source(source: &Source, items: &[Item], domain: &str, as_json: bool) -> Result<()> {
    #[derive(Serialize)]
    struct Shown<'a> {
        source: &'a Source,
        #[serde(skip_serializing_if = "Option::is_none")]
        address: Option<String>,
        items: &'a [Item],
    }
    let address = source.mailbox().map(|m| format!("{}@{domain}", m.local));
    if as_json {
        return json(&Shown { source, address, items });
    }
    say!("{} ({})", source.title, source.id);
    if let (Some(mailbox), Some(address)) = (source.mailbox(), &address) {
        mail::asks(items)?;
        mail::mailbox(source, mailbox, address)?;
        return item_list(items);
    }
    say!("  feed         {}", url(source));
    if let Some(link) = &source.link {
        say!("  page         {link}");
    }
    say!("  state        {}", state(source));
    if let Some(last) = source.poll.last {
        say!("  last poll    {last}");
    }
    say!("  next poll    {} ({})", source.poll.next, why(source));
    if let Some(lease) = &source.lease {
        say!("  hub          {}: {}", lease.hub, hub(lease));
    }
    say!("  transcripts  {} of the items worked on", coverage(source));
    say!("  insights     {}", source.coverage.insights);
    if source.coverage.to_write > 0 {
        say!("  model        {}", writing(&source.coverage));
    }
    if let Some(problem) = &source.poll.problem {
        say!("  problem      {}. {}", problem.what, problem.hint);
    }
    item_list(items)
}

/// What a language model did for a source, and what share of it was dropped.
fn writing(c: &Coverage) -> String {
    let all = c.written + c.dropped;
    let share = if all == 0 { 0.0 } else { 100.0 * f64::from(c.dropped) / f64::from(all) };
    format!(
        "{} of {} passages in its words, {} insights dropped ({share:.0}%)",
        c.written, c.to_write, c.dropped
    )
}

fn item_list(items: &[Item]) -> Result<()> {
    say!();
    let row = |item: &Item| {
        let date = item.published.unwrap_or(item.seen).date();
        vec![date, short(&item.title, 60), item_state(item), mail::sender(item)]
    };
    // Feeds have no senders.
    let head = ["date", "item", "state", "sender"];
    let columns = if items.iter().any(|i| i.mail.is_some()) { 4 } else { 3 };
    table(&head[..columns], &items.iter().map(row).collect::<Vec<_>>())?;
    for item in items {
        if let Some(held) =
            item.mail.as_ref().filter(|m| m.notice.is_none()).and_then(|m| m.held.as_ref())
        {
            say!("\n{}\n  held back: {held}", plain(&item.title));
        }
        if let Some(problem) = &item.problem {
            say!("\n{}\n  {}. {}", plain(&item.title), problem.what, problem.hint);
        }
    }
    Ok(())
}

/// Text that others wrote, without control characters.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn item_state(item: &Item) -> String {
    let origin = |origin| match origin {
        TranscriptOrigin::Publisher => "transcript",
        TranscriptOrigin::Recognised => "speech recognition",
        TranscriptOrigin::ShowNotes => "show notes",
        TranscriptOrigin::Body => "text",
    };
    match &item.state {
        ItemState::Skipped => "seen only".to_owned(),
        ItemState::New => match &item.recognised_by {
            Some(by) => format!("waits for {by} to recognise its speech"),
            None => "waits for its words".to_owned(),
        },
        ItemState::Transcribed { .. } => "waits for its insights".to_owned(),
        ItemState::Drafted { .. } => "waits for the language model".to_owned(),
        ItemState::Published { insights, origin: from } => {
            format!("{insights} insights from its {}", origin(*from))
        }
        ItemState::Failed => "failed".to_owned(),
        ItemState::Held => match item.mail.as_ref().and_then(|m| m.notice.as_ref()) {
            Some(_) => "for you, not published".to_owned(),
            None => "held back".to_owned(),
        },
    }
}

pub(super) fn polled(rows: &[Row], as_json: bool) -> Result<()> {
    if as_json {
        return json(&rows);
    }
    if rows.is_empty() {
        say!("Nothing was due. `podbrief poll --all` asks every source now.");
        return Ok(());
    }
    let cells = |row: &Row| {
        vec![
            short(&row.source, 40),
            short(&row.status, 60),
            row.new_items.to_string(),
            row.transcripts.to_string(),
            row.insights.to_string(),
            format!("{:.1} s", row.took_ms as f64 / 1000.0),
        ]
    };
    let head = ["source", "status", "new items", "transcripts", "insights", "time"];
    table(&head, &rows.iter().map(cells).collect::<Vec<_>>())?;
    for row in rows {
        for problem in &row.problems {
            say!("{}: {problem}", row.source);
        }
    }
    Ok(())
}
