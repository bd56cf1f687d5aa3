//! Clients that take their time, on a clock that jumps.

use tokio::io::DuplexStream;

use super::*;
use crate::model::TopicSet;
use crate::pipeline::{Context, Intervals, Mail, Senses, Settings};
use crate::store::Door;
use crate::store::sled::{self, Mint};

/// A server's side of things, with an empty store.
fn options(folder: &std::path::Path) -> Options {
    let now = Timestamp::from_secs(1_795_503_600);
    let mint = Mint { now, host: "in.example", random: "0123456789abcdefghjk" };
    let topics = TopicSet::default();
    let limits = crate::fetch::Limits {
        timeout: Duration::from_secs(1),
        per_host: 1,
        gap: Duration::ZERO,
        allow_private: Vec::new(),
    };
    let fetcher = crate::fetch::Fetcher::new(limits, "test", "nobody").unwrap();
    let ctx = Context {
        door: Door::new(Arc::new(sled::open(folder, &mint).unwrap())),
        fetcher: fetcher.clone(),
        strangers: fetcher,
        listening: None,
        encoder: crate::encode::Worker::new("/nowhere".into()),
        tagger: Arc::new(crate::insight::Tagger::new(&topics)),
        topics: Arc::new(topics),
        index: Arc::default(),
        writer: None,
        senses: Senses::default(),
        meter: std::sync::Arc::default(),
        key: [7; 32],
        authority: "in.example,2026-11-24".into(),
        callback: None,
        mail: Mail::in_folder(folder),
        settings: Settings {
            intervals: Intervals {
                usual: Duration::from_secs(3600),
                min: Duration::from_secs(300),
                max: Duration::from_secs(86_400),
            },
            initial_items: 3,
            insights_per_item: 8,
            max_feed: 1 << 20,
            max_transcript: 1 << 20,
        },
    };
    let clock = || Timestamp::from_secs(1_795_503_600);
    let source = crate::pipeline::new_mailbox(
        "Tea",
        "tea-1".into(),
        MailPolicy::Flag,
        crate::model::Visibility::nobodys(),
        now,
    );
    ctx.door.blocking().add_source(source).unwrap();
    Options { ctx, clock, certificate: None, host: "in.example".into() }
}

/// What a client is told by a server that is left alone with what `client` does, and after how long it ends.
async fn told<F>(client: impl FnOnce(DuplexStream) -> F) -> (String, u64)
where
    F: Future<Output = String> + Send + 'static,
{
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    // What is not read fills a small pipe.
    let (near, far) = tokio::io::duplex(64);
    let peer = Peer { ip: None, protocol: Protocol::Smtp, busy: false };
    let (_stop, stopped) = watch::channel(false);
    let begun = Instant::now();
    let talk = tokio::spawn(client(far));
    let _ = converse(near, peer, &options, stopped).await;
    let took = begun.elapsed().as_secs();
    (talk.await.unwrap(), took)
}

async fn read_all(mut stream: DuplexStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_let_go_after_five_minutes() {
    let (text, took) = told(read_all).await;
    assert!(text.starts_with("220 ") && text.contains("\r\n421 4.4.2 "), "{text}");
    assert_eq!(took, 300);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_trickles_is_let_go_after_ten_minutes() {
    let (text, took) = told(|stream| async move {
        let (mut read, mut write) = tokio::io::split(stream);
        let trickle = tokio::spawn(async move {
            let begin = b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<tea-1@in.example>\r\nDATA\r\n";
            write.write_all(begin).await.unwrap();
            while write.write_all(b"one more line\r\n").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(50)).await;
            }
        });
        let mut text = String::new();
        read.read_to_string(&mut text).await.unwrap();
        drop(read);
        trickle.abort();
        text
    })
    .await;
    assert!(text.contains("\r\n354 ") && text.contains("\r\n421 4.4.2 "), "{text}");
    assert!((590..=660).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn who_reads_nothing_is_let_go_too() {
    let (text, took) = told(|mut stream| async move {
        let noops = b"NOOP\r\n".repeat(50);
        let _ = stream.write_all(&noops).await;
        // Held open, and never read.
        tokio::time::sleep(Duration::from_secs(3600)).await;
        String::new()
    })
    .await;
    assert_eq!(text, "");
    assert!((300..=330).contains(&took), "{took}");
}
