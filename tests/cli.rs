//! The command line as a person meets it.

use std::io::Write;
use std::process::Stdio;

use crate::support::program::text;
use crate::support::show::host_show;
use crate::support::{Host, Program};

#[test]
fn sources_are_added_listed_shown_paused_and_removed() {
    let host = Host::start();
    host_show(&host, "tea", 2);
    let program = Program::new(&[&host]);
    let empty = program.ok(&["source", "list"]);
    assert!(empty.contains("podbrief source add"), "an empty list says what to do: {empty}");
    let added = program.ok(&["source", "add", &host.url("/tea.xml")]);
    assert!(added.contains("Show tea"), "{added}");
    assert!(program.ok(&["source", "add", &host.url("/tea.xml")]).contains("already there"));
    program.ok(&["poll"]);
    let list = program.json(&["source", "list", "--json"]);
    assert_eq!(list[0]["title"], "Show tea");
    assert_eq!(list[0]["coverage"]["with_transcript"], 2);
    let shown = program.json(&["source", "show", "show t", "--json"]);
    assert_eq!(shown["items"].as_array().unwrap().len(), 2);
    assert!(program.ok(&["source", "pause", "Show tea"]).contains("paused"));
    assert!(program.ok(&["poll", "--all"]).contains("Nothing was due"));
    program.ok(&["source", "resume", "Show tea"]);
    assert!(program.ok(&["poll"]).contains("304"));
    program.ok(&["source", "remove", "Show tea"]);
    assert_eq!(program.json(&["source", "list", "--json"]).as_array().unwrap().len(), 0);
    let unknown = program.run(&["source", "show", "nothing"]);
    assert!(!unknown.status.success());
    assert!(text(&unknown.stderr).contains("podbrief source list"));
}

#[test]
fn a_web_page_leads_to_its_feed() {
    let host = Host::start();
    host_show(&host, "tea", 1);
    let page = "<!doctype html><title>Tea</title><link rel=alternate type='application/rss+xml' href='/tea.xml'><p>Hi";
    host.set("/", crate::support::Answer::body("text/html", page));
    let program = Program::new(&[&host]);
    let added = program.ok(&["source", "add", &host.url("/")]);
    assert!(added.contains("Show tea") && added.contains("/tea.xml"), "{added}");
}

#[test]
fn opml_goes_in_and_out() {
    let program = Program::new(&[]);
    let starter = concat!(env!("CARGO_MANIFEST_DIR"), "/data/starter.opml");
    let said = program.ok(&["import", starter]);
    let count = program.json(&["source", "list", "--json"]).as_array().unwrap().len();
    assert!(count >= 15, "the starter list names {count} shows");
    assert!(said.contains(&format!("{count} sources added")), "{said}");
    let exported = program.ok(&["export"]);
    let other = Program::new(&[]);
    let file = other.dir.path().join("feeds.opml");
    std::fs::write(&file, exported).unwrap();
    other.ok(&["import", file.to_str().unwrap()]);
    let ids = |program: &Program| {
        let list = program.json(&["source", "list", "--json"]);
        let ids = list.as_array().unwrap().iter().map(|s| s["id"].to_string());
        ids.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(ids(&other), ids(&program));
    let bad = other.dir.path().join("bad.opml");
    std::fs::write(&bad, "not opml at all").unwrap();
    let refused = other.run(&["import", bad.to_str().unwrap()]);
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("bad.opml"), "{}", text(&refused.stderr));
}

#[test]
fn verbs_go_through_the_running_server() {
    let host = Host::start();
    host_show(&host, "tea", 2);
    let program = Program::new(&[&host]);
    let server = program.serve();
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    let table = program.json(&["poll", "--all", "--json"]);
    assert_eq!(table.as_array().unwrap().len(), 1, "{table}");
    assert_eq!(program.json(&["status", "--json"])["counts"]["sources"], 1);
    assert!(program.ok(&["export"]).contains("/tea.xml"));
    let file = program.dir.path().join("backup.zst");
    program.ok(&["backup", file.to_str().unwrap()]);
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(program.data().join("admin.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let second = program.run(&["serve"]);
    assert!(!second.status.success());
    let said = text(&second.stderr);
    assert!(said.contains("runs on this data directory already"), "{said}");
    let refused = program.run(&["restore", file.to_str().unwrap()]);
    assert!(text(&refused.stderr).contains("stop it first"));
    server.stop();

    let mut other = Program::new(&[&host]);
    other.set("PODBRIEF_LOG_LEVEL", "warn");
    assert!(other.ok(&["restore", file.to_str().unwrap()]).contains("restored"));
    let (a, b) =
        (program.json(&["source", "list", "--json"]), other.json(&["source", "list", "--json"]));
    assert_eq!(a, b);
    let again = other.run(&["restore", file.to_str().unwrap()]);
    assert!(text(&again.stderr).contains("is there already"), "{}", text(&again.stderr));
}

#[test]
fn verbs_wait_for_one_another() {
    let host = Host::start();
    host_show(&host, "tea", 2);
    let program = Program::new(&[&host]);
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    // Each takes the store for itself, some while others hold it; none may fail for that.
    let verbs = [&["source", "list"][..], &["poll", "--all"], &["status"], &["export"]];
    let children = verbs.iter().cycle().take(12).map(|verb| {
        let mut command = program.command(verb);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    });
    for child in children.collect::<Vec<_>>() {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
}

#[test]
fn a_data_directory_may_lie_deep() {
    let mut program = Program::new(&[]);
    let deep = program.dir.path().join("deep/".repeat(30));
    program.set("PODBRIEF_DATA_DIR", deep.to_str().unwrap());
    let server = program.serve();
    assert!(deep.join("admin.sock").exists());
    program.ok(&["status"]);
    server.stop();
    assert!(!deep.join("admin.sock").exists());
}

#[test]
fn a_socket_left_behind_is_no_server() {
    let program = Program::new(&[]);
    let mut server = program.serve();
    server.kill();
    assert!(program.data().join("admin.sock").exists(), "killed, so nobody removed it");
    program.ok(&["status"]);
    program.serve().stop();
    assert!(!program.data().join("admin.sock").exists());
}

#[test]
fn an_unreadable_store_is_left_alone_and_told_of() {
    let program = Program::new(&[]);
    program.ok(&["source", "add", "127.0.0.1:1"]);
    let db = program.data().join("store/db");
    let conf = program.data().join("store/conf");
    std::fs::write(&db, b"rubbish".repeat(100_000)).unwrap();
    std::fs::write(&conf, b"rubbish").unwrap();
    let output = program.run(&["status"]);
    assert!(!output.status.success());
    let said = text(&output.stderr);
    assert!(said.contains("can't be read") && said.contains("podbrief restore"), "{said}");
    assert!(std::fs::read(&db).unwrap().starts_with(b"rubbish"), "nothing was changed");
}

#[test]
fn extract_is_a_filter() {
    let program = Program::new(&[]);
    let vtt = "WEBVTT\n\n00:00:05.000 --> 00:00:12.000\n<v Ada>The reason most migrations fail is that teams move \
               the data first and only then find out who reads it, which doubles the cost.\n";
    let mut child = program
        .command(&["extract", "-", "--json", "--top", "3"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(vtt.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found[0]["speaker"], "Ada");
    assert_eq!(found[0]["start_ms"], 5000);
    let quote = found[0]["quote"].as_str().unwrap();
    assert!(vtt.contains(quote), "verbatim: {quote}");
    let missing = program.run(&["extract", "no-such-file.vtt"]);
    assert!(text(&missing.stderr).contains("no-such-file.vtt"));
    let wrong = program.command(&["extract", "-", "--format", "json"]).output().unwrap();
    assert!(!wrong.status.success() && !text(&wrong.stderr).contains("panicked"));
}

#[test]
fn explaining_says_what_others_can_repeat() {
    let program = Program::new(&[]);
    let said = "Ada Stone: Teams should measure a database before they move it, because the reason most migrations \
                fail is that nobody knows who reads the data.\n\nBob Hill: Right.\n";
    let file = program.dir.path().join("talk.txt");
    std::fs::write(&file, said).unwrap();
    let file = file.to_str().unwrap();
    let output = program.run(&["extract", file, "--explain", "--json"]);
    let explained: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let best = &explained["candidates"][0];
    assert_eq!(best["fate"], "chosen", "{explained:#}");
    assert!(best["repeatable"].as_f64().unwrap() > 0.0, "{best:#}");
    let shown = program.run(&["extract", file, "--explain"]);
    assert!(text(&shown.stdout).contains("repeatable +"), "{}", text(&shown.stdout));
}

#[test]
fn extract_reads_every_format_from_standard_input_unnamed() {
    let program = Program::new(&[]);
    let said = "The reason most migrations fail is that teams move the data first and only then find out who reads it, which doubles the cost.";
    let documents = [
        ("vtt", format!("WEBVTT\n\n00:05.000 --> 00:12.000\n<v Ada>{said}\n")),
        ("srt", format!("1\n00:00:05,000 --> 00:00:12,000\n{said}\n")),
        (
            "json",
            format!(
                r#"{{"version":"1.0.0","segments":[{{"startTime":5,"endTime":12,"body":"{said}"}}]}}"#
            ),
        ),
        (
            "html",
            format!("<blockquote><b>Ada Stone:</b> {said}</blockquote><p>Ada Stone: Right.</p>"),
        ),
        ("txt", format!("Ada Stone: {said}\n\nAda Stone: Right.\n")),
        (
            "md",
            format!("---\ntitle: Moving\n---\n# News\n\n- {said} {{% assign at=1 %}}\n- Right.\n"),
        ),
        (
            "eml",
            format!("From: a@example.org\nSubject: Hi\nMessage-ID: <1@example.org>\n\n{said}\n"),
        ),
    ];
    for (format, document) in documents {
        for named in
            [&["extract", "-", "--json"][..], &["extract", "-", "--json", "--format", format]]
        {
            let mut command = program.command(named);
            let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            child.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(found[0]["quote"], said, "{format}: {found}");
        }
    }
}

#[test]
fn wrong_options_are_named() {
    let mut program = Program::new(&[]);
    program.set("PODBRIEF_FETCH_TIMEOT", "3s");
    let said = text(&program.run(&["status"]).stderr);
    assert!(said.contains("PODBRIEF_FETCH_TIMEOT"), "{said}");
}

#[test]
fn reading_makes_nothing_and_writing_spares_what_is_no_file() {
    let program = Program::new(&[]);
    assert!(program.ok(&["source", "list"]).contains("No sources yet"));
    assert!(text(&program.run(&["status"]).stderr).contains("no podbrief data"));
    assert!(!program.data().exists(), "reading made the data directory");
    program.ok(&["source", "add", "127.0.0.1:1"]);
    let pipe = program.dir.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let refused = program.run(&["backup", pipe.to_str().unwrap()]);
    assert!(text(&refused.stderr).contains("not an ordinary file"));
    let real = program.dir.path().join("real");
    let link = program.dir.path().join("link");
    std::fs::write(&real, "").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    program.ok(&["backup", link.to_str().unwrap()]);
    assert!(link.is_symlink() && std::fs::metadata(&real).unwrap().len() > 100);
    let fresh = program.dir.path().join("fresh");
    program.ok(&["backup", fresh.to_str().unwrap()]);
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&fresh).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let program = Program::new(&[]);
    let starter = concat!(env!("CARGO_MANIFEST_DIR"), "/data/starter.opml");
    program.ok(&["import", starter]);
    let mut child = program
        .command(&["source", "list", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
}

#[test]
fn a_source_is_named_by_a_good_part_of_its_id_only() {
    let program = Program::new(&[]);
    program.ok(&["source", "add", "127.0.0.1:1"]);
    let id = program.json(&["source", "list", "--json"])[0]["id"].as_str().unwrap().to_owned();
    assert!(!program.run(&["source", "remove", &id[..1]]).status.success());
    assert!(program.ok(&["source", "show", &id[..6]]).contains(&id));
}
