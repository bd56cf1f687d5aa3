//! The other side of [`super::serve`]: the cutter's process, asked for one piece at a time.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines, Take};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::serve::{Cutting, Said};

/// To decode up to the next piece, on a slow machine, after all that was cut before.
const PATIENCE: Duration = Duration::from_secs(1800);
/// Bytes that it may say in all.
const MOST_SAID: u64 = 1 << 20;

/// A running process; it ends with this.
pub struct CutterProcess {
    child: Child,
    to: ChildStdin,
    from: Lines<BufReader<Take<ChildStdout>>>,
}

impl CutterProcess {
    /// Starts it. `program` is this program.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn start(program: &Path, cutting: &Cutting) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg("cut")
            .arg(&cutting.audio)
            .args(["--from", &cutting.from.to_string()])
            .args(["--chunk", &cutting.chunk.to_string()])
            .args(["--most", &cutting.most.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("it has no pipes"));
        };
        Ok(Self { child, to, from: BufReader::new(from.take(MOST_SAID)).lines() })
    }

    /// The next piece, written to `path`. A process that ends without a word has fallen over its file, which is the file's
    /// fault; one that can't be spoken to at all failed.
    pub async fn next(&mut self, path: &Path) -> Said {
        let Some(path) = path.to_str() else {
            return Said::Failed("the data directory's name is not UTF-8".into());
        };
        let asked = async {
            self.to.write_all(format!("{path}\n").as_bytes()).await?;
            self.to.flush().await?;
            self.from.next_line().await
        };
        match tokio::time::timeout(PATIENCE, asked).await {
            Err(_) => Said::Refused("decoding it takes too long".into()),
            Ok(Err(error)) => Said::Failed(format!("the decoder's process failed: {error}")),
            Ok(Ok(None)) => match self.child.wait().await {
                // Somebody else ended it, most likely for want of memory.
                Ok(status) if status.signal() == Some(9) => {
                    Said::Failed(format!("the decoder's process was ended ({status})"))
                }
                Ok(status) => Said::Refused(format!("it made the decoder fail ({status})")),
                Err(error) => Said::Failed(format!("the decoder's process failed: {error}")),
            },
            Ok(Ok(Some(line))) => serde_json::from_str(&line)
                .unwrap_or_else(|_| Said::Failed("the decoder's process talks nonsense".into())),
        }
    }
}
