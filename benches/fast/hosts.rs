//! Hosts of feeds on loopback, one thread each: 20 episodes with notes, some 27 KB, an ETag, and 304 where it comes back.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const EPISODES: usize = 20;

#[derive(Default)]
struct Counts {
    asked: AtomicUsize,
    unchanged: AtomicUsize,
}

pub struct Hosts {
    addresses: Vec<String>,
    feeds: usize,
    counts: Arc<Counts>,
}

fn feed(n: usize) -> String {
    let words =
        "Words that make up the notes of this episode, as many as real ones have. ".repeat(13);
    let items: String = (0..EPISODES)
        .map(|k| {
            format!(
                "<item><title>Episode {k} of {n}</title><guid isPermaLink='false'>{n}-{k}</guid><link>http://example.org/{n}/{k}</link>\
                 <enclosure url='http://example.org/{n}/{k}.mp3' type='audio/mpeg' length='31000000'/>\
                 <pubDate>{:02} Nov 2025 06:00:00 GMT</pubDate><description>{words}</description></item>",
                k + 1
            )
        })
        .collect();
    format!(
        "<?xml version='1.0'?><rss version='2.0'><channel><title>Show {n}</title><link>http://example.org/</link>\
         <description>A show like others.</description>{items}</channel></rss>"
    )
}

impl Hosts {
    pub fn start(hosts: usize, feeds: usize) -> Self {
        let counts = Arc::new(Counts::default());
        let start = |_| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let counts = Arc::clone(&counts);
            let serve = move || {
                for stream in listener.incoming().flatten() {
                    let counts = Arc::clone(&counts);
                    std::thread::spawn(move || serve(stream, &counts));
                }
            };
            std::thread::Builder::new().stack_size(64 << 10).spawn(serve).unwrap();
            address
        };
        Self { addresses: (0..hosts).map(start).collect(), feeds, counts }
    }

    pub fn names(&self) -> String {
        self.addresses.join(",")
    }

    pub fn opml(&self) -> String {
        let outlines: String = (0..self.feeds)
            .map(|n| {
                format!(
                    "<outline xmlUrl=\"http://{}/{n}\"/>",
                    self.addresses[n % self.addresses.len()]
                )
            })
            .collect();
        format!("<opml version=\"2.0\"><body>{outlines}</body></opml>")
    }

    pub fn size(&self) -> usize {
        feed(0).len()
    }

    pub fn counts_so_far(&self) -> usize {
        self.counts.asked.load(Ordering::Relaxed)
    }

    /// Requests since the last call, and how many were answered 304.
    pub fn counts(&self) -> (usize, usize) {
        (
            self.counts.asked.swap(0, Ordering::Relaxed),
            self.counts.unchanged.swap(0, Ordering::Relaxed),
        )
    }
}

fn serve(mut stream: TcpStream, counts: &Counts) {
    let Ok(from) = stream.try_clone() else { return };
    let mut from = BufReader::new(from);
    loop {
        let (mut path, mut validator) = (String::new(), String::new());
        let mut line = String::new();
        while from.read_line(&mut line).is_ok_and(|n| n > 2) {
            if let Some(rest) = line.strip_prefix("GET /") {
                path = rest.split(' ').next().unwrap_or_default().to_owned();
            } else if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("if-none-match")
            {
                validator = value.trim().to_owned();
            }
            line.clear();
        }
        let Ok(n) = path.parse() else { return };
        counts.asked.fetch_add(1, Ordering::Relaxed);
        let etag = format!("\"{n}\"");
        let sent = if validator == etag {
            counts.unchanged.fetch_add(1, Ordering::Relaxed);
            write!(stream, "HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n")
        } else {
            let body = feed(n);
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Type: application/rss+xml\r\nContent-Length: {length}\r\n\r\n{body}"
            )
        };
        if sent.is_err() {
            return;
        }
    }
}
