//! The main job, end to end: feeds in, insights out.

use crate::support::program::resident;
use crate::support::show::{feed, host_show};
use crate::support::{Answer, Host, Program, get};

fn entries(base: &str, path: &str) -> Vec<serde_json::Value> {
    get(base, path).json()["items"].as_array().unwrap().clone()
}

#[test]
fn episodes_become_insights_in_feeds() {
    let host = Host::start();
    host_show(&host, "tea", 5);
    host_show(&host, "coffee", 2);
    let program = Program::new(&[&host]);
    program.ok(&["source", "add", &host.url("/tea.xml"), &host.url("/coffee.xml")]);
    let table = program.json(&["poll", "--json"]);
    let tea = &table.as_array().unwrap()[1];
    assert_eq!((&tea["source"], &tea["status"]), (&"Show tea".into(), &"200".into()));
    assert_eq!(tea["new_items"], 5);
    assert_eq!(tea["transcripts"], 3, "only the newest three go through the pipeline at first");
    assert!(tea["insights"].as_u64().unwrap() >= 3, "{table}");
    assert!(program.ok(&["poll"]).contains("Nothing was due"));

    let server = program.serve();
    let latest = entries(&server.base, "/latest.json");
    assert!(latest.len() >= 5);
    for entry in &latest {
        assert!(entry["id"].as_str().unwrap().starts_with("tag:127.0.0.1,"), "{entry}");
        let page = entry["url"].as_str().unwrap().strip_prefix(&server.base).unwrap();
        let insight = get(&server.base, &format!("{page}.json")).json();
        let quote = insight["quote"]["text"].as_str().unwrap();
        assert!(!quote.contains("subscribe") && !quote.contains("Welcome back"), "{quote}");
        assert!(entry["content_html"].as_str().unwrap().contains("#t="), "{entry}");
        assert_eq!(get(&server.base, page).status, 200);
    }
    // A new episode comes; what was published stays as it was.
    let before: Vec<_> = latest.iter().map(|e| (e["id"].clone(), e.clone())).collect();
    host_show(&host, "tea", 6);
    let table = program.json(&["poll", "--all", "--json"]);
    assert_eq!(table[0]["status"], "304");
    assert_eq!((&table[1]["new_items"], &table[1]["transcripts"]), (&1.into(), &1.into()));
    let after = entries(&server.base, "/latest.json");
    assert!(after.len() > latest.len());
    for (id, entry) in before {
        let same = after.iter().find(|e| e["id"] == id).expect("it is still there");
        assert_eq!(*same, entry, "a published entry never changes");
    }
    server.stop();
}

#[test]
fn the_same_guid_with_a_new_enclosure_token_is_the_same_item() {
    let host = Host::start();
    host_show(&host, "tea", 2);
    let program = Program::new(&[&host]);
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    program.ok(&["poll"]);
    let edited = feed(&host, "tea", 2).replace(".mp3", ".mp3?token=2").replace("Notes", "Edited");
    host.set("/tea.xml", Answer::rss(edited));
    let table = program.json(&["poll", "--all", "--json"]);
    assert_eq!((&table[0]["status"], &table[0]["new_items"]), (&"200".into(), &0.into()));
}

#[test]
fn a_private_address_is_not_asked() {
    let host = Host::start();
    host_show(&host, "tea", 1);
    let other = Host::start();
    // Allowed is `other` only; from it a redirect leads to `host`.
    other.set("/r.xml", Answer::Status(302, vec![("Location".into(), host.url("/tea.xml"))]));
    let program = Program::new(&[&other]);
    let port = host.address.port();
    let urls = [
        host.url("/tea.xml"),
        format!("http://localhost:{port}/tea.xml"),
        format!("http://2130706433:{port}/tea.xml"),
        other.url("/r.xml"),
    ];
    for url in &urls {
        let said = program.ok(&["source", "add", url]);
        assert!(said.contains("private or reserved"), "{url}: {said}");
        assert!(said.contains("fetch.allow_private"), "{said}");
    }
    assert!(!program.run(&["poll", "--all"]).status.success(), "everything failed");
    assert!(host.take_seen().is_empty(), "the canary was not touched");
}

#[test]
fn a_moved_feed_is_followed_for_good_after_the_second_sight() {
    let host = Host::start();
    host_show(&host, "tea", 1);
    host.set("/old.xml", Answer::Status(301, vec![("Location".into(), "/tea.xml".into())]));
    let program = Program::new(&[&host]);
    program.ok(&["source", "add", &host.url("/old.xml")]);
    program.ok(&["poll", "--all"]);
    // Another body, so that it is not 304.
    host_show(&host, "tea", 2);
    program.ok(&["poll", "--all"]);
    host.take_seen();
    program.ok(&["poll", "--all"]);
    let paths: Vec<_> = host.take_seen().into_iter().map(|s| s.path).collect();
    assert_eq!(paths, ["/tea.xml"]);
}

#[test]
fn requests_say_who_asks_and_nothing_else() {
    let host = Host::start();
    host_show(&host, "tea", 1);
    let program = Program::new(&[&host]);
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    program.ok(&["poll"]);
    for seen in host.take_seen() {
        let agent = &seen.fields["user-agent"];
        assert!(agent.starts_with("podbrief/") && agent.contains("(+http"), "{agent}");
        assert!(seen.fields["accept-encoding"].contains("gzip"), "{seen:?}");
        assert!(!seen.fields.contains_key("cookie") && !seen.fields.contains_key("referer"));
    }
}

#[test]
fn the_idle_server_is_small() {
    let host = Host::start();
    for n in 0..3 {
        host_show(&host, &format!("show{n}"), 3);
    }
    let program = Program::new(&[&host]);
    let server = program.serve();
    for n in 0..3 {
        program.ok(&["source", "add", &host.url(&format!("/show{n}.xml"))]);
    }
    program.ok(&["poll", "--all"]);
    get(&server.base, "/latest.atom");
    let mib = resident(server.id()) / (1024 * 1024);
    // A debug build's code is larger than a release build's; CI measures that one.
    assert!(mib < 80, "{mib} MiB resident");
    server.stop();
}
