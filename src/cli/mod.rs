//! The command line: arguments in, exit code out. What verbs do is elsewhere.

/// `println!` that gives its error instead of a panic: whoever reads may have gone (`| head`).
macro_rules! say {
    () => { say!("") };
    ($($text:tt)*) => {
        std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{}\n", format_args!($($text)*)))?
    };
}

mod archive;
mod args;
mod doctor;
mod eval;
mod eval_brief;
mod eval_read;
mod eval_related;
mod eval_salience;
mod eval_topics;
mod extract;
mod heap;
mod infer;
mod mail;
mod poll;
mod print;
mod readers;
mod serve;
mod speech;
mod store;
mod upkeep;
mod verbs;
mod weights;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser;
use tracing_subscriber::EnvFilter;

use self::args::{Args, Verb};
use crate::config::{Config, Log, Overrides};
use crate::encode;

/// Runs the program.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        // An MTA must keep the mail until the operator has mended the command.
        Err(error) if error.use_stderr() && mail::is_deliver(std::env::args_os()) => {
            eprint!("{error}");
            return mail::LATER.into();
        }
        Err(error) => error.exit(),
    };
    let delivers = matches!(args.verb, Some(Verb::Deliver { .. }));
    match run(args) {
        Err(error) if delivers => {
            eprintln!("podbrief: {error:#}");
            mail::LATER.into()
        }
        Ok(code) => code,
        Err(error) if reader_left(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // `{:#}` gives the whole chain in one line.
            eprintln!("podbrief: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether standard output was closed by whoever read it, which is no failure.
fn reader_left(error: &anyhow::Error) -> bool {
    let broken = |cause: &std::io::Error| cause.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().filter_map(|cause| cause.downcast_ref()).any(broken)
}

fn run(mut args: Args) -> Result<ExitCode> {
    if matches!(args.verb, Some(Verb::Encode)) {
        // Its parent has read the options already, and listens to it alone.
        encode::serve(&mut std::io::stdin().lock(), &mut std::io::stdout().lock())?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(verb) = args.verb.take_if(|verb| speech::is_worker(verb)) {
        return speech::work(verb);
    }
    let env: Vec<(String, String)> = std::env::vars().collect();
    let over = Overrides {
        data_dir: args.data_dir,
        listen: args.listen,
        base_url: args.base_url,
        signup: args.signup,
    };
    let config = Config::load(args.config.as_deref(), &env, over)?;
    let verb = args.verb.unwrap_or(Verb::Serve);
    // The demo tells its steps itself.
    start_log(&config.log, matches!(verb, Verb::Serve))?;
    if matches!(verb, Verb::Serve | Verb::Demo) {
        heap::one();
    }
    match verb {
        Verb::Serve => serve::serve(&config),
        Verb::Demo => serve::demo(config),
        Verb::Poll { all, json } => poll::poll(&config, all, json),
        Verb::Source { verb } => verbs::source(&config, verb),
        Verb::Import { file, mail: None } => verbs::import(&config, &file),
        Verb::Import { file, mail: Some(which) } => mail::import(&config, &file, &which),
        Verb::Deliver { to, from } => mail::deliver(&config, to, from),
        Verb::Subscriber { verb } => readers::reader(&config, verb),
        Verb::Invite { days, json } => readers::invite(&config, days, json),
        Verb::Export { file } => verbs::export(&config, file.as_deref()),
        Verb::Status { json } => verbs::status(&config, json),
        Verb::AdminUrl => verbs::admin_url(&config),
        Verb::Eval(eval) => eval::eval(&eval, config),
        Verb::Extract(extract) => extract::extract(&extract),
        Verb::Transcribe { file, json } => speech::transcribe(&config, &file, json),
        Verb::Infer { verb } => infer::infer(&config, &verb),
        Verb::Encode => Ok(ExitCode::SUCCESS),
        Verb::Doctor => doctor::doctor(&config),
        Verb::Check { repair, json } => upkeep::check(&config, repair, json),
        Verb::Compact => upkeep::compact(&config),
        Verb::Retry { which } => upkeep::retry(&config, which),
        Verb::Backup { file } => store::backup(&config, &file),
        Verb::Restore { file } => store::restore(&config, &file),
        worker => speech::work(worker),
    }
}

/// Logs go to standard error; other verbs only tell warnings.
fn start_log(log: &Log, server: bool) -> Result<()> {
    let level = if server || log.level != "info" { log.level.as_str() } else { "warn" };
    // A plain level is ours; what the web server's crates say of their start is nobody's news.
    let filter = match level.parse::<tracing::Level>() {
        Ok(_) => EnvFilter::try_new(format!("warn,podbrief={level}")),
        Err(_) if level == "off" || level.contains('=') => EnvFilter::try_new(level),
        Err(_) => {
            anyhow::bail!("log.level: {level:?} is not error, warn, info, debug, trace or a filter")
        }
    };
    let filter = filter.context("log.level")?;
    // systemd sets this where the log ends in its journal.
    let json = match log.format.as_str() {
        "json" => true,
        "text" => false,
        "auto" => std::env::var_os("JOURNAL_STREAM").is_some(),
        other => anyhow::bail!("log.format: {other:?} is not text, json or auto"),
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        builder.json().init();
    } else {
        builder
            .with_target(false)
            .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
            .init();
    }
    Ok(())
}

/// The runtime that all verbs share.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the runtime can't start")
}
