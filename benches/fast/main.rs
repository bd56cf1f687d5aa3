//! What one processor does in a second, and what is kept: each figure beside its peer or its limit, in one run.
//!
//! `cargo bench --bench fast [-- FEEDS]` (default 1,000). A cached feed beside bare actix-web that returns the same bytes; feeds
//! rendered anew; feeds polled, and polled again with 304 throughout; memory at rest; bytes on disk beside live bytes.
//! Mail has a bench of its own (`mail`), and so has related search (`knowing`). Only processor time is counted, of the
//! process that serves, so what asks may be as slow as it likes.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod bare;
mod client;
mod hosts;
mod process;

use std::time::Duration;

use process::{Program, cpu, resident_kib};

/// Requests of one round, and rounds, of which the median counts.
const ROUND: usize = 40_000;
const ROUNDS: usize = 5;
/// Renderings counted.
const RENDERED: usize = 1_000;
/// What the peers were measured at: FreshRSS's RSS (requests a CPU-second), Miniflux with PostgreSQL (CPU-milliseconds for a
/// new feed of 27 KB; MiB at rest).
const FRESHRSS: f64 = 235.0;
const MINIFLUX_FEED: f64 = 13.0;
const MINIFLUX_IDLE: f64 = 95.0;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let Some(at) = args.iter().position(|a| a == bare::FLAG) {
        return bare::serve(&args[at + 1]);
    }
    let feeds = args.iter().skip(1).find_map(|a| a.parse().ok()).unwrap_or(1000);
    served();
    polled(feeds);
    at_rest();
}

/// Feeds of the demo: from the cache, and rendered.
fn served() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Program::new(folder.path());
    demo.set("PODBRIEF_WEB_SEARCHES_PER_MINUTE", "0").set("TMPDIR", folder.path());
    let demo = demo.start(&["demo"]);
    let path = "/latest.atom";
    let whole = client::settled(&demo.address, path, 25);
    let etag = whole.field("etag").unwrap();
    let zipped = client::once(&demo.address, path, "Accept-Encoding: gzip\r\n");
    assert_eq!(zipped.field("content-encoding").as_deref(), Some("gzip"));
    let zipped_etag = zipped.field("etag").unwrap();
    let bare = bare::Running::start(folder.path(), &whole.body, &zipped.body, &etag, &zipped_etag);
    println!(
        "a cached feed of {} bytes, {} gzipped, requests a CPU-second",
        whole.body.len(),
        zipped.body.len()
    );
    let unchanged = format!("If-None-Match: {etag}\r\n");
    let kinds = [
        ("200", "", 200),
        ("200 gzip", "Accept-Encoding: gzip\r\n", 200),
        ("304", &unchanged, 304),
    ];
    for (name, fields, status) in kinds {
        let mut rates = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (rates, (address, pid)) in
                rates.iter_mut().zip([(&demo.address, demo.pid()), (&bare.address, bare.pid())])
            {
                let before = cpu(pid);
                client::many(address, path, fields, status, ROUND);
                rates.push(ROUND as f64 / (cpu(pid) - before));
            }
        }
        let [ours, theirs] = rates.map(median);
        println!(
            "  {name:<9} {ours:>8.0}   bare actix-web {theirs:>8.0}   {:.2} of it (must 0.8, aim 0.95)",
            ours / theirs
        );
    }
    // Another score each time: a feed that nobody asked for yet.
    let before = cpu(demo.pid());
    let mut entries = 0;
    for n in 0..RENDERED {
        let answer = client::once(&demo.address, &format!("/feed.atom?min_score=0.0{n:05}1"), "");
        assert_eq!(answer.status, 200);
        entries += answer.body.windows(7).filter(|w| w == b"<entry>").count();
    }
    let rate = RENDERED as f64 / (cpu(demo.pid()) - before);
    println!(
        "a feed found, rendered and compressed anew ({} entries): {rate:.0} a CPU-second, {:.1} times FreshRSS's {FRESHRSS} (must 10, aim 50)",
        entries / RENDERED,
        rate / FRESHRSS
    );
}

/// Feeds read for the first time, and again without news; then what they take on disk.
fn polled(feeds: usize) {
    let folder = tempfile::tempdir().unwrap();
    let hosts = hosts::Hosts::start(feeds.div_ceil(2), feeds);
    let mut program = Program::new(folder.path());
    program.set("PODBRIEF_FETCH_ALLOW_PRIVATE", hosts.names()).set("PODBRIEF_INITIAL_ITEMS", "0");
    let opml = folder.path().join("feeds.opml");
    std::fs::write(&opml, hosts.opml()).unwrap();
    let server = program.start(&["serve"]);
    let round = |name: &str, begin: &[&str]| {
        let before = cpu(server.pid());
        program.run(begin);
        let begun = std::time::Instant::now();
        while hosts.counts_so_far() < feeds {
            assert!(begun.elapsed() < Duration::from_secs(600), "the sources are not asked");
            std::thread::sleep(Duration::from_millis(20));
        }
        // Returns when all that is due is done.
        program.run(&["poll"]);
        let spent = (cpu(server.pid()) - before) * 1000.0 / feeds as f64;
        let (asked, unchanged) = hosts.counts();
        assert_eq!(asked, feeds, "each feed is asked once");
        println!(
            "{feeds} feeds of {} bytes {name}: {spent:.2} CPU-milliseconds each, {unchanged} answered 304",
            hosts.size()
        );
        spent
    };
    let first = round("read for the first time", &["import", opml.to_str().unwrap()]);
    println!(
        "  {:.2} of Miniflux's {MINIFLUX_FEED} ms (must 0.25, aim 0.1)",
        first / MINIFLUX_FEED
    );
    let again = round("asked again", &["poll", "--all"]);
    println!("  {:.2} of the first reading (must 0.1, aim 0.03)", again / first);
    drop(server);
    let status = program.json(&["status", "--json"]);
    let live = program.live_bytes();
    let disk = process::bytes_under(&folder.path().join("data"));
    println!(
        "on disk {disk} bytes, live {live}: {:.2} times (must 2.5, aim 1.5); {} items",
        disk as f64 / live as f64,
        status["counts"]["items"]
    );
}

/// Memory of a server with 200 sources that has read them.
fn at_rest() {
    let folder = tempfile::tempdir().unwrap();
    let hosts = hosts::Hosts::start(200, 200);
    let mut program = Program::new(folder.path());
    program.set("PODBRIEF_FETCH_ALLOW_PRIVATE", hosts.names()).set("PODBRIEF_INITIAL_ITEMS", "0");
    let opml = folder.path().join("feeds.opml");
    std::fs::write(&opml, hosts.opml()).unwrap();
    program.run(&["import", opml.to_str().unwrap()]);
    let server = program.start(&["serve"]);
    let begun = std::time::Instant::now();
    while hosts.counts_so_far() < 200 {
        assert!(begun.elapsed() < Duration::from_secs(600), "the sources are not asked");
        std::thread::sleep(Duration::from_millis(200));
    }
    // What was read is stored, and blocks are given back.
    std::thread::sleep(Duration::from_secs(10));
    let mib = resident_kib(server.pid()) as f64 / 1024.0;
    println!(
        "at rest with 200 sources: {mib:.1} MiB, {:.2} of Miniflux with PostgreSQL's {MINIFLUX_IDLE} (must 0.5, aim 0.3)",
        mib / MINIFLUX_IDLE
    );
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
