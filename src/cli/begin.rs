//! `trackyard init` and `trackyard example`: something to begin with.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::error::{CliError, OK};
use super::output::{print, print_bytes, print_json, say, table};

/// The definitions that this program brings along, by name.
const EXAMPLES: &[(&str, &str)] = &[
    (
        "fails-on-purpose",
        include_str!("../../examples/fails-on-purpose.yaml"),
    ),
    (
        "log-analysis",
        include_str!("../../examples/log-analysis.yaml"),
    ),
    (
        "nightly-backup",
        include_str!("../../examples/nightly-backup.yaml"),
    ),
    ("operations", include_str!("../../examples/operations.yaml")),
    ("outputs", include_str!("../../examples/outputs.yaml")),
    (
        "web-server-check",
        include_str!("../../examples/web-server-check.yaml"),
    ),
];

/// What `init` writes.
const FIRST: &str = "\
# Three scripts, the last one after the two others. Try it:
#   trackyard run FILE
#   trackyard run FILE -p who=you
name: hello
desc: Says hello, looks at the disk, and sums it up.
input:
  who: {default: world, desc: Whom to greet}

vertices:
  greet: echo \"Hello, <who>!\"

  disk:
    desc: How full the disk of this directory is.
    outputs: {used: str}
    script: |
      used=$(df -P . | awk 'NR == 2 { print $5 }')
      echo \"used=$used\" >> \"$TRACKYARD_OUTPUT\"

  report:
    needs: [greet, disk]
    script: |
      echo \"All is well, and <disk.used> of the disk is used.\"
";

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The file to write; `-` is standard output
    #[arg(value_name = "FILE", default_value = "hello.yaml")]
    file: PathBuf,
    /// Print one JSON object: the file that was written, or with `-` its text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ExampleArgs {
    /// Which one to print [default: all are listed]
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Print one JSON object: their names, or the text of this one
    #[arg(long)]
    json: bool,
}

/// Writes a definition to begin with; a file that is there stays as it is.
pub(super) fn init(args: &InitArgs) -> Result<u8, CliError> {
    let name = args.file.display().to_string();
    let text = FIRST.replace("FILE", &name);
    if name == "-" && args.json {
        print_json(&json!({"file": null, "text": text}))?;
        return Ok(OK);
    }
    if name == "-" {
        print_bytes(text.as_bytes())?;
        return Ok(OK);
    }
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.file);
    let written = made.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|why| match why.kind() {
        io::ErrorKind::AlreadyExists => {
            CliError::Failed(format!("`{name}` is there already: give another name"))
        }
        _ => CliError::Failed(format!("`{name}` cannot be written: {why}")),
    })?;
    if args.json {
        print_json(&json!({"file": name, "text": text}))?;
        return Ok(OK);
    }
    print(&format!("wrote {name}"))?;
    say(&format!(
        "next: trackyard check {name} && trackyard run {name}"
    ));
    Ok(OK)
}

/// Prints one example, or says which there are.
pub(super) fn example(args: &ExampleArgs) -> Result<u8, CliError> {
    let Some(name) = &args.name else {
        let rows: Vec<Vec<String>> = EXAMPLES
            .iter()
            .map(|(name, text)| vec![(*name).to_owned(), first_sentence(text)])
            .collect();
        if args.json {
            let names: Vec<&str> = EXAMPLES.iter().map(|(name, _)| *name).collect();
            print_json(&json!({"examples": names}))?;
        } else {
            print(&table(&["EXAMPLE", "WHAT IT DOES"], &rows))?;
            say("trackyard example NAME >FILE.yaml");
        }
        return Ok(OK);
    };
    let found = EXAMPLES.iter().find(|(other, _)| other == name);
    let (_, text) = found.ok_or_else(|| {
        let names: Vec<&str> = EXAMPLES.iter().map(|(name, _)| *name).collect();
        CliError::Usage(format!(
            "there is no example `{name}`; there are {}",
            names.join(", ")
        ))
    })?;
    match args.json {
        true => print_json(&json!({"name": name, "text": text}))?,
        false => print_bytes(text.as_bytes())?,
    }
    Ok(OK)
}

/// The first sentence of the comment at the top.
fn first_sentence(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix('#'));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let words = words.join(" ");
    words
        .split_once(". ")
        .map_or(words.clone(), |(first, _)| format!("{first}."))
}

#[cfg(test)]
mod tests {
    use super::{EXAMPLES, FIRST, first_sentence};
    use crate::graph::Limits;
    use crate::graph::text::{Format, parse};

    #[test]
    fn every_example_of_the_project_is_here() {
        let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
        let files = std::fs::read_dir(dir).expect("examples").flatten();
        let mut names: Vec<String> = files
            .map(|file| file.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        let here: Vec<String> = EXAMPLES
            .iter()
            .map(|(name, _)| format!("{name}.yaml"))
            .collect();
        assert_eq!(here, names);
        for (name, text) in EXAMPLES {
            assert!(first_sentence(text).len() > 20, "{name}");
        }
    }

    #[test]
    fn the_first_definition_has_no_problem() {
        let read = parse(FIRST, Format::Yaml, &Limits::default());
        assert_eq!(read.problems, []);
    }
}
