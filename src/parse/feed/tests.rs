//! Feeds of every kind, mended, cut and hostile: what is read of them, and what is refused and why.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::model::{ParsedItem, Timestamp, TranscriptFormat};
use crate::text::spent::Spent;

const PODCAST: &[u8] = include_bytes!("../../../tests/fixtures/parse/feed/podcast.rss");
const OLD_RSS: &[u8] = include_bytes!("../../../tests/fixtures/parse/feed/old.rss");
const RDF: &[u8] = include_bytes!("../../../tests/fixtures/parse/feed/rdf.rss");
const ATOM: &[u8] = include_bytes!("../../../tests/fixtures/parse/feed/modern.atom");
const OLD_ATOM: &[u8] = include_bytes!("../../../tests/fixtures/parse/feed/old.atom");
const JSON: &[u8] = include_bytes!("../../../tests/fixtures/parse/feed/sloppy.json");
const ALL: [&[u8]; 6] = [PODCAST, OLD_RSS, RDF, ATOM, OLD_ATOM, JSON];

fn read(bytes: &[u8]) -> ParsedFeed {
    parse(bytes, None, "https://host.example/feeds/x.xml").unwrap()
}

fn text(text: &str) -> Result<ParsedFeed, FeedError> {
    parse(text.as_bytes(), None, "https://host.example/feeds/x.xml")
}

fn dates(feed: &ParsedFeed) -> Vec<Option<String>> {
    feed.items.iter().map(|item| item.published.map(Timestamp::rfc3339)).collect()
}

#[test]
fn files_lie_beside_the_feed_and_pages_beside_the_site() {
    let feed = text(
        "<rss xmlns:podcast='https://podcastindex.org/namespace/1.0'><channel><link>https://site.example/show/</link><item>
         <link>1</link><enclosure url='1.mp3' type='audio/mpeg'/><podcast:transcript url='t/1.vtt' type='text/vtt'/>
         </item></channel></rss>",
    );
    let item = feed.unwrap().items.remove(0);
    assert_eq!(item.link.as_deref(), Some("https://site.example/show/1"));
    assert_eq!(item.enclosure.unwrap().url, "https://host.example/feeds/1.mp3");
    assert_eq!(item.transcripts[0].url, "https://host.example/feeds/t/1.vtt");
}

#[test]
fn a_podcast_with_everything() {
    let feed = read(PODCAST);
    assert_eq!(feed.title, "The Kettle & the Clock");
    assert_eq!(feed.link.as_deref(), Some("https://kettle.example/show"));
    assert_eq!(feed.description, "Two fictional hosts talk about tea & time.");
    assert_eq!(feed.author.as_deref(), Some("Kettle Works"));
    assert_eq!(feed.language.as_deref(), Some("en-US"));
    assert_eq!(feed.podcast_guid.as_deref(), Some("917393e3-1b1e-5cef-ace4-edaa54e1f810"));
    assert_eq!(feed.new_feed_url.as_deref(), Some("https://feeds.kettle.example/new.xml"));
    assert_eq!(feed.rhythm.minutes, Some(60));
    assert_eq!(feed.warnings, [""; 0]);
    assert_eq!(feed.items.len(), 3);

    let first = &feed.items[0];
    assert_eq!((first.key.as_str(), first.title.as_str()), ("kettle-3", "Why water matters"));
    assert_eq!(first.link.as_deref(), Some("https://kettle.example/show/3"));
    assert_eq!(first.published.map(Timestamp::rfc3339).as_deref(), Some("2026-11-24T06:00:00Z"));
    assert_eq!(first.duration_ms, Some(3_723_000));
    assert_eq!(
        first.notes_html,
        "<p>Long words about <a href=\"/water\">water</a>, hardness and patience.</p>"
    );
    let audio = first.enclosure.as_ref().unwrap();
    assert_eq!(audio.url, "https://cdn.kettle.example/3.mp3?token=abc&x=1");
    assert_eq!((audio.media_type.as_str(), audio.length), ("audio/mpeg", Some(48_231_004)));
    let links: Vec<_> = first
        .transcripts
        .iter()
        .map(|t| (t.url.as_str(), t.format, t.language.as_deref()))
        .collect();
    assert_eq!(
        links,
        [
            ("https://cdn.kettle.example/3.vtt", TranscriptFormat::Vtt, Some("en")),
            ("https://host.example/3.json", TranscriptFormat::Json, None),
            ("https://cdn.kettle.example/3.de.srt", TranscriptFormat::Srt, Some("de-DE")),
        ]
    );
    assert_eq!(first.chapters_url.as_deref(), Some("https://cdn.kettle.example/3.chapters.json"));
    let people = |item: &ParsedItem| {
        item.persons.iter().map(|p| format!("{}/{}", p.name, p.role)).collect::<Vec<_>>()
    };
    assert_eq!(people(first), ["Cleo Sample/guest"]);
    assert_eq!(people(&feed.items[1]), ["Ada Sample/host", "Ben Sample/host"]);
    assert_eq!(first.soundbites.len(), 1);
    assert_eq!((first.soundbites[0].start_ms, first.soundbites[0].duration_ms), (73_500, 60_000));
    assert_eq!(first.soundbites[0].title.as_deref(), Some("Hard water & soft hearts"));

    let second = &feed.items[1];
    assert_eq!(second.key, "https://kettle.example/show/2");
    assert_eq!(second.link.as_deref(), Some("https://kettle.example/show/2"));
    assert_eq!(second.title, "Clocks without hands: Vec");
    assert_eq!((second.duration_ms, second.notes_html.as_str()), (None, "Only a summary."));
    assert_eq!(
        second.enclosure.as_ref().map(|e| (e.url.as_str(), e.length)),
        Some(("https://cdn.kettle.example/2.m4a", None))
    );

    let third = &feed.items[2];
    assert!(third.key.starts_with("sha256:") && third.key.len() == 71, "{}", third.key);
    assert_eq!(third.title, "Vec<T> & friends");
    assert_eq!(read(PODCAST), feed, "the key of an item without identity is stable");
}

#[test]
fn rss_of_the_old_days() {
    let feed = read(OLD_RSS);
    assert_eq!((feed.title.as_str(), feed.language.as_deref()), ("Old news", Some("en")));
    let items: Vec<_> = feed.items.iter().map(|i| (i.key.as_str(), i.title.as_str())).collect();
    assert_eq!(
        items,
        [("http://old.example/1.html", "First été"), ("http://old.example/2.html", "Second")]
    );

    let feed = read(RDF);
    assert_eq!(
        (feed.title.as_str(), feed.language.as_deref(), feed.author.as_deref()),
        ("RDF times", Some("fr"), Some("Rita Sample"))
    );
    assert_eq!(feed.items[0].notes_html, "<p>Longer text</p>");
    assert_eq!(feed.items[1].link.as_deref(), Some("http://rdf.example/b"));
    assert_eq!(
        dates(&feed),
        [Some("2026-11-24T07:00:00Z".to_owned()), Some("2026-11-01T00:00:00Z".to_owned())]
    );
}

#[test]
fn atom_new_and_old() {
    let feed = read(ATOM);
    assert_eq!((feed.title.as_str(), feed.description.as_str()), ("Fish & chips", "About R&D <3"));
    assert_eq!(feed.link.as_deref(), Some("https://atom.example/blog/"));
    assert_eq!(
        (feed.language.as_deref(), feed.author.as_deref()),
        (Some("en-GB"), Some("Fern Sample"))
    );
    let first = &feed.items[0];
    assert_eq!(
        (first.key.as_str(), first.title.as_str()),
        ("tag:atom.example,2026:1", "One bold title")
    );
    assert_eq!(first.link.as_deref(), Some("https://atom.example/blog/2026/one.html"));
    assert_eq!(
        first.enclosure.as_ref().map(|e| e.url.as_str()),
        Some("https://atom.example/blog/2026/one.mp3")
    );
    assert!(
        first.notes_html.contains("<p title=\"a &quot;b&quot;\">First &amp; last</p>"),
        "{}",
        first.notes_html
    );
    let second = &feed.items[1];
    assert_eq!(
        (second.title.as_str(), second.link.as_deref(), second.notes_html.as_str()),
        ("", None, "<p>Only this</p>")
    );
    assert!(feed.items[2].key.starts_with("sha256:"));
    assert_eq!(
        dates(&feed),
        [Some("2026-11-23T07:00:00Z".to_owned()), Some("2026-11-22T07:00:00Z".to_owned()), None]
    );

    let feed = read(OLD_ATOM);
    assert_eq!(
        (feed.title.as_str(), feed.description.as_str(), feed.language.as_deref()),
        ("Alte & neue Zeiten", "Damals", Some("de"))
    );
    assert_eq!(
        dates(&feed),
        [Some("2004-04-30T08:00:00Z".to_owned()), Some("2004-04-29T10:00:00Z".to_owned())]
    );
    assert_eq!(feed.items[0].notes_html, "<p>Guten Tag</p>");
    assert_eq!(feed.items[1].notes_html, "<div>Text <i>schief</i></div>");
}

#[test]
fn json_feed_with_its_slips() {
    let feed = read(JSON);
    assert_eq!(
        (feed.title.as_str(), feed.author.as_deref(), feed.language.as_deref()),
        ("A JSON feed", Some("Jo Sample"), Some("en-AU"))
    );
    assert_eq!(feed.items.len(), 3);
    let first = &feed.items[0];
    assert_eq!((first.key.as_str(), first.title.as_str()), ("7", "Seven <b>is</b> a number"));
    assert_eq!(first.link.as_deref(), Some("https://json.example/7"));
    let audio = first.enclosure.as_ref().unwrap();
    assert_eq!(
        (audio.url.as_str(), audio.length, first.duration_ms),
        ("https://json.example/7.mp3", Some(7777), Some(61_500))
    );
    assert_eq!(feed.items[1].notes_html, "<p>Eight &lt;&amp;&gt;</p><p>Nine</p>");
    assert!(feed.items[2].key.starts_with("sha256:"));
    assert!(matches!(text("{\"a\":1}"), Err(FeedError::NotAFeed { .. })));
    assert!(matches!(text(&"[".repeat(100_000)), Err(FeedError::NotAFeed { .. })));
    assert!(matches!(text(&"{\"items\":".repeat(100_000)), Err(FeedError::Bomb { .. })));
    assert_eq!(
        text("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{"),
        Err(FeedError::Truncated)
    );
}

#[test]
fn charsets_by_header_mark_and_declaration() {
    let feed = |head: &str, body: &str| {
        format!("{head}<rss version='2.0'><channel><title>{body}</title></channel></rss>")
    };
    let latin: Vec<u8> = feed("<?xml version='1.0' encoding='iso-8859-1'?>", "@")
        .bytes()
        .map(|b| if b == b'@' { 0xe9 } else { b })
        .collect();
    assert_eq!(read(&latin).title, "é");
    let wide: Vec<u8> = feed("\u{feff}<?xml version='1.0' encoding='utf-16'?>", "é")
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    assert_eq!(read(&wide).title, "é");
    let bare: Vec<u8> = feed("", "@").bytes().map(|b| if b == b'@' { 0xc9 } else { b }).collect();
    assert_eq!(parse(&bare, Some("text/xml; charset=koi8-r"), "").unwrap().title, "и");
    assert_eq!(
        text(&feed(" \r\n\u{feff}", "a\u{0}b\u{b}c &#0; &#xFFFF;")).unwrap().title,
        "abc &#0; &#xFFFF;"
    );
}

#[test]
fn garbage_before_and_odd_roots() {
    let feed = "<rss><channel><title>x</title><item><title>a</title></item></channel></rss>";
    for text_before in [
        "\n\n  ",
        "<b>Warning</b>: mysql_connect() in <i>/x.php</i>\n<?xml version='1.0'?>",
        "hello ",
    ] {
        assert_eq!(
            text(&format!("{text_before}{feed} trailing <junk>")).unwrap().items.len(),
            1,
            "{text_before}"
        );
    }
    let odd = "<rss version='2.0.1' xmlns='http://www.w3.org/2005/Atom'><channel><title>x</title><item><title>a</title></item></channel></rss>";
    assert_eq!(text(odd).unwrap().items.len(), 1);
    assert_eq!(text("<RSS><Channel><Title>x</Title><ITEM><title>a</title><pubdate>24 Nov 2026</pubdate></ITEM></Channel></RSS>").unwrap().items[0].published.map(Timestamp::date).as_deref(), Some("2026-11-24"));
    let entry = "<entry xmlns='http://www.w3.org/2005/Atom'><id>e</id><title>t</title></entry>";
    assert_eq!(text(entry).unwrap().items[0].key, "e");
    let prefixed = "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:title>t</a:title><a:entry><a:id>e</a:id><a:title>x</a:title></a:entry></a:feed>";
    assert_eq!(text(prefixed).unwrap().items[0].key, "e");
    assert_eq!(
        text("<rss version='2.0'><channel><title>none yet</title></channel></rss>")
            .unwrap()
            .items
            .len(),
        0
    );
}

#[test]
fn undeclared_prefixes_are_read() {
    let feed = "<rss><channel><podcast:guid>g</podcast:guid><item><guid>1</guid><itunes:duration>90</itunes:duration>\
                <podcast:transcript url='https://x.example/t.srt'/></item></channel></rss>";
    let feed = text(feed).unwrap();
    assert_eq!(feed.podcast_guid.as_deref(), Some("g"));
    assert_eq!(feed.items[0].duration_ms, Some(90_000));
    assert_eq!(feed.items[0].transcripts[0].format, TranscriptFormat::Srt);
}

#[test]
fn a_page_is_named_with_its_feeds() {
    let page = "<!DOCTYPE html><html><head><link rel=alternate type=application/rss+xml href=/feed></head></html>";
    let error = text(page).unwrap_err();
    assert_eq!(error, FeedError::IsHtml { feeds: vec!["https://host.example/feed".to_owned()] });
    assert!(error.hint().contains("https://host.example/feed"), "{}", error.hint());
    let xhtml = "<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' ''><html xmlns='http://www.w3.org/1999/xhtml'><p>x</p></html>";
    assert!(matches!(text(xhtml), Err(FeedError::IsHtml { .. })));
    assert!(matches!(text("<p>Not found</p>"), Err(FeedError::IsHtml { .. })));
}

#[test]
fn what_is_no_feed_says_what_it_is() {
    assert_eq!(text(" \n"), Err(FeedError::Empty));
    assert_eq!(parse(b"", None, ""), Err(FeedError::Empty));
    for (body, found) in [
        ("hello", "plain text"),
        ("<opml><body/></opml>", "an OPML list of feeds"),
        ("<urlset/>", "XML of the kind <urlset>"),
        ("[1]", "other JSON"),
    ] {
        assert_eq!(text(body), Err(FeedError::NotAFeed { found: found.to_owned() }), "{body}");
    }
    assert!(matches!(
        parse(&[0x89, b'P', b'N', b'G', 0xff, 0xfe, 0, 1], None, ""),
        Err(FeedError::NotAFeed { .. })
    ));
}

#[test]
fn a_feed_cut_short_gives_what_was_whole() {
    let source = std::str::from_utf8(PODCAST).unwrap();
    let second = source.match_indices("</item>").nth(1).unwrap().0;
    let feed = text(&source[..second + 20]).unwrap();
    assert_eq!(feed.items.len(), 2);
    assert!(feed.warnings.iter().any(|w| w.contains("ends in the middle")), "{:?}", feed.warnings);
    assert_eq!(text(&source[..source.find("</item>").unwrap()]), Err(FeedError::Truncated));
    let without_end = source.replace("</channel>", "").replace("</rss>", "");
    assert_eq!(text(&without_end).unwrap().items.len(), 3);
}

#[test]
fn wrongly_nested_tags_cost_nothing_else() {
    let feed = "<rss><channel><title>R&D & <b>more</title><item><description><p>un<br>closed</description><guid>1</guid></item>\
                <item><title>5 < 6</title><guid>2</guid></item></channel></rss>";
    let feed = text(feed).unwrap();
    assert_eq!(feed.title, "R&D & more");
    assert_eq!(feed.items.iter().map(|i| i.key.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(feed.items[1].title, "5 < 6");
    assert!(feed.warnings[0].contains("mended"), "{:?}", feed.warnings);
}

#[test]
fn bombs_are_refused_quickly_and_declared_entities_stay_unread() {
    let begun = Spent::begin();
    let mut laughs = "<!DOCTYPE rss [<!ENTITY a0 \"ha\">".to_owned();
    for n in 1..30 {
        laughs.push_str(&format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10)));
    }
    laughs.push_str("]><rss><channel><title>&a29;</title></channel></rss>");
    assert!(matches!(text(&laughs), Err(FeedError::Bomb { .. })));
    let deep =
        format!("<rss><channel><item><title>x</title></item><item>{}", "<a>".repeat(1_000_000));
    assert!(matches!(text(&deep), Err(FeedError::Bomb { .. })));
    let quadratic = format!(
        "<!DOCTYPE r [<!ENTITY a \"{}\">]><rss><channel><title>{}</title></channel></rss>",
        "x".repeat(100_000),
        "&a;".repeat(100_000)
    );
    assert!(text(&quadratic).unwrap().title.chars().count() <= 501);
    let file = "<!DOCTYPE rss [<!ENTITY f SYSTEM 'file:///etc/passwd'><!ENTITY nbsp '&#160;'>]>\
                <rss><channel><title>a&f;&nbsp;b</title></channel></rss>";
    let feed = text(file).unwrap();
    assert_eq!(feed.title, "a&f; b");
    assert!(feed.warnings[0].contains("entities"), "{:?}", feed.warnings);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn five_thousand_items_and_no_more() {
    let items: String =
        (0..5_001).map(|n| format!("<item><guid>{n}</guid><title>t</title></item>")).collect();
    let feed = text(&format!("<rss><channel>{items}</channel></rss>")).unwrap();
    assert_eq!(feed.items.len(), 5_000);
    assert!(feed.warnings[0].contains("5000"), "{:?}", feed.warnings);
}

#[test]
fn identity_by_guid_else_link_else_content() {
    let feed = "<rss><channel>\
        <item><guid> a </guid><title>1</title></item><item><guid>a</guid><title>1 again</title></item>\
        <item><guid>0</guid><link>https://x.example/1</link></item><item><guid>0</guid><link>https://x.example/2</link></item>\
        <item><title>t</title><pubDate>24 Nov 2026</pubDate></item><item><title>t</title><pubDate>25 Nov 2026</pubDate></item>\
        <item></item></channel></rss>";
    let feed = text(feed).unwrap();
    let keys: Vec<_> = feed.items.iter().map(|i| i.key.as_str()).collect();
    assert_eq!(keys[..3], ["a", "https://x.example/1", "https://x.example/2"]);
    assert_eq!(keys.len(), 5);
    assert!(keys[3] != keys[4] && keys[3].starts_with("sha256:"));
    assert_eq!(feed.warnings.len(), 2);
}

#[test]
fn hostile_shapes_stay_cheap() {
    let begun = Spent::begin();
    let attributes: String = (0..100_000).map(|n| format!(" a{n}='x'")).collect();
    let spaces: String = (0..100_000).map(|n| format!(" xmlns:a{n}='x'")).collect();
    for body in [
        format!("<item{attributes}><title>t</title></item>"),
        format!("<item{spaces}><title>t</title></item>{}", "<a1:x/>".repeat(100_000)),
        "<item xml:base='https://x.example/a/b/c/'><link>x</link></item>".repeat(5_000),
        format!(
            "<item xml:base='https://x.example/{}'><link>x</link></item>",
            "a/".repeat(500_000)
        ),
        "</x>".repeat(300_000),
        format!("<item><description>{}</description></item>", "<b>x</i>".repeat(150)),
        format!("<item><title>{}</title></item>", "&".repeat(1_000_000)),
        format!("<item><title>{}</title></item>", "&x".repeat(500_000)),
        format!("<item><title>{}</title></item>", "< ".repeat(300_000)),
    ] {
        let _ = text(&format!("<rss><channel>{body}</channel></rss>"));
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

fn holds(feed: &ParsedFeed) {
    let mut keys = std::collections::HashSet::new();
    let http = |url: &str| assert!(url.starts_with("http") && Url::parse(url).is_ok(), "{url}");
    assert!(feed.items.len() <= 5_000);
    for item in &feed.items {
        assert!(
            !item.key.is_empty() && item.key == item.key.trim() && keys.insert(&item.key),
            "{:?}",
            item.key
        );
        item.link.iter().for_each(|url| http(url));
        item.enclosure.iter().for_each(|e| http(&e.url));
        item.transcripts.iter().for_each(|t| http(&t.url));
        item.chapters_url.iter().for_each(|url| http(url));
        assert_eq!(crate::text::html::collapse(&item.title), item.title);
        assert!(item.persons.iter().all(|p| !p.name.is_empty()));
    }
    feed.link.iter().for_each(|url| http(url));
}

proptest! {
    #[test]
    fn any_bytes_are_a_feed_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300), header in ".{0,20}") {
        let _ = parse(&bytes, Some(&header), "https://host.example/");
    }

    #[test]
    fn any_tags_are_a_feed_or_an_error(body in "(<[/]?(item|entry|title|link|guid|a|itunes:duration|podcast:transcript|media:content)( (url|href|type|rel|xml:base)=\"[a-z:/.&;]{0,6}\")?[/]?>|<!\\[CDATA\\[|\\]\\]>|<!--|-->|&[a-z#0-9]{0,4};?|[0-9:é ]{1,4}){0,40}", atom in any::<bool>()) {
        let root = if atom { "<feed xmlns='http://www.w3.org/2005/Atom'>" } else { "<rss version='2.0'><channel>" };
        if let Ok(feed) = text(&format!("{root}{body}")) { holds(&feed); }
    }

    #[test]
    fn damaged_feeds_keep_their_promises(which in 0..ALL.len(), cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), end in any::<prop::sample::Index>()) {
        let mut bytes = ALL[which].to_vec();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            if byte % 3 == 0 { bytes.remove(at); } else { bytes[at] = byte; }
        }
        let cut = &bytes[..end.index(bytes.len())];
        for bytes in [&bytes[..], cut] {
            if let Ok(feed) = parse(bytes, None, "https://host.example/feeds/x.xml") { holds(&feed); }
        }
    }
}
