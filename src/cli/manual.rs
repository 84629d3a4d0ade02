//! `trackyard completions` and `trackyard man`: what shells and `man` know of this program.

use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::args::Cli;
use super::error::{CliError, OK};
use super::output::{print, print_bytes};

#[derive(Debug, Args)]
pub(super) struct CompletionArgs {
    /// For which shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Write a page for each verb into this directory [default: print the first page]
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Prints the script that completes words for a shell.
pub(super) fn completions(args: &CompletionArgs) -> Result<u8, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "trackyard", &mut script);
    print_bytes(&script)?;
    Ok(OK)
}

/// Prints or writes manual pages.
pub(super) fn man(args: &ManArgs) -> Result<u8, CliError> {
    let Some(dir) = &args.dir else {
        let mut page = Vec::new();
        let rendered = clap_mangen::Man::new(Cli::command()).render(&mut page);
        rendered.map_err(|why| CliError::Failed(why.to_string()))?;
        print_bytes(&page)?;
        return Ok(OK);
    };
    let written =
        fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(Cli::command(), dir));
    written.map_err(|why| {
        let dir = dir.display();
        CliError::Failed(format!("`{dir}` cannot be written: {why}"))
    })?;
    print(&format!("wrote {}", dir.display()))?;
    Ok(OK)
}
