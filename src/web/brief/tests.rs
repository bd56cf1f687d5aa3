//! Thirty days of a reader's feed: what was published never changes, and no id comes twice.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{App, test};

use super::super::tests::World;
use super::super::{Mode, configure};
use super::Desk;
use crate::encode::Worker;
use crate::fetch::{Fetcher, Limits};
use crate::insight::Tagger;
use crate::jobs::Scheduler;
use crate::model::{
    Days, Insight, InsightId, Item, ItemId, JobKind, Source, SourceId, SourceKind, Timestamp,
};
use crate::pipeline::{Asked, Context, Intervals, Mail, Senses, Settings, compose, sign_up};
use crate::publish::tests as given;
use crate::search::Index;
use crate::store::{Door, JobStore};

const START: i64 = 1_795_503_600;
const DAY: i64 = 86_400;

fn now() -> Timestamp {
    Timestamp::from_secs(START)
}

fn desk(world: &World) -> Data<Desk> {
    Data::new(desk_asking(world, 9))
}

/// A desk whose requests may go to this port of loopback.
pub(in crate::web) fn desk_asking(world: &World, port: u16) -> Desk {
    let limits = Limits {
        timeout: Duration::from_secs(1),
        per_host: 1,
        gap: std::time::Duration::ZERO,
        allow_private: vec![format!("127.0.0.1:{port}").parse().unwrap()],
    };
    let fetcher = Fetcher::new(limits, "test", "nobody").unwrap();
    let hour = Duration::from_secs(3600);
    let topics = Arc::new(given::topics());
    let ctx = Context {
        door: Door::new(world.store.clone()),
        fetcher: fetcher.clone(),
        strangers: fetcher,
        // There is none: editions are chosen by words.
        listening: None,
        encoder: Worker::new("/nonexistent".into()),
        tagger: Arc::new(Tagger::new(&topics)),
        topics,
        index: Arc::new(Index::build(&*world.store).unwrap()),
        writer: None,
        senses: Senses::default(),
        meter: std::sync::Arc::default(),
        key: [7; 32],
        authority: world.state.site.authority.clone(),
        callback: None,
        mail: Mail::in_folder(world._folder.path()),
        settings: Settings {
            intervals: Intervals { usual: hour, min: hour, max: hour },
            initial_items: 1,
            insights_per_item: 8,
            max_feed: 1,
            max_transcript: 1,
        },
    };
    let (_, jobs) = Scheduler::new(ctx.clone(), now, 1);
    Desk { ctx, jobs, clock: now, mode: Mode::Open, size: 5 }
}

/// One episode a day of each of some shows, with claims that share no words.
fn publish(world: &World, desk: &Desk, day: usize) {
    for show in 0..6 {
        let url = format!("https://{show}.example/feed");
        let id = SourceId::for_feed(&url);
        let source = Source { id: id.clone(), kind: SourceKind::Feed { url }, ..given::source() };
        let item_id = ItemId::new(&id, &day.to_string());
        let item = Item { id: item_id.clone(), source: id.clone(), ..given::item() };
        let insight = |n: usize| {
            let tag = format!("{day}x{show}x{n}");
            Insight {
                id: InsightId::new(&item_id, n, n, "q"),
                item: item_id.clone(),
                source: id.clone(),
                claim: format!("Alpha{tag} beta{tag} gamma{tag} delta{tag} epsilon{tag}."),
                headline: format!("Alpha{tag} <b>&amp;</b>"),
                published: Timestamp::from_secs(START + day as i64 * DAY),
                ..given::insight(n)
            }
        };
        let published = world.publish(&source, &item, (0..3).map(insight).collect());
        desk.ctx.index.add(&published);
    }
}

/// The bytes of every entry by its id.
fn entries(format: &str, body: &str) -> BTreeMap<String, String> {
    let (open, close, id) = match format {
        "atom" => ("<entry>", "</entry>", ("<id>", "</id>")),
        "rss" => ("<item>", "</item>", ("<guid isPermaLink=\"false\">", "</guid>")),
        _ => {
            let feed: serde_json::Value = serde_json::from_str(body).unwrap();
            let items = feed["items"].as_array().unwrap();
            let entry = |item: &serde_json::Value| {
                (item["id"].as_str().unwrap().to_owned(), item.to_string())
            };
            return items.iter().map(entry).collect();
        }
    };
    let parts: Vec<&str> = body.split(open).skip(1).collect();
    let found: BTreeMap<String, String> = parts
        .iter()
        .map(|part| {
            let entry = part.split(close).next().unwrap();
            let after = entry.split_once(id.0).unwrap().1;
            (after.split(id.1).next().unwrap().to_owned(), entry.to_owned())
        })
        .collect();
    assert_eq!(found.len(), parts.len(), "an id stands twice in one feed");
    found
}

#[actix_web::test]
async fn thirty_days_change_nothing_that_was_published() {
    let world = World::new();
    let desk = desk(&world);
    publish(&world, &desk, 0);
    let asked = Asked {
        interests: String::new(),
        topics: Vec::new(),
        sources: Vec::new(),
        zone: "Europe/Berlin".into(),
        hour: 7,
        size: 5,
        shape: crate::model::Shape::Digest,
        days: Days::Daily,
        explore: true,
        language: "en".into(),
    };
    let (reader, secret) = sign_up(&desk.ctx, asked, None, now()).await.unwrap().unwrap();
    let app = App::new().app_data(desk.clone()).configure(configure(world.state.clone()));
    let app = test::init_service(app).await;
    let feeds = ["atom", "rss", "json", "items.atom", "items.rss", "items.json"];
    let mut seen: Vec<BTreeMap<String, String>> = vec![BTreeMap::new(); feeds.len()];
    let mut given_ids = HashSet::new();
    for day in 1..=30_i64 {
        publish(&world, &desk, day as usize);
        let due = Timestamp::from_secs(START + day * DAY);
        for job in world.store.due_jobs(due, 99, &|_| false).unwrap() {
            if let JobKind::Compose(id) = job.kind {
                // Twice at once, as after a crash.
                compose(&desk.ctx, &id, due).await.unwrap();
                compose(&desk.ctx, &id, due).await.unwrap();
            }
        }
        for (place, name) in feeds.iter().enumerate() {
            let dot = if name.contains('.') { "/" } else { "." };
            let path = format!("/brief/{}{dot}{name}", secret.reveal());
            let request = test::TestRequest::get().uri(&path).to_request();
            let response = test::call_service(&app, request).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            let body = test::read_body(response).await;
            crate::parse::feed::parse(&body, None, "https://brief.example/").unwrap();
            let body = std::str::from_utf8(&body).unwrap();
            let found = entries(name.rsplit('.').next().unwrap(), body);
            let expected = if name.contains("items") { 5 * (day + 1) } else { day + 1 };
            assert_eq!(found.len() as i64, expected.min(50), "{name} on day {day}");
            for (id, entry) in found {
                assert!(!entry.contains(secret.reveal()), "{name}");
                let before = seen[place].insert(id.clone(), entry.clone());
                assert!(before.is_none_or(|before| before == entry), "{id} changed");
            }
        }
    }
    use crate::store::EditionStore;
    let editions = world.store.editions(&reader.id, None, 99).unwrap();
    assert_eq!(editions.len(), 31);
    for pick in editions.iter().flat_map(|edition| &edition.picks) {
        assert!(given_ids.insert(pick.insight.clone()), "given twice");
    }
}
