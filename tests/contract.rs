//! The store's contract, for every backend. A backend is a function that opens a store in a directory.

mod upkeep;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use podbrief::model::*;
use podbrief::store::*;
use podbrief::text::embed::{DIMENSIONS, MODEL, Vector};

use upkeep::*;

type Open = fn(&Path) -> Box<dyn Store>;

fn open_sled(dir: &Path) -> Box<dyn Store> {
    let mint = sled::Mint { now: at(1000), host: "brief.example.org", random: "r" };
    Box::new(open_free(dir, &mint))
}

/// Opens a store that nobody uses any more. Its lock lies with the open file, and a program that another test starts
/// at this moment holds that file too until it is its own.
pub fn open_free(dir: &Path, mint: &sled::Mint) -> sled::SledStore {
    let begun = Instant::now();
    loop {
        match sled::open(dir, mint) {
            Err(StoreError::Locked(_)) if begun.elapsed() < Duration::from_secs(20) => {
                std::thread::yield_now();
            }
            opened => return opened.unwrap(),
        }
    }
}

/// One test for each rule and backend.
macro_rules! contract {
    ($($rule:ident),* $(,)?) => {
        mod on_sled {
            $(#[test] fn $rule() {
                let dir = tempfile::tempdir().unwrap();
                super::$rule(super::open_sled, dir.path());
            })*
        }
    };
}

contract!(
    adding_a_source_queues_its_poll,
    a_poll_commits_items_jobs_and_the_next_poll_together,
    a_paused_source_is_not_polled,
    an_item_goes_through_the_stages_once,
    feeds_are_newest_first_and_page,
    what_is_private_shows_to_its_owner_only,
    removing_a_source_removes_all_of_it,
    what_is_derived_is_brought_up_to_date,
    a_failing_job_waits_and_is_set_aside,
    speech_waits_in_nobodys_way,
    mail_is_kept_once_and_in_the_order_of_arrival,
    what_is_held_is_released_by_trust,
    everything_survives_a_reopen,
    a_backup_restores_to_the_same,
    vectors_are_kept_with_their_model,
    what_has_no_vector_is_given_one_later,
    bodies_are_kept_once,
    a_call_is_paid_once_and_kept_with_its_answer,
    a_call_that_is_lost_is_made_once_more_and_no_oftener,
    calls_are_made_within_the_days_limits,
    drafts_wait_to_be_written,
    relations_are_found_from_both_sides_and_go_with_their_insights,
    polls_are_moved_all_at_once,
    a_source_keeps_its_lease_and_its_name_when_it_moves,
    what_was_public_leaves_a_tombstone,
    a_topic_gets_another_slug,
    listeners_are_kept_within_room_and_changed_as_they_are,
    ids_rest_on_what_was_minted_first,
    a_reader_is_found_by_the_hash_of_their_secret,
    a_changed_secret_says_so_for_a_while,
    an_invitation_is_good_once,
    a_day_has_one_edition,
    votes_replace_each_other_and_can_be_taken_back,
    a_reader_who_leaves_leaves_nothing,
    a_backup_holds_readers_without_their_secrets,
    a_check_finds_what_is_wrong_and_nothing_else,
    a_compaction_changes_nothing_but_the_size,
    a_crash_in_a_compaction_leaves_one_store,
    what_was_set_aside_is_tried_again_when_asked_for,
    texts_go_when_their_time_has_come,
);

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn source(url: &str, visibility: Visibility) -> Source {
    podbrief::pipeline::new_source(url, Some(url), visibility, at(1000)).unwrap()
}

fn item(source: &Source, key: &str, published: i64) -> Item {
    Item {
        id: ItemId::new(&source.id, key),
        source: source.id.clone(),
        key: key.into(),
        kind: ItemKind::Episode,
        title: format!("Item {key}"),
        link: None,
        enclosure: None,
        published: Some(at(published)),
        seen: at(1000),
        duration_ms: None,
        language: None,
        transcripts: Vec::new(),
        persons: Vec::new(),
        chapters_url: None,
        soundbites: Vec::new(),
        chapters: Vec::new(),
        season: None,
        episode: None,
        episode_kind: Default::default(),
        drift_ms: None,
        notes: None,
        transcript: None,
        state: ItemState::New,
        problem: None,
        recognised_by: None,
        mail: None,
    }
}

fn outcome(source: &Source, items: &[Item], next: i64) -> PollOutcome {
    PollOutcome {
        source: source.id.clone(),
        state: PollState { last: Some(at(1001)), next: at(next), ..PollState::default() },
        status: SourceStatus::Active,
        url: None,
        profile: None,
        new: items.iter().map(|i| NewItem { item: i.clone(), due: at(1001) }).collect(),
        changed: Vec::new(),
    }
}

/// Points along axis `n`.
fn embedding(insight: &InsightId, model: &str, n: usize) -> Embedding {
    let mut values = [0.0; DIMENSIONS];
    values[n] = 1.0;
    Embedding { insight: insight.clone(), model: model.into(), vector: Vector::new(&values) }
}

fn publication(source: &Source, item: &Item, n: usize, topics: &[&str]) -> Publication {
    let quote = Quote {
        text: format!("quote {n}"),
        first: n,
        last: n,
        start_ms: None,
        end_ms: None,
        speaker: None,
    };
    let id = InsightId::new(&item.id, n, n, &quote.text);
    let insight = Insight {
        id: id.clone(),
        item: item.id.clone(),
        source: source.id.clone(),
        visibility: source.visibility.clone(),
        claim: format!("claim {n}"),
        headline: format!("headline {n}"),
        quote,
        basis: Basis::Spoken,
        score: 0.5,
        topics: topics.iter().map(|t| (*t).to_owned()).collect(),
        names: Vec::new(),
        episode_kind: Default::default(),
        chapter: None,
        written: None,
        language: None,
        published: at(1002),
        seq: 0,
    };
    let entry = Entry {
        id: format!("tag:x:{id}"),
        insight: id,
        title: insight.headline.clone(),
        content_html: String::new(),
        summary: insight.claim.clone(),
        published: at(1002),
        authors: Vec::new(),
        topics: Vec::new(),
        via: None,
        source: EntrySource {
            feed_url: String::new(),
            title: String::new(),
            link: None,
            item_published: None,
        },
        language: None,
        page: None,
    };
    let embedding = Some(embedding(&insight.id, MODEL, n));
    Publication { insight, entry, embedding }
}

/// Takes an item through all stages, with `count` insights.
fn publish(store: &dyn Store, source: &Source, key: &str, count: usize, topics: &[&str]) -> Item {
    let item = item(source, key, 900);
    store.save_poll(outcome(source, std::slice::from_ref(&item), 5000)).unwrap();
    let body = store.put_body(b"{\"segments\":[]}").unwrap();
    let origin = TranscriptOrigin::Publisher;
    let words = TranscriptOutcome {
        item: item.id.clone(),
        body,
        origin,
        recognised_by: None,
        problem: None,
        chapters: Vec::new(),
        drift_ms: None,
        now: at(1),
    };
    store.save_transcript(words).unwrap();
    let publications = (0..count).map(|n| publication(source, &item, n, topics)).collect();
    let extraction = Extraction { item: item.id.clone(), origin, publications, writing: None };
    assert_eq!(store.save_extraction(extraction).unwrap().len(), count);
    item
}

fn due(store: &dyn Store, now: i64) -> Vec<String> {
    store.due_jobs(at(now), 100, &|_| false).unwrap().iter().map(|j| j.kind.key()).collect()
}

fn headlines(store: &dyn Store, scope: &Scope, viewer: Option<&SubscriberId>) -> Vec<String> {
    let found = store.insights_for(scope, viewer, None, 100).unwrap();
    found.into_iter().map(|i| i.headline).collect()
}

fn adding_a_source_queues_its_poll(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    assert_eq!(store.add_source(a.clone()).unwrap(), Added::New);
    assert_eq!(store.add_source(a.clone()).unwrap(), Added::Existing);
    assert!(due(&*store, 999).is_empty());
    assert_eq!(due(&*store, 1000), [format!("poll/{}", a.id)]);
    assert_eq!(store.next_due(at(0)).unwrap(), Some(at(1000)));
}

fn a_poll_commits_items_jobs_and_the_next_poll_together(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    store.add_source(a.clone()).unwrap();
    let (one, mut two) = (item(&a, "1", 900), item(&a, "2", 950));
    two.state = ItemState::Skipped;
    let generation = store.generation();
    assert_eq!(store.save_poll(outcome(&a, &[one.clone(), two.clone()], 5000)).unwrap(), 2);
    assert_ne!(store.generation(), generation);
    assert_eq!(due(&*store, 4999), [format!("transcribe/{}", one.id)]);
    assert_eq!(due(&*store, 5000).len(), 2);
    let generation = store.generation();
    let again = store.save_poll(outcome(&a, &[one.clone(), two.clone()], 6000)).unwrap();
    assert_eq!(again, 0, "known items are not new");
    assert_eq!(store.generation(), generation, "so what is kept of feeds stays good");
    let keys: Vec<_> = store.items_of(&a.id, 10).unwrap().into_iter().map(|i| i.key).collect();
    assert_eq!(keys, ["2", "1"], "newest first");
    assert_eq!(store.known_items(&a.id).unwrap().len(), 2);
    assert_eq!(store.source(&a.id).unwrap().unwrap().coverage.items, 2);
}

fn a_paused_source_is_not_polled(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    store.add_source(a.clone()).unwrap();
    store.set_status(&a.id, SourceStatus::Paused, at(1)).unwrap();
    assert!(due(&*store, i64::MAX).is_empty());
    assert_eq!(store.poll_now(None, at(1)).unwrap(), 0);
    store.save_poll(outcome(&a, &[], 10)).unwrap();
    assert!(due(&*store, i64::MAX).is_empty(), "a poll under way does not undo the pause");
    store.set_status(&a.id, SourceStatus::Active, at(7)).unwrap();
    assert_eq!(due(&*store, 7).len(), 1);
    assert_eq!(store.poll_now(None, at(3)).unwrap(), 1);
    assert_eq!(due(&*store, 3).len(), 1);
}

fn an_item_goes_through_the_stages_once(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    store.add_source(a.clone()).unwrap();
    let item = publish(&*store, &a, "1", 2, &["ai"]);
    assert_eq!(due(&*store, 4999), [""; 0], "nothing is left to do for it");
    let extraction = Extraction {
        item: item.id.clone(),
        origin: TranscriptOrigin::Publisher,
        publications: vec![publication(&a, &item, 7, &[])],
        writing: None,
    };
    assert!(store.save_extraction(extraction).unwrap().is_empty(), "it is published already");
    assert_eq!(headlines(&*store, &Scope::Latest, None), ["headline 0", "headline 1"]);
    assert_eq!(store.insights_of_item(&item.id, None).unwrap().len(), 2);
    let coverage = store.source(&a.id).unwrap().unwrap().coverage;
    assert_eq!((coverage.processed, coverage.with_transcript, coverage.insights), (1, 1, 2));
    assert_eq!(store.topic_counts().unwrap()["ai"], 2);
}

fn feeds_are_newest_first_and_page(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    store.add_source(a.clone()).unwrap();
    publish(&*store, &a, "1", 3, &["ai", "ai-policy"]);
    publish(&*store, &a, "2", 3, &["ai"]);
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = store.entries_for(&Scope::Latest, None, before, 2).unwrap();
        let Some((seq, _)) = page.last() else { break };
        before = Some(*seq);
        seen.extend(page.into_iter().map(|(seq, _)| seq));
    }
    assert_eq!(seen.len(), 6);
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
    assert_eq!(headlines(&*store, &Scope::Topic("ai".into()), None).len(), 6);
    assert_eq!(headlines(&*store, &Scope::Topic("ai-policy".into()), None).len(), 3);
    assert_eq!(headlines(&*store, &Scope::Topic("a".into()), None).len(), 0);
}

fn what_is_private_shows_to_its_owner_only(open: Open, dir: &Path) {
    let store = open(dir);
    let owner = SubscriberId::new("owner");
    let a = source("https://a.example/feed", Visibility::Private(owner.clone()));
    store.add_source(a.clone()).unwrap();
    let item = publish(&*store, &a, "1", 2, &["ai"]);
    let of_source = Scope::Source(a.id.clone());
    let stranger = SubscriberId::new("stranger");
    for viewer in [None, Some(&stranger)] {
        assert!(headlines(&*store, &Scope::Latest, viewer).is_empty());
        assert!(headlines(&*store, &Scope::Topic("ai".into()), viewer).is_empty());
        assert!(headlines(&*store, &of_source, viewer).is_empty());
        assert!(store.insights_of_item(&item.id, viewer).unwrap().is_empty());
        let id = publication(&a, &item, 0, &[]).insight.id;
        assert!(store.insight(&id, viewer).unwrap().is_none());
        assert!(store.entry(&id, viewer).unwrap().is_none());
    }
    assert!(store.topic_counts().unwrap().is_empty());
    assert_eq!(headlines(&*store, &of_source, Some(&owner)).len(), 2);
}

fn removing_a_source_removes_all_of_it(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    let b = source("https://b.example/feed", Visibility::Public);
    store.add_source(a.clone()).unwrap();
    store.add_source(b.clone()).unwrap();
    publish(&*store, &a, "1", 2, &["ai"]);
    publish(&*store, &b, "1", 1, &["ai"]);
    store.save_poll(outcome(&a, &[item(&a, "2", 5)], 5000)).unwrap();
    assert!(store.remove_source(&a.id).unwrap());
    assert!(!store.remove_source(&a.id).unwrap());
    let counts = store.counts().unwrap();
    let left = Counts { sources: 1, items: 1, insights: 1, jobs: 1, listeners: 0 };
    assert_eq!(counts, left);
    assert_eq!(headlines(&*store, &Scope::Topic("ai".into()), None).len(), 1);
    assert!(matches!(store.save_poll(outcome(&a, &[], 1)), Err(StoreError::Gone(_))));
}

fn what_is_derived_is_brought_up_to_date(open: Open, dir: &Path) {
    let store = open(dir);
    let reader = SubscriberId::new("ada");
    let a = source("https://a.example/feed", Visibility::Public);
    let own = source("https://b.example/feed", Visibility::Private(reader));
    store.add_source(a.clone()).unwrap();
    store.add_source(own.clone()).unwrap();
    let (first, other) = (store.epoch().unwrap(), tempfile::tempdir().unwrap());
    assert_ne!(open(other.path()).epoch().unwrap(), first, "every store has its own");
    publish(&*store, &a, "1", 2, &["old"]);
    publish(&*store, &own, "1", 2, &["old"]);
    publish(&*store, &a, "2", 1, &["old"]);
    let after = |seq: u64| {
        let mut all = Vec::new();
        store.insights_after(seq, &mut |insight| all.push(insight.seq)).unwrap();
        all.sort_unstable();
        all
    };
    assert_eq!(after(0).len(), 5);
    let third = after(0)[2];
    assert_eq!(after(third), after(0)[3..], "the private ones are among them");
    assert!(after(u64::MAX).is_empty());
    assert_eq!(store.epoch().unwrap(), first, "what is new changes nothing there was");
    store.rename_topic("other", "new").unwrap();
    assert_eq!(store.epoch().unwrap(), first);
    store.rename_topic("old", "new").unwrap();
    let renamed = store.epoch().unwrap();
    assert_ne!(renamed, first);
    store.compact().unwrap();
    assert_eq!(store.epoch().unwrap(), renamed, "it is the same store");
    store.remove_source(&own.id).unwrap();
    store.remove_source(&own.id).unwrap();
    assert_eq!(store.epoch().unwrap(), renamed + 1);
    drop(store);
    assert_eq!(open(dir).epoch().unwrap(), renamed + 1);
}

fn a_failing_job_waits_and_is_set_aside(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    store.add_source(a.clone()).unwrap();
    let item = item(&a, "1", 900);
    store.save_poll(outcome(&a, std::slice::from_ref(&item), 9000)).unwrap();
    let job = JobKind::Transcribe(item.id.clone());
    let problem = Problem { what: "no answer".into(), hint: "h".into(), since: at(1) };
    store.postpone_job(&job, at(2000), &problem).unwrap();
    assert!(due(&*store, 1999).is_empty());
    let waiting = store.due_jobs(at(2000), 1, &|_| false).unwrap().remove(0);
    assert_eq!((waiting.attempts, waiting.error.as_deref()), (1, Some("no answer")));
    let problem = Problem { what: "w".into(), hint: "h".into(), since: at(1) };
    store.fail_item(&item.id, &job, problem.clone()).unwrap();
    assert!(due(&*store, 8999).is_empty());
    let failed = store.item(&item.id).unwrap().unwrap();
    assert_eq!((failed.state, failed.problem), (ItemState::Failed, Some(problem)));
}

fn speech_waits_in_nobodys_way(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    store.add_source(a.clone()).unwrap();
    let items: Vec<Item> = (0..9).map(|n| item(&a, &n.to_string(), 900 + n)).collect();
    store.save_poll(outcome(&a, &items, 9000)).unwrap();
    let unheard = |item: &Item, problem: Option<Problem>| Unheard {
        item: item.id.clone(),
        by: "whisper-1".into(),
        problem,
        now: at(100),
    };
    for item in &items {
        store.await_speech(unheard(item, None)).unwrap();
    }
    store.poll_now(None, at(200)).unwrap();
    let ready = due(&*store, 200);
    assert!(ready.contains(&format!("poll/{}", a.id)), "{ready:?}");
    assert!(!ready.iter().any(|key| key.starts_with("transcribe")), "{ready:?}");
    let pass = |key: &str| key.starts_with("recognise/");
    let few: Vec<String> =
        store.due_jobs(at(200), 1, &pass).unwrap().iter().map(|j| j.kind.key()).collect();
    assert!(few.contains(&format!("poll/{}", a.id)), "however few are asked for: {few:?}");
    assert_eq!(store.next_due(at(100)).unwrap(), Some(at(200)));

    // How it does is told with the item; its place in the queue stays, and a deferral is no failure.
    let job = JobKind::Recognise(items[0].id.clone());
    let problem = Problem { what: "down".into(), hint: "h".into(), since: at(1) };
    store.postpone_job(&job, at(300), &problem).unwrap();
    store.await_speech(unheard(&items[0], Some(problem.clone()))).unwrap();
    store.defer_job(&job, at(7000)).unwrap();
    let waits = store.item(&items[0].id).unwrap().unwrap();
    assert_eq!((waits.recognised_by.as_deref(), waits.problem), (Some("whisper-1"), Some(problem)));
    let all = store.due_jobs(at(7000), usize::MAX, &|_| false).unwrap();
    let speech: Vec<&Job> = all.iter().filter(|j| pass(&j.kind.key())).collect();
    assert_eq!((speech.len(), &speech[8].kind), (9, &job), "it is behind the others");
    for other in &items[1..] {
        store.drop_job(&JobKind::Recognise(other.id.clone())).unwrap();
    }
    let found = store.due_jobs(at(7000), usize::MAX, &|_| false).unwrap();
    let found = found.iter().find(|j| j.kind == job).unwrap();
    assert_eq!((found.attempts, found.due), (1, at(7000)));

    // A poll that began before it was learned does not undo it.
    let mut stale = outcome(&a, &[], 9000);
    stale.changed = vec![Item { link: Some("https://a.example/new".into()), ..items[0].clone() }];
    store.save_poll(stale).unwrap();
    let waits = store.item(&items[0].id).unwrap().unwrap();
    assert_eq!(waits.recognised_by.as_deref(), Some("whisper-1"));
    assert_eq!(waits.link.as_deref(), Some("https://a.example/new"));

    let body = store.put_body(b"{\"segments\":[]}").unwrap();
    let words = TranscriptOutcome {
        item: items[0].id.clone(),
        body,
        origin: TranscriptOrigin::Recognised,
        recognised_by: Some("whisper-1".into()),
        problem: None,
        chapters: Vec::new(),
        drift_ms: None,
        now: at(1),
    };
    store.save_transcript(words).unwrap();
    assert!(!due(&*store, 7000).iter().any(|key| key.starts_with("recognise")));
    store.await_speech(unheard(&items[0], None)).unwrap();
    assert!(!due(&*store, 7000).iter().any(|key| key.starts_with("recognise")), "it has its words");

    assert!(store.set_speech(&a.id, Some(SpeechPolicy::Always)).unwrap());
    assert_eq!(store.source(&a.id).unwrap().unwrap().speech, Some(SpeechPolicy::Always));
    assert!(store.set_speech(&a.id, None).unwrap());
    assert_eq!(store.source(&a.id).unwrap().unwrap().speech, None);
    assert!(!store.set_speech(&SourceId::for_feed("gone"), None).unwrap());
    store.await_speech(unheard(&items[1], None)).unwrap();
    store.remove_source(&a.id).unwrap();
    assert!(due(&*store, 9999).is_empty(), "its work goes with a source");
    assert!(store.await_speech(unheard(&items[1], None)).is_err());
}

fn what_was_public_leaves_a_tombstone(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    let b = source("https://b.example/feed", Visibility::Private(SubscriberId::new("owner")));
    let letters = mailbox("letters", Visibility::Public);
    for source in [&a, &b, &letters] {
        store.add_source((*source).clone()).unwrap();
    }
    let (of_a, of_b) = (publish(&*store, &a, "1", 1, &[]), publish(&*store, &b, "1", 1, &[]));
    let held = arrival(&letters, "1", "a@x", true);
    let of_letters = held.item.as_ref().unwrap().id.clone();
    store.save_mail(vec![held]).unwrap();
    let insight =
        |of: &Item, source: &Source| Gone::Insight(publication(source, of, 0, &[]).insight.id);
    let public = [
        Gone::Source(a.id.clone()),
        Gone::Item(of_a.id.clone()),
        insight(&of_a, &a),
        Gone::Source(letters.id.clone()),
    ];
    let unseen = [
        Gone::Source(b.id.clone()),
        Gone::Item(of_b.id.clone()),
        insight(&of_b, &b),
        Gone::Item(of_letters),
    ];
    let is_gone = |store: &dyn Store, of: &Gone| store.tombstone(of).unwrap().is_some();
    assert!(public.iter().chain(&unseen).all(|of| !is_gone(&*store, of)));
    for source in [&a, &b, &letters] {
        assert!(store.remove_source(&source.id).unwrap());
    }
    drop(store);
    let store = open(dir);
    assert!(public.iter().all(|of| is_gone(&*store, of)));
    assert!(unseen.iter().all(|of| !is_gone(&*store, of)));
    store.add_source(a.clone()).unwrap();
    publish(&*store, &a, "1", 1, &[]);
    assert!(public[..3].iter().all(|of| !is_gone(&*store, of)), "it is there again");
}

fn a_topic_gets_another_slug(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    let b = source("https://b.example/feed", Visibility::Private(SubscriberId::new("owner")));
    for source in [&a, &b] {
        store.add_source((*source).clone()).unwrap();
        publish(&*store, source, "1", 2, &["old", "other"]);
        publish(&*store, source, "2", 1, &["old", "new"]);
    }
    let mut reader = subscriber("owner");
    reader.topics = vec!["old".into(), "other".into()];
    let saved = |query: &str| SavedQuery { name: "x".into(), query: query.into(), saved: at(1) };
    reader.saved = vec![saved("q=tea&topic=old"), saved("q=old")];
    assert!(store.add_subscriber(reader.clone(), secret(1).hash(), at(2000), None).unwrap());
    let entry = store.entries_for(&Scope::Topic("old".into()), None, None, 1).unwrap();
    store.rename_topic("old", "new").unwrap();
    store.rename_topic("old", "new").unwrap();
    assert_eq!(headlines(&*store, &Scope::Topic("new".into()), None).len(), 3);
    assert_eq!(headlines(&*store, &Scope::Topic("old".into()), None).len(), 0);
    assert_eq!(store.entries_for(&Scope::Topic("new".into()), None, None, 1).unwrap(), entry);
    let mut topics = BTreeMap::new();
    store.each_insight(&mut |i| *topics.entry(i.topics).or_insert(0) += 1).unwrap();
    let want = [(vec!["new".to_owned()], 2), (vec!["new".into(), "other".into()], 4)];
    assert_eq!(topics, BTreeMap::from(want));
    let reader = store.subscriber(&reader.id).unwrap().unwrap();
    assert_eq!(reader.topics, ["new", "other"]);
    let queries: Vec<_> = reader.saved.iter().map(|saved| saved.query.as_str()).collect();
    assert_eq!(queries, ["q=tea&topic=new", "q=old"]);
}

fn listens(n: usize) -> Listener {
    let (topic, callback) = ("https://a.example/latest.atom", format!("https://b.example/{n}"));
    Listener {
        id: ListenerId::new(topic, &callback),
        topic: topic.into(),
        callback,
        wish: Some(Wish::new(Mode::Subscribe, Some(format!("secret {n}")), None, at(n as i64))),
        grant: None,
    }
}

fn listeners_are_kept_within_room_and_changed_as_they_are(open: Open, dir: &Path) {
    let store = open(dir);
    let generation = store.generation();
    let room: &dyn Fn(&[Listener]) -> bool = &|all| all.len() < 2;
    assert!(store.ask_hub(listens(1), room).unwrap());
    assert!(store.ask_hub(listens(2), room).unwrap());
    assert!(!store.ask_hub(listens(3), room).unwrap());
    let granted = &mut |listener: &mut Listener| {
        let wish = listener.wish.clone().unwrap();
        listener.confirm(&wish, 7, at(5))
    };
    assert!(store.change_listener(&listens(1).id, granted).unwrap());
    assert!(!store.change_listener(&listens(3).id, granted).unwrap());
    // Who is known may ask again, however many there are; what was granted stays.
    let again = Wish::new(Mode::Unsubscribe, None, None, at(9));
    let ask = Listener { wish: Some(again.clone()), ..listens(1) };
    assert!(store.ask_hub(ask, room).unwrap());
    assert_eq!(store.generation(), generation, "no page shows anything of it");
    drop(store);
    let store = open(dir);
    let mut all = store.listeners().unwrap();
    all.sort_by(|a, b| a.callback.cmp(&b.callback));
    assert_eq!(all[1], listens(2));
    assert_eq!((all[0].wish.as_ref(), all[0].grant.as_ref().unwrap().told), (Some(&again), 7));
    assert!(store.change_listener(&all[0].id, &mut |_| false).unwrap());
    assert_eq!(store.listeners().unwrap(), [listens(2)]);
}

fn mailbox(name: &str, visibility: Visibility) -> Source {
    let policy = MailPolicy::default();
    podbrief::pipeline::new_mailbox(name, format!("{name}-secret"), policy, visibility, at(1000))
}

fn arrival(source: &Source, key: &str, from: &str, held: bool) -> Arrival {
    let mut issue = item(source, key, 900);
    issue.kind = ItemKind::Issue;
    issue.state = if held { ItemState::Held } else { ItemState::New };
    issue.mail = Some(MailFacts {
        seq: 0,
        from: from.into(),
        verdict: Verdict::default(),
        held: held.then(|| "a stranger".to_owned()),
        notice: None,
        unsubscribe: None,
        images: Vec::new(),
    });
    let learn = Some(Sender { address: from.into(), verified: true, since: at(1) });
    let learn = learn.filter(|_| !held);
    Arrival { source: source.id.clone(), item: Some(issue), learn, now: at(1001) }
}

fn issues(store: &dyn Store, source: &Source, viewer: Option<&SubscriberId>) -> Vec<String> {
    let found = store.issues_for(&source.id, viewer, None, 10).unwrap();
    found.into_iter().map(|i| i.key).collect()
}

fn mail_is_kept_once_and_in_the_order_of_arrival(open: Open, dir: &Path) {
    let store = open(dir);
    let owner = SubscriberId::new("operator");
    let tea = mailbox("tea", Visibility::Private(owner.clone()));
    store.add_source(tea.clone()).unwrap();
    assert_eq!(store.next_due(at(0)).unwrap(), None, "nothing is asked for mail");
    assert_eq!(store.poll_now(None, at(1)).unwrap(), 0);
    let gone = mailbox("gone", Visibility::Public);
    let batch = vec![
        arrival(&tea, "1", "a@x", false),
        arrival(&tea, "2", "b@x", false),
        arrival(&tea, "1", "a@x", false),
        arrival(&gone, "1", "a@x", false),
        Arrival { source: tea.id.clone(), item: None, learn: None, now: at(9) },
    ];
    let new = [Added::New, Added::New, Added::Existing, Added::Existing, Added::Existing];
    assert_eq!(store.save_mail(batch).unwrap(), new);
    assert_eq!(store.save_mail(vec![arrival(&tea, "2", "b@x", false)]).unwrap(), [Added::Existing]);
    assert_eq!(due(&*store, 1001).len(), 2);
    assert_eq!(issues(&*store, &tea, Some(&owner)), ["2", "1"]);
    assert!(issues(&*store, &tea, None).is_empty(), "it is private");
    let source = store.source(&tea.id).unwrap().unwrap();
    let mailbox = source.mailbox().unwrap();
    assert_eq!((mailbox.ignored, mailbox.last, source.coverage.items), (1, Some(at(1001)), 2));
    let senders: Vec<_> = mailbox.senders.iter().map(|s| s.address.as_str()).collect();
    assert_eq!(senders, ["a@x"], "only the first is learned");
    let first = store.issues_for(&tea.id, Some(&owner), None, 1).unwrap().remove(0);
    let seq = first.mail.unwrap().seq;
    let older = store.issues_for(&tea.id, Some(&owner), Some(seq), 9).unwrap();
    assert_eq!(older[0].key, "1");
    assert!(store.remove_source(&tea.id).unwrap());
    assert_eq!(store.counts().unwrap(), Counts::default());
}

fn what_is_held_is_released_by_trust(open: Open, dir: &Path) {
    let store = open(dir);
    let tea = mailbox("tea", Visibility::Public);
    store.add_source(tea.clone()).unwrap();
    store
        .save_mail(vec![arrival(&tea, "1", "a@x", false), arrival(&tea, "2", "b@x", true)])
        .unwrap();
    assert_eq!(issues(&*store, &tea, None), ["1"]);
    let sender = Sender { address: "b@x".into(), verified: false, since: at(5000) };
    assert_eq!(store.trust_sender(&tea.id, sender.clone()).unwrap(), Some(1));
    assert_eq!(store.trust_sender(&tea.id, sender.clone()).unwrap(), Some(0));
    assert_eq!(issues(&*store, &tea, None), ["2", "1"], "it arrives now");
    assert_eq!(due(&*store, 5000).len(), 2);
    assert!(store.set_policy(&tea.id, MailPolicy::Reject).unwrap());
    let source = store.source(&tea.id).unwrap().unwrap();
    assert_eq!(source.mailbox().unwrap().policy, MailPolicy::Reject);
    let feed = self::source("https://a.example/feed", Visibility::Public);
    store.add_source(feed.clone()).unwrap();
    assert_eq!(store.trust_sender(&feed.id, sender).unwrap(), None);
    let route = Route::ListId("tea.example".into());
    let folder = Folder { name: "me@host INBOX".into(), validity: 3, seen: 9 };
    store.save_folder(&folder).unwrap();
    assert_eq!(store.folder("me@host INBOX").unwrap(), Some(folder));
    assert_eq!(store.folder("me@host").unwrap(), None);
    assert!(!store.set_routes(&feed.id, vec![route.clone()]).unwrap());
    assert!(store.folder("me@host INBOX").unwrap().is_some());
    assert!(store.set_routes(&tea.id, vec![route.clone()]).unwrap());
    assert_eq!(store.folder("me@host INBOX").unwrap(), None, "all is looked at again");
    let mine = Visibility::Private(SubscriberId::new("me"));
    assert!(store.set_visibility(&tea.id, mine.clone()).unwrap());
    assert!(!store.set_visibility(&feed.id, mine.clone()).unwrap());
    let changed = store.source(&tea.id).unwrap().unwrap();
    assert_eq!((&changed.visibility, &changed.mailbox().unwrap().routes), (&mine, &vec![route]));
    assert_eq!(issues(&*store, &tea, None), [""; 0]);
    assert!(store.set_visibility(&tea.id, Visibility::Public).unwrap());
    assert!(!store.set_policy(&feed.id, MailPolicy::Accept).unwrap());
    let folder = Folder { name: "me@host INBOX".into(), validity: 7, seen: 12 };
    store.save_folder(&folder).unwrap();
    let mut bytes = Vec::new();
    store.backup(&mut bytes, at(5)).unwrap();
    let path = dir.join("backup");
    std::fs::write(&path, &bytes).unwrap();
    let file = || -> std::io::Result<Box<dyn std::io::BufRead>> {
        Ok(Box::new(std::io::BufReader::new(std::fs::File::open(&path)?)))
    };
    let second = dir.join("second");
    sled::restore(&second, at(6), &file).unwrap();
    let restored = open(&second);
    assert_eq!(issues(&*restored, &tea, None), ["2", "1"]);
    assert_eq!(
        restored.folder("me@host INBOX").unwrap(),
        Some(folder),
        "mail is not fetched twice"
    );
}

fn everything_survives_a_reopen(open: Open, dir: &Path) {
    let a = source("https://a.example/feed", Visibility::Public);
    let before = {
        let store = open(dir);
        store.add_source(a.clone()).unwrap();
        publish(&*store, &a, "1", 3, &["ai"]);
        (store.counts().unwrap(), headlines(&*store, &Scope::Latest, None))
    };
    let store = open(dir);
    assert_eq!((store.counts().unwrap(), headlines(&*store, &Scope::Latest, None)), before);
    publish(&*store, &a, "2", 1, &[]);
    let seqs: Vec<u64> =
        store.insights_for(&Scope::Latest, None, None, 9).unwrap().iter().map(|i| i.seq).collect();
    assert_eq!(seqs.len(), 4);
    assert!(seqs.is_sorted_by(|a, b| a > b), "places go on where they ended: {seqs:?}");
}

fn a_backup_restores_to_the_same(open: Open, dir: &Path) {
    let first = dir.join("first");
    let a = source("https://a.example/feed", Visibility::Public);
    let store = open(&first);
    store.add_source(a.clone()).unwrap();
    store.ask_hub(listens(1), &|_| true).unwrap();
    let mut item = publish(&*store, &a, "1", 3, &["ai"]);
    let held = go(reserve(&*store, &a, 1, 1000));
    store.settle(held, Settled::Answered(reply("yes"))).unwrap();
    let [of, to] = [0, 1].map(|n| publication(&a, &item, n, &[]).insight.id);
    let (stance, model) = (Stance::Supports, "m".to_owned());
    let relation = Relation { of: of.clone(), to: to.clone(), stance, model, at: at(9) };
    store.save_relations(vec![relation.clone()]).unwrap();
    item = store.item(&item.id).unwrap().unwrap();
    let mut bytes = Vec::new();
    let written = store.backup(&mut bytes, at(5)).unwrap();
    let path = dir.join("backup");
    let file = || -> std::io::Result<Box<dyn std::io::BufRead>> {
        Ok(Box::new(std::io::BufReader::new(std::fs::File::open(&path)?)))
    };
    for cut in [0, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        assert!(sled::verify(&file).is_err(), "cut at {cut}");
    }
    let mut broken = bytes.clone();
    let middle = broken.len() / 2;
    broken[middle] ^= 1;
    std::fs::write(&path, &broken).unwrap();
    assert!(sled::restore(&dir.join("bad"), at(6), &file).is_err());
    std::fs::write(&path, &bytes).unwrap();
    let second = dir.join("second");
    let read = sled::restore(&second, at(6), &file).unwrap();
    assert_eq!((read.rows, read.bodies), (written.rows, written.bodies));
    let restored = open(&second);
    assert_eq!(restored.instance().unwrap(), store.instance().unwrap());
    assert_eq!(restored.sources().unwrap(), store.sources().unwrap());
    assert_eq!(restored.listeners().unwrap(), [listens(1)]);
    assert_eq!(restored.answer(&call(1), &a.id).unwrap(), Some(reply("yes")));
    assert_eq!(restored.accounts("").unwrap(), store.accounts("").unwrap());
    assert_eq!(restored.relations_of(&of, None).unwrap(), std::slice::from_ref(&relation));
    assert_eq!(restored.relations_of(&to, None).unwrap(), [relation]);
    assert_eq!(restored.item(&item.id).unwrap(), Some(item.clone()));
    assert_eq!(restored.counts().unwrap(), store.counts().unwrap());
    let list = |s: &dyn Store| s.entries_for(&Scope::Topic("ai".into()), None, None, 9).unwrap();
    assert_eq!(list(&*restored), list(&*store));
    assert_eq!(due(&*restored, i64::MAX), due(&*store, i64::MAX));
    assert_eq!(vectors(&*restored, MODEL), vectors(&*store, MODEL));
    assert_eq!(vectors(&*restored, MODEL).len(), 3);
    let body = item.transcript.unwrap();
    assert_eq!(restored.body(&body).unwrap(), store.body(&body).unwrap());
    assert!(sled::restore(&second, at(6), &file).is_err(), "what is there is not written over");
}

fn tokens(tokens_in: u64, tokens_out: u64) -> Spend {
    Spend { tokens_in, tokens_out, money: tokens_in + 2 * tokens_out }
}

fn call(n: u16) -> CallId {
    CallId::new("model", 1, &n.to_string())
}

fn reply(said: &str) -> Reply {
    Reply { said: Ok(said.into()), spent: tokens(90, 10) }
}

/// Sets 100 tokens aside.
fn reserve(store: &dyn Store, source: &Source, n: u16, now: i64) -> Reserved {
    store.reserve(&call(n), &source.id, tokens(100, 0), &Caps::default(), at(now)).unwrap()
}

fn go(reserved: Reserved) -> Held {
    match reserved {
        Reserved::Go(held) => held,
        other => panic!("{other:?}"),
    }
}

fn a_call_is_paid_once_and_kept_with_its_answer(open: Open, dir: &Path) {
    let a = source("https://a.example/feed", Visibility::Public);
    {
        let store = open(dir);
        store.add_source(a.clone()).unwrap();
        let generation = store.generation();
        let held = go(reserve(&*store, &a, 1, 1000));
        assert_eq!(store.accounts("").unwrap()[0].held, tokens(100, 0));
        assert_eq!(store.answer(&call(1), &a.id).unwrap(), None);
        store.settle(held, Settled::Answered(reply("yes"))).unwrap();
        // What was not taken on costs nothing.
        store.settle(go(reserve(&*store, &a, 2, 1000)), Settled::Free).unwrap();
        assert_eq!(store.generation(), generation, "no page shows it");
    }
    let store = open(dir);
    assert_eq!(store.answer(&call(1), &a.id).unwrap(), Some(reply("yes")));
    assert_eq!(reserve(&*store, &a, 1, 2000), Reserved::Answered(reply("yes")));
    let accounts = store.accounts("").unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!((accounts[0].answered, accounts[0].lost), (1, 0));
    assert_eq!((accounts[0].spent, accounts[0].held), (tokens(90, 10), Spend::default()));
    assert_eq!(accounts[0].day, "1970-01-01");
    assert!(store.accounts("1970-01-02").unwrap().is_empty());
    assert_eq!(store.forget_calls(at(1000)).unwrap(), 0);
    assert_eq!(store.forget_calls(at(1001)).unwrap(), 1);
    assert_eq!(store.answer(&call(1), &a.id).unwrap(), None);
    // Who is gone meanwhile has spent it all the same.
    let held = go(reserve(&*store, &a, 3, 1000));
    store.remove_source(&a.id).unwrap();
    store.settle(held, Settled::Answered(reply("late"))).unwrap();
    assert_eq!(store.answer(&call(3), &a.id).unwrap(), None);
    assert_eq!(store.accounts("").unwrap()[0].spent, tokens(180, 20));
}

fn a_call_that_is_lost_is_made_once_more_and_no_oftener(open: Open, dir: &Path) {
    let a = source("https://a.example/feed", Visibility::Public);
    let day = 24 * 3600;
    {
        let store = open(dir);
        store.add_source(a.clone()).unwrap();
        go(reserve(&*store, &a, 1, 1000));
    }
    // The program was killed; it is the next day.
    let store = open(dir);
    let held = go(reserve(&*store, &a, 1, day));
    let accounts = store.accounts("").unwrap();
    assert_eq!((accounts[0].lost, accounts[0].lost_spend), (1, tokens(100, 0)));
    assert_eq!((accounts[0].held, accounts[1].held), (Spend::default(), tokens(100, 0)));
    store.settle(held, Settled::Lost).unwrap();
    assert_eq!(reserve(&*store, &a, 1, day), Reserved::GivenUp);
    assert_eq!(store.accounts("").unwrap()[1].lost_spend, tokens(100, 0));
    assert_eq!(store.accounts("").unwrap()[1].held, Spend::default());
    // One that is lost and then answered is answered.
    store.settle(go(reserve(&*store, &a, 2, day)), Settled::Lost).unwrap();
    let held = go(reserve(&*store, &a, 2, day));
    store.settle(held, Settled::Answered(reply("yes"))).unwrap();
    assert_eq!(reserve(&*store, &a, 2, day), Reserved::Answered(reply("yes")));
}

fn calls_are_made_within_the_days_limits(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    let b = source("https://b.example/feed", Visibility::Public);
    for source in [&a, &b] {
        store.add_source(source.clone()).unwrap();
    }
    let caps = Caps { tokens: 400, source_tokens: 250, ..Caps::default() };
    let ask = |source: &Source, n: u16, now: i64| {
        store.reserve(&call(n), &source.id, tokens(100, 0), &caps, at(now)).unwrap()
    };
    // Set aside, spent and lost count alike.
    store.settle(go(ask(&a, 1, 1000)), Settled::Answered(reply("yes"))).unwrap();
    store.settle(go(ask(&a, 2, 1000)), Settled::Lost).unwrap();
    assert_eq!(ask(&a, 3, 1000), Reserved::Full(Cap::SourceTokens));
    assert_eq!(store.accounts("").unwrap().iter().filter(|a| a.full.is_some()).count(), 1);
    go(ask(&b, 4, 1000));
    go(ask(&b, 5, 1000));
    assert_eq!(ask(&b, 6, 1000), Reserved::Full(Cap::Tokens));
    assert_eq!(ask(&b, 6, 1000), Reserved::Full(Cap::Tokens));
    assert!(matches!(ask(&a, 1, 1000), Reserved::Answered(_)), "what was paid is there");
    go(ask(&a, 3, 24 * 3600));
}

fn drafts_wait_to_be_written(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    store.add_source(a.clone()).unwrap();
    let item = item(&a, "1", 900);
    store.save_poll(outcome(&a, std::slice::from_ref(&item), 5000)).unwrap();
    let body = store.put_body(b"{\"segments\":[]}").unwrap();
    let origin = TranscriptOrigin::Publisher;
    let words = TranscriptOutcome {
        item: item.id.clone(),
        body: body.clone(),
        origin,
        recognised_by: None,
        problem: None,
        chapters: Vec::new(),
        drift_ms: None,
        now: at(1),
    };
    store.save_transcript(words).unwrap();
    store.save_drafts(&item.id, body.clone(), at(2)).unwrap();
    assert_eq!(due(&*store, 4000), [format!("write/{}", item.id)]);
    let state = store.item(&item.id).unwrap().unwrap().state;
    assert_eq!(state, ItemState::Drafted { origin, drafts: body, since: at(2) });
    let mut dropped = BTreeMap::new();
    dropped.insert("quote".to_owned(), 2);
    let tally = Tally { passages: 3, written: 1, fell_back: 2, dropped, ..Tally::default() };
    let writing = Some(Writing { tally: tally.clone(), at: at(3), relate: true });
    let publications = vec![publication(&a, &item, 0, &[])];
    let extraction = Extraction { item: item.id.clone(), origin, publications, writing };
    assert_eq!(store.save_extraction(extraction).unwrap().len(), 1);
    assert_eq!(due(&*store, 4000), [format!("relate/{}", item.id)]);
    let coverage = store.source(&a.id).unwrap().unwrap().coverage;
    assert_eq!((coverage.to_write, coverage.written, coverage.dropped), (3, 1, 2));
    assert_eq!(store.accounts("").unwrap()[0].tally, tally);
    // Jobs that have no room are passed over.
    let passed = store.due_jobs(at(4000), 9, &|key| key.starts_with("relate/")).unwrap();
    assert!(passed.is_empty());
    store.remove_source(&a.id).unwrap();
    assert!(due(&*store, i64::MAX).is_empty());
}

fn relations_are_found_from_both_sides_and_go_with_their_insights(open: Open, dir: &Path) {
    let store = open(dir);
    let a = source("https://a.example/feed", Visibility::Public);
    let b = source("https://b.example/feed", Visibility::Public);
    let owner = SubscriberId::new("owner");
    let c = source("https://c.example/feed", Visibility::Private(owner.clone()));
    let mut ids = Vec::new();
    for source in [&a, &b, &c] {
        store.add_source(source.clone()).unwrap();
        let item = publish(&*store, source, "1", 1, &[]);
        ids.push(publication(source, &item, 0, &[]).insight.id);
    }
    let relation = |of: usize, to: usize| Relation {
        of: ids[of].clone(),
        to: ids[to].clone(),
        stance: Stance::Contradicts,
        model: "m".into(),
        at: at(9),
    };
    let generation = store.generation();
    store.save_relations(vec![relation(1, 0), relation(2, 0)]).unwrap();
    assert_ne!(store.generation(), generation, "pages show it");
    let of = |n: usize, viewer: Option<&SubscriberId>| store.relations_of(&ids[n], viewer).unwrap();
    assert_eq!(of(0, None), [relation(1, 0)], "what is private is no one else's");
    assert_eq!(of(1, None), [relation(1, 0)]);
    assert_eq!(of(0, Some(&owner)).len(), 2);
    store.remove_source(&b.id).unwrap();
    assert!(of(0, None).is_empty());
    store.save_relations(vec![relation(1, 0)]).unwrap();
    assert!(of(0, None).is_empty(), "one that is gone has none");
}

/// Of one model, by insight.
fn vectors(store: &dyn Store, model: &str) -> BTreeMap<InsightId, Vector> {
    let mut all = BTreeMap::new();
    store
        .each_embedding(model, &mut |id, vector| assert!(all.insert(id, vector).is_none()))
        .unwrap();
    all
}

fn vectors_are_kept_with_their_model(open: Open, dir: &Path) {
    let a = source("https://a.example/feed", Visibility::Public);
    let store = open(dir);
    store.add_source(a.clone()).unwrap();
    let item = publish(&*store, &a, "1", 3, &[]);
    let ids: Vec<InsightId> =
        store.insights_of_item(&item.id, None).unwrap().into_iter().map(|i| i.id).collect();
    let first = vectors(&*store, MODEL);
    assert_eq!(first.len(), 3);
    let generation = store.generation();
    let gone = InsightId::new(&item.id, 77, 77, "gone");
    let new = vec![embedding(&ids[0], "other", 9), embedding(&gone, "other", 9)];
    store.save_embeddings(new, Some(at(7))).unwrap();
    assert_eq!(store.generation(), generation, "no page shows a vector");
    assert!(due(&*store, 7).contains(&JobKind::Embed.key()));
    drop(store);

    let store = open(dir);
    let other = vectors(&*store, "other");
    assert_eq!(other.keys().collect::<Vec<_>>(), [&ids[0]], "of what is gone there is none");
    assert_eq!(vectors(&*store, MODEL).len(), 2, "the new one took the old one's place");
    assert_eq!(vectors(&*store, MODEL)[&ids[1]], first[&ids[1]]);
    let one = |id: &InsightId| store.embedding(MODEL, id).unwrap();
    assert_eq!((one(&ids[0]), one(&ids[1])), (None, Some(first[&ids[1]].clone())));
    assert_eq!(one(&gone), None);
    store.save_embeddings(Vec::new(), None).unwrap();
    assert!(!due(&*store, i64::MAX).contains(&JobKind::Embed.key()));
    store.remove_source(&a.id).unwrap();
    assert!(vectors(&*store, MODEL).is_empty() && vectors(&*store, "other").is_empty());
}

fn what_has_no_vector_is_given_one_later(open: Open, dir: &Path) {
    let a = source("https://a.example/feed", Visibility::Public);
    let store = open(dir);
    store.add_source(a.clone()).unwrap();
    publish(&*store, &a, "1", 1, &[]);
    assert!(!due(&*store, i64::MAX).contains(&JobKind::Embed.key()), "all have one");
    let item = item(&a, "2", 901);
    store.save_poll(outcome(&a, std::slice::from_ref(&item), 5000)).unwrap();
    let body = store.put_body(b"{\"segments\":[]}").unwrap();
    let origin = TranscriptOrigin::Publisher;
    let words = TranscriptOutcome {
        item: item.id.clone(),
        body,
        origin,
        recognised_by: None,
        problem: None,
        chapters: Vec::new(),
        drift_ms: None,
        now: at(1),
    };
    store.save_transcript(words).unwrap();
    let bare = Publication { embedding: None, ..publication(&a, &item, 0, &[]) };
    let extraction = Extraction { item: item.id, origin, publications: vec![bare], writing: None };
    store.save_extraction(extraction).unwrap();
    assert!(due(&*store, 1002).contains(&JobKind::Embed.key()));
}

fn bodies_are_kept_once(open: Open, dir: &Path) {
    let store = open(dir);
    let text = "words ".repeat(10_000);
    let id = store.put_body(text.as_bytes()).unwrap();
    assert_eq!(store.put_body(text.as_bytes()).unwrap(), id);
    assert_eq!(store.body(&id).unwrap(), text.as_bytes());
    assert!(store.body(&BlobId::of(b"other")).is_err());
}

fn polls_are_moved_all_at_once(open: Open, dir: &Path) {
    let store = open(dir);
    let (a, b) = (
        source("https://a.example/", Visibility::Public),
        source("https://b.example/", Visibility::Public),
    );
    store.add_source(a.clone()).unwrap();
    store.add_source(b.clone()).unwrap();
    store.set_status(&b.id, SourceStatus::Paused, at(1)).unwrap();
    let gone = SourceId::for_feed("https://gone.example/");
    store.move_polls(&[(a.id.clone(), at(5000)), (b.id.clone(), at(5)), (gone, at(5))]).unwrap();
    assert_eq!(store.source(&a.id).unwrap().unwrap().poll.next, at(5000));
    assert_eq!(store.next_due(at(0)).unwrap(), Some(at(5000)), "a paused source stays paused");
    assert_eq!(store.due_jobs(at(5000), 9, &|_| false).unwrap().len(), 1, "a poll is queued once");
}

fn a_source_keeps_its_lease_and_its_name_when_it_moves(open: Open, dir: &Path) {
    let store = open(dir);
    let one = source("https://a.example/", Visibility::Public);
    store.add_source(one.clone()).unwrap();
    let lease = Lease {
        hub: "https://hub.example/".into(),
        topic: "https://a.example/".into(),
        token: "t".into(),
        secret: "s".into(),
        asked: at(1),
        failures: 0,
        until: Some(at(9000)),
        told: None,
        missed: false,
        problem: None,
    };
    assert!(store.save_lease(&one.id, Some(lease.clone())).unwrap());
    store.save_poll(outcome(&one, &[], 7000)).unwrap();
    let kept = store.source(&one.id).unwrap().unwrap();
    assert_eq!(kept.lease, Some(lease.clone()), "a poll does not touch it");
    store.set_status(&one.id, SourceStatus::Gone, at(1)).unwrap();
    let kind = SourceKind::Feed { url: "https://new.example/".into() };
    assert!(store.move_source(&one.id, kind.clone(), at(6)).unwrap());
    let moved = store.source(&one.id).unwrap().unwrap();
    assert_eq!((moved.status, moved.kind, moved.lease), (SourceStatus::Active, kind.clone(), None));
    assert_eq!(store.next_due(at(0)).unwrap(), Some(at(6)));
    let gone = SourceId::for_feed("https://gone.example/");
    assert!(
        !store.save_lease(&gone, None).unwrap() && !store.move_source(&gone, kind, at(6)).unwrap()
    );
}

fn ids_rest_on_what_was_minted_first(open: Open, dir: &Path) {
    let minted = open(dir).instance().unwrap();
    assert_eq!(minted.authority, "brief.example.org,1970-01-01");
    let mint = sled::Mint { now: at(99_999_999), host: "moved.example.org", random: "other" };
    assert_eq!(open_free(dir, &mint).instance().unwrap(), minted);
    // A closed store opens again.
    drop(open_free(dir, &mint));
    let held = open(dir);
    assert!(matches!(sled::open(dir, &mint).map(|_| ()), Err(StoreError::Locked(_))));
    drop(held);
}

fn secret(n: u8) -> Secret {
    let bytes: Vec<u8> = (0..64).map(|at: u8| at.wrapping_mul(7).wrapping_add(n)).collect();
    Secret::from_random(&bytes).unwrap()
}

fn subscriber(name: &str) -> Subscriber {
    Subscriber {
        id: SubscriberId::new(name),
        created: at(1000),
        interests: "grid".into(),
        topics: vec!["ai".into()],
        sources: Vec::new(),
        muted: Vec::new(),
        saved: Vec::new(),
        zone: "Europe/Berlin".into(),
        hour: 7,
        size: 5,
        shape: Shape::Digest,
        days: Days::Daily,
        explore: true,
        language: "en".into(),
        progress: Progress::default(),
    }
}

fn add_reader(store: &dyn Store, name: &str, n: u8) -> Subscriber {
    let reader = subscriber(name);
    assert!(store.add_subscriber(reader.clone(), secret(n).hash(), at(2000), None).unwrap());
    reader
}

fn edition(reader: &Subscriber, day: &str, insight: &InsightId) -> (Edition, Vec<Delivered>) {
    let pick = Pick {
        insight: insight.clone(),
        source: SourceId::for_feed("https://a.example/feed"),
        show: "A".into(),
        entry_id: format!("tag:x:{insight}"),
        title: "t".into(),
        summary: "s".into(),
        content_html: "<p>c</p>".into(),
        links_html: String::new(),
        reason: "r".into(),
        explores: false,
        private: false,
        authors: Vec::new(),
        topics: Vec::new(),
        via: None,
        language: None,
    };
    let edition = Edition {
        subscriber: reader.id.clone(),
        day: day.parse().unwrap(),
        number: 0,
        made: at(3000),
        entry_id: format!("tag:x:{day}"),
        title: day.into(),
        picks: vec![pick],
    };
    let row = Delivered {
        subscriber: reader.id.clone(),
        insight: insight.clone(),
        edition: 0,
        claim: "c".into(),
    };
    (edition, vec![row])
}

fn compose(store: &dyn Store, reader: &Subscriber, day: &str, n: usize) -> Option<Edition> {
    let id = InsightId::new(&ItemId::new(&SourceId::for_feed("x"), "1"), n, n, "q");
    let composition = Composition {
        subscriber: reader.id.clone(),
        day: Some(day.parse().unwrap()),
        edition: Some(edition(reader, day, &id)),
        seq: n as u64,
        next: at(9000 + n as i64),
        keep: 3,
    };
    store.save_edition(composition).unwrap()
}

fn a_reader_is_found_by_the_hash_of_their_secret(open: Open, dir: &Path) {
    let store = open(dir);
    let reader = add_reader(&*store, "a", 1);
    let other = add_reader(&*store, "b", 2);
    let access = store.access(&secret(1).hash(), at(5)).unwrap().unwrap();
    assert_eq!((access.subscriber, access.moved), (reader.id.clone(), None));
    assert!(store.access(&secret(3).hash(), at(5)).unwrap().is_none());
    assert_eq!(due(&*store, 2000).len(), 2);
    let changed = store.change_subscriber(&reader.id, Some(at(7000)), &mut |r| {
        r.interests = "trains".into();
        r.id = SubscriberId::new("thief");
        r.progress.seq = 99;
    });
    let changed = changed.unwrap().unwrap();
    assert_eq!((&*changed.interests, &changed.id, changed.progress.seq), ("trains", &reader.id, 0));
    assert_eq!(store.subscriber(&reader.id).unwrap(), Some(changed));
    assert_eq!(due(&*store, 6999), [format!("compose/{}", other.id)]);
    assert_eq!(store.subscribers().unwrap().len(), 2);
    let key = store.server_key([7; 32]).unwrap();
    assert_eq!(store.server_key([8; 32]).unwrap(), key, "the first key is kept");
}

fn a_changed_secret_says_so_for_a_while(open: Open, dir: &Path) {
    let store = open(dir);
    let reader = add_reader(&*store, "a", 1);
    let grace = Moved { at: at(100), until: at(200) };
    assert!(store.change_secret(&reader.id, secret(2).hash(), at(100), Some(grace)).unwrap());
    let old = |now| store.access(&secret(1).hash(), at(now)).unwrap();
    assert_eq!(old(199).unwrap().moved, Some(grace));
    assert!(old(200).is_none());
    assert!(store.access(&secret(2).hash(), at(500)).unwrap().unwrap().moved.is_none());
    let later = Moved { at: at(150), until: at(250) };
    store.change_secret(&reader.id, secret(3).hash(), at(150), Some(later)).unwrap();
    assert_eq!(old(199).unwrap().moved, Some(grace), "an old one keeps its own end");
    store.change_secret(&reader.id, secret(4).hash(), at(160), None).unwrap();
    for n in 1..=3 {
        assert!(store.access(&secret(n).hash(), at(161)).unwrap().is_none(), "{n} ended at once");
    }
    let nobody = SubscriberId::new("nobody");
    assert!(!store.change_secret(&nobody, secret(5).hash(), at(1), None).unwrap());
}

fn an_invitation_is_good_once(open: Open, dir: &Path) {
    let store = open(dir);
    let invite = Invite { hash: secret(9).hash(), created: at(0), until: at(1500) };
    store.add_invite(invite.clone(), at(0)).unwrap();
    assert!(store.invite(&invite.hash, at(1499)).unwrap());
    assert!(!store.invite(&invite.hash, at(1500)).unwrap());
    let sign_up = |name: &str, n| {
        store.add_subscriber(subscriber(name), secret(n).hash(), at(1), Some(&invite.hash)).unwrap()
    };
    assert!(sign_up("a", 1));
    assert!(!sign_up("b", 2), "it was used");
    assert_eq!(store.subscribers().unwrap().len(), 1);
}

fn a_day_has_one_edition(open: Open, dir: &Path) {
    let store = open(dir);
    let reader = add_reader(&*store, "a", 1);
    let first = compose(&*store, &reader, "2026-11-24", 1).unwrap();
    assert_eq!(first.number, 1);
    assert_eq!(due(&*store, 9001), [format!("compose/{}", reader.id)]);
    assert!(compose(&*store, &reader, "2026-11-24", 2).is_none());
    assert_eq!(store.edition_of(&reader.id, first.day).unwrap(), Some(first.clone()));
    for n in 3..7 {
        compose(&*store, &reader, &format!("2026-12-{n:02}"), n).unwrap();
    }
    let numbers = |before| -> Vec<u64> {
        store.editions(&reader.id, before, 10).unwrap().iter().map(|e| e.number).collect()
    };
    assert_eq!(numbers(None), [5, 4, 3], "old ones leave the feed");
    assert_eq!(numbers(Some(5)), [4, 3]);
    assert!(compose(&*store, &reader, "2026-11-24", 8).is_none(), "but their days stay taken");
    assert_eq!(store.delivered(&reader.id).unwrap().len(), 5, "and the ledger whole");
    let progress = store.subscriber(&reader.id).unwrap().unwrap().progress;
    assert_eq!((progress.editions, progress.seq), (5, 6));
    store.plan_edition(&reader.id, at(1)).unwrap();
    assert_eq!(due(&*store, 1).len(), 1);
}

fn votes_replace_each_other_and_can_be_taken_back(open: Open, dir: &Path) {
    let store = open(dir);
    let reader = add_reader(&*store, "a", 1);
    let insight = InsightId::new(&ItemId::new(&SourceId::for_feed("x"), "1"), 1, 1, "q");
    let vote = |kind, n| Vote {
        subscriber: reader.id.clone(),
        insight: insight.clone(),
        kind,
        at: at(n),
        headline: "h".into(),
        source: SourceId::for_feed("x"),
        topics: Vec::new(),
    };
    assert!(store.save_vote(vote(VoteKind::More, 1)).unwrap());
    assert!(store.save_vote(vote(VoteKind::Less, 2)).unwrap());
    assert_eq!(store.votes(&reader.id).unwrap(), [vote(VoteKind::Less, 2)]);
    store.drop_votes(&reader.id, Some(&insight)).unwrap();
    assert!(store.vote(&reader.id, &insight).unwrap().is_none());
    let nobody = SubscriberId::new("nobody");
    assert!(!store.save_vote(Vote { subscriber: nobody, ..vote(VoteKind::More, 1) }).unwrap());
}

fn a_reader_who_leaves_leaves_nothing(open: Open, dir: &Path) {
    let store = open(dir);
    let counts = store.counts().unwrap();
    let stays = add_reader(&*store, "b", 2);
    let reader = add_reader(&*store, "a", 1);
    compose(&*store, &reader, "2026-11-24", 1).unwrap();
    let own = source("https://own.example/feed", Visibility::Private(reader.id.clone()));
    store.add_source(own.clone()).unwrap();
    publish(&*store, &own, "1", 1, &[]);
    assert!(store.remove_subscriber(&reader.id).unwrap());
    assert!(!store.remove_subscriber(&reader.id).unwrap());
    assert!(store.access(&secret(1).hash(), at(1)).unwrap().is_none());
    assert!(store.editions(&reader.id, None, 9).unwrap().is_empty());
    assert!(store.delivered(&reader.id).unwrap().is_empty());
    assert!(store.source(&own.id).unwrap().is_none(), "private sources go too");
    assert_eq!(store.counts().unwrap(), Counts { jobs: counts.jobs + 1, ..counts });
    assert!(
        store.access(&secret(2).hash(), at(1)).unwrap().is_some_and(|a| a.subscriber == stays.id)
    );
    let left = Composition {
        subscriber: reader.id,
        day: None,
        edition: None,
        seq: 0,
        next: at(1),
        keep: 1,
    };
    assert!(store.save_edition(left).unwrap().is_none(), "a job that ran meanwhile is dropped");
}

fn a_backup_holds_readers_without_their_secrets(open: Open, dir: &Path) {
    let store = open(&dir.join("first"));
    let reader = add_reader(&*store, "a", 1);
    let key = store.server_key([7; 32]).unwrap();
    compose(&*store, &reader, "2026-11-24", 1).unwrap();
    store
        .add_invite(Invite { hash: secret(9).hash(), created: at(0), until: at(9) }, at(0))
        .unwrap();
    let mut bytes = Vec::new();
    store.backup(&mut bytes, at(5)).unwrap();
    let path = dir.join("backup");
    std::fs::write(&path, &bytes).unwrap();
    let file = || -> std::io::Result<Box<dyn std::io::BufRead>> {
        Ok(Box::new(std::io::BufReader::new(std::fs::File::open(&path)?)))
    };
    let text = zstd::decode_all(&bytes[..]).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(!text.contains(secret(1).reveal()) && text.contains(secret(1).hash().as_str()));
    sled::restore(&dir.join("second"), at(6), &file).unwrap();
    let restored = open(&dir.join("second"));
    assert_eq!(restored.subscribers().unwrap(), store.subscribers().unwrap());
    assert_eq!(
        restored.access(&secret(1).hash(), at(7)).unwrap(),
        store.access(&secret(1).hash(), at(7)).unwrap()
    );
    assert_eq!(
        restored.editions(&reader.id, None, 9).unwrap(),
        store.editions(&reader.id, None, 9).unwrap()
    );
    assert_eq!(restored.delivered(&reader.id).unwrap(), store.delivered(&reader.id).unwrap());
    assert!(restored.invite(&secret(9).hash(), at(8)).unwrap());
    assert_eq!(restored.server_key([8; 32]).unwrap(), key);
    assert!(compose(&*restored, &reader, "2026-11-24", 2).is_none());
}
