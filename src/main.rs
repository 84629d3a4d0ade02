//! The `trackyard` program.

use std::process::ExitCode;

use trackyard::executor::supervisor;

fn main() -> ExitCode {
    if let Some(code) = supervisor::main_if_asked() {
        return code;
    }
    ExitCode::SUCCESS
}
