//! Newsletters by mail, from outside: the pipe, what becomes of a message, and what never gets out.

use crate::support::post::{WEEKLY, deliver, issue, mailbox};
use crate::support::{Program, get, post};

fn program() -> Program {
    let mut program = Program::new(&[]);
    program.set("PODBRIEF_MAIL_DOMAIN", "in.example");
    program
}

fn items(program: &Program, source: &str) -> Vec<serde_json::Value> {
    program.json(&["source", "show", source, "--json"])["items"].as_array().unwrap().clone()
}

#[test]
fn a_newsletter_becomes_insights_without_its_furniture() {
    let program = program();
    let server = program.serve();
    let (address, id) = mailbox(&program, &["The Grid Weekly", "--public"]);
    let local = address.strip_suffix("@in.example").unwrap();
    assert!(local.starts_with("the-grid-weekly-") && local.len() >= 32, "{address}");
    assert_eq!(deliver(&program, &address, WEEKLY), (0, String::new()));
    server.wait_for("insights published");
    let feed = get(&server.base, &format!("/sources/{id}.json")).text();
    let found: serde_json::Value = serde_json::from_str(&feed).unwrap();
    assert!(found["items"].as_array().unwrap().len() >= 2, "{feed}");
    for secret in ["ada@", "9f8e7d6c5b4a3928", "Volt", "Unsubscribe", "Oldtown", local] {
        assert!(!feed.contains(secret), "{secret} got out: {feed}");
    }
    // The whole issue, as a feed and as a page.
    let full = get(&server.base, &format!("/sources/{id}/full.json")).json();
    let html = full["items"][0]["content_html"].as_str().unwrap();
    assert!(html.contains("<a href=\"https://grid.example/report\" rel=\"noreferrer nofollow\">shifting solar power</a>"), "{html}");
    assert!(
        html.contains("<h3>What it means for towns</h3>") && html.contains("<ul><li>A town"),
        "{html}"
    );
    let page = full["items"][0]["url"].as_str().unwrap().strip_prefix(&server.base).unwrap();
    assert_eq!(full["items"][0]["external_url"], "https://weekly.example/p/issue-12");
    let shown = get(&server.base, page).text();
    assert!(shown.contains("What it means for towns"), "{shown}");
    for secret in ["ada@", "9f8e7d6c5b4a3928", "Volt", "Unsubscribe", "Oldtown", local] {
        assert!(!html.contains(secret) && !shown.contains(secret), "{secret} got out: {html}");
    }
    // Whatever is published of it, in every form.
    let mut paths: Vec<String> = [".atom", ".rss", ".json", "", "/full", "/full.atom", "/full.rss"]
        .map(|form| format!("/sources/{id}{form}"))
        .into();
    paths.extend(
        ["/latest", "/latest.atom", "/latest.rss", "/search?q=battery", "/sources"].map(Into::into),
    );
    paths.extend(found["items"].as_array().unwrap().iter().map(|insight| {
        insight["url"].as_str().unwrap().strip_prefix(&server.base).unwrap().to_owned()
    }));
    for path in paths {
        let page = get(&server.base, &path);
        assert_eq!(page.status, 200, "{path}");
        let text = page.text();
        for secret in ["ada@", "ada%40", "9f8e7d6c5b4a3928", local] {
            assert!(!text.contains(secret), "{secret} got out at {path}: {text}");
        }
    }
    // The same message again, and again under another name of the mailbox.
    assert_eq!(deliver(&program, &format!("me+{local}@elsewhere.example"), WEEKLY).0, 0);
    let outcome = server.wait_for("mail received")["fields"]["outcome"].clone();
    assert_eq!(outcome, "known");
    assert_eq!(items(&program, &id).len(), 1);
    server.stop();
}

#[test]
fn a_newsletter_is_private_until_told_otherwise() {
    let program = program();
    let server = program.serve();
    let (address, id) = mailbox(&program, &["Mine"]);
    assert_eq!(deliver(&program, &address, WEEKLY).0, 0);
    server.wait_for("insights published");
    for path in ["/latest.json", "/latest", "/sources", "/topics", "/topics.opml"] {
        let page = get(&server.base, path).text();
        assert!(!page.contains("evening") && !page.contains("Mine"), "{path}: {page}");
    }
    let item = items(&program, &id)[0]["id"].as_str().unwrap().to_owned();
    for path in [
        format!("/sources/{id}"),
        format!("/sources/{id}.atom"),
        format!("/sources/{id}/full"),
        format!("/sources/{id}/full.atom"),
        format!("/items/{item}"),
    ] {
        assert_eq!(get(&server.base, &path).status, 404, "{path}");
    }
    assert!(program.ok(&["source", "show", &id]).contains("insights from its text"));
    assert!(!program.ok(&["export"]).contains(&address));
    server.stop();
}

#[test]
fn a_personal_newsletter_feeds_its_owners_brief_and_no_other() {
    let program = program();
    let server = program.serve();
    let sign_up = || {
        let answer = post(
            &server.base,
            "/brief",
            &[("interests", "solar power"), ("zone", "UTC"), ("hour", "7")],
        );
        answer.field("location").unwrap().to_owned()
    };
    let ada = sign_up();
    let readers = program.json(&["subscriber", "list", "--json"]);
    let owner = readers[0]["id"].as_str().unwrap().to_owned();
    // Of the only reader, without a word.
    let (address, id) = mailbox(&program, &["Mine"]);
    let shown = program.ok(&["source", "show", &id]);
    assert!(shown.contains(&format!("seen by      {owner}")), "{shown}");
    let bob = sign_up();
    let (_, nobodys) = mailbox(&program, &["Whose"]);
    let shown = program.ok(&["source", "show", &nobodys]);
    assert!(shown.contains("nobody yet"), "{shown} {ada} {bob}");
    program.ok(&["source", "share", &nobodys, &owner]);
    assert!(program.ok(&["source", "show", &nobodys]).contains(&owner));
    assert_eq!(deliver(&program, &address, WEEKLY).0, 0);
    server.wait_for("insights published");
    let says = "four-hour";
    assert!(get(&server.base, &ada).text().contains(says), "{}", get(&server.base, &ada).text());
    for path in [bob.as_str(), "/latest", "/search?q=battery"] {
        assert!(!get(&server.base, path).text().contains(says), "{path}");
    }
    let refused = program.run(&["source", "share", &id, "everyone"]);
    assert!(!refused.status.success(), "what was one reader's is not shown to all");
    server.stop();
}

#[test]
fn exit_codes_are_those_of_sysexits() {
    let program = program();
    let (address, _) = mailbox(&program, &["Tea"]);
    let (code, said) = deliver(&program, &address, WEEKLY);
    assert_eq!(code, 75, "no server: {said}");
    assert!(said.contains("podbrief serve"), "{said}");
    let server = program.serve();
    assert_eq!(deliver(&program, "nobody@in.example", WEEKLY).0, 67);
    assert_eq!(deliver(&program, &address, " \r\n").0, 65);
    assert_eq!(deliver(&program, &address, &"x".repeat(17 * 1024 * 1024)).0, 65);
    assert_eq!(program.command(&["deliver"]).output().unwrap().status.code(), Some(75));
    let mut wrong = program.command(&["deliver", "--to", &address]);
    wrong.env("PODBRIEF_NO_SUCH_OPTION", "1");
    assert_eq!(wrong.output().unwrap().status.code(), Some(75));
    server.stop();
}

#[test]
fn strangers_are_held_back_and_shown_until_trusted() {
    let program = program();
    let server = program.serve();
    let (address, id) = mailbox(&program, &["Daily"]);
    let received = |message: &str| {
        assert_eq!(deliver(&program, &address, message).0, 0);
        server.wait_for("mail received")["fields"]["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(received(&issue(1)), "new");
    assert_eq!(received(&issue(2).replace("d@daily.example", "m@evil.example")), "held");
    assert_eq!(
        received(&issue(3).replace("Date:", "Auto-Submitted: auto-replied\r\nDate:")),
        "stored as nothing: it is an automatic answer"
    );
    let confirm = "From: x@esp.example\r\nSubject: Please confirm your subscription\r\nContent-Type: text/html\r\n\r\n\
                   <p>One more step: <a href='https://esp.example/confirm?t=1'>Confirm</a></p>";
    assert_eq!(received(confirm), "for the operator");
    let shown = program.ok(&["source", "show", &id]);
    assert!(shown.starts_with(&format!("Daily ({id})\n! Please confirm")), "{shown}");
    assert!(shown.contains("link  https://esp.example/confirm?t=1"), "{shown}");
    assert!(shown.contains("m@evil.example never wrote here before"), "{shown}");
    assert!(shown.contains("ignored      1"), "{shown}");
    program.ok(&["source", "policy", &id, "reject"]);
    let (code, said) =
        deliver(&program, &address, &issue(4).replace("d@daily.example", "z@evil.example"));
    assert_eq!(code, 77, "{said}");
    assert!(program.ok(&["source", "trust", &id, "M@evil.example"]).contains("1 held back"));
    let states: Vec<_> = items(&program, &id).iter().map(|i| i["state"]["state"].clone()).collect();
    assert_eq!(states.iter().filter(|s| **s == "held").count(), 1, "the confirmation: {states:?}");
    server.stop();
}

#[test]
fn an_archive_is_imported_once() {
    let program = program();
    let (_, id) = mailbox(&program, &["Daily"]);
    let mbox = program.dir.path().join("old.mbox");
    let text: String =
        (0..5).map(|n| format!("From d\n{}\n", issue(n).replace("\r\n", "\n"))).collect();
    std::fs::write(&mbox, text).unwrap();
    let path = mbox.to_str().unwrap();
    assert!(program.ok(&["import", path, "--mail", &id]).contains("5 messages: 5 new"));
    let server = program.serve();
    assert!(program.ok(&["import", path, "--mail", &id]).contains("5 messages: 5 known"));
    assert_eq!(items(&program, &id).len(), 5);
    server.stop();
}
