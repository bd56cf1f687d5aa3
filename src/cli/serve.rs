//! `podbrief serve` and `podbrief demo`.

use std::process::ExitCode;

use anyhow::{Context as _, Result};

use super::poll::line;
use super::runtime;
use crate::config::Config;
use crate::store::StoreError;
use crate::{app, demo, notify};

pub(super) fn serve(config: &Config) -> Result<ExitCode> {
    let rooms = app::open_or_rescue(config).map_err(|error| match error.downcast_ref() {
        Some(StoreError::Locked(_)) => error.context(
            "podbrief runs on this data directory already; stop it, or choose another with --data-dir",
        ),
        _ => error,
    })?;
    runtime()?.block_on(async {
        let until = app::stop_signal()?;
        let ready = |base_url: String, _| {
            tracing::info!(%base_url, data = %config.data_dir.display(), "serving");
            notify::ready();
        };
        rooms.serve(config, ready, until).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The demo's data is its own and goes with it, so `--data-dir` does not count here.
pub(super) fn demo(mut config: Config) -> Result<ExitCode> {
    let scratch = demo::Scratch::new()?;
    scratch.path().clone_into(&mut config.data_dir);
    config.backup.keep = 0;
    let done = runtime()?.block_on(async {
        let until = app::stop_signal()?;
        let host = demo::Host::start(app::now()).await?;
        // Only the sample shows' own host and port pass the guard.
        config.fetch.allow_private.push(host.address().to_string());
        config.fetch.without_gap();
        say!("Sample shows are at http://{}, on this machine only.", host.address());
        let rooms = app::open(&config)?;
        for url in host.feeds() {
            demo::add(&rooms.admin, &url).await?;
        }
        let ready = |base: String, jobs: crate::jobs::Handle| {
            tokio::spawn(async move {
                if let Err(error) = tell(&base, &jobs).await {
                    tracing::debug!(%error, "standard output is closed");
                }
            });
        };
        rooms.serve(&config, ready, until).await?;
        host.stop().await;
        anyhow::Ok(())
    });
    scratch.remove().context("the demo's data could not be removed")?;
    done?;
    Ok(ExitCode::SUCCESS)
}

/// Tells the demo's steps, and then what to open.
async fn tell(base: &str, jobs: &crate::jobs::Handle) -> Result<()> {
    let mut events = jobs.events();
    jobs.wake();
    let idle = jobs.idle();
    tokio::pin!(idle);
    loop {
        tokio::select! {
            biased;
            Ok(event) = events.recv() => say!("{}", line(&event)),
            _ = &mut idle => break,
        }
    }
    say!("{}", demo::addresses(base));
    Ok(())
}
