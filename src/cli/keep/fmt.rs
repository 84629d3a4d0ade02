//! `trackyard fmt FILE...`: definitions laid out in one way. What a definition means, and its comments,
//! stay: that is looked at each time, and a file of which it is not so is left as it is.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};

use clap::Args;
use pretty_yaml::config::{FormatOptions, LanguageOptions, LayoutOptions};
use pretty_yaml::format_text;
use serde_json::{Value, json};
use similar::TextDiff;
use yaml_parser::SyntaxKind;

use crate::app::limits;
use crate::cli::check::readable;
use crate::cli::definition::Definition;
use crate::cli::error::{CliError, FAILED, OK};
use crate::cli::output::{coloured, counted, print, print_json, say};
use crate::cli::problems::{Drawing, has_error, shown};
use crate::config::Config;
use crate::graph::text::{Format, parse, to_json};
use crate::graph::{Graph, Limits};
use crate::store::StoredProblem;

/// Columns into which lists and mappings in brackets are laid, if they fit.
const COLUMNS: usize = 100;
/// How often a text is laid out until nothing moves any more.
const MOST_PASSES: usize = 4;

#[derive(Debug, Args)]
pub(in crate::cli) struct FmtArgs {
    /// Definitions in YAML, or JSON if the name ends in `.json`; `-` is from standard input to standard output
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Change nothing; list the files that would be changed, and end with 1 if there is one
    #[arg(long)]
    check: bool,
    /// Change nothing; print what would be changed
    #[arg(long)]
    diff: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// What became of one file.
struct Done {
    name: String,
    changed: bool,
    /// The new text of standard input.
    text: Option<String>,
    /// Why it was left as it is.
    refused: Option<String>,
}

/// Lays definitions out.
pub(in crate::cli) fn fmt(config: &Config, args: &FmtArgs) -> Result<u8, CliError> {
    let mut all = Vec::with_capacity(args.files.len());
    for path in &args.files {
        all.push(one(config, args, path)?);
    }
    let changed = all.iter().filter(|done| done.changed).count();
    let refused = all.iter().filter(|done| done.refused.is_some()).count();
    if args.json {
        let files: Vec<Value> = all.iter().map(as_json).collect();
        print_json(&json!({"files": files, "changed": changed, "refused": refused}))?;
    } else if args.check {
        say(&match changed {
            0 => "nothing would be changed".to_owned(),
            n => format!("{} would be changed", counted(n, "file")),
        });
    }
    let wrong = refused > 0 || args.check && changed > 0;
    Ok(if wrong { FAILED } else { OK })
}

fn as_json(done: &Done) -> Value {
    let mut value = json!({"file": done.name, "changed": done.changed, "refused": done.refused});
    if let Some(text) = &done.text {
        value["text"] = json!(text);
    }
    value
}

fn one(config: &Config, args: &FmtArgs, path: &Path) -> Result<Done, CliError> {
    let Ok(definition) = readable(config, path) else {
        return Ok(refuse(path.display().to_string(), "it cannot be read"));
    };
    let new = match laid_out(&definition, &limits(config)) {
        Ok(new) => new,
        Err(Refused { problems, why }) => {
            let drawing = Drawing::new(&definition.name, &definition.text, coloured(&io::stderr()));
            say(&drawing.draw(&problems));
            say(&format!("{}: left as it is: {why}", definition.name));
            return Ok(refuse(definition.name, &why));
        }
    };
    let mut done = Done {
        changed: new != definition.text,
        text: None,
        refused: None,
        name: definition.name,
    };
    let quiet = args.json;
    if args.diff && !quiet {
        let diff = TextDiff::from_lines(&definition.text, &new);
        let to = format!("{} (laid out)", done.name);
        print(&diff.unified_diff().header(&done.name, &to).to_string())?;
    } else if args.check && done.changed && !quiet {
        print(&done.name)?;
    }
    let stdin = path.as_os_str() == "-";
    if args.check || args.diff {
        return Ok(done);
    }
    if stdin && !quiet {
        print(&new)?;
    } else if stdin {
        done.text = Some(new);
    } else if done.changed {
        if let Err(why) = replace(path, &new) {
            say(&format!("{}: left as it is: {why}", done.name));
            return Ok(refuse(done.name, &why.to_string()));
        }
        if !quiet {
            print(&format!("laid out {}", done.name))?;
        }
    }
    Ok(done)
}

fn refuse(name: String, why: &str) -> Done {
    Done {
        name,
        changed: false,
        text: None,
        refused: Some(why.to_owned()),
    }
}

/// Why a definition is left as it is.
#[derive(Debug)]
struct Refused {
    problems: Vec<StoredProblem>,
    why: String,
}

impl Refused {
    fn new(why: impl Into<String>) -> Self {
        Self {
            problems: Vec::new(),
            why: why.into(),
        }
    }
}

/// The same definition, laid out.
fn laid_out(definition: &Definition, limits: &Limits) -> Result<String, Refused> {
    let (text, format) = (definition.text.as_str(), definition.format);
    let graph = graph(text, format, limits)?;
    let mut new = pass(text, format)?;
    for _ in 0..MOST_PASSES {
        let next = pass(&new, format)?;
        if next == new {
            break;
        }
        new = next;
    }
    let same = self::graph(&new, format, limits).is_ok_and(|new| to_json(&new) == to_json(&graph));
    if !same {
        return Err(Refused::new("laid out, it would mean something else"));
    }
    if format == Format::Yaml && comments(text) != comments(&new) {
        return Err(Refused::new("laid out, it would lose a comment"));
    }
    Ok(new)
}

fn graph(text: &str, format: Format, limits: &Limits) -> Result<Graph, Refused> {
    let parsed = parse(text, format, limits);
    let problems: Vec<_> = parsed.problems.iter().map(shown).collect();
    let wrong = has_error(&problems);
    parsed.graph.filter(|_| !wrong).ok_or_else(|| Refused {
        problems: problems
            .into_iter()
            .filter(|p| p.severity == "error")
            .collect(),
        why: "it has errors".to_owned(),
    })
}

fn pass(text: &str, format: Format) -> Result<String, Refused> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        Format::Yaml => {
            let options = FormatOptions {
                layout: LayoutOptions {
                    print_width: COLUMNS,
                    ..LayoutOptions::default()
                },
                language: LanguageOptions {
                    brace_spacing: false,
                    trailing_comma: false,
                    trim_trailing_whitespaces: false,
                    ..LanguageOptions::default()
                },
            };
            format_text(text, &options).map_err(|why| Refused::new(why.to_string()))
        }
        Format::Json => {
            let value: Value =
                serde_json::from_str(text).map_err(|why| Refused::new(why.to_string()))?;
            Ok(format!("{value:#}\n"))
        }
    }
}

/// All comments of a text in YAML, sorted: the same ones, wherever they went.
fn comments(text: &str) -> Option<Vec<String>> {
    let tree = yaml_parser::parse(text).ok()?;
    let tokens = tree.descendants_with_tokens();
    let tokens = tokens.filter(|node| node.kind() == SyntaxKind::COMMENT);
    let mut all: Vec<String> = tokens
        .map(|token| token.to_string().trim().to_owned())
        .collect();
    all.sort_unstable();
    Some(all)
}

/// Puts a text in the place of a file, whole, with its owner and its mode.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let about = fs::metadata(&path)?;
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new("/")))?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(about.permissions())?;
    let ours = file.as_file().metadata()?;
    if (ours.uid(), ours.gid()) != (about.uid(), about.gid()) {
        fchown(file.as_file(), Some(about.uid()), Some(about.gid()))?;
    }
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|why| why.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{
        Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
    };

    use super::{comments, laid_out};
    use crate::cli::definition::Definition;
    use crate::graph::Limits;
    use crate::graph::text::{Format, parse, to_json};

    fn definition(text: &str) -> Definition {
        Definition {
            name: "g.yaml".to_owned(),
            text: text.to_owned(),
            format: Format::Yaml,
        }
    }

    fn meaning(text: &str) -> String {
        let graph = parse(text, Format::Yaml, &Limits::default()).graph;
        to_json(&graph.expect("a graph"))
    }

    /// A script as people write it, over several lines or in one, in each notation.
    fn script() -> impl Strategy<Value = Vec<String>> {
        let line = prop_oneof![
            Just("echo hello # not a comment of the file"),
            Just("  indented 'quoted' \"twice\""),
            Just("printf '%s\\n' \"$x\"   "),
            Just(""),
            Just("if true; then : ; fi"),
            Just("key: value - [x, {y"),
        ];
        let lines = prop::collection::vec(line, 1..5);
        (lines, 0..4_u8).prop_map(|(lines, how)| match how {
            0 => vec!["script: 'true'   # after".to_owned()],
            1 => vec!["script:   \"echo \\\"a\\\" 'b' \\t\"".to_owned()],
            n => {
                let mark = if n == 2 { "|" } else { "|-" };
                let body = lines.iter().map(|line| format!("       {line}"));
                let first = "       echo first".to_owned();
                [format!("script: {mark}"), first]
                    .into_iter()
                    .chain(body)
                    .collect()
            }
        })
    }

    /// A definition with comments and blank lines wherever they may stand.
    fn text() -> impl Strategy<Value = String> {
        let vertex = (script(), any::<bool>(), any::<bool>(), any::<bool>());
        prop::collection::vec(vertex, 1..5).prop_map(|vertices| {
            let mut text = "# first\nname:   g   # the name\n\nvertices:\n".to_owned();
            for (i, (script, flow, blank, comment)) in vertices.iter().enumerate() {
                if *comment {
                    text.push_str(&format!("    # about v{i}\n"));
                }
                if *blank {
                    text.push_str("\n\n");
                }
                text.push_str(&format!("    v{i}:   # v{i}\n"));
                for line in script {
                    text.push_str(&format!("        {line}\n"));
                }
                if *flow && i > 0 {
                    text.push_str("        needs: [ v0 ,  ]   # one\n");
                }
                if *comment {
                    text.push_str("        retry:  { limit: 2,delay: 1s }\n");
                }
            }
            text.push_str("# last\n");
            text
        })
    }

    proptest! {
        #[test]
        fn the_meaning_and_all_comments_stay(text in text()) {
            let limits = Limits::default();
            let new = laid_out(&definition(&text), &limits);
            let new = match new {
                Ok(new) => new,
                Err(why) => return Err(proptest::test_runner::TestCaseError::fail(format!("{why:?}\n{text}"))),
            };
            prop_assert_eq!(meaning(&new), meaning(&text));
            prop_assert!(comments(&text).is_some_and(|all| all.len() > 3));
            prop_assert_eq!(comments(&new), comments(&text));
            let again = laid_out(&definition(&new), &limits).expect("it is one");
            prop_assert_eq!(again, new);
        }
    }

    #[test]
    fn what_would_change_is_refused() {
        let text = "name: g\nvertices: {a: 'true'}\ninput: {x: {default: 1.50}}\n";
        let laid = laid_out(&definition(text), &Limits::default()).expect("it is one");
        assert!(laid.contains("1.50"), "{laid}");
        let json = Definition {
            format: Format::Json,
            ..definition(
                r#"{"name": "g", "vertices": {"a": "true"}, "input": {"x": {"default": 1.50}}}"#,
            )
        };
        let why = laid_out(&json, &Limits::default()).expect_err("1.50 is not 1.5");
        assert_eq!(why.why, "laid out, it would mean something else");
    }
}
