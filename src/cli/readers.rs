//! `podbrief subscriber …` and `podbrief invite`. A secret is printed once, to whoever asked, and never logged.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Subcommand, ValueEnum};

use super::{print, verbs};
use crate::admin::{Command, NewReader, ReaderCommand, ReaderReply, Reply};
use crate::config::Config;
use crate::model::{Days, EDITION_SIZE, Shape, Subscriber};

#[derive(Debug, Subcommand)]
pub(super) enum ReaderVerb {
    /// Add a reader and print their secret address, which is shown only once
    Add(Box<Add>),
    /// All readers, without their addresses
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// One reader and what was learned of them
    Show {
        /// Id or its first six characters
        which: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove a reader with all that is kept of them
    Remove {
        /// Id or its first six characters
        which: String,
    },
    /// Give a reader a new secret address; the old feed says for 30 days that it has changed
    Rotate {
        /// Id or its first six characters
        which: String,
        /// The old address ends at once
        #[arg(long)]
        now: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// What they are interested in, in plain words, with commas between
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub interests: String,
    /// Topics to follow, by slug
    #[arg(long = "topic", value_name = "SLUG")]
    pub topics: Vec<String>,
    /// Shows to follow: id, address, or the start of the title
    #[arg(long = "source", value_name = "WHICH")]
    pub sources: Vec<String>,
    /// Time zone
    #[arg(long, default_value = "UTC", value_name = "ZONE")]
    pub zone: String,
    /// Hour of their day at which the brief is made
    #[arg(long, default_value_t = 6, value_name = "0-23")]
    pub hour: u8,
    /// Insights in a brief
    #[arg(long, default_value_t = EDITION_SIZE, value_name = "N")]
    pub size: u8,
    /// What an entry of the feed is
    #[arg(long, value_enum, default_value_t = ShapeArg::Digest)]
    pub shape: ShapeArg,
    /// On which days
    #[arg(long, value_enum, default_value_t = DaysArg::Daily)]
    pub days: DaysArg,
    /// Nothing from outside their subjects
    #[arg(long)]
    pub no_explore: bool,
    /// Language of their entries
    #[arg(long, default_value = "en", value_name = "TAG")]
    pub language: String,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ShapeArg {
    /// A whole brief
    Digest,
    /// One insight
    Items,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DaysArg {
    /// Every day
    Daily,
    /// Monday to Friday
    Weekdays,
    /// Mondays
    Weekly,
}

fn ask(config: &Config, command: ReaderCommand) -> Result<ReaderReply> {
    match verbs::run(config, Command::Readers(command), |_| {})? {
        Reply::Readers(reply) => Ok(reply),
        other => Err(verbs::unexpected(&other)),
    }
}

fn odd(reply: ReaderReply) -> anyhow::Error {
    verbs::unexpected(&Reply::Readers(reply))
}

pub(super) fn reader(config: &Config, verb: ReaderVerb) -> Result<ExitCode> {
    match verb {
        ReaderVerb::Add(add) => {
            let json = add.json;
            let new = NewReader {
                interests: add.interests,
                topics: add.topics,
                sources: add.sources,
                zone: add.zone,
                hour: add.hour,
                size: add.size,
                shape: match add.shape {
                    ShapeArg::Digest => Shape::Digest,
                    ShapeArg::Items => Shape::Items,
                },
                days: match add.days {
                    DaysArg::Daily => Days::Daily,
                    DaysArg::Weekdays => Days::Weekdays,
                    DaysArg::Weekly => Days::Weekly,
                },
                explore: !add.no_explore,
                language: add.language,
            };
            address(config, ask(config, ReaderCommand::Add(Box::new(new)))?, json)
        }
        ReaderVerb::List { json } => match ask(config, ReaderCommand::List)? {
            ReaderReply::List { readers } => list(&readers, json),
            other => Err(odd(other)),
        },
        ReaderVerb::Show { which, json } => show(ask(config, ReaderCommand::Show { which })?, json),
        ReaderVerb::Remove { which } => match ask(config, ReaderCommand::Remove { which })? {
            ReaderReply::Removed { reader } => {
                say!("removed: {}, with all that was kept of them", reader.id);
                Ok(ExitCode::SUCCESS)
            }
            other => Err(odd(other)),
        },
        ReaderVerb::Rotate { which, now, json } => {
            let reply = ask(config, ReaderCommand::Rotate { which, at_once: now })?;
            address(config, reply, json)
        }
    }
}

/// The address, printed this once.
fn address(config: &Config, reply: ReaderReply, json: bool) -> Result<ExitCode> {
    let ReaderReply::Address { reader, path } = reply else { return Err(odd(reply)) };
    let page = format!("{}{path}", config.base_url(None));
    if json {
        let value =
            serde_json::json!({ "id": reader.id, "page": page, "feed": format!("{page}.atom") });
        print::json(&value)?;
    } else {
        say!("subscriber {}", reader.id);
        say!("  page: {page}");
        say!("  feed: {page}.atom");
        say!("Pass it on now: only its hash is kept, so it can't be shown again.");
    }
    Ok(ExitCode::SUCCESS)
}

fn list(readers: &[Subscriber], json: bool) -> Result<ExitCode> {
    if json {
        print::json(&readers)?;
        return Ok(ExitCode::SUCCESS);
    }
    if readers.is_empty() {
        say!(
            "No subscribers yet. Add one: podbrief subscriber add --interests \"…\" --zone Europe/Berlin"
        );
        return Ok(ExitCode::SUCCESS);
    }
    let row = |reader: &Subscriber| {
        vec![
            reader.id.to_string(),
            reader.created.date(),
            format!("{:02}:00 {}", reader.hour, reader.zone),
            reader.progress.editions.to_string(),
            reader.progress.day.map(|day| day.to_string()).unwrap_or_default(),
            print::short(&reader.interests, 40),
        ]
    };
    let head = ["id", "since", "hour", "briefs", "last", "interests"];
    print::table(&head, &readers.iter().map(row).collect::<Vec<_>>())?;
    Ok(ExitCode::SUCCESS)
}

fn show(reply: ReaderReply, json: bool) -> Result<ExitCode> {
    let ReaderReply::Reader { reader, votes, next } = reply else { return Err(odd(reply)) };
    if json {
        print::json(
            &serde_json::json!({ "subscriber": reader, "votes": votes, "next": next.rfc3339() }),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    say!("{}  since {}", reader.id, reader.created);
    say!("  interests: {}", reader.interests.replace(['\r', '\n'], " "));
    say!("  topics:    {}", reader.topics.join(", "));
    say!("  shows:     {} followed, {} muted", reader.sources.len(), reader.muted.len());
    say!(
        "  brief:     {} insights at {:02}:00 {}, next {next}",
        reader.size,
        reader.hour,
        reader.zone
    );
    say!("  so far:    {} briefs, {} votes", reader.progress.editions, votes.len());
    Ok(ExitCode::SUCCESS)
}

pub(super) fn invite(config: &Config, days: u16, json: bool) -> Result<ExitCode> {
    let reply = ask(config, ReaderCommand::Invite { days })?;
    let ReaderReply::Invited { path, until } = reply else { return Err(odd(reply)) };
    let link = format!("{}{path}", config.base_url(None));
    if json {
        print::json(&serde_json::json!({ "link": link, "until": until.rfc3339() }))?;
    } else {
        say!("{link}");
        say!("Good for one sign-up, until {}.", until.date());
    }
    Ok(ExitCode::SUCCESS)
}
