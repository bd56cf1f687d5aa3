//! Published bytes, held against files: what readers have seen must come out the same from every later version.
//! After a wanted change (which entries already out there must survive), run with `UPDATE_GOLDEN=1` and read the diff.

use std::path::Path;

use podbrief::model::{Entry, EntrySource, InsightId, ItemId, SourceId, Timestamp};
use podbrief::publish::{FeedDocument, FeedHead, Format, Site};

fn insight(n: usize) -> InsightId {
    let source = SourceId::for_feed("https://tide.example/feed.xml");
    InsightId::new(&ItemId::new(&source, "guid-1"), n, n, "words")
}

fn entry(n: usize, title: &str, claim: &str) -> Entry {
    Entry {
        id: format!("tag:brief.example.org,2026-11-24:insight/{}", insight(n)),
        insight: insight(n),
        title: title.into(),
        content_html: format!("<p>{}</p>", claim.replace('&', "&amp;").replace('<', "&lt;")),
        summary: claim.into(),
        published: Timestamp::from_secs(1_795_503_600 + 60 * i64::try_from(n).unwrap()),
        authors: vec!["Ada Example".into(), "Tide".into()],
        topics: vec![("oceans".into(), "Oceans & tides".into())],
        via: Some("https://tide.example/1.mp3?a=1&b=2#t=61".into()),
        source: EntrySource {
            feed_url: "https://tide.example/feed.xml".into(),
            title: "Tide".into(),
            link: Some("https://tide.example/".into()),
            item_published: Some(Timestamp::from_secs(1_795_500_000)),
        },
        language: Some("en".into()),
        page: None,
    }
}

#[test]
fn feeds_come_out_as_they_always_did() {
    let site = Site {
        name: "podbrief".into(),
        base_url: "https://brief.example.org".into(),
        authority: "brief.example.org,2026-11-24".into(),
        created: Timestamp::from_secs(1_795_500_000),
    };
    let head = FeedHead {
        id_path: "topics/oceans".into(),
        path: "/topics/oceans".into(),
        title: "podbrief: Oceans & tides".into(),
        subtitle: "Insights about the sea.".into(),
    };
    let found = [
        (
            1042,
            entry(
                3,
                "Spring tides follow the moon by two days",
                "Spring tides follow the moon by two days.",
            ),
        ),
        (
            1041,
            entry(
                2,
                "a < b && b > c",
                "If a < b && b > c, <script>alert(1)</script> says nothing. ]]>",
            ),
        ),
        (
            7,
            entry(
                1,
                "Ebbe und Flut, 潮汐, \u{5d2}\u{5d0}\u{5d5}\u{5ea} \u{1f30a}",
                "Control \u{7}characters \u{0}stay out.",
            ),
        ),
    ];
    let document = FeedDocument::page(&site, &head, None, &found);
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/publish");
    for format in [Format::Atom, Format::Rss, Format::Json] {
        let path = dir.join(format!("oceans.{}", format.suffix()));
        let bytes = format.write(&document).unwrap();
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(&dir).unwrap();
            std::fs::write(&path, &bytes).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), expected, "{}", path.display());
    }
}
