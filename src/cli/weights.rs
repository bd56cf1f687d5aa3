//! Options to have other weights choose than those that ship: what has learned from a document can't be measured on it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::verbs::read_file;
use crate::insight::{Files, Judge};

#[derive(Debug, Default, clap::Args)]
pub(super) struct Weights {
    /// For measuring: choose with these weights of train_picker.py, not with those that ship
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub picker: Option<PathBuf>,
    /// For measuring: the same for raw conversation
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub conversation: Option<PathBuf>,
    /// For measuring: the same for which claims can be repeated
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub repeatable: Option<PathBuf>,
    /// For measuring: the table of words was made with these documents
    #[arg(long, hide_short_help = true)]
    pub counted: bool,
}

impl Weights {
    pub(super) fn judge(&self) -> Result<Judge> {
        let bytes = |path: &Option<PathBuf>| path.as_deref().map(read_file).transpose();
        let given = [&self.picker, &self.conversation, &self.repeatable];
        let (picker, conversation, repeatable) =
            (bytes(given[0])?, bytes(given[1])?, bytes(given[2])?);
        let judge = Judge::of(Files {
            episode: picker.as_deref(),
            conversation: conversation.as_deref(),
            repeatable: repeatable.as_deref(),
        });
        let names = given.map(|p| p.as_deref().map(Path::display));
        let names: Vec<String> = names.into_iter().flatten().map(|n| n.to_string()).collect();
        let judge = judge
            .with_context(|| format!("no weights of this version are in {}", names.join(" or ")))?;
        Ok(judge.counted(self.counted))
    }
}
