//! `podbrief infer test`: asks the language model as the pipeline would, and shows what is believed of it. No store: nothing
//! is kept, and nothing counts against the day's budget.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

use super::args::{Format, InferVerb};
use super::extract::{Input, read};
use super::print::plain;
use super::runtime;
use super::verbs::read_file;
use crate::admin::{ModelUse, Sums};
use crate::app;
use crate::config::Config;
use crate::infer::{Ask, Heard};
use crate::insight::written::{self, About, Case, Said};
use crate::insight::{self, Draft, Options};
use crate::model::Spend;
use crate::pipeline::Writer;
use crate::text::encoder::Encoder;

const SAMPLE: (&str, &str) = ("ep1.vtt", include_str!("../../data/demo/tidewater/ep1.vtt"));

pub(super) fn infer(config: &Config, verb: &InferVerb) -> Result<ExitCode> {
    let InferVerb::Test { file, format, top, json } = verb;
    let Some(writer) = app::writer(config)? else {
        bail!(
            "no language model is set up: give infer.chat.base_url and infer.chat.model \
             (PODBRIEF_INFER_CHAT_BASE_URL, PODBRIEF_INFER_CHAT_MODEL), see docs/models.md"
        );
    };
    let input = input(file.as_deref(), *format)?;
    let tried = attempt(&writer, &input, *top)?;
    if *json {
        super::print::json(&tried)?;
    } else {
        tell(&tried)?;
    }
    Ok(if tried.failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn input(file: Option<&Path>, format: Option<Format>) -> Result<Input> {
    let (name, bytes) = match file {
        Some(file) => (file.display().to_string(), read_file(file)?),
        None => (SAMPLE.0.to_owned(), SAMPLE.1.as_bytes().to_vec()),
    };
    read(format, &bytes, &name).with_context(|| format!("{name} can't be read as a transcript"))
}

/// All that was tried.
#[derive(Debug, Serialize)]
struct Tried {
    model: String,
    language: String,
    passages: usize,
    requests: Vec<Request>,
    /// Passages told in the model's words.
    written: usize,
    spent: Spend,
}

/// One question.
#[derive(Debug, Serialize)]
struct Request {
    passages: usize,
    took_ms: u128,
    /// As the endpoint counts.
    tokens: Option<(u64, u64)>,
    /// Why there is no answer, or none that can be read.
    problem: Option<String>,
    insights: Vec<Judged>,
}

/// What the model wrote, and what is believed of it.
#[derive(Debug, Serialize)]
struct Judged {
    claim: String,
    quote: String,
    verdict: &'static str,
    /// Segments of the quote, where it was found.
    segments: Option<(usize, usize)>,
}

impl Tried {
    /// Whether not one answer came.
    fn failed(&self) -> bool {
        !self.requests.is_empty()
            && self
                .requests
                .iter()
                .all(|r| r.tokens.is_none() && r.insights.is_empty() && r.problem.is_some())
    }
}

fn attempt(writer: &Writer, input: &Input, top: usize) -> Result<Tried> {
    let encoder = Encoder::load()?;
    let context = insight::Context {
        title: &input.title,
        language: input.transcript.language.as_deref(),
        ..insight::Context::default()
    };
    let options = Options { max_insights: top, basis: input.basis, ..Options::default() };
    let drafts = insight::extract(&input.transcript, &context, &options, &encoder);
    let language = drafts.first().and_then(|d| d.language.clone()).unwrap_or_default();
    if drafts.is_empty() {
        bail!("nothing in it is a claim that stands alone, so there is nothing to write of");
    }
    if !written::knows(&language) {
        bail!(
            "it is in a language ({language:?}) whose claims can't be checked: en, de, fr and es can"
        );
    }
    let target = writer.terms.language.as_deref();
    let about = About { show: "", title: &input.title, language: &language, target };
    let mut tried = Tried {
        model: writer.chat.model().to_owned(),
        language: language.clone(),
        passages: drafts.len(),
        requests: Vec::new(),
        written: 0,
        spent: Spend::default(),
    };
    let runtime = runtime()?;
    let mut told = std::collections::BTreeSet::new();
    for window in written::windows(&input.transcript, &drafts, writer.terms.window) {
        let prompt = written::write(&window, &drafts, &about);
        let ask = Ask {
            system: &prompt.system,
            user: &prompt.user,
            schema: prompt.schema,
            name: prompt.name,
        };
        let begun = Instant::now();
        let heard = runtime.block_on(writer.chat.ask(ask, app::now()));
        let took_ms = begun.elapsed().as_millis();
        let mut request = Request {
            passages: window.passages.len(),
            took_ms,
            tokens: None,
            problem: None,
            insights: Vec::new(),
        };
        match heard {
            Ok(Heard { said, usage }) => {
                request.tokens = usage;
                let (tokens_in, tokens_out) = usage.unwrap_or_default();
                tried.spent = tried.spent.plus(&writer.terms.spend(tokens_in, tokens_out));
                let said = said.and_then(|words| written::read(&words).map_err(|e| e.to_string()));
                match said {
                    Ok(read) => {
                        if read.cut {
                            request.problem = Some("its last insight was cut short".into());
                        }
                        let case = Case {
                            transcript: &input.transcript,
                            window: &window,
                            drafts: &drafts,
                            about: &about,
                        };
                        for said in read.said {
                            let (judged, of) = judge(&case, said);
                            told.extend(of);
                            request.insights.push(judged);
                        }
                    }
                    Err(why) => request.problem = Some(why),
                }
            }
            Err(error) => request.problem = Some(format!("{error}. {}", error.hint())),
        }
        tried.requests.push(request);
    }
    tried.written = told.len();
    Ok(tried)
}

fn judge(case: &Case, said: Said) -> (Judged, Vec<usize>) {
    match written::judge(case, &said) {
        Ok((of, Draft { claim, quote, .. })) => {
            let segments = Some((quote.first, quote.last));
            (Judged { claim, quote: quote.text, verdict: "believed", segments }, of)
        }
        Err(fault) => {
            let (claim, quote) = (said.claim, said.quote);
            (Judged { claim, quote, verdict: fault.name(), segments: None }, Vec::new())
        }
    }
}

fn tell(tried: &Tried) -> Result<()> {
    say!("{}: {} passages, in {} requests\n", tried.model, tried.passages, tried.requests.len());
    for request in &tried.requests {
        let tokens = request.tokens.map_or("tokens not counted".to_owned(), |(asked, answered)| {
            format!("{asked} tokens asked, {answered} answered")
        });
        say!("{} passages, {:.1} s, {tokens}", request.passages, request.took_ms as f64 / 1000.0);
        if let Some(problem) = &request.problem {
            say!(
                "  {}{}",
                if request.insights.is_empty() { "no insights: " } else { "" },
                plain(problem)
            );
        }
        for judged in &request.insights {
            say!("  {}", plain(&judged.claim));
            say!("  “{}”", plain(&judged.quote));
            match judged.segments {
                Some((first, last)) => {
                    say!("  -> believed: the quote is segments {first} to {last}, word for word\n")
                }
                None => say!("  -> dropped: {}\n", judged.verdict),
            }
        }
    }
    say!(
        "{} of {} passages are told in the model's words, the others as they were said.",
        tried.written,
        tried.passages
    );
    say!("{}", spent(&tried.spent));
    Ok(())
}

fn spent(spend: &Spend) -> String {
    let money = match spend.money {
        0 => String::new(),
        money => format!(", cost {:.4}", money as f64 / 1e6),
    };
    format!("{} tokens asked, {} answered{money}", spend.tokens_in, spend.tokens_out)
}

/// Lines of `podbrief status`.
pub(super) fn status(model: &ModelUse) -> Result<()> {
    let name = model.model.as_deref().unwrap_or("none now");
    say!("language model {}: {}", plain(name), line(&model.ever));
    say!("  today ({}): {}", model.day, line(&model.today));
    notes(model)
}

/// What an operator should know of it, if anything.
pub(super) fn notes(model: &ModelUse) -> Result<()> {
    if model.reached.is_some() {
        say!(
            "Today's budget for the language model is spent: the extractive engine goes on alone."
        );
    }
    if !model.sources_reached.is_empty() {
        let names: Vec<String> = model.sources_reached.iter().map(|name| plain(name)).collect();
        say!("Today's budget for the language model is spent for: {}.", names.join(", "));
    }
    if let Some(until) = model.resting {
        say!("The language model's endpoint fails; it is left alone until {until}.");
    }
    Ok(())
}

fn line(sums: &Sums) -> String {
    let tally = &sums.tally;
    let lost = match sums.lost {
        0 => String::new(),
        n => format!(", and {n} whose answer was lost ({})", spent(&sums.lost_spend)),
    };
    format!(
        "{} requests, {}{lost}; {} of {} passages in its words, {} insights dropped",
        sums.answered,
        spent(&sums.spent),
        tally.written,
        tally.passages,
        tally.dropped()
    )
}
