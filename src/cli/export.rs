//! `trackyard export GRAPH`: a saved definition as a file. Reads the database, with or without a
//! server.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::context::Context;
use super::error::{CliError, OK};
use super::naming;
use super::output::{counted, print, print_bytes, print_json};
use crate::engine::GraphId;
use crate::graph::drawing::{dot, mermaid, svg};
use crate::graph::{Graph, text};
use crate::store::{GraphFilter, GraphHead, Listed, Store};

/// Graphs that are read at once.
const PAGE: i64 = 100;

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The name of a graph (its newest version is meant), NAME@VERSION, or its number
    #[arg(
        value_name = "GRAPH",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    graph: Option<String>,
    /// In which form; YAML and JSON are as they were saved when they were saved in that form
    #[arg(long, value_enum, default_value_t = Form::Yaml)]
    format: Form,
    /// This version of it [default: the newest]
    #[arg(long, value_name = "N", conflicts_with = "all")]
    version: Option<i32>,
    /// Write this file [default: standard output]
    #[arg(short, long, value_name = "FILE", conflicts_with = "all")]
    output: Option<PathBuf>,
    /// Write the newest version of each graph into this directory
    #[arg(long, value_name = "DIR")]
    all: Option<PathBuf>,
    /// Write files that are there already
    #[arg(long)]
    force: bool,
    /// Print what was written as one JSON object
    #[arg(long)]
    json: bool,
}

/// In which form a definition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A definition
    Yaml,
    /// The same as JSON
    Json,
    /// A drawing for Graphviz
    Dot,
    /// A drawing for Mermaid
    Mermaid,
    /// A picture
    Svg,
}

impl Form {
    fn ending(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Dot => "dot",
            Self::Mermaid => "mmd",
            Self::Svg => "svg",
        }
    }

    fn printed(self, graph: &Graph) -> String {
        match self {
            Self::Yaml => text::to_yaml(graph),
            Self::Json => text::to_json(graph),
            Self::Dot => dot(graph),
            Self::Mermaid => mermaid(graph),
            Self::Svg => svg(graph),
        }
    }
}

/// Writes saved definitions.
pub(super) fn export(context: &Context, args: &ExportArgs) -> Result<u8, CliError> {
    let store = context.store()?;
    let mut written = Vec::new();
    if let Some(dir) = &args.all {
        let failed = |why| CliError::Failed(format!("`{}`: {why}", dir.display()));
        fs::create_dir_all(dir).map_err(failed)?;
        let mut filter = GraphFilter::default();
        loop {
            let page = store.graphs(&filter, PAGE)?;
            for Listed { head, .. } in &page {
                let file = dir.join(format!(
                    "{}.{}",
                    file_name(&head.name),
                    args.format.ending()
                ));
                write(&file, &read(&store, head.id, args.format)?, args.force)?;
                written.push(told(head, &file));
            }
            match page.last() {
                Some(last) => filter.after.clone_from(&last.head.name),
                None => break,
            }
        }
        if !args.json {
            let graphs = counted(written.len(), "graph");
            print(&format!("wrote {graphs} into {}", dir.display()))?;
        }
    } else {
        let name = args.graph.as_deref().unwrap_or_default();
        let head = naming::graph(context, &store, name, args.version)?;
        let text = read(&store, head.id, args.format)?;
        match &args.output {
            Some(file) => {
                write(file, &text, args.force)?;
                written.push(told(&head, file));
                if !args.json {
                    print(&format!("wrote {}", file.display()))?;
                }
            }
            None if args.json => {
                let why = "`--json` says which files were written: give one with `-o FILE`, \
                           or the definition itself as JSON with `--format json`";
                return Err(CliError::Usage(why.to_owned()));
            }
            None => print_bytes(text.as_bytes())?,
        }
    }
    if args.json {
        print_json(&json!({"graphs": written}))?;
    }
    Ok(OK)
}

fn told(head: &GraphHead, file: &Path) -> serde_json::Value {
    let file = file.display().to_string();
    json!({"id": head.id, "name": head.name, "version": head.version, "file": file})
}

/// A definition as it was saved when that was in this form, else as it is printed.
fn read(store: &Store, id: i64, form: Form) -> Result<String, CliError> {
    let gone = || CliError::Failed(format!("graph {id} has just been deleted"));
    let (source, saved) = store.source(GraphId(id))?.ok_or_else(gone)?;
    if saved == form.ending() {
        return Ok(source);
    }
    let graph = store.definition(GraphId(id))?.ok_or_else(gone)?;
    Ok(form.printed(&graph))
}

fn write(file: &Path, text: &str, force: bool) -> Result<(), CliError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    let made = options.create_new(!force).open(file);
    let written = made.and_then(|mut made| made.write_all(text.as_bytes()));
    written.map_err(|why| {
        let file = file.display();
        CliError::Failed(match why.kind() {
            io::ErrorKind::AlreadyExists => {
                format!("`{file}` is there already: give another name, or `--force`")
            }
            _ => format!("`{file}` cannot be written: {why}"),
        })
    })
}

/// A name as the name of a file in one directory, another one for each: what is not a plain
/// character is written as its bytes.
fn file_name(name: &str) -> String {
    let plain = |(at, byte): (usize, u8)| match byte {
        b'.' if at == 0 => "%2E".to_owned(),
        b if b.is_ascii_alphanumeric() || b"._-".contains(&b) => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    name.bytes().enumerate().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn no_name_leaves_the_directory() {
        for (name, file) in [
            ("web-server_1.2", "web-server_1.2"),
            ("../etc/x", "%2E.%2Fetc%2Fx"),
            (".hidden", "%2Ehidden"),
            ("a b%20", "a%20b%2520"),
            ("é", "%C3%A9"),
        ] {
            assert_eq!(file_name(name), file);
        }
    }
}
