//! `trackyard import` of what other programs' files say.

use std::path::Path;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::context::Context;
use super::definition::Definition;
use super::error::{CliError, FAILED, OK};
use super::import::{ImportArgs, save, saved_line};
use super::output::{counted, print, print_json, say, visible};
use crate::graph::foreign::{self, Found, Guess, LeftOut, Origin, Unusable, Wish};
use crate::graph::text::{Format, to_yaml};

/// Whose file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum From {
    /// A definition of Trackyard
    Trackyard,
    /// A crontab; each job becomes a graph
    Crontab,
    /// A makefile; what one goal needs becomes a graph
    Make,
    /// A workflow of GitHub Actions
    Github,
}

impl From {
    /// What a file's name says, if it says something.
    fn named(path: &Path) -> Option<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = path.to_string_lossy();
        let named = |part: &str| text.contains(part);
        if matches!(&*name, "Makefile" | "makefile" | "GNUmakefile") || name.ends_with(".mk") {
            Some(Self::Make)
        } else if named(".github/workflows/") {
            Some(Self::Github)
        } else if name.ends_with("crontab") || named("/etc/cron.d/") {
            Some(Self::Crontab)
        } else {
            None
        }
    }

    /// What a text says of itself, and whether that is certain.
    fn guessed(text: &str) -> (Self, bool) {
        match foreign::guess(text) {
            Guess::Ours => (Self::Trackyard, true),
            Guess::Of(Origin::Crontab) => (Self::Crontab, true),
            Guess::Of(Origin::Make) => (Self::Make, true),
            Guess::Of(Origin::Github) => (Self::Github, true),
            Guess::Unknown => (Self::Trackyard, false),
        }
    }

    fn origin(self) -> Option<Origin> {
        match self {
            Self::Trackyard => None,
            Self::Crontab => Some(Origin::Crontab),
            Self::Make => Some(Origin::Make),
            Self::Github => Some(Origin::Github),
        }
    }

    /// As it is written after `--from`.
    fn word(self) -> &'static str {
        match self {
            Self::Trackyard => "trackyard",
            Self::Crontab => "crontab",
            Self::Make => "make",
            Self::Github => "github",
        }
    }
}

/// Whose file it is: as it is said, else as its name says, else as its contents say. A guess is told.
fn whose(args: &ImportArgs, definition: &Definition) -> From {
    if let Some(from) = args.from.or_else(|| From::named(&args.file)) {
        return from;
    }
    let (from, certain) = From::guessed(&definition.text);
    let name = &definition.name;
    match from.origin() {
        Some(_) => say(&format!(
            "{name}: neither `--from` nor its name says what it is; its contents are those of `--from {}`",
            from.word()
        )),
        None if certain => {}
        None => say(&format!(
            "{name}: neither `--from` nor its name says what it is, and it has no `vertices`: it is read as a \
             definition of Trackyard; write `--from crontab`, `make` or `github` if it is one of those"
        )),
    }
    from
}

/// Imports what another program's file says; none: it is one of ours.
pub(super) fn import(
    context: &Context,
    args: &ImportArgs,
    definition: &Definition,
) -> Option<Result<u8, CliError>> {
    let origin = whose(args, definition).origin()?;
    let wish = Wish {
        name: args.name.clone(),
        workdir: workdir(&args.file, origin),
        goal: args.goal.clone(),
        users: args.file.starts_with("/etc"),
    };
    let found = match foreign::import(&definition.text, origin, &wish) {
        Ok(found) => found,
        Err(Unusable { why, left_out }) => {
            if !args.json {
                say_left_out(&definition.name, &left_out);
            }
            let (place, what) = (place(&definition.name, why.line), why.what);
            return Some(Err(CliError::Failed(format!("`{place}`: {what}"))));
        }
    };
    if !args.json {
        say_left_out(&definition.name, &found.left_out);
    }
    Some(if args.print {
        print_found(args, &found)
    } else {
        save_found(context, args, &found)
    })
}

fn say_left_out(name: &str, left_out: &[LeftOut]) {
    for LeftOut { line, what, .. } in left_out {
        say(&format!(
            "{}: left out: {}",
            place(name, *line),
            visible(what)
        ));
    }
}

fn place(name: &str, line: u32) -> String {
    match line {
        0 => name.to_owned(),
        line => format!("{name}:{line}"),
    }
}

fn print_found(args: &ImportArgs, found: &Found) -> Result<u8, CliError> {
    let texts: Vec<String> = found.graphs.iter().map(to_yaml).collect();
    if args.json {
        print_json(&json!({"definitions": texts, "left_out": left_out(found)}))?;
    } else {
        print(&texts.join("---\n"))?;
    }
    Ok(OK)
}

fn save_found(context: &Context, args: &ImportArgs, found: &Found) -> Result<u8, CliError> {
    let mut all = Vec::new();
    for graph in &found.graphs {
        let definition = Definition {
            name: format!("{}.yaml", graph.name),
            text: to_yaml(graph),
            format: Format::Yaml,
        };
        let saved = save(context, &definition, args.dry_run)?;
        if !args.json {
            print(&saved_line(&saved))?;
        }
        all.push(saved);
    }
    if args.json {
        print_json(&json!({"graphs": all, "left_out": left_out(found)}))?;
    } else if !found.left_out.is_empty() {
        let many = counted(found.left_out.len(), "note");
        say(&format!("{many} above: read them before the first start"));
    }
    let checked = |saved: &Value| saved["checked"] == true;
    Ok(if all.iter().all(checked) { OK } else { FAILED })
}

fn left_out(found: &Found) -> Vec<Value> {
    let left_out = found.left_out.iter();
    left_out
        .map(|l| json!({"line": l.line, "what": l.what}))
        .collect()
}

/// Where the other program would start the scripts.
fn workdir(file: &Path, origin: Origin) -> Option<String> {
    let whole = std::fs::canonicalize(file).ok()?;
    let dir = match origin {
        Origin::Crontab => return None,
        Origin::Make => whole.parent()?,
        // The root of the repository.
        Origin::Github => whole
            .ancestors()
            .find(|dir| dir.ends_with(".github"))?
            .parent()?,
    };
    dir.to_str().map(str::to_owned)
}
