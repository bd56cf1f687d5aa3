//! What is read, what is refused and with which words, and that every query has one form.

use proptest::prelude::*;

use super::expr::join;
use super::*;
use crate::model::{Cut, Expr, Field, Query, Since, SourceId, Term, Timestamp};

fn read(q: &str) -> Query {
    query([("q", q)]).unwrap()
}

fn canonical(q: &str) -> String {
    words(&read(q))
}

#[test]
fn words_are_joined_as_people_expect() {
    for (q, want) in [
        ("lithium", "lithium"),
        ("  Lithium   BATTERY ", "lithium battery"),
        ("a AND b", "a b"),
        ("a b OR c", "a b OR c"),
        ("a (b OR c)", "a (b OR c)"),
        ("(a OR b) OR c", "a OR b OR c"),
        ("a AND (b AND c)", "a b c"),
        ("a a A", "a"),
        ("NOT NOT a", "a"),
        ("-a b", "NOT a b"),
        ("NOT (a b)", "NOT (a b)"),
        ("a and b or not c", "a and b or not c"),
        ("“Solid   State”", "\"solid state\""),
        ("\"open-source\"", "\"open source\""),
        ("open-source", "open-source"),
        ("Speaker:ada speaker: \"Ada  Lovelace\"", "speaker:ada speaker:\"ada lovelace\""),
        ("topic:AI-policy show:\"the desk\"", "topic:ai-policy show:\"the desk\""),
        ("12:30 https://x.example Note: x", "12-30 https-x.example note x"),
        ("foo, (bar!)", "foo bar"),
        ("", ""),
    ] {
        assert_eq!(canonical(q), want, "{q}");
        assert_eq!(canonical(want), want);
    }
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (q, at, what) in [
        ("a \"b c", 3, "not closed"),
        ("a (b", 3, "not closed"),
        ("a b)", 4, "closes nothing"),
        (")", 1, "closes nothing"),
        ("a ()", 3, "nothing between"),
        ("OR b", 1, "OR joins nothing"),
        ("a AND AND b", 7, "AND joins nothing"),
        ("a OR", 3, "missing after this"),
        ("a NOT", 3, "missing after this"),
        ("a speaker:", 3, "nothing after it"),
        ("a speeker:ada", 3, "no field “speeker:”"),
        ("a ***", 3, "no letters or digits"),
        ("\"\"", 1, "no letters or digits"),
        ("topic:a_b", 1, "no topic"),
        ("((((((((((((((a))))))))))))))", 13, "More than 12 parentheses"),
    ] {
        let error = query([("q", q)]).unwrap_err();
        assert_eq!((error.at, error.param), (Some(at), "q"), "{q}: {error}");
        assert!(error.to_string().contains(what), "{q}: {error}");
        assert!(error.to_string().starts_with(&format!("At character {at}: ")), "{error}");
    }
    let long = query([("q", &*"a".repeat(LONGEST + 1))]).unwrap_err();
    assert!(long.to_string().contains("401 characters"), "{long}");
    assert!(query([("q", &*format!("a{}b", " ".repeat(LONGEST_TYPED)))]).is_err());
    let minuses: Vec<String> = (10..50).map(|n| format!("-abcde{n}")).collect();
    // As long as it is written out: what is taken has an address that is taken.
    for (q, characters) in [(minuses.join(" "), 479), ("½".repeat(200), 600)] {
        let error = query([("q", &*q)]).map(|query| address(&query)).unwrap_err();
        assert!(error.to_string().contains(&format!("{characters} characters")), "{error}");
    }
    let many: Vec<String> = (0..=MOST_TERMS).map(|n| format!("w{n}")).collect();
    assert!(query([("q", &*many.join(" "))]).is_err());
}

#[test]
fn parameters_are_read_and_refused() {
    let source = SourceId::for_feed("https://example.org/feed");
    let all = query([
        ("utm_source", "x"),
        ("limit", "20"),
        ("topic", "b,a"),
        ("topic", "a"),
        ("source", source.as_str()),
        ("speaker", "Ada Lovelace"),
        ("about", "CERN"),
        ("min_score", "0.50"),
        ("since", "2w"),
        ("shape", "digest"),
        ("q", "x"),
        ("q", "ignored ((("),
    ])
    .unwrap();
    let want = format!(
        "/feed?q=x&topic=a&topic=b&source={source}&speaker=ada+lovelace&about=cern&min_score=0.5&since=14d&shape=digest&limit=20"
    );
    assert_eq!(address(&all), want);
    let since = |text| query([("since", text)]).map(|q| q.since);
    assert_eq!(since("36h"), Ok(Some(Since::Hours(36))));
    assert_eq!(since("2026-11-24"), Ok(Some(Since::Day(Timestamp::from_secs(1_795_478_400)))));
    for (param, value) in [
        ("topic", "a b"),
        ("source", "abc"),
        ("speaker", "!!"),
        ("min_score", "1.5"),
        ("min_score", "NaN"),
        ("since", "yesterday"),
        ("since", "0d"),
        ("since", "99999999999d"),
        ("since", "2026-13-01"),
        ("since", "+7d"),
        ("shape", "round"),
        ("limit", "0"),
        ("limit", "51"),
        ("limit", "+5"),
    ] {
        let error = query([(param, value)]).unwrap_err();
        assert_eq!(error.param, param, "{value}");
        assert!(error.to_string().contains(value), "{error}");
    }
}

#[test]
fn topics_and_sources_alone_keep_their_addresses() {
    assert_eq!(address(&query([]).unwrap()), "/latest");
    assert_eq!(address(&query([("topic", "b,a")]).unwrap()), "/topics/a,b");
    let source = SourceId::for_feed("https://example.org/feed");
    assert_eq!(
        address(&query([("source", source.as_str())]).unwrap()),
        format!("/sources/{source}")
    );
    assert_eq!(
        address(&query([("topic", "a"), ("shape", "digest")]).unwrap()),
        "/feed?topic=a&shape=digest"
    );
}

#[test]
fn only_bare_words_are_asked_by_meaning() {
    assert_eq!(read("open-source AI").bare().as_deref(), Some("open-source ai"));
    for q in ["\"ai\"", "a OR b", "NOT a", "ai speaker:ada", ""] {
        assert_eq!(read(q).bare(), None, "{q}");
    }
    assert_eq!(read("ai (\"b c\" OR NOT d) speaker:x about:y").text(), "ai b c y");
}

fn term() -> impl Strategy<Value = Expr> {
    let text = prop::collection::vec("[a-z0-9àü]{1,6}|and|or|not", 1..3);
    (0..6_u8, text).prop_map(|(kind, words)| {
        let (field, exact) = match kind {
            0 => (Field::Speaker, false),
            1 => (Field::About, false),
            2 => (Field::Show, false),
            3 => (Field::Text, true),
            4 => {
                return Expr::Term(Term {
                    field: Field::Topic,
                    text: "ai-policy".into(),
                    exact: false,
                });
            }
            _ => (Field::Text, false),
        };
        let text = words.join(if field == Field::Text && !exact { "-" } else { " " });
        Expr::Term(Term { field, text, exact })
    })
}

fn expr() -> impl Strategy<Value = Expr> {
    term().prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| match one {
                Expr::Not(one) => *one,
                other => Expr::Not(Box::new(other)),
            }),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| join(parts, true)),
            prop::collection::vec(inner, 1..4).prop_map(|parts| join(parts, false)),
        ]
    })
}

fn whole() -> impl Strategy<Value = Query> {
    let names = || prop::collection::btree_set("[a-z]{1,5}( [a-z]{1,5})?", 0..3);
    let since = prop_oneof![
        (1..5000_u32).prop_map(Since::Hours),
        (0..40_000_i64).prop_map(|days| Since::Day(Timestamp::from_secs(days * 86_400))),
    ];
    (
        prop::option::of(expr()),
        prop::collection::btree_set("[a-z]{1,5}", 0..3),
        names(),
        names(),
        prop::option::of(1..=100_u8),
        prop::option::of(since),
        any::<bool>(),
        prop::option::of(1..=50_u8),
    )
        .prop_map(|(words, topics, speakers, abouts, min_score, since, digest, limit)| Query {
            words,
            topics: topics.into_iter().collect(),
            sources: Vec::new(),
            speakers: speakers.into_iter().collect(),
            abouts: abouts.into_iter().collect(),
            min_score,
            since,
            cut: if digest { Cut::Digest } else { Cut::Items },
            limit,
        })
}

fn back(address: &str) -> Query {
    let url = url::Url::parse(&format!("https://x.example{address}")).unwrap();
    let mut pairs: Vec<(String, String)> =
        url.query_pairs().map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
    if let Some(topics) = url.path().strip_prefix("/topics/") {
        pairs.push(("topic".into(), topics.into()));
    }
    query(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str()))).unwrap()
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_the_same(query in whole()) {
        prop_assume!(words(&query).chars().count() <= LONGEST);
        prop_assert_eq!(back(&address(&query)), query);
    }

    #[test]
    fn any_text_gives_a_query_or_a_reason(q in "(\\PC|[ \"():-]|AND|OR|NOT|speaker:|topic:){0,60}", since in "\\PC{0,8}") {
        match query([("q", &*q), ("since", &*since)]) {
            Ok(read) => prop_assert_eq!(back(&address(&read)), read),
            Err(error) => prop_assert!(error.at.is_none_or(|at| at >= 1)),
        }
    }
}
