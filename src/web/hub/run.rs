//! The distributor: looks through all listeners whenever something was published or asked for, and asks and tells those
//! for whom there is something to do, each in a task of its own, so that a slow one holds up nobody.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use actix_web::web::Data;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::jobs::Event;
use crate::model::{Grant, Listener, ListenerId, Timestamp, Wish};
use crate::publish::day_of;
use crate::store::{self, Store};

use super::super::brief::Desk;
use super::super::find::Meaning;
use super::super::state::kept;
use super::super::{WebError, WebState};
use super::deliver::{Sent, deliver};
use super::topic::Topic;
use super::verify::{Said, deny, verify};

/// After the store failed, it is left alone this long.
const STORE_PAUSE: Duration = Duration::from_secs(30);
/// Seconds.
const DAY: i64 = 86_400;

/// What a distributor works with, for one task.
#[derive(Clone)]
pub(super) struct Parts {
    pub state: Data<WebState>,
    pub desk: Data<Desk>,
}

/// What is to be done for a listener.
enum Work {
    Ask(Wish),
    Tell(Grant, Topic, Meaning),
    Deny,
    Drop,
}

/// Runs until told to stop. What was not told by then is told after the next start.
pub async fn run(state: Data<WebState>, desk: Data<Desk>, mut stop: watch::Receiver<bool>) {
    if !state.hub.is_open() {
        return;
    }
    let mut events = desk.jobs.events();
    let parts = Parts { state, desk };
    let mut round = Round::default();
    while !*stop.borrow() {
        let sleep = round.look(&parts).await;
        let deadline = tokio::time::Instant::now() + sleep;
        // Until there is a reason to look again.
        loop {
            tokio::select! {
                _ = stop.changed() => break,
                () = parts.state.hub.bell.notified() => break,
                () = tokio::time::sleep_until(deadline) => break,
                Some(ended) = round.tasks.join_next() => if round.ended(ended) { break },
                event = events.recv() => match event {
                    Ok(Event::Extracted { .. }) | Err(RecvError::Lagged(_)) => break,
                    Ok(_) => {}
                    // The scheduler has stopped: so do we.
                    Err(RecvError::Closed) => return,
                },
            }
        }
    }
}

/// What is under way.
#[derive(Default)]
pub(super) struct Round {
    tasks: JoinSet<(ListenerId, bool)>,
    busy: HashSet<ListenerId>,
    /// Of those, for whom there was more to do meanwhile.
    behind: HashSet<ListenerId>,
}

impl Round {
    /// Whether to look again.
    fn ended(&mut self, ended: Result<(ListenerId, bool), tokio::task::JoinError>) -> bool {
        let again = match ended {
            Ok((id, again)) => {
                self.busy.remove(&id);
                self.behind.remove(&id) || again
            }
            Err(error) => {
                tracing::error!(%error, "a delivery failed inside");
                false
            }
        };
        if self.tasks.is_empty() {
            // Those whose task failed inside, too.
            self.busy.clear();
        }
        again
    }

    /// Waits for all that is under way.
    #[cfg(test)]
    pub(super) async fn finish(&mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            self.ended(ended);
        }
    }

    /// Starts what is to be done. Returns how long nothing new is to be done, if nothing is published or asked for.
    pub(super) async fn look(&mut self, parts: &Parts) -> Duration {
        let now = (parts.desk.clock)();
        let all = match plan(parts, now).await {
            Ok(all) => all,
            Err(error) => {
                tracing::error!(%error, "listeners can't be read");
                return STORE_PAUSE;
            }
        };
        // Digests appear when their day is over.
        let midnight = Timestamp::from_secs((day_of(now) + 1) * DAY + 1);
        let mut next = midnight;
        for (listener, work) in all {
            let Some(work) = work else {
                next = next.min(listener.next().unwrap_or(midnight));
                continue;
            };
            if !self.busy.insert(listener.id.clone()) {
                self.behind.insert(listener.id);
                continue;
            }
            let parts = parts.clone();
            self.tasks.spawn(async move {
                let id = listener.id.clone();
                let again = parts.work(listener, work, now).await.unwrap_or_else(|error| {
                    tracing::error!(%error, "a listener can't be told");
                    false
                });
                (id, again)
            });
        }
        next.since(now).max(Duration::from_secs(1))
    }
}

/// All listeners, each with what is to be done for it now.
async fn plan(parts: &Parts, now: Timestamp) -> Result<Vec<(Listener, Option<Work>)>, WebError> {
    let door = &parts.desk.ctx.door;
    let all = door.call(|s| s.listeners()).await?;
    let mut topics: HashMap<String, Option<(Topic, Meaning)>> = HashMap::new();
    for listener in &all {
        if !topics.contains_key(&listener.topic) {
            let topic = match Topic::of(&listener.topic, &parts.state.site) {
                Some(topic) => Some((topic.meaning(&parts.state).await, topic)),
                None => None,
            };
            let topic = topic.map(|(meaning, topic)| (topic, meaning));
            topics.insert(listener.topic.clone(), topic);
        }
    }
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let shared = Data::clone(&parts.state).into_inner();
    let newest = door.call(move |store| Ok(newest(store, &shared, topics)));
    let newest = newest.await??;
    let work = |listener: &Listener| {
        if listener.has_ended(now) {
            return Some(Work::Drop);
        }
        let Some((topic, meaning, newest)) = newest.get(&listener.topic)? else {
            return Some(Work::Deny);
        };
        if let Some(wish) = listener.wish.as_ref().filter(|wish| wish.next <= now) {
            return Some(Work::Ask(wish.clone()));
        }
        let due = |grant: &&Grant| grant.until > now && grant.next <= now && *newest > grant.told;
        let grant = listener.grant.as_ref().filter(due)?;
        Some(Work::Tell(grant.clone(), topic.clone(), meaning.clone()))
    };
    Ok(all.into_iter().map(|listener| (listener.clone(), work(&listener))).collect())
}

/// The newest entry of each topic; none of those that are gone.
type Newest = HashMap<String, Option<(Topic, Meaning, u64)>>;

fn newest(
    store: &dyn Store,
    state: &WebState,
    topics: HashMap<String, Option<(Topic, Meaning)>>,
) -> Result<Newest, WebError> {
    let mut found = Newest::new();
    for (address, topic) in topics {
        let newest = match topic {
            None => None,
            Some((topic, meaning)) => match topic.newest(store, state, &meaning) {
                Ok(newest) => Some((topic, meaning, newest)),
                Err(error) if error.is_missing() => None,
                Err(error) => return Err(error),
            },
        };
        found.insert(address, newest);
    }
    Ok(found)
}

impl Parts {
    /// Whether there may be more to do for it soon.
    async fn work(&self, listener: Listener, work: Work, now: Timestamp) -> Result<bool, WebError> {
        match work {
            Work::Drop => {
                self.change(&listener, move |listener| !listener.has_ended(now)).await?;
                Ok(false)
            }
            Work::Deny => {
                self.change(&listener, |_| false).await?;
                let callback = super::host(&listener);
                tracing::info!(%callback, topic = %listener.topic, "a listener's feed is gone");
                deny(&self.state.hub, &self.desk.ctx.strangers, &listener, now).await;
                Ok(false)
            }
            Work::Ask(wish) => {
                self.ask(&listener, wish, now).await?;
                Ok(true)
            }
            Work::Tell(grant, topic, meaning) => {
                self.tell(&listener, grant, topic, meaning, now).await
            }
        }
    }

    async fn ask(&self, listener: &Listener, wish: Wish, now: Timestamp) -> Result<(), WebError> {
        let challenge = random()?;
        let said =
            verify(&self.state.hub, &self.desk.ctx.strangers, listener, &wish, &challenge, now)
                .await;
        let (callback, mode) = (super::host(listener), wish.mode.as_str());
        if said != Said::Yes {
            let silent = said == Said::Nothing;
            // Told when it is written down: who asks again then asks anew.
            self.change(listener, move |listener| listener.refuse(&wish, silent, now)).await?;
            tracing::info!(%callback, topic = %listener.topic, mode, ?said, "a listener did not confirm");
            return Ok(());
        }
        let newest = match Topic::of(&listener.topic, &self.state.site) {
            None => 0,
            Some(topic) => {
                let meaning = topic.meaning(&self.state).await;
                let shared = Data::clone(&self.state).into_inner();
                let newest = move |store: &dyn Store| Ok(topic.newest(store, &shared, &meaning));
                self.desk.ctx.door.call(newest).await?.unwrap_or_default()
            }
        };
        self.change(listener, move |listener| listener.confirm(&wish, newest, now)).await?;
        tracing::info!(%callback, topic = %listener.topic, mode, "a listener confirmed");
        Ok(())
    }

    async fn tell(
        &self,
        listener: &Listener,
        grant: Grant,
        topic: Topic,
        meaning: Meaning,
        now: Timestamp,
    ) -> Result<bool, WebError> {
        let generation = self.state.index.generation();
        let key = format!("hub {} {} {generation}", listener.topic, grant.told);
        let told = grant.told;
        let news =
            kept(&self.state, key, move |store, state| topic.news(store, state, &meaning, told));
        let news = match news.await {
            Ok(news) => news,
            // It went meanwhile: the next look sees to it.
            Err(error) if error.is_missing() => return Ok(true),
            Err(error) => return Err(error),
        };
        let Some(span) = news.span else { return Ok(false) };
        let (hub, fetcher) = (&self.state.hub, &self.desk.ctx.strangers);
        let sent = deliver(hub, fetcher, listener, &grant, &news, now).await;
        let callback = super::host(listener);
        Ok(match sent {
            Sent::Taken => {
                self.change(listener, move |l| l.delivered(span.newest, now)).await?;
                // One line a delivery is too much for a log that somebody reads.
                tracing::debug!(%callback, topic = %listener.topic, "a listener was told");
                false
            }
            Sent::Gone => {
                self.change(listener, |_| false).await?;
                tracing::info!(%callback, topic = %listener.topic, "a listener is gone");
                false
            }
            Sent::Failed(why, until) => {
                let stays = self.change(listener, move |l| l.failed(until, now)).await?;
                tracing::info!(%callback, topic = %listener.topic, why, stays, "a listener could not be told");
                true
            }
        })
    }

    /// Changes a listener as it is now. Whether it is still there.
    async fn change(
        &self,
        listener: &Listener,
        mut change: impl FnMut(&mut Listener) -> bool + Send + 'static,
    ) -> store::Result<bool> {
        let id = listener.id.clone();
        let door = &self.desk.ctx.door;
        door.call(move |store| {
            let mut stays = false;
            store.change_listener(&id, &mut |listener| {
                stays = change(listener);
                stays
            })?;
            Ok(stays)
        })
        .await
    }
}

/// 160 bits as hexadecimal digits.
fn random() -> Result<String, WebError> {
    let mut bytes = [0_u8; 20];
    let made = getrandom::fill(&mut bytes);
    made.map_err(|_| store::StoreError::Failed("the system gives no random bytes".into()))?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}
