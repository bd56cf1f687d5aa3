//! The door on a real store in a temporary folder.

mod feeds;
mod finding;
mod indexed;
mod operator;
mod pages;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::Data;
use actix_web::{App, test};

use super::{WebState, configure};
use crate::model::{
    Insight, InsightId, Item, ItemId, ItemState, PollState, Source, SourceId, SourceKind,
    SourceStatus, SubscriberId, Timestamp, TranscriptOrigin, Visibility,
};
use crate::publish::{Site, entry, tests as given};
use crate::store::sled::{self, Mint, SledStore};
use crate::store::{Door, Extraction, ItemStore, NewItem, PollOutcome, Publication, SourceStore};

const AUTHORITY: &str = "brief.example,2026-11-24";

/// A server with its store; the folder goes when it is dropped.
pub struct World {
    pub store: Arc<SledStore>,
    pub state: Data<WebState>,
    pub related_calls: Arc<AtomicUsize>,
    pub(in crate::web) _folder: tempfile::TempDir,
}

/// An answer that was read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from_secs(1_795_503_600);
        let mint = Mint { now, host: "brief.example", random: "0123456789abcdefghjk" };
        let store = Arc::new(sled::open(folder.path(), &mint).unwrap());
        let site = Site {
            name: "Test brief".into(),
            base_url: "https://brief.example".into(),
            authority: AUTHORITY.into(),
            created: now,
        };
        let related_calls = Arc::new(AtomicUsize::new(0));
        let calls = Arc::clone(&related_calls);
        let state = Data::new(WebState::new(
            Door::new(store.clone()),
            site,
            Arc::new(given::topics()),
            Arc::default(),
            Arc::new(move |store, insight, limit| {
                calls.fetch_add(1, Ordering::Relaxed);
                let mut others = Vec::new();
                // Careless on purpose: private ones too, and the insight itself.
                store.each_insight(&mut |other| others.push((other, 0.5)))?;
                others.sort_by_key(|(other, _)| other.item == insight.item);
                others.truncate(limit);
                Ok(others)
            }),
        ));
        Self { store, state, related_calls, _folder: folder }
    }

    /// A source, an item of it and these insights, published.
    pub fn publish(&self, source: &Source, item: &Item, insights: Vec<Insight>) -> Vec<Insight> {
        self.store.add_source(source.clone()).unwrap();
        let mut item = item.clone();
        item.state = ItemState::Transcribed { origin: TranscriptOrigin::Publisher };
        let now = Timestamp::from_secs(1_795_503_600);
        let poll = PollOutcome {
            source: source.id.clone(),
            state: PollState::default(),
            status: SourceStatus::Active,
            url: None,
            profile: None,
            new: vec![NewItem { item: item.clone(), due: now }],
            changed: Vec::new(),
        };
        self.store.save_poll(poll).unwrap();
        let publications = insights.into_iter().map(|insight| Publication {
            entry: entry::freeze(&insight, &item, source, &given::topics(), AUTHORITY),
            insight,
            embedding: None,
        });
        let extraction = Extraction {
            item: item.id.clone(),
            origin: TranscriptOrigin::Publisher,
            publications: publications.collect(),
            writing: None,
        };
        self.store.save_extraction(extraction).unwrap()
    }

    /// As many insights of the sample show's first episode.
    pub fn publish_some(&self, count: usize) -> Vec<Insight> {
        self.publish(&given::source(), &given::item(), (1..=count).map(given::insight).collect())
    }

    /// One insight that is for one reader only.
    pub fn publish_private(&self) -> (SourceId, Insight) {
        let reader = Visibility::Private(SubscriberId::new("reader"));
        let url = "https://private.example/secret-token".to_owned();
        let id = SourceId::for_feed(&url);
        let kind = SourceKind::Feed { url };
        let title = "Private letters".to_owned();
        let visibility = reader.clone();
        let source = Source { id: id.clone(), kind, title, visibility, ..given::source() };
        let item_id = ItemId::new(&id, "1");
        let item = Item { id: item_id.clone(), source: id.clone(), ..given::item() };
        let insight = Insight {
            id: InsightId::new(&item_id, 0, 0, "private"),
            item: item_id,
            source: id.clone(),
            visibility: reader,
            claim: "A private claim.".into(),
            ..given::insight(1)
        };
        let published = self.publish(&source, &item, vec![insight]);
        (id, published[0].clone())
    }

    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        fields: &[(header::HeaderName, &str)],
    ) -> Answer {
        let app = test::init_service(App::new().configure(configure(self.state.clone()))).await;
        let mut request = test::TestRequest::with_uri(path).method(method);
        for (name, value) in fields {
            request = request.append_header((name.clone(), *value));
        }
        let response: ServiceResponse = test::call_service(&app, request.to_request()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: test::read_body(response).await.to_vec() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[]).await
    }
}

#[actix_web::test]
async fn every_answer_is_guarded() {
    let world = World::new();
    let insight = world.publish_some(1).remove(0);
    for path in [
        "/".to_owned(),
        "/latest.atom".into(),
        format!("/insights/{}", insight.id),
        format!("/insights/{}.json", insight.id),
        format!("/insights/{}.png", insight.id),
        "/topics.opml".into(),
        "/favicon.svg".into(),
        "/favicon.ico".into(),
        "/robots.txt".into(),
        "/healthz".into(),
        "/nowhere".into(),
        "/latest?before=x".into(),
    ] {
        let answer = world.get(&path).await;
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert!(!answer.header("content-security-policy").contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("x-robots-tag"), "noindex", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_ne!(answer.header("cache-control"), "", "{path}");
    }
}

#[actix_web::test]
async fn addresses_that_lead_nowhere() {
    let world = World::new();
    world.publish_some(1);
    let missing = InsightId::new(&given::item().id, 9, 9, "nothing");
    for path in [
        "/nowhere",
        "/latest.xml",
        "/latest.atom/x",
        "/topics/no-such",
        "/topics/no-such.atom",
        "/topics/ai.html",
        "/topics/..%2fai",
        "/sources/abc",
        "/sources/0123456789abcdefghjk",
        "/sources/0123456789abcdefghjk.rss",
        "/insights/xyz",
        &format!("/insights/{missing}"),
        &format!("/insights/{missing}.json"),
        "/static/0123456789abcdef/style.css",
    ] {
        assert_eq!(world.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let answer = world.ask(method.clone(), "/latest.atom", &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header("allow"), "GET, HEAD");
    }
}

#[actix_web::test]
async fn what_is_private_is_nowhere() {
    let world = World::new();
    let public = world.publish_some(2).remove(0);
    let (source, insight) = world.publish_private();
    assert_eq!(world.get(&format!("/sources/{source}")).await.status, StatusCode::NOT_FOUND);
    for suffix in ["atom", "rss", "json"] {
        let path = format!("/sources/{source}.{suffix}");
        assert_eq!(world.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [format!("/insights/{}", insight.id), format!("/insights/{}.json", insight.id)] {
        assert_eq!(world.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [
        "/",
        "/latest",
        "/latest.atom",
        "/latest.rss",
        "/latest.json",
        "/topics",
        "/topics/ai",
        "/topics/ai.atom",
        "/sources",
        &format!("/insights/{}", public.id),
        &format!("/insights/{}.json", public.id),
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let text = answer.text().to_lowercase();
        assert!(!text.contains("private") && !text.contains(insight.id.as_str()), "{path}");
    }
    assert_eq!(world.related_calls.load(Ordering::Relaxed), 2);
}
