//! The host of the sample shows: their feeds, transcripts, pages, and silence for audio.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::{Context as _, Result};

use crate::model::Timestamp;

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../data/demo/", $path)))),*]
    };
}

/// All of `data/demo` but its README.
const FILES: &[(&str, &str)] = files![
    "tidewater/feed.xml",
    "tidewater/ep1.vtt",
    "tidewater/ep2.vtt",
    "tidewater/ep1-chapters.json",
    "kernel-and-kettle/feed.xml",
    "kernel-and-kettle/ep1.srt",
    "kernel-and-kettle/ep2.srt",
    "night-desk/feed.xml",
    "night-desk/ep1.json",
    "night-desk/ep2.json",
];
/// The shows have no recordings: this many seconds of silence stand for each.
const SILENCE: usize = 630;
const RATE: u32 = 8000;

/// A running host.
pub struct Host {
    address: SocketAddr,
    server: ServerHandle,
}

#[derive(Clone)]
struct Site {
    base: String,
    now: Timestamp,
}

impl Host {
    /// On a free loopback port. `now` dates the episodes.
    ///
    /// # Errors
    /// If no port can be had.
    pub async fn start(now: Timestamp) -> Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").context("no loopback port")?;
        let address = listener.local_addr()?;
        let site = Site { base: format!("http://{address}"), now };
        let server = HttpServer::new(move || {
            App::new().app_data(web::Data::new(site.clone())).default_service(web::get().to(answer))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)?
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { address, server: handle })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The feeds' addresses.
    pub fn feeds(&self) -> Vec<String> {
        let feeds = FILES.iter().filter(|(path, _)| path.ends_with("feed.xml"));
        feeds.map(|(path, _)| format!("http://{}/{path}", self.address)).collect()
    }

    /// Ends it.
    pub async fn stop(self) {
        self.server.stop(false).await;
    }
}

async fn answer(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    let path = request.path().trim_start_matches('/');
    let Some((_, text)) = FILES.iter().find(|(name, _)| *name == path) else {
        return other(path);
    };
    let body = fill(text, &site);
    let etag = format!("\"{}\"", crate::model::BlobId::of(body.as_bytes()));
    let asked = request.headers().get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    if asked == Some(etag.as_str()) {
        return HttpResponse::NotModified().insert_header((header::ETAG, etag)).finish();
    }
    HttpResponse::Ok().content_type(media_type(path)).insert_header((header::ETAG, etag)).body(body)
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ext)| ext) {
        Some("xml") => "application/rss+xml; charset=utf-8",
        Some("vtt") => "text/vtt; charset=utf-8",
        Some("srt") => "application/x-subrip; charset=utf-8",
        _ => "application/json; charset=utf-8",
    }
}

/// Puts the host's address and the dates in place.
fn fill(text: &str, site: &Site) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, tail)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        match name.strip_prefix("date-").and_then(|days| days.parse::<u64>().ok()) {
            Some(days) => {
                let day = Duration::from_secs(24 * 3600);
                out.push_str(&site.now.before(day.saturating_mul(days as u32)).rfc822());
            }
            None => out.push_str(&site.base),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Pages and audio that feeds link to.
fn other(path: &str) -> HttpResponse {
    match path.rsplit_once('.').map_or("", |(_, ext)| ext) {
        "wav" => HttpResponse::Ok().content_type("audio/wav").body(silence()),
        "html" | "" => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(
            "<!doctype html><html lang=en><title>A sample show of podbrief</title>\
             <p>This show was written for podbrief's demo; it has no page and no recording.",
        ),
        _ => HttpResponse::NotFound().body("not here"),
    }
}

/// 8-bit mono PCM (RIFF WAVE): 128 is silence.
fn silence() -> Vec<u8> {
    let data = SILENCE * RATE as usize;
    let mut wav = Vec::with_capacity(data + 44);
    let length = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&length(data + 36));
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend_from_slice(&16_u32.to_le_bytes());
    // PCM, one channel.
    wav.extend_from_slice(&[1, 0, 1, 0]);
    wav.extend_from_slice(&RATE.to_le_bytes());
    wav.extend_from_slice(&RATE.to_le_bytes());
    // One byte a frame, 8 bits a sample.
    wav.extend_from_slice(&[1, 0, 8, 0]);
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&length(data));
    wav.resize(data + 44, 128);
    wav
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled() {
        let site = Site { base: "http://x".into(), now: Timestamp::from_secs(1_795_503_600) };
        assert_eq!(
            fill("a {{base}}/b {{date-1}} {{ c", &site),
            "a http://x/b Mon, 23 Nov 2026 07:00:00 GMT {{ c"
        );
        for (path, text) in FILES {
            assert!(!fill(text, &site).contains("{{"), "{path}");
        }
    }
}
