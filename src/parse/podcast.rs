//! What podcast feeds say beyond RSS and Atom, in the podcast namespace (<https://podcastindex.org/namespace/1.0>),
//! Apple's, and Media RSS. Read by our own pass, because feed-rs has no chapters, soundbites, guid or language of a
//! transcript, stops at odd durations, and drops an `enclosure` that stands beside a `media:content`.

use super::feed::Place;
use super::ns::Ns;
use super::transcript::format_of;
use super::xml::Node;
use super::{chapters, link};
use crate::model::{Chapter, Enclosure, EpisodeKind, Person, Soundbite, TranscriptLink};
use crate::text::html::{collapse, to_plain};

/// Of each kind, per item; real items have a handful.
const MOST: usize = 200;

/// What an item adds.
#[derive(Debug, Clone, Default)]
pub(crate) struct ItemExtras {
    pub enclosure: Option<Enclosure>,
    pub duration_ms: Option<u64>,
    pub transcripts: Vec<TranscriptLink>,
    pub persons: Vec<Person>,
    pub chapters_url: Option<String>,
    pub soundbites: Vec<Soundbite>,
    pub chapters: Vec<Chapter>,
    pub season: Option<u32>,
    pub episode: Option<u32>,
    pub episode_kind: EpisodeKind,
    /// `itunes:summary`, often the only text.
    pub summary: Option<String>,
}

impl ItemExtras {
    /// Of an `item` or `entry`.
    pub fn read(item: &Node, place: &Place) -> Self {
        let mut extras = Self { enclosure: enclosure(item, place), ..Self::default() };
        for node in item.nodes() {
            match (node.ns, node.name.to_ascii_lowercase().as_str()) {
                (Ns::Podcast, "transcript") => extras.transcripts.extend(transcript(node, place)),
                (Ns::Podcast, "person") => extras.persons.extend(person(node)),
                (Ns::Podcast, "soundbite") => extras.soundbites.extend(soundbite(node)),
                (Ns::Podcast, "chapters") => {
                    let url = node.attr("url").and_then(|url| place.resolve_file(node, url));
                    extras.chapters_url = extras.chapters_url.or(url);
                }
                (Ns::Psc, "chapters") => extras.chapters = chapters::podlove(node),
                (Ns::Podcast | Ns::Itunes, "season") => {
                    extras.season = extras.season.or(node.text().trim().parse().ok());
                }
                // The namespace allows fractions; what is no number has none.
                (Ns::Podcast | Ns::Itunes, "episode") => {
                    extras.episode = extras.episode.or(node.text().trim().parse().ok());
                }
                (Ns::Itunes, "episodetype") => {
                    extras.episode_kind = episode_kind(&node.text());
                }
                (Ns::Itunes, "duration") => {
                    extras.duration_ms = extras.duration_ms.or_else(|| duration_ms(&node.text()));
                }
                (Ns::Itunes, "summary") => extras.summary = Some(node.markup()),
                (Ns::Itunes, "subtitle") if extras.summary.is_none() => {
                    extras.summary = Some(node.markup());
                }
                _ => {}
            }
        }
        if extras.duration_ms.is_none() {
            extras.duration_ms = media(item).find_map(|m| m.attr("duration").and_then(duration_ms));
        }
        extras.transcripts.truncate(MOST);
        extras.persons.truncate(MOST);
        extras.soundbites.truncate(MOST);
        extras
    }
}

/// What a channel adds.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChannelExtras {
    pub podcast_guid: Option<String>,
    pub new_feed_url: Option<String>,
    pub persons: Vec<Person>,
    pub author: Option<String>,
    pub summary: Option<String>,
    pub medium: Option<String>,
    pub hub: Option<String>,
    pub own_url: Option<String>,
}

impl ChannelExtras {
    /// Takes in one element directly inside the `channel` or `feed`.
    pub fn add(&mut self, node: &Node, place: &Place) {
        match (node.ns, node.name.to_ascii_lowercase().as_str()) {
            (Ns::Podcast, "guid") => keep(&mut self.podcast_guid, node.text()),
            (Ns::Podcast, "medium") => {
                let said = node.text();
                if said.len() <= 40 {
                    keep(&mut self.medium, said.to_lowercase().replace("musicl", "musicL"));
                }
            }
            (Ns::Atom, "link") => {
                let slot = match node.attr("rel").map(str::to_ascii_lowercase).as_deref() {
                    Some("hub") => &mut self.hub,
                    Some("self") => &mut self.own_url,
                    _ => return,
                };
                let url = node.attr("href").and_then(|url| place.resolve_file(node, url));
                *slot = slot.take().or(url);
            }
            (Ns::Podcast, "person") if self.persons.len() < MOST => {
                self.persons.extend(person(node))
            }
            (Ns::Itunes, "new-feed-url") => {
                let url = place.resolve(node, &node.text());
                self.new_feed_url = self.new_feed_url.take().or(url);
            }
            (Ns::Itunes, "author") => {
                // As printed by Apple, so it goes before whatever stood earlier.
                let name = to_plain(&node.text());
                if !name.is_empty() {
                    self.author = Some(name);
                }
            }
            (Ns::Itunes, "owner") => {
                keep(&mut self.author, node.text_of(Ns::Itunes, "name").unwrap_or_default());
            }
            (Ns::Itunes, "summary") => keep(&mut self.summary, node.markup()),
            (Ns::Dc, "creator") => keep(&mut self.author, node.text()),
            (Ns::Atom, "author") => {
                keep(&mut self.author, node.text_of(Ns::Atom, "name").unwrap_or_default());
            }
            (Ns::Rss, "managingeditor") => keep(&mut self.author, editor(&node.text())),
            _ => {}
        }
    }
}

fn keep(place: &mut Option<String>, text: String) {
    if place.is_none() && !text.is_empty() {
        *place = Some(collapse(&text));
    }
}

/// RSS 2.0 writes `editor@example.org (Name)`; the name is for people, the address is not.
fn editor(text: &str) -> String {
    match text.split_once('(') {
        Some((_, name)) => name.trim_end_matches([')', ' ']).to_owned(),
        None if text.contains('@') => String::new(),
        None => text.to_owned(),
    }
}

fn episode_kind(text: &str) -> EpisodeKind {
    match text.trim().to_ascii_lowercase().as_str() {
        "trailer" => EpisodeKind::Trailer,
        "bonus" => EpisodeKind::Bonus,
        _ => EpisodeKind::Full,
    }
}

fn transcript(node: &Node, place: &Place) -> Option<TranscriptLink> {
    let url = place.resolve_file(node, node.attr("url")?)?;
    let format = format_of(node.attr("type"), Some(&url))?;
    Some(TranscriptLink { url, format, language: node.attr("language").and_then(language) })
}

fn person(node: &Node) -> Option<Person> {
    let name = to_plain(&node.text());
    // The namespace's default role is host.
    let role = node.attr("role").map(|role| collapse(role).to_lowercase());
    let role = role.filter(|role| !role.is_empty()).unwrap_or_else(|| "host".to_owned());
    (!name.is_empty() && name.len() <= 200 && role.len() <= 100).then_some(Person { name, role })
}

fn soundbite(node: &Node) -> Option<Soundbite> {
    let title = to_plain(&node.text());
    Some(Soundbite {
        start_ms: duration_ms(node.attr("startTime")?)?,
        duration_ms: duration_ms(node.attr("duration")?)?,
        title: (!title.is_empty()).then_some(title),
    })
}

/// `media:content`, bare or in a group.
fn media(item: &Node) -> impl Iterator<Item = &Node> {
    let grouped = item.nodes().filter(|n| n.is(Ns::Media, "group")).flat_map(Node::nodes);
    item.nodes().chain(grouped).filter(|n| n.is(Ns::Media, "content"))
}

/// The first audio or video among `enclosure`, Atom's enclosure links and `media:content`; else the first enclosure
/// that is not plainly a picture or a text.
fn enclosure(item: &Node, place: &Place) -> Option<Enclosure> {
    let attached = item.nodes().filter_map(|node| {
        let link = node.is(Ns::Atom, "link")
            && node.attr("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("enclosure"));
        match () {
            () if node.is(Ns::Rss, "enclosure") => offer(node, "url", "length", place),
            () if link => offer(node, "href", "length", place),
            () => None,
        }
    });
    let mut spare = None;
    for found in attached.take(MOST) {
        if is_media(&found) {
            return Some(found);
        }
        if spare.is_none() && !is_still(&found) {
            spare = Some(found);
        }
    }
    let in_media = media(item).take(MOST).filter_map(|node| {
        let medium = node.attr("medium").unwrap_or("");
        let found = offer(node, "url", "fileSize", place)?;
        let fits = is_media(&found) || matches!(medium, "audio" | "video");
        fits.then_some(found)
    });
    in_media.into_iter().next().or(spare)
}

fn offer(node: &Node, url: &str, length: &str, place: &Place) -> Option<Enclosure> {
    let url = node.attr(url).and_then(|url| place.resolve_file(node, url))?;
    let media_type = node.attr("type").unwrap_or("").trim().to_ascii_lowercase();
    // A length of 0 is what programs write that don't know it.
    let length = node.attr(length).and_then(|text| text.trim().parse().ok()).filter(|n| *n > 0);
    Some(Enclosure { url, media_type, length })
}

/// Whether it is audio or video by its type, else by its address.
pub(crate) fn is_media(enclosure: &Enclosure) -> bool {
    let kind = enclosure.media_type.as_str();
    let known = [
        "mp3", "m4a", "m4b", "aac", "ogg", "oga", "opus", "flac", "wav", "mp4", "m4v", "mov",
        "webm", "mkv",
    ];
    kind.starts_with("audio/")
        || kind.starts_with("video/")
        || matches!(
            kind,
            "application/ogg" | "application/vnd.apple.mpegurl" | "application/x-mpegurl"
        )
        || (!is_still(enclosure) && known.contains(&link::extension(&enclosure.url).as_str()))
}

fn is_still(enclosure: &Enclosure) -> bool {
    let kind = enclosure.media_type.as_str();
    let known =
        ["jpg", "jpeg", "png", "gif", "webp", "svg", "avif", "pdf", "html", "htm", "epub", "zip"];
    kind.starts_with("image/")
        || kind.starts_with("text/")
        || matches!(kind, "application/pdf" | "application/epub+zip" | "application/zip")
        || (kind.is_empty() && known.contains(&link::extension(&enclosure.url).as_str()))
}

/// `3723`, `3723.5`, `62:03`, `1:02:03`, `1:02:03.5`, `PT1H2M3S`, `1h 2m 3s`. `None` for nothing, zero and nonsense.
pub(crate) fn duration_ms(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.is_empty() || text.len() > 40 || !text.is_ascii() {
        return None;
    }
    let seconds = if text.contains(':') {
        let mut total = 0.0;
        for part in text.split(':') {
            total = total * 60.0 + number(part.trim())?;
        }
        if text.matches(':').count() > 2 {
            return None;
        }
        total
    } else if let Some(seconds) = number(text) {
        seconds
    } else {
        let lower = text.to_ascii_lowercase();
        let mut total = 0.0;
        let mut digits = String::new();
        for c in lower.strip_prefix("pt").unwrap_or(&lower).chars() {
            match c {
                '0'..='9' | '.' => digits.push(c),
                'h' | 'm' | 's' if !digits.is_empty() => {
                    let unit = match c {
                        'h' => 3600.0,
                        'm' => 60.0,
                        _ => 1.0,
                    };
                    total += number(&digits)? * unit;
                    digits.clear();
                }
                ' ' | ',' => {}
                'a'..='z' if digits.is_empty() && total > 0.0 => {}
                _ => return None,
            }
        }
        total
    };
    // 1,000 hours: what is longer is a number of something else.
    (seconds > 0.0 && seconds < 3_600_000.0).then(|| (seconds * 1000.0).round() as u64)
}

fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && !text.is_empty();
    plain.then(|| text.parse().ok()).flatten()
}

/// A BCP 47 tag in its usual letter case (RFC 5646 2.1.1): `en_us` becomes `en-US`. `None` if it can't be one.
pub(crate) fn language(text: &str) -> Option<String> {
    let text = text.trim().replace('_', "-");
    let parts: Vec<&str> = text.split('-').collect();
    let good = parts
        .iter()
        .all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    let first = parts
        .first()
        .is_some_and(|p| (2..=3).contains(&p.len()) && !p.bytes().any(|b| b.is_ascii_digit()));
    if !good || !first || parts.len() > 5 {
        return None;
    }
    let cased = parts.iter().enumerate().map(|(at, part)| match part.len() {
        2 if at > 0 => part.to_ascii_uppercase(),
        4 if at > 0 => {
            format!("{}{}", part[..1].to_ascii_uppercase(), part[1..].to_ascii_lowercase())
        }
        _ => part.to_ascii_lowercase(),
    });
    Some(cased.collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_in_all_their_forms() {
        for (text, ms) in [
            ("3723", Some(3_723_000)),
            ("3723.25", Some(3_723_250)),
            ("62:03", Some(3_723_000)),
            ("01:02:03", Some(3_723_000)),
            ("1:02:03.5", Some(3_723_500)),
            ("PT1H2M3S", Some(3_723_000)),
            ("1h 2m 3s", Some(3_723_000)),
            ("5 minutes", Some(300_000)),
            ("45 min", Some(2_700_000)),
            ("45m", Some(2_700_000)),
            ("", None),
            ("0", None),
            ("00:00:00", None),
            ("1:2:3:4", None),
            ("-5", None),
            ("99999999999999999999999", None),
            ("NaN", None),
            ("inf", None),
            ("1e3", None),
        ] {
            assert_eq!(duration_ms(text), ms, "{text}");
        }
    }

    #[test]
    fn languages_are_tags() {
        for (text, tag) in [
            ("en_us", Some("en-US")),
            (" EN ", Some("en")),
            ("zh-hant-tw", Some("zh-Hant-TW")),
            ("english", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(language(text).as_deref(), tag, "{text}");
        }
    }

    #[test]
    fn editors_are_named_not_addressed() {
        assert_eq!(editor("ed@example.org (Ed Itor)"), "Ed Itor");
        assert_eq!(editor("ed@example.org"), "");
    }

    proptest! {
        #[test]
        fn any_text_is_a_duration_or_not(text in "([0-9]{1,25}|[:.hmsPT ]|é){0,8}") {
            if let Some(ms) = duration_ms(&text) { prop_assert!(ms < 3_600_000_000); }
        }
    }
}
