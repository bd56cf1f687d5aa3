//! The distributor with a clock of its own: retries, and what is told after them.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicI64, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::web::Data;

use super::super::brief::Desk;
use super::super::tests::World;
use super::run::{Parts, Round};
use crate::model::{Listener, ListenerId, Mode, Timestamp, Wish};
use crate::store::ListenerStore;

static NOW: AtomicI64 = AtomicI64::new(1_795_503_600);

fn now() -> Timestamp {
    Timestamp::from_secs(NOW.load(Ordering::Relaxed))
}

/// A callback that says yes to every question and answers news with this status; keeps what it was told.
struct Callback {
    port: u16,
    status: Arc<AtomicU16>,
    told: Arc<Mutex<Vec<String>>>,
}

impl Callback {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (status, told) = (Arc::new(AtomicU16::new(200)), Arc::new(Mutex::new(Vec::new())));
        let (own, kept) = (Arc::clone(&status), Arc::clone(&told));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut request = Vec::new();
                let mut part = [0; 4096];
                while !whole(&request) {
                    let read = stream.read(&mut part).unwrap_or_default();
                    request.extend_from_slice(&part[..read]);
                    if read == 0 {
                        break;
                    }
                }
                let text = String::from_utf8_lossy(&request).into_owned();
                let challenge = text.split("hub.challenge=").nth(1).unwrap_or_default();
                let challenge = challenge.split('&').next().unwrap_or_default();
                let status = match text.starts_with("GET ") {
                    true => 200,
                    false => own.load(Ordering::Relaxed),
                };
                let body = if text.starts_with("GET ") { challenge } else { "" };
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
                );
                // The other side may have hung up.
                let _ = stream.write_all(answer.as_bytes());
                if text.starts_with("POST ") {
                    kept.lock().unwrap().push(text);
                }
            }
        });
        Self { port, status, told }
    }

    fn listener(&self, base: &str) -> Listener {
        let (topic, callback) =
            (format!("{base}/latest.atom"), format!("http://127.0.0.1:{}/cb", self.port));
        let id = ListenerId::new(&topic, &callback);
        let wish = Some(Wish::new(Mode::Subscribe, None, None, now()));
        Listener { id, topic, callback, wish, grant: None }
    }
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
    });
    body.len() >= length.unwrap_or_default()
}

#[actix_web::test]
async fn what_could_not_be_told_is_told_later_and_all_at_once() {
    let world = World::new();
    let callback = Callback::start();
    let desk =
        Desk { clock: now, ..super::super::brief::tests::desk_asking(&world, callback.port) };
    let parts = Parts { state: world.state.clone(), desk: Data::new(desk) };
    let listener = callback.listener(&world.state.site.base_url);
    assert!(world.store.ask_hub(listener, &|_| true).unwrap());
    let mut round = Round::default();
    let mut step = async |secs: i64| {
        NOW.fetch_add(secs, Ordering::Relaxed);
        let next = round.look(&parts).await;
        round.finish().await;
        (next, callback.told.lock().unwrap().len())
    };
    assert_eq!(step(0).await.1, 0);
    assert_eq!(step(0).await.1, 0, "nothing is new");
    world.publish_some(2);
    callback.status.store(500, Ordering::Relaxed);
    assert_eq!(step(1).await.1, 1);
    let (next, told) = step(1).await;
    assert_eq!((next.as_secs(), told), (9, 1), "not before its time");
    assert_eq!(step(9).await.1, 2);
    assert_eq!(step(10).await.1, 2, "the wait grows");
    callback.status.store(202, Ordering::Relaxed);
    assert_eq!(step(20).await.1, 3);
    assert_eq!(step(100).await.1, 3, "it knows all");
    let told = callback.told.lock().unwrap();
    assert!(told.iter().all(|told| told.matches("<entry>").count() == 2));
    assert!(!told[0].to_lowercase().contains("x-hub-signature"), "there is no secret to sign with");
    let kept = world.store.listeners().unwrap().remove(0);
    assert_eq!(kept.grant.map(|grant| (grant.told, grant.failures)), Some((2, 0)));
}
