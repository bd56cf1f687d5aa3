//! An audio file as a stream of samples at 16 kHz, one channel. Runs in a process of its own, because files come from
//! strangers. Never holds more than a few packets.

use std::fs::File;
use std::path::Path;

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use super::resample::Resampler;

/// Damaged packets in a row after which nothing more is expected.
const DAMAGED: u32 = 500;
/// Channels at most.
const CHANNELS: usize = 32;

/// Why a file can't be heard.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not readable.
    #[error("the audio file can't be read: {0}")]
    File(std::io::Error),
    /// No known kind of audio.
    #[error("it is no audio of a kind that can be decoded (MP3, AAC, Vorbis, FLAC, WAV): {0}")]
    Unknown(String),
    /// Nothing could be decoded.
    #[error("its audio is damaged: nothing in it can be decoded")]
    Damaged,
}

/// An open file.
pub struct Decoder {
    format: Box<dyn FormatReader>,
    codec: Box<dyn AudioDecoder>,
    track: u32,
    resampler: Option<(u32, Resampler)>,
    interleaved: Vec<f32>,
    mono: Vec<f32>,
    /// Whether anything was decoded at all.
    sounded: bool,
    damaged: u32,
}

impl Decoder {
    /// Looks what it is.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn open(path: &Path) -> Result<Self, DecodeError> {
        let file = File::open(path).map_err(DecodeError::File)?;
        let unknown = |why: &dyn ToString| DecodeError::Unknown(why.to_string());
        let stream = MediaSourceStream::new(Box::new(file), Default::default());
        let format = symphonia::default::get_probe()
            .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|e| unknown(&e))?;
        let track =
            format.default_track(TrackType::Audio).ok_or_else(|| unknown(&"it has no sound"))?;
        let parameters = track.codec_params.as_ref().and_then(|p| p.audio());
        let parameters = parameters.ok_or_else(|| unknown(&"its sound is not described"))?;
        let codec = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
            .map_err(|e| unknown(&e))?;
        let track = track.id;
        let (interleaved, mono) = (Vec::new(), Vec::new());
        Ok(Self {
            format,
            codec,
            track,
            resampler: None,
            interleaved,
            mono,
            sounded: false,
            damaged: 0,
        })
    }

    /// Appends the next samples to `out`; false at the end. A damaged packet is silence of the length of the one before, so
    /// that what follows keeps its time.
    ///
    /// # Errors
    /// [`DecodeError`], if there was nothing to hear at all.
    pub fn more(&mut self, out: &mut Vec<i16>) -> Result<bool, DecodeError> {
        let packet = match self.format.next_packet() {
            Ok(Some(packet)) => packet,
            // A file that breaks off is heard up to there.
            Ok(None) | Err(_) => return self.end(),
        };
        if packet.track_id != self.track {
            return Ok(true);
        }
        match self.codec.decode(&packet) {
            Ok(decoded) => {
                let spec = decoded.spec();
                let (rate, channels) = (spec.rate(), spec.channels().count());
                if channels == 0 || channels > CHANNELS {
                    return Err(DecodeError::Unknown(format!("it has {channels} channels")));
                }
                if self.resampler.as_ref().is_none_or(|(known, _)| *known != rate) {
                    let resampler = Resampler::new(rate).ok_or_else(|| {
                        DecodeError::Unknown(format!("it has {rate} samples a second"))
                    })?;
                    self.resampler = Some((rate, resampler));
                }
                self.interleaved.resize(decoded.samples_interleaved(), 0.0);
                decoded.copy_to_slice_interleaved(&mut self.interleaved);
                self.mono.clear();
                let share = 1.0 / channels as f32;
                self.mono.extend(
                    self.interleaved
                        .chunks_exact(channels)
                        .map(|frame| frame.iter().sum::<f32>() * share),
                );
                self.sounded |= !self.mono.is_empty();
                self.damaged = 0;
            }
            Err(Error::DecodeError(_) | Error::IoError(_)) if self.damaged < DAMAGED => {
                self.damaged += 1;
                self.mono.fill(0.0);
            }
            Err(_) => return self.end(),
        }
        if let Some((_, resampler)) = &mut self.resampler {
            resampler.feed(&self.mono, out);
        }
        Ok(true)
    }

    fn end(&self) -> Result<bool, DecodeError> {
        if self.sounded { Ok(false) } else { Err(DecodeError::Damaged) }
    }
}
