//! What feed readers meet: conditional requests, codings, media types, pages, permanence.

use std::collections::BTreeSet;

use crate::support::client::request;
use crate::support::program::Server;
use crate::support::show::host_show;
use crate::support::{Host, Program, get};

const FORMATS: [(&str, &str); 3] = [
    ("atom", "application/atom+xml"),
    ("rss", "application/rss+xml"),
    ("json", "application/feed+json"),
];

fn filled(shows: usize) -> (Host, Program, Server) {
    let host = Host::start();
    for n in 0..shows {
        host_show(&host, &format!("show{n}"), 5);
    }
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_INITIAL_ITEMS", "5");
    let server = program.serve();
    let urls: Vec<String> = (0..shows).map(|n| host.url(&format!("/show{n}.xml"))).collect();
    let mut args = vec!["source", "add"];
    args.extend(urls.iter().map(String::as_str));
    program.ok(&args);
    program.ok(&["poll", "--all"]);
    (host, program, server)
}

#[test]
fn readers_are_answered_as_the_standards_say() {
    let (_host, program, server) = filled(2);
    let base = server.base.clone();
    for (suffix, media_type) in FORMATS {
        let path = format!("/latest.{suffix}");
        let plain = get(&base, &path);
        assert_eq!(plain.status, 200);
        assert!(plain.field("content-type").unwrap().starts_with(media_type));
        assert!(plain.body.len() <= 512 * 1024);
        let etag = plain.field("etag").unwrap().to_owned();
        let date = plain.field("last-modified").unwrap().to_owned();
        assert!(etag.starts_with('"'), "a strong one: {etag}");
        let status = |fields: &[(&str, &str)]| request(&base, "GET", &path, fields).status;
        assert_eq!(status(&[("If-None-Match", &etag)]), 304);
        assert_eq!(status(&[("If-None-Match", &format!("\"x\", W/{etag}"))]), 304);
        assert_eq!(status(&[("If-None-Match", "*")]), 304);
        assert_eq!(status(&[("If-None-Match", "\"x\""), ("If-Modified-Since", &date)]), 200);
        assert_eq!(status(&[("If-Modified-Since", &date)]), 304);
        let unchanged = request(&base, "GET", &path, &[("If-None-Match", &etag)]);
        assert_eq!(unchanged.field("etag"), Some(etag.as_str()));
        assert!(unchanged.body.is_empty());
        let head = request(&base, "HEAD", &path, &[]);
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(head.field("content-length"), Some(plain.body.len().to_string().as_str()));
        for coding in ["gzip", "br"] {
            let coded = request(&base, "GET", &path, &[("Accept-Encoding", coding)]);
            assert_eq!(coded.field("content-encoding"), Some(coding));
            assert_ne!(coded.field("etag"), Some(etag.as_str()), "another coding, another tag");
            assert!(coded.field("vary").unwrap().to_lowercase().contains("accept-encoding"));
            assert!(coded.body.len() < plain.body.len());
        }
        let refused = request(&base, "POST", &path, &[("Content-Length", "0")]);
        assert_eq!(refused.status, 405);
        assert!(refused.field("allow").is_some());
        assert_eq!(plain.field("x-content-type-options"), Some("nosniff"));
        assert_eq!(plain.field("referrer-policy"), Some("no-referrer"));
    }
    assert_eq!(get(&base, "/latest.xml").status, 404);
    assert_eq!(get(&base, "/topics/no-such-topic.atom").status, 404);
    assert_eq!(get(&base, "/insights/00000000000000000000").status, 404);
    assert_eq!(get(&base, "/insights/..%2f..%2fetc").status, 404);
    assert_eq!(get(&base, "/latest.atom?before=soon").status, 400);
    assert!(get(&base, "/robots.txt").text().contains("Disallow: /"));
    // The same after a restart, but for the port in links, which tests leave to the system.
    let etag = get(&base, "/latest.atom").field("etag").unwrap().to_owned();
    let listen = base.strip_prefix("http://").unwrap().to_owned();
    server.stop();
    let mut again = program;
    again.set("PODBRIEF_LISTEN", &listen);
    let server = again.serve();
    let after = request(&server.base, "GET", "/latest.atom", &[("If-None-Match", &etag)]);
    assert_eq!(after.status, 304, "tags are stable over a restart");
    server.stop();
}

#[test]
fn pages_hold_every_insight_once_in_every_format() {
    let (host, program, server) = filled(8);
    let total = program.json(&["status", "--json"])["counts"]["insights"].as_u64().unwrap();
    assert!(total > 60, "more than a page: {total}");
    let mut by_json = Vec::new();
    let mut path = "/latest.json".to_owned();
    loop {
        let page = get(&server.base, &path).json();
        by_json.extend(
            page["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()),
        );
        match page["next_url"].as_str() {
            Some(next) => path = next.strip_prefix(&server.base).unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!(by_json.len() as u64, total);
    assert_eq!(by_json.iter().collect::<BTreeSet<_>>().len() as u64, total, "none twice");
    for suffix in ["atom", "rss"] {
        let mut seen = Vec::new();
        let mut path = format!("/latest.{suffix}");
        loop {
            let text = get(&server.base, &path).text();
            let feed = feed_rs::parser::parse(text.as_bytes()).unwrap();
            seen.extend(feed.entries.into_iter().map(|e| e.id));
            let Some(next) = linked(&text, "next", &server.base) else { break };
            path = next;
        }
        assert_eq!(seen, by_json, "{suffix} has the same ids in the same order");
    }
    let known: BTreeSet<String> = by_json.into_iter().collect();
    archives_and_news(&host, &program, &server, &known);
    server.stop();
}

/// The path of a link of a feed, by its relation.
fn linked(text: &str, rel: &str, base: &str) -> Option<String> {
    let tag = text.split('<').find(|tag| tag.contains(&format!("rel=\"{rel}\"")))?;
    let href = tag.split("href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&");
    Some(href.strip_prefix(base)?.to_owned())
}

fn ids(text: &str) -> BTreeSet<String> {
    let feed = feed_rs::parser::parse(text.as_bytes()).unwrap();
    feed.entries.into_iter().map(|entry| entry.id).collect()
}

/// The archives of a feed, by address, the newest first; and all ids in them and in the feed itself.
fn archives(server: &Server, feed: &str) -> (Vec<(String, Vec<u8>)>, BTreeSet<String>) {
    let first = get(&server.base, feed).text();
    assert!(!first.contains("archive/>"), "the feed itself is none");
    let (mut all, mut seen) = (Vec::new(), ids(&first));
    let mut next = linked(&first, "prev-archive", &server.base);
    while let Some(path) = next {
        let text = get(&server.base, &path).text();
        assert!(text.contains("<fh:archive"), "{text}");
        assert_eq!(linked(&text, "current", &server.base).as_deref(), Some(feed));
        assert_eq!(linked(&text, "self", &server.base).as_deref(), Some(path.as_str()));
        assert!(linked(&text, "next", &server.base).is_none());
        seen.extend(ids(&text));
        next = linked(&text, "prev-archive", &server.base);
        all.push((path, text.into_bytes()));
    }
    (all, seen)
}

/// RFC 5005 and RFC 3229: who was away finds all, and who was here gets what is new.
fn archives_and_news(host: &Host, program: &Program, server: &Server, known: &BTreeSet<String>) {
    let mut before = Vec::new();
    for suffix in ["atom", "rss"] {
        let (archives, seen) = archives(server, &format!("/latest.{suffix}"));
        assert!(archives.len() >= 2, "{}", archives.len());
        assert_eq!(&seen, known, "{suffix}");
        before.extend(archives);
    }
    assert_eq!(get(&server.base, "/latest.atom?archive=1999-01-1").status, 404);
    assert_eq!(get(&server.base, "/latest.atom?archive=soon").status, 404);

    let tag = |fields: &[(&str, &str)]| {
        request(&server.base, "GET", "/latest.atom", fields).field("etag").unwrap().to_owned()
    };
    let (plain, coded) = (tag(&[]), tag(&[("Accept-Encoding", "gzip")]));
    host_show(host, "newcomer", 3);
    program.ok(&["source", "add", &host.url("/newcomer.xml")]);
    program.ok(&["poll"]);
    let news = |fields: &[(&str, &str)]| request(&server.base, "GET", "/latest.atom", fields);
    let whole = ids(&news(&[]).text());
    let new: BTreeSet<String> = whole.difference(known).cloned().collect();
    assert!((2..30).contains(&new.len()), "{}", new.len());
    for base in [&plain, &coded] {
        let answer = news(&[("A-IM", "feed"), ("If-None-Match", base)]);
        assert_eq!(answer.status, 226);
        assert_eq!(answer.field("im"), Some("feed"));
        assert_eq!(answer.field("delta-base"), Some(base.as_str()));
        assert_eq!(answer.field("cache-control"), Some("no-store, im"));
        assert_eq!(ids(&answer.text()), new);
        let now = answer.field("etag").unwrap();
        assert_eq!(news(&[("A-IM", "feed"), ("If-None-Match", now)]).status, 304);
        assert_eq!(news(&[("If-None-Match", now)]).status, 304, "the tag is the whole feed's");
    }
    assert_eq!(news(&[("If-None-Match", &plain)]).status, 200, "only who asks for it");
    assert_eq!(news(&[("A-IM", "feed"), ("If-None-Match", "\"another\"")]).status, 200);
    for (path, bytes) in before {
        assert_eq!(get(&server.base, &path).body, bytes, "{path} has changed");
    }
}

#[test]
fn pages_lead_readers_to_feeds() {
    let (_host, program, server) = filled(2);
    let id = program.json(&["source", "list", "--json"])[0]["id"].as_str().unwrap().to_owned();
    for path in ["/latest".to_owned(), format!("/sources/{id}"), "/topics/ai-models".to_owned()] {
        let page = get(&server.base, &path);
        assert_eq!(page.status, 200, "{path}");
        let html = page.text();
        for (suffix, media_type) in FORMATS {
            let link = html.split('<').find(|tag| {
                tag.starts_with("link") && tag.contains("alternate") && tag.contains(media_type)
            });
            let link = link.unwrap_or_else(|| panic!("{path} has no link to {media_type}"));
            assert!(link.contains(&format!("{path}.{suffix}")), "{link}");
        }
        let policy = page.field("content-security-policy").unwrap();
        assert!(!policy.contains("unsafe-inline") && policy.contains("default-src 'none'"));
        assert!(html.contains("noindex") && html.contains("<title>"));
    }
    server.stop();
}
