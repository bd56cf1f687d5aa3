//! `podbrief poll`: one pass in the foreground, with a bar on a terminal and a table at the end.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{print, verbs};
use crate::admin::{Command, Reply};
use crate::config::Config;
use crate::jobs::Event;
use crate::model::{SourceId, TranscriptOrigin};

/// What one source gave in this pass.
#[derive(Debug, Default, Serialize)]
pub(super) struct Row {
    pub source: String,
    pub status: String,
    pub ok: bool,
    pub new_items: usize,
    pub transcripts: usize,
    pub insights: usize,
    pub took_ms: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

pub(super) fn poll(config: &Config, all: bool, json: bool) -> Result<ExitCode> {
    let mut rows: BTreeMap<SourceId, Row> = BTreeMap::new();
    let watch = Watch::start(json);
    let reply = verbs::run(config, Command::Poll { all }, |reply| {
        if let Reply::Event(event) = reply {
            watch.tell(&event);
            take(&mut rows, event);
        }
    })?;
    watch.end();
    let Reply::Done = reply else { return Err(verbs::unexpected(&reply)) };
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.sort_by_key(|row| row.source.to_lowercase());
    let failed = !rows.is_empty() && rows.iter().all(|row| !row.ok);
    print::polled(&rows, json)?;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn take(rows: &mut BTreeMap<SourceId, Row>, event: Event) {
    match event {
        Event::Polled { report, took_ms } => {
            let row = rows.entry(report.source).or_default();
            row.source = report.title;
            row.status = report.status;
            row.ok = report.ok;
            row.new_items += report.new_items;
            row.took_ms += took_ms;
        }
        Event::Transcribed { report, took_ms } => {
            let row = known(rows, report.source, report.show);
            let spoken = [TranscriptOrigin::Publisher, TranscriptOrigin::Recognised];
            row.transcripts += usize::from(spoken.contains(&report.origin));
            row.took_ms += took_ms;
            row.problems.extend(report.problem);
        }
        Event::Extracted { report, took_ms } => {
            let row = known(rows, report.source, report.show);
            row.insights += report.insights;
            row.took_ms += took_ms;
        }
        Event::Failed { source: Some(source), what, .. } => {
            let name = source.to_string();
            known(rows, source, name).problems.push(what);
        }
        Event::Composed { .. } | Event::Failed { source: None, .. } => {}
    }
}

/// Work left from an earlier pass may belong to a source that was not due.
fn known(rows: &mut BTreeMap<SourceId, Row>, source: SourceId, name: String) -> &mut Row {
    rows.entry(source).or_insert_with(|| Row {
        source: name,
        status: "not due".into(),
        ok: true,
        ..Row::default()
    })
}

/// A bar on a terminal, plain lines elsewhere, nothing for JSON.
enum Watch {
    Bar(ProgressBar),
    Lines,
    Silent,
}

impl Watch {
    fn start(json: bool) -> Self {
        if json {
            return Self::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines;
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) =
            ProgressStyle::with_template("{spinner} {elapsed} {pos} steps  {wide_msg}")
        {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        Self::Bar(bar)
    }

    fn tell(&self, event: &Event) {
        let line = line(event);
        match self {
            Self::Bar(bar) => {
                bar.inc(1);
                bar.set_message(line);
            }
            Self::Lines => eprintln!("{line}"),
            Self::Silent => {}
        }
    }

    fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// One step, for people.
pub(super) fn line(event: &Event) -> String {
    match event {
        Event::Polled { report, .. } => {
            format!("{}: {}, {} new", report.title, report.status, report.new_items)
        }
        Event::Transcribed { report, .. } => {
            let how = match (&report.problem, report.origin) {
                (Some(problem), _) => format!("{problem}; using the show notes"),
                (None, TranscriptOrigin::Publisher) => "transcript read".to_owned(),
                (None, TranscriptOrigin::Recognised) => "speech recognised".to_owned(),
                (None, TranscriptOrigin::ShowNotes) => "no transcript; using the notes".to_owned(),
                (None, TranscriptOrigin::Body) => "text read".to_owned(),
            };
            format!("{}: {}: {how}", report.show, report.title)
        }
        Event::Extracted { report, .. } => {
            format!("{}: {}: {} insights", report.show, report.title, report.insights)
        }
        Event::Composed { report, .. } => {
            format!("a brief of {} insights was made for {}", report.insights, report.day)
        }
        Event::Failed { job, what, .. } => format!("{job}: {what}"),
    }
}
