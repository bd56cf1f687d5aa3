//! Feeds over HTTP: validators, codings, paging, and the cache.

use std::io::Read;

use super::*;

const FEEDS: [&str; 3] = ["/topics/ai.atom", "/latest.rss", "/latest.json"];

#[actix_web::test]
async fn each_format_has_its_media_type_and_validators() {
    let world = World::new();
    world.publish_some(3);
    for (path, media_type) in [
        ("/latest.atom", "application/atom+xml; charset=utf-8"),
        ("/topics/ai.rss", "application/rss+xml; charset=utf-8"),
        ("/latest.json", "application/feed+json; charset=utf-8"),
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("content-type"), media_type);
        assert_eq!(answer.header("last-modified"), "Tue, 24 Nov 2026 07:00:03 GMT");
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        assert_eq!(answer.header("vary"), "Accept-Encoding");
        assert!(answer.header("etag").starts_with('"'));
        assert!(answer.text().contains("Claim 3"));
    }
}

#[actix_web::test]
async fn an_unchanged_feed_is_not_sent_again() {
    let world = World::new();
    world.publish_some(2);
    for path in FEEDS {
        let first = world.get(path).await;
        let etag = first.header("etag").to_owned();
        let modified = first.header("last-modified").to_owned();
        for fields in [
            vec![(header::IF_NONE_MATCH, format!("\"x\", W/{etag}"))],
            vec![(header::IF_NONE_MATCH, "*".to_owned())],
            vec![(header::IF_MODIFIED_SINCE, modified.clone())],
            vec![
                (header::IF_NONE_MATCH, etag.clone()),
                (header::IF_MODIFIED_SINCE, "Mon, 01 Jan 2001 00:00:00 GMT".to_owned()),
            ],
        ] {
            let fields: Vec<_> = fields.iter().map(|(n, v)| (n.clone(), v.as_str())).collect();
            let again = world.ask(Method::GET, path, &fields).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path} {fields:?}");
            assert!(again.body.is_empty());
            for name in ["etag", "cache-control", "vary", "last-modified"] {
                assert_eq!(again.header(name), first.header(name), "{name}");
            }
        }
        let other = [(header::IF_NONE_MATCH, "\"x\""), (header::IF_MODIFIED_SINCE, &*modified)];
        assert_eq!(world.ask(Method::GET, path, &other).await.status, StatusCode::OK);
    }
}

#[actix_web::test]
async fn codings_hold_the_same_document_under_their_own_tags() {
    let world = World::new();
    world.publish_some(5);
    let plain = world.get("/latest.atom").await;
    assert_eq!(plain.header("content-encoding"), "");
    let coded = async |accept| {
        world.ask(Method::GET, "/latest.atom", &[(header::ACCEPT_ENCODING, accept)]).await
    };

    let gzip = coded("gzip, deflate").await;
    assert_eq!(gzip.header("content-encoding"), "gzip");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*gzip.body).read_to_string(&mut text).unwrap();
    assert_eq!(text, plain.text());

    let br = coded("gzip;q=0.9, br").await;
    assert_eq!(br.header("content-encoding"), "br");
    let mut text = String::new();
    brotli::Decompressor::new(&*br.body, 4096).read_to_string(&mut text).unwrap();
    assert_eq!(text, plain.text());

    let mut tags = vec![plain.header("etag"), gzip.header("etag"), br.header("etag")];
    tags.sort_unstable();
    tags.dedup();
    assert_eq!(tags.len(), 3);
    assert_eq!(coded("identity;q=0, zstd").await.status, StatusCode::NOT_ACCEPTABLE);
    assert_eq!(coded("gzip;q=0, *;q=0.1").await.header("content-encoding"), "br");
}

#[actix_web::test]
async fn pages_hold_each_entry_once() {
    let world = World::new();
    let mut all: Vec<_> = world.publish_some(120).iter().map(|i| i.id.to_string()).collect();
    let (mut seen, mut path, mut pages) = (Vec::new(), "/latest.json".to_owned(), 0);
    loop {
        let answer = world.get(&path).await;
        let feed: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(feed["feed_url"], format!("https://brief.example{path}"));
        for item in feed["items"].as_array().unwrap() {
            seen.push(item["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned());
        }
        pages += 1;
        let Some(next) = feed["next_url"].as_str() else { break };
        path = next.strip_prefix("https://brief.example").unwrap().to_owned();
    }
    assert_eq!(pages, 3);
    seen.sort();
    all.sort();
    assert_eq!(seen, all);
}

#[actix_web::test]
async fn cursors_are_whole_numbers() {
    let world = World::new();
    world.publish_some(1);
    for bad in ["", "x", "-1", "+1", "1.5", "99999999999999999999"] {
        for path in ["/latest.atom", "/latest", "/topics/ai"] {
            let answer = world.get(&format!("{path}?before={bad}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {bad}");
            assert!(answer.text().contains("must be a whole number"));
        }
    }
    let empty = world.get("/latest.atom?before=0&utm_source=x").await;
    assert_eq!(empty.status, StatusCode::OK);
    assert!(!empty.text().contains("<entry>"));
}

#[actix_web::test]
async fn a_known_topic_without_insights_is_an_empty_feed() {
    let world = World::new();
    for suffix in ["atom", "rss", "json"] {
        let answer = world.get(&format!("/topics/ai.{suffix}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("last-modified"), "Tue, 24 Nov 2026 07:00:00 GMT");
    }
}

#[actix_web::test]
async fn a_change_of_the_store_shows_at_once() {
    let world = World::new();
    let before = world.get("/latest.atom").await;
    world.publish_some(1);
    let after = world.get("/latest.atom").await;
    assert_ne!(before.header("etag"), after.header("etag"));
    assert!(after.text().contains("Claim 1 stands alone."));
    world.store.remove_source(&given::source().id).unwrap();
    let gone = world.get("/latest.atom").await;
    assert_eq!(gone.header("etag"), before.header("etag"));
}

#[actix_web::test]
async fn heads_say_what_a_get_would() {
    let world = World::new();
    world.publish_some(1);
    for path in ["/latest.atom", "/latest", "/"] {
        let (get, head) = (world.get(path).await, world.ask(Method::HEAD, path, &[]).await);
        assert_eq!(head.status, StatusCode::OK, "{path}");
        for name in ["etag", "content-type", "last-modified", "vary"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
}
