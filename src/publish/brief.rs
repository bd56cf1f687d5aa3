//! A reader's editions as entries: frozen when they are made, and turned into a feed of editions or of insights.
//! Our own address is not in what is frozen ([`BASE`] stands for it), and no reader's secret is in any of it.

use jiff::civil::Date;

use crate::model::{
    BASE, Edition, Entry, EntrySource, Insight, InsightId, Pick, Subscriber, SubscriberId,
    Timestamp, Visibility,
};
use crate::text::phrases::Phrases;

use super::token::{self, Act, Key};
use super::{Side, clean};

/// Characters of another insight's headline.
const HEADLINE: usize = 200;

/// Insights of one edition are kept apart by so many places in the order of a feed.
const PLACES: u64 = 32;

/// What an edition says of an insight for ever. `entry` is that of the public feeds.
pub fn pick(
    insight: &Insight,
    entry: &Entry,
    reader: &Subscriber,
    key: &Key,
    reason: &str,
    explores: bool,
    authority: &str,
) -> Pick {
    let t = Phrases::of(&reader.language).unwrap_or_default();
    let private = insight.visibility != Visibility::Public;
    let link = |act: Act| {
        let token = token::feedback(key, &reader.id, &insight.id, act);
        format!("<a href=\"{BASE}/f/{token}\">{}</a>", clean::html(label(act, t)))
    };
    let mut links: Vec<String> = Act::ALL.map(link).into();
    if !private {
        let related = clean::html(t.say("brief.entry.related"));
        links.push(format!("<a href=\"{BASE}/insights/{}\">{related}</a>", insight.id));
    }
    Pick {
        insight: insight.id.clone(),
        source: insight.source.clone(),
        show: entry.source.title.clone(),
        entry_id: format!("tag:{authority}:brief/{}/{}", reader.id, insight.id),
        title: entry.title.clone(),
        summary: entry.summary.clone(),
        content_html: entry.content_html.clone(),
        links_html: format!("<p>{}</p>", links.join(" · ")),
        reason: reason.to_owned(),
        explores,
        private,
        authors: entry.authors.clone(),
        topics: entry.topics.clone(),
        via: entry.via.clone(),
        language: entry.language.clone(),
    }
}

/// Another insight, and what the one picked is to it.
pub struct Standing {
    /// What.
    pub side: Side,
    /// The other.
    pub other: InsightId,
    /// Its headline.
    pub headline: String,
    /// Who published it.
    pub show: String,
}

/// Lines for a pick, behind its own content.
pub fn standings(all: &[Standing], reader: &Subscriber) -> String {
    let t = Phrases::of(&reader.language).unwrap_or_default();
    let line = |one: &Standing| {
        let (words, headline) = (t.say(one.side.key()), clean::title(&one.headline, HEADLINE));
        format!(
            "<p>{} <a href=\"{BASE}/insights/{}\">{}</a> ({})</p>",
            clean::html(words),
            one.other,
            clean::html(&headline),
            clean::html(&clean::name(&one.show, HEADLINE))
        )
    };
    all.iter().map(line).collect()
}

/// What a feedback link is called.
pub fn label(act: Act, t: &Phrases) -> &str {
    match act {
        Act::More => t.say("brief.act.more"),
        Act::Less => t.say("brief.act.less"),
        Act::Knew => t.say("brief.act.knew"),
        Act::Mute => t.say("brief.act.mute"),
    }
}

/// The edition of a day; the store mints its number.
pub fn edition(
    reader: &Subscriber,
    day: Date,
    picks: Vec<Pick>,
    made: Timestamp,
    authority: &str,
) -> Edition {
    let t = Phrases::of(&reader.language).unwrap_or_default();
    let title = t.fill("brief.entry.title", &[("date", &date(day, t)), ("n", &picks.len())]);
    Edition {
        subscriber: reader.id.clone(),
        day,
        number: 0,
        made,
        entry_id: format!("tag:{authority}:brief/{}/{day}", reader.id),
        title,
        picks,
    }
}

/// A day for people.
pub fn date(day: Date, t: &Phrases) -> String {
    let noon = day.at(12, 0, 0, 0).to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let secs = noon.map_or(0, |at| at.timestamp().as_second());
    t.date(&Timestamp::from_secs(secs))
}

/// An edition as one entry, at its place in the feed. Its page holds no secret, so it can be passed on.
pub fn digest(edition: &Edition, key: &Key) -> (u64, Entry) {
    let mut html = String::new();
    for pick in &edition.picks {
        html.push_str(&format!("<h2>{}</h2>{}", clean::html(&pick.title), content(pick)));
    }
    let titles: Vec<&str> = edition.picks.iter().map(|pick| pick.title.as_str()).collect();
    let mut topics: Vec<(String, String)> = Vec::new();
    for topic in edition.picks.iter().flat_map(|pick| &pick.topics) {
        if !topics.contains(topic) {
            topics.push(topic.clone());
        }
    }
    let language = edition.picks.first().and_then(|pick| pick.language.clone());
    let same = edition.picks.iter().all(|pick| pick.language == language);
    let entry = Entry {
        id: edition.entry_id.clone(),
        // Never followed: the entry has a page of its own.
        insight: match edition.picks.first() {
            Some(pick) => pick.insight.clone(),
            None => no_insight(),
        },
        title: edition.title.clone(),
        content_html: html,
        summary: titles.join(" · "),
        published: edition.made,
        authors: Vec::new(),
        topics,
        via: None,
        source: no_source(),
        language: language.filter(|_| same),
        page: Some(page(edition, key)),
    };
    (edition.number, entry)
}

/// All that an entry says of a pick.
pub fn content(pick: &Pick) -> String {
    let reason = clean::html(&pick.reason);
    format!("{}<p><em>{reason}</em></p>{}", pick.content_html, pick.links_html)
}

/// Where an edition can be seen by whoever is told, below our address.
pub fn page(edition: &Edition, key: &Key) -> String {
    format!("/editions/{}", token::edition(key, &edition.subscriber, edition.day))
}

/// An edition's insights as entries, the best first, at their places in the feed.
pub fn items(edition: &Edition, key: &Key) -> Vec<(u64, Entry)> {
    let first = (edition.number + 1) * PLACES - 1;
    let entry = |pick: &Pick| Entry {
        id: pick.entry_id.clone(),
        insight: pick.insight.clone(),
        title: pick.title.clone(),
        content_html: content(pick),
        summary: pick.summary.clone(),
        published: edition.made,
        authors: pick.authors.clone(),
        topics: pick.topics.clone(),
        via: pick.via.clone(),
        source: no_source(),
        language: pick.language.clone(),
        // What is private has no page for everyone.
        page: pick.private.then(|| page(edition, key)),
    };
    (0..).map_while(|at| first.checked_sub(at)).zip(edition.picks.iter().map(entry)).collect()
}

/// Editions that hold what is in a feed of insights before this place.
pub fn edition_before(place: u64) -> u64 {
    place / PLACES + 1
}

/// The one entry of a feed whose address was changed. Where to is not said: whoever has the old address may not be
/// the reader.
pub fn moved(reader: &Subscriber, at: Timestamp, authority: &str) -> (u64, Entry) {
    let t = Phrases::of(&reader.language).unwrap_or_default();
    let text = t.say("brief.moved.text");
    let entry = Entry {
        id: format!("tag:{authority}:brief/{}/moved/{}", reader.id, at.secs()),
        insight: no_insight(),
        title: t.say("brief.moved.title").to_owned(),
        content_html: format!("<p>{}</p>", clean::html(text)),
        summary: text.to_owned(),
        published: at,
        authors: Vec::new(),
        topics: Vec::new(),
        via: None,
        source: no_source(),
        language: Some(t.tag().to_owned()),
        page: Some("/".into()),
    };
    (1, entry)
}

fn no_insight() -> crate::model::InsightId {
    let source = crate::model::SourceId::for_feed("");
    crate::model::InsightId::new(&crate::model::ItemId::new(&source, ""), 0, 0, "")
}

fn no_source() -> EntrySource {
    EntrySource { feed_url: String::new(), title: String::new(), link: None, item_published: None }
}

/// The feed's head. Its id does not change with the secret.
pub fn id_path(reader: &SubscriberId, items: bool) -> String {
    if items { format!("brief/{reader}/items") } else { format!("brief/{reader}") }
}
