//! The `ironstride` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ironstride::cli::run()
}
