//! Who vouches for a message that came by SMTP: SPF, DKIM, DMARC and ARC against a name server on loopback.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use mail_auth::arc::ArcSealer;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use mail_auth::hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts,
};
use mail_auth::{AuthenticatedMessage, AuthenticationResults, MessageAuthenticator};

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

fn private_key() -> Ed25519Key {
    let bytes = |text: &str| BASE64_STANDARD.decode(text).unwrap();
    Ed25519Key::from_seed_and_public_key(&bytes(PRIVATE), &bytes(PUBLIC)).unwrap()
}

fn signed(domain: &str, message: &str) -> String {
    let signer = DkimSigner::from_key(private_key()).domain(domain).selector("s1");
    let signature = signer.headers(["From", "Subject"]).sign(message.as_bytes()).unwrap();
    format!("{}{message}", signature.to_header())
}

/// The message as a forwarder hands it on: what it found, sealed onto the chain that is there (RFC 8617 5.1).
fn sealed(dns: &str, domain: &str, message: &str) -> String {
    let at: std::net::SocketAddr = dns.parse().unwrap();
    let mut udp = ConnectionConfig::udp();
    udp.port = at.port();
    let server = NameServerConfig::new(at.ip(), true, vec![udp]);
    let config = ResolverConfig::from_name_servers(vec![server]);
    let forwarder = MessageAuthenticator::new(config, ResolverOpts::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let parsed = AuthenticatedMessage::parse(message.as_bytes()).unwrap();
        let dkim = forwarder.verify_dkim(&parsed).await;
        let chain = forwarder.verify_arc(&parsed).await;
        let results = AuthenticationResults::new(domain).with_dkim_results(&dkim, "news.example");
        let sealer = ArcSealer::from_key(private_key()).domain(domain).selector("s1");
        let sealer = sealer.headers(["From", "Subject", "DKIM-Signature"]);
        let set = sealer.seal(&parsed, &results, &chain).unwrap();
        format!("{}{message}", set.to_header())
    })
}

#[test]
fn a_chain_of_seals_is_checked_and_lets_nobody_in() {
    let dns = NameServer::start();
    dns.set("news.example", Record::Txt("v=spf1 -all".into()));
    dns.set("_dmarc.news.example", Record::Txt("v=DMARC1; p=reject".into()));
    for domain in ["news.example", "list.example", "college.example"] {
        dns.set(&format!("s1._domainkey.{domain}"), key());
    }
    let post = post(&dns.address);
    let news = mailbox(&post.program, &["News"]);
    let from = "a@news.example";
    // Handed on untouched, twice.
    let once = |n| sealed(&dns.address, "list.example", &signed("news.example", &message(n, from)));
    let twice = |n| sealed(&dns.address, "college.example", &once(n));
    for (n, chain) in [(1, once(1)), (2, twice(2))] {
        let found = post.found(&news, "list@list.example", &chain);
        assert_eq!(found, ["none", "pass", "pass", "pass", "pass", "new"], "{n}");
    }
    // A list that wrote into it before it sealed: the chain is whole, but only the list says that it was news.example's.
    let torn = signed("news.example", &message(3, from)).replace("This is", "[List] This is");
    let found =
        post.found(&news, "list@list.example", &sealed(&dns.address, "list.example", &torn));
    assert_eq!(found, ["none", "fail", "fail", "pass", "fail", "held"]);
    // Changed after the last seal.
    let changed = twice(4).replace("This is", "This was");
    let found = post.found(&news, "list@list.example", &changed);
    assert_eq!(found, ["none", "fail", "fail", "fail", "fail", "held"]);
    // A seal in the middle is gone, or is nobody's.
    let parts = twice(5);
    let gone = parts.replacen("ARC-Seal: i=1", "X-Seal: i=1", 1);
    assert_ne!(gone, parts);
    let found = post.found(&news, "list@list.example", &gone);
    assert_eq!(found, ["none", "pass", "pass", "fail", "pass", "new"]);
    let unknown = sealed(&dns.address, "college.example", &once(6))
        .replace("d=list.example", "d=nobody.example");
    let found = post.found(&news, "list@list.example", &unknown);
    assert_eq!(found, ["none", "pass", "pass", "fail", "pass", "new"]);
    post.server.stop();
}

#[test]
fn each_policy_does_as_it_says_and_the_first_vouched_sender_is_learned() {
    let dns = NameServer::start();
    dns.set("news.example", Record::Txt("v=spf1 ip4:127.0.0.1 -all".into()));
    dns.set("_dmarc.news.example", Record::Txt("v=DMARC1; p=quarantine".into()));
    dns.set("other.example", Record::Txt("v=spf1 ip4:127.0.0.1 -all".into()));
    let post = post(&dns.address);
    let (own, stranger) = ("a@news.example", "s@other.example");
    for (at, (policy, outcomes)) in
        [("accept", ["new", "new"]), ("flag", ["held", "held"])].into_iter().enumerate()
    {
        let n = at * 10;
        let box_ = mailbox(&post.program, &[policy, "--policy", policy]);
        // A forgery is never the first message, whatever its policy lets in.
        let forged = post.found(&box_, "x@elsewhere.example", &message(n, own));
        assert_eq!([&*forged[4], &*forged[5]], ["fail", outcomes[0]], "{policy}");
        let senders = |id: &str| {
            post.program.json(&["source", "show", id, "--json"])["source"]["kind"]["senders"]
                .clone()
        };
        assert_eq!(senders(&box_.1), serde_json::json!([]), "{policy}");
        let first = post.found(&box_, "b@news.example", &message(n + 1, own));
        assert_eq!([&*first[4], &*first[5]], ["pass", "new"], "{policy}");
        let learned = senders(&box_.1);
        assert_eq!((&learned[0]["address"], &learned[0]["verified"]), (&own.into(), &true.into()));
        // Who is vouched for, and is somebody else.
        let other = post.found(&box_, "s@other.example", &message(n + 2, stranger));
        assert_eq!([&*other[4], &*other[5]], ["pass", outcomes[1]], "{policy}");
    }
    let (to, id) = mailbox(&post.program, &["strict", "--policy", "reject"]);
    assert_eq!(post.send(&to, "x@elsewhere.example", &message(20, own)), 550);
    assert_eq!(post.send(&to, "b@news.example", &message(21, own)), 250);
    post.server.wait_for("mail received");
    assert_eq!(post.send(&to, "s@other.example", &message(22, stranger)), 550);
    assert_eq!(post.send(&to, "x@elsewhere.example", &message(23, own)), 550);
    let shown = post.program.json(&["source", "show", &id, "--json", "--all"]);
    assert_eq!(shown["items"].as_array().unwrap().len(), 1, "what was refused is not kept");
    post.server.stop();
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
    let seal = "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=x.example; s=a; b=AAAA\r\n\
                ARC-Message-Signature: i=1; a=rsa-sha256; d=x.example; s=a; h=from; bh=AAAA; b=AAAA\r\n\
                ARC-Authentication-Results: i=1; x.example; dmarc=pass\r\n";
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
    let asked = dns.asked("news.example");
    assert_eq!(post.found(&news, "b@news.example", &message(2, from))[4..], ["pass", "new"]);
    assert_eq!(dns.asked("news.example"), asked, "answers are remembered");
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
