//! The process that minds a command (`podbrief mind`): it runs the command at the lowest priority and in a group of its
//! own, and ends the whole group when its standard input closes. So no recogniser outlives a server that was killed.

use std::ffi::OsString;
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group, nice};

/// Bytes of address space for decoding, which needs some megabytes.
const MOST_MEMORY: u64 = 1 << 30;

/// Lowest priority, and the first to go where memory runs out.
pub fn humble() {
    // Neither is needed to go on.
    let _ = nice(19);
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

/// Bounds what this process may take of memory, for work on files of strangers.
pub fn bounded() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Without the bound the work goes on, too.
    let _ =
        setrlimit(Resource::As, Rlimit { current: Some(MOST_MEMORY), maximum: Some(MOST_MEMORY) });
}

/// Runs `command` and gives its exit code (128 and the signal's number if one ended it, as shells have it).
///
/// # Errors
/// If it can't be started.
pub fn mind(command: &[OsString]) -> io::Result<u8> {
    use std::os::unix::process::ExitStatusExt;
    humble();
    let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut child =
        Command::new(program).args(arguments).stdin(Stdio::null()).process_group(0).spawn()?;
    let group = Pid::from_child(&child);
    std::thread::spawn(move || {
        // Nothing is ever sent; this ends when the other side does.
        let _ = io::stdin().lock().read_to_end(&mut Vec::new());
        let _ = kill_process_group(group, Signal::KILL);
    });
    let status = child.wait()?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}
