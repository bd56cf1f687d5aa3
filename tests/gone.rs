//! Addresses outlive what was there: 410 for what was removed, 301 for what has another name, 404 for what nobody may know.

use crate::support::client::request;
use crate::support::program::Server;
use crate::support::show::{feed, host_show};
use crate::support::{Answer, Host, Program, get};

const SUFFIXES: [&str; 4] = ["", ".atom", ".rss", ".json"];

fn statuses(base: &str, path: &str) -> [u16; 4] {
    SUFFIXES.map(|suffix| get(base, &format!("{path}{suffix}")).status)
}

/// The id of the one source with this title.
fn source(program: &Program, title: &str) -> String {
    let shown = program.json(&["source", "show", title, "--json"]);
    shown["source"]["id"].as_str().unwrap().to_owned()
}

fn insights(server: &Server, path: &str) -> Vec<String> {
    let feed = get(&server.base, path).json();
    let items = feed["items"].as_array().unwrap();
    let id = |item: &serde_json::Value| {
        item["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
    };
    items.iter().map(id).collect()
}

#[test]
fn what_was_removed_is_gone_and_comes_back_when_it_is_added_again() {
    let host = Host::start();
    host_show(&host, "tea", 1);
    host_show(&host, "coffee", 1);
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_MAIL_DOMAIN", "brief.example");
    let server = program.serve();
    let base = server.base.as_str();
    program.ok(&["source", "add", &host.url("/tea.xml"), &host.url("/coffee.xml")]);
    program.ok(&["source", "add", "--mail", "Letters"]);
    program.ok(&["poll"]);
    let tea = source(&program, "Show tea");
    let letters = source(&program, "Letters");
    let item = program.json(&["source", "show", "Show tea", "--json"])["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let insight = insights(&server, &format!("/sources/{tea}.json")).remove(0);
    let others = insights(&server, "/latest.json").len();
    let of_source = format!("/sources/{tea}");
    let (of_item, of_insight) = (format!("/items/{item}"), format!("/insights/{insight}"));
    let of_letters = format!("/sources/{letters}");
    assert_eq!(statuses(base, &of_source), [200; 4]);
    assert_eq!((get(base, &of_item).status, get(base, &of_insight).status), (200, 200));
    assert_eq!(statuses(base, &of_letters), [404; 4], "it is one reader's");
    program.ok(&["source", "remove", "Show tea"]);
    program.ok(&["source", "remove", "Letters"]);
    assert_eq!(statuses(base, &of_source), [410; 4]);
    for path in [&of_item, &of_insight, &format!("{of_insight}.json"), &format!("{of_insight}.png")]
    {
        assert_eq!(get(base, path).status, 410, "{path}");
        assert_eq!(request(base, "HEAD", path, &[]).status, 410, "{path}");
    }
    assert_eq!(get(base, &format!("/feed.atom?source={tea}")).status, 410);
    assert!(get(base, &of_source).text().contains("removed"));
    assert_eq!(statuses(base, &of_letters), [404; 4], "and nobody learns that it was there");
    assert_eq!(statuses(base, "/sources/00000000000000000000"), [404; 4]);
    assert_eq!(get(base, "/insights/00000000000000000000").status, 404);
    assert!(insights(&server, "/latest.json").len() < others);
    // A backup knows it, too.
    let (backup, second) = (program.dir.path().join("b"), program.dir.path().join("second"));
    program.ok(&["backup", backup.to_str().unwrap()]);
    program.ok(&["restore", backup.to_str().unwrap(), "--data-dir", second.to_str().unwrap()]);
    server.stop();
    let other = Program::new(&[&host]);
    std::fs::rename(&second, other.data()).unwrap();
    let server = other.serve();
    assert_eq!(statuses(&server.base, &of_source), [410; 4]);
    other.ok(&["source", "add", &host.url("/tea.xml")]);
    other.ok(&["poll"]);
    assert_eq!(statuses(&server.base, &of_source), [200; 4]);
    assert_eq!(get(&server.base, &of_insight).status, 200, "it has the name it had");
    server.stop();
}

#[test]
fn a_show_that_comes_back_under_another_address_is_led_to() {
    let host = Host::start();
    host_show(&host, "tea", 1);
    let with_guid = |name: &str| {
        let guid = "<podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid><language>";
        host.set(
            &format!("/{name}.xml"),
            Answer::rss(feed(&host, "tea", 1).replace("<language>", guid)),
        );
    };
    with_guid("tea");
    with_guid("moved");
    let program = Program::new(&[&host]);
    let server = program.serve();
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    program.ok(&["poll"]);
    let old = source(&program, "Show tea");
    program.ok(&["source", "remove", "Show tea"]);
    program.ok(&["source", "add", &host.url("/moved.xml")]);
    program.ok(&["poll"]);
    let new = source(&program, "Show tea");
    assert_ne!(old, new);
    for suffix in SUFFIXES {
        let answer = get(&server.base, &format!("/sources/{old}{suffix}?before=9&x=y"));
        let want = format!("/sources/{new}{suffix}?before=9");
        assert_eq!((answer.status, answer.field("location")), (301, Some(want.as_str())));
    }
    server.stop();
}

#[test]
fn a_renamed_topic_keeps_its_readers() {
    let host = Host::start();
    host_show(&host, "tea", 2);
    let program = Program::new(&[&host]);
    let topics = |slug: &str, formerly: &str| {
        std::fs::create_dir_all(program.data()).unwrap();
        let text = format!(
            "[[topic]]\nslug = \"{slug}\"\nname = \"Upkeep\"\ndescription = \"What things cost later.\"\n\
             words = [\"maintenance contract\", \"total cost\", \"repairs\", \"energy\"]\nformerly = [{formerly}]\n"
        );
        std::fs::write(program.data().join("topics.toml"), text).unwrap();
    };
    topics("upkeep", "");
    let server = program.serve();
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    program.ok(&["poll"]);
    let found = insights(&server, "/topics/upkeep.json");
    assert!(!found.is_empty());
    let id = |server: &Server, path: &str| {
        let text = get(&server.base, path).text();
        text.split("<id>").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    let before = id(&server, "/topics/upkeep.atom");
    let port = server.base.strip_prefix("http://").unwrap().to_owned();
    server.stop();

    topics("costs", "\"upkeep\"");
    let mut program = program;
    program.set("PODBRIEF_LISTEN", &port);
    let server = program.serve();
    let base = server.base.as_str();
    let led = |path: &str| {
        let answer = get(base, path);
        assert_eq!(answer.status, 301, "{path}");
        assert_eq!(request(base, "HEAD", path, &[]).status, 301, "{path}");
        answer.field("location").unwrap().to_owned()
    };
    for suffix in SUFFIXES {
        let want = format!("/topics/costs{suffix}");
        assert_eq!(led(&format!("/topics/upkeep{suffix}")), want);
        assert_eq!(led(&format!("/feed{suffix}?topic=upkeep")), want);
        assert_eq!(led(&format!("/topics/upkeep{suffix}?before=7")), format!("{want}?before=7"));
    }
    assert_eq!(led("/topics/ai-models,upkeep.atom"), "/topics/ai-models,costs.atom");
    assert_eq!(led("/feed.rss?q=energy&topic=upkeep"), "/feed.rss?q=energy&topic=costs");
    assert_eq!(insights(&server, "/topics/costs.json"), found);
    assert_eq!(id(&server, "/topics/costs.atom"), before, "it is the same feed");
    server.stop();

    std::fs::remove_file(program.data().join("topics.toml")).unwrap();
    let server = program.serve();
    assert_eq!(statuses(&server.base, "/topics/costs"), [410; 4]);
    assert_eq!(statuses(&server.base, "/topics/no-such"), [404; 4]);
    server.stop();
}
