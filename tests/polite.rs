//! How hosts are asked: what is sent, how often, and what is done when they say no.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::support::host::Seen;
use crate::support::show::{feed, host_show};
use crate::support::{Answer, Host, Program};

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn full(pairs: &[(&str, &str)], bytes: impl Into<Vec<u8>>) -> Answer {
    let mut fields = fields(pairs);
    fields.push(("Content-Type".into(), "application/rss+xml".into()));
    Answer::Full { status: 200, fields, bytes: bytes.into() }
}

/// One feed that says `channel` of itself.
fn saying(channel: &str) -> String {
    format!(
        "<rss version=\"2.0\" xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\" \
         xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"><channel><title>Says</title>{channel}\
         <item><title>One</title><guid>1</guid><description>Words.</description></item></channel></rss>"
    )
}

fn asked<'a>(seen: &'a [Seen], path: &str) -> Vec<&'a Seen> {
    seen.iter().filter(|seen| seen.path == path).collect()
}

/// The sources, as the program lists them.
fn sources(program: &Program) -> Vec<serde_json::Value> {
    program.json(&["source", "list", "--json"]).as_array().unwrap().clone()
}

fn wait_secs(source: &serde_json::Value) -> i64 {
    source["poll"]["next"].as_i64().unwrap() - source["poll"]["last"].as_i64().unwrap()
}

/// Adds sources without asking their hosts.
fn import(program: &Program, urls: &[String]) {
    let outlines: String = urls.iter().map(|u| format!("<outline xmlUrl=\"{u}\"/>")).collect();
    let file = program.dir.path().join("feeds.opml");
    std::fs::write(&file, format!("<opml version=\"2.0\"><body>{outlines}</body></opml>")).unwrap();
    program.ok(&["import", file.to_str().unwrap()]);
}

#[test]
fn every_coding_is_offered_and_read() {
    let host = Host::start();
    let text = feed(&host, "tea", 1).into_bytes();
    let deflated = |zlib: bool| {
        use flate2::{Compression, write};
        let mut out = Vec::new();
        if zlib {
            write::ZlibEncoder::new(&mut out, Compression::default()).write_all(&text).unwrap();
        } else {
            write::GzEncoder::new(&mut out, Compression::default()).write_all(&text).unwrap();
        }
        out
    };
    let mut brotli = Vec::new();
    brotli::BrotliCompress(&mut text.as_slice(), &mut brotli, &Default::default()).unwrap();
    let codings = [
        ("gzip", deflated(false)),
        ("deflate", deflated(true)),
        ("br", brotli),
        ("zstd", zstd::encode_all(text.as_slice(), 3).unwrap()),
    ];
    let program = Program::new(&[&host]);
    let mut urls = Vec::new();
    for (coding, bytes) in codings {
        let path = format!("/{coding}.xml");
        host.set(&path, full(&[("Content-Encoding", coding)], bytes));
        urls.push(host.url(&path));
    }
    import(&program, &urls);
    let table = program.json(&["poll", "--json"]);
    for row in table.as_array().unwrap() {
        assert_eq!((&row["status"], &row["new_items"]), (&"200".into(), &1.into()), "{table}");
    }
    let seen = host.take_seen();
    for coding in ["gzip", "deflate", "br", "zstd"] {
        assert!(seen[0].fields["accept-encoding"].contains(coding), "{:?}", seen[0]);
    }
}

#[test]
fn a_bomb_in_every_coding_is_refused_within_its_bounds() {
    let host = Host::start();
    let zeros = vec![b' '; 64 * 1024 * 1024];
    let mut gzip = Vec::new();
    flate2::write::GzEncoder::new(&mut gzip, flate2::Compression::fast())
        .write_all(&zeros)
        .unwrap();
    host.set("/gz", full(&[("Content-Encoding", "gzip")], gzip));
    host.set("/zst", full(&[("Content-Encoding", "zstd")], zstd::encode_all(&*zeros, 1).unwrap()));
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_FETCH_MAX_FEED_MIB", "1");
    import(&program, &[host.url("/gz"), host.url("/zst")]);
    let table: serde_json::Value =
        serde_json::from_slice(&program.run(&["poll", "--json"]).stdout).unwrap();
    for row in table.as_array().unwrap() {
        assert!(row["status"].as_str().unwrap().contains("larger than 1 MiB"), "{table}");
    }
}

#[test]
fn validators_go_back_as_they_came_and_a_flapping_one_is_seen_through() {
    let host = Host::start();
    let text = feed(&host, "tea", 1);
    let odd = [("ETag", "W/\"a b\\\""), ("Last-Modified", "yesterday, around noon")];
    let answers = vec![full(&odd, text.clone()), Answer::Status(304, fields(&[("ETag", "new")]))];
    host.set("/odd.xml", Answer::Turns(answers));
    let flapping = (0..9).map(|n| full(&[("ETag", &format!("\"{n}\""))], text.clone()));
    host.set("/flap.xml", Answer::Turns(flapping.collect()));
    let program = Program::new(&[&host]);
    import(&program, &[host.url("/odd.xml"), host.url("/flap.xml")]);
    program.ok(&["poll"]);
    host.take_seen();
    let table = program.json(&["poll", "--all", "--json"]);
    let mut said: Vec<&str> =
        table.as_array().unwrap().iter().map(|row| row["status"].as_str().unwrap()).collect();
    said.sort_unstable();
    assert_eq!(said, ["304", "unchanged"]);
    let seen = host.take_seen();
    let first = asked(&seen, "/odd.xml")[0];
    assert_eq!(first.fields["if-none-match"], odd[0].1);
    assert_eq!(first.fields["if-modified-since"], odd[1].1);
    // What came with the 304 takes the old one's place; what did not, stays.
    program.ok(&["poll", "--all"]);
    let seen = host.take_seen();
    let second = asked(&seen, "/odd.xml")[0];
    assert_eq!(second.fields["if-none-match"], "new");
    assert_eq!(second.fields["if-modified-since"], odd[1].1);
}

#[test]
fn readers_are_counted_for_hosts() {
    let host = Host::start();
    host_show(&host, "tea", 1);
    let program = Program::new(&[&host]);
    import(&program, &[host.url("/tea.xml")]);
    program.ok(&["subscriber", "add", "--interests", "tea"]);
    program.ok(&["subscriber", "add", "--interests", "tea"]);
    program.ok(&["poll"]);
    let agent = host.take_seen()[0].fields["user-agent"].clone();
    assert!(agent.contains("; 2 subscribers)"), "{agent}");
}

#[test]
fn a_host_that_says_wait_is_left_alone_with_all_its_feeds() {
    let host = Host::start();
    let other = Host::start();
    host_show(&other, "tea", 1);
    for path in ["/b.xml", "/c.xml"] {
        host.set(path, Answer::rss(saying("")));
    }
    host.set("/a.xml", Answer::Status(429, fields(&[("Retry-After", "7200")])));
    let mut program = Program::new(&[&host, &other]);
    // One after the other, so that it is known who comes first.
    program.set("PODBRIEF_POLL_CONCURRENCY", "1");
    import(&program, &[host.url("/a.xml")]);
    program.run(&["poll", "--all"]);
    import(&program, &[host.url("/b.xml"), host.url("/c.xml"), other.url("/tea.xml")]);
    host.take_seen();
    let table = program.json(&["poll", "--json"]);
    assert_eq!(host.take_seen().len(), 0, "it was told to wait, and a restart changes nothing");
    assert_eq!(table.as_array().unwrap().len(), 3);
    assert!(table.to_string().contains("is left alone until"), "{table}");
    let listed = sources(&program);
    let at = |path: &str| {
        let url = host.url(path);
        listed.iter().find(|s| s["kind"]["url"] == url.as_str()).unwrap()["poll"].clone()
    };
    assert_eq!(at("/a.xml")["why"], "retry_after");
    assert_eq!(at("/b.xml")["why"], "host_rests");
    assert!(at("/b.xml")["next"].as_i64() >= at("/a.xml")["rest"].as_i64());
    assert_eq!(at("/b.xml")["failures"], 0, "it did nothing wrong");
    let shown = program.ok(&["source", "list"]);
    assert!(shown.contains("host asked to wait") && shown.contains("host rests"), "{shown}");
}

#[test]
fn what_host_and_feed_say_of_when_to_ask_is_heard() {
    let host = Host::start();
    let expires = "Fri, 25 Nov 2022 11:00:00 GMT";
    let cases = [
        ("/age", full(&[("Cache-Control", "max-age=36000")], saying("")), 36_000, "host"),
        (
            "/expires",
            full(&[("Expires", expires), ("Date", "Fri, 25 Nov 2022 08:00:00 GMT")], saying("")),
            10_800,
            "host",
        ),
        ("/ttl", full(&[], saying("<ttl>240</ttl>")), 14_400, "feed"),
        (
            "/sy",
            full(
                &[],
                saying(
                    "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
                ),
            ),
            43_200,
            "feed",
        ),
        ("/none", full(&[], saying("")), 3600, "usual"),
    ];
    let program = Program::new(&[&host]);
    for (path, answer, ..) in &cases {
        host.set(path, answer.clone());
    }
    import(&program, &cases.each_ref().map(|case| host.url(case.0)));
    program.ok(&["poll"]);
    let listed = sources(&program);
    for (path, _, secs, why) in cases {
        let url = host.url(path);
        let source = listed.iter().find(|s| s["kind"]["url"] == url.as_str()).unwrap();
        let wait = wait_secs(source);
        assert!((secs..=secs + secs / 10).contains(&wait), "{path}: {wait}");
        assert_eq!(source["poll"]["why"], why, "{path}");
    }
}

#[test]
fn never_more_than_two_at_once_and_others_go_on() {
    let slow = Host::start();
    let quick = Host::start();
    let mut urls = Vec::new();
    for n in 0..20 {
        slow.set(&format!("/{n}"), Answer::Hang);
        urls.push(slow.url(&format!("/{n}")));
    }
    for n in 0..5 {
        host_show(&quick, &format!("show{n}"), 1);
        urls.push(quick.url(&format!("/show{n}.xml")));
    }
    let mut program = Program::new(&[&slow, &quick]);
    program.set("PODBRIEF_FETCH_TIMEOUT", "2s");
    program.set("PODBRIEF_POLL_CONCURRENCY", "4");
    import(&program, &urls);
    let server = program.serve();
    // All five are read while the slow host still holds up its own.
    for _ in 0..5 {
        server.wait_for("insights published");
    }
    let seen = slow.take_seen();
    assert!(seen.len() <= 12, "{} of the slow host's were asked meanwhile", seen.len());
    // Two hang until their time is up: a third never comes sooner.
    for window in seen.windows(3) {
        let apart = window[2].at.duration_since(window[0].at);
        assert!(apart > Duration::from_millis(1500), "three within {apart:?}");
    }
    server.stop();
}

#[test]
fn a_gap_is_kept_between_requests_to_one_host() {
    let host = Host::start();
    let mut urls = Vec::new();
    for n in 0..6 {
        let path = format!("/{n}.xml");
        host.set(&path, Answer::rss(saying("")));
        urls.push(host.url(&path));
    }
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_FETCH_GAP", "150ms");
    import(&program, &urls);
    program.ok(&["poll"]);
    let seen = host.take_seen();
    assert_eq!(seen.len(), 6);
    let whole = seen[5].at.duration_since(seen[0].at);
    assert!(whole >= Duration::from_millis(5 * 150 - 100), "six requests within {whole:?}");
}

#[test]
fn a_permanent_move_is_learned_from_304s_too() {
    let host = Host::start();
    host_show(&host, "tea", 1);
    host.set("/old.xml", Answer::Status(308, fields(&[("Location", "/tea.xml")])));
    host.set("/for-now.xml", Answer::Status(307, fields(&[("Location", "/tea.xml")])));
    let program = Program::new(&[&host]);
    import(&program, &[host.url("/old.xml"), host.url("/for-now.xml")]);
    for _ in 0..3 {
        program.ok(&["poll", "--all"]);
    }
    let urls: Vec<String> =
        sources(&program).iter().map(|s| s["kind"]["url"].as_str().unwrap().to_owned()).collect();
    assert!(urls.contains(&host.url("/tea.xml")) && urls.contains(&host.url("/for-now.xml")));
}

#[test]
fn an_announced_move_is_followed_if_there_is_a_feed() {
    let host = Host::start();
    let to = |path: &str| {
        saying(&format!("<itunes:new-feed-url>{}</itunes:new-feed-url>", host.url(path)))
    };
    host.set("/new.xml", Answer::rss(saying("")));
    let turns = |path: &str| {
        let text = to(path);
        Answer::Turns((0..5).map(|n| full(&[], format!("{text}<!-- {n} -->"))).collect())
    };
    host.set("/good.xml", turns("/new.xml"));
    host.set("/typo.xml", turns("/nowhere.xml"));
    let program = Program::new(&[&host]);
    import(&program, &[host.url("/good.xml"), host.url("/typo.xml")]);
    for _ in 0..3 {
        program.ok(&["poll", "--all"]);
    }
    let urls: Vec<String> =
        sources(&program).iter().map(|s| s["kind"]["url"].as_str().unwrap().to_owned()).collect();
    assert!(
        urls.contains(&host.url("/new.xml")) && urls.contains(&host.url("/typo.xml")),
        "{urls:?}"
    );
}

#[test]
fn gone_is_gone_until_the_operator_says_otherwise() {
    let host = Host::start();
    host.set("/gone.xml", Answer::Status(410, vec![]));
    let program = Program::new(&[&host]);
    import(&program, &[host.url("/gone.xml")]);
    program.run(&["poll"]);
    host.take_seen();
    program.ok(&["poll", "--all"]);
    assert!(host.take_seen().is_empty());
    host.set("/gone.xml", Answer::rss(saying("")));
    program.ok(&["source", "resume", &host.url("/gone.xml")]);
    program.ok(&["poll"]);
    assert_eq!(host.take_seen().len(), 1);
}

#[test]
fn podpings_poll_what_is_known_and_no_more_often_than_the_floor() {
    let host = Host::start();
    host_show(&host, "tea", 1);
    let program = Program::new(&[&host]);
    import(&program, &[host.url("/tea.xml")]);
    let server = program.serve();
    server.wait_for("insights published");
    host.take_seen();
    let mut socket = UnixStream::connect(program.data().join("admin.sock")).unwrap();
    let lines = format!("https://other.example/feed\n{}\n", host.url("/tea.xml"));
    socket.write_all(lines.as_bytes()).unwrap();
    let mut answers = BufReader::new(socket.try_clone().unwrap()).lines();
    assert_eq!(answers.next().unwrap().unwrap(), "unknown");
    assert_eq!(answers.next().unwrap().unwrap(), "asked just now");
    assert!(host.take_seen().is_empty());
    server.stop();
    let mut program = program;
    program.set("PODBRIEF_POLL_MIN_INTERVAL", "1s");
    host_show(&host, "tea", 2);
    let server = program.serve();
    let mut socket = UnixStream::connect(program.data().join("admin.sock")).unwrap();
    let mut answers = BufReader::new(socket.try_clone().unwrap()).lines();
    loop {
        writeln!(socket, "{}", host.url("/tea.xml")).unwrap();
        match answers.next().unwrap().unwrap().as_str() {
            "polled" => break,
            said => assert_eq!(said, "asked just now"),
        }
    }
    server.wait_for("insights published");
    server.stop();
}
