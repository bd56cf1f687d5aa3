//! One heap for all threads of a server. glibc gives each thread a heap of its own, and what one thread has let go
//! of no other uses: after some hundred pages that is a quarter of all memory (docs/measured.md). It takes the number
//! of heaps from the environment only, when a process begins (mallopt(3)); so the program begins once more, as the
//! same process. Other C libraries pass over it.

use std::os::unix::process::CommandExt;
use std::process::Command;

const HEAPS: &str = "MALLOC_ARENA_MAX";

/// Begins anew with one heap, unless the operator has said how many there are to be. Before threads and files are
/// opened. Goes on as it is where that can't be.
pub(super) fn one() {
    if std::env::var_os(HEAPS).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut args = std::env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = args.next() {
        again.arg0(name);
    }
    // Only returns if it failed.
    let error = again.args(args).env(HEAPS, "1").exec();
    tracing::debug!(%error, "the program can't begin anew; it has a heap for each thread");
}
