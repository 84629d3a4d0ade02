//! What may be written after `trackyard hook`.

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::doing::Doing;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum HookVerb {
    /// Make a hook, and print its address and its secret, which nothing tells again
    #[command(
        after_help = "Examples:\n  trackyard hook add deploy -i branch=/ref --style github\n  trackyard hook add deploy -i branch=/ref --dry-run\n  trackyard hook add deploy --secret <secret.txt"
    )]
    Add {
        /// The name of a graph, or a number of one of its versions
        #[arg(value_name = "GRAPH")]
        graph: String,
        #[command(flatten)]
        what: WhatArgs,
        #[command(flatten)]
        doing: Doing,
    },
    /// List the hooks of a graph
    #[command(after_help = "Example:\n  trackyard hook ls deploy")]
    Ls {
        /// The name of a graph, or a number of one of its versions
        #[arg(value_name = "GRAPH")]
        graph: String,
        /// Print one JSON object instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Show a hook, and what keeps its calls from starting the newest version
    #[command(after_help = "Example:\n  trackyard hook show deploy 1")]
    Show {
        #[command(flatten)]
        which: WhichArgs,
        /// Print one JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Change a hook; what is not said stays as it is
    #[command(
        after_help = "Examples:\n  trackyard hook set deploy 1 --off\n  trackyard hook set deploy 1 -i branch=/ref --value target=test\n  trackyard hook set deploy 1 --secret <secret.txt\n\nValues that are given take the place of all that it had."
    )]
    Set {
        #[command(flatten)]
        which: WhichArgs,
        #[command(flatten)]
        what: WhatArgs,
        /// It may be called again
        #[arg(long, conflicts_with = "off")]
        on: bool,
        /// It has no values any more
        #[arg(long, conflicts_with_all = ["pointers", "values"])]
        no_values: bool,
        #[command(flatten)]
        doing: Doing,
    },
    /// Remove a hook
    #[command(after_help = "Example:\n  trackyard hook rm deploy 1 --dry-run")]
    Rm {
        #[command(flatten)]
        which: WhichArgs,
        #[command(flatten)]
        doing: Doing,
    },
}

/// One hook.
#[derive(Debug, Args)]
pub(in crate::cli) struct WhichArgs {
    /// The name of its graph, or a number of one of its versions
    #[arg(value_name = "GRAPH")]
    pub(super) graph: String,
    /// The number of the hook
    #[arg(value_name = "HOOK")]
    pub(super) hook: i64,
}

/// What is said of a hook.
#[derive(Debug, Args)]
pub(in crate::cli) struct WhatArgs {
    /// A value of the start from the body of a call, e.g. `branch=/ref`
    #[arg(long = "pointer", short = 'i', value_name = "NAME=POINTER")]
    pub(super) pointers: Vec<String>,
    /// A value that is always the same
    #[arg(long = "value", value_name = "NAME=VALUE")]
    pub(super) values: Vec<String>,
    /// How calls are signed; of a new hook `trackyard`
    #[arg(long, value_enum)]
    pub(super) style: Option<Style>,
    /// Calls are signed with the text of standard input (16 bytes at least); on a terminal it is asked for
    #[arg(long)]
    pub(super) secret: bool,
    /// It starts nothing
    #[arg(long)]
    pub(super) off: bool,
}

/// How calls are signed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum Style {
    /// Time stamp and body.
    Trackyard,
    /// The body alone.
    Github,
}

impl Style {
    /// As it goes over the wire.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Trackyard => "trackyard",
            Self::Github => "github",
        }
    }
}
