//! SMTP and LMTP on real sockets.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use crate::support::post::{WEEKLY, deliver, issue, mailbox};
use crate::support::program::{Server, resident};
use crate::support::smtp::Client;
use crate::support::{Program, get};

fn program() -> Program {
    let mut program = Program::new(&[]);
    program.set("PODBRIEF_MAIL_DOMAIN", "in.example");
    program.set("PODBRIEF_MAIL_LISTEN", "127.0.0.1:0");
    program.set("PODBRIEF_MAIL_DNS", "off");
    program
}

/// Starts the server; gives the address of its SMTP door too.
fn serve(program: &Program) -> (Server, String) {
    let (server, before) = program.serve_with_log();
    let open = before.iter().find(|line| line["fields"]["message"] == "mail door open").unwrap();
    (server, open["fields"]["address"].as_str().unwrap().to_owned())
}

fn keys(program: &Program, source: &str) -> Vec<String> {
    // `show` has the newest only; the log of the store has all.
    let shown = program.json(&["source", "show", source, "--json"]);
    let items = shown["items"].as_array().unwrap();
    items.iter().map(|i| i["key"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_newsletter_by_smtp_is_in_its_feed() {
    let program = program();
    let (server, smtp) = serve(&program);
    let (address, id) = mailbox(&program, &["Grid", "--public"]);
    let mut client = Client::tcp(&smtp);
    assert_eq!(client.say("EHLO esp.example"), 250);
    assert_eq!(client.say("MAIL FROM:<s@esp.example> SIZE=5000 BODY=8BITMIME"), 250);
    assert_eq!(client.say("RCPT TO:<nobody@in.example>"), 550);
    assert_eq!(client.say("RSET"), 250);
    assert_eq!(client.mail(&address, WEEKLY), 250);
    assert_eq!(client.mail(&address, WEEKLY), 250, "the same connection again");
    assert_eq!(client.say("QUIT"), 221);
    server.wait_for("insights published");
    let feed = get(&server.base, &format!("/sources/{id}.json")).text();
    assert!(feed.contains("four-hour") && !feed.contains("esp.example"), "{feed}");
    assert_eq!(keys(&program, &id), ["issue-12@weekly.example"]);
    server.stop();
}

#[test]
fn starttls_works_and_takes_a_new_certificate_without_a_restart() {
    let fixture = |name: &str| {
        std::fs::read(format!("{}/tests/fixtures/tls/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    };
    let mut program = program();
    let file = |name: &str| program.dir.path().join(name);
    let (chain, key) = (file("cert.pem"), file("key.pem"));
    std::fs::write(&chain, fixture("cert.pem")).unwrap();
    std::fs::write(&key, fixture("key.pem")).unwrap();
    program.set("PODBRIEF_MAIL_TLS_CERTIFICATE", chain.to_str().unwrap());
    program.set("PODBRIEF_MAIL_TLS_KEY", key.to_str().unwrap());
    let (server, smtp) = serve(&program);
    let (address, id) = mailbox(&program, &["Grid"]);
    let send = |trusted: &[u8], message: &str| -> Result<u16, std::io::Error> {
        let mut client = Client::tcp(&smtp);
        client.say("EHLO esp.example");
        assert_eq!(client.say("STARTTLS"), 220);
        let mut client = Client::over(tls(client, trusted)?);
        assert_eq!(client.say("MAIL FROM:<x@y.example>"), 503, "it begins anew");
        client.send(b"EHLO esp.example\r\n");
        let (code, text) = client.reply();
        assert!(code == 250 && !text.contains("STARTTLS"), "{text}");
        Ok(client.mail(&address, message))
    };
    assert_eq!(send(&fixture("cert.pem"), &issue(1)).unwrap(), 250);
    std::fs::write(&key, fixture("key2.pem")).unwrap();
    std::fs::write(&chain, fixture("cert2.pem")).unwrap();
    assert_eq!(send(&fixture("cert2.pem"), &issue(2)).unwrap(), 250);
    assert!(send(&fixture("cert.pem"), &issue(3)).is_err(), "the old one is gone");
    server.wait_for("mail received");
    server.wait_for("mail received");
    assert_eq!(keys(&program, &id).len(), 2);
    server.stop();
}

/// A handshake that trusts one certificate.
fn tls(client: Client, pem: &[u8]) -> std::io::Result<impl std::io::Read + Write + Send + use<>> {
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "in.example".try_into().unwrap();
    let connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = rustls::StreamOwned::new(connection, client.into_wire());
    stream.conn.complete_io(&mut stream.sock)?;
    Ok(stream)
}

#[test]
fn lmtp_on_a_socket_file_answers_for_each_recipient() {
    let mut program = program();
    let path = program.dir.path().join("lmtp.sock");
    program.set("PODBRIEF_MAIL_LMTP", &format!("unix:{}", path.display()));
    let (server, _) = serve(&program);
    let (tea, tea_id) = mailbox(&program, &["Tea"]);
    let (oat, oat_id) = mailbox(&program, &["Oat", "--policy", "reject"]);
    let mut client = Client::unix(&path);
    assert_eq!(client.say("EHLO x"), 500);
    assert_eq!(client.say("LHLO mx.example"), 250);
    let two = |client: &mut Client, message: &str| {
        client.say("MAIL FROM:<>");
        assert_eq!(client.say("RCPT TO:<gone@in.example>"), 550);
        assert_eq!(client.say(&format!("RCPT TO:<{tea}>")), 250);
        assert_eq!(client.say(&format!("RCPT TO:<{oat}>")), 250);
        assert_eq!(client.say("DATA"), 354);
        client.send(format!("{message}\r\n.\r\n").as_bytes());
        [client.reply().0, client.reply().0]
    };
    assert_eq!(two(&mut client, &issue(1)), [250, 250]);
    server.wait_for("mail received");
    server.wait_for("mail received");
    let stranger = issue(2).replace("d@daily.example", "evil@x.example");
    assert_eq!(two(&mut client, &stranger), [250, 550]);
    server.wait_for("mail received");
    assert_eq!((keys(&program, &tea_id).len(), keys(&program, &oat_id).len()), (2, 1));
    server.stop();
    assert!(!path.exists());
}

/// The same bytes are the same message, whichever door they came by.
#[test]
fn messages_that_nothing_names_are_told_apart_at_every_door() {
    let mut program = program();
    let path = program.dir.path().join("lmtp.sock");
    program.set("PODBRIEF_MAIL_LMTP", &format!("unix:{}", path.display()));
    let (server, smtp) = serve(&program);
    let (address, id) = mailbox(&program, &["Scraps", "--policy", "accept"]);
    let heard = || server.wait_for("mail received")["fields"]["outcome"].clone();
    // No header at all, no header that says anything, a picture only, the trace of another server only; and a text.
    let scraps = |n: usize| {
        [
            format!("a scrap, number {n}\r\n"),
            format!("X-Scrap: {n}\r\n\r\n"),
            format!("From: a@b.example\r\nContent-Type: image/png\r\n\r\npicture {n}\r\n"),
            format!("Received: from x by y; {n}\r\n\r\n"),
            format!("From: a@b.example\r\n\r\nA text, number {n}.\r\nAnd its end.\r\n"),
        ]
    };
    let mut first = true;
    for door in ["smtp", "lmtp", "pipe"] {
        for text in scraps(1).into_iter().chain(scraps(2)) {
            match door {
                "pipe" => assert_eq!(deliver(&program, &address, &text.replace("\r\n", "\n")).0, 0),
                _ => {
                    let mut client =
                        if door == "smtp" { Client::tcp(&smtp) } else { Client::unix(&path) };
                    client.say(if door == "smtp" { "EHLO x" } else { "LHLO x" });
                    assert_eq!(client.mail(&address, &text), 250);
                }
            }
            let outcome = heard();
            assert_eq!(outcome == "known", !first, "{door}: {outcome} of {text:?}");
        }
        first = false;
    }
    assert_eq!(keys(&program, &id).len(), 10);
    server.stop();
}

#[test]
fn what_was_acknowledged_survives_twenty_kills_once() {
    let program = program();
    let (address, id) = mailbox(&program, &["Daily", "--policy", "accept"]);
    let mut acknowledged = BTreeSet::new();
    let mut number = 0;
    for kill in 0..20 {
        let (mut server, smtp) = serve(&program);
        let senders: Vec<_> = (0..4)
            .map(|sender| {
                let (smtp, address) = (smtp.clone(), address.clone());
                let first = number + sender * 1000;
                std::thread::spawn(move || {
                    let mut kept = Vec::new();
                    // The server may die before it comes to this one.
                    let Some(mut client) = Client::greeted(&smtp) else { return kept };
                    client.say("EHLO esp.example");
                    // Until the server dies.
                    for n in first..first + 1000 {
                        if client.mail(&address, &issue(n)) != 250 {
                            break;
                        }
                        kept.push(n);
                    }
                    kept
                })
            })
            .collect();
        // Another moment each time: after so many messages are in the store.
        for _ in 0..=kill % 5 {
            server.wait_for("mail received");
        }
        server.kill();
        for sender in senders {
            acknowledged
                .extend(sender.join().unwrap().into_iter().map(|n| format!("{n}@daily.example")));
        }
        number += 4000;
    }
    assert!(acknowledged.len() >= 40, "{}", acknowledged.len());
    let (server, _) = serve(&program);
    // What was left in the spool goes first into the store; this one is behind it.
    let (smtp, _) = (crate::support::post::deliver(&program, &address, WEEKLY), ());
    assert_eq!(smtp.0, 0);
    loop {
        let line = server.wait_for("mail received");
        if line["fields"]["title"].as_str().unwrap().contains("Batteries") {
            break;
        }
    }
    let found = get_all(&server.base, &program, &id);
    let once: BTreeSet<_> = found.iter().cloned().collect();
    assert_eq!(once.len(), found.len(), "something is there twice");
    let lost: Vec<_> = acknowledged.iter().filter(|key| !once.contains(*key)).collect();
    assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), acknowledged.len());
    server.stop();
}

/// The keys of all items of a source.
fn get_all(_: &str, program: &Program, id: &str) -> Vec<String> {
    let shown = program.json(&["source", "show", id, "--json", "--all"]);
    let items = shown["items"].as_array().unwrap();
    items.iter().map(|i| i["key"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn hostile_messages_are_bounded_and_others_are_served() {
    let program = program();
    let (server, smtp) = serve(&program);
    let (address, _) = mailbox(&program, &["Daily", "--policy", "accept"]);
    let before = resident(server.id());
    let parts = format!(
        "From: a@x.example\r\nSubject: parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        "--b\r\n\r\npart\r\n".repeat(10_000)
    );
    let mut deep = "From: a@x.example\r\nSubject: deep\r\n".to_owned();
    for n in 0..1_000 {
        deep += &format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n");
    }
    let tags = format!(
        "From: a@x.example\r\nSubject: tags\r\nContent-Type: text/html\r\n\r\n{}",
        format!("{}\r\n", "<div><b><table><tr><td>".repeat(40)).repeat(2_000)
    );
    let words = "From: a@x.example\r\nSubject: words\r\n".to_owned()
        + &"X-Long: =?utf-8?q?=3D=3D=3D=3D=3D=3D=3D=3D=3D=3D?=\r\n".repeat(3_000)
        + "\r\nhi\r\n";
    // A client that says nothing does not hold up the others.
    let _silent = Client::tcp(&smtp);
    let mut client = Client::tcp(&smtp);
    client.say("EHLO x");
    for message in [&parts, &deep, &tags, &words] {
        assert_eq!(client.mail(&address, message), 250);
        server.wait_for("mail received");
    }
    assert_eq!(client.mail(&address, &issue(1)), 250);
    assert_eq!(server.wait_for("mail received")["fields"]["title"], "Issue 1");
    let grown = resident(server.id()).saturating_sub(before) / (1024 * 1024);
    assert!(grown < 100, "{grown} MiB more");
    server.stop();
}
