//! The encoder's process: it answers, ends when idle or alone, and is started anew when it fails.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use podbrief::encode::Worker;
use podbrief::text::encoder::Encoder;

const PROGRAM: &str = env!("CARGO_BIN_EXE_podbrief");
const TEXTS: &[&str] = &["Heat pumps move heat instead of making it.", "", "Bread needs time."];

#[test]
fn it_says_what_the_encoder_says() {
    let worker = Worker::new(PROGRAM.into());
    assert!(!worker.is_up(), "nothing starts before it is needed");
    let many: Vec<&str> = TEXTS.iter().copied().cycle().take(150).collect();
    let vectors = worker.encode(&many).unwrap();
    assert_eq!(vectors, Encoder::load().unwrap().encode(&many));
    assert!(worker.is_up());
    assert!(worker.encode(&[]).unwrap().is_empty());
    let midway = worker.midway(&many).unwrap();
    assert_eq!(midway, Encoder::load().unwrap().midway(&many));
}

#[test]
fn it_ends_when_idle_and_comes_back() {
    let worker = Worker::with_idle(PROGRAM.into(), Duration::from_millis(1));
    let first = worker.encode(TEXTS).unwrap();
    let started = Instant::now();
    while worker.is_up() {
        assert!(started.elapsed() < Duration::from_secs(60), "it never ended");
        std::thread::yield_now();
    }
    assert_eq!(worker.encode(TEXTS).unwrap(), first);
}

#[test]
fn it_ends_when_nobody_can_ask_it_any_more() {
    let mut command = Command::new(PROGRAM);
    let output = command.arg("encode").env_clear().stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_failed_one_is_started_anew_once() {
    let dir = tempfile::tempdir().unwrap();
    let script = |name: &str, body: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        path
    };
    let fails_once = format!("mkdir \"$0.tried\" 2>/dev/null && exit 1\nexec '{PROGRAM}' encode");
    let worker = Worker::new(script("fails-once", &fails_once));
    assert_eq!(worker.encode(TEXTS).unwrap().len(), TEXTS.len());

    let fails = Worker::new(script("fails", "exit 1"));
    let said = fails.encode(TEXTS).unwrap_err().to_string();
    assert!(said.contains("sentence encoder") && said.contains("ended"), "{said}");
    assert!(!fails.is_up());
    let babbles = Worker::new(script("babbles", "echo hello there"));
    assert!(babbles.encode(TEXTS).is_err());
    let missing = Worker::new(Path::new("/no/such/program").into());
    assert!(missing.encode(TEXTS).unwrap_err().to_string().contains("can't be started"));
}
