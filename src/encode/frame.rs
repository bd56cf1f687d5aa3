//! What the server and the encoder's process say to each other: frames of a length and bytes, all numbers little
//! endian. A request is what is wanted and a list of texts; an answer is one vector for each, or a sentence on what went
//! wrong.

use std::io::{self, Read, Write};

use crate::text::embed::{BYTES, DIMENSIONS, MODEL, Midway, Vector};

/// Texts of one request at most, and bytes of one text.
pub(super) const MOST_TEXTS: usize = 64;
const MOST_TEXT: usize = 4096;
/// Bytes of a frame at most: a request is the larger.
const MOST_FRAME: usize = MOST_TEXTS * (MOST_TEXT + 4) + 5;

/// What is wanted of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// [`Vector`], 1 byte a number.
    Vectors = 0,
    /// [`Midway`], 4 bytes a number.
    Midway = 1,
}

/// Said by the process before anything else, so that no vector of another model is ever taken in.
pub(super) fn hello() -> Vec<u8> {
    MODEL.as_bytes().to_vec()
}

pub(super) fn write(to: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len()).map_err(|_| broken("a frame is too long"))?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(frame)?;
    to.flush()
}

/// None where the other side has closed between two frames.
pub(super) fn read(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > MOST_FRAME {
        return Err(broken("a frame is too long"));
    }
    let mut frame = vec![0; length];
    from.read_exact(&mut frame)?;
    Ok(Some(frame))
}

/// The caller sees to [`MOST_TEXTS`]; texts are cut where the encoder stops reading.
pub(super) fn request(want: Want, texts: &[&str]) -> Vec<u8> {
    let mut out = vec![want as u8];
    for text in texts {
        let text = crate::text::encoder::cut(text);
        // A cut text has at most 4096 bytes.
        out.extend((text.len() as u32).to_le_bytes());
        out.extend(text.as_bytes());
    }
    out
}

/// What a request is for.
pub(super) fn asked(frame: &[u8]) -> io::Result<(Want, Vec<&str>)> {
    let (want, mut rest) = match frame.split_first() {
        Some((0, rest)) => (Want::Vectors, rest),
        Some((1, rest)) => (Want::Midway, rest),
        _ => return Err(broken("a request wants nothing known")),
    };
    let mut out = Vec::new();
    while let Some((length, more)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let text = more.get(..length).filter(|_| length <= MOST_TEXT && out.len() < MOST_TEXTS);
        let text = text.ok_or_else(|| broken("a request is out of its bounds"))?;
        out.push(std::str::from_utf8(text).map_err(|_| broken("a text is not UTF-8"))?);
        rest = &more[length..];
    }
    if rest.is_empty() { Ok((want, out)) } else { Err(broken("a request is cut short")) }
}

pub(super) fn answer(vectors: &[Vector]) -> Vec<u8> {
    std::iter::once(0).chain(vectors.iter().flat_map(Vector::to_bytes)).collect()
}

pub(super) fn answer_midway(vectors: &[Midway]) -> Vec<u8> {
    let numbers = vectors.iter().flatten();
    std::iter::once(0).chain(numbers.flat_map(|number| number.to_le_bytes())).collect()
}

pub(super) fn refusal(why: &str) -> Vec<u8> {
    std::iter::once(1).chain(why.bytes()).collect()
}

/// The answer to a request of `count` texts for vectors.
pub(super) fn vectors(frame: &[u8], count: usize) -> io::Result<Vec<Vector>> {
    let bytes = answered(frame, count * BYTES)?;
    Ok(bytes.chunks_exact(BYTES).filter_map(Vector::from_bytes).collect())
}

/// The same midway. Numbers that are none count nothing.
pub(super) fn midway(frame: &[u8], count: usize) -> io::Result<Vec<Midway>> {
    let (numbers, _) = answered(frame, count * DIMENSIONS * 4)?.as_chunks::<4>();
    let finite = |bytes: &[u8; 4]| Some(f32::from_le_bytes(*bytes)).filter(|n| n.is_finite());
    let (all, _) = numbers.as_chunks::<DIMENSIONS>();
    Ok(all.iter().map(|one| one.map(|bytes| finite(&bytes).unwrap_or_default())).collect())
}

fn answered(frame: &[u8], length: usize) -> io::Result<&[u8]> {
    match frame.split_first() {
        Some((0, rest)) if rest.len() == length => Ok(rest),
        Some((1, why)) => Err(io::Error::other(String::from_utf8_lossy(why).into_owned())),
        _ => Err(broken("an answer has the wrong length")),
    }
}

fn broken(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_arrive_as_they_were_sent(sent in prop::collection::vec("\\PC{0,40}", 0..20)) {
            let sent: Vec<&str> = sent.iter().map(String::as_str).collect();
            let mut pipe = Vec::new();
            write(&mut pipe, &request(Want::Midway, &sent)).unwrap();
            let frame = read(&mut pipe.as_slice()).unwrap().unwrap();
            prop_assert_eq!(asked(&frame).unwrap(), (Want::Midway, sent));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600), count in 0_usize..3) {
            let _ = read(&mut bytes.as_slice());
            let _ = asked(&bytes);
            if let Ok(vectors) = vectors(&bytes, count) {
                prop_assert_eq!(vectors.len(), count);
            }
        }

        #[test]
        fn numbers_arrive_as_they_were_sent(numbers in prop::collection::vec(-9.0_f32..9.0, DIMENSIONS), count in 0_usize..3) {
            let sent = vec![<Midway>::try_from(numbers).unwrap(); count];
            prop_assert_eq!(midway(&answer_midway(&sent), count).unwrap(), sent);
        }
    }

    #[test]
    fn bounds_are_kept() {
        assert!(read(&mut [0xff; 8].as_slice()).is_err());
        assert!(read(&mut [].as_slice()).unwrap().is_none());
        assert!(asked(&request(Want::Vectors, &["a"; MOST_TEXTS + 1])).is_err());
        assert!(asked(&[2]).is_err() && asked(&[]).is_err());
        assert!(request(Want::Vectors, &[&"a".repeat(1 << 20)]).len() <= MOST_FRAME);
        assert_eq!(
            midway(&answer_midway(&[[f32::NAN; DIMENSIONS]]), 1).unwrap(),
            [[0.0; DIMENSIONS]]
        );
        assert!(vectors(&refusal("no memory"), 1).unwrap_err().to_string().contains("no memory"));
    }
}
