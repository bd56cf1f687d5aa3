//! The personal brief from outside: sign up, read the feed, vote, change, leave.

use std::collections::BTreeSet;

use crate::support::client::{Response, request};
use crate::support::program::Server;
use crate::support::show::host_show;
use crate::support::{Host, Program, get, post};

/// A server with insights of several shows.
fn world(shows: &[&str]) -> (Host, Program) {
    let host = Host::start();
    let mut program = Program::new(&[&host]);
    // Of every crate, not only ours.
    program.set("PODBRIEF_LOG_LEVEL", "trace,podbrief=trace");
    for name in shows {
        host_show(&host, name, 3);
        program.ok(&["source", "add", &host.url(&format!("/{name}.xml"))]);
    }
    program.ok(&["poll"]);
    (host, program)
}

/// Signs up and gives the path of the secret page.
fn sign_up(server: &Server, form: &[(&str, &str)]) -> String {
    let answer = post(&server.base, "/brief", form);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let to = answer.field("location").unwrap().to_owned();
    assert!(to.starts_with("/brief/"), "{to}");
    to
}

fn items(server: &Server, path: &str) -> Vec<serde_json::Value> {
    get(&server.base, path).json()["items"].as_array().unwrap().clone()
}

/// Paths of the links of that label in an entry.
fn links(entry: &serde_json::Value, base: &str, label: &str) -> Vec<String> {
    let html = entry["content_html"].as_str().unwrap();
    let parts = html.split("<a href=\"").filter(|part| part.contains(&format!("\">{label}</a>")));
    parts
        .map(|part| part.split('"').next().unwrap().strip_prefix(base).unwrap().to_owned())
        .collect()
}

fn is_private(answer: &Response) {
    assert!(answer.field("cache-control").unwrap().starts_with("private"), "{answer:?}");
    assert_eq!(answer.field("referrer-policy"), Some("no-referrer"));
    assert_eq!(answer.field("x-robots-tag"), Some("noindex"));
}

#[test]
fn from_sign_up_to_the_end() {
    let (_host, program) = world(&["tea", "coffee", "cocoa"]);
    let server = program.serve();
    let page =
        sign_up(&server, &[("interests", "heat pumps"), ("zone", "Europe/Berlin"), ("hour", "7")]);
    let secret = page.strip_prefix("/brief/").unwrap().to_owned();
    assert!(secret.len() >= 26 && secret.bytes().all(|b| b.is_ascii_alphanumeric()));
    let shown = get(&server.base, &page);
    assert_eq!(shown.status, 200);
    is_private(&shown);
    let html = shown.text();
    let feed = format!("{}{page}.atom", server.base);
    assert!(
        html.contains(&feed) && html.contains("<svg class=\"qr\"") && html.contains("feed:http")
    );
    assert!(html.len() < 100 * 1024);

    // The feed has an edition from the first minute, in both shapes and all formats.
    let digest = items(&server, &format!("{page}.json"));
    assert_eq!(digest.len(), 1, "{digest:?}");
    let single = items(&server, &format!("{page}/items.json"));
    assert!((2..=5).contains(&single.len()), "{single:?}");
    let ids: BTreeSet<_> =
        single.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), single.len());
    let html = digest[0]["content_html"].as_str().unwrap();
    for item in &single {
        assert!(html.contains(item["content_html"].as_str().unwrap()), "both tell the same");
        assert!(!item["id"].as_str().unwrap().contains(&secret));
    }
    for path in [".atom", ".rss", "/items.atom", "/items.rss"] {
        let answer = get(&server.base, &format!("{page}{path}"));
        assert_eq!(answer.status, 200);
        is_private(&answer);
        let tag = answer.field("etag").unwrap().to_owned();
        let again =
            request(&server.base, "GET", &format!("{page}{path}"), &[("If-None-Match", &tag)]);
        assert_eq!(again.status, 304);
        is_private(&again);
        let body = answer.text();
        let entries = body.split_once("<entry").or(body.split_once("<item>")).unwrap().1;
        assert!(!entries.contains(&secret), "no entry holds the secret: {path}");
        assert!(!body.contains('\u{1}'));
    }
    // The edition's own page can be passed on: it has neither the secret nor the reader's links.
    let own = digest[0]["url"].as_str().unwrap().strip_prefix(&server.base).unwrap();
    let text = get(&server.base, own).text();
    assert!(!text.contains(&secret) && !text.contains("/f/"), "{text}");
    let opml = get(&server.base, &format!("{page}.opml"));
    assert!(opml.text().contains(&format!("xmlUrl=\"{feed}\"")));
    is_private(&opml);

    votes(&server, &page, &digest[0]);
    settings(&server, &page);

    // Leaving takes everything, at once.
    let unsure = post(&server.base, &format!("{page}/settings"), &[("do", "delete")]);
    assert_eq!(unsure.status, 303);
    assert_eq!(get(&server.base, &page).status, 200);
    let vote = links(&digest[0], &server.base, "More like this").remove(0);
    let gone = post(&server.base, &format!("{page}/settings"), &[("do", "delete"), ("sure", "on")]);
    assert_eq!(gone.status, 200);
    let nothing = get(&server.base, "/brief/23456789abcdefghjkmnpqrstvwx");
    assert_eq!(nothing.status, 404);
    for path in ["", ".atom", ".opml", "/settings", "/export.json", "/items.rss"] {
        let answer = get(&server.base, &format!("{page}{path}"));
        assert_eq!((answer.status, &answer.body), (404, &nothing.body), "{path}");
    }
    assert_eq!(get(&server.base, &vote).status, 404);
    assert_eq!(get(&server.base, own).status, 404);
    assert_eq!(program.ok(&["subscriber", "list", "--json"]).trim(), "[]");
    let log = server.stop_and_read();
    assert!(!log.contains(&secret), "the log holds a secret");
    assert!(log.contains("a reader signed up"));
}

/// A look changes nothing, the button does, and undo takes it back.
fn votes(server: &Server, page: &str, digest: &serde_json::Value) {
    let settings = || get(&server.base, &format!("{page}/settings")).text();
    for label in ["More like this", "Less like this", "Knew that"] {
        let path = links(digest, &server.base, label).remove(0);
        assert_eq!(get(&server.base, &path).status, 200);
        assert!(settings().contains("Nothing yet"), "{label}: a look changed something");
        let done = post(&server.base, &path, &[]);
        assert!(done.status == 200 && done.text().contains("Undo"));
        is_private(&done);
        assert!(!settings().contains("Nothing yet"), "{label}");
        post(&server.base, &path, &[("undo", "1")]);
        assert!(settings().contains("Nothing yet"), "{label}");
    }
    let mute = links(digest, &server.base, "Mute this show").remove(0);
    post(&server.base, &mute, &[]);
    assert!(settings().contains("name=\"muted\""));
    post(&server.base, &mute, &[("undo", "1")]);
    assert!(!settings().contains("name=\"muted\""));
    let more = links(digest, &server.base, "More like this").remove(0);
    post(&server.base, &more, &[]);
    let mut forged = more.clone();
    forged.replace_range(3..4, if &more[3..4] == "m" { "l" } else { "m" });
    assert_eq!(post(&server.base, &forged, &[]).status, 404);
}

fn settings(server: &Server, page: &str) {
    let path = format!("{page}/settings");
    let wrong =
        [("do", "save"), ("interests", "night trains"), ("zone", "Mars/Base"), ("size", "99")];
    let answer = post(&server.base, &path, &wrong);
    assert_eq!(answer.status, 422);
    let text = answer.text();
    for kept in ["night trains", "value=\"99\"", "id=\"zone-error\"", "id=\"size-error\""] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    let right = [
        ("do", "save"),
        ("interests", "night trains"),
        ("zone", "America/New_York"),
        ("hour", "5"),
        ("size", "3"),
        ("shape", "items"),
        ("days", "weekdays"),
    ];
    assert_eq!(post(&server.base, &path, &right).status, 303);
    let keep = [("do", "keep_query"), ("query", "grid AND storage"), ("name", "Grid")];
    assert_eq!(post(&server.base, &path, &keep).status, 303);
    let opml = get(&server.base, &format!("{page}.opml")).text();
    assert!(opml.contains("/feed.atom?q=grid+") && opml.contains("/items.atom"), "{opml}");
    let wrong = [("do", "keep_query"), ("query", "grid AND"), ("name", "Half")];
    let refused = post(&server.base, &path, &wrong);
    assert!(refused.status == 422 && refused.text().contains("value=\"grid AND\""));
    assert_eq!(get(&server.base, &format!("{page}/items")).status, 200);
    let export = get(&server.base, &format!("{page}/export.json"));
    is_private(&export);
    let all = export.json();
    let reader = &all["subscriber"];
    assert_eq!((&reader["zone"], &reader["hour"]), (&"America/New_York".into(), &5.into()));
    assert_eq!((&reader["explore"], &reader["days"]), (&false.into(), &"weekdays".into()));
    assert_eq!(all["votes"].as_array().unwrap().len(), 1);
    assert!(!all["editions"].as_array().unwrap().is_empty());
    let secret = page.strip_prefix("/brief/").unwrap();
    assert!(!export.text().contains(secret), "an export holds no secret");
    post(&server.base, &path, &[("do", "reset")]);
    assert!(get(&server.base, &path).text().contains("Nothing yet"));
}

#[test]
fn a_changed_address_says_so_and_no_more() {
    let (_host, program) = world(&["tea"]);
    let server = program.serve();
    let page = sign_up(&server, &[("interests", "")]);
    let before = items(&server, &format!("{page}.json"));
    let answer = post(&server.base, &format!("{page}/settings"), &[("do", "rotate")]);
    let new = answer.field("location").unwrap().to_owned();
    assert_ne!(new, page);
    assert_eq!(items(&server, &format!("{new}.json")), before, "the same entries, not new ones");
    for path in [".json", "/items.json"] {
        let old = items(&server, &format!("{page}{path}"));
        assert_eq!(old.len(), 1);
        assert!(old[0]["id"].as_str().unwrap().contains("/moved/"));
        let text = get(&server.base, &format!("{page}{path}")).text();
        assert!(!text.contains(new.strip_prefix("/brief/").unwrap()), "never where to");
    }
    for path in ["", "/settings", "/export.json", ".opml"] {
        assert_eq!(get(&server.base, &format!("{page}{path}")).status, 404, "{path}");
    }
    // The command line does the same, and can end the old one at once.
    let list = program.json(&["subscriber", "list", "--json"]);
    let id = list[0]["id"].as_str().unwrap();
    let newest = program.json(&["subscriber", "rotate", id, "--now", "--json"]);
    assert_eq!(get(&server.base, &format!("{new}.json")).status, 404);
    let path = newest["page"].as_str().unwrap().rsplit_once("/brief/").unwrap().1.to_owned();
    assert_eq!(items(&server, &format!("/brief/{path}.json")), before);
    program.ok(&["subscriber", "remove", id]);
    assert_eq!(get(&server.base, &format!("/brief/{path}.json")).status, 404);
    server.stop();
}

#[test]
fn who_may_sign_up() {
    let host = Host::start();
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_SIGNUP", "invite");
    let server = program.serve();
    let refused = post(&server.base, "/brief", &[("interests", "heat & <pumps>"), ("hour", "9")]);
    assert_eq!(refused.status, 422);
    let text = refused.text();
    assert!(text.contains("invite-error") && text.contains("heat &#38; &#60;pumps&#62;"), "{text}");
    let link = program.json(&["invite", "--json"])["link"].as_str().unwrap().to_owned();
    let code = link.rsplit('/').next().unwrap();
    let form = get(&server.base, &format!("/invite/{code}"));
    assert!(form.status == 200 && form.text().contains(code));
    sign_up(&server, &[("invite", code)]);
    assert_eq!(post(&server.base, "/brief", &[("invite", code)]).status, 422, "good once");
    assert_eq!(get(&server.base, &format!("/invite/{code}")).status, 404);
    server.stop();
    program.set("PODBRIEF_SIGNUP", "closed");
    let server = program.serve();
    assert_eq!(post(&server.base, "/brief", &[]).status, 422);
    assert!(!get(&server.base, "/").text().contains("action=\"/brief\""));
    program.ok(&["subscriber", "add", "--interests", "trains", "--zone", "Asia/Tokyo"]);
    assert!(program.ok(&["subscriber", "list"]).contains("Asia/Tokyo"));
    let bad = program.run(&["subscriber", "add", "--zone", "Mars/Base"]);
    assert!(!bad.status.success());
    server.stop();
}

#[test]
fn a_form_that_can_t_be_taken_loses_nothing() {
    let (_host, program) = world(&["tea"]);
    let server = program.serve();
    for (field, value) in [
        ("zone", "Mars/Base"),
        ("hour", "24"),
        ("hour", "noon"),
        ("topic", "no-such-topic"),
        ("source", "0123456789abcdefghjk"),
        ("source", "x"),
    ] {
        let answer = post(&server.base, "/brief", &[("interests", "rare words"), (field, value)]);
        assert_eq!(answer.status, 422, "{field}={value}");
        let text = answer.text();
        assert!(
            text.contains("rare words") && text.contains(&format!("id=\"{field}-error\"")),
            "{field}"
        );
    }
    let long = "x".repeat(2001);
    assert_eq!(post(&server.base, "/brief", &[("interests", &long)]).status, 422);
    assert!(post(&server.base, "/brief", &[("interests", &"x".repeat(70_000))]).status >= 400);
    assert_eq!(request(&server.base, "GET", "/brief", &[]).status, 405);
    assert_eq!(program.ok(&["subscriber", "list", "--json"]).trim(), "[]");
    server.stop();
}
