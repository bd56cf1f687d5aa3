//! kill -9 at any moment, start again: the result is the same as without the kill.

use std::collections::BTreeSet;

use crate::support::show::host_show;
use crate::support::{Host, Program, get};

const SHOWS: usize = 50;
const KILLS: usize = 20;

/// Every item, state and insight, without times.
fn result(program: &Program) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let sources = program.json(&["source", "list", "--json"]);
    let server = program.serve();
    for source in sources.as_array().unwrap() {
        let id = source["id"].as_str().unwrap();
        let coverage = &source["coverage"];
        let line = format!("{} {coverage} {}", source["title"], source["poll"]["http_status"]);
        assert!(all.insert(line));
        let feed = get(&server.base, &format!("/sources/{id}.json")).json();
        for entry in feed["items"].as_array().unwrap() {
            let line = format!("{} {} {}", entry["id"], entry["title"], entry["content_html"]);
            assert!(all.insert(line), "an insight is there twice");
        }
    }
    server.stop();
    all
}

fn program(host: &Host) -> Program {
    let program = Program::new(&[host]);
    let urls: Vec<String> = (0..SHOWS).map(|n| host.url(&format!("/show{n}.xml"))).collect();
    let mut opml = String::from("<opml version=\"2.0\"><head/><body>");
    for url in urls {
        opml += &format!("<outline type=\"rss\" text=\"\" xmlUrl=\"{url}\"/>");
    }
    opml += "</body></opml>";
    let file = program.dir.path().join("shows.opml");
    std::fs::write(&file, opml).unwrap();
    program.ok(&["import", file.to_str().unwrap()]);
    program
}

#[test]
fn twenty_kills_during_a_poll_of_fifty_feeds_change_nothing() {
    let host = Host::start();
    for n in 0..SHOWS {
        host_show(&host, &format!("show{n}"), 2);
    }
    let whole = program(&host);
    whole.ok(&["poll"]);
    let expected = result(&whole);
    assert!(expected.len() > SHOWS * 3, "every show gives insights: {}", expected.len());

    let killed = program(&host);
    let mut interrupted = 0;
    for kill in 0..KILLS {
        let mut server = killed.serve();
        // Another moment each time: after so many jobs were told of.
        let steps = ["polled", "words found", "insights published"];
        let done = (0..kill).take_while(|_| server.comes(&steps)).count();
        interrupted += usize::from(done == kill);
        server.kill();
    }
    assert!(interrupted >= KILLS / 2, "most kills came while there was work: {interrupted}");
    killed.ok(&["poll"]);
    assert_eq!(result(&killed), expected);
    // Nothing is left that would be done again.
    host.take_seen();
    let table = killed.json(&["poll", "--all", "--json"]);
    assert!(table.as_array().unwrap().iter().all(|row| row["status"] == "304"), "{table}");
    let seen = host.take_seen();
    assert_eq!(seen.len(), SHOWS);
    assert!(seen.iter().all(|s| s.status == 304), "a second poll is all 304");
}
