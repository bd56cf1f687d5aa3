//! Trust it with a small server, from outside: damage, full disks, backups by themselves, what supervisors hear and see.

use std::io::{BufReader, Read};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::Stdio;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::support::client::request;
use crate::support::post::{WEEKLY, deliver, mailbox};
use crate::support::program::text;
use crate::support::show::host_show;
use crate::support::{Host, Program, get, post, smtp};

/// The same backup of data that began long ago: line by line, with another end.
fn aged(backup: &[u8]) -> Vec<u8> {
    let lines = String::from_utf8(zstd::decode_all(backup).unwrap()).unwrap();
    let mut out = String::new();
    let count = lines.lines().count() - 1;
    for (at, line) in lines.lines().take(count).enumerate() {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        if at == 0 {
            line["instance"]["created"] = 1_000_000_000.into();
        }
        out += &format!("{line}\n");
    }
    let sum: String = Sha256::digest(out.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    out += &format!("{{\"end\":{{\"lines\":{count},\"sha256\":\"{sum}\"}}}}\n");
    zstd::encode_all(out.as_bytes(), 1).unwrap()
}

#[test]
fn a_damaged_store_is_moved_aside_and_the_backup_of_the_night_takes_its_place() {
    let host = Host::start();
    host_show(&host, "tea", 2);
    let old = Program::new(&[&host]);
    old.ok(&["source", "add", &host.url("/tea.xml")]);
    old.ok(&["poll"]);
    old.ok(&["backup", "now"]);
    let program = Program::new(&[&host]);
    let file = program.dir.path().join("aged");
    std::fs::write(&file, aged(&std::fs::read(old.dir.path().join("now")).unwrap())).unwrap();
    program.ok(&["restore", file.to_str().unwrap()]);
    // Its time for a backup has passed.
    let server = program.serve();
    let made = server.wait_for("backup made");
    let made = made["fields"]["file"].as_str().unwrap().to_owned();
    let before = get(&server.base, "/latest.json").json();
    assert!(!before["items"].as_array().unwrap().is_empty());
    program.ok(&["check"]);
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    server.stop();
    let db = program.data().join("store/db");
    let rubbish = b"rubbish".repeat(100_000);
    std::fs::write(&db, &rubbish).unwrap();
    // A verb only tells.
    let told = program.run(&["status"]);
    let said = text(&told.stderr);
    assert!(
        !told.status.success() && said.contains("can't be read") && said.contains(&made),
        "{said}"
    );
    assert_eq!(std::fs::read(&db).unwrap(), rubbish);
    let (server, log) = program.serve_with_log();
    let error = log.iter().find(|l| l["level"] == "ERROR").unwrap()["fields"].to_string();
    assert!(error.contains(&made) && error.contains("is missing"), "{error}");
    let after = get(&server.base, "/latest.json").json();
    let ids = |feed: &serde_json::Value| {
        feed["items"].as_array().unwrap().iter().map(|i| i["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&after), ids(&before));
    let status = program.ok(&["status"]);
    assert!(status.contains("Attention: ") && status.contains("podbrief import"), "{status}");
    let aside = std::fs::read_dir(program.data()).unwrap().flatten();
    let aside: Vec<_> =
        aside.filter(|e| e.file_name().to_string_lossy().starts_with("store.damaged-")).collect();
    assert_eq!(aside.len(), 1);
    assert_eq!(std::fs::read(aside[0].path().join("db")).unwrap(), rubbish, "nothing is deleted");
    std::fs::remove_file(program.data().join("rescue.json")).unwrap();
    assert!(!program.ok(&["status"]).contains("Attention"));
    program.ok(&["check"]);
    server.stop();
}

#[test]
fn without_a_backup_a_damaged_store_is_left_alone() {
    let program = Program::new(&[]);
    program.ok(&["source", "add", "127.0.0.1:1"]);
    let db = program.data().join("store/db");
    std::fs::write(&db, b"rubbish".repeat(100_000)).unwrap();
    let output = program.run(&["serve"]);
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("there is no backup in"), "{said}");
    assert!(std::fs::read(&db).unwrap().starts_with(b"rubbish"));
}

#[test]
fn a_store_of_a_newer_program_is_refused() {
    let program = Program::new(&[]);
    program.ok(&["source", "add", "127.0.0.1:1"]);
    std::fs::write(program.data().join("store/format"), "999\n").unwrap();
    for verb in ["serve", "status", "check"] {
        let output = program.run(&[verb]);
        let said = text(&output.stderr);
        assert!(!output.status.success() && said.contains("newer podbrief"), "{said}");
    }
    std::fs::write(program.data().join("store/format"), "1\n").unwrap();
    program.ok(&["status"]);
}

#[test]
fn on_a_full_disk_intake_is_refused_with_words_and_reading_goes_on() {
    let host = Host::start();
    host_show(&host, "tea", 2);
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_MAIL_DOMAIN", "in.example");
    program.set("PODBRIEF_MAIL_DNS", "off");
    let (address, _) = mailbox(&program, &["Tea", "--public"]);
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    program.ok(&["poll"]);
    // No disk is that large.
    program.set("PODBRIEF_DISK_KEEP_FREE_MIB", "8796093022207");
    program.set("PODBRIEF_MAIL_LISTEN", "127.0.0.1:0");
    let (server, log) = program.serve_with_log();
    let door = log.iter().find(|l| l["fields"]["message"] == "mail door open").unwrap();
    let mut client = smtp::Client::tcp(door["fields"]["address"].as_str().unwrap());
    assert_eq!(client.say("EHLO esp.example"), 250);
    assert_eq!(client.mail(&address, WEEKLY), 452);
    assert_eq!(deliver(&program, &address, WEEKLY).0, 75, "EX_TEMPFAIL");
    let signed =
        post(&server.base, "/brief", &[("interests", "tea"), ("zone", "UTC"), ("hour", "7")]);
    assert_eq!(signed.status, 503);
    assert!(signed.text().contains("disk is full") && signed.field("retry-after").is_some());
    let ready = get(&server.base, "/readyz");
    assert_eq!((ready.status, ready.text().contains("disk is full")), (503, true));
    for path in ["/healthz", "/latest", "/latest.atom", "/sources"] {
        assert_eq!(get(&server.base, path).status, 200, "{path}");
    }
    assert!(program.ok(&["status"]).contains("Attention: the disk that holds"));
    let asked = program.run(&["poll", "--all"]);
    assert!(text(&asked.stderr).contains("is full"), "{}", text(&asked.stderr));
    server.stop();
}

#[test]
fn metrics_and_the_status_page_are_for_the_operator() {
    let host = Host::start();
    host_show(&host, "tea", 2);
    let program = Program::new(&[&host]);
    let server = program.serve();
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    program.ok(&["poll"]);
    assert_eq!(get(&server.base, "/metrics").status, 401);
    assert_eq!(get(&server.base, "/readyz").text(), "ready\n");
    let secret = std::fs::read_to_string(program.data().join("admin-secret")).unwrap();
    let bearer = format!("Bearer {}", secret.trim());
    let metrics = request(&server.base, "GET", "/metrics", &[("Authorization", &bearer)]).text();
    for line in ["podbrief_polls_total 1", "podbrief_items_total 2", "podbrief_writable"] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    for line in metrics.lines().filter(|l| !l.starts_with('#')) {
        let (name, value) = line.split_once(' ').unwrap();
        assert!(name.starts_with("podbrief_") && value.parse::<u64>().is_ok(), "{line}");
    }
    let entered = post(&server.base, "/operator/login", &[("secret", secret.trim())]);
    let cookie = entered.field("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(get(&server.base, "/operator/status").status, 303);
    let page = request(&server.base, "GET", "/operator/status", &[("Cookie", &cookie)]);
    let html = page.text();
    assert!(
        page.status == 200 && html.contains("<svg") && html.contains("Nothing needs you"),
        "{html}"
    );
    // What keeps it well, through the running server.
    assert!(program.ok(&["check"]).contains("all is as it must be"));
    assert!(program.ok(&["compact"]).contains("MiB now"));
    assert!(program.ok(&["retry"]).starts_with("0 "));
    assert!(!get(&server.base, "/latest.json").json()["items"].as_array().unwrap().is_empty());
    let doctor = text(&program.run(&["doctor"]).stdout);
    assert!(
        doctor.contains("good  store: 1 sources") && doctor.contains("note  base_url"),
        "{doctor}"
    );
    server.stop();
}

#[test]
fn systemd_hears_that_all_is_well_and_gives_the_door() {
    let program = Program::new(&[]);
    let folder = program.dir.path();
    let told = UnixDatagram::bind(folder.join("notify")).unwrap();
    told.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let credentials = folder.join("credentials");
    std::fs::create_dir(&credentials).unwrap();
    std::fs::write(credentials.join("admin-secret"), "brought-by-systemd-0123456789").unwrap();
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = door.local_addr().unwrap();
    // The door is the first file behind the standard ones, and the process stays the same (sd_listen_fds(3)).
    let binary = env!("CARGO_BIN_EXE_podbrief");
    let script = format!("exec 3<&0 </dev/null; LISTEN_PID=$$ exec {binary} serve");
    let command = program.command(&[]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]).env_clear().current_dir(folder);
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.env("PATH", "/usr/bin:/bin").env("LISTEN_FDS", "1").env("LISTEN_FDNAMES", "http");
    shell.env("NOTIFY_SOCKET", folder.join("notify")).env("WATCHDOG_USEC", "200000");
    shell.env("CREDENTIALS_DIRECTORY", &credentials);
    let mut child =
        shell.stdin(Stdio::from(OwnedFd::from(door))).stderr(Stdio::piped()).spawn().unwrap();
    let heard = || {
        let mut bytes = [0; 64];
        let length = told.recv(&mut bytes).unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    };
    let mut words = vec![heard(), heard(), heard()];
    words.sort();
    words.dedup();
    assert_eq!(words, ["READY=1\n", "WATCHDOG=1\n"]);
    let base = format!("http://{at}");
    assert_eq!(get(&base, "/healthz").status, 200);
    let entered = post(&base, "/operator/login", &[("secret", "brought-by-systemd-0123456789")]);
    assert_eq!(entered.status, 303);
    assert!(!program.data().join("admin-secret").exists());
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    while heard() != "STOPPING=1\n" {}
    assert!(child.wait().unwrap().success());
    let mut log = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_to_string(&mut log).unwrap();
    assert!(log.contains(&base) && !log.contains("brought-by-systemd"), "{log}");
}

#[test]
fn logs_hold_no_secrets() {
    let mut program = Program::new(&[]);
    program.set("PODBRIEF_LOG_LEVEL", "trace,podbrief=trace");
    program.set("PODBRIEF_MAIL_DOMAIN", "in.example");
    program.set("PODBRIEF_MAIL_DNS", "off");
    program.set("PODBRIEF_MAIL_LMTP", "127.0.0.1:0");
    let (address, _) = mailbox(&program, &["Tea", "--public"]);
    let (server, before) = program.serve_with_log();
    let secret = std::fs::read_to_string(program.data().join("admin-secret")).unwrap();
    let door = before.iter().find(|l| l["fields"]["message"] == "mail door open").unwrap();
    let mut client = smtp::Client::tcp(door["fields"]["address"].as_str().unwrap());
    assert_eq!(client.say("LHLO mx.example"), 250);
    assert_eq!(client.mail(&address, WEEKLY), 250);
    server.wait_for("mail received");
    program.ok(&["invite"]);
    let bearer = format!("Bearer {}", secret.trim());
    assert_eq!(request(&server.base, "GET", "/metrics", &[("Authorization", &bearer)]).status, 200);
    let entered = post(&server.base, "/operator/login", &[("secret", secret.trim())]);
    let cookie = entered.field("set-cookie").unwrap().split(['=', ';']).nth(1).unwrap().to_owned();
    let signed =
        post(&server.base, "/brief", &[("interests", "tea"), ("zone", "UTC"), ("hour", "7")]);
    let reader = signed.field("location").unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!(get(&server.base, &format!("/brief/{reader}.atom")).status, 200);
    let log = format!("{before:?}{}", server.stop_and_read());
    assert!(log.contains("mail received") || log.contains("stopping"));
    let local = address.split('@').next().unwrap();
    for secret in [secret.trim(), &cookie, &reader, local] {
        assert!(secret.len() > 15 && !log.contains(secret), "{secret} is in the log");
    }
}
