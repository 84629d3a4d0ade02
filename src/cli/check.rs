//! `trackyard check FILE...`: every problem of every file.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::definition::{Definition, Unreadable};
use super::error::{CliError, FAILED, OK};
use super::output::{coloured, counted, print, print_json, say};
use super::problems::{Drawing, has_error, shown};
use super::run::say_problems;
use crate::app::{limits, probe};
use crate::config::Config;
use crate::desk::examine;
use crate::graph::{Graph, Limits};
use crate::probe::Probe;
use crate::store::StoredProblem;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Definitions in YAML, or JSON if the name ends in `.json`; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(super) json: bool,
}

/// What was found in one file.
struct Checked {
    name: String,
    text: String,
    problems: Vec<StoredProblem>,
}

/// Checks files; nothing is saved.
pub(super) fn check(config: &Config, args: &CheckArgs) -> Result<u8, CliError> {
    let (limits, probe) = (limits(config), probe(config));
    let files: Vec<Checked> = args
        .files
        .iter()
        .map(|path| {
            one(
                Definition::read(path, config.max_file_bytes),
                &limits,
                &probe,
            )
        })
        .collect();
    let all = || files.iter().flat_map(|file| &file.problems);
    let errors = all().filter(|p| p.severity == "error").count();
    let notices = all().count() - errors;
    if args.json {
        let files: Vec<Value> = files.iter().map(file_json).collect();
        print_json(&json!({"files": files, "errors": errors, "notices": notices}))?;
    } else {
        let colours = coloured(&io::stdout());
        let drawn =
            |file: &Checked| Drawing::new(&file.name, &file.text, colours).draw(&file.problems);
        let mut text: String = files.iter().map(drawn).collect();
        text.push_str(&summary(files.len(), errors, notices));
        print(&text)?;
    }
    Ok(if errors > 0 { FAILED } else { OK })
}

fn one(read: Result<Definition, Unreadable>, limits: &Limits, probe: &Probe) -> Checked {
    match read {
        Ok(definition) => {
            let problems = examine(&definition.text, definition.format, limits, probe).problems;
            Checked {
                name: definition.name,
                text: definition.text,
                problems: problems.iter().map(shown).collect(),
            }
        }
        Err(unreadable) => Checked {
            problems: vec![problem(&unreadable)],
            name: unreadable.name,
            text: String::new(),
        },
    }
}

/// The text of a definition; why there is none is said.
pub(super) fn readable(config: &Config, path: &Path) -> Result<Definition, CliError> {
    Definition::read(path, config.max_file_bytes).map_err(|unreadable| {
        let drawn = Drawing::new(&unreadable.name, "", coloured(&io::stderr()));
        say(&drawn.draw(&[problem(&unreadable)]));
        CliError::Told(FAILED)
    })
}

/// A definition without errors; what is wrong with it is said.
pub(super) fn sound(config: &Config, path: &Path) -> Result<(Definition, Graph), CliError> {
    let definition = readable(config, path)?;
    let (limits, probe) = (limits(config), probe(config));
    let examined = examine(&definition.text, definition.format, &limits, &probe);
    let problems: Vec<_> = examined.problems.iter().map(shown).collect();
    say_problems(&definition, &problems);
    let graph = examined.graph.filter(|_| !has_error(&problems));
    let graph = graph.ok_or(CliError::Told(FAILED))?;
    Ok((definition, graph))
}

/// A file that cannot be read, as a problem like any other.
fn problem(unreadable: &Unreadable) -> StoredProblem {
    StoredProblem {
        code: "unreadable".to_owned(),
        severity: "error".to_owned(),
        line: unreadable.line,
        column: unreadable.column,
        place: String::new(),
        message: unreadable.why.clone(),
    }
}

fn file_json(file: &Checked) -> Value {
    json!({"file": file.name, "checked": !has_error(&file.problems), "problems": file.problems})
}

fn summary(files: usize, errors: usize, notices: usize) -> String {
    let found = match (errors, notices) {
        (0, 0) => "no problems".to_owned(),
        (0, n) => counted(n, "notice"),
        (e, 0) => counted(e, "error"),
        (e, n) => format!("{}, {}", counted(e, "error"), counted(n, "notice")),
    };
    format!("{} checked: {found}\n", counted(files, "file"))
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn the_summary_counts() {
        assert_eq!(summary(1, 0, 0), "1 file checked: no problems\n");
        assert_eq!(summary(2, 1, 2), "2 files checked: 1 error, 2 notices\n");
    }
}
