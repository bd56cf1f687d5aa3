//! A day of a question as one entry. Made of entries, which are frozen, once the day is over, and of nothing else: so
//! it is the same whenever it is made, and nothing of it need be kept.

use crate::model::{Entry, EntrySource, QueryId, Timestamp};
use crate::text::phrases::Phrases;

use super::clean;

/// Seconds.
const DAY: i64 = 86_400;

/// Days since 1970 in UTC.
pub fn day_of(at: Timestamp) -> i64 {
    at.secs().div_euclid(DAY)
}

/// The entry of `day`, the best of its entries first; none if there are none. `page` is where the question is shown,
/// below our address.
pub fn digest(
    query: &QueryId,
    page: &str,
    day: i64,
    entries: &[Entry],
    authority: &str,
    t: &Phrases,
) -> Option<Entry> {
    let first = entries.first()?;
    let start = Timestamp::from_secs(day.saturating_mul(DAY));
    let mut html = String::new();
    let mut topics: Vec<(String, String)> = Vec::new();
    for entry in entries {
        html.push_str(&format!("<h2>{}</h2>{}", clean::html(&entry.title), entry.content_html));
        for topic in
            entry.topics.iter().filter(|topic| !topics.contains(topic)).cloned().collect::<Vec<_>>()
        {
            topics.push(topic);
        }
    }
    let titles: Vec<&str> = entries.iter().map(|entry| entry.title.as_str()).collect();
    let date = t.date(&start);
    let count = t.count("count.insights", entries.len());
    Some(Entry {
        id: format!("tag:{authority}:query/{query}/{}", start.date()),
        insight: first.insight.clone(),
        title: t.fill("query.digest", &[("date", &date), ("count", &count)]),
        content_html: html,
        summary: titles.join(" · "),
        // When the day was over.
        published: Timestamp::from_secs(day.saturating_add(1).saturating_mul(DAY)),
        authors: Vec::new(),
        topics,
        via: None,
        source: EntrySource {
            feed_url: String::new(),
            title: String::new(),
            link: None,
            item_published: None,
        },
        language: first
            .language
            .clone()
            .filter(|_| entries.iter().all(|entry| entry.language == first.language)),
        page: Some(page.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::{entry, tests};

    #[test]
    fn a_day_is_one_entry_that_is_always_the_same() {
        let query = QueryId::of("/feed?q=x&shape=digest");
        let frozen = |n| {
            entry::freeze(
                &tests::insight(n),
                &tests::item(),
                &tests::source(),
                &tests::topics(),
                "x.example,2026-11-24",
            )
        };
        let made = |entries: &[Entry]| {
            digest(&query, "/feed?q=x", 20_781, entries, "x.example,2026-11-24", Phrases::first())
        };
        assert_eq!(made(&[]), None);
        let entry = made(&[frozen(1), frozen(2)]).unwrap();
        assert_eq!(entry.id, format!("tag:x.example,2026-11-24:query/{query}/2026-11-24"));
        assert_eq!(entry.published.rfc3339(), "2026-11-25T00:00:00Z");
        assert_eq!(entry.title, "24 November 2026: 2 insights");
        assert_eq!(entry.content_html.matches("<h2>").count(), 2);
        assert_eq!(entry.topics.len(), 1);
        assert_eq!(made(&[frozen(1), frozen(2)]), Some(entry));
        assert_eq!(day_of(Timestamp::from_secs(1_795_503_600)), 20_781);
        assert_eq!(day_of(Timestamp::from_secs(-1)), -1);
    }
}
