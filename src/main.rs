//! The binary: hands the arguments to the command line and turns its answer into an exit code.

fn main() -> std::process::ExitCode {
    podbrief::cli::main()
}
