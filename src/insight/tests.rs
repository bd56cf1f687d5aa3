//! The whole way: transcript in, drafts out.

use proptest::prelude::*;

use super::*;
use crate::model::Segment;
use crate::text::embed::none;
use crate::text::normal::normal_words;

fn cue(start: u64, speaker: Option<&str>, text: &str) -> Segment {
    Segment {
        start_ms: Some(start),
        end_ms: Some(start + 3_000),
        speaker: speaker.map(str::to_owned),
        text: text.to_owned(),
    }
}

fn cues(language: &str, texts: &[&str]) -> Transcript {
    let segments =
        texts.iter().enumerate().map(|(n, t)| cue(n as u64 * 3_000, Some("A"), t)).collect();
    Transcript { language: Some(language.to_owned()), segments }
}

fn run(transcript: &Transcript) -> Vec<Draft> {
    extract(transcript, &Context::default(), &Options::default(), &none)
}

/// Every word of the claim is in the quote, in order, but what opens it in brackets.
fn in_order(claim: &str, quote: &str) -> bool {
    let claim = match claim.strip_prefix('[').and_then(|c| c.split_once(']')) {
        Some((_, rest)) if !normal_words(quote).starts_with(&normal_words(claim)) => rest,
        _ => claim,
    };
    let quote = normal_words(quote);
    let mut words = quote.split(' ');
    normal_words(claim).split(' ').all(|word| words.any(|w| w == word))
}

const CLAIMS: &[&str] = &[
    "So most bakeries weigh their flour because",
    "a cup of it can be off by thirty percent, and that's the difference between bread and a brick.",
    "If you measure by volume, you never get the same dough twice.",
    "Yeah.",
    "The biggest mistake that new bakers make is",
    "that they add more flour when the dough is sticky,",
    "although wet dough always makes lighter bread than dry dough.",
    "It rained that day.",
];

#[test]
fn sentences_are_joined_across_cues_and_quotes_say_where() {
    let transcript = cues("en", CLAIMS);
    let drafts = run(&transcript);
    assert!(!drafts.is_empty());
    let bread = drafts.iter().find(|d| d.quote.text.contains("thirty percent")).unwrap();
    assert!(bread.quote.text.starts_with("So most bakeries weigh their flour because a cup of it"));
    assert!(bread.claim.starts_with("Most bakeries weigh"));
    assert_eq!((bread.quote.first, bread.quote.start_ms), (0, Some(0)));
    assert_eq!(bread.quote.speaker.as_deref(), Some("A"));
    for draft in &drafts {
        assert!(proof::holds(&draft.quote, &transcript));
        assert!(
            in_order(&draft.claim, &draft.quote.text),
            "{} | {}",
            draft.claim,
            draft.quote.text
        );
        assert!(draft.headline.chars().count() <= 90 && (0.0..=1.0).contains(&draft.score));
    }
    assert!(drafts.windows(2).all(|w| w[0].score >= w[1].score));
}

#[test]
fn a_sponsor_read_is_left_out_with_its_neighbours() {
    let mut texts = vec![
        "This episode is brought to you by Floury, the best scale for home bakers.",
        "Most bakers waste ten percent of their flour because their scale is worse than they think.",
        "Floury is three times more precise than every other scale, and you never need a battery.",
        "Go to floury dot com slash bread and use code CRUST for twenty percent off.",
    ];
    let sponsor = texts.len();
    texts.extend(["Yes."; 8]);
    texts.extend(CLAIMS);
    let drafts = run(&cues("en", &texts));
    assert!(!drafts.is_empty());
    for draft in &drafts {
        assert!(draft.quote.first >= sponsor, "{}", draft.quote.text);
    }
}

#[test]
fn speech_without_punctuation_is_cut_at_pauses_and_speakers() {
    let text = "so the thing about yeast is that it works faster when the kitchen is warm because the \
        enzymes need heat and most people keep their dough way too cold";
    let segments = text
        .split(' ')
        .collect::<Vec<_>>()
        .chunks(7)
        .enumerate()
        .map(|(n, words)| cue(n as u64 * 3_000, None, &words.join(" ")))
        .chain([cue(60_000, None, "okay what else is there to say about that i wonder")])
        .collect();
    let transcript = Transcript { language: Some("en".into()), segments };
    let drafts = run(&transcript);
    assert!(!drafts.is_empty());
    for draft in &drafts {
        assert!(proof::holds(&draft.quote, &transcript));
        assert!(draft.claim.ends_with('.') && draft.claim.starts_with(char::is_uppercase));
        assert!(!draft.quote.text.contains("cold okay"), "{}", draft.quote.text);
    }
}

#[test]
fn other_languages_work() {
    let german = [
        "Die meisten Bäckereien wiegen ihr Mehl, weil eine Tasse davon um dreißig Prozent danebenliegen kann.",
        "Wenn man nach Volumen misst, bekommt man nie zweimal denselben Teig, und das ist der größte Fehler.",
        "Ja, genau.",
    ];
    let polish = [
        "Większość piekarni waży swoją mąkę, ponieważ jedna szklanka może się różnić nawet o trzydzieści procent od drugiej.",
        "Jeśli mierzysz objętość, nigdy nie otrzymasz dwa razy takiego samego ciasta, a to jest największy błąd początkujących.",
    ];
    for (language, texts) in [("de", german.as_slice()), ("pl", polish.as_slice())] {
        let transcript = cues(language, texts);
        let drafts = run(&transcript);
        assert!(!drafts.is_empty(), "{language}");
        assert_eq!(drafts[0].language.as_deref(), Some(language));
    }
}

#[test]
fn show_notes_yield_two_at_most_and_no_lists() {
    let texts = [
        "Why most bakeries weigh their flour, and why a cup of it can be off by thirty percent.",
        "The biggest mistake of new bakers is that they add more flour when the dough is sticky.",
        "Wet dough always makes lighter bread than dry dough because steam has to go somewhere.",
        "00:12 Introduction 03:40 The difference between weighing and measuring because of cups",
        "Follow us at https://example.org because that's the best way to never miss a new episode of ours.",
    ];
    let segments =
        texts.iter().map(|t| Segment { text: (*t).to_owned(), ..Segment::default() }).collect();
    let transcript = Transcript { language: Some("en".into()), segments };
    let of = |basis| {
        extract(&transcript, &Context::default(), &Options { basis, ..Options::default() }, &none)
    };
    let notes = of(Basis::Notes);
    assert!(!notes.is_empty() && notes.len() <= 2);
    for draft in notes.iter().chain(&of(Basis::Written)) {
        assert!(draft.quote.start_ms.is_none() && draft.quote.last < 3, "{}", draft.quote.text);
    }
    assert!(of(Basis::Written)[0].score > notes[0].score);
}

#[test]
fn of_writing_a_paragraph_is_told_from_its_beginning() {
    let paragraph = "Milltown Ovens 2.4 adds a steam valve to keep the crust of rye loaves soft while they bake in a hot oven made of stone. \
        The valve prevents dry air from reaching the loaf, because most crusts harden within the first ten minutes. \
        See page 5 for how to order one.";
    let segments = vec![Segment { text: paragraph.to_owned(), ..Segment::default() }];
    let transcript = Transcript { language: Some("en".into()), segments };
    let options = Options { basis: Basis::Written, ..Options::default() };
    let drafts = extract(&transcript, &Context::default(), &options, &none);
    let told: Vec<&str> = drafts.iter().map(|d| d.headline.as_str()).collect();
    assert_eq!(
        told,
        ["Milltown Ovens 2.4 adds a steam valve to keep the crust of rye loaves soft"]
    );
    assert!(drafts[0].claim.starts_with("Milltown") && !drafts[0].claim.contains("page 5"));
}

#[test]
fn empty_short_and_huge_inputs_are_fine() {
    assert!(run(&Transcript::default()).is_empty());
    assert!(run(&cues("en", &["Hi."])).is_empty());
    assert!(run(&cues("en", &["", " ", "\u{301}"])).is_empty());
    let huge = "the difference between them is that it never ends ".repeat(20_000);
    let transcript = cues("en", &[huge.as_str()]);
    for draft in run(&transcript) {
        assert!(proof::holds(&draft.quote, &transcript));
    }
}

#[test]
fn explaining_says_what_became_of_every_candidate() {
    let transcript = cues("en", CLAIMS);
    let explained = explain(&transcript, &Context::default(), &Options::default(), &none);
    let chosen = explained.candidates.iter().filter(|c| c.fate == Fate::Chosen).count();
    assert_eq!(chosen, run(&transcript).len());
    let json = serde_json::to_value(&explained).unwrap();
    assert!(json["candidates"][0]["features"]["words_log"].is_number());
    assert!(!json["candidates"][0]["reasons"].as_array().unwrap().is_empty());
}

#[test]
fn passages_are_ranked_within_turns() {
    let utterances: Vec<Utterance> =
        CLAIMS.iter().map(|t| Utterance { speaker: "A".into(), text: (*t).to_owned() }).collect();
    let ranges = rank_passages(&utterances, "en", 5, &none, Judge::default());
    assert!(!ranges.is_empty() && ranges.len() <= 5);
    assert!(ranges.iter().all(|r| *r.end() < utterances.len() && r.end() - r.start() < 3));
    assert!(rank_passages(&[], "en", 5, &none, Judge::default()).is_empty());
}

prop_compose! {
    fn segment()(
        text in prop_oneof![
            4 => "(because|the|[A-Za-z]{1,8}|like|um|I|it|is|more|than|never|[0-9]{1,3}%|--|\\[laughter\\]|you know|\"|[.?!,]|\\.\\.\\.|é|e\u{301})( (because|the|[a-z]{1,8}|like|um,|I|it|is|more|than|--|[A-Z][a-z]{1,6}[.?!]|\\[laughs\\]|\"|…)){0,20}",
            1 => "\\PC{1,60}",
        ],
        start in prop::option::of(0_u64..100_000),
        speaker in prop::option::of("[AB]"),
    ) -> Segment {
        Segment { start_ms: start, end_ms: start.map(|s| s + 2_000), speaker, text }
    }
}

proptest! {
    #[test]
    fn every_draft_of_any_transcript_holds(segments in prop::collection::vec(segment(), 0..40), written in any::<bool>()) {
        let transcript = Transcript { language: Some("en".into()), segments };
        let basis = if written { Basis::Written } else { Basis::Spoken };
        let options = Options { basis, ..Options::default() };
        let drafts = extract(&transcript, &Context::default(), &options, &none);
        prop_assert!(drafts.len() <= 8);
        for draft in drafts {
            prop_assert!(proof::holds(&draft.quote, &transcript));
            prop_assert!(in_order(&draft.claim, &draft.quote.text), "{} | {}", draft.claim, draft.quote.text);
            prop_assert!(draft.headline.chars().count() <= 90);
            prop_assert!((0.0..=1.0).contains(&draft.score));
        }
    }

    #[test]
    fn a_told_claim_is_of_the_quotes_words_in_any_language(
        texts in prop::collection::vec("([a-zäöéßñ]{1,9}|porque|weil|mais|que|[0-9]{1,3}|\"|„|“|«|»|[あ-ん]{1,12}。?|[а-я]{2,8})([ ,.]{1,2}([a-zäöéßñ]{1,9}|und|y|et|des|la|--|[A-ZÄ][a-z]{2,7}[.!]?|[А-Я][а-я]{2,8}\\.)){8,40}", 1..8),
        language in "de|fr|es|ja|ru|pl",
    ) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let transcript = cues(&language, &texts);
        for draft in run(&transcript) {
            prop_assert!(proof::holds(&draft.quote, &transcript));
            prop_assert!(in_order(&draft.claim, &draft.quote.text), "{} | {}", draft.claim, draft.quote.text);
            prop_assert!(draft.claim.split_whitespace().count() <= 70);
            prop_assert!(!draft.headline.is_empty() && draft.headline.chars().count() <= 90);
        }
    }

    #[test]
    fn hostile_text_breaks_nothing(text in "\\PC{0,300}", language in "[a-z]{2}|de|fr|es|en") {
        let _ = claim::clean(&text, Some(&text), &language, Register::Spoken);
        let _ = headline::of(&text, &language, Register::Written);
        let _ = run(&cues(&language, &[&text, &text]));
    }
}
