//! `podbrief demo`: three sample shows hosted on a loopback port and read over real HTTP, by the code of `serve`.

mod host;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

pub use host::Host;

use crate::admin::Admin;
use crate::model::Visibility;
use crate::pipeline::new_source;

/// A data directory that lives as long as the demo.
pub struct Scratch(PathBuf);

impl Scratch {
    /// In the system's temporary directory, for this user only.
    ///
    /// # Errors
    /// If it can't be made.
    pub fn new() -> Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).context("the system gives no random bytes")?;
        let name: String = random.iter().map(|b| format!("{b:02x}")).collect();
        let path = std::env::temp_dir().join(format!("podbrief-demo-{name}"));
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .with_context(|| format!("can't make {}", path.display()))?;
        Ok(Self(path))
    }

    /// Where.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Takes it away.
    ///
    /// # Errors
    /// If it can't be.
    pub fn remove(self) -> std::io::Result<()> {
        std::fs::remove_dir_all(&self.0)
    }
}

/// Adds one of the sample shows.
///
/// # Errors
/// If the store fails.
pub async fn add(admin: &Admin, url: &str) -> Result<()> {
    let source = new_source(url, None, Visibility::Public, (admin.clock)())?;
    admin.ctx.door.call(move |s| s.add_source(source)).await?;
    Ok(())
}

/// What to open, for people.
pub fn addresses(base: &str) -> String {
    format!(
        "\nOpen in a browser:      {base}/\n\
         Subscribe in a reader:  {base}/latest.atom\n\
         By topic:               {base}/topics\n\
         Insights of one show:   {base}/sources\n\
         Stop with Ctrl-C; the demo leaves nothing behind."
    )
}
