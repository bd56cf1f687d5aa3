//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::model::{MailPolicy, SpeechPolicy, TranscriptFormat};

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
    /// Add the feeds of an OPML file ("-" is standard input), or the messages of a Maildir or mbox
    Import {
        /// OPML; with --mail: a Maildir folder or an mbox file
        file: PathBuf,
        /// The newsletter whose messages these are: id, address, or the start of the title
        #[arg(long, value_name = "WHICH")]
        mail: Option<String>,
    },
    /// Take a message from standard input, for mail servers and filters; exits as sysexits.h says
    Deliver {
        /// The address it came for
        #[arg(long, value_name = "ADDRESS")]
        to: String,
        /// The envelope's sender, if known
        #[arg(long, value_name = "ADDRESS", default_value = "")]
        from: String,
    },
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
    /// Try the endpoints of models that are set up
    Infer {
        #[command(subcommand)]
        verb: InferVerb,
    },
    /// Measure the engine: documents in, predictions out, as JSON lines
    Eval(super::eval::Eval),
    /// Sentences in, their vectors out: what the server runs beside itself
    #[command(hide = true)]
    Encode,
    /// The speech of a recording as WebVTT, by the recogniser of [infer.transcribe]
    Transcribe {
        /// MP3, AAC, Vorbis, FLAC or WAV
        file: PathBuf,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// A recording in, pieces out: what the server runs beside itself
    #[command(hide = true)]
    Cut {
        audio: PathBuf,
        #[arg(long)]
        from: u64,
        #[arg(long)]
        chunk: u32,
        #[arg(long)]
        most: u32,
    },
    /// Runs a recogniser, and ends it when its own input ends
    #[command(hide = true)]
    Mind {
        #[arg(last = true, required = true)]
        command: Vec<std::ffi::OsString>,
    },
    /// A piece of a recording in, words out, as JSON
    #[cfg(feature = "whisper")]
    #[command(hide = true)]
    Hear {
        audio: PathBuf,
        #[arg(long)]
        weights: PathBuf,
        #[arg(long, default_value = "auto")]
        language: String,
    },
    /// Look at configuration, addresses, clock, disk, store and doors, and say what to do
    Doctor,
    /// Verify that the store is whole: rows, indexes, quotes, texts, queue, editions
    Check {
        /// Mend what can be mended
        #[arg(long)]
        repair: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Give back what the database no longer needs of the disk, while the server runs or not
    Compact,
    /// Try again what was set aside after repeated failures, and what waits for its next attempt
    Retry {
        /// Only of this source: id, address, or the start of the title
        which: Option<String>,
    },
    /// Write all data to one file, while the server runs or not
    Backup { file: PathBuf },
    /// Fill an empty data directory from a backup
    Restore { file: PathBuf },
}

#[derive(Debug, Subcommand)]
pub(super) enum InferVerb {
    /// Ask the language model about a sample, and print what it wrote and what is believed of it
    Test {
        /// A transcript, or "-" [default: a sample that comes with the program]
        file: Option<PathBuf>,
        /// How it is written [default: guessed]
        #[arg(long, value_enum)]
        format: Option<Format>,
        /// At most so many passages
        #[arg(long, default_value_t = 4, value_name = "N")]
        top: usize,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum SourceVerb {
    /// Add feeds, or web pages that name one; or mint an address for a newsletter
    Add {
        #[arg(required_unless_present = "mail", value_name = "URL")]
        urls: Vec<String>,
        /// A newsletter by mail: prints the address to subscribe with
        #[arg(long, value_name = "NAME", conflicts_with = "urls")]
        mail: Option<String>,
        /// What comes by that mail may be seen by everyone [default: it feeds one brief only]
        #[arg(long, requires = "mail")]
        public: bool,
        /// Whose brief it feeds [default: the only reader's]
        #[arg(long = "for", value_name = "READER", requires = "mail", conflicts_with = "public")]
        reader: Option<String>,
        /// What becomes of mail from senders that nobody vouches for
        #[arg(long, value_enum, default_value = "flag", requires = "mail")]
        policy: Policy,
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
        /// All items
        #[arg(long)]
        all: bool,
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
    /// Set when a podcast's speech is recognised; see [infer.transcribe]
    Speech {
        /// Id, address, or the start of the title
        which: String,
        /// When
        #[arg(value_enum)]
        policy: Speech,
    },
    /// Let a sender feed a newsletter's mailbox, and release what was held back of it
    Trust {
        /// Id, address, or the start of the title
        which: String,
        /// As in the message's From
        sender: String,
    },
    /// Set whose brief a newsletter feeds, or that everyone may see it; before it has insights
    Share {
        /// Id, address, or the start of the title
        which: String,
        /// A reader's id, or "everyone"
        with: String,
    },
    /// Set what of your IMAP account is for a newsletter; nothing given: nothing
    Fetch {
        /// Id, address, or the start of the title
        which: String,
        /// All that is in this folder
        #[arg(long)]
        folder: Vec<String>,
        /// What has this List-Id
        #[arg(long)]
        list_id: Vec<String>,
        /// What comes from this address
        #[arg(long, value_name = "ADDRESS")]
        sender: Vec<String>,
    },
    /// Set what becomes of mail from senders that nobody vouches for
    Policy {
        /// Id, address, or the start of the title
        which: String,
        /// What
        #[arg(value_enum)]
        policy: Policy,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Policy {
    /// Published as all others
    Accept,
    /// Kept and shown to you, not published until you trust the sender
    Flag,
    /// Refused
    Reject,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Speech {
    /// Show notes serve where there is no transcript
    Never,
    /// Where there is no transcript that can be read
    Missing,
    /// Even where there is one
    Always,
    /// As infer.transcribe.policy says
    Default,
}

impl Speech {
    pub(super) fn policy(self) -> Option<SpeechPolicy> {
        Some(match self {
            Self::Never => SpeechPolicy::Never,
            Self::Missing => SpeechPolicy::Missing,
            Self::Always => SpeechPolicy::Always,
            Self::Default => return None,
        })
    }
}

impl From<Policy> for MailPolicy {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Accept => Self::Accept,
            Policy::Flag => Self::Flag,
            Policy::Reject => Self::Reject,
        }
    }
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
    /// An article or a newsletter, in Markdown or plain text.
    Md,
    /// A message.
    Eml,
}

impl Format {
    /// `None` for what is written: no transcript.
    pub(super) fn transcript(self) -> Option<TranscriptFormat> {
        Some(match self {
            Self::Vtt => TranscriptFormat::Vtt,
            Self::Srt => TranscriptFormat::Srt,
            Self::Json => TranscriptFormat::Json,
            Self::Html => TranscriptFormat::Html,
            Self::Txt => TranscriptFormat::Text,
            Self::Md | Self::Eml => return None,
        })
    }
}
