//! `/operator/status`: how the server does, with a chart of each thing that may go wrong.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::shell::Shell;
use super::super::{WebError, WebState, tongue};
use super::chart::{Chart, bars};
use super::operator;
use crate::admin::{Command, Reply, Trouble};
use crate::model::Timestamp;
use crate::pipeline::Count;
use crate::text::phrases::Phrases;
use crate::upkeep::Hour;

const DAYS: i64 = 14;
const HOURS: i64 = 48;

#[derive(Template)]
#[template(path = "operator_status.html")]
struct Page {
    shell: Shell,
    notices: Vec<String>,
    trouble: Vec<Trouble>,
    facts: Vec<(String, String)>,
    charts: Vec<Chart>,
}

/// The page.
pub async fn page(request: HttpRequest, state: Data<WebState>) -> Result<HttpResponse, WebError> {
    let operator = operator(&request, &state)?;
    let t = tongue::of(&request);
    let Reply::Status { counts, notices, trouble, .. } = operator.ask(Command::Status).await?
    else {
        return Err(WebError::NotFound);
    };
    let now = state.find.now();
    let gauges = operator.vitals.gauges();
    let fact = |key: &str, value: String| (t.say(key).to_owned(), value);
    let backup = gauges.backup.map_or_else(|| t.say("status.never").to_owned(), |at| at.rfc3339());
    let facts = vec![
        fact("operator.items", counts.items.to_string()),
        fact("operator.insights", counts.insights.to_string()),
        fact("operator.jobs", counts.jobs.to_string()),
        fact("status.memory", mib(gauges.memory)),
        fact("status.database", mib(gauges.usage.database)),
        fact("status.texts", mib(gauges.usage.bodies)),
        fact("status.free", mib(gauges.usage.free)),
        fact("status.backup", backup),
    ];
    let of_days = operator.vitals.last(now, DAYS * 24);
    let days = days(&of_days);
    let hours = operator.vitals.last(now, HOURS);
    let shell = Shell::new(&state.site, t, "operator", t.say("status.title"), None);
    let page = Page { shell, notices, trouble, facts, charts: charts(&days, &hours, t) };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(response.content_type("text/html; charset=utf-8").body(page.render()?))
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / 1_048_576.0)
}

/// Hours of each day (UTC), the oldest day first.
fn days(hours: &[Hour]) -> Vec<(i64, Vec<&Hour>)> {
    let mut days: Vec<(i64, Vec<&Hour>)> = Vec::new();
    for hour in hours {
        let day = hour.hour.div_euclid(24);
        match days.last_mut() {
            Some((last, of)) if *last == day => of.push(hour),
            _ => days.push((day, vec![hour])),
        }
    }
    days
}

fn charts(days: &[(i64, Vec<&Hour>)], hours: &[Hour], t: &Phrases) -> Vec<Chart> {
    let daily = |key: &str, what: Count, bad: Option<Count>| {
        let values = days.iter().map(|(day, of)| {
            let sum = |what| of.iter().map(|hour| hour.count(what)).sum::<u64>() as f64;
            let bad = bad.map_or(0.0, sum);
            let date = Timestamp::from_secs(day.saturating_mul(86_400)).date();
            let title = match bad {
                0.0 => format!("{date}: {}", sum(what)),
                bad => format!("{date}: {} ({bad} ✗)", sum(what)),
            };
            (title, sum(what), bad)
        });
        chart(key, values.collect(), "", "status.of_days", t)
    };
    let hourly = |key: &str, unit: &str, value: &dyn Fn(&Hour) -> f64| {
        let values = hours.iter().map(|hour| {
            let at = Timestamp::from_secs(hour.hour.saturating_mul(3600)).rfc3339();
            (format!("{at}: {:.0}{unit}", value(hour)), value(hour), 0.0)
        });
        chart(key, values.collect(), unit, "status.of_hours", t)
    };
    vec![
        daily("status.polls", Count::Polls, Some(Count::PollErrors)),
        daily("status.insights", Count::Insights, None),
        daily("status.mail", Count::Mail, Some(Count::MailPutOff)),
        daily("status.editions", Count::Editions, Some(Count::EditionsLate)),
        daily("status.failed", Count::JobsFailed, Some(Count::JobsFailed)),
        daily("status.requests", Count::Requests, Some(Count::RequestErrors)),
        hourly("status.memory_hours", " MiB", &|hour| hour.memory as f64 / 1_048_576.0),
        hourly("status.queue_hours", " s", &|hour| hour.queue_age as f64),
    ]
}

fn chart(
    key: &str,
    values: Vec<(String, f64, f64)>,
    unit: &str,
    summary: &str,
    t: &Phrases,
) -> Chart {
    let most = values.iter().map(|(_, value, _)| *value).fold(0.0, f64::max);
    let newest = values.last().map_or(0.0, |(_, value, _)| *value);
    let (most, newest) = (format!("{most:.0}{unit}"), format!("{newest:.0}{unit}"));
    let summary = t.fill(summary, &[("most", &most), ("newest", &newest)]);
    Chart { title: t.say(key).to_owned(), summary, bars: bars(&values) }
}
