//! `/brief/{secret}/settings`: everything a reader can change, what was learned of them, and the ways out.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::model::{
    Days, MOST_SIZE, SavedQuery, Secret, Shape, SourceId, Subscriber, SubscriberId, Vote, VoteKind,
};
use crate::parse::query::{self, QueryError};
use crate::pipeline;
use crate::publish::clean;
use crate::rank::slot;
use crate::store::{self, Store};
use crate::text::phrases::Phrases;

use super::super::card::show_name;
use super::super::rendered::Made;
use super::super::shell::{self, Shell};
use super::super::signup::{Filled, Mode, SignUp};
use super::super::{WebError, WebState};
use super::form::{self, Fields, More, Taken};
use super::{Desk, answer, failed, private, reader, secret_in, see_other, tongue};

/// Queries of one's own.
const MOST_SAVED: usize = 50;

#[derive(Template)]
#[template(path = "brief/settings.html")]
struct Page {
    shell: Shell,
    /// Path of the brief's page, below the root.
    own: String,
    form: SignUp,
    more: More,
    most: u8,
    muted: Vec<(SourceId, String)>,
    saved: Vec<(SavedQuery, String)>,
    kept: Kept,
    /// Name and how the votes lean: topics, then shows.
    leans: Vec<(String, Lean)>,
    votes: Vec<Vote>,
    /// Changes were taken.
    done: bool,
}

/// A query that was to be kept, as filled in.
#[derive(Debug, Default)]
struct Kept {
    query: String,
    name: String,
}

/// Votes on one subject.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lean {
    more: usize,
    less: usize,
    knew: usize,
}

impl Lean {
    fn add(&mut self, kind: VoteKind) {
        match kind {
            VoteKind::More => self.more += 1,
            VoteKind::Less => self.less += 1,
            VoteKind::Knew => self.knew += 1,
        }
    }

    fn words(self, t: &Phrases) -> String {
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("more", &self.more), ("less", &self.less), ("knew", &self.knew)];
        t.fill("brief.settings.lean", &values)
    }
}

/// The page.
pub async fn page(
    request: HttpRequest,
    state: Data<WebState>,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    let secret = secret_in(&request)?;
    let t = tongue(&request);
    let done = request.query_string().split('&').any(|part| part == "done");
    private(&request, &state, move |store, state| {
        let reader = reader(store, &secret, desk.now())?;
        let (filled, more) = (form::filled(&reader), More::of(&reader));
        render(store, state, &secret, &reader, (filled, more, Kept::default()), done, t)
    })
    .await
}

/// One of the page's forms; `do` says which.
pub async fn submit(
    request: HttpRequest,
    payload: Payload,
    state: Data<WebState>,
    desk: Data<Desk>,
) -> Result<HttpResponse, WebError> {
    let secret = secret_in(&request)?;
    let (key, now) = (secret.clone(), desk.now());
    let found = state.door.call(move |store| Ok(reader(store, &key, now))).await??;
    let fields = Fields::read(&form::body(payload).await?);
    let settings = |secret: &Secret| format!("/brief/{}/settings?done", secret.reveal());
    match fields.one("do").unwrap_or("save") {
        verb @ ("rotate" | "revoke") => {
            let at_once = verb == "revoke";
            let changed = pipeline::change_secret(&desk.ctx, &found.id, at_once, now).await;
            let new = changed.map_err(failed)?.ok_or(WebError::NotFound)?;
            Ok(see_other(&state, &format!("/brief/{}", new.reveal())))
        }
        "delete" if fields.ticked("sure") => {
            let id = found.id.clone();
            state.door.call(move |store| store.remove_subscriber(&id)).await?;
            tracing::info!(subscriber = %found.id, "a reader left, and all that was kept of them is gone");
            gone(&request, &state)
        }
        "keep_query" => keep(&request, &state, secret, found, fields, now).await,
        "save" => save(&request, &state, &desk, secret, found, fields).await,
        _ => {
            let id = found.id.clone();
            state.door.call(move |store| change(store, &id, &fields)).await?;
            Ok(see_other(&state, &settings(&secret)))
        }
    }
}

async fn save(
    request: &HttpRequest,
    state: &Data<WebState>,
    desk: &Data<Desk>,
    secret: Secret,
    found: Subscriber,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let t = tongue(request);
    let now = desk.now();
    let (shared, key) = (Data::clone(state), secret.clone());
    let taken = state.door.call(move |store| {
        Ok((|| {
            let first = More { explore: fields.ticked("explore"), ..More::of(&found) };
            let Taken { filled, more, asked } = form::take(&fields, store, &shared, first, t)?;
            let Some(asked) = asked else {
                return render(
                    store,
                    &shared,
                    &key,
                    &found,
                    (filled, more, Kept::default()),
                    false,
                    t,
                )
                .map(Some);
            };
            let muted = fields.all("muted").filter_map(|text| text.parse::<SourceId>().ok());
            let muted: Vec<SourceId> = muted.filter(|id| found.muted.contains(id)).collect();
            let mut new = found.clone();
            let apply = |reader: &mut Subscriber| {
                reader.interests.clone_from(&asked.interests);
                reader.topics.clone_from(&asked.topics);
                reader.sources.clone_from(&asked.sources);
                reader.muted.clone_from(&muted);
                reader.zone.clone_from(&asked.zone);
                reader.hour = asked.hour;
                reader.size = asked.size;
                reader.shape = asked.shape;
                reader.days = asked.days;
                reader.explore = asked.explore;
                reader.language.clone_from(&asked.language);
            };
            apply(&mut new);
            let due = slot::due(&new, now);
            store.change_subscriber(&found.id, Some(due), &mut |reader| apply(reader))?;
            Ok::<_, WebError>(None)
        })())
    });
    match taken.await?? {
        Some(page) => answer(request, page, StatusCode::UNPROCESSABLE_ENTITY),
        None => Ok(see_other(state, &format!("/brief/{}/settings?done", secret.reveal()))),
    }
}

/// The small forms.
fn change(store: &dyn Store, id: &SubscriberId, fields: &Fields) -> store::Result<()> {
    match fields.one("do") {
        Some("forget") => {
            if let Some(insight) = fields.one("insight").and_then(|text| text.parse().ok()) {
                store.drop_votes(id, Some(&insight))?;
            }
        }
        Some("reset") => store.drop_votes(id, None)?,
        Some("drop_query") => {
            let query = fields.one("query").unwrap_or_default().to_owned();
            store.change_subscriber(id, None, &mut |reader| {
                reader.saved.retain(|saved| saved.query != query);
            })?;
        }
        _ => {}
    }
    Ok(())
}

/// Keeps a query; gives the page again if it can't be taken.
async fn keep(
    request: &HttpRequest,
    state: &Data<WebState>,
    secret: Secret,
    found: Subscriber,
    fields: Fields,
    now: crate::model::Timestamp,
) -> Result<HttpResponse, WebError> {
    let t = tongue(request);
    let text = fields.one("query").unwrap_or_default().to_owned();
    let name = clean::line(fields.one("name").unwrap_or_default(), 80);
    let (shared, key) = (Data::clone(state), secret.clone());
    let answered = state.door.call(move |store| {
        Ok((|| match query_of(&text) {
            Ok(query) => {
                let words = clean::line(&words_of(&query), 80);
                let name = if name.is_empty() { words } else { name };
                store.change_subscriber(&found.id, None, &mut |reader| {
                    reader.saved.retain(|saved| saved.query != query);
                    if reader.saved.len() < MOST_SAVED {
                        let (name, query) = (name.clone(), query.clone());
                        reader.saved.push(SavedQuery { name, query, saved: now });
                    }
                })?;
                Ok::<_, WebError>(None)
            }
            Err(error) => {
                let (mut filled, more) = (form::filled(&found), More::of(&found));
                filled.errors.insert("query", error.say(t));
                let kept = Kept { query: text, name };
                render(store, &shared, &key, &found, (filled, more, kept), false, t).map(Some)
            }
        })())
    });
    match answered.await?? {
        Some(page) => answer(request, page, StatusCode::UNPROCESSABLE_ENTITY),
        None => Ok(see_other(state, &format!("/brief/{}/settings?done", secret.reveal()))),
    }
}

/// The parameters of a query in their canonical form: from the address of a feed here, or from plain words.
fn query_of(text: &str) -> Result<String, QueryError> {
    let text = text.trim();
    let pairs: Vec<(String, String)> = match text.split_once('?') {
        Some((path, query)) if path.contains("/feed") => {
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
        }
        _ => vec![("q".into(), text.into())],
    };
    let asked = query::query(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
    let address = query::address(&asked);
    if let Some((_, canonical)) = address.split_once("/feed?") {
        return Ok(canonical.to_owned());
    }
    // A question for topics or a source alone has an address of its own.
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(name, _)| matches!(&**name, "topic" | "source")) {
        out.append_pair(name, value.trim());
    }
    match out.finish() {
        // Nothing to look for is told as of any text without words.
        empty if empty.is_empty() => query::query([("q", ".")]).map(|_| empty),
        query => Ok(query),
    }
}

/// A query for people.
fn words_of(query: &str) -> String {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let words: Vec<String> = pairs
        .map(
            |(name, value)| {
                if name == "q" { value.into_owned() } else { format!("{name}: {value}") }
            },
        )
        .collect();
    words.join(", ")
}

fn render(
    store: &dyn Store,
    state: &WebState,
    secret: &Secret,
    reader: &Subscriber,
    (filled, more, kept): (Filled, More, Kept),
    done: bool,
    t: &'static Phrases,
) -> Result<Made, WebError> {
    let name = |id: &SourceId| -> store::Result<String> {
        Ok(store.source(id)?.map_or_else(|| id.to_string(), |source| show_name(&source)))
    };
    let mut votes = store.votes(&reader.id)?;
    let mut topics: BTreeMap<String, Lean> = BTreeMap::new();
    let mut shows: BTreeMap<String, Lean> = BTreeMap::new();
    for vote in &votes {
        for slug in &vote.topics {
            let own = t.find(&format!("topic.{slug}.name")).map(str::to_owned);
            let topic = own.or_else(|| state.topics.get(slug).map(|topic| topic.name.clone()));
            topics.entry(topic.unwrap_or_else(|| slug.clone())).or_default().add(vote.kind);
        }
        shows.entry(name(&vote.source)?).or_default().add(vote.kind);
    }
    // The latest first.
    votes.reverse();
    let muted = reader.muted.iter().map(|id| Ok((id.clone(), name(id)?)));
    let page = Page {
        shell: Shell::new(&state.site, t, "brief", t.say("brief.settings.title"), None),
        own: format!("/brief/{}", secret.reveal()),
        form: SignUp::open(store, state, t, Mode::Open, filled)?,
        more,
        kept,
        most: MOST_SIZE,
        muted: muted.collect::<store::Result<_>>()?,
        saved: reader.saved.iter().map(|saved| (saved.clone(), words_of(&saved.query))).collect(),
        leans: topics.into_iter().chain(shows).collect(),
        votes,
        done,
    };
    Ok(Made { max_age: 0, ..shell::page(&page, t)? })
}

#[derive(Template)]
#[template(path = "brief/gone.html")]
struct Gone {
    shell: Shell,
}

/// After the end there is no address to go back to.
fn gone(request: &HttpRequest, state: &WebState) -> Result<HttpResponse, WebError> {
    let t = tongue(request);
    let page = Gone { shell: Shell::new(&state.site, t, "", t.say("brief.gone.title"), None) };
    answer(request, shell::page(&page, t)?, StatusCode::OK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_kept_as_in_the_address_of_its_feed() {
        let kept = |text| query_of(text).unwrap();
        assert_eq!(kept("grid AND \"heat pump\""), kept("/feed?q=grid+AND+%22heat+pump%22"));
        let address = "https://brief.example/feed.atom?topic=energy&q=grid&utm_source=x&limit=";
        assert_eq!(words_of(&kept(address)), "grid, topic: energy");
        assert_eq!(kept("/feed?topic=energy"), "topic=energy");
        for bad in ["", "  ", "grid AND", "(", "/feed?", "/feed?min_score=many"] {
            assert!(query_of(bad).is_err(), "{bad}");
        }
    }
}
