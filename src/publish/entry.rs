//! Mints the entry that feeds show of an insight for ever. Pure; nothing in it may point at our own
//! host, because the base address can change and a frozen entry can't.

use url::Url;

use crate::model::{Basis, Entry, EntrySource, Insight, Item, Source, TopicSet};

use super::clean;

const TITLE: usize = 200;
const CLAIM: usize = 3000;
const QUOTE: usize = 6000;
const NAME: usize = 200;

/// The entry of `insight`, which was found in `item` of `source`. `authority` is
/// `store::Instance::authority`. Over-long texts are cut, so that an entry fits into any document.
pub fn freeze(
    insight: &Insight,
    item: &Item,
    source: &Source,
    topics: &TopicSet,
    authority: &str,
) -> Entry {
    // A mailbox's address is a secret; what came to it has no feed to name.
    let url = source.feed_url().unwrap_or_default();
    let show = clean::name(&source.title, NAME);
    let claim = clean::line(&insight.claim, CLAIM);
    let speaker = speaker(insight);
    let via = via(insight, item, source);
    let mut authors: Vec<String> = speaker.iter().cloned().collect();
    if !show.is_empty() && !authors.contains(&show) {
        authors.push(show.clone());
    }
    Entry {
        id: format!("tag:{authority}:insight/{}", insight.id),
        insight: insight.id.clone(),
        title: title(insight, &claim),
        content_html: content(insight, item, &claim, &show, via.as_deref()),
        summary: claim,
        published: insight.published,
        authors,
        topics: insight
            .topics
            .iter()
            .filter_map(|slug| topics.get(slug))
            .map(|topic| (topic.slug.clone(), clean::title(&topic.name, 100)))
            .collect(),
        via,
        source: EntrySource {
            // A source that is no web address has none to publish.
            feed_url: clean::web_url(url).map(String::from).unwrap_or_default(),
            title: show,
            link: source.link.as_deref().and_then(clean::web_url).map(Into::into),
            item_published: item.published,
        },
        language: insight.language.as_deref().and_then(clean::language),
        page: None,
    }
}

/// Where to hear or read it: the episode's media from the quote's second on (W3C Media Fragments 4.2.1),
/// else the item's page, else its media, else the source's page.
pub fn via(insight: &Insight, item: &Item, source: &Source) -> Option<String> {
    let media = item.enclosure.as_ref().and_then(|e| clean::web_url(&e.url));
    let link = |url: &Option<String>| url.as_deref().and_then(clean::web_url);
    let url = match (media, insight.quote.start_ms) {
        (Some(media), Some(start)) => Some(at_second(media, start)),
        (media, _) => link(&item.link).or(media).or_else(|| link(&source.link)),
    };
    url.map(Into::into)
}

fn at_second(mut media: Url, start_ms: u64) -> Url {
    media.set_fragment(Some(&format!("t={}", start_ms / 1000)));
    media
}

/// A time for people: `12:34`, `1:02:03`.
pub fn clock(ms: u64) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// What the quote is, where it is not someone speaking.
pub fn basis_label(basis: Basis) -> Option<&'static str> {
    match basis {
        Basis::Spoken => None,
        Basis::Recognised => Some("Recognised from the audio, may contain errors"),
        Basis::Notes => Some("From the show notes"),
        Basis::Written => Some("From the text"),
    }
}

fn speaker(insight: &Insight) -> Option<String> {
    let name = insight.quote.speaker.as_deref().map(|name| clean::name(name, NAME));
    name.filter(|name| !name.is_empty())
}

fn title(insight: &Insight, claim: &str) -> String {
    let headline = clean::title(&insight.headline, TITLE);
    match (headline.is_empty(), claim.is_empty()) {
        (false, _) => headline,
        (true, false) => clean::title(claim, 90),
        (true, true) => "Insight".into(),
    }
}

fn content(insight: &Insight, item: &Item, claim: &str, show: &str, via: Option<&str>) -> String {
    let quote = clean::line(&insight.quote.text, QUOTE);
    let mut out = String::new();
    // A claim in the very words of its quote need not be read twice.
    if claim != quote {
        out.push_str(&format!("<p>{}</p>", clean::html(claim)));
    }
    out.push_str(&format!("<blockquote><p>{}</p></blockquote>", clean::html(&quote)));
    let mut whence = Vec::new();
    whence.extend(basis_label(insight.basis).map(str::to_owned));
    whence.extend(speaker(insight).map(|name| clean::html(&name)));
    if !show.is_empty() {
        whence.push(format!("<cite>{}</cite>", clean::html(show)));
    }
    let place = place(insight, item);
    let place = match via {
        Some(url) => format!("<a href=\"{}\">{place}</a>", clean::html(url)),
        None => place,
    };
    if whence.is_empty() {
        out.push_str(&format!("<p>— {place}</p>"));
    } else {
        out.push_str(&format!("<p>— {}: {place}</p>", whence.join(", ")));
    }
    out
}

/// `Episode title, “Chapter”, at 12:34`, escaped; `at about` where the audio is longer than its transcript.
fn place(insight: &Insight, item: &Item) -> String {
    let mut place = clean::line(&item.title, 300);
    if place.is_empty() {
        place = "Untitled".into();
    }
    if let Some(chapter) = insight.chapter.as_deref().map(|title| clean::line(title, NAME)) {
        place.push_str(&format!(", “{chapter}”"));
    }
    if let Some(start) = insight.quote.start_ms {
        let about = if item.drift_ms.is_some() { "about " } else { "" };
        place.push_str(&format!(", at {about}{}", clock(start)));
    }
    clean::html(&place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::tests::{insight, item, source, topics};

    fn frozen(insight: &Insight) -> Entry {
        freeze(insight, &item(), &source(), &topics(), "example.org,2026-11-24")
    }

    #[test]
    fn an_entry_tells_claim_quote_and_where_to_hear_it() {
        let entry = frozen(&insight(1));
        assert_eq!(entry.id, format!("tag:example.org,2026-11-24:insight/{}", insight(1).id));
        assert_eq!(entry.authors, ["Ada Example", "The Sample Hour"]);
        assert_eq!(entry.topics, [("ai".to_owned(), "AI & you".to_owned())]);
        assert_eq!(entry.via.as_deref(), Some("https://cdn.example/1.mp3?k=v#t=754"));
        assert_eq!(
            entry.content_html,
            "<p>Claim 1 stands alone.</p><blockquote><p>Well, claim 1, as I said.</p></blockquote>\
             <p>— Ada Example, <cite>The Sample Hour</cite>: \
             <a href=\"https://cdn.example/1.mp3?k=v#t=754\">Episode &lt;1&gt;, at 12:34</a></p>"
        );
    }

    #[test]
    fn notes_are_labelled_and_have_no_time() {
        let mut notes = insight(1);
        notes.basis = Basis::Notes;
        notes.quote.start_ms = None;
        notes.quote.speaker = None;
        let entry = frozen(&notes);
        assert_eq!(entry.via.as_deref(), Some("https://show.example/1"));
        assert!(entry.content_html.contains("<p>— From the show notes, <cite>The Sample Hour"));
        assert!(!entry.content_html.contains(", at "));
    }

    #[test]
    fn where_to_hear_it_falls_back() {
        let (said, mut from) = (insight(1), item());
        let via_of = |item: &Item| via(&said, item, &source());
        from.enclosure.as_mut().unwrap().url = "https://cdn.example/1.mp3#t=3".into();
        assert_eq!(via_of(&from).as_deref(), Some("https://cdn.example/1.mp3#t=754"));
        from.enclosure.as_mut().unwrap().url = "javascript:alert(1)".into();
        assert_eq!(via_of(&from).as_deref(), Some("https://show.example/1"));
        from.link = None;
        assert_eq!(via_of(&from).as_deref(), Some("https://show.example/"));
    }

    #[test]
    fn a_claim_in_the_words_of_its_quote_is_read_once() {
        let mut same = insight(1);
        same.quote.text = "Claim 1  stands\nalone.".into();
        assert!(frozen(&same).content_html.starts_with("<blockquote><p>Claim 1 stands alone."));
        assert_eq!(frozen(&same).summary, "Claim 1 stands alone.");
    }

    #[test]
    fn clocks_have_hours_only_when_needed() {
        assert_eq!(
            [0, 59_999, 754_000, 3_723_000].map(clock),
            ["0:00", "0:59", "12:34", "1:02:03"]
        );
    }
}
