//! The part of the contract that keeps the store well.

use super::*;

/// One of everything.
fn filled(store: &dyn Store) -> (Source, Item) {
    let a = source("https://a.example/feed", Visibility::Public);
    let letters = mailbox("letters", Visibility::Public);
    for source in [&a, &letters] {
        store.add_source(source.clone()).unwrap();
    }
    let published = publish(store, &a, "1", 3, &["ai"]);
    store.save_mail(vec![arrival(&letters, "1", "a@x", false)]).unwrap();
    store.ask_hub(listens(1), &|_| true).unwrap();
    let reader = add_reader(store, "ada", 1);
    compose(store, &reader, "2026-11-24", 1).unwrap();
    (a, published)
}

pub fn a_check_finds_what_is_wrong_and_nothing_else(open: Open, dir: &Path) {
    let store = open(dir);
    let (_, published) = filled(&*store);
    let report = store.check(false, at(9000)).unwrap();
    // The transcript of these tests is empty.
    let (quotes, others): (Vec<_>, Vec<_>) =
        report.findings.into_iter().partition(|f| f.what.contains("quote"));
    assert_eq!((quotes.len(), others), (3, Vec::new()));
    assert!(quotes.iter().all(|f| f.mend.is_none()));
    for kind in ["source", "item", "insight", "entry", "edition", "delivered", "index", "quote"] {
        assert!(report.looked_at.contains_key(kind), "{kind} was not looked at");
    }
    let body = store.item(&published.id).unwrap().unwrap().transcript.unwrap();
    let file = format!("bodies/{}/{body}.zst", &body.as_str()[..2]);
    std::fs::write(dir.join(&file), zstd::encode_all(&b"another"[..], 3).unwrap()).unwrap();
    let changed = store.check(true, at(9000)).unwrap();
    assert!(changed.findings.iter().any(|f| f.what.contains("not what its name says")));
    std::fs::remove_file(dir.join(&file)).unwrap();
    let missing = store.check(false, at(9000)).unwrap();
    assert!(missing.findings.iter().any(|f| f.what.contains("is missing")));
}

pub fn a_compaction_changes_nothing_but_the_size(open: Open, dir: &Path) {
    let store = open(dir);
    let (a, item) = filled(&*store);
    // Much is written over.
    for n in 0..2000 {
        store.move_polls(&[(a.id.clone(), at(5000 + n))]).unwrap();
    }
    let all = |store: &dyn Store| {
        let mut bytes = Vec::new();
        store.backup(&mut bytes, at(5)).unwrap();
        zstd::decode_all(&bytes[..]).unwrap()
    };
    let before = all(&*store);
    let (looked_at, jobs) =
        (store.check(false, at(9000)).unwrap().looked_at, due(&*store, i64::MAX));
    let done = store.compact().unwrap();
    assert!(done.rows > 20 && done.after < done.before, "{done:?}");
    assert!(all(&*store) == before, "all is as it was");
    // It goes on as before, at once and after a start.
    publish(&*store, &a, "2", 1, &[]);
    assert!(store.item(&item.id).unwrap().is_some());
    drop(store);
    let store = open(dir);
    assert_eq!(store.counts().unwrap().insights, 4);
    store.remove_source(&source("https://none.example", Visibility::Public).id).unwrap();
    assert_eq!(due(&*store, i64::MAX).len(), jobs.len());
    assert!(store.check(false, at(9000)).unwrap().looked_at.len() == looked_at.len());
    let names = std::fs::read_dir(dir).unwrap().flatten().map(|e| e.file_name());
    assert!(names.into_iter().all(|n| n != "store.old" && n != "store.new"));
}

pub fn a_crash_in_a_compaction_leaves_one_store(open: Open, dir: &Path) {
    let (store, old, new) = (dir.join("store"), dir.join("store.old"), dir.join("store.new"));
    filled(&*open(dir));
    let counts = open(dir).counts().unwrap();
    // Before the old one moved: a half-made copy is thrown away.
    std::fs::create_dir(&new).unwrap();
    assert_eq!(open(dir).counts().unwrap(), counts);
    assert!(!new.exists());
    // Between the two moves, with a copy that is not whole, and with one that is.
    std::fs::create_dir(&new).unwrap();
    std::fs::rename(&store, &old).unwrap();
    assert_eq!(open(dir).counts().unwrap(), counts);
    std::fs::rename(&store, &new).unwrap();
    std::fs::write(new.join("complete"), "").unwrap();
    std::fs::create_dir(&old).unwrap();
    assert_eq!(open(dir).counts().unwrap(), counts);
    assert!(!old.exists() && !new.exists() && !store.join("complete").exists());
}

pub fn what_was_set_aside_is_tried_again_when_asked_for(open: Open, dir: &Path) {
    let store = open(dir);
    let (a, b) = (
        source("https://a.example/feed", Visibility::Public),
        source("https://b.example/feed", Visibility::Public),
    );
    let problem = Problem { what: "w".into(), hint: "h".into(), since: at(1) };
    for source in [&a, &b] {
        store.add_source(source.clone()).unwrap();
        let item = item(source, "1", 900);
        store.save_poll(outcome(source, std::slice::from_ref(&item), 9000)).unwrap();
        store.fail_item(&item.id, &JobKind::Transcribe(item.id.clone()), problem.clone()).unwrap();
        store.postpone_job(&JobKind::Poll(source.id.clone()), at(9500), &problem).unwrap();
    }
    let shown = store.source(&a.id).unwrap().unwrap();
    assert_eq!((shown.poll.problem, shown.poll.next), (Some(problem), at(9500)));
    assert_eq!((store.set_aside(9).unwrap().len(), store.troubled(9).unwrap().len()), (2, 2));
    assert_eq!(store.set_aside(1).unwrap().len(), 1);
    assert!(due(&*store, 9000).is_empty());
    assert_eq!(store.retry(Some(&a.id), at(3000)).unwrap(), 2);
    assert_eq!(due(&*store, 3000).len(), 2);
    assert_eq!((store.set_aside(9).unwrap().len(), store.troubled(9).unwrap().len()), (1, 1));
    store.remove_source(&b.id).unwrap();
    assert!(store.set_aside(9).unwrap().is_empty());
}

pub fn texts_go_when_their_time_has_come(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    store.add_source(a.clone()).unwrap();
    let (old, read) = (publish(&*store, &a, "old", 1, &[]), publish(&*store, &a, "read", 1, &[]));
    let reader = add_reader(&*store, "ada", 1);
    let insight = store.insights_of_item(&read.id, None).unwrap().remove(0).id;
    let composition = Composition {
        subscriber: reader.id.clone(),
        day: Some("2026-11-24".parse().unwrap()),
        edition: Some(edition(&reader, "2026-11-24", &insight)),
        seq: 1,
        next: at(9000),
        keep: 3,
    };
    store.save_edition(composition).unwrap();
    let fresh = item(&a, "new", 950);
    store.save_poll(outcome(&a, std::slice::from_ref(&fresh), 5000)).unwrap();
    assert_eq!(store.forget_texts(None, None).unwrap(), Forgotten::default());
    assert_eq!(store.forget_texts(Some(at(900)), Some(u64::MAX)).unwrap().items, 0);
    let gone = store.forget_texts(Some(at(901)), None).unwrap();
    assert_eq!(gone.items, 1);
    let transcript = |item: &Item| store.item(&item.id).unwrap().unwrap().transcript;
    assert_eq!(transcript(&old), None);
    assert!(transcript(&read).is_some(), "a brief rests on it");
    assert_eq!(store.insights_of_item(&old.id, None).unwrap().len(), 1, "insights stay");
    assert!(store.body(&transcript(&read).unwrap()).is_ok(), "another item names the same text");
    assert!(store.writable().is_ok());
}
