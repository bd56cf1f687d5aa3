//! Reading feeds beside raw feed-rs: `cargo bench --bench feeds [-- FOLDER]`. Without a folder, a made-up show of 500 episodes.
//! What ours does beside: decoding, bounds, mending, the podcast namespace, and items' identity.

use std::path::Path;
use std::time::{Duration, Instant};

use podbrief::parse::feed;

const ROUNDS: u32 = 5;

fn show() -> Vec<u8> {
    let words =
        "Notes of an episode, with <b>markup</b> &amp; links to what was talked of. ".repeat(20);
    let items: String = (0..500)
        .map(|n| {
            format!(
                "<item><title>Episode {n}</title><guid isPermaLink=\"false\">{n}</guid>\
                 <pubDate>Tue, 24 Nov 2026 07:00:00 GMT</pubDate><description><![CDATA[{words}]]></description>\
                 <enclosure url=\"https://cdn.example/{n}.mp3\" type=\"audio/mpeg\" length=\"1\"/></item>"
            )
        })
        .collect();
    format!("<rss version=\"2.0\"><channel><title>Show</title>{items}</channel></rss>").into_bytes()
}

fn files(folder: &Path, out: &mut Vec<Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "xml" || e == "rss" || e == "atom") {
            out.extend(std::fs::read(&path));
        }
    }
}

/// The fastest of some rounds, and how many were read.
fn best(mut work: impl FnMut() -> usize) -> (Duration, usize) {
    let mut read = 0;
    let fastest = (0..ROUNDS).map(|_| {
        let begun = Instant::now();
        read = work();
        begun.elapsed()
    });
    (fastest.min().unwrap_or_default(), read)
}

fn main() {
    let folder = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let mut all = Vec::new();
    match &folder {
        Some(folder) => files(Path::new(folder), &mut all),
        None => all.push(show()),
    }
    let bytes: usize = all.iter().map(Vec::len).sum();
    let tell = |who: &str, (took, read): (Duration, usize)| {
        let rate = bytes as f64 / took.as_secs_f64() / 1e6;
        println!("{who}: {read} of {} read in {took:.1?}, {rate:.1} MB/s", all.len());
    };
    let ours = |bytes: &Vec<u8>| feed::parse(bytes, None, "https://host.example/").is_ok();
    let raw = |bytes: &Vec<u8>| feed_rs::parser::parse(bytes.as_slice()).is_ok();
    println!("{} documents, {bytes} bytes", all.len());
    tell("podbrief", best(|| all.iter().filter(|bytes| ours(bytes)).count()));
    tell("feed-rs ", best(|| all.iter().filter(|bytes| raw(bytes)).count()));
}
