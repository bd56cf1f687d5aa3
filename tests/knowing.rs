//! What is known of insights beyond their words: vectors that outlive the process and the model, who else said the
//! same, and names.

use std::collections::BTreeMap;

use podbrief::model::{InsightId, Timestamp};
use podbrief::store::{Embedding, EmbeddingStore, FeedStore, sled};
use podbrief::text::embed::{MODEL, Vector};

use crate::contract::open_free;
use crate::support::show::host_show;
use crate::support::{Host, Program, get};

fn open(program: &Program) -> sled::SledStore {
    let now = Timestamp::from_secs(1_795_503_600);
    open_free(&program.data(), &sled::Mint { now, host: "x", random: "r" })
}

fn vectors(store: &sled::SledStore, model: &str) -> BTreeMap<InsightId, Vector> {
    let mut all = BTreeMap::new();
    store
        .each_embedding(model, &mut |id, vector| assert!(all.insert(id, vector).is_none()))
        .unwrap();
    all
}

#[test]
fn vectors_are_kept_and_made_again_for_another_model_whatever_happens_meanwhile() {
    let host = Host::start();
    host_show(&host, "tea", 3);
    let program = Program::new(&[&host]);
    program.ok(&["source", "add", &host.url("/tea.xml")]);
    program.ok(&["poll"]);

    // As if another version with another model had made them.
    let made = {
        let store = open(&program);
        let made = vectors(&store, MODEL);
        let mut count = 0;
        store.each_insight(&mut |_| count += 1).unwrap();
        assert!(count > 3 && made.len() == count, "all have one from the start: {}", made.len());
        let old = made.iter().map(|(id, vector)| Embedding {
            insight: id.clone(),
            model: "another model".into(),
            vector: vector.clone(),
        });
        store.save_embeddings(old.collect(), None).unwrap();
        made
    };
    // It is known at the start that there is work; a kill changes nothing.
    program.serve().kill();
    let left = !vectors(&open(&program), "another model").is_empty();
    if left {
        let server = program.serve();
        server.wait_for("vectors made");
        server.stop();
    }
    let store = open(&program);
    assert_eq!(vectors(&store, MODEL), made, "the same as before, of the present model");
    assert!(vectors(&store, "another model").is_empty());
}

#[test]
fn who_else_said_it_and_whom_it_names_is_shown_beside_it_and_in_no_entry() {
    let host = Host::start();
    // Shows of names as long speak of the same things in the same words.
    host_show(&host, "tea", 1);
    host_show(&host, "pie", 1);
    let program = Program::new(&[&host]);
    program.ok(&["source", "add", &host.url("/tea.xml"), &host.url("/pie.xml")]);
    program.ok(&["poll"]);
    let server = program.serve();
    let latest = get(&server.base, "/latest.json").json();
    let entries = latest["items"].as_array().unwrap();
    assert!(!entries.is_empty());
    for entry in entries {
        let page = entry["url"].as_str().unwrap().strip_prefix(&server.base).unwrap();
        let insight = get(&server.base, &format!("{page}.json")).json();
        let also = insight["also_said_by"].as_array().unwrap();
        assert_eq!(also.len(), 1, "{insight}");
        assert_ne!(also[0]["show"], insight["source"]["title"]);
        let related = insight["related"].as_array().unwrap();
        assert!(related.iter().all(|other| other["id"] != also[0]["id"]), "said once: {insight}");
        let html = get(&server.base, page).text();
        assert!(html.contains("Also said by"), "{html}");
        assert!(insight["names"].is_array());
        assert!(!entry.to_string().contains("Also said by"));
        // The other one says it of this one.
        let back = also[0]["url"].as_str().unwrap().strip_prefix(&server.base).unwrap();
        let other = get(&server.base, &format!("{back}.json")).json();
        assert_eq!(other["also_said_by"][0]["id"], insight["id"]);
    }
    server.stop();
}
