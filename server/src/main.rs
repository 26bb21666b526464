//! The `regain` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    regain::cli::main()
}
