//! The `trackyard` program.

use std::process::ExitCode;

use trackyard::cli;
use trackyard::executor::supervisor;

fn main() -> ExitCode {
    if let Some(code) = supervisor::main_if_asked() {
        return code;
    }
    cli::main()
}
