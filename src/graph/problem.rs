//! What is wrong with a definition, said so that its author can mend it.

use std::fmt;

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The graph cannot be started.
    Error,
    /// The graph can be started; the author may want to look.
    Notice,
}

/// One finding of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A stable name for programs, e.g. `cycle`. Listed in docs/checks.md.
    pub code: &'static str,
    /// Whether it stops a start.
    pub severity: Severity,
    /// Line in the definition, from 1; 0 when the definition has no text.
    pub line: u32,
    /// Column in characters, from 1; 0 when the definition has no text.
    pub column: u32,
    /// What is meant, e.g. `vertices.ping.script`.
    pub place: String,
    /// What is wrong and what to do, one sentence or two.
    pub message: String,
}

/// A finding about one place of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptProblem {
    /// A stable name for programs; listed in docs/checks.md.
    pub code: &'static str,
    /// Whether it stops a start.
    pub severity: Severity,
    /// Line of the script, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}:{}: ", self.line, self.column)?;
        }
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Notice => "notice",
        };
        write!(f, "{word}[{}]: {}", self.code, self.message)
    }
}
