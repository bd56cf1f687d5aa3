//! The whole picker on a short talk, against what the program that trained it says of the same talk.

use super::*;
use crate::insight::reading::Utterance;

const TALK: &[(&str, &str)] = &[
    ("A", "Welcome back, today we talk about kilns and why potters are afraid of them."),
    ("B", "Thanks, it's nice to be here."),
    ("A", "What did your first ten firings teach you?"),
    (
        "B",
        "So the thing is, most people think a kiln fails because it gets too hot, but it's usually the cooling that breaks the pots.",
    ),
    ("B", "If you open the door at 300 degrees, you lose half of the glaze."),
    ("B", "I learned that the hard way in '98, with 1,200 dollars of porcelain."),
    ("A", "Yeah."),
    ("A", "Right, and that’s more than twice what you paid for the kiln, isn't it?"),
    ("B", "It is -- and the fix costs nothing [laughs]: you wait one night."),
    (
        "B",
        "You should always write down the temperature every hour, instead of trusting the little window...",
    ),
    ("A", "Before we go on, this episode is brought to you by Claymore, the best clay in town."),
    (
        "B",
        "Clay with a lot of iron shrinks less than white clay, which means that the same glaze cracks on one and not on the other.",
    ),
];

/// First and last sentence, value, log odds, junk: as the reference reckons them.
const EXPECTED: &[(usize, usize, f32, f32, f32)] = &[
    (0, 0, -3.9481, -4.9976, 0.9393),
    (3, 3, -0.7610, -1.2050, 0.6352),
    (3, 4, 0.0154, -0.9183, 0.6076),
    (3, 5, 0.3919, -0.8595, 0.5765),
    (4, 4, -0.5412, -1.3040, 0.5799),
    (4, 5, 0.1059, -1.0619, 0.5471),
    (5, 5, -0.9677, -2.5079, 0.5142),
    (6, 7, -2.2373, -3.0995, 0.8456),
    (7, 7, -2.5492, -3.1322, 0.8441),
    (8, 8, -2.0415, -3.5483, 0.5903),
    (8, 9, -1.4103, -3.7216, 0.6149),
    (9, 9, -1.5255, -2.9196, 0.6396),
    (10, 10, -2.3906, -3.2728, 0.8924),
    (11, 11, -1.1966, -1.8035, 0.7012),
];

fn reading() -> Reading {
    let utterance = |(speaker, text): &(&str, &str)| Utterance {
        speaker: (*speaker).to_owned(),
        text: (*text).to_owned(),
    };
    Reading::of_utterances(&TALK.iter().map(utterance).collect::<Vec<_>>())
}

/// Vectors that mean nothing, but the same everywhere.
fn rows() -> Vec<[f32; DIMENSIONS]> {
    let row = |i: usize| {
        let at = |j: usize| {
            let turn = 1.7 * i as f64 + 0.37 * j as f64 * (1 + i % 3) as f64;
            turn.sin() + 0.3 * (j as f64).cos()
        };
        centre::unit(&std::array::from_fn(at)).map(|x| x as f32)
    };
    (0..TALK.len()).map(row).collect()
}

/// With all digits but where sentences are held against each other.
fn exact() -> Option<Picker> {
    let kept: Vec<Vector> = rows().iter().map(|row| Vector::new(row)).collect();
    Picker::of_rows(&reading(), rows(), &kept, Judge::default())
}

/// For `train_picker.py expect`.
#[test]
#[ignore = "prints what the reference reckons with"]
fn rows_for_the_reference() {
    let picker = exact().unwrap();
    let rows = Rows::new(&picker.talk, &picker.vectors, &picker.kept);
    let passages: Vec<_> =
        picker.places().into_iter().map(|(a, b)| (a, b, rows.passage(a, b))).collect();
    let sentences: Vec<_> = (0..TALK.len()).map(|i| rows.sentence(i)).collect();
    println!(
        "{}",
        serde_json::json!({"doc": "talk", "passages": passages, "sentences": sentences})
    );
}

#[test]
fn it_agrees_with_the_program_that_trained_it() {
    let weighed = exact().unwrap().weigh();
    assert_eq!(weighed.len(), EXPECTED.len());
    for (w, (first, last, value, odds, junk)) in weighed.iter().zip(EXPECTED) {
        assert_eq!((w.first, w.last), (*first, *last));
        for (own, reference) in [(w.value, value), (w.odds, odds), (w.parts.junk, junk)] {
            assert!((own - reference).abs() < 1e-3, "{first}..={last}: {own} is not {reference}");
        }
    }
}

#[test]
fn vectors_in_eight_bits_do_as_well() {
    let exact = exact().unwrap().weigh();
    let kept: Vec<Vector> = rows().iter().map(|row| Vector::new(row)).collect();
    let kept = Picker::new(&reading(), &kept, Judge::default()).unwrap().weigh();
    for (a, b) in exact.iter().zip(&kept) {
        assert!((a.value - b.value).abs() < 0.05, "{} {}", a.value, b.value);
    }
}

#[test]
fn it_explains_what_it_weighed() {
    let picker = exact().unwrap();
    let explained: Vec<_> = picker.explain([(3, 4)]).collect();
    let of = |name: &str| explained[0].iter().find(|(n, ..)| n == name).unwrap().1;
    assert_eq!((of("two"), of("passage.butany"), of("first.contrast")), (1.0, 1.0, 1.0));
    let distinct: std::collections::HashSet<_> = explained[0].iter().map(|(n, ..)| n).collect();
    assert_eq!(distinct.len(), explained[0].len());
}

#[test]
fn talk_and_vectors_must_fit() {
    assert!(Picker::new(&reading(), &[], Judge::default()).is_none());
    assert!(Picker::new(&reading(), &[Vector::ZERO], Judge::default()).is_none());
    assert!(Picker::new(&Reading::default(), &[], Judge::default()).is_none());
    let blank = Utterance { speaker: String::new(), text: " -- ".into() };
    let reading = Reading::of_utterances(&vec![blank; 3]);
    let weighed =
        Picker::new(&reading, &[Vector::ZERO, Vector::ZERO, Vector::ZERO], Judge::default())
            .unwrap();
    assert!(weighed.weigh().is_empty());
}
