//! Why a verb did not do what was asked, and with which code the program then ends.

use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use crate::access::TokenError;
use crate::app::AppError;
use crate::config::ConfigError;
use crate::desk::{DefineError, StartError};
use crate::driver::CommandError;
use crate::store::StoreError;

/// It went well.
pub(super) const OK: u8 = 0;
/// It did not.
pub(super) const FAILED: u8 = 1;
/// What was written on the command line or in the settings is wrong.
pub(super) const USAGE: u8 = 2;

/// Why a verb ends early.
#[derive(Debug)]
pub(super) enum CliError {
    /// Something written on the command line or in a setting is wrong; one fault a line.
    Usage(String),
    /// It could not be done.
    Failed(String),
    /// All has been said already; only the exit code is left.
    Told(u8),
    /// Whoever reads standard output has seen enough (`trackyard ls | head`).
    Closed,
}

impl CliError {
    /// Says it, and gives the exit code.
    pub(super) fn tell(self) -> ExitCode {
        let (text, code) = match self {
            Self::Usage(text) => (text, USAGE),
            Self::Failed(text) => (text, FAILED),
            Self::Told(code) => (String::new(), code),
            Self::Closed => (String::new(), OK),
        };
        let mut err = std::io::stderr().lock();
        for line in text.lines() {
            // Nobody is left to be told when standard error is closed.
            let _ = writeln!(err, "trackyard: {line}");
        }
        ExitCode::from(code)
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Failed(text) => f.write_str(text),
            Self::Told(_) | Self::Closed => Ok(()),
        }
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        let lines: Vec<String> = error.faults.iter().map(ToString::to_string).collect();
        Self::Usage(lines.join("\n"))
    }
}

/// Errors whose own words say everything.
macro_rules! failed {
    ($($error:ty),+) => {
        $(impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                Self::Failed(error.to_string())
            }
        })+
    };
}

failed!(AppError, StoreError, CommandError, DefineError, TokenError);

impl From<StartError> for CliError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Fields(fields) => {
                let line = |f: &crate::graph::FieldError| format!("`{}`: {}", f.field, f.message);
                Self::Usage(fields.iter().map(line).collect::<Vec<_>>().join("\n"))
            }
            StartError::NoGraph(_)
            | StartError::NoTrack(_)
            | StartError::Unchecked(..)
            | StartError::UnknownSecrets(_)
            | StartError::Sealed(_)
            | StartError::Command(_)
            | StartError::Store(_) => Self::Failed(error.to_string()),
        }
    }
}
