//! `podbrief eval`: measures the engine. Documents in, predictions out, both JSON lines; the same code as production,
//! and nothing that depends on where a document comes from.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::weights::Weights;
use super::{eval_brief, eval_read, eval_related, eval_salience, eval_topics};
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Eval {
    /// What is asked of the engine
    #[arg(value_enum)]
    pub task: Task,
    /// For topics: a JSON list of labels, each with `label` and `description`; without it, the topics of production
    #[arg(long, value_name = "FILE")]
    pub labels: Option<std::path::PathBuf>,
    /// Leave the sentence encoder out
    #[arg(long)]
    pub no_vectors: bool,
    /// Tell on standard error how long each document took
    #[arg(long)]
    pub times: bool,
    #[command(flatten)]
    pub weights: Weights,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Task {
    /// Which passages are worth telling, best first
    Salience,
    /// How much each sentence is worth
    Worthiness,
    /// Which texts are related to a query, best first
    Related,
    /// What readers would be given day by day, and how it follows their votes
    Brief,
    /// Which label fits each text best
    Topics,
    /// What is read of feeds, given as files
    Feeds,
    /// What is read of transcripts, given as files
    Cues,
    /// The numbers that the weights are learned from
    #[value(hide = true)]
    Rows,
    /// Every way to tell the foremost passages, as verdicts are learned from
    #[value(hide = true)]
    Tellings,
}

pub(super) fn eval(args: &Eval, config: Config) -> Result<ExitCode> {
    let input = std::io::stdin().lock();
    let output = std::io::stdout().lock();
    match args.task {
        Task::Salience => {
            let judge = args.weights.judge()?;
            eval_salience::salience(input, output, judge, !args.no_vectors, args.times)?;
        }
        Task::Brief => eval_brief::run(config, input, output)?,
        Task::Related => eval_related::run(input, output)?,
        Task::Topics => {
            eval_topics::run(input, output, args.labels.as_deref(), !args.no_vectors)?;
        }
        Task::Rows => eval_salience::rows(input, output, args.weights.judge()?)?,
        Task::Tellings => eval_salience::tellings(input, output, args.weights.judge()?)?,
        Task::Feeds => eval_read::feeds(input, output)?,
        Task::Cues => eval_read::cues(input, output)?,
        Task::Worthiness => {
            let judge = args.weights.judge()?;
            eval_salience::worthiness(input, output, judge, !args.no_vectors)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads one line at a time, writes one answer for each.
pub(super) fn each_line<I: DeserializeOwned, O: Serialize>(
    input: impl BufRead,
    mut output: impl Write,
    mut answer: impl FnMut(I) -> O,
) -> Result<()> {
    for (number, line) in input.lines().enumerate() {
        let line = line.context("the input can't be read")?;
        if line.trim().is_empty() {
            continue;
        }
        let asked = serde_json::from_str(&line).with_context(|| format!("line {}", number + 1))?;
        serde_json::to_writer(&mut output, &answer(asked))?;
        writeln!(output)?;
    }
    output.flush()?;
    Ok(())
}
