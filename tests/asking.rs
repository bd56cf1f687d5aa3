//! Questions as feeds and the operator's door, from outside: the binary, real HTTP, real readers' parsers.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use crate::support::client::{request, send};
use crate::support::program::{Server, text};
use crate::support::show::host_show;
use crate::support::{Host, Program, get};

fn filled(options: &[(&str, &str)]) -> (Host, Program, Server) {
    let host = Host::start();
    host_show(&host, "tea", 4);
    host_show(&host, "coffee", 3);
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_INITIAL_ITEMS", "4");
    for (name, value) in options {
        program.set(name, value);
    }
    program.ok(&["source", "add", &host.url("/tea.xml"), &host.url("/coffee.xml")]);
    program.ok(&["poll"]);
    let server = program.serve();
    (host, program, server)
}

fn ids(json: &serde_json::Value) -> Vec<String> {
    let items = json["items"].as_array().unwrap().iter();
    items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_question_is_a_feed_that_readers_can_read() {
    let (_host, _program, server) = filled(&[]);
    let base = server.base.clone();
    let all = ids(&get(&base, "/latest.json").json());
    let source = get(&base, "/sources").text();
    let show = source.split("/sources/").nth(1).unwrap()[..20].to_owned();
    for question in [
        "q=%22maintenance+contract%22",
        "q=heat+OR+sourdough+OR+chip&limit=2",
        "q=NOT+maintenance",
        "q=show:tea",
        &format!("source={show}&q=percent"),
        "min_score=0.1",
        "since=7d",
        "q=trains&shape=digest",
        "topic=ai-models,batteries-ev",
        "q=nothing-at-all-like-it",
    ] {
        let json = get(&base, &format!("/feed.json?{question}"));
        assert_eq!(json.status, 200, "{question}: {}", json.text());
        let json = json.json();
        let own = json["feed_url"].as_str().unwrap().strip_prefix(&base).unwrap();
        let again = get(&base, own);
        assert_eq!(again.json(), json, "{question}: its own address gives the same");
        for suffix in ["atom", "rss"] {
            let answer = get(&base, &format!("/feed.{suffix}?{question}"));
            let feed = feed_rs::parser::parse(answer.body.as_slice()).unwrap();
            let found: Vec<String> = feed.entries.into_iter().map(|entry| entry.id).collect();
            assert_eq!(found, ids(&json), "{question} {suffix}");
            let tag = answer.field("etag").unwrap();
            let path = format!("/feed.{suffix}?{question}");
            let unchanged = request(&base, "GET", &path, &[("If-None-Match", tag)]);
            assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
        }
        if !question.contains("digest") {
            assert!(
                ids(&json).iter().all(|id| all.contains(id)),
                "{question}: the ids of all feeds"
            );
        }
        let page = get(&base, &format!("/feed?{question}"));
        assert_eq!(page.status, 200, "{question}");
    }
    let found = ids(&get(&base, "/feed.json?q=show:tea").json());
    let other = ids(&get(&base, "/feed.json?q=NOT+show:tea").json());
    assert!(!found.is_empty() && !other.is_empty(), "{found:?} {other:?}");
    let both: BTreeSet<&String> = found.iter().chain(&other).collect();
    assert_eq!((both.len(), found.len() + other.len()), (all.len(), all.len()));
    let search = get(&base, "/search?q=maintenance").text();
    assert!(
        search.contains("class=\"card\"") && search.contains("/feed.atom?q=maintenance"),
        "{search}"
    );
    assert!(get(&base, "/search?q=maintenace").text().len() < 100 * 1024);
    server.stop();
}

#[test]
fn new_insights_come_to_their_questions_and_removed_ones_leave() {
    let (host, program, server) = filled(&[]);
    let base = server.base.clone();
    let before = get(&base, "/feed.json?q=%22maintenance+contract%22").json();
    host_show(&host, "tea", 6);
    program.ok(&["poll", "--all"]);
    let after = get(&base, "/feed.json?q=%22maintenance+contract%22").json();
    assert!(ids(&after).len() > ids(&before).len(), "{after}");
    let kept: Vec<_> = after["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|i| before["items"].as_array().unwrap().contains(i))
        .collect();
    assert_eq!(kept.len(), ids(&before).len(), "what was there is there, byte for byte");
    program.ok(&["source", "remove", "Show tea"]);
    let left = get(&base, "/feed.json?q=%22maintenance+contract%22").json();
    assert!(ids(&left).len() < ids(&before).len(), "{left}");
    server.stop();
}

#[test]
fn one_reader_can_not_wear_the_server_out() {
    let (_host, _program, server) = filled(&[
        ("PODBRIEF_WEB_SEARCHES_PER_MINUTE", "5"),
        ("PODBRIEF_WEB_SIGNUPS_PER_HOUR", "2"),
        ("PODBRIEF_WEB_TRUSTED_PROXIES", "127.0.0.1"),
    ]);
    let base = server.base.clone();
    let ask = |n: usize, from: &str| {
        request(&base, "GET", &format!("/search?q=%22word{n}%22"), &[("X-Forwarded-For", from)])
    };
    let statuses: Vec<u16> = (0..7).map(|n| ask(n, "192.0.2.1").status).collect();
    assert!(
        statuses[..5].iter().all(|status| *status == 200) && statuses[6] == 429,
        "{statuses:?}"
    );
    let refused = ask(99, "192.0.2.1");
    assert!(refused.field("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
    assert!(refused.text().contains("Too many requests"));
    assert_eq!(ask(100, "192.0.2.2").status, 200, "another one is not to blame");
    assert_eq!(ask(0, "192.0.2.1").status, 200, "what is known is free");
    let sign_up = |from: &str| {
        let fields = [("X-Forwarded-For", from)];
        send(&base, "POST", "/brief", &fields, "interests=tea&zone=UTC&hour=6").status
    };
    assert_eq!([sign_up("192.0.2.1"), sign_up("192.0.2.1"), sign_up("192.0.2.1")], [303, 303, 429]);
    assert_eq!(sign_up("2001:db8::1"), 303);
    // Who is no proxy is not believed: nobody gets a new rate by inventing an address.
    assert_eq!(request(&base, "GET", "/latest", &[]).status, 200);
    server.stop();
}

#[test]
fn the_operator_gets_in_by_the_link_and_no_secret_is_logged() {
    let host = Host::start();
    host_show(&host, "tea", 2);
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_LOG_LEVEL", "trace");
    assert!(!program.run(&["admin-url"]).status.success(), "there is none before the first start");
    let mut server = program.serve_logging();
    let base = server.base.clone();
    let path = program.data().join("admin-secret");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let secret = std::fs::read_to_string(&path).unwrap().trim().to_owned();
    let link = program.ok(&["admin-url"]);
    assert_eq!(link.trim(), format!("{base}/operator/login#{secret}"));

    let wrong = send(&base, "POST", "/operator/login", &[], "secret=wrong-secret-of-someone");
    assert_eq!(wrong.status, 403);
    let into = send(&base, "POST", "/operator/login", &[], &format!("secret={secret}"));
    assert_eq!(into.status, 303);
    let cookie = into.field("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let page = request(&base, "GET", "/operator", &[("Cookie", &cookie)]).text();
    let token =
        page.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let url: String =
        url::form_urlencoded::byte_serialize(host.url("/tea.xml").as_bytes()).collect();
    let body = format!("token={token}&addresses={url}");
    let added = send(&base, "POST", "/operator/sources", &[("Cookie", &cookie)], &body);
    assert!(added.text().contains("Show tea"), "{}", added.text());
    let boundary = "----x";
    let opml = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n--{boundary}\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"a.opml\"\r\nContent-Type: text/xml\r\n\r\n\
        <opml version=\"2.0\"><body><outline type=\"rss\" text=\"B\" xmlUrl=\"https://b.example/f\"/></body></opml>\r\n--{boundary}--\r\n"
    );
    let kind = format!("multipart/form-data; boundary={boundary}");
    let imported = send(
        &base,
        "POST",
        "/operator/import",
        &[("Cookie", &cookie), ("Content-Type", &kind)],
        &opml,
    );
    assert!(imported.text().contains("1 added"), "{}", imported.text());
    let bearer = format!("Bearer {secret}");
    let list = request(&base, "GET", "/api/v1/sources", &[("Authorization", &bearer)]).json();
    assert_eq!(list["sources"].as_array().unwrap().len(), 2, "{list}");
    assert_eq!(
        request(&base, "GET", "/api/v1/sources", &[("Authorization", "Bearer wrong")]).status,
        401
    );
    for path in ["/search?q=(", "/feed.atom?q=x", "/nowhere"] {
        request(&base, "GET", path, &[("Authorization", &bearer), ("Cookie", &cookie)]);
    }
    let signed = send(&base, "POST", "/brief", &[], "interests=heat+pumps&zone=UTC&hour=6");
    let brief = signed.field("location").unwrap().strip_prefix("/brief/").unwrap().to_owned();
    let fields = [("Authorization", bearer.as_str())];
    let made =
        send(&base, "POST", "/api/v1/subscribers", &fields, "{\"interests\":\"chips\"}").json();
    let friend = made["page"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    for secret in [&brief, &friend] {
        for path in [
            format!("/brief/{secret}"),
            format!("/brief/{secret}.atom"),
            format!("/brief/{secret}/no"),
        ] {
            get(&base, &path);
        }
    }
    let readers = request(&base, "GET", "/api/v1/subscribers", &fields).text();
    assert!(!readers.contains(&brief) && !readers.contains(&friend), "a secret is told once");
    let log = server.log_until_end();
    assert!(log.contains("admin-secret"), "its path is told");
    let session = cookie.split('=').nth(1).unwrap();
    for (name, secret) in [
        ("secret", secret.as_str()),
        ("session", session),
        ("token", token.as_str()),
        ("reader's secret", brief.as_str()),
        ("friend's secret", friend.as_str()),
        ("wrong", "wrong-secret-of-someone"),
    ] {
        assert!(!log.contains(secret), "the {name} is in the log");
    }
    // The same secret after a restart: browsers stay in.
    let server = program.serve();
    let page = request(&server.base, "GET", "/operator", &[("Cookie", &cookie)]);
    assert_eq!(page.status, 200);
    assert!(text(&page.body).contains("Show tea"));
    server.stop();
}
