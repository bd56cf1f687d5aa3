//! What is found by which question, and that nobody finds what is for someone else.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::model::{Basis, ItemId, Query, Quote};
use crate::parse::query;

const NOW: i64 = 1_795_503_600;

fn said(number: u64, claim: &str) -> Insight {
    let source = SourceId::for_feed(if number.is_multiple_of(2) {
        "https://even.example"
    } else {
        "https://odd.example"
    });
    let item = ItemId::new(&source, "1");
    Insight {
        id: InsightId::new(&item, number as usize, 0, ""),
        item,
        source,
        visibility: Visibility::Public,
        claim: claim.into(),
        headline: claim.into(),
        quote: Quote {
            text: claim.into(),
            first: 0,
            last: 0,
            start_ms: None,
            end_ms: None,
            speaker: None,
        },
        basis: Basis::Spoken,
        score: number as f32 / 10.0,
        topics: Vec::new(),
        names: Vec::new(),
        episode_kind: Default::default(),
        chapter: None,
        written: None,
        language: Some("en".into()),
        published: Timestamp::from_secs(NOW - number as i64 * 3600),
        seq: number,
    }
}

fn index() -> TextIndex {
    let mut all = [
        said(1, "Solid state batteries need lithium metal."),
        said(2, "The battery of the car is made of lithium iron phosphate."),
        said(3, "Open-source models are cheap; Ada Lovelace's notes were open too."),
        said(4, "Die Batterien der Häuser in München speichern Strom."),
        said(5, "Cafés close early."),
    ];
    all[0].topics = vec!["batteries-ev".into()];
    all[1].topics = vec!["batteries-ev".into(), "cars".into()];
    all[1].quote.speaker = Some("Grace Hopper".into());
    all[2].names = vec!["Ada Lovelace".into(), "Babbage".into()];
    all[3].language = Some("de".into());
    let mut index = TextIndex::default();
    all.iter().for_each(|insight| index.add(insight));
    index
}

fn shows() -> Vec<(SourceId, String)> {
    vec![
        (SourceId::for_feed("https://even.example"), "The Even Hour".into()),
        (SourceId::for_feed("https://odd.example"), "Odd & Ends".into()),
    ]
}

fn ask(index: &TextIndex, query: &Query, viewer: Option<&SubscriberId>) -> Vec<u64> {
    let ask = Ask { query, shows: &shows(), viewer, now: Timestamp::from_secs(NOW) };
    let set = index.find(&ask);
    index.matches(&set).map(|found| found.seq).collect()
}

fn find(index: &TextIndex, q: &str) -> Vec<u64> {
    ask(index, &query::query([("q", q)]).unwrap(), None)
}

#[test]
fn questions_find_what_they_ask_for() {
    let index = index();
    for (q, want) in [
        ("lithium", vec![1, 2]),
        ("LITHIUM battery", vec![1, 2]),
        ("\"battery\"", vec![2]),
        ("lithium NOT phosphate", vec![1]),
        ("NOT lithium", vec![3, 4, 5]),
        ("car OR cafe", vec![2, 5]),
        ("(car OR cheap) lithium", vec![2]),
        ("the battery in the car", vec![2]),
        ("the", vec![2]),
        ("\"iron phosphate\"", vec![2]),
        ("\"phosphate iron\"", vec![]),
        ("\"lithium metal\" OR \"state lithium\"", vec![1]),
        ("open-source", vec![3]),
        ("source-open", vec![]),
        ("lovelace", vec![3]),
        ("haus", vec![4]),
        ("häusern", vec![4]),
        ("munchen", vec![4]),
        ("café", vec![5]),
        ("hopper", vec![2]),
        ("speaker:hopper", vec![2]),
        ("speaker:\"grace hopper\"", vec![2]),
        ("speaker:\"hopper grace\"", vec![]),
        ("speaker:lovelace", vec![]),
        ("about:lovelace", vec![3]),
        ("about:\"lovelace babbage\"", vec![]),
        ("about:hopper", vec![]),
        ("show:even", vec![2, 4]),
        ("show:\"even hour\" lithium", vec![2]),
        ("show:lithium", vec![]),
        ("topic:cars", vec![2]),
        ("topic:batteries-ev -topic:cars", vec![1]),
        ("nowhere", vec![]),
    ] {
        assert_eq!(find(&index, q), want, "{q}");
    }
}

#[test]
fn conditions_hold_beside_the_words() {
    let index = index();
    let odd = SourceId::for_feed("https://odd.example");
    for (params, want) in [
        (vec![("topic", "cars,batteries-ev")], vec![1, 2]),
        (vec![("source", odd.as_str())], vec![1, 3, 5]),
        (vec![("source", odd.as_str()), ("q", "lithium")], vec![1]),
        (vec![("speaker", "grace")], vec![2]),
        (vec![("about", "ada"), ("about", "nobody")], vec![3]),
        (vec![("min_score", "0.4")], vec![4, 5]),
        (vec![("since", "3h")], vec![1, 2, 3]),
        (vec![("since", "2026-11-24")], vec![1, 2, 3, 4, 5]),
        (vec![("since", "2026-11-25")], vec![]),
        (vec![("source", "0123456789abcdefghjk")], vec![]),
        (vec![], vec![1, 2, 3, 4, 5]),
    ] {
        assert_eq!(ask(&index, &query::query(params.clone()).unwrap(), None), want, "{params:?}");
    }
}

#[test]
fn what_is_private_is_found_by_its_reader_only() {
    let mut index = index();
    let reader = SubscriberId::new("reader");
    let mut secret = said(6, "A private matter of lithium.");
    secret.visibility = Visibility::Private(reader.clone());
    secret.topics = vec!["cars".into()];
    secret.names = vec!["Private Person".into()];
    secret.quote.speaker = Some("Private Speaker".into());
    index.add(&secret);
    for q in [
        "lithium",
        "private",
        "NOT nowhere",
        "topic:cars",
        "about:person",
        "speaker:speaker",
        "show:even",
        "-cheap",
        "NOT (NOT private)",
        "nowhere OR NOT cheap",
        "",
    ] {
        let query = query::query([("q", q)]).unwrap();
        for viewer in [None, Some(SubscriberId::new("another"))] {
            assert!(!ask(&index, &query, viewer.as_ref()).contains(&6), "{q}");
        }
        assert!(ask(&index, &query, Some(&reader)).contains(&6), "{q}");
    }
}

#[test]
fn a_beginning_becomes_the_word_that_most_hold() {
    let mut index = index();
    assert_eq!(index.completed("lithi").as_deref(), Some("lithium"));
    assert_eq!(index.completed("lithium"), None, "it is there");
    assert_eq!(index.completed("l"), None, "too little to go by");
    assert_eq!(index.completed("nowh"), None);
    for (number, text) in [(11, "Zebras graze."), (12, "The zebu rests."), (13, "A zebu again.")] {
        index.add(&said(number, text));
    }
    assert_eq!(index.completed("zeb").as_deref(), Some("zebu"));
    let mut secret = said(14, "Zebrafish, zebrafish.");
    secret.visibility = Visibility::Private(SubscriberId::new("reader"));
    index.add(&secret);
    assert_eq!(index.completed("zebraf"), None, "one reader's word is not told to others");
    index.remove(&said(12, "").id);
    index.remove(&said(13, "").id);
    assert_eq!(index.completed("zeb").as_deref(), Some("zebras"));
}

#[test]
fn what_was_removed_is_gone_and_room_is_made() {
    let mut index = index();
    index.remove(&said(2, "").id);
    index.remove(&said(2, "").id);
    assert_eq!(find(&index, "lithium"), [1]);
    assert_eq!(find(&index, "NOT lithium"), [3, 4, 5]);
    let many: Vec<Insight> =
        (10..3000).map(|n| said(n, &format!("Number {n} is unlike others."))).collect();
    many.iter().for_each(|insight| index.add(insight));
    many.iter().for_each(|insight| index.remove(&insight.id));
    assert!(index.documents.len() < 2000, "{}", index.documents.len());
    assert!(index.keys.number("tunlike").is_none() || index.documents.len() > 4);
    assert_eq!(find(&index, "lithium"), [1]);
    index.add(&said(2, "Lithium again."));
    assert_eq!(find(&index, "lithium"), [1, 2]);
    assert_eq!(index.count, 5);
}

proptest! {
    #[test]
    fn phrases_are_found_where_they_stand(texts in prop::collection::vec(prop::collection::vec(0..4_u8, 1..12), 1..12), phrase in prop::collection::vec(0..4_u8, 1..4)) {
        let words = |letters: &[u8]| letters.iter().map(|n| ["ka", "ke", "ki", "ko"][*n as usize]).collect::<Vec<_>>().join(" ");
        let mut index = TextIndex::default();
        for (number, text) in texts.iter().enumerate() {
            index.add(&said(number as u64, &words(text)));
        }
        let want: BTreeSet<u64> = texts.iter().enumerate()
            .filter(|(_, text)| text.windows(phrase.len()).any(|window| window == phrase))
            .map(|(number, _)| number as u64)
            .collect();
        let found: BTreeSet<u64> = find(&index, &format!("\"{}\"", words(&phrase))).into_iter().collect();
        prop_assert_eq!(found, want);
    }
}
