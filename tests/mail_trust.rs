//! Who vouches for a message that came by SMTP: SPF, DKIM, DMARC and ARC against a name server on loopback.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;

use crate::support::Program;
use crate::support::dns::{NameServer, Record};
use crate::support::post::mailbox;
use crate::support::program::Server;
use crate::support::smtp::Client;

struct Post {
    program: Program,
    server: Server,
    smtp: String,
}

fn post(dns: &str) -> Post {
    let mut program = Program::new(&[]);
    program.set("PODBRIEF_MAIL_DOMAIN", "in.example");
    program.set("PODBRIEF_MAIL_LISTEN", "127.0.0.1:0");
    program.set("PODBRIEF_MAIL_DNS", dns);
    let (server, before) = program.serve_with_log();
    let open = before.iter().find(|line| line["fields"]["message"] == "mail door open").unwrap();
    let smtp = open["fields"]["address"].as_str().unwrap().to_owned();
    Post { program, server, smtp }
}

impl Post {
    /// Sends a message from `bounce`; gives the code.
    fn send(&self, to: &str, bounce: &str, message: &str) -> u16 {
        let mut client = Client::tcp(&self.smtp);
        client.say("EHLO mx.news.example");
        client.say(&format!("MAIL FROM:<{bounce}>"));
        client.say(&format!("RCPT TO:<{to}>"));
        client.say("DATA");
        client.send(format!("{message}\r\n.\r\n").as_bytes());
        client.reply().0
    }

    /// And what was found out about it: (spf, dkim, dmarc, arc, in sum, outcome).
    fn found(&self, (to, id): &(String, String), bounce: &str, message: &str) -> [String; 6] {
        assert_eq!(self.send(to, bounce, message), 250);
        let outcome = self.server.wait_for("mail received")["fields"]["outcome"].clone();
        let title = message.split("Subject: ").nth(1).unwrap().split("\r\n").next().unwrap();
        let shown = self.program.json(&["source", "show", id, "--json", "--all"]);
        let items = shown["items"].as_array().unwrap();
        let item = items.iter().find(|i| i["title"] == title).unwrap();
        let verdict = &item["mail"]["verdict"];
        let word = |v: &serde_json::Value| v.as_str().unwrap().to_owned();
        let results = ["spf", "dkim", "dmarc", "arc", "sender"].map(|name| word(&verdict[name]));
        let [spf, dkim, dmarc, arc, sender] = results;
        [spf, dkim, dmarc, arc, sender, word(&outcome)]
    }
}

fn message(n: usize, from: &str) -> String {
    format!(
        "From: News <{from}>\r\nTo: me@x.example\r\nSubject: Issue {n}\r\nMessage-ID: <{n}@news.example>\r\n\
         Date: Tue, 24 Nov 2026 07:00:00 +0000\r\n\r\nThis is issue {n}.\r\n"
    )
}

/// The key pair of RFC 8463 A.2.
const PRIVATE: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn key() -> Record {
    Record::Txt(format!("v=DKIM1; k=ed25519; p={PUBLIC}"))
}

fn signed(domain: &str, message: &str) -> String {
    let bytes = |text: &str| BASE64_STANDARD.decode(text).unwrap();
    let key = Ed25519Key::from_seed_and_public_key(&bytes(PRIVATE), &bytes(PUBLIC)).unwrap();
    let signer = DkimSigner::from_key(key).domain(domain).selector("s1");
    let signature = signer.headers(["From", "Subject"]).sign(message.as_bytes()).unwrap();
    format!("{}{message}", signature.to_header())
}

#[test]
fn what_dns_says_of_a_sender_is_kept_and_judged() {
    let dns = NameServer::start();
    dns.set("news.example", Record::Txt("v=spf1 ip4:127.0.0.1 -all".into()));
    dns.set("_dmarc.news.example", Record::Txt("v=DMARC1; p=reject".into()));
    dns.set("s1._domainkey.news.example", key());
    dns.set("s1._domainkey.esp.example", key());
    dns.set("strict.example", Record::Txt("v=spf1 -all".into()));
    let post = post(&dns.address);
    let news = mailbox(&post.program, &["News"]);
    let from = "a@news.example";
    let first =
        post.found(&news, "bounce@news.example", &signed("news.example", &message(1, from)));
    assert_eq!(first, ["pass", "pass", "pass", "none", "pass", "new"]);
    // Through an ESP: the path is not theirs, the signature is.
    let by_esp = signed("news.example", &message(2, from));
    assert_eq!(post.found(&news, "b@esp.example", &by_esp)[2..], ["pass", "none", "pass", "new"]);
    // The sender was authenticated once, so a copy of its name is not enough.
    let forged = post.found(&news, "x@strict.example", &message(3, from));
    assert_eq!(forged, ["fail", "none", "fail", "none", "fail", "held"]);
    // A good signature of somebody else.
    let other = post.found(&news, "b@esp.example", &signed("esp.example", &message(4, from)));
    assert_eq!(other[1..], ["pass", "fail", "none", "fail", "held"]);
    // Changed on the way.
    let torn = signed("news.example", &message(5, from)).replace("This is", "This was");
    assert_eq!(
        post.found(&news, "b@esp.example", &torn)[1..],
        ["fail", "fail", "none", "fail", "held"]
    );
    // A broken seal is no seal.
    let seal = "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=x.example; s=a; b=AAAA\r\n";
    let sealed = post.found(&news, "bounce@news.example", &format!("{seal}{}", message(6, from)));
    assert_eq!(sealed[2..], ["pass", "fail", "pass", "new"]);
    // A domain that says nothing, twice: taken at its word the first time.
    let quiet = mailbox(&post.program, &["Quiet"]);
    for n in [7, 8] {
        let found = post.found(&quiet, "q@quiet.example", &message(n, "q@quiet.example"));
        assert_eq!(found, ["none", "none", "none", "none", "unknown", "new"]);
    }
    post.program.ok(&["source", "policy", &news.1, "reject"]);
    assert_eq!(post.send(&news.0, "x@strict.example", &message(9, from)), 550);
    assert_eq!(post.send(&news.0, "bounce@news.example", &message(10, from)), 250);
    post.server.stop();
}

#[test]
fn dns_that_fails_holds_nothing_up() {
    let dns = NameServer::start();
    dns.set("news.example", Record::Txt("v=spf1 ip4:127.0.0.1 -all".into()));
    dns.set("_dmarc.news.example", Record::Txt("v=DMARC1; p=reject".into()));
    let post = post(&dns.address);
    let news = mailbox(&post.program, &["News"]);
    let from = "a@news.example";
    assert_eq!(post.found(&news, "b@news.example", &message(1, from))[4..], ["pass", "new"]);
    let asked = dns.asked();
    assert_eq!(post.found(&news, "b@news.example", &message(2, from))[4..], ["pass", "new"]);
    assert_eq!(dns.asked(), asked, "answers are remembered");
    for name in ["b.news.example", "_dmarc.b.news.example"] {
        dns.set(name, Record::Broken);
    }
    let found = post.found(&news, "x@b.news.example", &message(3, "a@b.news.example"));
    assert_eq!((found[0].as_str(), found[2].as_str()), ("temperror", "temperror"));
    assert_eq!(found[4..], ["unknown", "held"]);
    // A mailbox that rejects asks for the message again later.
    post.program.ok(&["source", "policy", &news.1, "reject"]);
    assert_eq!(post.send(&news.0, "x@b.news.example", &message(4, "a@b.news.example")), 451);
    post.server.stop();
}

#[test]
fn dns_that_is_silent_delays_a_message_for_a_bound_only() {
    // It listens and never answers.
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let post = post(&silent.local_addr().unwrap().to_string());
    let news = mailbox(&post.program, &["News"]);
    let begun = Instant::now();
    let found = post.found(&news, "b@news.example", &message(1, "a@news.example"));
    assert_eq!(found, ["temperror", "temperror", "temperror", "temperror", "unknown", "new"]);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    post.server.stop();
}
