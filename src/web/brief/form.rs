//! Forms: the fields as sent, and what they ask for if they can be taken. Each mistake is told beside its field, and
//! all that was filled in stays.

use std::collections::BTreeSet;

use actix_web::web::{Bytes, Payload};

use crate::model::{Days, MOST_SIZE, Secret, SecretHash, Shape, SourceId, Subscriber};
use crate::pipeline::Asked;
use crate::publish::clean;
use crate::rank::slot;
use crate::store::Store;
use crate::text::phrases::Phrases;

use super::super::signup::{Filled, Mode};
use super::super::{WebError, WebState};
use super::Desk;

/// Characters of free text.
const MOST_INTERESTS: usize = 2000;
/// Shows that can be followed or muted.
const MOST_SOURCES: usize = 500;

/// A form of ours is far smaller.
const MOST_FORM: usize = 64 * 1024;

/// What was sent, bounded in bytes and time.
///
/// # Errors
/// As [`body::bytes`](super::super::body::bytes).
pub async fn body(payload: Payload) -> Result<Bytes, WebError> {
    super::super::body::bytes(payload, MOST_FORM).await
}

/// The fields of a form, in the order sent.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// From the body of a POST (application/x-www-form-urlencoded).
    pub fn read(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// The first of that name, without white space around it.
    pub fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// All of that name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// Whether a box is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.one(name).is_some_and(|value| !matches!(value, "" | "0" | "off" | "false" | "no"))
    }
}

/// What else a form may hold, beside what the landing page asks.
#[derive(Debug, Clone)]
pub struct More {
    /// Insights of an edition, as sent.
    pub size: String,
    /// Of the feed.
    pub shape: Shape,
    /// Of editions.
    pub days: Days,
    /// Something from outside the profile too.
    pub explore: bool,
}

/// A sign-up or changed settings.
pub struct Taken {
    /// As filled in, with what is wrong.
    pub filled: Filled,
    /// As filled in.
    pub more: More,
    /// What it comes to, if nothing is wrong.
    pub asked: Option<Asked>,
}

impl More {
    /// As a reader has it.
    pub fn of(reader: &Subscriber) -> Self {
        let size = reader.size.to_string();
        Self { size, shape: reader.shape, days: reader.days, explore: reader.explore }
    }
}

/// Settings as a form.
pub fn filled(reader: &Subscriber) -> Filled {
    Filled {
        interests: reader.interests.clone(),
        topics: reader.topics.iter().cloned().collect(),
        sources: reader.sources.iter().map(ToString::to_string).collect(),
        zone: reader.zone.clone(),
        hour: reader.hour,
        ..Filled::default()
    }
}

/// Checks all fields. `now` has what is not sent.
pub fn take(
    fields: &Fields,
    store: &dyn Store,
    state: &WebState,
    now: More,
    t: &Phrases,
) -> Result<Taken, WebError> {
    let mut filled = Filled::default();
    let mut wrong = |field: &'static str, text: String| {
        filled.errors.entry(field).or_insert(text);
    };
    let raw = fields.one("interests").unwrap_or_default();
    let interests = clean::text(raw).into_owned();
    if interests.chars().count() > MOST_INTERESTS {
        wrong("interests", t.fill("brief.error.interests", &[("n", &MOST_INTERESTS)]));
    }
    let topics: BTreeSet<String> = fields.all("topic").map(str::to_owned).collect();
    if topics.iter().any(|slug| state.topics.get(slug).is_none()) {
        wrong("topic", t.say("brief.error.topic").to_owned());
    }
    let sources: BTreeSet<String> = fields.all("source").map(str::to_owned).collect();
    let mut followed = Vec::new();
    for text in sources.iter().take(MOST_SOURCES) {
        match public(store, text)? {
            Some(id) => followed.push(id),
            None => wrong("source", t.say("brief.error.source").to_owned()),
        }
    }
    let zone = fields.one("zone").filter(|zone| !zone.is_empty()).unwrap_or("UTC");
    if slot::zone(zone).is_none() {
        wrong("zone", t.say("brief.error.zone").to_owned());
    }
    let hour = match fields.one("hour").filter(|hour| !hour.is_empty()).map(str::parse::<u8>) {
        None => Filled::default().hour,
        Some(Ok(hour)) if hour < 24 => hour,
        Some(_) => {
            wrong("hour", t.say("brief.error.hour").to_owned());
            Filled::default().hour
        }
    };
    let size_text = fields.one("size").filter(|size| !size.is_empty()).unwrap_or(&now.size);
    let size = size_text.parse::<u8>().ok().filter(|size| (1..=MOST_SIZE).contains(size));
    if size.is_none() {
        wrong("size", t.fill("brief.error.size", &[("n", &MOST_SIZE)]));
    }
    let shape = match fields.one("shape") {
        None | Some("") => Some(now.shape),
        Some("digest") => Some(Shape::Digest),
        Some("items") => Some(Shape::Items),
        Some(_) => None,
    };
    if shape.is_none() {
        wrong("shape", t.say("brief.error.choice").to_owned());
    }
    let days = match fields.one("days") {
        None | Some("") => Some(now.days),
        Some("daily") => Some(Days::Daily),
        Some("weekdays") => Some(Days::Weekdays),
        Some("weekly") => Some(Days::Weekly),
        Some(_) => None,
    };
    if days.is_none() {
        wrong("days", t.say("brief.error.choice").to_owned());
    }
    let more = More {
        size: size_text.to_owned(),
        shape: shape.unwrap_or(now.shape),
        days: days.unwrap_or(now.days),
        explore: now.explore,
    };
    filled.interests = interests;
    filled.topics = topics;
    filled.sources = sources;
    filled.zone = zone.to_owned();
    filled.hour = hour;
    filled.invite = fields.one("invite").unwrap_or_default().to_owned();
    let asked = size.filter(|_| filled.errors.is_empty()).map(|size| Asked {
        interests: filled.interests.clone(),
        topics: filled.topics.iter().cloned().collect(),
        sources: followed,
        zone: filled.zone.clone(),
        hour,
        size,
        shape: more.shape,
        days: more.days,
        explore: more.explore,
        language: t.tag().to_owned(),
    });
    Ok(Taken { filled, more, asked })
}

/// The source of that id, if everyone may see it.
fn public(store: &dyn Store, text: &str) -> Result<Option<SourceId>, WebError> {
    let Ok(id) = text.parse::<SourceId>() else { return Ok(None) };
    let known = store.source(&id)?.is_some_and(|source| source.visibility.allows(None));
    Ok(known.then_some(id))
}

/// The invitation that is used up by a sign-up; a mistake is noted in `filled`.
pub fn invitation(
    filled: &mut Filled,
    store: &dyn Store,
    desk: &Desk,
    t: &Phrases,
) -> Result<Option<SecretHash>, WebError> {
    let code = filled.invite.clone();
    // A whole link may have been pasted.
    let code = code.rsplit(['/', '=']).next().unwrap_or_default().trim();
    let hash = Secret::parse(code).map(|secret| secret.hash());
    match desk.mode {
        Mode::Open => Ok(None),
        Mode::Closed => {
            filled.errors.insert("form", t.say("signup.closed").to_owned());
            Ok(None)
        }
        Mode::Invite => {
            let good = match &hash {
                Some(hash) => store.invite(hash, desk.now())?,
                None => false,
            };
            if !good {
                filled.errors.insert("invite", t.say("brief.error.invite").to_owned());
            }
            Ok(hash.filter(|_| good))
        }
    }
}
