//! `podbrief serve` and `podbrief demo`.

use std::process::ExitCode;

use anyhow::{Context as _, Result};

use super::poll::line;
use super::runtime;
use crate::config::Config;
use crate::store::StoreError;
use crate::{app, demo, notify};

pub(super) fn serve(config: &Config) -> Result<ExitCode> {
    let rooms = app::open(config).map_err(|error| match error.downcast_ref() {
        Some(StoreError::Locked(_)) => error.context(
            "podbrief runs on this data directory already; stop it, or choose another with --data-dir",
        ),
        _ => error,
    })?;
    runtime()?.block_on(async {
        let until = app::stop_signal()?;
        let ready = |address, _| {
            tracing::info!(%address, base_url = %config.base_url, data = %config.data_dir.display(), "serving");
            notify::ready();
        };
        rooms.serve(config, ready, until).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// `given`: whether the data directory and the base address were chosen by hand.
pub(super) fn demo(mut config: Config, given: (bool, bool)) -> Result<ExitCode> {
    let (own_dir, own_base) = given;
    let scratch = demo::Scratch::new()?;
    if !own_dir {
        config.data_dir = scratch.path().to_owned();
    }
    if !own_base {
        config.base_url = format!("http://{}", config.listen);
    }
    let done = runtime()?.block_on(async {
        let until = app::stop_signal()?;
        let host = demo::Host::start(app::now()).await?;
        // Only the sample shows' own host and port pass the guard.
        config.fetch.allow_private.push(host.address().to_string());
        println!("Sample shows are at http://{}, on this machine only.", host.address());
        let rooms = app::open(&config)?;
        for url in host.feeds() {
            demo::add(&rooms.admin, &url).await?;
        }
        let base = config.base_url.clone();
        let ready = |_, jobs: crate::jobs::Handle| {
            tokio::spawn(async move {
                let mut events = jobs.events();
                jobs.wake();
                let idle = jobs.idle();
                tokio::pin!(idle);
                loop {
                    tokio::select! {
                        biased;
                        Ok(event) = events.recv() => println!("{}", line(&event)),
                        () = &mut idle => break,
                    }
                }
                println!("{}", demo::addresses(&base));
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
