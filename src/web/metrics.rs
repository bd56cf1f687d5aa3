//! `/metrics`: counters and gauges as Prometheus reads them (text format 0.0.4), for whoever has the operator's secret as
//! a bearer token. Names nobody and no address.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::WebState;
use super::api::{ApiError, operator};
use crate::admin::Sums;
use crate::pipeline::Count;

/// The page.
pub async fn answer(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, ApiError> {
    let operator = operator(&request, &state)?;
    let vitals = &operator.vitals;
    let mut text = String::new();
    for (at, value) in vitals.meter.read().into_iter().enumerate() {
        let name = Count::ALL.get(at).map_or("", |(_, name)| name);
        line(&mut text, "counter", &format!("{name}_total"), help(name), value);
    }
    let gauges = vitals.gauges();
    let of_store = [
        ("sources", "Sources, counted hourly.", gauges.counts.sources as u64),
        ("stored_items", "Items known, counted hourly.", gauges.counts.items as u64),
        ("stored_insights", "Insights kept, counted hourly.", gauges.counts.insights as u64),
        ("queued_jobs", "Jobs in the queue, polls to come included.", gauges.counts.jobs as u64),
        (
            "hub_listeners",
            "Listeners of the WebSub hub, counted hourly.",
            gauges.counts.listeners as u64,
        ),
        ("queue_age_seconds", "How long the oldest work is overdue.", gauges.queue_age),
        ("resident_memory_bytes", "Memory of the server, its encoder not counted.", gauges.memory),
        ("writable", "1 while new things are taken.", u64::from(gauges.writable)),
        ("database_bytes", "The database on disk.", gauges.usage.database),
        ("texts_bytes", "Transcripts and texts on disk.", gauges.usage.bodies),
        ("disk_free_bytes", "Free on the disk.", gauges.usage.free),
        ("disk_floor_bytes", "What stays free.", gauges.usage.floor),
    ];
    for (name, help, value) in of_store {
        line(&mut text, "gauge", name, help, value);
    }
    if let Some(at) = gauges.backup {
        let at = u64::try_from(at.secs()).unwrap_or(0);
        line(
            &mut text,
            "gauge",
            "backup_timestamp_seconds",
            "When the newest backup was made.",
            at,
        );
    }
    if let Some(model) = operator.admin.model_use().await? {
        of_model(&mut text, &model.ever);
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text))
}

/// What a language model ever did. Dropped by dropped and written is the share of its insights that is not believed.
fn of_model(to: &mut String, ever: &Sums) {
    let Sums { answered, spent, lost, tally, .. } = ever;
    let plain = [
        ("model_calls_total", "Answers of the language model.", *answered),
        ("model_calls_lost_total", "Questions of which nobody knows what came.", *lost),
        ("model_passages_total", "Passages it was to tell.", tally.passages.into()),
        ("model_written_total", "Passages told in its words.", tally.written.into()),
        ("model_fell_back_total", "Passages told as they were said.", tally.fell_back.into()),
        ("model_cost_millionths_total", "What it cost, in millionths.", spent.money),
    ];
    for (name, help, value) in plain {
        line(to, "counter", name, help, value);
    }
    let tokens = [("asked", spent.tokens_in), ("answered", spent.tokens_out)];
    labelled(to, "model_tokens_total", "Tokens.", "of", tokens);
    let by = |sums: &BTreeMap<String, u32>| -> Vec<(String, u64)> {
        sums.iter().map(|(reason, count)| (reason.clone(), u64::from(*count))).collect()
    };
    let dropped = by(&tally.dropped);
    labelled(to, "model_dropped_total", "What it wrote and is not believed.", "reason", dropped);
    let missing = by(&tally.unanswered);
    labelled(to, "model_unanswered_total", "Passages without an answer.", "reason", missing);
}

/// Label values are words of ours.
fn labelled(
    to: &mut String,
    name: &str,
    help: &str,
    label: &str,
    values: impl IntoIterator<Item = (impl AsRef<str>, u64)>,
) {
    // Writing to a string can't fail.
    let _ = writeln!(to, "# HELP podbrief_{name} {help}\n# TYPE podbrief_{name} counter");
    for (of, value) in values {
        let _ = writeln!(to, "podbrief_{name}{{{label}=\"{}\"}} {value}", of.as_ref());
    }
}

fn line(to: &mut String, kind: &str, name: &str, help: &str, value: u64) {
    // Writing to a string can't fail.
    let _ = writeln!(
        to,
        "# HELP podbrief_{name} {help}\n# TYPE podbrief_{name} {kind}\npodbrief_{name} {value}"
    );
}

fn help(name: &str) -> &'static str {
    match name {
        "polls" => "Feeds asked.",
        "poll_errors" => "Feeds asked that could not be read.",
        "items" => "Items seen for the first time.",
        "insights" => "Insights published.",
        "mail" => "Messages kept.",
        "mail_put_off" => "Messages put off because they could not be kept.",
        "editions" => "Editions made.",
        "editions_late" => "Editions made more than half an hour after they were due.",
        "jobs_failed" => "Jobs that failed, and are tried again or set aside.",
        "http_requests" => "Requests answered.",
        _ => "Requests answered with an error of ours.",
    }
}
