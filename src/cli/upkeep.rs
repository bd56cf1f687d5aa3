//! Verbs that keep the store well.

use std::process::ExitCode;

use anyhow::Result;

use super::verbs::{run, unexpected};
use crate::admin::{Command, Reply};
use crate::config::Config;

/// Fails if something does not hold, and was not mended.
pub(super) fn check(config: &Config, repair: bool, json: bool) -> Result<ExitCode> {
    let reply = run(config, Command::Check { repair }, |_| {})?;
    let Reply::Checked(report) = &reply else { return Err(unexpected(&reply)) };
    let found = report.findings.len() + report.more;
    let code = if found > report.mended { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    if json {
        say!("{}", serde_json::to_string_pretty(report)?);
        return Ok(code);
    }
    let looked_at: Vec<String> =
        report.looked_at.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    say!("looked at: {}", looked_at.join(", "));
    for finding in &report.findings {
        match &finding.mend {
            Some(how) if report.mended > 0 => say!("{}: mended, {how}", finding.what),
            Some(how) => say!("{}: with --repair {how}", finding.what),
            None => say!("{}: nothing here can mend that; a backup may hold it", finding.what),
        }
    }
    if report.more > 0 {
        say!("and {} more", report.more);
    }
    match (found, report.mended) {
        (0, _) => say!("all is as it must be"),
        (found, mended) => say!("{found} found, {mended} mended"),
    }
    Ok(code)
}

pub(super) fn compact(config: &Config) -> Result<ExitCode> {
    let reply = run(config, Command::Compact, |_| {})?;
    let Reply::Compacted(done) = reply else { return Err(unexpected(&reply)) };
    let mib = |bytes: u64| bytes as f64 / 1_048_576.0;
    say!(
        "{} rows: {:.1} MiB before, {:.1} MiB now; {} texts removed that nothing named",
        done.rows,
        mib(done.before),
        mib(done.after),
        done.bodies
    );
    Ok(ExitCode::SUCCESS)
}

pub(super) fn retry(config: &Config, which: Option<String>) -> Result<ExitCode> {
    let reply = run(config, Command::Retry { which }, |_| {})?;
    let Reply::Retried { count } = reply else { return Err(unexpected(&reply)) };
    say!("{count} to be tried again; `podbrief serve` or `podbrief poll` does that");
    Ok(ExitCode::SUCCESS)
}
