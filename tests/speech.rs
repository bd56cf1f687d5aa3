//! Speech of episodes without a transcript: fetched, cut, recognised by a command or an endpoint, published as recognised.
//! The recogniser is scripted: it says sentences of its own, as many as the piece is long, and notes each piece it was given.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::program::text;
use crate::support::show::host_show;
use crate::support::{Answer, Host, Program, get};

/// A recording: 8 kHz, one channel; tones of another pitch each eight seconds, with half a second of rest between.
fn recording(seconds: u32) -> Vec<u8> {
    let rate = 8000;
    let samples = (0..seconds * rate).flat_map(|n| {
        let (turn, within) = (n / (8 * rate), n % (8 * rate));
        let loud = if within < 15 * rate / 2 { 6000 } else { 0 };
        let up = (n / (12 + turn % 5)) % 2 == 0;
        (if up { loud } else { -loud }).to_le_bytes_16()
    });
    let data: Vec<u8> = samples.collect();
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + data.len() as u32).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(rate.to_le_bytes());
    wav.extend((rate * 2).to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend((data.len() as u32).to_le_bytes());
    wav.extend(data);
    wav
}

trait Sample {
    fn to_le_bytes_16(self) -> [u8; 2];
}

impl Sample for i32 {
    fn to_le_bytes_16(self) -> [u8; 2] {
        i16::try_from(self).unwrap().to_le_bytes()
    }
}

const NOTES: &str = "In this episode we explain that heat pumps fail mostly because nobody pays for their maintenance.";

/// A feed with one episode; `more` goes into its item.
fn feed(host: &Host, name: &str, audio: &str, more: &str) {
    let rss = format!(
        r#"<?xml version="1.0"?><rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"
        xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>Show {name}</title>
        <link>{}</link><description>About {name}.</description><language>en</language>
        <item><title>Episode of {name}</title><guid isPermaLink="false">{name}</guid>
        <pubDate>20 Nov 2026 06:00:00 GMT</pubDate><description>{NOTES}</description>
        <enclosure url="{audio}" type="audio/mpeg" length="1000"/>{more}</item></channel></rss>"#,
        host.url("/")
    );
    host.set(&format!("/{name}.xml"), Answer::rss(rss));
}

/// The scripted recogniser, and where it notes what it was given. Where there is a file `hold` beside it, it never ends
/// with its second piece.
fn recogniser(program: &mut Program) -> (PathBuf, PathBuf) {
    let dir = program.dir.path();
    let (script, log) = (dir.join("hear.sh"), dir.join("heard"));
    let body = format!(
        r#"#!/bin/sh
set -eu
size=$(stat -c %s "$1"); sum=$(cksum < "$1"); length=$(((size - 44) / 32000))
echo "$$ $length $sum" >> "{log}"
count=$(wc -l < "{log}")
if [ -e "{dir}/hold" ] && [ "$count" -gt 1 ]; then exec cat "{dir}/never"; fi
printf 'WEBVTT\n\n'
at=0
while [ $((at + 8)) -le "$length" ]; do
  case $((at / 8 % 3)) in
    0) say="The main reason heat pumps fail in practice is not the technology but the maintenance contract, because nobody pays for upkeep until something breaks in piece $count.";;
    1) say="It was a cold day, and we had some tea in the kitchen before we went on."
       # What is measured is told late, so that something late is told.
       [ "$count" -lt 3 ] || say="We measured this across $((40 + count)) sites, and $((20 + count)) percent of the total cost came after the third year, which is far more than most owners expect.";;
    *) say="So if you plan heat pumps for a town, you should budget for repairs first and only then choose the cheapest supplier of part $count.";;
  esac
  printf '00:%02d:%02d.000 --> 00:%02d:%02d.000\n%s\n\n' $((at / 60)) $((at % 60)) $(((at + 8) / 60)) $(((at + 8) % 60)) "$say"
  at=$((at + 8))
done
"#,
        log = log.display(),
        dir = dir.display(),
    );
    fs::write(&script, body).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    let command = format!("{},{{audio}}", script.display());
    program.set("PODBRIEF_INFER_TRANSCRIBE_COMMAND", &command);
    program.set("PODBRIEF_INFER_TRANSCRIBE_CHUNK", "30s");
    (script, log)
}

fn lines(log: &Path) -> Vec<String> {
    fs::read_to_string(log).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// The one item of a source.
fn item(program: &Program, show: &str) -> serde_json::Value {
    let shown = program.json(&["source", "show", show, "--json"]);
    shown["items"][0].clone()
}

/// No recording, and nothing of one, is left.
fn nothing_is_left(program: &Program) {
    let room = program.data().join("speech");
    let left: Vec<_> = fs::read_dir(&room)
        .map(|entries| entries.map(|e| e.unwrap().path()).filter(|path| path.is_dir()).collect())
        .unwrap_or_default();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn an_episode_without_a_transcript_is_heard_and_published_as_such() {
    let host = Host::start();
    let audio = recording(100);
    let half = audio.len() / 2;
    let mut first = format!(
        "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Type: audio/wav\r\nContent-Length: {}\r\n\r\n",
        audio.len()
    )
    .into_bytes();
    first.extend(&audio[..half]);
    let rest = Answer::Full {
        status: 206,
        fields: vec![
            ("Content-Range".into(), format!("bytes {half}-{}/{}", audio.len() - 1, audio.len())),
            ("ETag".into(), "\"a\"".into()),
        ],
        bytes: audio[half..].to_vec(),
    };
    host.set(
        "/talk.wav",
        Answer::Turns(vec![Answer::Raw(first), rest, Answer::Status(500, vec![])]),
    );
    host.set("/hop.wav", Answer::Status(302, vec![("Location".into(), "/talk.wav".into())]));
    feed(&host, "talk", &host.url("/hop.wav"), "");
    let mut program = Program::new(&[&host]);
    let (_, log) = recogniser(&mut program);
    let server = program.serve();
    program.ok(&["source", "add", &host.url("/talk.xml")]);
    server.wait_for("insights published");

    let seen = host.take_seen();
    let asked: Vec<_> = seen.iter().filter(|s| s.path == "/talk.wav").collect();
    assert_eq!(asked.len(), 2, "it went on where the connection broke");
    assert!(!asked[0].fields.contains_key("range"));
    assert_eq!(asked[1].fields["range"], format!("bytes={half}-"));
    assert_eq!(asked[1].fields["if-range"], "\"a\"");
    let lengths: Vec<u32> =
        lines(&log).iter().map(|l| l.split(' ').nth(1).unwrap().parse().unwrap()).collect();
    assert!(lengths.len() >= 4 && lengths.iter().all(|l| *l <= 30), "{lengths:?}");

    let item = item(&program, "Show talk");
    assert_eq!(item["state"]["origin"], "recognised", "{item}");
    assert_eq!(item["recognised_by"], "hear.sh");
    let page = get(&server.base, &format!("/items/{}", item["id"].as_str().unwrap())).text();
    assert!(page.contains("recognised from the audio by hear.sh"), "{page}");
    let latest = get(&server.base, "/latest.json").json();
    let entries = latest["items"].as_array().unwrap();
    assert!(!entries.is_empty());
    assert!(
        entries.iter().all(|e| e["content_html"].as_str().unwrap().contains("may contain errors"))
    );
    let starts: Vec<u64> = entries
        .iter()
        .map(|entry| {
            let id = entry["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            let insight = get(&server.base, &format!("/insights/{id}.json")).json();
            assert_eq!(insight["basis"], "recognised");
            insight["quote"]["start_ms"].as_u64().unwrap()
        })
        .collect();
    assert!(
        starts.iter().any(|start| *start > 30_000),
        "times count from the episode's start: {starts:?}"
    );
    nothing_is_left(&program);
    server.stop();
}

#[test]
fn a_kill_costs_one_piece_and_leaves_no_recogniser_behind() {
    let host = Host::start();
    host.set("/talk.wav", Answer::body("audio/wav", recording(100)));
    feed(&host, "talk", &host.url("/talk.wav"), "");
    let mut program = Program::new(&[&host]);
    let (_, log) = recogniser(&mut program);
    let (hold, never) = (program.dir.path().join("hold"), program.dir.path().join("never"));
    fs::write(&hold, "").unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&never).status().unwrap().success());
    let mut server = program.serve();
    program.ok(&["source", "add", &host.url("/talk.xml")]);
    server.wait_for("speech recognised");
    until("the second piece is begun", || lines(&log).len() == 2);
    let held: Vec<String> = lines(&log);
    server.kill();
    let pid = held[1].split(' ').next().unwrap().to_owned();
    until("the recogniser ends with its server", || {
        // Gone, or ended and not yet waited for by whoever inherits it.
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status.is_empty() || status.contains("State:\tZ")
    });

    fs::remove_file(&hold).unwrap();
    host.take_seen();
    let server = program.serve();
    server.wait_for("insights published");
    let all = lines(&log);
    let sums: Vec<String> = all.iter().map(|l| l.split_once(' ').unwrap().1.to_owned()).collect();
    assert_eq!(sums[2], sums[1], "the piece that was cut off is asked again");
    assert_eq!(
        sums.iter().filter(|sum| **sum == sums[0]).count(),
        1,
        "what was done is not: {sums:?}"
    );
    assert!(sums.len() >= 5);
    assert!(
        host.take_seen().iter().all(|s| s.path != "/talk.wav"),
        "the recording was there still"
    );
    nothing_is_left(&program);
    server.stop();
}

#[track_caller]
fn until(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(60), "not so: {what}");
        std::thread::yield_now();
    }
}

#[test]
fn what_can_not_be_heard_falls_back_to_the_notes_and_says_why() {
    let host = Host::start();
    let elsewhere = Host::start();
    let mut program = Program::new(&[&host]);
    let (script, log) = recogniser(&mut program);
    program.set("PODBRIEF_INFER_TRANSCRIBE_MAX_AUDIO_MIB", "1");
    program.set("PODBRIEF_INFER_TRANSCRIBE_MAX_MINUTES", "1");
    let long = [b"ID3\x03\0\0\0\0\0\0".to_vec(), vec![0x55; 60_000]].concat();
    let huge =
        b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: 99999999\r\n\r\nID3"
            .to_vec();
    host.set("/page.mp3", Answer::body("text/html", "<!doctype html><title>Not found</title>"));
    host.set("/damaged.mp3", Answer::body("audio/mpeg", long));
    host.set("/huge.mp3", Answer::Raw(huge));
    host.set("/endless.mp3", Answer::Endless { unit: vec![0xff; 65536] });
    host.set("/long.wav", Answer::body("audio/wav", recording(64)));
    host.set(
        "/quiet.wav",
        Answer::body("audio/wav", {
            let mut wav = recording(40);
            wav[44..].fill(0);
            wav
        }),
    );
    let private = elsewhere.url("/private.mp3");
    elsewhere.set("/private.mp3", Answer::body("audio/wav", recording(40)));
    let cases = [
        ("page", host.url("/page.mp3"), "", "web page"),
        ("damaged", host.url("/damaged.mp3"), "", "can't be heard"),
        ("huge", host.url("/huge.mp3"), "", "larger than 1 MiB"),
        ("endless", host.url("/endless.mp3"), "", "larger than 1 MiB"),
        ("long", host.url("/long.wav"), "", "longer than 1 minutes"),
        (
            "stated",
            host.url("/stated.mp3"),
            "<itunes:duration>09:00:00</itunes:duration>",
            "longer than 1 minutes",
        ),
        ("missing", host.url("/missing.mp3"), "", "404"),
        ("private", private, "", "private"),
        ("quiet", host.url("/quiet.wav"), "", "only 0 words"),
    ];
    for (name, audio, more, _) in &cases {
        feed(&host, name, audio, more);
        program.ok(&["source", "add", &host.url(&format!("/{name}.xml"))]);
    }
    program.ok(&["poll"]);
    for (name, _, _, part) in &cases {
        let item = item(&program, &format!("Show {name}"));
        assert_eq!(item["state"]["origin"], "show_notes", "{name}: {item}");
        assert!(item["recognised_by"].is_null(), "{name}: {item}");
        let (what, hint) = (&item["problem"]["what"], &item["problem"]["hint"]);
        assert!(what.as_str().unwrap().contains(part), "{name}: {what}");
        assert!(
            hint.as_str().unwrap().starts_with("The show notes serve instead."),
            "{name}: {hint}"
        );
    }
    assert!(elsewhere.take_seen().is_empty(), "a private address is not asked");
    assert!(
        host.take_seen().iter().all(|s| s.path != "/stated.mp3"),
        "what is too long is not fetched"
    );
    let heard = lines(&log).len();
    assert!(heard <= 2, "silence is not asked about: {heard}");
    nothing_is_left(&program);

    // The recogniser fails: the item waits, says why, and nothing is published of its notes.
    fs::write(&script, "#!/bin/sh\necho 'no such model' >&2\nexit 3\n").unwrap();
    host.set("/short.wav", Answer::body("audio/wav", recording(40)));
    for name in ["first", "second"] {
        feed(&host, name, &host.url("/short.wav"), "");
        program.ok(&["source", "add", &host.url(&format!("/{name}.xml"))]);
    }
    host_show(&host, "other", 1);
    program.ok(&["source", "add", &host.url("/other.xml")]);
    program.ok(&["poll"]);
    for name in ["first", "second"] {
        let item = item(&program, &format!("Show {name}"));
        assert_eq!(item["state"]["state"], "new", "{item}");
        let what = item["problem"]["what"].as_str().unwrap();
        assert!(what.contains("exit code 3") && what.contains("no such model"), "{what}");
    }
    let fetched = host.take_seen().iter().filter(|s| s.path == "/short.wav").count();
    assert_eq!(fetched, 1, "nothing is fetched for a recogniser that fails");
    assert_eq!(
        item(&program, "Show other")["state"]["origin"],
        "publisher",
        "it delays nothing else"
    );
}

#[test]
fn the_operator_says_of_which_source() {
    let host = Host::start();
    host.set("/talk.wav", Answer::body("audio/wav", recording(40)));
    let link = |name: &str| {
        host_show(&host, name, 1);
        format!(
            r#"<podcast:transcript url="{}" type="text/vtt"/>"#,
            host.url(&format!("/{name}/1.vtt"))
        )
    };
    let linked = link("linked");
    let shows = [
        ("always", linked.as_str(), Some("always"), "recognised"),
        ("never", "", Some("never"), "show_notes"),
        ("missing", linked.as_str(), Some("missing"), "publisher"),
        ("default", "", None, "recognised"),
    ];
    let mut program = Program::new(&[&host]);
    recogniser(&mut program);
    for (name, more, policy, _) in shows {
        feed(&host, name, &host.url("/talk.wav"), more);
        program.ok(&["source", "add", &host.url(&format!("/{name}.xml"))]);
        if let Some(policy) = policy {
            program.ok(&["source", "speech", &host.url(&format!("/{name}.xml")), policy]);
        }
    }
    program.ok(&["poll"]);
    for (name, _, policy, origin) in shows {
        let shown = program.json(&["source", "show", &format!("Show {name}"), "--json"]);
        assert_eq!(shown["source"]["speech"], policy.map_or(serde_json::Value::Null, Into::into));
        assert_eq!(shown["items"][0]["state"]["origin"], origin, "{name}: {shown}");
    }
    program.ok(&["source", "speech", "Show always", "default"]);
    assert!(
        program.json(&["source", "show", "Show always", "--json"])["source"]["speech"].is_null()
    );
    nothing_is_left(&program);
}

#[test]
fn an_endpoint_is_asked_as_openai_has_it() {
    let host = Host::start();
    let mut program = Program::new(&[&host]);
    let key = program.dir.path().join("key");
    fs::write(&key, "secret-key\n").unwrap();
    program.set("PODBRIEF_INFER_TRANSCRIBE_BASE_URL", &host.url("/v1/"));
    program.set("PODBRIEF_INFER_TRANSCRIBE_MODEL", "whisper-1");
    program.set("PODBRIEF_INFER_TRANSCRIBE_API_KEY_FILE", key.to_str().unwrap());
    program.set("PODBRIEF_INFER_TRANSCRIBE_CHUNK", "30s");
    let file = program.dir.path().join("talk.wav");
    fs::write(&file, recording(40)).unwrap();
    let file = file.to_str().unwrap();
    let path = "/v1/audio/transcriptions";
    let failures = [
        (Answer::Status(401, vec![]), "answered 401", "api_key"),
        (
            Answer::Status(429, vec![("Retry-After".into(), "7".into())]),
            "answered 429",
            "again later",
        ),
        (Answer::Status(500, vec![]), "answered 500", "again later"),
        (
            Answer::body("application/json", r#"{"error":{"message":"no such model"}}"#),
            "neither text nor segments",
            "",
        ),
        (Answer::body("text/html", "<!doctype html><p>It works!"), "can't be read", ""),
        (Answer::body("application/octet-stream", vec![0_u8; 6 << 20]), "larger than", ""),
        (
            Answer::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"te".to_vec()),
            "broke off",
            "",
        ),
        (Answer::Status(302, vec![("Location".into(), "/elsewhere".into())]), "answered 302", ""),
    ];
    for (answer, what, hint) in failures {
        host.set(path, answer);
        let output = program.run(&["transcribe", file]);
        let error = text(&output.stderr);
        assert!(
            !output.status.success() && error.contains(what) && error.contains(hint),
            "{what}: {error}"
        );
    }
    host.take_seen();
    let verbose = r#"{"task":"transcribe","language":"english","duration":24.0,"text":"x","segments":[
        {"id":0,"start":0.0,"end":8.5,"text":" The main reason heat pumps fail in practice is not the technology but the maintenance contract, because nobody pays for upkeep until something breaks."},
        {"id":1,"start":8.5,"end":99.0,"text":" So if you plan heat pumps for a town, you should budget for repairs first and only then choose the cheapest supplier."}]}"#;
    host.set(path, Answer::body("application/json", verbose));
    let vtt = program.ok(&["transcribe", file]);
    assert!(vtt.starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:08.500\nThe main reason"), "{vtt}");
    let seen = host.take_seen();
    assert_eq!(seen.len(), 2, "one request a piece");
    assert_eq!(seen[0].fields["authorization"], "Bearer secret-key");
    for part in [
        "name=\"model\"\r\n\r\nwhisper-1",
        "name=\"response_format\"\r\n\r\nverbose_json",
        "name=\"file\"; filename=\"piece.wav\"",
        "RIFF",
    ] {
        assert!(seen[0].body.contains(part), "{part}");
    }

    // And through the server; a refusal is told of, and the item waits.
    host.set("/talk.wav", Answer::body("audio/wav", recording(40)));
    feed(&host, "talk", &host.url("/talk.wav"), "");
    program.ok(&["source", "add", &host.url("/talk.xml")]);
    program.ok(&["poll"]);
    assert_eq!(item(&program, "Show talk")["recognised_by"], "whisper-1");
    assert_eq!(item(&program, "Show talk")["state"]["origin"], "recognised");
    let spent = fs::read_to_string(program.data().join("speech/spent.json")).unwrap();
    assert!(spent.contains("\"millis\":39") || spent.contains("\"millis\":40"), "{spent}");

    // What is used up for today goes on tomorrow.
    program.set("PODBRIEF_INFER_TRANSCRIBE_MINUTES_A_DAY", "1");
    feed(&host, "more", &host.url("/talk.wav"), "");
    program.ok(&["source", "add", &host.url("/more.xml")]);
    program.ok(&["poll"]);
    let waits = item(&program, "Show more");
    assert_eq!(waits["state"]["state"], "new", "{waits}");
    assert!(waits["problem"]["what"].as_str().unwrap().contains("minutes_a_day"), "{waits}");
}

#[test]
fn wrong_options_are_told_of() {
    let cases = [
        (&[("COMMAND", "hear,{audio}"), ("BASE_URL", "http://127.0.0.1:1/v1")][..], "not several"),
        (&[("BASE_URL", "127.0.0.1:8000")], "is not an address"),
        (&[("BASE_URL", "http://127.0.0.1:8000/v1")], "name the model"),
        (&[("POLICY", "sometimes")], "never, missing or always"),
        (&[("CHUNK", "1s")], "from 30s to 1h"),
    ];
    for (options, part) in cases {
        let mut program = Program::new(&[]);
        for (name, value) in options {
            program.set(&format!("PODBRIEF_INFER_TRANSCRIBE_{name}"), value);
        }
        let output = program.run(&["status"]);
        let error = text(&output.stderr);
        assert!(!output.status.success() && error.contains(part), "{options:?}: {error}");
    }
    let output = Program::new(&[]).run(&["transcribe", "x.mp3"]);
    assert!(text(&output.stderr).contains("[infer.transcribe]"));
}
