//! The other side of the admin socket: a verb in a second process.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::socket::Place;
use super::{Command, Reply};

/// The running server did not answer as it should.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The connection broke.
    #[error("the running podbrief broke off: {0}. Its log says why")]
    Broken(io::Error),
    /// Not an answer of ours.
    #[error(
        "the running podbrief answered what this one does not know ({0}); are both of one version?"
    )]
    Unknown(serde_json::Error),
}

/// A connection to the running server.
pub struct Link(BufReader<UnixStream>);

/// Connects, if a server runs on this data directory.
pub fn connect(dir: &Path) -> Option<Link> {
    let place = Place::of(dir).ok()?;
    UnixStream::connect(&place.path).ok().map(|stream| Link(BufReader::new(stream)))
}

impl Link {
    /// Sends `command` and hands every reply to `each` until the ending one, which is returned.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn ask(
        &mut self,
        command: &Command,
        mut each: impl FnMut(Reply),
    ) -> Result<Reply, AskError> {
        let mut line = serde_json::to_string(command).map_err(AskError::Unknown)?;
        line.push('\n');
        self.0.get_mut().write_all(line.as_bytes()).map_err(AskError::Broken)?;
        if let Command::Deliver { bytes, .. } = command {
            match self.0.get_mut().write_all(bytes) {
                // It may answer before it has read all.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                written => written.map_err(AskError::Broken)?,
            }
        }
        loop {
            line.clear();
            if self.0.read_line(&mut line).map_err(AskError::Broken)? == 0 {
                let error = io::Error::new(io::ErrorKind::UnexpectedEof, "it hung up");
                return Err(AskError::Broken(error));
            }
            match serde_json::from_str(&line).map_err(AskError::Unknown)? {
                event @ Reply::Event(_) => each(event),
                last => return Ok(last),
            }
        }
    }

    /// The raw bytes that follow [`Reply::Bytes`].
    pub fn bytes(self) -> impl Read {
        self.0
    }
}
