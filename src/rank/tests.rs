//! Editions from candidates whose meaning is laid out by hand: one direction a subject.

use std::collections::HashSet;

use proptest::prelude::*;

use super::edition::{Choice, Given, Ledger, Wish, compose};
use super::explain::Reason;
use super::profile::{Candidate, Interest, Profile, split_interests};
use super::taste::{Taste, Voted};
use crate::model::{InsightId, ItemId, SourceId, Timestamp, VoteKind};
use crate::text::embed::{DIMENSIONS, Vector};

const NOW: i64 = 1_795_503_600;

fn now() -> Timestamp {
    Timestamp::from_secs(NOW)
}

/// Mostly one subject, a little of its own.
fn vector(subject: usize, n: usize) -> Vector {
    let mut values = [0.0; DIMENSIONS];
    values[subject] = 1.0;
    values[20 + n % (DIMENSIONS - 20)] = 0.9;
    Vector::new(&values)
}

fn show(n: usize) -> SourceId {
    SourceId::for_feed(&format!("https://{n}.example/feed"))
}

fn candidate(n: usize, subject: usize, of_show: usize) -> Candidate {
    let source = show(of_show);
    let item = ItemId::new(&source, &n.to_string());
    let claim = format!("claim{n} word{n} term{n} thing{n}");
    Candidate {
        id: InsightId::new(&item, n, n, "q"),
        item,
        source,
        topics: vec![format!("topic-{subject}")],
        score: 0.6,
        from_notes: false,
        published: now(),
        vector: vector(subject, n),
        words: Candidate::words_of(&claim),
        terms: Candidate::terms_of(&claim),
        claim: Candidate::words_of(&claim),
    }
}

fn many(count: usize) -> Vec<Candidate> {
    (0..count).map(|n| candidate(n, n % 6, n % 9)).collect()
}

fn brief(profile: &Profile, candidates: &[Candidate], ledger: &Ledger) -> Vec<Choice> {
    let wish = Wish { size: 5, explore: true, now: now() };
    compose(profile, candidates, ledger, wish, &|_, _| false)
}

fn voted(kind: VoteKind, subject: usize, n: usize) -> Voted {
    Voted {
        kind,
        at: now(),
        headline: format!("headline {n}"),
        source: show(50 + n),
        topics: vec![format!("topic-{subject}")],
        terms: Candidate::terms_of(""),
        vector: vector(subject, n),
    }
}

fn learn(votes: Vec<Voted>) -> Taste {
    let others: Vec<Vector> = many(12).into_iter().map(|one| one.vector).collect();
    Taste::learn(votes, others.iter(), now())
}

fn follows(topic: &str) -> Profile {
    Profile { topics: vec![topic.into()], ..Profile::default() }
}

#[test]
fn a_followed_topic_leads_and_one_place_explores() {
    let candidates = many(60);
    let picks = brief(&follows("topic-2"), &candidates, &Ledger::default());
    assert_eq!(picks.len(), 5);
    let (explorer, rest) = picks.split_last().unwrap();
    for pick in rest {
        assert_eq!(candidates[pick.at].topics, ["topic-2"]);
        assert_eq!(pick.reasons[0], Reason::Topic("topic-2".into()));
    }
    assert!(explorer.explores && candidates[explorer.at].topics != ["topic-2"]);
    assert_eq!(explorer.reasons[0], Reason::Explores);
    let wish = Wish { size: 5, explore: false, now: now() };
    let all = compose(&follows("topic-2"), &candidates, &Ledger::default(), wish, &|_, _| false);
    assert!(all.iter().all(|pick| !pick.explores && candidates[pick.at].topics == ["topic-2"]));
}

#[test]
fn what_was_given_or_says_the_same_is_not_given() {
    let candidates = many(30);
    let mut ledger = Ledger::default();
    let mut seen = HashSet::new();
    for _ in 0..4 {
        let picks = brief(&Profile::default(), &candidates, &ledger);
        for pick in &picks {
            let one = &candidates[pick.at];
            assert!(seen.insert(one.id.clone()), "given twice");
            ledger.ids.insert(one.id.clone());
            ledger.claims.push(Given { id: one.id.clone(), words: one.claim.clone() });
        }
    }
    // The same words under another name, and the same meaning by the index.
    let mut repeat = candidate(100, 3, 8);
    repeat.claim = ledger.claims[0].words.clone();
    let other = candidate(101, 4, 7);
    let (first, again) = (ledger.claims[1].id.clone(), other.id.clone());
    let fresh = candidate(102, 5, 6);
    let wish = Wish { size: 5, explore: true, now: now() };
    let same = |a: &InsightId, b: &InsightId| *a == again && *b == first;
    let picks = compose(&Profile::default(), &[repeat, other, fresh], &ledger, wish, &same);
    assert_eq!(picks.iter().map(|pick| pick.at).collect::<Vec<_>>(), [2]);
}

#[test]
fn of_two_that_say_the_same_one_is_picked() {
    let candidates = many(5);
    let wish = Wish { size: 5, explore: true, now: now() };
    let picks = compose(&Profile::default(), &candidates, &Ledger::default(), wish, &|_, _| true);
    assert_eq!(picks.len(), 1);
}

#[test]
fn no_show_has_more_than_two_and_a_muted_one_has_none() {
    let candidates: Vec<Candidate> = (0..20).map(|n| candidate(n, n % 6, n % 2)).collect();
    let picks = brief(&Profile::default(), &candidates, &Ledger::default());
    assert_eq!(picks.len(), 4, "two shows give four");
    let muted = Profile { muted: [show(0)].into(), ..Profile::default() };
    let picks = brief(&muted, &candidates, &Ledger::default());
    assert!(picks.iter().all(|pick| candidates[pick.at].source == show(1)) && picks.len() == 2);
}

#[test]
fn fewer_rather_than_filler() {
    let mut candidates = many(12);
    for one in &mut candidates[2..] {
        one.score = 0.0;
        one.from_notes = true;
        one.published = Timestamp::from_secs(NOW - 60 * 86_400);
    }
    let unwanted = |n| voted(VoteKind::Less, n % 6, n);
    let taste = learn((20..50).map(unwanted).collect());
    let profile = Profile { taste, ..Profile::default() };
    assert!(brief(&profile, &candidates[2..], &Ledger::default()).is_empty());
    assert!(brief(&Profile::default(), &[], &Ledger::default()).is_empty());
}

#[test]
fn votes_move_the_ranking_through_a_fifth_of_noise() {
    let votes = (0..40).map(|n| {
        let likes = (n % 6 == 1) != (n % 5 == 0);
        voted(if likes { VoteKind::More } else { VoteKind::Less }, n % 6, n)
    });
    let taste = learn(votes.collect());
    let liking = |subject| {
        let one = candidate(200, subject, 3);
        taste.of(&one).mean
    };
    for other in [0, 2, 3, 4, 5] {
        assert!(liking(1) > liking(other) + 0.2, "{} {}", liking(1), liking(other));
    }
    let profile = Profile { taste, ..Profile::default() };
    // None of those that were voted on: a reader has them already.
    let candidates: Vec<Candidate> = (60..120).map(|n| candidate(n, n % 6, n % 9)).collect();
    let picks = brief(&profile, &candidates, &Ledger::default());
    let liked = picks.iter().filter(|pick| candidates[pick.at].topics == ["topic-1"]).count();
    assert!(liked >= 3, "{liked}");
    assert!(picks.iter().any(|pick| matches!(pick.reasons[0], Reason::Like(_))));
}

#[test]
fn a_taken_back_vote_is_forgotten_whole() {
    let votes: Vec<Voted> = (0..9).map(|n| voted(VoteKind::More, n % 3, n)).collect();
    let whole = learn(votes[..8].to_vec());
    let mut shorter = votes;
    shorter.pop();
    let again = learn(shorter);
    let one = candidate(1, 2, 3);
    let of = |taste: &Taste| taste.of(&one).mean;
    assert!((of(&whole) - of(&again)).abs() < 1e-6);
}

#[test]
fn interests_in_words_count_without_vectors_and_unwanted_ones_keep_away() {
    let mut candidates = many(12);
    for one in &mut candidates {
        one.vector = Vector::ZERO;
    }
    candidates[7].words = Candidate::words_of("Battery chemistry decides how long a cell lives.");
    candidates[8].words = Candidate::words_of("Crypto exchanges fail the same way.");
    let interests = split_interests("battery chemistry, not crypto\n battery chemistry; ");
    assert_eq!(interests, [("battery chemistry".into(), false), ("crypto".into(), true)]);
    let interests =
        interests.iter().map(|(text, not)| Interest::new(text, *not, Vector::ZERO)).collect();
    let profile = Profile { interests, ..Profile::default() };
    let picks = brief(&profile, &candidates, &Ledger::default());
    assert_eq!(picks[0].at, 7);
    assert_eq!(picks[0].reasons[0], Reason::Interest("battery chemistry".into()));
    assert!(picks.iter().all(|pick| pick.at != 8));
}

proptest! {
    #[test]
    fn any_text_splits_into_few_short_interests(text in "\\PC{0,400}") {
        let parts = split_interests(&text);
        prop_assert!(parts.len() <= super::profile::MOST_INTERESTS);
        prop_assert!(parts.iter().all(|(part, _)| !part.is_empty() && part.len() <= text.len()));
    }

    /// Whatever the votes: likings stay within bounds and editions within their rules.
    #[test]
    fn any_votes_make_an_edition(kinds in prop::collection::vec(0_u8..3, 0..40), size in 1_usize..11) {
        let kind = |n: u8| [VoteKind::More, VoteKind::Less, VoteKind::Knew][usize::from(n)];
        // The same thing voted on over and over, too: the matrix is as bad as it gets.
        let votes = kinds.iter().enumerate().map(|(n, k)| voted(kind(*k), n % 2, n % 3)).collect();
        let profile = Profile { taste: learn(votes), ..Profile::default() };
        let candidates = many(40);
        let wish = Wish { size, explore: true, now: now() };
        let picks = compose(&profile, &candidates, &Ledger::default(), wish, &|_, _| false);
        prop_assert!(picks.len() <= size);
        for pick in &picks {
            prop_assert!(pick.weighed.score.is_finite() && pick.weighed.liking.mean.abs() <= 1.0);
            let of = picks.iter().filter(|p| candidates[p.at].source == candidates[pick.at].source);
            prop_assert!(of.count() <= 2);
        }
    }
}
