//! The index as its users see it.

use proptest::prelude::*;

use super::*;
use crate::text::embed::DIMENSIONS;

fn place(n: u32) -> Place {
    // Two items a source.
    let source = SourceId::for_feed(&format!("https://example.org/{}", n / 2));
    let item = ItemId::new(&source, &n.to_string());
    let id = InsightId::new(&item, 0, 0, "q");
    Place { id, item, source, visibility: Visibility::Public }
}

fn index(texts: &[&str]) -> (RelatedIndex, Vec<InsightId>) {
    let mut index = RelatedIndex::new();
    let mut ids = Vec::new();
    for (n, text) in texts.iter().enumerate() {
        let place = place(n as u32);
        ids.push(place.id.clone());
        index.add(place, text, None);
    }
    (index, ids)
}

/// Points between two directions.
fn vector(x: f32, y: f32) -> Vector {
    let mut values = [0.0; DIMENSIONS];
    values[0] = x;
    values[1] = y;
    Vector::new(&values)
}

const TEXTS: &[&str] = &[
    "Deep sleep clears waste from the brain every night",
    "Coffee after noon costs an hour of deep sleep",
    "A brain kept from deep sleep forgets the names of its friends",
    "Rust programs have no garbage collector",
    "Bakers weigh their flour, they never measure it",
];

fn names(related: Vec<Related>) -> Vec<InsightId> {
    related.into_iter().map(|r| r.id).collect()
}

#[test]
fn other_sources_first_and_nothing_below_the_floor() {
    let (index, ids) = index(TEXTS);
    assert_eq!(names(index.related(&ids[0], None, 10)), [ids[2].clone(), ids[1].clone()]);
    assert!(index.related(&ids[4], None, 10).is_empty());
    assert_eq!(index.query("garbage collector of Rust", None, None, 10)[0].id, ids[3]);
    assert!(index.query("", None, None, 10).is_empty());
    assert!(index.query("the", None, None, 10).is_empty());
}

#[test]
fn meaning_finds_what_words_do_not_and_keeps_out_what_only_shares_words() {
    let (mut index, ids) = index(&[
        "Cells age when full",
        "Batteries wear at one hundred percent",
        "Prison cells full of old men",
    ]);
    assert!(names(index.related(&ids[0], None, 10)).contains(&ids[2]));
    index.set_vector(&ids[0], vector(1.0, 0.0));
    index.set_vector(&ids[1], vector(1.0, 0.2));
    index.set_vector(&ids[2], vector(-1.0, 1.0));
    let found = index.related(&ids[0], None, 10);
    assert_eq!(found[0].id, ids[1]);
    let like = vector(1.0, -1.0);
    assert_eq!(index.query("Accumulators", Some(&like), None, 1)[0].id, ids[0]);
}

#[test]
fn removed_and_replaced_words_are_gone() {
    let (mut index, ids) = index(TEXTS);
    index.remove(&ids[2]);
    index.remove(&ids[2]);
    assert_eq!(index.len(), 4);
    assert!(index.related(&ids[0], None, 10).iter().all(|r| r.id != ids[2]));
    index.add(place(3), "Without deep sleep a brain forgets where the keys are", None);
    assert_eq!(index.related(&ids[0], None, 1)[0].id, ids[3]);
    assert!(index.query("garbage collector", None, None, 10).is_empty());
}

#[test]
fn the_same_item_is_never_related_and_one_item_never_fills_the_list() {
    let mut index = RelatedIndex::new();
    let own = place(0);
    let id = own.id.clone();
    let same = Place { id: InsightId::new(&own.item, 5, 6, "b"), ..place(0) };
    index.add(own, TEXTS[0], None);
    index.add(same, TEXTS[0], None);
    assert!(index.related(&id, None, 10).is_empty());
    for n in 0..9 {
        let other = place(2);
        index.add(Place { id: InsightId::new(&other.item, n, n, "c"), ..other }, TEXTS[2], None);
    }
    assert_eq!(index.related(&id, None, 10).len(), OF_ITEM);
}

#[test]
fn who_says_the_very_same_is_named_and_not_related() {
    let reader = SubscriberId::new("reader@example.org");
    let (mut index, ids) = index(TEXTS);
    let mut again = |n: u32, visibility: Visibility| {
        let place = Place { visibility, ..place(n) };
        let id = place.id.clone();
        index.add(place, "Every night deep sleep clears the brain of its waste", None);
        id
    };
    let open = again(20, Visibility::Public);
    let private = again(30, Visibility::Private(reader.clone()));
    let said = |viewer: Option<&SubscriberId>| -> Vec<InsightId> {
        index.repeats(&ids[0], viewer).into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(said(None), std::slice::from_ref(&open));
    let mut both = said(Some(&reader));
    both.sort();
    let mut expected = [open.clone(), private.clone()];
    expected.sort();
    assert_eq!(both, expected);
    assert!(index.same(&open, &ids[0]) && index.same(&ids[0], &open));
    assert!(!index.same(&ids[2], &ids[0]) && !index.same(&ids[0], &place(99).id));
    assert!(!names(index.related(&ids[0], Some(&reader), 10)).contains(&open));
}

#[test]
fn what_is_private_takes_no_place_of_what_is_not() {
    let reader = SubscriberId::new("reader@example.org");
    let mut index = RelatedIndex::new();
    let ids: Vec<_> = (0..40)
        .map(|n| {
            let mut place = place(2 * n);
            if n > 1 {
                place.visibility = Visibility::Private(reader.clone());
            }
            let id = place.id.clone();
            index.add(place, TEXTS[if n == 0 { 0 } else { 2 }], None);
            id
        })
        .collect();
    assert_eq!(names(index.related(&ids[0], None, 3)), [ids[1].clone()]);
    assert_eq!(names(index.query("deep sleep", None, None, 9)).len(), 2);
    assert_eq!(index.related(&ids[0], Some(&reader), 3).len(), 3);
}

proptest! {
    /// A click leads back, as long as the list isn't full.
    #[test]
    fn nearness_is_mutual(texts in prop::collection::vec(("[a-e]{3}( [a-e]{3}){0,5}", -1.0_f32..1.0, -1.0_f32..1.0, any::<bool>()), 1..6)) {
        let mut index = RelatedIndex::new();
        let mut ids = Vec::new();
        for (n, (text, x, y, seen)) in texts.iter().enumerate() {
            let place = place(2 * n as u32);
            ids.push(place.id.clone());
            index.add(place, text, seen.then(|| vector(*x, *y)));
        }
        for a in &ids {
            for found in index.related(a, None, 10) {
                prop_assert!((0.0..=1.0).contains(&found.score));
                prop_assert!(names(index.related(&found.id, None, 10)).contains(a));
            }
        }
    }

    /// Whatever is added, replaced and removed, what is left can be found, and nothing else.
    #[test]
    fn changes_leave_no_trace(steps in prop::collection::vec((0_u32..6, prop::option::of("[a-c]{2}( [a-c]{2}){0,3}")), 0..60)) {
        let mut index = RelatedIndex::new();
        let mut kept = std::collections::BTreeMap::new();
        for (n, text) in steps {
            match text {
                Some(text) => {
                    index.add(place(n), &text, Some(vector(n as f32, 1.0)));
                    kept.insert(n, text);
                }
                None => {
                    index.remove(&place(n).id);
                    kept.remove(&n);
                }
            }
        }
        prop_assert_eq!(index.len(), kept.len());
        for (n, text) in &kept {
            prop_assert_eq!(index.vector_of(&place(*n).id), Some(&vector(*n as f32, 1.0)));
            let found = names(index.query(text, None, None, 10));
            prop_assert!(found.contains(&place(*n).id));
            prop_assert!(found.len() <= kept.len());
        }
    }
}
