//! One question to a chat endpoint: sent once, answered within its time and size. An endpoint that fails is left alone.

use std::collections::HashSet;
use std::error::Error as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Certificate, Client, Response, redirect};
use url::Url;

use super::ChatError;
use super::breaker::Breaker;
use super::wire::{self, Heard, Lacks, Question};
use crate::model::{CallId, Timestamp};

/// Bytes of an answer.
const MOST: usize = 512 * 1024;
/// Bytes of a refusal.
const MOST_SAID: usize = 16 * 1024;
/// What an endpoint is left alone for that refuses a key, a model or an address.
const REFUSED: Duration = Duration::from_secs(5 * 60);
/// And one that asks for fewer requests without saying for how long.
const BUSY: Duration = Duration::from_secs(30);

/// The operator's choices.
#[derive(Clone)]
pub struct Options {
    /// As `http://127.0.0.1:11434/v1`.
    pub base_url: String,
    /// As the endpoint calls it.
    pub model: String,
    /// Sent as a bearer token.
    pub key: Option<String>,
    /// For one question.
    pub timeout: Duration,
    /// Of an answer.
    pub answer_tokens: u32,
}

/// What to ask.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// What to do.
    pub system: &'a str,
    /// What with.
    pub user: &'a str,
    /// The answer's form.
    pub schema: &'a str,
    /// The form's name.
    pub name: &'a str,
}

/// An endpoint. Cheap to clone; clones share what is known of how it does.
#[derive(Clone)]
pub struct Chat(Arc<Inner>);

struct Inner {
    client: Client,
    url: Url,
    options: Options,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    breaker: Breaker,
    lacks: Lacks,
    asking: HashSet<CallId>,
}

/// A question on its way; while it lives, the same is not asked again.
pub struct Asking {
    inner: Arc<Inner>,
    call: CallId,
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.inner.state().asking.remove(&self.call);
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Chat {
    /// # Errors
    /// If the address or the key can't be one, or TLS can't be set up.
    pub fn new(options: Options) -> Result<Self, ChatError> {
        // A second call finds it installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let bad = |what: String| ChatError::Unreachable(what);
        let url = format!("{}/chat/completions", options.base_url.trim_end_matches('/'));
        let url = Url::parse(&url).map_err(|e| bad(format!("{url:?}: {e}")))?;
        let mut headers = HeaderMap::new();
        if let Some(key) = &options.key {
            let value = HeaderValue::from_str(&format!("Bearer {key}"));
            let mut value = value.map_err(|_| bad("the key can't be sent in a header".into()))?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(|der| Certificate::from_der(der).ok());
        let client = Client::builder()
            .tls_certs_only(roots)
            .no_proxy()
            .referer(false)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("podbrief/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .connect_timeout(options.timeout.min(Duration::from_secs(10)))
            .timeout(options.timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .build()
            .map_err(|e| bad(format!("TLS can't be set up: {e}")))?;
        let state = Mutex::new(State::default());
        Ok(Self(Arc::new(Inner { client, url, options, state })))
    }

    /// As the endpoint calls it.
    pub fn model(&self) -> &str {
        &self.0.options.model
    }

    /// Tokens of an answer at most.
    pub fn answer_tokens(&self) -> u32 {
        self.0.options.answer_tokens
    }

    /// Until when the endpoint is left alone.
    pub fn resting(&self, now: Timestamp) -> Option<Timestamp> {
        self.0.state().breaker.resting(now)
    }

    /// Takes a call in hand, unless another one is at it.
    pub fn begin(&self, call: &CallId) -> Option<Asking> {
        let begun = self.0.state().asking.insert(call.clone());
        begun.then(|| Asking { inner: Arc::clone(&self.0), call: call.clone() })
    }

    /// Asks once; more than once only where the endpoint says that it does not take the form of the question.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn ask(&self, ask: Ask<'_>, now: Timestamp) -> Result<Heard, ChatError> {
        if let Some(until) = self.resting(now) {
            return Err(ChatError::Resting(until));
        }
        let heard = self.try_ask(ask).await;
        let mut state = self.0.state();
        match &heard {
            Ok(_) | Err(ChatError::Unwanted { .. }) => state.breaker.worked(),
            Err(ChatError::Busy { after }) => {
                state.breaker.asked_for(after.unwrap_or(BUSY), now);
            }
            Err(ChatError::Refused { .. }) => state.breaker.asked_for(REFUSED, now),
            Err(_) => state.breaker.failed(now),
        }
        heard
    }

    async fn try_ask(&self, ask: Ask<'_>) -> Result<Heard, ChatError> {
        let options = &self.0.options;
        let question = Question {
            model: &options.model,
            system: ask.system,
            user: ask.user,
            schema: ask.schema,
            name: ask.name,
            max_tokens: options.answer_tokens,
        };
        let unsent = |e: serde_json::Error| {
            ChatError::Unreachable(format!("the question can't be put: {e}"))
        };
        loop {
            let lacks = self.0.state().lacks;
            let body = wire::body(&question, lacks).map_err(unsent)?;
            let request = self.0.client.post(self.0.url.clone());
            let request = request
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::ACCEPT, "application/json")
                .body(body);
            let response = request.send().await.map_err(|e| self.explain(&e))?;
            let status = response.status().as_u16();
            if status == 200 {
                return match self.bytes(response, MOST).await? {
                    (bytes, true) => Ok(wire::read(&bytes)),
                    (_, false) => Ok(Heard { said: Err("it is too large".into()), usage: None }),
                };
            }
            let after = response.headers().get(header::RETRY_AFTER);
            let after = after.and_then(|v| v.to_str().ok()).and_then(wire::retry_after);
            if status == 429 || (status == 503 && after.is_some()) {
                return Err(ChatError::Busy { after });
            }
            if status >= 500 && status != 501 {
                return Err(ChatError::Failing(status));
            }
            // What a refusal says is not worth failing for.
            let said = self.bytes(response, MOST_SAID).await.map(|(bytes, _)| bytes);
            let said = wire::refusal(&said.unwrap_or_default());
            match wire::lacks(status, &said, lacks) {
                Some(more) => {
                    tracing::info!(status, said, "the model's endpoint is asked in a simpler form");
                    self.0.state().lacks = more;
                }
                None if matches!(status, 400 | 413 | 415 | 422) => {
                    return Err(ChatError::Unwanted { status, said });
                }
                None => return Err(ChatError::Refused { status, said }),
            }
        }
    }

    /// Up to `most` bytes, and whether that is all.
    async fn bytes(
        &self,
        mut response: Response,
        most: usize,
    ) -> Result<(Vec<u8>, bool), ChatError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.broken(&e))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > most {
                bytes.truncate(most);
                return Ok((bytes, false));
            }
        }
        Ok((bytes, true))
    }

    fn explain(&self, error: &reqwest::Error) -> ChatError {
        if error.is_connect() {
            return ChatError::Unreachable(root(error));
        }
        self.broken(error)
    }

    /// It was sent.
    fn broken(&self, error: &reqwest::Error) -> ChatError {
        if error.is_timeout() {
            return ChatError::Late(self.0.options.timeout);
        }
        ChatError::Broken(root(error))
    }
}

/// reqwest's cause hides in its chain; its own words hold the address.
fn root(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut last = None;
    while let Some(next) = cause {
        last = Some(next);
        cause = next.source();
    }
    last.map_or_else(|| "it failed".to_owned(), ToString::to_string)
}
