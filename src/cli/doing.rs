//! What verbs take that change something: `--dry-run`, `--json`.

use clap::Args;

/// Whether it is done or only worked out, and how that is told.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Doing {
    /// Do nothing; say what would become of it
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Print the server's answer as JSON
    #[arg(long)]
    pub(super) json: bool,
}

impl Doing {
    /// The address under which it is done, or worked out.
    pub(super) fn at(self, path: &str) -> String {
        let query = if self.dry_run { "?dry_run=true" } else { "" };
        format!("{path}{query}")
    }

    /// `the secret is set`, `the secret would be set. Nothing was done.`
    pub(super) fn told(self, what: &str, done: &str) -> String {
        match self.dry_run {
            true => format!("{what} would be {done}. Nothing was done."),
            false => format!("{what} is {done}"),
        }
    }
}
