//! The operator's door: who gets in, what is changed by whom, and that the API is as its description says.

use actix_web::http::header::HeaderName;
use serde_json::Value;

use super::*;
use crate::admin::{Admin, Purpose, Secret};
use crate::model::{MailFacts, MailPolicy, Notice, NoticeKind, Verdict};
use crate::store::{Arrival, MailStore};
use crate::web::{Find, Kind, Limits, Operator, Rate};

const NOW: fn() -> Timestamp = || Timestamp::from_secs(1_795_608_000);

/// A world with an operator. Nothing is ever asked outside: there is no host that may be.
struct House {
    world: World,
    secret: Secret,
}

/// A recogniser that nobody asks.
fn listening(folder: &std::path::Path) -> crate::pipeline::Listening {
    use crate::speech::{Program, Recogniser, Speech};
    let program = Program {
        itself: "/nowhere".into(),
        command: vec!["hear".into()],
        limit: std::time::Duration::from_secs(1),
    };
    let speech = Speech {
        data: folder.to_owned(),
        itself: "/nowhere".into(),
        recogniser: Recogniser::Program(program),
        policy: crate::model::SpeechPolicy::Missing,
        language: None,
        max_audio: 1 << 20,
        max_minutes: 60,
        minutes_a_day: 0,
        chunk: 60,
    };
    crate::pipeline::Listening::new(speech, crate::fetch::Own::new().unwrap())
}

impl House {
    fn new() -> Self {
        let world = World::new();
        let folder = world._folder.path();
        let (secret, _) = Secret::open(folder, &[3; 26]).unwrap();
        let limits = crate::fetch::Limits {
            timeout: std::time::Duration::from_secs(1),
            per_host: 1,
            gap: std::time::Duration::ZERO,
            allow_private: Vec::new(),
        };
        let fetcher = crate::fetch::Fetcher::new(limits, "test", "nobody").unwrap();
        let ctx = crate::pipeline::Context {
            door: world.state.door.clone(),
            fetcher: fetcher.clone(),
            strangers: fetcher,
            listening: Some(Arc::new(listening(folder))),
            encoder: crate::encode::Worker::new("/nowhere".into()),
            tagger: Arc::new(crate::insight::Tagger::new(&given::topics())),
            topics: Arc::new(given::topics()),
            index: Arc::default(),
            writer: None,
            senses: crate::pipeline::Senses::default(),
            meter: Arc::default(),
            key: [7; 32],
            authority: AUTHORITY.into(),
            callback: None,
            mail: crate::pipeline::Mail::in_folder(folder),
            settings: crate::pipeline::Settings {
                intervals: crate::pipeline::Intervals {
                    usual: std::time::Duration::from_secs(3600),
                    min: std::time::Duration::from_secs(300),
                    max: std::time::Duration::from_secs(86_400),
                },
                initial_items: 3,
                insights_per_item: 8,
                max_feed: 1 << 20,
                max_transcript: 1 << 20,
            },
        };
        let (_, jobs) = crate::jobs::Scheduler::new(ctx.clone(), NOW, 1);
        let admin = Admin {
            ctx,
            jobs,
            clock: NOW,
            base_url: Some("https://brief.example".into()),
            notices: std::sync::Arc::new(Vec::new),
        };
        let find = Find::new(NOW, Arc::new(|_| None));
        let limits = Limits::new(Vec::new(), &[(Kind::LogIn, Rate { many: 5, seconds: 60 })]);
        let state = WebState::new(
            world.state.door.clone(),
            world.state.site.clone(),
            Arc::clone(&world.state.topics),
            Arc::clone(&world.state.index),
            Arc::clone(&world.state.related),
        );
        let state = state.finding(find).limited(limits);
        let state = Data::new(state.operated(Operator {
            admin,
            secret: secret.clone(),
            vitals: crate::upkeep::Vitals::default(),
        }));
        Self { world: World { state, ..world }, secret }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        fields: &[(HeaderName, &str)],
        body: &str,
    ) -> Answer {
        let state = self.world.state.clone();
        let app = test::init_service(App::new().configure(configure(state))).await;
        let mut request =
            test::TestRequest::with_uri(path).method(method).set_payload(body.to_owned());
        for (name, value) in fields {
            request = request.append_header((name.clone(), *value));
        }
        let response = test::call_service(&app, request.to_request()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: test::read_body(response).await.to_vec() }
    }

    /// With the session's cookie, and the token of our forms in front of `body`.
    async fn post(&self, path: &str, body: &str) -> Answer {
        let cookie = format!("lang=en; operator={}", self.secret.token(Purpose::Session));
        let body = format!("token={}&{body}", self.secret.token(Purpose::Form));
        self.send(Method::POST, path, &[(header::COOKIE, &cookie)], &body).await
    }

    async fn see(&self, path: &str) -> Answer {
        let cookie = format!("operator={}", self.secret.token(Purpose::Session));
        self.send(Method::GET, path, &[(header::COOKIE, &cookie)], "").await
    }

    async fn api(&self, method: Method, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.secret.reveal());
        let path = format!("/api/v1{path}");
        let answer =
            self.send(method.clone(), &path, &[(header::AUTHORIZATION, &bearer)], body).await;
        fits(&method, &path, &answer);
        answer
    }

    fn sources(&self) -> Vec<Source> {
        self.world.store.sources().unwrap()
    }
}

#[actix_web::test]
async fn the_secret_opens_the_door_and_nothing_else_does() {
    let house = House::new();
    let form = house.send(Method::GET, "/operator/login", &[], "").await;
    assert!(
        form.text().contains("type=\"password\"") && !form.text().contains(house.secret.reveal())
    );
    for cookie in ["", "operator=", "operator=x", &format!("operator={}", house.secret.reveal())] {
        let away = house.send(Method::GET, "/operator", &[(header::COOKIE, cookie)], "").await;
        assert_eq!(
            (away.status, away.header("location")),
            (StatusCode::SEE_OTHER, "/operator/login")
        );
    }
    let wrong = house.send(Method::POST, "/operator/login", &[], "secret=guess").await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(
        wrong.text().contains("This is not the secret.") && wrong.header("set-cookie").is_empty()
    );
    let body = format!("secret=++{}%0A", house.secret.reveal());
    let right = house.send(Method::POST, "/operator/login", &[], &body).await;
    assert_eq!((right.status, right.header("location")), (StatusCode::SEE_OTHER, "/operator"));
    let cookie = right.header("set-cookie").to_owned();
    for part in ["Path=/operator", "HttpOnly", "SameSite=Strict", "Secure"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains(house.secret.reveal()), "what the browser keeps is not the secret");
    let pair = cookie.split(';').next().unwrap();
    let page = house.send(Method::GET, "/operator", &[(header::COOKIE, pair)], "").await;
    assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(!page.text().contains(house.secret.reveal()));
    let out = house.post("/operator/logout", "").await;
    assert!(out.header("set-cookie").contains("Max-Age=0"), "{}", out.header("set-cookie"));
    for _ in 0..3 {
        house.send(Method::POST, "/operator/login", &[], "secret=guess").await;
    }
    let tired = house.send(Method::POST, "/operator/login", &[], &body).await;
    assert_eq!((tired.status, tired.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "12"));
}

#[actix_web::test]
async fn only_our_own_forms_change_anything() {
    let house = House::new();
    house.world.publish_some(2);
    let source = house.sources().remove(0);
    let cookie = format!("operator={}", house.secret.token(Purpose::Session));
    for path in [
        "/operator/sources".to_owned(),
        "/operator/import".into(),
        "/operator/logout".into(),
        format!("/operator/sources/{}/pause", source.id),
        format!("/operator/sources/{}/remove", source.id),
    ] {
        for body in [
            "",
            "token=",
            "token=guess",
            &format!("token={}", house.secret.token(Purpose::Session)),
        ] {
            let forged = house.send(Method::POST, &path, &[(header::COOKIE, &cookie)], body).await;
            assert_eq!(forged.status, StatusCode::FORBIDDEN, "{path}");
        }
        let body = format!("token={}", house.secret.token(Purpose::Form));
        let stranger = house.send(Method::POST, &path, &[], &body).await;
        assert_eq!(stranger.header("location"), "/operator/login", "{path}");
        let read = house.see(&path).await;
        assert!(
            read.status == StatusCode::METHOD_NOT_ALLOWED || path.ends_with("remove"),
            "{path}"
        );
    }
    assert_eq!(house.sources(), [source]);
}

#[actix_web::test]
async fn the_operator_sees_and_changes_sources() {
    let house = House::new();
    let list = "<opml version=\"2.0\"><body><outline type=\"rss\" text=\"One &lt;b&gt;\" xmlUrl=\"https://one.example/f\"/>\
        <outline type=\"rss\" text=\"Two\" xmlUrl=\"https://two.example/f\"/></body></opml>";
    let encoded: String = url::form_urlencoded::byte_serialize(list.as_bytes()).collect();
    let done = house.post("/operator/import", &format!("opml={encoded}")).await;
    assert!(done.text().contains("2 added, 0 were there already."), "{}", done.text());
    assert!(done.text().contains("https://one.example/f") && !done.text().contains("<b>"));
    let not = house.post("/operator/import", "opml=%3Chtml%3E").await;
    assert_eq!(not.status, StatusCode::BAD_REQUEST);
    assert!(not.text().contains("no OPML file"), "{}", not.text());

    let bad =
        house.post("/operator/sources", "addresses=http%3A%2F%2F127.0.0.1%2Ff+ftp%3A%2F%2Fx").await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.text().contains("127.0.0.1") && bad.text().contains("ftp://x"), "{}", bad.text());
    let none = house.post("/operator/sources", "addresses=+%0A").await;
    assert!(none.text().contains("Give at least one address."));

    let two = house.sources().into_iter().find(|s| s.title == "Two").unwrap();
    let base = format!("/operator/sources/{}", two.id);
    assert_eq!(house.post(&format!("{base}/pause"), "").await.status, StatusCode::SEE_OTHER);
    assert!(house.see("/operator").await.text().contains("<span class=\"label\">paused</span>"));
    house.post(&format!("{base}/resume"), "").await;
    assert!(!house.see("/operator").await.text().contains("<span class=\"label\">paused</span>"));
    let chosen = |name: &str| format!("<option value=\"{name}\" selected>");
    for policy in ["always", "never", "missing", "default"] {
        let posted = house.post(&format!("{base}/speech"), &format!("policy={policy}")).await;
        assert_eq!(posted.status, StatusCode::SEE_OTHER);
        let named = house.sources().into_iter().find(|s| s.id == two.id).unwrap().speech;
        assert_eq!(named, crate::model::SpeechPolicy::named(policy));
        assert!(house.see("/operator").await.text().contains(&chosen(policy)));
    }
    let export = house.see("/operator/export.opml").await;
    assert!(
        export.header("content-type").starts_with("text/x-opml")
            && export.text().contains("https://two.example/f")
    );
    let sure = house.see(&format!("{base}/remove")).await;
    assert!(sure.text().contains("Remove “Two” with its 0 insights?"), "{}", sure.text());
    assert!(house.sources().iter().any(|s| s.id == two.id), "a GET removes nothing");
    house.post(&format!("{base}/remove"), "").await;
    assert!(!house.sources().iter().any(|s| s.id == two.id));
    let gone = house.post(&format!("{base}/pause"), "").await;
    assert_eq!(gone.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn bodies_are_bounded() {
    let house = House::new();
    let big = house.post("/operator/sources", &"a".repeat(100_000)).await;
    assert_eq!(big.status, StatusCode::PAYLOAD_TOO_LARGE);
    let big = house.api(Method::POST, "/sources", &format!("\"{}\"", "a".repeat(100_000))).await;
    assert_eq!(big.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[actix_web::test]
async fn the_api_is_for_those_with_the_secret() {
    let house = House::new();
    for field in ["", "Bearer", "Bearer x", &format!("Basic {}", house.secret.reveal())] {
        let path = "/api/v1/sources";
        let answer = house.send(Method::GET, path, &[(header::AUTHORIZATION, field)], "").await;
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (StatusCode::UNAUTHORIZED, "Bearer")
        );
        fits(&Method::GET, path, &answer);
        assert_ne!(answer.header("x-content-type-options"), "");
    }
    let mut refused = StatusCode::OK;
    for _ in 0..6 {
        let answer = house
            .send(Method::GET, "/api/v1/topics", &[(header::AUTHORIZATION, "Bearer x")], "")
            .await;
        refused = answer.status;
    }
    assert_eq!(refused, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        house.api(Method::GET, "/topics", "").await.status,
        StatusCode::OK,
        "the right one is never refused"
    );
    // A browser's session is no bearer of the secret.
    assert_eq!(house.see("/api/v1/topics").await.status, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn the_api_does_what_its_description_says() {
    let house = House::new();
    house.world.publish_some(3);
    let (private, _) = house.world.publish_private();
    let json = |answer: &Answer| serde_json::from_slice::<Value>(&answer.body).unwrap();
    let list = json(&house.api(Method::GET, "/sources", "").await);
    assert_eq!(list["sources"].as_array().unwrap().len(), 2, "the operator sees private ones");
    let id = given::source().id;
    let one = json(&house.api(Method::GET, &format!("/sources/{id}"), "").await);
    assert_eq!(
        (one["source"]["title"].as_str(), one["items"][0]["state"].as_str()),
        (Some("The Sample Hour"), Some("published"))
    );
    let paused =
        house.api(Method::PATCH, &format!("/sources/{id}"), "{\"status\":\"paused\"}").await;
    assert_eq!(json(&paused)["source"]["status"], "paused");
    assert_eq!(
        house.api(Method::PATCH, &format!("/sources/{id}"), "{\"state\":1}").await.status,
        StatusCode::BAD_REQUEST
    );
    house.api(Method::PATCH, &format!("/sources/{id}"), "{\"status\":\"active\"}").await;
    let refused = house.api(Method::POST, "/sources", "{\"url\":\"ftp://one.example/f\"}").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let added = house.api(Method::POST, "/sources", "{\"url\":\"http://127.0.0.1/f\"}").await;
    assert_eq!(added.status, StatusCode::CREATED);
    assert!(json(&added)["problem"]["what"].as_str().unwrap().contains("127.0.0.1"));
    let path = format!("/sources/{}", json(&added)["source"]["id"].as_str().unwrap());
    assert_eq!(house.api(Method::DELETE, &path, "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(house.api(Method::POST, "/sources", "{").await.status, StatusCode::BAD_REQUEST);
    let opml = house.api(Method::GET, "/sources.opml", "").await;
    assert!(opml.text().contains("The Sample Hour"));
    let imported = json(&house.api(Method::POST, "/sources.opml", opml.text()).await);
    assert_eq!(
        (imported["added"].as_u64(), imported["refused"].as_array().map(Vec::len)),
        (Some(0), Some(0))
    );
    assert_eq!(
        house.api(Method::POST, "/sources.opml", "x").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        house.api(Method::DELETE, &format!("/sources/{id}"), "").await.status,
        StatusCode::NO_CONTENT
    );
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(
            house.api(method, &format!("/sources/{id}"), "").await.status,
            StatusCode::NOT_FOUND
        );
    }
    assert_eq!(house.api(Method::GET, "/sources/..%2f", "").await.status, StatusCode::NOT_FOUND);
    let topic = json(&house.api(Method::GET, "/topics/ai", "").await);
    assert_eq!(
        (topic["topic"]["name"].as_str(), topic["topic"]["insights"].as_u64()),
        (Some("AI & you"), Some(0))
    );
    assert_eq!(house.api(Method::GET, "/topics/no-such", "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        json(&house.api(Method::GET, "/topics", "").await)["topics"].as_array().unwrap().len(),
        1
    );
    assert_eq!(json(&house.api(Method::GET, "/status", "").await)["sources"], 1);
    let document = json(&house.send(Method::GET, "/api/v1/openapi.json", &[], "").await);
    assert_eq!(document["servers"][0]["url"], "https://brief.example/api/v1");
    assert!(house.sources().iter().all(|source| source.id == private));
}

#[actix_web::test]
async fn readers_are_added_shown_and_removed() {
    let house = House::new();
    let new = r#"{"interests":"grid","zone":"Asia/Tokyo","hour":7}"#;
    let added = house.api(Method::POST, "/subscribers", new).await;
    assert_eq!(added.status, StatusCode::CREATED);
    let added: Value = serde_json::from_slice(&added.body).unwrap();
    let id = added["subscriber"]["id"].as_str().unwrap();
    let page = added["page"].as_str().unwrap();
    let secret = page.strip_prefix("https://brief.example/brief/").unwrap();
    for path in ["/subscribers".to_owned(), format!("/subscribers/{id}")] {
        let answer = house.api(Method::GET, &path, "").await;
        assert!(answer.text().contains("Asia/Tokyo") && !answer.text().contains(secret), "{path}");
    }
    let changed = house.api(Method::POST, &format!("/subscribers/{id}/rotate"), "{}").await;
    assert!(changed.status == StatusCode::OK && !changed.text().contains(secret));
    let invite = house.api(Method::POST, "/invites", "{}").await;
    assert!(invite.text().contains("https://brief.example/invite/"));
    for bad in [r#"{"zone":"Mars/Base"}"#, r#"{"hour":24}"#, r#"{"topics":["none"]}"#, "{", "[]"] {
        let answer = house.api(Method::POST, "/subscribers", bad).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    let one = format!("/subscribers/{id}");
    assert_eq!(house.api(Method::DELETE, &one, "").await.status, StatusCode::NO_CONTENT);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(house.api(method, &one, "").await.status, StatusCode::NOT_FOUND);
    }
}

#[actix_web::test]
async fn every_route_of_the_api_is_described_and_no_other() {
    let house = House::new();
    let document = description();
    let paths = document["paths"].as_object().unwrap();
    let routes = include_str!("../api/mod.rs");
    let served: Vec<&str> = routes
        .split("web::resource(\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let mut described: Vec<&str> = paths.keys().map(String::as_str).collect();
    let mut sorted = served.clone();
    sorted.sort_unstable();
    described.sort_unstable();
    assert_eq!(sorted, described);
    for (path, operations) in paths {
        let id = "0123456789abcdefghjk";
        let path = path.replace("{source}", id).replace("{subscriber}", id);
        let path = path.replace("{topic}", "no-such");
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let known = operations.get(method.as_str().to_lowercase()).is_some();
            let bearer = format!("Bearer {}", house.secret.reveal());
            let path = format!("/api/v1{path}");
            let answer =
                house.send(method.clone(), &path, &[(header::AUTHORIZATION, &bearer)], "").await;
            assert_eq!(answer.status != StatusCode::METHOD_NOT_ALLOWED, known, "{method} {path}");
            if !known {
                assert_ne!(answer.header("allow"), "", "{path}");
            }
            if method == Method::GET {
                let head =
                    house.send(Method::HEAD, &path, &[(header::AUTHORIZATION, &bearer)], "").await;
                assert_eq!(head.status, answer.status, "{path}");
            }
        }
    }
    let nowhere = house.send(Method::GET, "/api/v1/nowhere", &[], "").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    assert!(nowhere.header("content-type").starts_with("application/json"));
}

fn description() -> Value {
    serde_json::from_str(include_str!("../../../data/openapi.json")).unwrap()
}

/// The answer is one that the description knows, in its media type and form.
fn fits(method: &Method, path: &str, answer: &Answer) {
    let document = description();
    let path = path.strip_prefix("/api/v1").unwrap();
    let paths = document["paths"].as_object().unwrap();
    let same = |pattern: &str| {
        let (a, b): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
        a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || a.starts_with('{'))
    };
    let known =
        paths.get(path).or_else(|| paths.iter().find(|(p, _)| same(p)).map(|(_, item)| item));
    let operation = &known.unwrap()[method.as_str().to_lowercase()];
    let response = &operation["responses"][answer.status.as_str()];
    assert!(
        response.is_object(),
        "{method} {path} gives {}, which is not described",
        answer.status
    );
    let Some(content) = response["content"].as_object() else {
        assert!(answer.body.is_empty(), "{method} {path}");
        return;
    };
    let (media, schema) = content.iter().next().unwrap();
    assert!(answer.header("content-type").starts_with(media.as_str()), "{method} {path}");
    if media == "application/json" {
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        check(&document, &schema["schema"], &body, &format!("{method} {path}"));
    }
}

/// As much of JSON Schema as the description uses.
fn check(document: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
        return check(document, target, value, place);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choice = if value.is_null() { choices.last() } else { choices.first() };
        return check(document, choice.unwrap(), value, place);
    }
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        many => many.as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect(),
    };
    assert!(types.contains(&own), "{place}: {value} is no {types:?}");
    if let Some(choices) = schema["enum"].as_array() {
        assert!(choices.contains(value), "{place}: {value}");
    }
    match (schema["format"].as_str(), value.as_str()) {
        (Some("uri"), Some(text)) => assert!(url::Url::parse(text).is_ok(), "{place}: {text}"),
        (Some("date-time"), Some(text)) => {
            assert!(text.parse::<jiff::Timestamp>().is_ok(), "{place}: {text}");
        }
        _ => {}
    }
    for one in value.as_array().into_iter().flatten() {
        check(document, &schema["items"], one, &format!("{place}[]"));
    }
    if let (Some(object), Some(known)) = (value.as_object(), schema["properties"].as_object()) {
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(object.contains_key(name.as_str().unwrap()), "{place} lacks {name}");
        }
        for (name, one) in object {
            let schema =
                known.get(name).unwrap_or_else(|| panic!("{place}.{name} is not described"));
            check(document, schema, one, &format!("{place}.{name}"));
        }
    }
}

#[actix_web::test]
async fn the_operator_mints_an_address_and_sees_what_it_asks() {
    let house = House::new();
    let made = house.post("/operator/mailboxes", "name=Tea+%26+Oats&public=yes").await;
    let page = made.header("location").to_owned();
    assert!(
        made.status == StatusCode::SEE_OTHER && page.starts_with("/operator/mailboxes/"),
        "{page}"
    );
    let source = house.sources().remove(0);
    assert_eq!((source.title.as_str(), &source.visibility), ("Tea & Oats", &Visibility::Public));
    let local = source.mailbox().unwrap().local.clone();
    let shown = house.see(&page).await.text().to_owned();
    assert!(
        shown.contains(&format!("{local}@in.example")) && shown.contains("Nothing has come yet"),
        "{shown}"
    );
    let item = |n: u32, from: &str| {
        let mut item = message(&source, n);
        item.title = format!("Message {n}");
        item.state = ItemState::Held;
        item.mail = Some(MailFacts {
            seq: 0,
            from: from.into(),
            verdict: Verdict::default(),
            held: Some("it never wrote here before".into()),
            notice: None,
            unsubscribe: None,
            images: Vec::new(),
        });
        item
    };
    let mut asks = item(1, "x@esp.example");
    asks.mail.as_mut().unwrap().notice = Some(Notice {
        kind: NoticeKind::Forwarding,
        link: Some("https://esp.example/allow?a=1&b=2".into()),
        code: Some("4711".into()),
    });
    let mut evil = item(2, "y@esp.example");
    evil.mail.as_mut().unwrap().notice = Some(Notice {
        kind: NoticeKind::Confirmation,
        link: Some("javascript:alert(1)".into()),
        code: None,
    });
    let arrivals = [asks, evil, item(3, "m@new.example")].map(|item| Arrival {
        source: source.id.clone(),
        item: Some(item),
        learn: None,
        now: NOW(),
    });
    house.world.store.save_mail(arrivals.into()).unwrap();
    let shown = house.see(&page).await.text().to_owned();
    let notice = shown.find("allow the forwarding").unwrap();
    assert!(notice < shown.find(&local).unwrap(), "it comes first: {shown}");
    assert!(
        shown.contains("<code>4711</code>")
            && shown.contains("https://esp.example/allow?a=1&#38;b=2"),
        "{shown}"
    );
    assert!(
        !shown.contains("javascript:") && shown.contains("it never wrote here before"),
        "{shown}"
    );
    for path in [format!("/sources/{}", source.id), format!("/sources/{}/full", source.id)] {
        let public = house.send(Method::GET, &path, &[], "").await.text().to_owned();
        assert!(!public.contains("4711") && !public.contains(&local), "{public}");
    }
    assert_eq!(
        house.post(&format!("{page}/trust"), "sender=m%40new.example").await.status,
        StatusCode::SEE_OTHER
    );
    house.post(&format!("{page}/policy"), "policy=reject").await;
    let source = house.sources().remove(0);
    let mailbox = source.mailbox().unwrap();
    assert_eq!((mailbox.senders.len(), mailbox.policy), (1, MailPolicy::Reject));
    let nameless = house.post("/operator/mailboxes", "name=+&reader=gone").await;
    assert_eq!(nameless.status, StatusCode::BAD_REQUEST);
    assert!(house.see("/operator").await.text().contains(&page));
}

fn message(source: &Source, n: u32) -> Item {
    Item {
        id: ItemId::new(&source.id, &n.to_string()),
        source: source.id.clone(),
        key: n.to_string(),
        kind: crate::model::ItemKind::Issue,
        title: String::new(),
        link: None,
        enclosure: None,
        published: None,
        seen: NOW(),
        duration_ms: None,
        language: None,
        transcripts: Vec::new(),
        persons: Vec::new(),
        chapters_url: None,
        soundbites: Vec::new(),
        chapters: Vec::new(),
        season: None,
        episode: None,
        episode_kind: crate::model::EpisodeKind::default(),
        drift_ms: None,
        notes: None,
        transcript: None,
        state: ItemState::Held,
        problem: None,
        recognised_by: None,
        mail: None,
    }
}
