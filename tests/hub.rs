//! Our WebSub hub, against subscribers that are played here, and against our own.

use std::collections::{BTreeSet, HashMap};

use hmac::{Hmac, KeyInit, Mac};
use podbrief::model::Timestamp;
use podbrief::store::{ListenerStore, sled};

use crate::contract::open_free;
use crate::support::client::request;
use crate::support::host::Seen;
use crate::support::program::Server;
use crate::support::show::host_show;
use crate::support::{Answer, Host, Program, get, post};

const SECRET: &str = "a secret of the listener's own";

/// A program that serves one show, and a host with callbacks that it may ask.
struct World {
    host: Host,
    program: Program,
    server: Server,
    base: String,
}

/// A free port, for a program whose address must stay over a restart.
fn port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn world() -> World {
    let host = Host::start();
    host_show(&host, "tea", 1);
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_LOG_LEVEL", "info,podbrief::web::hub=debug");
    program.set("PODBRIEF_LISTEN", &format!("127.0.0.1:{}", port()));
    let server = program.serve();
    let base = server.base.clone();
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    program.ok(&["poll", "--all"]);
    host.take_seen();
    World { host, program, server, base }
}

impl World {
    /// Asks the hub; gives status and text.
    fn ask(&self, mode: &str, topic: &str, callback: &str, more: &[(&str, &str)]) -> (u16, String) {
        let mut form = vec![("hub.mode", mode), ("hub.topic", topic), ("hub.callback", callback)];
        form.extend(more);
        let answer = post(&self.base, "/websub", &form);
        (answer.status, answer.text())
    }

    fn topic(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Publishes the insights of a show of this name.
    fn publish(&self, name: &str) {
        host_show(&self.host, name, 1);
        self.program.ok(&["source", "add", &self.host.url(&format!("/{name}.xml"))]);
        self.program.ok(&["poll"]);
    }

    fn seen(&self, path: &str) -> Vec<Seen> {
        let seen = self.host.take_seen().into_iter();
        seen.filter(|seen| seen.path.split('?').next() == Some(path)).collect()
    }
}

fn params(seen: &Seen) -> HashMap<String, String> {
    let query = seen.path.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn ids(text: &str) -> BTreeSet<String> {
    let feed = feed_rs::parser::parse(text.as_bytes()).unwrap();
    feed.entries.into_iter().map(|entry| entry.id).collect()
}

fn signature(body: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
    format!("sha256={hex}")
}

#[test]
fn who_asks_is_asked_back_and_told_of_what_is_new() {
    let world = world();
    let query = "/feed.atom?min_score=0.1";
    let id =
        world.program.json(&["source", "list", "--json"])[0]["id"].as_str().unwrap().to_owned();
    let topics =
        ["/latest.atom", "/latest.rss", "/latest.json", query, &format!("/sources/{id}.atom")]
            .map(str::to_owned);
    for (at, path) in topics.iter().enumerate() {
        // Both ways to find the hub.
        let feed = get(&world.base, path);
        let topic = world.topic(path);
        let links = format!("<{}/websub>; rel=\"hub\", <{topic}>; rel=\"self\"", world.base);
        assert_eq!(feed.field("link"), Some(links.as_str()));
        if path.ends_with("json") {
            let hub = &feed.json()["hubs"][0];
            assert_eq!(
                (hub["type"].as_str(), hub["url"].as_str().unwrap()),
                (Some("WebSub"), &*world.topic("/websub"))
            );
        } else {
            let text = feed.text();
            let hub = text.split('<').find(|tag| tag.contains("rel=\"hub\"")).unwrap();
            assert!(hub.contains(&format!("{}/websub", world.base)), "{hub}");
        }
        world.host.set(&format!("/cb/{at}"), Answer::Callback(204));
        let callback = world.host.url(&format!("/cb/{at}?mine=1"));
        let more = [("hub.secret", SECRET), ("hub.lease_seconds", "1")];
        assert_eq!(world.ask("subscribe", &topic, &callback, &more), (202, String::new()));
        world.server.wait_for("a listener confirmed");
        let asked = world.seen(&format!("/cb/{at}"));
        let asked = params(&asked[0]);
        assert_eq!(asked["mine"], "1", "its own parameters stay");
        assert_eq!((asked["hub.mode"].as_str(), &asked["hub.topic"]), ("subscribe", &topic));
        assert_eq!(asked["hub.lease_seconds"], "300", "no lease is shorter");
        assert!(asked["hub.challenge"].len() >= 32);
    }
    let known = ids(&get(&world.base, "/latest.atom").text());
    world.publish("coffee");
    for _ in 0..4 {
        world.server.wait_for("a listener was told");
    }
    let whole = ids(&get(&world.base, "/latest.atom").text());
    let new: BTreeSet<String> = whole.difference(&known).cloned().collect();
    assert!(!new.is_empty());
    let seen = world.host.take_seen();
    for (at, path) in topics.iter().enumerate() {
        let own = format!("/cb/{at}?mine=1");
        let told: Vec<&Seen> = seen.iter().filter(|seen| seen.path == own).collect();
        if path.starts_with("/sources/") {
            assert!(told.is_empty(), "nothing is new there");
            continue;
        }
        assert_eq!(told.len(), 1, "{path}");
        let links =
            format!("<{}/websub>; rel=\"hub\", <{}>; rel=\"self\"", world.base, world.topic(path));
        assert_eq!(told[0].fields["link"], links);
        assert_eq!(
            told[0].fields["content-type"],
            get(&world.base, path).field("content-type").unwrap()
        );
        assert_eq!(told[0].fields["x-hub-signature"], signature(&told[0].body));
        let of = ids(&told[0].body);
        if path == query {
            assert!(!of.is_empty() && of.is_subset(&new));
        } else {
            assert_eq!(of, new, "{path}: what is new and nothing else");
        }
    }
    // No longer: the callback is asked about that, too.
    let callback = world.host.url("/cb/0?mine=1");
    let topic = world.topic("/latest.atom");
    world.host.set("/cb/0", Answer::Status(404, vec![]));
    assert_eq!(world.ask("unsubscribe", &topic, &callback, &[]).0, 202);
    world.server.wait_for("a listener did not confirm");
    world.host.set("/cb/0", Answer::Callback(204));
    assert_eq!(world.ask("unsubscribe", &topic, &callback, &[]).0, 202);
    world.server.wait_for("a listener confirmed");
    world.host.take_seen();
    world.publish("water");
    for _ in 0..3 {
        world.server.wait_for("a listener was told");
    }
    assert!(world.seen("/cb/0").is_empty());
    assert_eq!(world.ask("unsubscribe", &topic, &callback, &[]).0, 202, "it is so already");
    world.server.stop();
}

#[test]
fn who_does_not_confirm_is_not_told() {
    let world = world();
    let topic = world.topic("/latest.atom");
    let canary = Host::start();
    canary.set("/", Answer::Callback(200));
    let to_canary = vec![("Location".to_owned(), canary.url("/"))];
    let wrong = Answer::Full { status: 200, fields: vec![], bytes: b"another".to_vec() };
    world.host.set("/wrong", wrong);
    world.host.set("/refused", Answer::Status(404, vec![]));
    world.host.set("/moved", Answer::Status(302, to_canary));
    let named = format!("http://localhost:{}/", canary.address.port());
    let paths = ["/wrong", "/refused", "/moved"].map(|path| world.host.url(path));
    for callback in paths.iter().chain([&named]) {
        assert_eq!(world.ask("subscribe", &topic, callback, &[]).0, 202);
        world.server.wait_for("a listener did not confirm");
    }
    world.host.take_seen();
    world.publish("coffee");
    assert!(world.host.take_seen().iter().all(|seen| !seen.body.contains("<entry>")));
    assert!(canary.take_seen().is_empty(), "what is private is not asked, by name or redirect");
    world.server.stop();
}

#[test]
fn what_can_not_be_asked_for_is_refused_with_words() {
    let world = world();
    let topic = world.topic("/latest.atom");
    let good = world.host.url("/cb");
    let long = "x".repeat(201);
    let secret = world.program.ok(&["subscriber", "add", "--interests", "tea"]);
    let brief = secret.split_whitespace().find(|word| word.contains("/brief/")).unwrap();
    let brief = format!("{}.atom", brief.trim_end_matches(".atom"));
    assert_eq!(get(&world.base, brief.strip_prefix(&world.base).unwrap()).status, 200);
    let stranger = "http://127.0.0.1:9/cb";
    for (status, part, mode, topic, callback, more) in [
        (400, "hub.mode", "publish", &*topic, &*good, None),
        (400, "hub.callback", "subscribe", &topic, "", None),
        (400, "hub.callback", "subscribe", &topic, "ftp://example.org/", None),
        (400, "hub.callback", "subscribe", &topic, "http://a:b@example.org/", None),
        (400, "private or reserved", "subscribe", &topic, stranger, None),
        (400, "private or reserved", "subscribe", &topic, "http://[::ffff:10.0.0.1]/", None),
        (400, "hub.secret", "subscribe", &topic, &good, Some(("hub.secret", &*long))),
        (400, "hub.lease_seconds", "subscribe", &topic, &good, Some(("hub.lease_seconds", "-1"))),
        (404, "no feed", "subscribe", "http://127.0.0.1:9/latest.atom", &good, None),
        (404, "no feed", "subscribe", &world.topic("/latest"), &good, None),
        (404, "no feed", "subscribe", &world.topic("/topics/no-such.atom"), &good, None),
        (404, "no feed", "subscribe", &brief, &good, None),
        (400, "self link", "subscribe", &world.topic("/latest.atom?before=5"), &good, None),
        (400, "self link", "subscribe", &world.topic("/feed.atom?limit=50&q=tea"), &good, None),
    ] {
        let more: Vec<_> = more.into_iter().collect();
        let (found, text) = world.ask(mode, topic, callback, &more);
        assert_eq!(found, status, "{topic} {callback}: {text}");
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(get(&world.base, brief.strip_prefix(&world.base).unwrap()).field("link"), None);
    let read = request(&world.base, "GET", "/websub", &[]);
    assert_eq!((read.status, read.field("allow")), (405, Some("POST")));
    assert!(world.seen("/cb").is_empty());
    world.server.stop();
}

#[test]
fn the_hub_has_bounds() {
    let host = Host::start();
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_WEB_HUB_LISTENERS", "2");
    let server = program.serve();
    host.set("/cb", Answer::Callback(200));
    let ask = |server: &Server, n: usize| {
        let (topic, callback) =
            (format!("{}/latest.atom", server.base), host.url(&format!("/cb?{n}")));
        let form =
            [("hub.mode", "subscribe"), ("hub.topic", &*topic), ("hub.callback", &*callback)];
        post(&server.base, "/websub", &form)
    };
    assert_eq!([1, 2, 1].map(|n| ask(&server, n).status), [202; 3]);
    let full = ask(&server, 3);
    assert_eq!((full.status, full.field("retry-after")), (503, Some("3600")));
    server.stop();
    program.set("PODBRIEF_WEB_HUB_ALLOW_PRIVATE", "");
    let server = program.serve();
    assert_eq!(ask(&server, 1).status, 400, "what sources may reach is not for strangers to reach");
    server.stop();
    program.set("PODBRIEF_WEB_HUB_LISTENERS", "0");
    let server = program.serve();
    assert_eq!(ask(&server, 1).status, 404);
    let feed = get(&server.base, "/latest.atom");
    assert!(feed.field("link").is_none() && !feed.text().contains("rel=\"hub\""));
    server.stop();
}

#[test]
fn subscriptions_outlive_restarts_and_end_with_their_lease() {
    let World { host, program, server, base } = world();
    let world = World { host, program, server, base };
    let topic = world.topic("/latest.atom");
    for path in ["/stays", "/ended", "/gone"] {
        world.host.set(path, Answer::Callback(if path == "/gone" { 410 } else { 200 }));
        assert_eq!(world.ask("subscribe", &topic, &world.host.url(path), &[]).0, 202);
        world.server.wait_for("a listener confirmed");
    }
    let World { host, program, server, base } = world;
    server.stop();
    {
        let mint = sled::Mint { now: Timestamp::from_secs(0), host: "", random: "" };
        let store = open_free(&program.data(), &mint);
        let ended = store.listeners().unwrap();
        let ended = ended.iter().find(|l| l.callback.ends_with("/ended")).unwrap();
        let mut end = |listener: &mut podbrief::model::Listener| {
            listener.grant.as_mut().unwrap().until = Timestamp::from_secs(1);
            true
        };
        assert!(store.change_listener(&ended.id, &mut end).unwrap());
    }
    let server = program.serve();
    let world = World { host, program, server, base };
    world.host.take_seen();
    world.publish("coffee");
    let mut came = vec![
        world.server.wait_for_one_of(&["a listener was told", "a listener is gone"]),
        world.server.wait_for_one_of(&["a listener was told", "a listener is gone"]),
    ];
    came.sort();
    assert_eq!(came, ["a listener is gone", "a listener was told"]);
    let seen = world.host.take_seen();
    let told = |path: &str| seen.iter().filter(|seen| seen.path == path).count();
    assert_eq!((told("/stays"), told("/ended"), told("/gone")), (1, 0, 1));
    world.publish("water");
    world.server.wait_for("a listener was told");
    let seen = world.host.take_seen();
    let told = |path: &str| seen.iter().filter(|seen| seen.path == path).count();
    assert_eq!(
        (told("/stays"), told("/ended"), told("/gone")),
        (1, 0, 0),
        "it said that it is gone"
    );
    world.server.stop();
    let mint = sled::Mint { now: Timestamp::from_secs(0), host: "", random: "" };
    let left = open_free(&world.program.data(), &mint).listeners().unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn our_own_subscriber_is_told_by_our_own_hub() {
    let host = Host::start();
    host_show(&host, "tea", 1);
    let (a, b) = (format!("127.0.0.1:{}", port()), format!("127.0.0.1:{}", port()));
    let mut publisher = Program::new(&[&host]);
    publisher.set("PODBRIEF_WEB_HUB_ALLOW_PRIVATE", &b);
    publisher.set("PODBRIEF_LISTEN", &a);
    publisher.set("PODBRIEF_LOG_LEVEL", "info,podbrief::web::hub=debug");
    let publishing = publisher.serve();
    publisher.ok(&["source", "add", &host.url("/tea.xml")]);
    publisher.ok(&["poll", "--all"]);
    let mut reader = Program::new(&[]);
    reader.set("PODBRIEF_FETCH_ALLOW_PRIVATE", &a);
    reader.set("PODBRIEF_LISTEN", &b);
    reader.set("PODBRIEF_BASE_URL", &format!("http://{b}"));
    let reading = reader.serve();
    reader.ok(&["source", "add", &format!("http://{a}/latest.atom")]);
    publishing.wait_for("a listener confirmed");
    reading.wait_for("the hub will tell of news");
    host_show(&host, "coffee", 1);
    publisher.ok(&["source", "add", &host.url("/coffee.xml")]);
    publishing.wait_for("a listener was told");
    let news = reading.wait_for("the hub told of news");
    assert!(news["fields"]["new"].as_u64().unwrap() > 0);
    reading.stop();
    publishing.stop();
}
