//! The subscriber's side of W3C WebSub against a hub that is played here.

use hmac::{Hmac, KeyInit, Mac};

use crate::support::client::{request, send};
use crate::support::show::{feed, host_show};
use crate::support::{Answer, Host, Program};

/// A free port, for a program whose address must be known before it starts.
fn port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

struct World {
    host: Host,
    program: Program,
    base: String,
}

fn world(public: bool) -> World {
    let host = Host::start();
    host_show(&host, "tea", 1);
    host.set("/hub", Answer::Status(202, vec![]));
    let links = format!("<{}>; rel=\"hub\", <{}>; rel=self", host.url("/hub"), host.url("/topic"));
    let fields = vec![
        ("Link".to_owned(), links),
        ("Content-Type".to_owned(), "application/rss+xml".to_owned()),
    ];
    let bytes = feed(&host, "tea", 1).into_bytes();
    host.set("/tea.xml", Answer::Full { status: 200, fields, bytes });
    let mut program = Program::new(&[&host]);
    let base = format!("http://127.0.0.1:{}", port());
    program.set("PODBRIEF_LISTEN", base.strip_prefix("http://").unwrap());
    if public {
        program.set("PODBRIEF_BASE_URL", &base);
    }
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    World { host, program, base }
}

/// The fields of the one subscription that the hub was asked for.
fn asked(host: &Host) -> Option<std::collections::HashMap<String, String>> {
    let seen = host.take_seen();
    let forms: Vec<_> = seen.iter().filter(|seen| seen.path == "/hub").collect();
    assert!(forms.len() <= 1, "{forms:?}");
    forms
        .first()
        .map(|seen| url::form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect())
}

fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
    format!("sha256={hex}")
}

#[test]
fn a_hub_is_asked_answered_and_listened_to() {
    let World { host, program, base } = world(true);
    let server = program.serve();
    server.wait_for("insights published");
    let form = asked(&host).expect("the hub was asked");
    assert_eq!((form["hub.mode"].as_str(), &form["hub.topic"]), ("subscribe", &host.url("/topic")));
    let callback = form["hub.callback"].strip_prefix(&base).unwrap().to_owned();
    let secret = form["hub.secret"].clone();
    assert!(callback.rsplit('/').next().unwrap().len() >= 32 && secret.len() >= 32);

    let verify = |path: &str, mode: &str, topic: &str| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("hub.mode", mode)
            .append_pair("hub.topic", topic)
            .append_pair("hub.challenge", "c<h>allenge")
            .append_pair("hub.lease_seconds", "864000")
            .finish();
        request(&base, "GET", &format!("{path}?{query}"), &[])
    };
    let post = |path: &str, by: &str, body: &str| {
        let fields = [("X-Hub-Signature", by), ("Content-Type", "application/rss+xml")];
        send(&base, "POST", path, &fields, body).status
    };
    let topic = host.url("/topic");
    let news = feed(&host, "tea", 2);
    host.set("/tea/2.vtt", Answer::Status(404, vec![]));
    assert_eq!(post(&callback, &signature(&secret, &news), &news), 410, "nothing is granted yet");
    assert_eq!(verify(&callback, "subscribe", "http://other.example/").status, 404);
    assert_eq!(verify(&callback, "unsubscribe", &topic).status, 404, "we never asked for that");
    let guess = format!("{}{}", &callback[..callback.len() - 1], "g");
    assert_eq!(verify(&guess, "subscribe", &topic).status, 404);
    let right = verify(&callback, "subscribe", &topic);
    assert_eq!((right.status, right.text().as_str()), (200, "c<h>allenge"));
    assert!(right.field("content-type").unwrap().starts_with("text/plain"));

    let items = || {
        let shown = program.json(&["source", "show", "Show tea", "--json"]);
        shown["items"].as_array().unwrap().len()
    };
    let wrong = signature("guessed", &news);
    let weak = "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
    for by in [wrong.as_str(), weak, "", "sha256="] {
        assert_eq!(post(&callback, by, &news), 202, "a forger learns nothing");
    }
    assert_eq!(send(&base, "POST", &callback, &[], &news).status, 202);
    assert_eq!(items(), 1);
    host.take_seen();
    assert_eq!(post(&callback, &signature(&secret, &news), &news), 202);
    assert_eq!(items(), 2, "the message itself was read");
    server.wait_for("words found");
    assert!(host.take_seen().iter().all(|seen| seen.path != "/tea.xml"), "no need to poll");

    let source = program.json(&["source", "show", "Show tea", "--json"])["source"].clone();
    assert!(source["lease"]["until"].as_i64() > source["poll"]["last"].as_i64());
    // A message without a feed is a reason to look.
    assert_eq!(post(&callback, &signature(&secret, "news!"), "news!"), 202);
    server.wait_for("polled");
    let source = program.json(&["source", "show", "Show tea", "--json"])["source"].clone();
    assert_eq!(source["poll"]["why"], "hub", "polls are the safety net now: {source}");
    let wait = source["poll"]["next"].as_i64().unwrap() - source["poll"]["last"].as_i64().unwrap();
    assert_eq!(wait, 24 * 3600);
    assert_eq!(asked(&host), None, "the lease is good");
    assert_eq!(verify(&callback, "denied", &topic).status, 200);
    assert_eq!(post(&callback, &signature(&secret, &news), &news), 410);
    server.stop();
}

#[test]
fn without_a_public_address_no_hub_is_asked() {
    let World { host, program, .. } = world(false);
    program.ok(&["poll", "--all"]);
    assert_eq!(asked(&host), None);
}

#[test]
fn a_hub_at_a_private_address_is_not_asked() {
    let World { host, program, .. } = world(true);
    let canary = Host::start();
    canary.set("/hub", Answer::Status(202, vec![]));
    let hub = format!("<{}>; rel=hub", canary.url("/hub"));
    let bytes = feed(&host, "tea", 2).into_bytes();
    host.set("/tea.xml", Answer::Full { status: 200, fields: vec![("Link".into(), hub)], bytes });
    program.ok(&["poll", "--all"]);
    assert!(canary.take_seen().is_empty());
    let source = program.json(&["source", "show", "Show tea", "--json"])["source"].clone();
    let problem = source["lease"]["problem"].as_str().unwrap();
    assert!(problem.contains("private or reserved"), "{problem}");
}
