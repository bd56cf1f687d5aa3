//! Sentence vectors, small enough to keep by the hundred thousand. Pure; knows nothing of who makes them
//! ([`crate::text::encoder`]).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD as BASE64;

/// Numbers in a vector.
pub const DIMENSIONS: usize = 384;
/// Bytes of a kept vector.
pub const BYTES: usize = 4 + DIMENSIONS;
/// Which encoder and which way of keeping made a vector. Vectors of different models must never be compared.
pub const MODEL: &str = "gte-small q8 q4 centred 1 i8";

/// A direction in meaning: a unit vector in eight bits a number. An empty text has the zero vector, like to nothing.
#[derive(Clone, PartialEq)]
pub struct Vector {
    /// What one step is worth.
    scale: f32,
    steps: [i8; DIMENSIONS],
}

impl Vector {
    /// Like to nothing.
    pub const ZERO: Self = Self { scale: 0.0, steps: [0; DIMENSIONS] };

    /// Takes the direction of `values`; zero if they have none or there are not [`DIMENSIONS`] of them.
    pub fn new(values: &[f32]) -> Self {
        let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
        let most = values.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
        if values.len() != DIMENSIONS || !length.is_normal() {
            return Self::ZERO;
        }
        let mut steps = [0; DIMENSIONS];
        for (step, value) in steps.iter_mut().zip(values) {
            *step = (value / most * 127.0).round() as i8;
        }
        Self { steps, ..Self::ZERO }.normalised()
    }

    /// Sets the scale that makes it a unit vector.
    fn normalised(mut self) -> Self {
        let square = product(&self.steps, &self.steps);
        self.scale = if square > 0 { 1.0 / (square as f32).sqrt() } else { 0.0 };
        self
    }

    /// Cosine of the angle between two vectors of one model, -1 to 1.
    #[inline(always)]
    pub fn dot(&self, other: &Self) -> f32 {
        product(&self.steps, &other.steps) as f32 * (self.scale * other.scale)
    }

    /// [`Vector::dot`] with each of many, with the widest instructions that the machine has.
    pub fn dots(&self, others: &[Self]) -> Vec<f32> {
        pulp::Arch::new().dispatch(|| others.iter().map(|other| self.dot(other)).collect())
    }

    /// Its numbers.
    pub fn values(&self) -> impl Iterator<Item = f32> + '_ {
        self.steps.iter().map(|step| f32::from(*step) * self.scale)
    }

    /// Whether it is like to nothing.
    pub fn is_zero(&self) -> bool {
        self.scale == 0.0
    }

    /// [`BYTES`] of them: the scale, little endian, then the steps.
    pub fn to_bytes(&self) -> [u8; BYTES] {
        let mut out = [0; BYTES];
        out[..4].copy_from_slice(&self.scale.to_le_bytes());
        for (byte, step) in out[4..].iter_mut().zip(self.steps) {
            *byte = step.cast_unsigned();
        }
        out
    }

    /// None unless there are [`BYTES`] of them. The scale is reckoned anew, so no bytes make a vector too long.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; BYTES] = bytes.try_into().ok()?;
        let mut steps = [0; DIMENSIONS];
        for (step, byte) in steps.iter_mut().zip(&bytes[4..]) {
            *step = byte.cast_signed();
        }
        Some(Self { steps, ..Self::ZERO }.normalised())
    }

    /// The direction between all of them, each as heavy as its weight.
    pub fn mean<'a>(all: impl IntoIterator<Item = (&'a Self, f32)>) -> Self {
        let mut sum = [0.0; DIMENSIONS];
        for (vector, weight) in all {
            for (slot, value) in sum.iter_mut().zip(vector.values()) {
                *slot += weight * value;
            }
        }
        Self::new(&sum)
    }
}

/// As base 64 of its bytes; the bytes themselves in formats that nobody reads.
impl serde::Serialize for Vector {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            to.serialize_str(&BASE64.encode(self.to_bytes()))
        } else {
            to.serialize_bytes(&self.to_bytes())
        }
    }
}

impl<'de> serde::Deserialize<'de> for Vector {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let bytes = if from.is_human_readable() {
            let text = std::borrow::Cow::<str>::deserialize(from)?;
            BASE64.decode(text.as_bytes()).ok()
        } else {
            Some(<&[u8]>::deserialize(from)?.to_vec())
        };
        bytes.and_then(|bytes| Self::from_bytes(&bytes)).ok_or_else(|| {
            serde::de::Error::custom(format!("a vector is {BYTES} bytes in base 64"))
        })
    }
}

impl std::fmt::Debug for Vector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vector({:?}..)", &self.steps[..4])
    }
}

/// Sixteen bits hold every product, which lets the compiler multiply and add pairs in one step.
#[inline(always)]
fn product(a: &[i8; DIMENSIONS], b: &[i8; DIMENSIONS]) -> i32 {
    a.iter().zip(b).map(|(x, y)| i32::from(i16::from(*x) * i16::from(*y))).sum()
}

/// A text as the encoder has it midway: the numbers that tell how a thing is said. Never kept.
pub type Midway = [f32; DIMENSIONS];

/// Makes the vectors of texts, in order, or nothing if it can't just now.
pub type Embed<'a> = &'a dyn Fn(&[&str]) -> Option<Vec<Vector>>;

/// Whoever encodes texts, or can't just now.
pub trait Encode {
    /// The vector of each, in order.
    fn vectors(&self, texts: &[&str]) -> Option<Vec<Vector>>;
    /// The same, midway.
    fn midway(&self, texts: &[&str]) -> Option<Vec<Midway>>;
}

/// What gives vectors only.
impl<F: Fn(&[&str]) -> Option<Vec<Vector>>> Encode for F {
    fn vectors(&self, texts: &[&str]) -> Option<Vec<Vector>> {
        self(texts)
    }

    fn midway(&self, _: &[&str]) -> Option<Vec<Midway>> {
        None
    }
}

/// There is no encoder here.
pub fn none(_: &[&str]) -> Option<Vec<Vector>> {
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keeping_loses_next_to_nothing(values in prop::collection::vec(-1.0_f32..1.0, DIMENSIONS)) {
            let vector = Vector::new(&values);
            let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
            let like: f32 = vector.values().zip(&values).map(|(a, b)| a * b / length).sum();
            prop_assert!(like > 0.999);
            prop_assert_eq!(Vector::from_bytes(&vector.to_bytes()), Some(vector.clone()));
            let text = serde_json::to_string(&vector).unwrap();
            prop_assert_eq!(serde_json::from_str::<Vector>(&text).unwrap(), vector.clone());
            let bytes = postcard::to_stdvec(&vector).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Vector>(&bytes).unwrap(), vector);
        }

        #[test]
        fn many_at_once_are_each_the_same(all in prop::collection::vec(prop::collection::vec(any::<u8>(), BYTES), 1..9)) {
            let all: Vec<Vector> = all.iter().filter_map(|bytes| Vector::from_bytes(bytes)).collect();
            let each: Vec<f32> = all.iter().map(|other| all[0].dot(other)).collect();
            prop_assert_eq!(all[0].dots(&all), each);
        }

        #[test]
        fn any_bytes_are_at_most_a_unit_vector(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
            if let Some(vector) = Vector::from_bytes(&bytes) {
                let own = vector.dot(&vector);
                prop_assert!(own == 0.0 || (own - 1.0).abs() < 1e-3);
            }
        }

        #[test]
        fn any_numbers_make_a_vector(values in prop::collection::vec(any::<f32>(), DIMENSIONS)) {
            prop_assert!(Vector::new(&values).values().all(f32::is_finite));
        }
    }
}
