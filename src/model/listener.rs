//! A program that our hub tells of news (W3C WebSub's subscriber): what it asked for, what it was granted, and how far it
//! was told. Decides with `now` as an argument; asks nobody.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ListenerId, Timestamp};

/// What is granted where no span is asked for.
const USUAL: Duration = Duration::from_secs(10 * 24 * 3600);
/// The shortest lease.
const SHORTEST: Duration = Duration::from_secs(300);
/// The longest: who is still there then asks again.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);
/// Deliveries in a row that may fail: some two days, with [`wait`] between them.
const MOST_FAILURES: u32 = 15;
/// Questions in a row that may stay without an answer.
const MOST_QUESTIONS: u32 = 3;

/// One feed and one callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// Of topic and callback.
    pub id: ListenerId,
    /// The feed's address, as it was named.
    pub topic: String,
    /// Where it wants to be told.
    pub callback: String,
    /// What was asked for and is not confirmed yet.
    #[serde(default)]
    pub wish: Option<Wish>,
    /// What was confirmed.
    #[serde(default)]
    pub grant: Option<Grant>,
}

/// What somebody asked for in a listener's name. It counts when the callback says so too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// To be told, or no longer.
    pub mode: Mode,
    /// What to sign with.
    #[serde(default)]
    pub secret: Option<String>,
    /// Seconds, within bounds; see [`Wish::new`].
    pub lease: u64,
    /// How often the callback was asked and nobody answered.
    #[serde(default)]
    pub attempts: u32,
    /// When it is asked.
    pub next: Timestamp,
}

/// `hub.mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// To be told.
    Subscribe,
    /// No longer.
    Unsubscribe,
}

impl Mode {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What to sign with.
    #[serde(default)]
    pub secret: Option<String>,
    /// When it ends.
    pub until: Timestamp,
    /// The newest entry it knows, by its place in the order of publication.
    pub told: u64,
    /// Deliveries that failed in a row.
    #[serde(default)]
    pub failures: u32,
    /// Nothing is delivered before.
    pub next: Timestamp,
}

impl Wish {
    /// With the lease that is granted for `asked` seconds.
    pub fn new(mode: Mode, secret: Option<String>, asked: Option<u64>, now: Timestamp) -> Self {
        let lease = asked.map_or(USUAL, Duration::from_secs).clamp(SHORTEST, LONGEST).as_secs();
        Self { mode, secret, lease, attempts: 0, next: now }
    }
}

impl Listener {
    /// Takes in that the callback confirmed `wish`; `newest` is the newest entry of the feed by then. False if the
    /// listener goes.
    pub fn confirm(&mut self, wish: &Wish, newest: u64, now: Timestamp) -> bool {
        if self.wish.as_ref() == Some(wish) {
            self.wish = None;
        }
        match wish.mode {
            Mode::Unsubscribe => self.grant = None,
            Mode::Subscribe => {
                // Who renews is still to be told of what it does not know.
                let told = self.grant.as_ref().map_or(newest, |grant| grant.told);
                let until = now.after(Duration::from_secs(wish.lease));
                let secret = wish.secret.clone();
                self.grant = Some(Grant { secret, until, told, failures: 0, next: now });
            }
        }
        self.wish.is_some() || self.grant.is_some()
    }

    /// Takes in that the callback did not confirm `wish`: it said no, or (`silent`) said nothing, which is tried again.
    /// False if the listener goes.
    pub fn refuse(&mut self, wish: &Wish, silent: bool, now: Timestamp) -> bool {
        if self.wish.as_ref() == Some(wish) {
            let attempts = wish.attempts.saturating_add(1);
            self.wish = (silent && attempts < MOST_QUESTIONS).then(|| Wish {
                attempts,
                next: now.after(wait(attempts)),
                ..wish.clone()
            });
        }
        self.wish.is_some() || self.grant.is_some()
    }

    /// Takes in that it was told of all up to `newest`.
    pub fn delivered(&mut self, newest: u64, now: Timestamp) -> bool {
        if let Some(grant) = &mut self.grant {
            grant.told = grant.told.max(newest);
            grant.failures = 0;
            grant.next = now;
        }
        true
    }

    /// Takes in that a delivery failed; it is tried again, at `until` if the host named a time. False if the listener goes.
    pub fn failed(&mut self, until: Option<Timestamp>, now: Timestamp) -> bool {
        let Some(grant) = &mut self.grant else { return self.wish.is_some() };
        grant.failures = grant.failures.saturating_add(1);
        grant.next = now.after(wait(grant.failures)).max(until.unwrap_or(now));
        if grant.failures >= MOST_FAILURES {
            self.grant = None;
        }
        self.wish.is_some() || self.grant.is_some()
    }

    /// Whether it is to be told of nothing any more, and asks for nothing.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.wish.is_none() && self.grant.as_ref().is_none_or(|grant| grant.until <= now)
    }

    /// When there is something to do for it next, if nothing is published.
    pub fn next(&self) -> Option<Timestamp> {
        let wish = self.wish.as_ref().map(|wish| wish.next);
        let grant = self.grant.as_ref().map(|grant| match grant.failures {
            0 => grant.until,
            _ => grant.next.min(grant.until),
        });
        wish.into_iter().chain(grant).min()
    }
}

/// Ten seconds after the first failure, three times as long after each more, at most six hours.
fn wait(failures: u32) -> Duration {
    let secs = 10_u64.saturating_mul(3_u64.saturating_pow(failures.saturating_sub(1).min(12)));
    Duration::from_secs(secs.min(6 * 3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn listener(wish: &Wish) -> Listener {
        let (topic, callback) = ("https://a.example/latest.atom", "https://b.example/cb");
        Listener {
            id: ListenerId::new(topic, callback),
            topic: topic.into(),
            callback: callback.into(),
            wish: Some(wish.clone()),
            grant: None,
        }
    }

    fn wish(asked: Option<u64>) -> Wish {
        Wish::new(Mode::Subscribe, Some("s".into()), asked, at(0))
    }

    #[test]
    fn leases_have_bounds_and_are_renewed() {
        let lease = |asked| wish(asked).lease;
        assert_eq!(
            [lease(None), lease(Some(0)), lease(Some(1000)), lease(Some(u64::MAX))],
            [864_000, 300, 1000, 2_592_000]
        );
        let mut one = listener(&wish(Some(1000)));
        assert!(one.confirm(&wish(Some(1000)), 7, at(5)));
        let first = one.grant.clone().unwrap();
        assert_eq!((first.until, first.told), (at(1005), 7));
        assert!(!one.has_ended(at(1004)) && one.has_ended(at(1005)));
        one.wish = Some(wish(Some(2000)));
        assert!(!one.has_ended(at(1005)), "it asks for more");
        assert!(one.confirm(&wish(Some(2000)), 9, at(900)));
        let second = one.grant.clone().unwrap();
        assert_eq!((second.until, second.told), (at(2900), 7), "it was not told of 8 and 9 yet");
    }

    #[test]
    fn a_callback_that_says_no_is_asked_once_and_a_silent_one_three_times() {
        let mut one = listener(&wish(None));
        assert!(!one.refuse(&wish(None), false, at(0)));
        let mut one = listener(&wish(None));
        let mut times = Vec::new();
        while let Some(wish) = one.wish.clone() {
            times.push(wish.next.secs());
            one.refuse(&wish, true, wish.next);
        }
        assert_eq!(times, [0, 10, 40]);
        // What was asked for meanwhile is not answered by it.
        let mut one = listener(&wish(Some(500)));
        assert!(one.refuse(&wish(None), false, at(0)) && one.wish.is_some());
    }

    #[test]
    fn a_dead_listener_goes_after_two_days_and_a_live_one_never() {
        let mut one = listener(&wish(None));
        one.confirm(&wish(None), 0, at(0));
        let mut now = at(0);
        let mut times = Vec::new();
        while one.failed(None, now) {
            now = one.grant.as_ref().unwrap().next;
            times.push(now.secs());
        }
        assert_eq!(times[..4], [10, 40, 130, 400]);
        assert!((40 * 3600..60 * 3600).contains(&now.secs()), "{now:?}");
        let mut one = listener(&wish(None));
        one.confirm(&wish(None), 0, at(0));
        for n in 1..100 {
            assert!(one.failed(Some(at(n * 100_000)), at(0)));
            assert_eq!(one.grant.as_ref().unwrap().next, at(n * 100_000), "the host's own time");
            assert!(one.delivered(3, at(0)));
        }
        assert_eq!(one.next(), Some(at(864_000)));
    }
}
