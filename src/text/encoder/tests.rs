//! What the encoder says, beside what a general library says with the same weights, and what no text can do to it.

use proptest::prelude::*;
use pulp::WithSimd;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::product::wide;
use super::*;
use crate::text::embed::DIMENSIONS;

#[derive(Deserialize)]
struct Known {
    text: String,
    /// As pocket-encoder 0.1.2 with candle 0.11 has it.
    vector: Vector,
}

fn known() -> Vec<Known> {
    serde_json::from_str(include_str!("../../../tests/fixtures/vectors.json")).unwrap()
}

#[test]
fn vectors_are_those_of_the_library_that_made_the_weights() {
    let known = known();
    let texts: Vec<&str> = known.iter().map(|known| known.text.as_str()).collect();
    let vectors = Encoder::load().unwrap().encode(&texts);
    for (known, vector) in known.iter().zip(&vectors) {
        let like = known.vector.dot(vector);
        assert!(like > 0.9998, "{like}: {:?}", known.text);
    }
}

#[test]
fn what_stands_beside_a_text_changes_nothing() {
    let known = known();
    let texts: Vec<&str> = known.iter().map(|known| known.text.as_str()).collect();
    let encoder = Encoder::load().unwrap();
    let each: Vec<Vector> = texts.iter().flat_map(|text| encoder.encode(&[text])).collect();
    assert_eq!(encoder.encode(&texts), each);
}

#[test]
fn a_machine_with_narrow_instructions_says_the_same() {
    let known = known();
    let pieces = Pieces::new(PIECES);
    let scalar = pulp::Scalar::new();
    let model = Model::new(&File::new(WEIGHTS).unwrap(), wide::<pulp::Scalar>()).unwrap();
    for known in known.iter().take(4) {
        let texts = [pieces.of(&known.text)];
        let direction = Run { model: &model, texts: &texts }.with_simd(scalar)[0];
        assert!(known.vector.dot(&Vector::new(&direction)) > 0.9998, "{:?}", known.text);
    }
}

#[test]
fn likeness_follows_meaning() {
    let encoder = Encoder::load().unwrap();
    let texts = [
        "Batteries age faster when they are kept fully charged.",
        "A cell that is always at a hundred percent loses capacity sooner.",
        "Sourdough needs a warm kitchen to rise.",
        "",
        "\u{301}\u{0}",
    ];
    let vectors = encoder.encode(&texts);
    assert!(vectors[0].dot(&vectors[1]) > vectors[0].dot(&vectors[2]) + 0.2);
    assert!((vectors[0].dot(&vectors[0]) - 1.0).abs() < 1e-3);
    assert!(vectors[3].is_zero() && vectors[3].dot(&vectors[0]) == 0.0);
    assert!(vectors[4].is_zero(), "nothing of it is seen");
    assert_eq!(vectors.len(), texts.len());
    let long = "word ".repeat(100_000);
    assert!(!encoder.encode(&[&long])[0].is_zero());
    assert!(encoder.encode(&[]).is_empty());
}

/// The name of the model stands with each kept vector: other weights must have another one.
#[test]
fn the_weights_are_those_that_the_name_of_the_model_means() {
    let of = |bytes: &[u8]| -> String {
        Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    };
    assert_eq!(
        (of(WEIGHTS).as_str(), of(PIECES.as_bytes()).as_str()),
        ("dabb40d5d98a2237", "07eced375cec144d")
    );
    assert!(crate::text::embed::MODEL.contains("minilm-l3-q4-g32-v1"));
    assert_eq!(layers::HIDDEN, DIMENSIONS);
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
    assert!(File::new(short).and_then(|file| Model::new(&file, 16)).is_err());
    let mut bytes = WEIGHTS.to_vec();
    let name = b"layer.2.output.dense.bias";
    let at = bytes.windows(name.len()).position(|window| window == name).unwrap();
    bytes[at + 6] = b'3';
    let error = File::new(kept(bytes)).and_then(|file| Model::new(&file, 16)).err().unwrap();
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
        prop_assert!(File::new(kept(bytes)).and_then(|file| Model::new(&file, 16)).is_err());
    }
}
