//! The one form of audio that is handed to recognisers: WAV, 16 kHz, one channel, 16 bits.

use std::io::{self, Write};

/// Samples a second.
pub const RATE: u32 = 16_000;

/// Milliseconds from the start of what sample `n` is.
pub fn millis(n: u64) -> u64 {
    n.saturating_mul(1000) / u64::from(RATE)
}

/// A canonical header (RIFF, `fmt ` of 16 bytes, `data`) and the samples.
///
/// # Errors
/// What `to` gives, or if there are more than a WAV file can hold (37 hours).
pub fn write(to: &mut impl Write, samples: &[i16]) -> io::Result<()> {
    let too_long = |_| io::Error::new(io::ErrorKind::InvalidInput, "too long for a WAV file");
    let bytes = u32::try_from(samples.len().saturating_mul(2)).map_err(too_long)?;
    let riff = bytes.checked_add(36).ok_or_else(|| io::Error::other("too long for a WAV file"))?;
    let mut head = Vec::with_capacity(44);
    head.extend(b"RIFF");
    head.extend(riff.to_le_bytes());
    head.extend(b"WAVEfmt ");
    head.extend(16_u32.to_le_bytes());
    // PCM, one channel.
    head.extend([1, 0, 1, 0]);
    head.extend(RATE.to_le_bytes());
    head.extend((RATE * 2).to_le_bytes());
    // Bytes a sample, bits a sample.
    head.extend([2, 0, 16, 0]);
    head.extend(b"data");
    head.extend(bytes.to_le_bytes());
    to.write_all(&head)?;
    for part in samples.chunks(8192) {
        let bytes: Vec<u8> = part.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        to.write_all(&bytes)?;
    }
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_what_follows() {
        let mut file = Vec::new();
        write(&mut file, &[0, 1, -1, i16::MAX]).unwrap();
        assert_eq!(file.len(), 52);
        assert_eq!(&file[..4], b"RIFF");
        assert_eq!(u32::from_le_bytes(file[4..8].try_into().unwrap()), 44);
        assert_eq!(u32::from_le_bytes(file[24..28].try_into().unwrap()), RATE);
        assert_eq!(u32::from_le_bytes(file[40..44].try_into().unwrap()), 8);
        assert_eq!(&file[44..], [0, 0, 1, 0, 255, 255, 255, 127]);
        assert_eq!(millis(24_000), 1500);
    }
}
