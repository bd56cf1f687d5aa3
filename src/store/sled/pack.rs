//! Rows made small. Each is too short to show zstd (RFC 8878) what rows look like, so a dictionary does
//! (`data/rows/train.py`), and a third is left of most. Knows bytes only.
//!
//! A packed row is a frame without its first four bytes, which all frames have in common. The dictionary is part of the
//! form of the store: it never changes, and another one would have a mark of its own in `record`.

use std::io;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{CParameter, get_frame_content_size};

static ROWS: &[u8] = include_bytes!("../../../data/rows/rows.dict");
/// zstd's magic number.
const MAGIC: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();
const LEVEL: i32 = 3;
/// Shorter ones are not worth it.
const LEAST: usize = 48;
/// Bytes of a row; none of ours comes near. What claims more is damaged.
const MOST: u64 = 64 * 1024 * 1024;
/// So many readers unpack at once without making tables anew.
const READERS: usize = 4;

static WRITER: LazyLock<Mutex<Option<Compressor<'static>>>> = LazyLock::new(|| {
    static DICTIONARY: LazyLock<EncoderDictionary<'static>> =
        LazyLock::new(|| EncoderDictionary::copy(ROWS, LEVEL));
    let make = || {
        let mut writer = Compressor::with_prepared_dictionary(&DICTIONARY)?;
        // There is but one, and the rows have checks around them.
        writer.set_parameter(CParameter::DictIdFlag(false))?;
        Ok::<_, io::Error>(writer)
    };
    Mutex::new(make().ok())
});

static FREE: Mutex<Vec<Decompressor<'static>>> = Mutex::new(Vec::new());

fn free() -> MutexGuard<'static, Vec<Decompressor<'static>>> {
    FREE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `row` made smaller, if it can be.
pub(super) fn pack(row: &[u8]) -> Option<Vec<u8>> {
    if row.len() < LEAST {
        return None;
    }
    let mut writer = WRITER.lock().unwrap_or_else(PoisonError::into_inner);
    let mut frame = writer.as_mut()?.compress(row).ok()?;
    drop(writer);
    if frame.len() >= row.len() || !frame.starts_with(&MAGIC) {
        return None;
    }
    frame.drain(..MAGIC.len());
    Some(frame)
}

/// The row of which `packed` was made.
///
/// # Errors
/// If none was.
pub(super) fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
    static DICTIONARY: LazyLock<DecoderDictionary<'static>> =
        LazyLock::new(|| DecoderDictionary::copy(ROWS));
    let frame = [&MAGIC, packed].concat();
    let damaged = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let size = get_frame_content_size(&frame).ok().flatten();
    let size = size.filter(|size| *size <= MOST).and_then(|size| usize::try_from(size).ok());
    let size = size.ok_or_else(|| damaged("it does not say its size"))?;
    let ready = free().pop();
    let mut reader = match ready {
        Some(reader) => reader,
        None => Decompressor::with_prepared_dictionary(&DICTIONARY)?,
    };
    let row = reader.decompress(&frame, size);
    let mut free = free();
    if free.len() < READERS {
        free.push(reader);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_row_is_a_third_and_comes_back() {
        let row = r#"{"id":"s8ssv0q0p0v87qn83p8t","source":"5m15pkmbdjws73575tj4","key":"1","kind":"episode","title":"What rivers carry","link":"https://rivers.example/1","enclosure":{"url":"https://rivers.example/1.mp3","media_type":"audio/mpeg","length":5032044},"published":1793979233,"seen":1795707233,"duration_ms":629000,"language":null,"transcripts":[],"persons":[],"chapters_url":null,"soundbites":[],"notes":"6demej5hmaha0j0g917z","transcript":null,"state":{"state":"new"},"problem":null}"#;
        let packed = pack(row.as_bytes()).unwrap();
        assert!(packed.len() * 3 < row.len(), "{} of {}", packed.len(), row.len());
        assert_eq!(unpack(&packed).unwrap(), row.as_bytes());
    }

    #[test]
    fn what_does_not_shrink_stays() {
        assert_eq!(pack(b"{}"), None);
        let noise: Vec<u8> =
            (0..200_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert_eq!(pack(&noise), None);
    }

    #[test]
    fn one_that_claims_to_be_huge_is_refused_before_room_is_made() {
        // A frame header with a size of eight bytes (RFC 8878 3.1.1.1): a terabyte.
        let frame = [[0xE0].as_slice(), &(1_u64 << 40).to_le_bytes(), &[1, 0, 0]].concat();
        assert!(unpack(&frame).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(row in prop::collection::vec(any::<u8>(), 0..2000), text in "\\PC{0,400}") {
            for row in [row.as_slice(), text.as_bytes()] {
                if let Some(packed) = pack(row) {
                    prop_assert!(packed.len() < row.len());
                    prop_assert_eq!(unpack(&packed).unwrap(), row);
                }
            }
        }

        #[test]
        fn any_damage_is_an_error_or_other_bytes(packed in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = unpack(&packed);
        }
    }
}
