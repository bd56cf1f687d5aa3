//! The spool on a real disk.

use super::*;
use crate::model::{SourceId, Timestamp};

fn letter(text: &str) -> Letter {
    Letter {
        envelope: Envelope {
            to: vec![Recipient {
                source: SourceId::for_mailbox("a"),
                address: "a@b.example".into(),
            }],
            from: String::new(),
            via: Via::Pipe,
            peer: None,
            helo: String::new(),
            received: Timestamp::from_secs(1_795_503_600),
            verdict: None,
            trace: 0,
        },
        bytes: text.as_bytes().into(),
    }
}

#[tokio::test]
async fn letters_come_back_as_they_were_put() {
    let dir = tempfile::tempdir().unwrap();
    let spool = Spool::open(dir.path()).unwrap();
    let texts: Vec<String> = (0..40).map(|n| format!("Subject: {n}\r\n\r\n\n.{n}\n")).collect();
    let puts = texts.iter().map(|t| {
        let (spool, letter) = (spool.clone(), letter(t));
        tokio::spawn(async move { spool.put(letter).await })
    });
    for put in puts.collect::<Vec<_>>() {
        put.await.unwrap().unwrap();
    }
    spool.arrived().await;
    let files = spool.files().unwrap();
    assert!((1..=40).contains(&files.len()));
    let mut found: Vec<String> = files
        .iter()
        .flat_map(|f| Spool::read(f).unwrap())
        .map(|l| String::from_utf8(l.bytes.to_vec()).unwrap())
        .collect();
    found.sort();
    let mut expected = texts.clone();
    expected.sort();
    assert_eq!(found, expected);
    // A half-written file is nobody's.
    std::fs::write(dir.path().join("mail/spool/1.tmp"), "half").unwrap();
    drop(spool);
    let again = Spool::open(dir.path()).unwrap();
    assert_eq!(again.files().unwrap(), files);
    assert!(!dir.path().join("mail/spool/1.tmp").exists());
    let mut cut = std::fs::read(&files[0]).unwrap();
    cut.truncate(cut.len() - 3);
    std::fs::write(&files[0], cut).unwrap();
    assert!(Spool::read(&files[0]).is_err());
}

#[test]
fn raw_days_are_kept_and_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::new(dir.path(), 2);
    let day = |n: i64| Timestamp::from_secs(1_795_503_600 + n * 86_400);
    archive.keep(&[letter("From: a\n\nFrom here\n>From there")], day(0)).unwrap();
    archive.keep(&[letter("second")], day(0)).unwrap();
    let file = dir.path().join("mail/raw/2026-11-24.mbox.zst");
    let text =
        String::from_utf8(zstd::decode_all(std::fs::File::open(&file).unwrap()).unwrap()).unwrap();
    assert!(text.contains("\n>From here\n>>From there\n\nFrom MAILER-DAEMON Tue"), "{text}");
    assert_eq!(archive.forget(day(2)).unwrap(), 0);
    assert_eq!(archive.forget(day(3)).unwrap(), 1);
    assert!(!file.exists());
}

#[test]
fn raw_days_take_no_more_than_they_may() {
    let dir = tempfile::tempdir().unwrap();
    let day = |n: i64| Timestamp::from_secs(1_795_503_600 + n * 86_400);
    let archive = Archive::new(dir.path(), 30).at_most(1);
    for n in 0..3 {
        archive.keep(&[letter("From: a\n\nHello")], day(n)).unwrap();
    }
    assert_eq!(archive.forget(day(2)).unwrap(), 2);
    assert!(dir.path().join("mail/raw/2026-11-26.mbox.zst").exists(), "the newest day stays");
}

#[test]
fn room_is_bounded_and_given_back() {
    let dir = tempfile::tempdir().unwrap();
    let spool = Spool::open(dir.path()).unwrap();
    let mut room = spool.room(IN_FLIGHT - 10).unwrap();
    assert!(spool.room(11).is_none());
    assert!(room.grow(10) && !room.grow(1));
    drop(room);
    assert!(spool.room(IN_FLIGHT).is_some());
}
