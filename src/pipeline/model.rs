//! One question to a language model, paid for at most once: what was answered before is taken from the store, and what is
//! asked now is set aside there before it is asked and written down before it is used.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use super::Context;
use crate::infer::{Ask, Chat, ChatError};
use crate::insight::written::{PROMPT, Prompt};
use crate::model::{CallId, Cap, Caps, Reply, SourceId, Spend, Timestamp};
use crate::store::{Held, Reserved, Settled, StoreError};

/// Bytes of a token: fewer than there are, so that too much is set aside rather than too little.
const TOKEN: usize = 3;
/// Tokens that endpoints add.
const MARGIN: u64 = 64;
/// How long a call is kept with its answer.
const KEPT: Duration = Duration::from_secs(180 * 24 * 3600);
/// Not sooner than this is an endpoint asked again that failed.
const AGAIN: Duration = Duration::from_secs(20);

/// A language model, and on what terms it is asked.
#[derive(Clone)]
pub struct Writer {
    /// Its endpoint.
    pub chat: Chat,
    /// The operator's choices.
    pub terms: Terms,
    /// The day on which old calls were forgotten last.
    swept: Arc<AtomicI64>,
}

impl Writer {
    /// That has asked nothing yet.
    pub fn new(chat: Chat, terms: Terms) -> Self {
        Self { chat, terms, swept: Arc::default() }
    }

    /// Once a day, calls are forgotten that are of no use any more.
    pub(super) async fn sweep(&self, ctx: &Context, now: Timestamp) -> Result<(), StoreError> {
        let day = now.secs().div_euclid(24 * 3600);
        if self.swept.swap(day, Ordering::Relaxed) != day {
            ctx.door.call(move |s| s.forget_calls(now.before(KEPT))).await?;
        }
        Ok(())
    }
}

/// The operator's choices.
#[derive(Debug, Clone)]
pub struct Terms {
    /// BCP 47, if insights are to be in one language.
    pub language: Option<String>,
    /// Whether what one reader alone may see is sent.
    pub private: bool,
    /// Whether near insights are compared.
    pub relations: bool,
    /// Words of a transcript in one question.
    pub window: usize,
    /// How long an item waits.
    pub patience: Duration,
    /// What may be spent on a day.
    pub caps: Caps,
    /// Millionths of the currency for a token, asked and answered.
    pub prices: (f64, f64),
    /// Questions at once.
    pub at_once: usize,
}

impl Terms {
    /// What so many tokens cost.
    pub fn spend(&self, tokens_in: u64, tokens_out: u64) -> Spend {
        let money = tokens_in as f64 * self.prices.0 + tokens_out as f64 * self.prices.1;
        Spend { tokens_in, tokens_out, money: money.ceil().max(0.0) as u64 }
    }
}

/// The time, as the job's clock had it at its beginning and as it went on since.
#[derive(Debug, Clone, Copy)]
pub(super) struct Going {
    pub now: Timestamp,
    pub begun: Instant,
}

impl Going {
    pub(super) fn at(&self) -> Timestamp {
        self.now.after(self.begun.elapsed())
    }
}

/// What comes of a question.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// Words.
    Said(String),
    /// There will be none to this question; why, in one word for counts.
    None(&'static str),
    /// The day's limit is reached.
    Full(Cap),
    /// To be asked again then.
    Wait {
        /// Not before.
        until: Timestamp,
        /// One sentence.
        what: String,
        /// One sentence.
        hint: &'static str,
    },
}

/// Asks, unless it was answered before.
pub(super) async fn ask(
    ctx: &Context,
    writer: &Writer,
    source: &SourceId,
    prompt: &Prompt,
    time: Going,
) -> Result<Answer, StoreError> {
    let chat = &writer.chat;
    let content = format!("{}\n{}", prompt.system, prompt.user);
    let call = CallId::new(chat.model(), PROMPT, &content);
    let wait = |until: Option<Timestamp>, what: String, hint| {
        let until = until.unwrap_or_else(|| time.at().after(AGAIN));
        Ok(Answer::Wait { until, what, hint })
    };
    let Some(_asking) = chat.begin(&call) else {
        return wait(None, "the same is being asked already".into(), "");
    };
    let (id, of) = (call.clone(), source.clone());
    if let Some(reply) = ctx.door.call(move |s| s.answer(&id, &of)).await? {
        return Ok(heard(reply));
    }
    if let Some(until) = chat.resting(time.at()) {
        let error = ChatError::Resting(until);
        return wait(Some(until), error.to_string(), error.hint());
    }
    let asked = u64::try_from(content.len() / TOKEN).unwrap_or(u64::MAX).saturating_add(MARGIN);
    let wish = writer.terms.spend(asked, u64::from(chat.answer_tokens()));
    let (of, caps, now) = (source.clone(), writer.terms.caps, time.at());
    let held = match ctx.door.call(move |s| s.reserve(&call, &of, wish, &caps, now)).await? {
        Reserved::Go(held) => held,
        Reserved::Answered(reply) => return Ok(heard(reply)),
        Reserved::Full(cap) => return Ok(Answer::Full(cap)),
        Reserved::GivenUp => return Ok(Answer::None("lost")),
    };
    let ask = Ask {
        system: &prompt.system,
        user: &prompt.user,
        schema: prompt.schema,
        name: prompt.name,
    };
    match chat.ask(ask, time.at()).await {
        Ok(answer) => {
            let spent = match answer.usage {
                Some((tokens_in, tokens_out)) => writer.terms.spend(tokens_in, tokens_out),
                // Who does not count is believed to have cost what was set aside.
                None => wish,
            };
            let reply = Reply { said: answer.said, spent };
            settle(ctx, held, Settled::Answered(reply.clone())).await?;
            Ok(heard(reply))
        }
        Err(ChatError::Unwanted { status, said }) => {
            tracing::warn!(status, said, "the model's endpoint does not take a question");
            let reply = Reply { said: Err(NOT_TAKEN.into()), spent: Spend::default() };
            settle(ctx, held, Settled::Answered(reply.clone())).await?;
            Ok(heard(reply))
        }
        Err(error) => {
            let outcome = if error.may_cost() { Settled::Lost } else { Settled::Free };
            settle(ctx, held, outcome).await?;
            wait(chat.resting(time.at()), error.to_string(), error.hint())
        }
    }
}

const NOT_TAKEN: &str = "the endpoint did not take it";

async fn settle(ctx: &Context, held: Held, outcome: Settled) -> Result<(), StoreError> {
    ctx.door.call(move |s| s.settle(held, outcome)).await
}

fn heard(reply: Reply) -> Answer {
    match reply.said {
        Ok(words) => Answer::Said(words),
        Err(why) if why == NOT_TAKEN => Answer::None("not_taken"),
        Err(why) => Answer::None(crate::infer::reason(&why)),
    }
}
