//! One heap for all threads of a server, and what is large given back at once. glibc gives each thread a heap of its
//! own, and what one thread has let go of no other uses: after some hundred pages that is a quarter of all memory. And
//! each large block that is let go of raises the size from which blocks are mapped by themselves, so that later ones
//! leave holes (docs/measured.md). Both are taken from the environment only, when a process begins (mallopt(3)); so the
//! program begins once more, as the same process. Other C libraries pass over it.

use std::os::unix::process::CommandExt;
use std::process::Command;

const HEAPS: &str = "MALLOC_ARENA_MAX";

/// What else is set, in bytes: glibc's own beginnings, which then stay as they are.
const SIZES: [(&str, &str); 2] =
    [("MALLOC_MMAP_THRESHOLD_", "131072"), ("MALLOC_TRIM_THRESHOLD_", "131072")];

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
    let error = again.args(args).env(HEAPS, "1").envs(SIZES).exec();
    tracing::debug!(%error, "the program can't begin anew; it has a heap for each thread");
}
