//! What feeds say of their episodes and what becomes of it: chapters, trailers, stretched audio, moves; and old formats.

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::support::program::Server;
use crate::support::show::{feed, host_show};
use crate::support::{Answer, Host, Program, get, post};

/// The feed of a hosted show, changed.
fn host_changed(host: &Host, name: &str, episodes: usize, change: impl Fn(String) -> String) {
    host_show(host, name, episodes);
    host.set(&format!("/{name}.xml"), Answer::rss(change(feed(host, name, episodes))));
}

fn entries(server: &Server, path: &str) -> Vec<String> {
    let feed = get(&server.base, path).json();
    let items = feed["items"].as_array().unwrap();
    items.iter().map(|item| item["content_html"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn chapters_of_every_kind_stand_with_insights() {
    let host = Host::start();
    let parts = [(0, "Small talk"), (15, "The costs"), (47, "What changed")];
    let json: Vec<String> = parts
        .iter()
        .map(|(at, title)| format!(r#"{{"startTime":{at},"title":"{title}"}}"#))
        .collect();
    let json = format!(r#"{{"version":"1.2.0","chapters":[{}]}}"#, json.join(","));
    host.set("/chapters.json", Answer::body("application/json+chapters", json));
    let linked = format!(
        r#"<podcast:chapters url="{}" type="application/json+chapters"/></item>"#,
        host.url("/chapters.json")
    );
    host_changed(&host, "linked", 1, |feed| feed.replace("</item>", &linked));
    let rows = parts
        .map(|(at, title)| format!(r#"<psc:chapter start="00:00:{at:02}.000" title="{title}"/>"#));
    let podlove = format!(
        r#"<psc:chapters version="1.2" xmlns:psc="http://podlove.org/simple-chapters">{}</psc:chapters></item>"#,
        rows.concat()
    );
    host_changed(&host, "podlove", 1, |feed| feed.replace("</item>", &podlove));
    let lines = parts.map(|(at, title)| format!("<p>00:{at:02} {title}</p>")).concat();
    let notes = format!("<description><![CDATA[<p>Today:</p>{lines}]]></description>");
    host_changed(&host, "notes", 1, |feed| {
        feed.replace("<description>Notes of episode 1.</description>", &notes)
    });
    let program = Program::new(&[&host]);
    let server = program.serve();
    for name in ["linked", "podlove", "notes"] {
        program.ok(&["source", "add", &host.url(&format!("/{name}.xml"))]);
        program.ok(&["poll"]);
        let title = format!("Show {name}");
        let shown = program.json(&["source", "show", &title, "--json"]);
        let id = shown["source"]["id"].as_str().unwrap();
        let item = shown["items"][0]["id"].as_str().unwrap();
        let told = entries(&server, &format!("/sources/{id}.json"));
        assert!(!told.is_empty(), "{name}");
        for html in &told {
            let costs = html.contains("“The costs”, at 0:");
            assert!(costs || html.contains("“What changed”, at 0:"), "{name}: {html}");
            assert!(!html.contains("Small talk"));
        }
        assert!(told.iter().any(|html| html.contains("“The costs”")), "{name}: {told:?}");
        let page = get(&server.base, &format!("/items/{item}")).text();
        assert!(page.contains(">The costs</span>"), "{name}");
    }
    server.stop();
}

#[test]
fn trailers_and_extras_are_read_but_not_briefed() {
    let host = Host::start();
    for kind in ["trailer", "bonus", "full"] {
        let mark = format!("<itunes:episodeType>{kind}</itunes:episodeType></item>");
        host_changed(&host, kind, 1, |feed| feed.replace("</item>", &mark));
    }
    let program = Program::new(&[&host]);
    let server = program.serve();
    for kind in ["trailer", "bonus", "full"] {
        program.ok(&["source", "add", &host.url(&format!("/{kind}.xml"))]);
    }
    program.ok(&["poll"]);
    let all = entries(&server, "/latest.json");
    for kind in ["trailer", "bonus", "full"] {
        assert!(all.iter().any(|html| html.contains(&format!("Show {kind}"))), "{kind}: {all:?}");
    }
    let answer = post(&server.base, "/brief", &[("interests", "heat pumps, trains, bread")]);
    let page = answer.field("location").unwrap().to_owned();
    let brief = entries(&server, &format!("{page}/items.json"));
    assert!(!brief.is_empty());
    for html in &brief {
        assert!(html.contains("Show full"), "{html}");
        assert!(!html.contains("Show trailer") && !html.contains("Show bonus"), "{html}");
    }
    server.stop();
}

#[test]
fn times_are_about_where_audio_and_words_are_of_another_length() {
    let host = Host::start();
    // The words end after 64 seconds.
    for (name, length) in [("stretched", "00:10:00"), ("true", "00:01:10")] {
        let mark = format!("<itunes:duration>{length}</itunes:duration></item>");
        host_changed(&host, name, 1, |feed| feed.replace("</item>", &mark));
    }
    let program = Program::new(&[&host]);
    let server = program.serve();
    for (name, about) in [("stretched", true), ("true", false)] {
        program.ok(&["source", "add", &host.url(&format!("/{name}.xml"))]);
        program.ok(&["poll"]);
        let shown = program.json(&["source", "show", &format!("Show {name}"), "--json"]);
        let (source, item) = (&shown["source"]["id"], &shown["items"][0]["id"]);
        let told = entries(&server, &format!("/sources/{}.json", source.as_str().unwrap()));
        assert!(!told.is_empty());
        assert!(told.iter().all(|html| html.contains("at about 0:") == about), "{name}: {told:?}");
        let page = get(&server.base, &format!("/items/{}", item.as_str().unwrap())).text();
        assert_eq!(page.contains("Times are approximate"), about, "{name}");
    }
    server.stop();
}

#[test]
fn a_show_that_moved_is_the_same_source() {
    let host = Host::start();
    let guid = "<podcast:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810</podcast:guid><language>";
    let with_guid = |feed: String| feed.replace("<language>", guid);
    host_changed(&host, "tea", 2, with_guid);
    let program = Program::new(&[&host]);
    let server = program.serve();
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    program.ok(&["poll"]);
    let before = program.json(&["source", "show", "Show tea", "--json"]);
    host.set("/new.xml", Answer::rss(with_guid(feed(&host, "tea", 3))));
    host_show(&host, "tea", 3);
    host.set("/tea.xml", Answer::Status(410, vec![]));
    let ended = program.run(&["poll", "--all"]);
    assert!(String::from_utf8_lossy(&ended.stdout).contains("410"), "{ended:?}");
    program.ok(&["source", "add", &host.url("/new.xml")]);
    program.ok(&["poll", "--all"]);
    let all = program.json(&["source", "list", "--json"]);
    assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
    let after = program.json(&["source", "show", "Show tea", "--json"]);
    assert_eq!(after["source"]["id"], before["source"]["id"]);
    assert_eq!(after["source"]["kind"]["url"], host.url("/new.xml"));
    let ids = |shown: &serde_json::Value| -> Vec<String> {
        let items = shown["items"].as_array().unwrap().iter();
        items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((ids(&after).len(), &ids(&after)[1..]), (3, &*ids(&before)), "none twice");
    server.stop();
}

#[test]
fn old_and_odd_formats_are_read() {
    let host = Host::start();
    let claim = "The main reason heat pumps fail in practice is not the technology but the maintenance contract, \
        because nobody pays for upkeep until something breaks.";
    let rss11 = format!(
        r#"<?xml version="1.0"?><Channel xmlns="http://purl.org/net/rss1.1#" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about="http://old.example/rss">
        <title>Old</title><link>http://old.example/</link><description>x</description>
        <items rdf:parseType="Collection"><item rdf:about="http://old.example/1"><title>First</title><link>http://old.example/1</link>
        <description>{claim}</description></item></items></Channel>"#
    );
    host.set("/rss11", Answer::body("application/xml", rss11));
    // RFC 4287 4.1.3.3, and the `mode` of Atom 0.3.
    let atom = |title: &str, kind: &str, text: &str| {
        let packed = BASE64_STANDARD.encode(text);
        let feed = format!(
            r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>{title}</title><id>tag:x,2026:f</id><updated>2026-11-24T00:00:00Z</updated>
            <entry><id>tag:x,2026:1</id><title>First</title><updated>2026-11-24T00:00:00Z</updated><content {kind}>{packed}</content></entry></feed>"#
        );
        Answer::body("application/atom+xml", feed)
    };
    host.set("/packed", atom("Packed", r#"type="application/octet-stream""#, claim));
    let html = format!("<p>{}</p>", claim.replace("heat pumps", "night trains"));
    host.set("/mode", atom("Mode", r#"type="text/html" mode="base64""#, &html));
    let program = Program::new(&[&host]);
    let server = program.serve();
    for (path, title) in [("/rss11", "Old"), ("/packed", "Packed"), ("/mode", "Mode")] {
        program.ok(&["source", "add", &host.url(path)]);
        program.ok(&["poll"]);
        let shown = program.json(&["source", "show", title, "--json"]);
        let items = shown["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "{path}");
        assert_eq!(items[0]["title"], "First");
        let id = shown["source"]["id"].as_str().unwrap();
        let told = entries(&server, &format!("/sources/{id}.json"));
        assert!(told.iter().any(|html| html.contains("maintenance contract")), "{path}: {told:?}");
    }
    server.stop();
}
