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
    (0, 0, -3.7610, -3.8097, 0.9139),
    (3, 3, -0.2915, -1.3476, 0.3666),
    (3, 4, 0.6421, -1.0965, 0.2982),
    (3, 5, 1.1658, -0.8321, 0.2600),
    (4, 4, -0.1080, -1.6334, 0.2298),
    (4, 5, 0.7699, -1.0703, 0.2066),
    (5, 5, -0.2525, -1.8066, 0.1835),
    (6, 7, -1.8292, -2.6714, 0.6447),
    (7, 7, -2.2285, -2.5543, 0.6732),
    (8, 8, -1.8659, -2.9580, 0.4284),
    (8, 9, -0.9369, -2.6342, 0.4083),
    (9, 9, -1.0314, -2.0757, 0.3882),
    (10, 10, -2.0442, -2.5759, 0.7566),
    (11, 11, -0.7748, -1.4533, 0.5151),
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
