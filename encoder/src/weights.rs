//! The file of the encoder's weights (safetensors: a length, a JSON of names and places, the numbers). What doesn't
//! fit is an error, never a panic. Who reads it, if it is to be read, is decided elsewhere.

use std::collections::HashMap;
use std::sync::Arc;

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

/// Fills a slice with what is in the file from a place on; false if it can't. Weights that are looked at where they lie
/// stay with the process, page by page; those that are read don't.
pub type Read = Box<dyn Fn(usize, &mut [u8]) -> bool + Send + Sync>;

/// The file.
pub(super) struct File {
    places: HashMap<String, Place>,
    data: Bytes,
}

/// A piece of the file.
#[derive(Clone)]
pub(super) struct Bytes {
    lying: &'static [u8],
    /// Where it begins.
    at: usize,
    read: Option<Arc<Read>>,
}

impl Bytes {
    pub(super) fn len(&self) -> usize {
        self.lying.len()
    }

    fn part(&self, from: usize, to: usize) -> Option<Self> {
        let lying = self.lying.get(from..to)?;
        Some(Self { lying, at: self.at + from, read: self.read.clone() })
    }

    /// `length` of them from `from` on, in `room` if they are read. Nothing beyond the end.
    pub(super) fn get<'a>(&self, from: usize, length: usize, room: &'a mut Vec<u8>) -> &'a [u8] {
        let lying = self.lying.get(from..from + length).unwrap_or_default();
        if let Some(read) = &self.read {
            if room.len() < lying.len() {
                room.resize(lying.len(), 0);
            }
            let room = &mut room[..lying.len()];
            if read(self.at + from, room) {
                return room;
            }
        }
        lying
    }

    /// All of them.
    pub(super) fn all<'a>(&self, room: &'a mut Vec<u8>) -> &'a [u8] {
        self.get(0, self.len(), room)
    }
}

/// A table of rows in four bits a number: two in a byte, the lower half first, less eight; with a scale for each
/// [`GROUP`].
pub(super) struct Packed {
    steps: Bytes,
    scales: Bytes,
}

impl File {
    /// What `read` gives must be what lies there.
    pub(super) fn new(bytes: &'static [u8], read: Option<Read>) -> Result<Self, Damaged> {
        let damaged = || Damaged("it has no table of contents".into());
        let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(damaged)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| damaged())?;
        let (table, data) = rest.split_at_checked(length).ok_or_else(damaged)?;
        let places = serde_json::from_slice(table).map_err(|e| Damaged(e.to_string()))?;
        let at = bytes.len() - data.len();
        Ok(Self { places, data: Bytes { lying: data, at, read: read.map(Arc::new) } })
    }

    fn bytes(&self, name: &str, length: usize) -> Result<Bytes, Damaged> {
        let place = self.places.get(name).map(|place| place.data_offsets);
        let bytes = place.and_then(|(from, to)| self.data.part(from, to));
        bytes
            .filter(|bytes| bytes.len() == length)
            .ok_or_else(|| Damaged(format!("{name} is not there or has another size")))
    }

    /// Plain numbers.
    pub(super) fn numbers(&self, name: &str, count: usize) -> Result<Vec<f32>, Damaged> {
        let (bytes, mut room) = (self.bytes(name, count * 4)?, Vec::new());
        let bytes = bytes.all(&mut room);
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
    /// Adds a row to `sum`, which is as long as a row.
    pub(super) fn add_row(&self, row: usize, sum: &mut [f32], room: &mut [Vec<u8>; 2]) {
        let (from, [steps, scales]) = (row * sum.len(), room);
        let steps = self.steps.get(from / 2, sum.len() / 2, steps);
        let scales = self.scales.get(from / GROUP * 2, sum.len() / GROUP * 2, scales);
        let groups = steps.chunks_exact(GROUP / 2).zip(scales.as_chunks::<2>().0);
        for (sum, (steps, scale)) in sum.chunks_exact_mut(GROUP).zip(groups) {
            let scale = half(u16::from_le_bytes(*scale));
            for (sum, step) in sum.as_chunks_mut::<2>().0.iter_mut().zip(steps) {
                sum[0] += f32::from((step & 15).cast_signed() - 8) * scale;
                sum[1] += f32::from((step >> 4).cast_signed() - 8) * scale;
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
