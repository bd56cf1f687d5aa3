//! `podbrief eval feeds` and `podbrief eval cues`: what the parsers read of files, for comparison with other parsers
//! (`tests/corpus`).

use std::io::{BufRead, Write};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::eval::each_line;
use crate::model::{Segment, Timestamp};
use crate::parse::{feed, transcript};
use crate::text::html::to_plain;

#[derive(Deserialize)]
struct Asked {
    file: std::path::PathBuf,
    #[serde(default)]
    content_type: Option<String>,
    /// Where it is said to have been read.
    #[serde(default)]
    url: Option<String>,
}

#[derive(Default, Serialize)]
struct Feed {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    title: String,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    id: String,
    title: String,
    link: Option<String>,
    published: Option<Timestamp>,
    summary: String,
}

#[derive(Default, Serialize)]
struct Cues {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    segments: Vec<Segment>,
}

pub(super) fn feeds(input: impl BufRead, output: impl Write) -> Result<()> {
    each_line(input, output, |asked: Asked| {
        let file = asked.file.display().to_string();
        let read = std::fs::read(&asked.file).map_err(|e| e.to_string()).and_then(|bytes| {
            let url = asked.url.as_deref().unwrap_or("http://example.com/");
            feed::parse(&bytes, asked.content_type.as_deref(), url).map_err(|e| e.to_string())
        });
        match read {
            Ok(feed) => {
                let items = feed.items.into_iter().map(|item| Item {
                    id: item.key,
                    title: item.title,
                    link: item.link,
                    published: item.published,
                    summary: to_plain(&item.notes_html),
                });
                Feed { file, error: None, title: feed.title, items: items.collect() }
            }
            Err(error) => Feed { file, error: Some(error), ..Feed::default() },
        }
    })
}

pub(super) fn cues(input: impl BufRead, output: impl Write) -> Result<()> {
    each_line(input, output, |asked: Asked| {
        let file = asked.file.display().to_string();
        let read = std::fs::read(&asked.file).map_err(|e| e.to_string()).and_then(|bytes| {
            let kind = asked.content_type.as_deref();
            let format = transcript::guess_format(&bytes, kind, Some(&file)).ok_or("no text")?;
            transcript::parse(&bytes, format, kind).map_err(|e| e.to_string())
        });
        match read {
            Ok(read) => Cues { file, error: None, segments: read.segments },
            Err(error) => Cues { file, error: Some(error), ..Cues::default() },
        }
    })
}
