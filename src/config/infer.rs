//! `[infer]`: endpoints of models. Empty ones, the default, are not asked, and nothing is loaded for them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;

use super::{ConfigError, Transcribe, span};
use crate::insight::written;
use crate::model::Caps;
use crate::pipeline::Terms;

/// `[infer]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Infer {
    /// Writing.
    pub chat: Chat,
    /// Speech recognition.
    pub transcribe: Transcribe,
}

/// `[infer.chat]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    /// As `http://127.0.0.1:11434/v1`; empty for none.
    pub base_url: String,
    /// As the endpoint calls it.
    pub model: String,
    /// A file; empty for none.
    pub api_key_file: PathBuf,
    /// The name of a variable; empty for none.
    pub api_key_env: String,
    /// `source`, or a BCP 47 tag.
    pub language: String,
    /// Whether newsletters of one reader are sent too.
    pub private: bool,
    /// Whether near insights are compared.
    pub relations: bool,
    /// Words.
    pub window: usize,
    /// Tokens.
    pub answer_tokens: u32,
    /// Count.
    pub concurrency: usize,
    #[serde(deserialize_with = "super::read_span")]
    timeout: SignedDuration,
    #[serde(deserialize_with = "super::read_span")]
    patience: SignedDuration,
    /// Count; 0 is no limit.
    pub tokens_a_day: u64,
    /// Count; 0 is no limit.
    pub source_tokens_a_day: u64,
    /// For a million tokens.
    pub price_in: f64,
    /// For a million tokens.
    pub price_out: f64,
    /// In the prices' currency; 0 is no limit.
    pub money_a_day: f64,
    /// In the prices' currency; 0 is no limit.
    pub source_money_a_day: f64,
}

/// What a secret is read from at most.
const MOST_KEY: u64 = 16 * 1024;

impl Infer {
    /// What goes together must be given together.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.chat.check()?;
        self.transcribe.check()
    }
}

impl Chat {
    /// Whether there is an endpoint.
    pub fn is_on(&self) -> bool {
        !self.base_url.is_empty()
    }

    /// For one request.
    pub fn timeout(&self) -> Duration {
        span(self.timeout)
    }

    /// How long an item waits.
    pub fn patience(&self) -> Duration {
        span(self.patience)
    }

    /// The key to send along, if one is named.
    ///
    /// # Errors
    /// [`ConfigError`], if it can't be had where it is said to be. The message holds nothing of it.
    pub fn api_key(
        &self,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<String>, ConfigError> {
        secret("infer.chat", &self.api_key_file, &self.api_key_env, env)
    }

    /// On what terms it is asked.
    pub fn terms(&self) -> Terms {
        let millionths = |sum: f64| (sum * 1e6).round() as u64;
        Terms {
            language: Some(self.language.trim().to_owned()).filter(|tag| tag != "source"),
            private: self.private,
            relations: self.relations,
            window: self.window,
            patience: self.patience(),
            caps: Caps {
                tokens: self.tokens_a_day,
                source_tokens: self.source_tokens_a_day,
                money: millionths(self.money_a_day),
                source_money: millionths(self.source_money_a_day),
            },
            // For a million tokens is, in millionths, for one.
            prices: (self.price_in, self.price_out),
            at_once: self.concurrency,
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        if !self.is_on() {
            return Ok(());
        }
        let bad = |from: &str, detail: &str| {
            Err(ConfigError::Value { from: format!("infer.chat.{from}"), detail: detail.into() })
        };
        let url = url::Url::parse(&self.base_url).ok();
        if !url.is_some_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host()) {
            return bad("base_url", "is not an address like http://127.0.0.1:11434/v1");
        }
        if self.model.trim().is_empty() {
            return bad("model", "must be named: the endpoint's list of models has its name");
        }
        if !self.api_key_file.as_os_str().is_empty() && !self.api_key_env.is_empty() {
            return bad("api_key_file", "and api_key_env: give one or none");
        }
        if self.language != "source" && !written::knows(&self.language) {
            return bad("language", "is not \"source\", en, de, fr or es: others can't be checked");
        }
        if self.timeout().is_zero() {
            return bad("timeout", "must be at least 1s");
        }
        if self.concurrency == 0 || self.window < 100 || self.answer_tokens < 100 {
            return bad("window", "and answer_tokens must be at least 100, concurrency at least 1");
        }
        let prices = [self.price_in, self.price_out, self.money_a_day, self.source_money_a_day];
        if prices.iter().any(|price| !price.is_finite() || *price < 0.0) {
            return bad("price_in", "and all other sums must not be negative");
        }
        let priced = self.price_in > 0.0 || self.price_out > 0.0;
        if (self.money_a_day > 0.0 || self.source_money_a_day > 0.0) && !priced {
            return bad("money_a_day", "needs price_in and price_out");
        }
        Ok(())
    }
}

/// The first line of a file, or a variable.
fn secret(
    whose: &str,
    file: &Path,
    variable: &str,
    env: impl Fn(&str) -> Option<String>,
) -> Result<Option<String>, ConfigError> {
    use std::io::Read;
    if !variable.is_empty() {
        let value = env(variable).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        return match value {
            Some(value) => Ok(Some(value)),
            None => Err(ConfigError::Value {
                from: format!("{whose}.api_key_env"),
                detail: format!("the variable {variable} is not set"),
            }),
        };
    }
    if file.as_os_str().is_empty() {
        return Ok(None);
    }
    let read = || -> std::io::Result<String> {
        let mut text = String::new();
        std::fs::File::open(file)?.take(MOST_KEY).read_to_string(&mut text)?;
        Ok(text)
    };
    let text = read().map_err(|error| ConfigError::File { path: file.to_owned(), error })?;
    let line = text.lines().next().unwrap_or_default().trim().to_owned();
    if line.is_empty() {
        return Err(ConfigError::Value {
            from: format!("{whose}.api_key_file"),
            detail: format!("the first line of {} is empty", file.display()),
        });
    }
    Ok(Some(line))
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Overrides};
    use super::*;

    fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let named = |n: &str| format!("PODBRIEF_INFER_CHAT_{n}");
        let env: Vec<_> = pairs.iter().map(|(n, v)| (named(n), (*v).to_owned())).collect();
        Config::load(None, &env, Overrides::default())
    }

    #[test]
    fn is_off_until_an_endpoint_is_named() {
        assert!(!load(&[]).unwrap().infer.chat.is_on());
        let on =
            load(&[("BASE_URL", "http://nas.lan:11434/v1"), ("MODEL", "m"), ("PRICE_IN", "2")]);
        let on = on.unwrap().infer.chat;
        assert!(on.is_on() && on.price_in == 2.0 && on.language == "source");
        assert_eq!(on.api_key(|_| None).unwrap(), None);
    }

    #[test]
    fn mistakes_are_named_and_keys_are_not() {
        let base = ("BASE_URL", "https://api.example/v1");
        for (more, part) in [
            (&[][..], "infer.chat.model"),
            (&[("MODEL", "m"), ("MONEY_A_DAY", "1")][..], "needs price_in"),
            (&[("MODEL", "m"), ("PRICE_IN", "-1")][..], "negative"),
            (&[("MODEL", "m"), ("TIMEOUT", "0s")][..], "at least 1s"),
            (&[("MODEL", "m"), ("API_KEY_ENV", "A"), ("API_KEY_FILE", "b")][..], "one or none"),
        ] {
            let error = load(&[&[base], more].concat()).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        let chat = load(&[base, ("MODEL", "m"), ("API_KEY_ENV", "KEY")]).unwrap().infer.chat;
        assert_eq!(chat.api_key(|_| Some(" s3cret\n".into())).unwrap().as_deref(), Some("s3cret"));
        let error = chat.api_key(|_| None).unwrap_err().to_string();
        assert!(error.contains("KEY is not set"), "{error}");
    }
}
