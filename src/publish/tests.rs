//! One feed in three formats: what must agree, what must never get out, and how much fits.

use proptest::prelude::*;

use super::*;
use crate::model::{
    Basis, Coverage, Enclosure, Entry, EntrySource, Insight, InsightId, Item, ItemId, ItemKind,
    ItemState, PollState, Quote, Source, SourceId, SourceKind, SourceStatus, Timestamp, TopicSet,
    TranscriptOrigin, Visibility,
};

const T0: i64 = 1_795_503_600;

pub fn topics() -> TopicSet {
    TopicSet::parse(
        "[[topic]]\nslug=\"ai\"\nname=\"AI & you\"\ndescription=\"\"\nwords=[\"model\"]\n",
    )
    .unwrap()
}

pub fn source() -> Source {
    let url = "https://show.example/feed.xml".to_owned();
    Source {
        id: SourceId::for_feed(&url),
        kind: SourceKind::Feed { url },
        title: "The Sample Hour".into(),
        link: Some("https://show.example".into()),
        description: "A show that does not exist.".into(),
        author: None,
        language: Some("en".into()),
        podcast_guid: None,
        medium: None,
        lease: None,
        visibility: Visibility::Public,
        status: SourceStatus::Active,
        added: Timestamp::from_secs(T0),
        poll: PollState::default(),
        speech: None,
        coverage: Coverage::default(),
    }
}

pub fn item() -> Item {
    Item {
        id: ItemId::new(&source().id, "1"),
        source: source().id,
        key: "1".into(),
        kind: ItemKind::Episode,
        title: "Episode <1>".into(),
        link: Some("https://show.example/1".into()),
        enclosure: Some(Enclosure {
            url: "https://cdn.example/1.mp3?k=v".into(),
            media_type: "audio/mpeg".into(),
            length: Some(1000),
        }),
        published: Some(Timestamp::from_secs(T0 - 3600)),
        seen: Timestamp::from_secs(T0),
        duration_ms: None,
        language: Some("en".into()),
        transcripts: Vec::new(),
        persons: Vec::new(),
        chapters_url: None,
        soundbites: Vec::new(),
        chapters: Vec::new(),
        season: None,
        episode: None,
        episode_kind: Default::default(),
        drift_ms: None,
        notes: None,
        transcript: None,
        state: ItemState::Published { insights: 1, origin: TranscriptOrigin::Publisher },
        problem: None,
        recognised_by: None,
        mail: None,
    }
}

pub fn insight(n: usize) -> Insight {
    let quote = format!("Well, claim {n}, as I said.");
    Insight {
        id: InsightId::new(&item().id, n, n, &quote),
        item: item().id,
        source: source().id,
        visibility: Visibility::Public,
        claim: format!("Claim {n} stands alone."),
        headline: format!("Claim {n}"),
        quote: Quote {
            text: quote,
            first: n,
            last: n,
            start_ms: Some(754_321),
            end_ms: Some(760_000),
            speaker: Some("Ada Example".into()),
        },
        basis: Basis::Spoken,
        score: 0.5,
        topics: vec!["ai".into(), "unknown".into()],
        names: Vec::new(),
        episode_kind: Default::default(),
        chapter: None,
        written: None,
        language: Some("en".into()),
        published: Timestamp::from_secs(T0 + i64::try_from(n).unwrap()),
        seq: 0,
    }
}

pub fn site() -> Site {
    Site {
        name: "podbrief & friends".into(),
        base_url: "https://brief.example".into(),
        authority: "brief.example,2026-11-24".into(),
        created: Timestamp::from_secs(T0),
    }
}

pub fn head() -> FeedHead {
    FeedHead {
        id_path: "topics/ai".into(),
        path: "/topics/ai".into(),
        title: "AI & you".into(),
        subtitle: "Insights on <AI>.".into(),
    }
}

fn entries(count: usize) -> Vec<(u64, Entry)> {
    let entry = |n| entry::freeze(&insight(n), &item(), &source(), &topics(), &site().authority);
    (1..=count).rev().map(|n| (n as u64, entry(n))).collect()
}

fn parse(
    document: &FeedDocument<'_>,
) -> (atom_syndication::Feed, ::rss::Channel, serde_json::Value) {
    (
        atom_syndication::Feed::read_from(&*atom(document).unwrap()).unwrap(),
        ::rss::Channel::read_from(&*rss(document).unwrap()).unwrap(),
        serde_json::from_slice(&json_feed(document).unwrap()).unwrap(),
    )
}

#[test]
fn all_formats_agree_and_page() {
    let (site, head, found) = (site(), head(), entries(PAGE_SIZE + 1));
    let document = FeedDocument::page(&site, &head, Some(99), &found);
    assert_eq!((document.entries.len(), document.next), (PAGE_SIZE, Some(2)));
    let (atom, rss, json) = parse(&document);
    let ids: Vec<_> = found[..PAGE_SIZE].iter().map(|(_, e)| e.id.clone()).collect();
    assert_eq!(atom.entries.iter().map(|e| e.id.clone()).collect::<Vec<_>>(), ids);
    let guids = rss.items.iter().map(|i| i.guid.clone().unwrap());
    assert!(guids.clone().all(|g| !g.permalink));
    assert_eq!(guids.map(|g| g.value).collect::<Vec<_>>(), ids);
    let items = json["items"].as_array().unwrap();
    assert_eq!(items.iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>(), ids);

    assert_eq!(atom.id, "tag:brief.example,2026-11-24:feed/topics/ai");
    assert_eq!(atom.updated.timestamp(), T0 + 51);
    assert_eq!(rss.last_build_date.as_deref(), Some("Tue, 24 Nov 2026 07:00:51 GMT"));
    let rel = |rel: &str| atom.links.iter().find(|l| l.rel == rel).map(|l| l.href.as_str());
    assert_eq!(rel("self"), Some("https://brief.example/topics/ai.atom?before=99"));
    assert_eq!(rel("first"), Some("https://brief.example/topics/ai.atom"));
    assert_eq!(rel("next"), Some("https://brief.example/topics/ai.atom?before=2"));
    assert_eq!(json["next_url"], "https://brief.example/topics/ai.json?before=2");
    assert_eq!(rss.extensions["atom"]["link"].len(), 3);
    for bytes in [super::atom(&document).unwrap(), super::rss(&document).unwrap()] {
        assert_eq!(bytes.windows(5).filter(|w| w == b"<?xml").count(), 1);
        assert!(bytes.starts_with(b"<?xml"));
    }
    assert_eq!(atom.entries[0].source.as_ref().unwrap().id, "https://show.example/feed.xml");
    assert_eq!(atom.entries[0].categories[0].label.as_deref(), Some("AI & you"));
}

#[test]
fn the_last_page_and_an_empty_feed_have_no_next() {
    let (site, head) = (site(), head());
    let found = entries(PAGE_SIZE);
    assert_eq!(FeedDocument::page(&site, &head, None, &found).next, None);
    let empty = FeedDocument::page(&site, &head, None, &[]);
    let (atom, rss, json) = parse(&empty);
    assert_eq!(
        (atom.entries.len(), rss.items.len(), &json["items"]),
        (0, 0, &serde_json::json!([]))
    );
    assert_eq!(atom.updated.timestamp(), T0);
}

#[test]
fn too_much_is_split_over_pages_without_loss() {
    let (site, head) = (site(), head());
    let mut found = entries(30);
    for (_, entry) in &mut found {
        entry.summary = "<\"&'".repeat(2500);
        entry.content_html = format!("<p>{}</p>", "\"'&amp;".repeat(6000));
    }
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let rest: Vec<_> =
            found.iter().filter(|(seq, _)| before.is_none_or(|b| *seq < b)).cloned().collect();
        let document = FeedDocument::page(&site, &head, before, &rest);
        for format in Format::ALL {
            assert!(format.write(&document).unwrap().len() <= LIMIT);
        }
        seen.extend(document.entries.iter().map(|(seq, _)| *seq));
        before = document.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, found.iter().map(|(seq, _)| *seq).collect::<Vec<_>>());
}

#[test]
fn what_is_no_web_address_is_not_linked() {
    let (site, head, mut found) = (site(), head(), entries(1));
    found[0].1.via = Some("javascript:alert(1)".into());
    found[0].1.source.link = Some("data:text/html,x".into());
    let document = FeedDocument::page(&site, &head, None, &found);
    for format in Format::ALL {
        let text = String::from_utf8(format.write(&document).unwrap()).unwrap();
        assert!(!text.contains("javascript:") && !text.contains("data:text"), "{text}");
    }
}

#[test]
fn opml_lists_feeds() {
    let mut quoted = source();
    quoted.title = "A \"quoted\" <show> & \u{1}more".into();
    let text = String::from_utf8(opml::export(&[quoted])).unwrap();
    assert!(text.contains(
        "text=\"A &quot;quoted&quot; &lt;show&gt; &amp; more\" title=\"A &quot;quoted&quot; &lt;show&gt; &amp; \
         more\" xmlUrl=\"https://show.example/feed.xml\" htmlUrl=\"https://show.example/\"/>"
    ), "{text}");
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        prop::sample::select(vec![
            "]]>",
            "<script>",
            "&",
            "\"",
            "'",
            "\u{0}",
            "\u{b}",
            "\u{ffff}",
            "\u{202e}",
            "😀",
            "שלום",
            "\\",
            "\u{1b}[0m",
            "<![CDATA[",
            "-->",
            "\r\n",
            "&#0;",
        ])
        .prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

prop_compose! {
    fn hostile_entry()(texts in prop::collection::vec(hostile(), 10), n in 1usize..1000) -> Entry {
        let text = |at: usize| texts[at].clone();
        let mut said = insight(n);
        (said.claim, said.headline, said.quote.text) = (text(0), text(1), text(2));
        (said.quote.speaker, said.language) = (Some(text(3)), Some(text(4)));
        let (mut from, mut show) = (item(), source());
        (from.title, show.title) = (text(5), text(6));
        from.link = Some(format!("https://a.example/{}", text(7)));
        show.link = Some(text(8));
        let mut entry = entry::freeze(&said, &from, &show, &topics(), &site().authority);
        // As a damaged or foreign backup may bring it.
        entry.topics.push((text(8), text(9)));
        entry.authors.push(text(9));
        entry.source = EntrySource { title: text(7), ..entry.source };
        entry
    }
}

proptest! {
    #[test]
    fn whatever_comes_in_documents_are_legal_and_no_larger_than_counted(
        entry in hostile_entry(),
        name in hostile(),
    ) {
        let site = Site { name: name.clone(), ..site() };
        let head = FeedHead { title: name.clone(), subtitle: name, ..head() };
        let found = vec![(7, entry)];
        let document = FeedDocument::page(&site, &head, None, &found);
        let (atom_read, rss_read, json_read) = parse(&document);
        prop_assert_eq!(atom_read.entries.len(), 1);
        prop_assert_eq!(rss_read.items.len(), 1);
        prop_assert_eq!(&json_read["items"][0]["title"], &clean::title(&found[0].1.title, 300));
        let content = atom_read.entries[0].content.as_ref().and_then(|c| c.value.as_deref());
        prop_assert_eq!(content, Some(&*found[0].1.content_html));
        prop_assert!(!found[0].1.content_html.contains("<script"));
        prop_assert_eq!(&json_read["items"][0]["content_html"], &found[0].1.content_html);
        prop_assert_eq!(rss_read.items[0].content.as_deref(), content);
        for format in Format::ALL {
            let bytes = format.write(&document).unwrap();
            let text = std::str::from_utf8(&bytes).unwrap();
            prop_assert_eq!(clean::text(text), text);
            // In JSON a title is plain text as it is; its HTML is looked at above.
            prop_assert!(format == Format::Json || !text.contains("<script"));
            prop_assert!(bytes.len() <= document::upper_bound(&site, &head, &found));
        }
    }
}
