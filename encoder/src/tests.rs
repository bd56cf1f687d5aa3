//! What the encoder does with any text and any weights. What it says is held to another program's in the crate that uses it.

use proptest::prelude::*;
use pulp::WithSimd;

use super::*;

const TEXTS: [&str; 4] = [
    "Heat pumps move heat instead of making it, so one unit of electricity gives three of warmth.",
    "Why?",
    "\u{c9}lan vital \u{2013} na\u{ef}ve caf\u{e9} in Z\u{fc}rich, \u{5317}\u{4eac} is big.",
    "",
];

fn like(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn what_stands_beside_a_text_changes_nothing() {
    let encoder = Encoder::load().unwrap();
    let each: Vec<_> = TEXTS.iter().flat_map(|text| encoder.encode(&[text])).collect();
    assert_eq!(encoder.encode(&TEXTS), each);
    assert_eq!(each[3], [0.0; DIMENSIONS]);
    let each: Vec<_> = TEXTS.iter().flat_map(|text| encoder.midway(&[text])).collect();
    assert_eq!(encoder.midway(&TEXTS), each);
    assert_eq!(each[3], [0.0; DIMENSIONS]);
}

#[test]
fn weights_that_are_read_say_the_same_and_are_needed_by_nobody() {
    let whole = Encoder::load().unwrap().encode(&TEXTS);
    fn read(from: usize, to: &mut [u8]) -> bool {
        to.copy_from_slice(&weights()[from..from + to.len()]);
        true
    }
    assert_eq!(Encoder::reading(Box::new(read)).unwrap().encode(&TEXTS), whole);
    let broken = |from: usize, to: &mut [u8]| {
        to.fill(7);
        from.is_multiple_of(3) && read(from, to)
    };
    assert_eq!(Encoder::reading(Box::new(broken)).unwrap().encode(&TEXTS), whole);
}

#[test]
fn a_machine_with_narrow_instructions_says_the_same() {
    let encoder = Encoder::load().unwrap();
    for text in TEXTS {
        let texts = [KNOWN.of(text)];
        let run = || Run { model: &encoder.model, texts: &texts, depth: Depth::Whole };
        let narrow = run().with_simd(pulp::Scalar::new())[0];
        let wide = pulp::Arch::new().dispatch(run())[0];
        assert!(like(&narrow, &wide) > 0.9999, "{text:?}");
    }
}

#[test]
fn a_word_is_the_longest_pieces_that_are_known() {
    let words: Vec<&str> = PIECES.lines().collect();
    let pieces = |text: &str| {
        let all = KNOWN.of(text);
        let inner = &all[1..all.len() - 1];
        inner.iter().map(|piece| words[usize::from(*piece)]).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        pieces("Unaffable heat-pumps, caf\u{e9}s!"),
        "una ##ffa ##ble heat - pumps , cafes !"
    );
    assert_eq!(
        pieces("\u{201c}it\u{2019}s\u{201d}\u{a0}50\u{ad}%"),
        "\u{201c} it \u{2019} s \u{201d} 50 %"
    );
    assert_eq!(pieces("\u{5317}\u{4eac}x"), "\u{5317} \u{4eac} x");
    assert_eq!(pieces(&"a".repeat(101)), "[UNK]");
    assert_eq!(pieces("[SEP] ##s"), "[ sep ] # # s", "nobody writes a mark of ours");
}

fn kept(bytes: Vec<u8>) -> &'static [u8] {
    Box::leak(bytes.into_boxed_slice())
}

#[test]
fn weights_that_are_damaged_are_refused() {
    let short = &WEIGHTS[..WEIGHTS.len() / 2];
    assert!(File::new(short, None).and_then(|file| Model::new(&file)).is_err());
    let mut bytes = WEIGHTS.to_vec();
    let name = b"layer.2.output.dense.bias";
    let at = bytes.windows(name.len()).position(|window| window == name).unwrap();
    bytes[at + 6] = b'3';
    let error = File::new(kept(bytes), None).and_then(|file| Model::new(&file)).err().unwrap();
    assert!(error.to_string().contains("layer.2.output.dense.bias"), "{error}");
}

static KNOWN: std::sync::LazyLock<Pieces> = std::sync::LazyLock::new(|| Pieces::new(PIECES));

proptest! {
    #[test]
    fn any_text_is_some_pieces_between_two_marks(text in "\\PC{0,300}") {
        let all = KNOWN.of(&text);
        prop_assert!((2..=pieces::MOST).contains(&all.len()));
        prop_assert_eq!((all[0], all[all.len() - 1]), (101, 102));
    }

    #[test]
    fn any_bytes_are_weights_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(File::new(kept(bytes), None).and_then(|file| Model::new(&file)).is_err());
    }
}
