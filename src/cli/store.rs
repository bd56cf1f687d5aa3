//! `podbrief backup` and `podbrief restore`.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use super::verbs;
use crate::admin::{self, Command, Reply};
use crate::app;
use crate::config::Config;
use crate::store::sled;
use crate::upkeep;

/// Beside the store while a restore is not whole.
const RESTORING: &str = "restoring";

pub(super) fn backup(config: &Config, file: &Path) -> Result<ExitCode> {
    // A symbolic link stays one: what it names is replaced.
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let file = target.as_path();
    if fs::metadata(file).is_ok_and(|found| !found.is_file()) {
        bail!("{} is not an ordinary file; give the name of one", file.display());
    }
    let summary = upkeep::write_backup(file, |out| write_to(config, out));
    let summary = summary.context("no backup was made")?;
    say!("{}: {} rows and {} texts, checked", file.display(), summary.rows, summary.bodies);
    Ok(ExitCode::SUCCESS)
}

fn open(file: &Path) -> io::Result<Box<dyn BufRead>> {
    Ok(Box::new(BufReader::new(File::open(file)?)))
}

fn write_to(config: &Config, out: &mut impl Write) -> Result<()> {
    let Some(mut link) = admin::connect(&config.data_dir) else {
        if !config.data_dir.join("store").exists() {
            bail!("there is no podbrief data in {}", config.data_dir.display());
        }
        return Ok(app::open(config)?.admin.backup(out)?);
    };
    match link.ask(&Command::Backup, |_| {})? {
        Reply::Bytes => {
            io::copy(&mut link.bytes(), out)?;
            Ok(())
        }
        Reply::Error { message } => bail!(message),
        other => Err(verbs::unexpected(&other)),
    }
}

pub(super) fn restore(config: &Config, file: &Path) -> Result<ExitCode> {
    let dir = &config.data_dir;
    if admin::connect(dir).is_some() {
        bail!("podbrief is running on {}; stop it first", dir.display());
    }
    for name in ["store", "bodies"] {
        let place = dir.join(name);
        if place.exists() {
            bail!(
                "{} is there already; move it aside, or restore into an empty directory with --data-dir",
                place.display()
            );
        }
    }
    app::make_private_dir(dir)?;
    let temp = dir.join(RESTORING);
    if temp.exists() {
        fs::remove_dir_all(&temp).with_context(|| format!("can't clear {}", temp.display()))?;
    }
    let summary = sled::restore(&temp, app::now(), &|| open(file))
        .with_context(|| format!("{} was not restored", file.display()))?;
    // Bodies first: rows never name a body that is not there.
    for name in ["bodies", "store"] {
        let (from, to) = (temp.join(name), dir.join(name));
        fs::rename(&from, &to)
            .with_context(|| format!("can't move {} in place", from.display()))?;
    }
    fs::remove_dir_all(&temp).with_context(|| format!("can't remove {}", temp.display()))?;
    File::open(dir).and_then(|d| d.sync_all()).context("can't sync the data directory")?;
    say!("restored {} rows and {} texts into {}", summary.rows, summary.bodies, dir.display());
    Ok(ExitCode::SUCCESS)
}
