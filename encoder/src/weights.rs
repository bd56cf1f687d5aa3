//! The file of the encoder's weights (safetensors: a length, a JSON of names and places, the numbers). Pure; what doesn't
//! fit is an error, never a panic.

use std::collections::HashMap;

use serde::Deserialize;

use super::product::{GROUP, Weights};

/// The weights can't be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the sentence encoder's weights are damaged: {0}")]
pub struct Damaged(String);

#[derive(Deserialize)]
struct Place {
    data_offsets: (usize, usize),
}

/// The file.
pub(super) struct File {
    places: HashMap<String, Place>,
    data: &'static [u8],
}

/// A table of rows in four bits a number: two in a byte, the lower half first, less eight; with a scale for each
/// [`GROUP`].
#[derive(Clone, Copy)]
pub(super) struct Packed {
    steps: &'static [u8],
    scales: &'static [u8],
}

impl File {
    pub(super) fn new(bytes: &'static [u8]) -> Result<Self, Damaged> {
        let damaged = || Damaged("it has no table of contents".into());
        let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(damaged)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| damaged())?;
        let (table, data) = rest.split_at_checked(length).ok_or_else(damaged)?;
        let places = serde_json::from_slice(table).map_err(|e| Damaged(e.to_string()))?;
        Ok(Self { places, data })
    }

    fn bytes(&self, name: &str, length: usize) -> Result<&'static [u8], Damaged> {
        let place = self.places.get(name).map(|place| place.data_offsets);
        let bytes = place.and_then(|(from, to)| self.data.get(from..to));
        bytes
            .filter(|bytes| bytes.len() == length)
            .ok_or_else(|| Damaged(format!("{name} is not there or has another size")))
    }

    /// Plain numbers.
    pub(super) fn numbers(&self, name: &str, count: usize) -> Result<Vec<f32>, Damaged> {
        let bytes = self.bytes(name, count * 4)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect())
    }

    pub(super) fn packed(&self, name: &str, count: usize) -> Result<Packed, Damaged> {
        Ok(Packed {
            steps: self.bytes(&format!("{name}.q4"), count / 2)?,
            scales: self.bytes(&format!("{name}.scales"), count / GROUP * 2)?,
        })
    }

    /// A layer: `name.weight` and `name.bias`.
    pub(super) fn layer(
        &self,
        name: &str,
        inputs: usize,
        outputs: usize,
    ) -> Result<Weights, Damaged> {
        let steps = self.bytes(&format!("{name}.weight.q8"), inputs * outputs)?;
        let scales = self.bytes(&format!("{name}.weight.scales"), inputs / GROUP * outputs * 4)?;
        let bias = self.numbers(&format!("{name}.bias"), outputs)?;
        Weights::new(inputs, bias, steps, scales)
            .ok_or_else(|| Damaged(format!("{name} has an odd size")))
    }
}

impl Packed {
    fn step(&self, at: usize) -> i8 {
        let byte = self.steps[at / 2];
        (byte >> (at % 2 * 4) & 15).cast_signed() - 8
    }

    fn scale(&self, group: usize) -> f32 {
        half(u16::from_le_bytes([self.scales[2 * group], self.scales[2 * group + 1]]))
    }

    /// Adds a row to `sum`, which is as long as a row.
    pub(super) fn add_row(&self, row: usize, sum: &mut [f32]) {
        let from = row * sum.len();
        for (group, sum) in sum.chunks_mut(GROUP).enumerate() {
            let at = from + group * GROUP;
            let scale = self.scale(at / GROUP);
            for (step, sum) in (at..).zip(sum) {
                *sum += f32::from(self.step(step)) * scale;
            }
        }
    }
}

/// IEEE 754 binary16.
fn half(bits: u16) -> f32 {
    let (exponent, part) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023) / 1024.0);
    let value = match exponent {
        0 => part * 2.0_f32.powi(-14),
        31 => f32::INFINITY,
        _ => (1.0 + part) * 2.0_f32.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -value } else { value }
}
