//! The index that was kept in a file, beside one that is made of the same store: they answer the same.

use super::{World, given};
use crate::model::{
    Insight, InsightId, Item, ItemId, Quote, Source, SourceId, SourceKind, SubscriberId, Timestamp,
    Visibility,
};
use crate::parse::query;
use crate::search::{Ask, Index};
use crate::store::{Embedding, EmbeddingStore as _, FeedStore as _, SourceStore as _};
use crate::text::embed::{DIMENSIONS, MODEL, Vector};

const WORDS: [&str; 12] = [
    "battery",
    "grid",
    "heat",
    "pump",
    "Zürich",
    "storage",
    "prices",
    "electrolysers",
    "winter",
    "insulated",
    "cells",
    "steel",
];

/// A show with an episode of so many insights in words that come and go.
fn publish(world: &World, show: usize, count: usize, visibility: &Visibility) -> SourceId {
    let url = format!("https://show{show}.example/feed");
    let id = SourceId::for_feed(&url);
    let source = Source {
        id: id.clone(),
        kind: SourceKind::Feed { url },
        visibility: visibility.clone(),
        ..given::source()
    };
    let item = Item { id: ItemId::new(&id, "1"), source: id.clone(), ..given::item() };
    let insight = |n: usize| {
        let word = |by: usize| WORDS[(show * 7 + n * by) % WORDS.len()];
        let claim = format!(
            "The {} of {} made {} cheaper by {n} percent in {show}.",
            word(1),
            word(5),
            word(3)
        );
        Insight {
            id: InsightId::new(&item.id, n, n, &claim),
            item: item.id.clone(),
            source: id.clone(),
            visibility: visibility.clone(),
            quote: Quote {
                text: format!("{claim} And {} with it.", word(2)),
                ..given::insight(1).quote
            },
            claim,
            language: Some(if n.is_multiple_of(3) { "de" } else { "en" }.into()),
            ..given::insight(n)
        }
    };
    let published = world.publish(&source, &item, (0..count).map(insight).collect());
    let vector = |n: usize| {
        let mut values = vec![0.1; DIMENSIONS];
        values[(show + n) % 40] = 3.0;
        Vector::new(&values)
    };
    let rows = published.iter().enumerate().filter(|(n, _)| n % 10 > 0).map(|(n, insight)| {
        Embedding { insight: insight.id.clone(), model: MODEL.to_owned(), vector: vector(n) }
    });
    world.store.save_embeddings(rows.collect(), None).unwrap();
    id
}

/// What an index answers: what depends on the weights of words, and what does not.
fn answers(index: &Index, world: &World) -> [Vec<String>; 2] {
    let reader = SubscriberId::new("reader");
    let (mut weighed, mut plain) = (Vec::new(), Vec::new());
    let mut insights = Vec::new();
    world.store.each_insight(&mut |insight| insights.push(insight)).unwrap();
    for insight in insights.iter().step_by(97) {
        for viewer in [None, Some(&reader)] {
            weighed
                .push(format!("{:?}", index.related(&*world.store, insight, viewer, 5).unwrap()));
            weighed.push(format!("{:?}", index.also_said(&insight.id, viewer)));
        }
        weighed.push(format!("{}", index.same_claim(&insight.id, &insights[0].id)));
        plain.push(format!("{:?}", index.vector(&insight.id).map(|vector| vector.to_bytes())));
        plain.push(format!("{:?}", index.outline(None, Some(&insight.source))));
    }
    for q in [
        "battery",
        "\"heat of grid\"",
        "pumps -steel",
        "zurich OR winters",
        "isolierte",
        "7 percent",
    ] {
        let query = query::query([("q", q)]).unwrap();
        for viewer in [None, Some(&reader)] {
            let ask =
                Ask { query: &query, shows: &[], viewer, now: Timestamp::from_secs(1_795_608_000) };
            plain.push(format!("{:?}", index.newest(&ask, None, None, 40)));
            weighed.push(format!("{:?}", index.relevant(&ask, None, 40)));
        }
    }
    plain.push(format!("{:?}", index.outline(None, None)));
    plain.push(format!("{:?} {:?}", index.completed("elec"), index.completed("zur")));
    let mut lacking: Vec<_> =
        index.without_vector(usize::MAX).into_iter().map(|(id, _)| id).collect();
    lacking.sort();
    plain.push(format!("{lacking:?} {}", index.len()));
    [weighed, plain]
}

/// As `assert_eq!`, without pages of both.
fn same(one: &[String], other: &[String]) {
    let differ = one.iter().zip(other).position(|(one, other)| one != other);
    assert_eq!((one.len(), differ), (other.len(), None));
}

#[test]
fn a_kept_index_answers_as_one_made_anew() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let path = folder.path().join("search.index");
    let reader = Visibility::Private(SubscriberId::new("reader"));
    let shows: Vec<SourceId> = (0..6)
        .map(|show| {
            publish(&world, show, 200, if show == 3 { &reader } else { &Visibility::Public })
        })
        .collect();
    let first = Index::open(&*world.store, &path).unwrap();
    let said = answers(&first, &world);
    for said in &said {
        let full = said.iter().filter(|answer| answer.len() > 40).count();
        assert!(full > said.len() / 2, "{full} of {}", said.len());
    }
    assert!(first.keep(&path).unwrap());
    assert!(!first.keep(&path).unwrap(), "nothing changed since");
    let again = Index::open(&*world.store, &path).unwrap();
    answers(&again, &world).iter().zip(&said).for_each(|(one, other)| same(one, other));
    assert!(!again.keep(&path).unwrap(), "it is the file's");
    // What was published since is taken in.
    publish(&world, 6, 300, &Visibility::Public);
    publish(&world, 7, 30, &reader);
    let later = Index::open(&*world.store, &path).unwrap();
    let anew = Index::build(&*world.store).unwrap();
    assert_eq!(later.len(), 1530);
    // Weights are made anew when a quarter came, so words weigh a little less in the one than in the other.
    same(&answers(&later, &world)[1], &answers(&anew, &world)[1]);
    // What was removed is in no file that is read.
    let mut gone = Vec::new();
    world
        .store
        .each_insight(&mut |i| {
            if i.source == shows[1] {
                gone.push(i.id)
            }
        })
        .unwrap();
    world.store.remove_source(&shows[1]).unwrap();
    assert_eq!(
        Index::open(&*world.store, &path).unwrap().len(),
        1330,
        "the file there is fits no more"
    );
    later.remove(&gone);
    assert!(later.keep(&path).unwrap());
    let said = answers(&later, &world);
    let last = Index::open(&*world.store, &path).unwrap();
    answers(&last, &world).iter().zip(&said).for_each(|(one, other)| same(one, other));
    assert!(!last.keep(&path).unwrap(), "it is the file's");
    // A damaged file is no file.
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(Index::open(&*world.store, &path).unwrap().len(), 1330);
}
