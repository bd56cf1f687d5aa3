//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::model::TranscriptFormat;

/// Scans podcasts and newsletters, extracts insights with their proof, and publishes them as feeds.
///
/// Without a command it serves. Every option can also be set in a file or by PODBRIEF_* variables; see
/// data/podbrief.toml.
#[derive(Debug, Parser)]
#[command(name = "podbrief", version, propagate_version = true)]
pub(super) struct Args {
    /// A TOML file with options
    #[arg(long, global = true, value_name = "FILE", env = "PODBRIEF_CONFIG")]
    pub config: Option<PathBuf>,
    /// Where the data is kept [default: $STATE_DIRECTORY, else ./podbrief-data]
    #[arg(long, global = true, value_name = "DIR", verbatim_doc_comment)]
    pub data_dir: Option<PathBuf>,
    /// Where the web server listens [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// The address under which readers reach it [default: http:// and the address above]
    #[arg(long, global = true, value_name = "URL")]
    pub base_url: Option<String>,
    /// Who may sign up for a brief: open, invite or closed [default: open]
    #[arg(long, global = true, value_name = "WHO")]
    pub signup: Option<String>,
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Poll sources, extract insights and serve them until stopped
    Serve,
    /// Try it: hosts three sample shows on this machine and serves their insights
    Demo,
    /// Ask the feeds that are due, finish all queued work, and print a table
    Poll {
        /// Every feed, due or not
        #[arg(long)]
        all: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Add, list, show, pause and remove sources
    Source {
        #[command(subcommand)]
        verb: SourceVerb,
    },
    /// Add, list, show and remove readers of personal briefs, and change their addresses
    Subscriber {
        #[command(subcommand)]
        verb: super::readers::ReaderVerb,
    },
    /// Print a link with which one friend can sign up (see --signup invite)
    Invite {
        /// Days that it is good
        #[arg(long, default_value_t = 14, value_name = "N")]
        days: u16,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Add the feeds of an OPML file ("-" is standard input)
    Import { file: PathBuf },
    /// Write the sources as OPML [default: to standard output]
    Export { file: Option<PathBuf> },
    /// How many sources, items and insights there are
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// The link to the operator's pages, with the operator's secret in it
    AdminUrl,
    /// Transcript in, insights out, without a store ("-" is standard input)
    Extract(Extract),
    /// Measure the engine: documents in, predictions out, as JSON lines
    Eval(super::eval::Eval),
    /// Sentences in, their vectors out: what the server runs beside itself
    #[command(hide = true)]
    Encode,
    /// Write all data to one file, while the server runs or not
    Backup { file: PathBuf },
    /// Fill an empty data directory from a backup
    Restore { file: PathBuf },
}

#[derive(Debug, Subcommand)]
pub(super) enum SourceVerb {
    /// Add feeds, or web pages that name one
    Add {
        #[arg(required = true, value_name = "URL")]
        urls: Vec<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// All sources: state, transcript coverage, problems
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// One source and its newest items
    Show {
        /// Id, address, or the start of the title
        which: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove a source with all that came from it
    Remove {
        /// Id, address, or the start of the title
        which: String,
    },
    /// Stop polling a source
    Pause {
        /// Id, address, or the start of the title
        which: String,
    },
    /// Poll it again
    Resume {
        /// Id, address, or the start of the title
        which: String,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Extract {
    /// A transcript, or "-"
    pub file: PathBuf,
    /// How it is written [default: guessed]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// At most so many insights
    #[arg(long, default_value_t = 8, value_name = "N")]
    pub top: usize,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Every candidate with its features and why it won or lost
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub weights: super::weights::Weights,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Vtt,
    Srt,
    Json,
    Html,
    Txt,
    Eml,
}

impl Format {
    /// `None` for mail, which is no transcript.
    pub(super) fn transcript(self) -> Option<TranscriptFormat> {
        Some(match self {
            Self::Vtt => TranscriptFormat::Vtt,
            Self::Srt => TranscriptFormat::Srt,
            Self::Json => TranscriptFormat::Json,
            Self::Html => TranscriptFormat::Html,
            Self::Txt => TranscriptFormat::Text,
            Self::Eml => return None,
        })
    }
}
