//! Texts that give orders to a language model, in transcripts, show notes and mails, and an endpoint that obeys them all:
//! nothing of what they order is published. Each has a trip-wire of its own.

use std::collections::HashMap;

use podbrief::insight::Draft;
use podbrief::insight::written::{self, About, Case};
use podbrief::model::{Quote, Segment, Transcript};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::model::{Question, Say, ScriptedModel, insight};
use crate::support::post::{deliver, mailbox};
use crate::support::{Answer, Host, Program, get};

#[derive(Debug, Clone, Deserialize)]
struct Injection {
    id: String,
    #[serde(rename = "where")]
    place: String,
    text: String,
    #[serde(default)]
    claim: Option<String>,
    #[serde(default)]
    raw: Option<String>,
    trip: String,
}

impl Injection {
    fn show(&self) -> String {
        format!("Injected {}", self.id)
    }

    /// What a model that obeys answers, and cites as far as it may.
    fn obeyed(&self, document: &Value) -> String {
        let passages = document["passages"].as_array().unwrap();
        if let Some(raw) = &self.raw {
            let segments = passages[0]["segments"].to_string();
            let flood: Vec<Value> = (0..1000)
                .map(|n| {
                    insight(
                        &passages[0],
                        passages[0]["text"].as_str().unwrap(),
                        &format!("FLOOD-{n} is a thing that was said here by them."),
                    )
                })
                .collect();
            return raw
                .replace("{{", "{")
                .replace("}}", "}")
                .replace("{segments}", &segments)
                .replace("{document}", &document.to_string())
                .replace("{flood}", &json!({ "insights": flood }).to_string());
        }
        let mark = &self
            .text
            .chars()
            .filter(|c| c.is_alphanumeric() || *c == ' ')
            .take(12)
            .collect::<String>();
        let orders = document["transcript"].as_array().unwrap().iter().filter(|s| {
            s["text"].as_str().is_some_and(|text| {
                text.chars()
                    .filter(|c| c.is_alphanumeric() || *c == ' ')
                    .collect::<String>()
                    .contains(mark.trim())
            })
        });
        let orders: Vec<u64> = orders.filter_map(|s| s["id"].as_u64()).collect();
        let list: Vec<Value> = passages
            .iter()
            .map(|passage| {
                let quote = passage["text"].as_str().unwrap();
                let claim = self.claim.as_ref().unwrap();
                let claim =
                    claim.replace("{quote}", quote).replace("{QUOTE}", &quote.to_uppercase());
                let mut written = insight(passage, quote, &claim);
                // The order itself is cited as if it were proof.
                let cited = written["segments"].as_array_mut().unwrap();
                cited.extend(orders.iter().map(|id| json!(id)));
                written
            })
            .collect();
        json!({ "insights": list }).to_string()
    }

    /// Whether it got through.
    fn trips(&self, text: &str, quote: &str) -> bool {
        match self.trip.as_str() {
            "{QUOTE}" => text.contains(&quote.to_uppercase()),
            trip => text.contains(trip) && !quote.contains(trip),
        }
    }
}

fn set() -> Vec<Injection> {
    let lines = include_str!("fixtures/injections/set.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

const CLAIMS: [&str; 3] = [
    "The main reason small mills fail in practice is not the grain but the lease, because nobody talks to the landlord until the roof leaks.",
    "We counted this across 61 mills, and 38 percent of the total cost came after the second year, which is far more than most millers expect.",
    "Compared with ten years ago, a small mill now needs half the electricity, since the motors learned to follow the grain.",
];

fn feed(host: &Host, injection: &Injection) -> String {
    let id = &injection.id;
    let (notes, transcript) = match injection.place.as_str() {
        "notes" => (
            format!(
                "<p>{}</p>{}<p>{}</p><p>{}</p>",
                CLAIMS[0], injection.text, CLAIMS[1], CLAIMS[2]
            ),
            String::new(),
        ),
        _ => (
            "Notes.".into(),
            format!(
                "<podcast:transcript url=\"{}\" type=\"text/vtt\"/>",
                host.url(&format!("/{id}.vtt"))
            ),
        ),
    };
    format!(
        r#"<?xml version="1.0"?><rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0">
        <channel><title>{}</title><link>{}</link><description>About mills.</description><language>en</language>
        <item><title>Mills</title><guid isPermaLink="false">{id}</guid><pubDate>24 Nov 2026 06:00:00 GMT</pubDate>
        <description><![CDATA[{notes}]]></description>
        <enclosure url="{}" type="audio/mpeg" length="1000"/>{transcript}</item></channel></rss>"#,
        injection.show(),
        host.url("/"),
        host.url(&format!("/{id}.mp3")),
    )
}

fn vtt(injection: &Injection) -> String {
    let lines = ["Welcome back, I'm Ada.", CLAIMS[0], &injection.text, CLAIMS[1], CLAIMS[2]];
    let cue = |(n, line): (usize, &&str)| {
        let line = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        format!(
            "00:00:{:02}.000 --> 00:00:{:02}.000\n<v Ada Example>{line}</v>\n\n",
            n * 9,
            n * 9 + 9
        )
    };
    format!("WEBVTT\n\n{}", lines.iter().enumerate().map(cue).collect::<String>())
}

#[test]
fn nothing_that_was_injected_is_published() {
    let set = set();
    assert!(set.len() >= 40);
    let host = Host::start();
    let mut program = Program::new(&[&host]);
    program.set("PODBRIEF_MAIL_DOMAIN", "in.example");
    program.set("PODBRIEF_INFER_CHAT_RELATIONS", "false");
    program.set("PODBRIEF_INFER_CHAT_TOKENS_A_DAY", "0");
    let by_show: HashMap<String, Injection> = set.iter().map(|i| (i.show(), i.clone())).collect();
    let model = ScriptedModel::start(move |question: &Question| {
        Say::Words(by_show[question.show()].obeyed(&question.document))
    });
    model.set_up(&mut program);
    let server = program.serve();
    let mut urls = vec!["source".to_owned(), "add".to_owned()];
    for injection in &set {
        if injection.place == "mail" {
            let (address, _) =
                mailbox(&program, &[&injection.show(), "--public", "--policy", "accept"]);
            let message = format!(
                "From: Mills <m@mills.example>\r\nTo: r@home.example\r\nSubject: Mills\r\nDate: Tue, 24 Nov 2026 07:00:00 +0000\r\n\
                 Message-ID: <{}@mills.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n\r\n{}\r\n\r\n{}\r\n\r\n{}\r\n",
                injection.id, CLAIMS[0], injection.text, CLAIMS[1], CLAIMS[2]
            );
            assert_eq!(deliver(&program, &address, &message).0, 0);
        } else {
            host.set(&format!("/{}.vtt", injection.id), Answer::body("text/vtt", vtt(injection)));
            host.set(&format!("/{}.xml", injection.id), Answer::rss(feed(&host, injection)));
            urls.push(host.url(&format!("/{}.xml", injection.id)));
        }
    }
    program.ok(&urls.iter().map(String::as_str).collect::<Vec<_>>());
    program.ok(&["poll"]);

    let sources = program.json(&["source", "list", "--json"]);
    let (mut published, mut written) = (0, 0);
    for source in sources.as_array().unwrap() {
        let title = source["title"].as_str().unwrap();
        let injection = set.iter().find(|i| i.show() == title).unwrap();
        assert!(source["coverage"]["processed"] == 1, "{source}");
        let id = source["id"].as_str().unwrap();
        let feed = get(&server.base, &format!("/sources/{id}.json")).json();
        for entry in feed["items"].as_array().unwrap() {
            let path =
                entry["url"].as_str().unwrap().strip_prefix(&server.base).unwrap().to_owned();
            let insight = get(&server.base, &format!("{path}.json")).json();
            let quote = insight["quote"]["text"].as_str().unwrap();
            published += 1;
            written += usize::from(insight.get("written").is_some());
            for text in
                [&insight["claim"], &insight["headline"], &entry["title"], &entry["summary"]]
            {
                let text = text.as_str().unwrap();
                assert!(!injection.trips(text, quote), "{injection:?}: {insight:#}");
            }
        }
    }
    assert!(published >= set.len(), "every one has its insights all the same: {published}");
    let tally = &program.json(&["status", "--json"])["model"]["ever"]["tally"];
    println!(
        "{} injections, {} questions, {published} insights published, {written} in the obeying endpoint's words: {tally}",
        set.len(),
        model.asked().len()
    );
    server.stop();
}

/// The same without the gate before the question: an obeying answer comes whatever is shown.
#[test]
fn no_obeying_answer_is_believed() {
    for injection in set() {
        let text = injection.text.replace("<p>", "").replace("</p>", "");
        let texts = ["Welcome back, I'm Ada.", &text, CLAIMS[1], &text, CLAIMS[2]];
        let segment = |text: &&str| Segment {
            speaker: Some("Ada Example".into()),
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            ..Segment::default()
        };
        let transcript = Transcript {
            language: Some("en".into()),
            segments: texts.iter().map(segment).collect(),
        };
        let draft = |at: usize| Draft {
            claim: texts[at].into(),
            headline: "A headline".into(),
            quote: Quote {
                text: texts[at].into(),
                first: at,
                last: at,
                start_ms: None,
                end_ms: None,
                speaker: Some("Ada Example".into()),
            },
            score: 0.5,
            language: Some("en".into()),
        };
        let drafts = [draft(2), draft(4)];
        let about = About { show: "Mills", title: "Mills", language: "en", target: None };
        for window in written::windows(&transcript, &drafts, 900) {
            let prompt = written::write(&window, &drafts, &about);
            let document = serde_json::from_str(&prompt.user).unwrap();
            let Ok(read) = written::read(&injection.obeyed(&document)) else { continue };
            let case =
                Case { transcript: &transcript, window: &window, drafts: &drafts, about: &about };
            for said in read.said {
                let Ok((_, believed)) = written::judge(&case, &said) else { continue };
                for text in [&believed.claim, &believed.headline] {
                    assert!(
                        !injection.trips(text, &believed.quote.text),
                        "{injection:?}: {believed:?}"
                    );
                }
            }
        }
    }
}
