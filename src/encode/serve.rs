//! The process itself (`podbrief encode`): reads requests, answers them, ends when nobody is left to ask.

use std::io::{self, Read, Write};

use super::frame::{self, Want};
use super::own;
use crate::text::encoder::{Damaged, Encoder, weights};

/// The process could not go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// No model.
    #[error(transparent)]
    Load(#[from] Damaged),
    /// The pipe broke, or what came through it was no request.
    #[error("the encoder's pipe: {0}")]
    Pipe(#[from] io::Error),
}

/// Answers until `from` ends. The model is loaded before the greeting is said: who hears it may ask at once.
///
/// # Errors
/// If the model can't be loaded, or the other side breaks off or speaks otherwise.
pub fn serve(from: &mut impl Read, to: &mut impl Write) -> Result<(), ServeError> {
    let encoder = own::reader(weights()).map_or_else(Encoder::load, Encoder::reading)?;
    frame::write(to, &frame::hello())?;
    while let Some(request) = frame::read(from)? {
        let answer = match frame::asked(&request) {
            Ok((Want::Vectors, texts)) => frame::answer(&encoder.encode(&texts)),
            Ok((Want::Midway, texts)) => frame::answer_midway(&encoder.midway(&texts)),
            Err(error) => frame::refusal(&error.to_string()),
        };
        frame::write(to, &answer)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_answered_in_order_until_the_pipe_ends() {
        let mut asked = Vec::new();
        frame::write(&mut asked, &frame::request(Want::Vectors, &["Wind turns blades.", ""]))
            .unwrap();
        frame::write(&mut asked, &frame::request(Want::Midway, &["Wind turns blades."])).unwrap();
        frame::write(&mut asked, b"nonsense").unwrap();
        let mut said = Vec::new();
        serve(&mut asked.as_slice(), &mut said).unwrap();
        let mut said = said.as_slice();
        assert_eq!(frame::read(&mut said).unwrap().unwrap(), frame::hello());
        let vectors = frame::vectors(&frame::read(&mut said).unwrap().unwrap(), 2).unwrap();
        assert!(!vectors[0].is_zero() && vectors[1].is_zero());
        let midway = frame::midway(&frame::read(&mut said).unwrap().unwrap(), 1).unwrap();
        assert_eq!(midway, Encoder::load().unwrap().midway(&["Wind turns blades."]));
        assert!(frame::vectors(&frame::read(&mut said).unwrap().unwrap(), 1).is_err());
        assert!(frame::read(&mut said).unwrap().is_none());
    }
}
