//! Bad input gives one clear error that names the source and what to do, and loses nothing else.

use crate::support::program::{resident, text};
use crate::support::show::{feed, host_show};
use crate::support::{Answer, Host, Program, get};

/// What is served, and what the operator must be told.
fn cases(host: &Host) -> Vec<(&'static str, Answer, &'static str)> {
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
        <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><rss version="2.0"><channel><title>&c;</title></channel></rss>"#;
    let deep = format!("<rss version=\"2.0\"><channel>{}", "<a>".repeat(100_000));
    vec![
        ("/html", Answer::body("text/html", "<!doctype html><html><body><p>Hello"), "web page"),
        ("/500", Answer::Status(500, vec![]), "500"),
        ("/404", Answer::Status(404, vec![]), "404"),
        ("/empty", Answer::rss(""), "empty"),
        ("/junk", Answer::rss([0xff, 0x00, 0x13, 0x37].repeat(999)), ""),
        ("/bomb", Answer::rss(bomb), ""),
        ("/deep", Answer::rss(deep), ""),
        ("/endless", Answer::Endless { unit: vec![b' '; 65536] }, "larger than"),
        ("/hangup", Answer::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<rss>".to_vec()), ""),
        ("/nothttp", Answer::Raw(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()), ""),
        ("/loop", Answer::Status(302, vec![("Location".into(), "/loop".into())]), "redirects"),
        ("/file", Answer::Status(302, vec![("Location".into(), "file:///etc/passwd".into())]), "not an http"),
        ("/json", Answer::body("application/json", "{\"hello\": [1, 2"), ""),
        ("/gone", Answer::Status(410, vec![]), "410"),
        ("/huge", Answer::Raw(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {}\r\n\r\n{}",
            2_u64 << 30, feed(host, "x", 1)
        ).into_bytes()), "larger than"),
    ]
}

#[test]
fn each_bad_source_is_told_of_and_the_others_go_on() {
    let host = Host::start();
    host_show(&host, "good", 2);
    let cases = cases(&host);
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_FETCH_MAX_FEED_MIB", "4");
    let server = program.serve();
    for (path, answer, _) in &cases {
        host.set(path, answer.clone());
        program.ok(&["source", "add", &host.url(path)]);
    }
    program.ok(&["source", "add", &host.url("/good.xml")]);
    program.ok(&["poll", "--all"]);
    let list = program.json(&["source", "list", "--json"]);
    let shown = program.ok(&["source", "list"]);
    for (path, _, part) in &cases {
        let url = host.url(path);
        let source = list.as_array().unwrap().iter().find(|s| s["kind"]["url"] == url.as_str());
        let problem = &source.unwrap_or_else(|| panic!("{path} is not listed"))["poll"]["problem"];
        let (what, hint) = (problem["what"].as_str(), problem["hint"].as_str());
        let (what, hint) = (what.unwrap_or_default(), hint.unwrap_or_default());
        assert!(what.contains(part) && what.len() > 5, "{path}: {what:?}");
        assert!(hint.len() > 10, "{path}: {hint:?}");
        assert!(shown.contains(&url), "{path} is named in the list");
    }
    let latest = get(&server.base, "/latest.json").json();
    assert!(!latest["items"].as_array().unwrap().is_empty(), "the good show is published");
    let mib = resident(server.id()) / (1024 * 1024);
    assert!(mib < 200, "{mib} MiB resident after it all");
    server.stop();
}

#[test]
fn a_wrong_transcript_falls_back_to_the_show_notes() {
    let host = Host::start();
    host_show(&host, "tea", 3);
    host.set(
        "/tea/1.vtt",
        Answer::body("text/html", "<html><body><h1>Not found</h1></body></html>"),
    );
    host.set("/tea/2.vtt", Answer::Status(404, vec![]));
    host.set("/tea/3.vtt", Answer::body("text/vtt", vec![0xc3; 5000]));
    let program = Program::new(&[&host]);
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    let table = program.json(&["poll", "--json"]);
    assert_eq!(table[0]["transcripts"], 0, "{table}");
    assert_eq!(table[0]["problems"].as_array().unwrap().len(), 3, "{table}");
    let list = program.ok(&["source", "list"]);
    assert!(list.contains("0/3") && list.contains("Without transcripts"), "{list}");
    let shown = program.ok(&["source", "show", "Show tea"]);
    assert!(shown.contains("/tea/2.vtt") && shown.contains("404"), "{shown}");
}

#[test]
fn a_truncated_feed_deletes_nothing_and_a_healed_one_is_read() {
    let host = Host::start();
    host_show(&host, "tea", 2);
    let program = Program::new(&[&host]);
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    program.ok(&["poll"]);
    let whole = feed(&host, "tea", 2);
    host.set("/tea.xml", Answer::rss(&whole.as_bytes()[..whole.len() / 3]));
    program.run(&["poll", "--all"]);
    assert_eq!(
        program.json(&["source", "show", "Show tea", "--json"])["items"].as_array().unwrap().len(),
        2
    );
    host_show(&host, "tea", 3);
    let table = program.json(&["poll", "--all", "--json"]);
    assert_eq!((&table[0]["ok"], &table[0]["new_items"]), (&true.into(), &1.into()));
}

#[test]
fn a_hanging_host_is_given_up_and_holds_up_nobody() {
    let host = Host::start();
    host_show(&host, "tea", 1);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_at = silent.local_addr().unwrap();
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_FETCH_TIMEOUT", "1s");
    program.set("PODBRIEF_FETCH_ALLOW_PRIVATE", &format!("{silent_at},{}", host.address));
    let file = program.dir.path().join("two.opml");
    let opml = format!(
        r#"<opml version="2.0"><body><outline xmlUrl="http://{silent_at}/f"/><outline xmlUrl="{}"/></body></opml>"#,
        host.url("/tea.xml")
    );
    std::fs::write(&file, opml).unwrap();
    program.ok(&["import", file.to_str().unwrap()]);
    let table = program.json(&["poll", "--json"]);
    let (ok, failed): (Vec<_>, Vec<_>) =
        table.as_array().unwrap().iter().partition(|row| row["ok"] == true);
    assert_eq!((ok.len(), failed.len()), (1, 1));
    assert!(failed[0]["status"].as_str().unwrap().contains("did not answer within 1 s"), "{table}");
}

#[test]
fn a_port_in_use_is_told_of() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let program = Program::new(&[]);
    let address = taken.local_addr().unwrap().to_string();
    let output = program.run(&["serve", "--listen", &address]);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("in use by another program"));
}

#[test]
fn waiting_for_a_busy_host_is_not_its_failure() {
    let host = Host::start();
    let silent = Answer::Hang;
    let mut opml = String::from("<opml version=\"2.0\"><body>");
    for n in 0..6 {
        host.set(&format!("/hang{n}"), silent.clone());
        opml += &format!("<outline xmlUrl=\"{}\"/>", host.url(&format!("/hang{n}")));
    }
    host_show(&host, "tea", 1);
    opml += &format!("<outline xmlUrl=\"{}\"/></body></opml>", host.url("/tea.xml"));
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_FETCH_TIMEOUT", "1s");
    let file = program.dir.path().join("feeds.opml");
    std::fs::write(&file, opml).unwrap();
    program.ok(&["import", file.to_str().unwrap()]);
    let table = program.json(&["poll", "--json"]);
    let good = table.as_array().unwrap().iter().filter(|row| row["ok"] == true).count();
    assert_eq!(good, 1, "the good feed of the host was read: {table}");
}
