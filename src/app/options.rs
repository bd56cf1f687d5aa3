//! What rooms are given of the options.

use anyhow::{Context as _, Result};

use crate::config::Config;
use crate::infer::{self, Chat};
use crate::pipeline::{Intervals, Settings, Writer};

/// The language model, if there is one.
///
/// # Errors
/// With what to do, if its key can't be had or its address can't be one.
pub(crate) fn writer(config: &Config) -> Result<Option<Writer>> {
    let chat = &config.infer.chat;
    if !chat.is_on() {
        return Ok(None);
    }
    let options = infer::Options {
        base_url: chat.base_url.clone(),
        model: chat.model.trim().to_owned(),
        key: chat.api_key(|name| std::env::var(name).ok())?,
        timeout: chat.timeout(),
        answer_tokens: chat.answer_tokens,
    };
    let terms = chat.terms();
    let chat = Chat::new(options).context("infer.chat")?;
    Ok(Some(Writer::new(chat, terms)))
}

pub(super) fn settings(config: &Config) -> Settings {
    const MIB: usize = 1024 * 1024;
    Settings {
        intervals: Intervals {
            usual: config.poll.interval(),
            min: config.poll.min_interval(),
            max: config.poll.max_interval(),
        },
        initial_items: config.initial_items,
        insights_per_item: config.insights_per_item,
        max_feed: config.fetch.max_feed_mib.saturating_mul(MIB),
        max_transcript: config.fetch.max_transcript_mib.saturating_mul(MIB),
    }
}
