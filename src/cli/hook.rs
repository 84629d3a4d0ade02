//! `trackyard hook`: what may start a graph of the running server without a credential.

use clap::{Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

use super::context::Context;
use super::error::{CliError, OK};
use super::naming;
use super::output::{print, print_json, table, visible};
use super::remote::Remote;

#[derive(Debug, Subcommand)]
pub(super) enum HookVerb {
    /// Make a hook, and print its address and its secret, which nothing tells again
    #[command(after_help = "Example:\n  trackyard hook add deploy -i branch=/ref --style github")]
    Add {
        /// The name of a graph, or a number of one of its versions
        #[arg(value_name = "GRAPH")]
        graph: String,
        /// A value of the start from the body of a call, e.g. `branch=/ref`
        #[arg(long = "pointer", short = 'i', value_name = "NAME=POINTER")]
        pointers: Vec<String>,
        /// A value that is always the same
        #[arg(long = "value", value_name = "NAME=VALUE")]
        values: Vec<String>,
        /// How calls are signed
        #[arg(long, value_enum, default_value_t = Style::Trackyard)]
        style: Style,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
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
    /// Remove a hook
    #[command(after_help = "Example:\n  trackyard hook rm deploy 1")]
    Rm {
        /// The name of its graph, or a number of one of its versions
        #[arg(value_name = "GRAPH")]
        graph: String,
        /// The number of the hook
        #[arg(value_name = "HOOK")]
        hook: i64,
        /// Print the server's answer as JSON
        #[arg(long)]
        json: bool,
    },
}

/// How calls are signed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Style {
    /// Time stamp and body.
    Trackyard,
    /// The body alone.
    Github,
}

/// Makes, lists or removes hooks.
pub(super) fn hook(context: &Context, verb: HookVerb) -> Result<u8, CliError> {
    let server = Remote::needed(context)?;
    let store = context.store()?;
    let hooks = |name: &str| {
        let graph = naming::graph(context, &store, name, None)?;
        Ok::<_, CliError>(format!("/graphs/{}/hooks", graph.id))
    };
    match verb {
        HookVerb::Add {
            graph,
            pointers,
            values,
            style,
            json,
        } => {
            let mut input = Map::new();
            for (list, kind) in [(&pointers, "pointer"), (&values, "value")] {
                for given in list {
                    let (name, from) = given.split_once('=').ok_or_else(|| {
                        CliError::Usage(format!("`{given}`: write NAME, `=` and what it is"))
                    })?;
                    input.insert(name.to_owned(), json!({ kind: from }));
                }
            }
            let style = match style {
                Style::Trackyard => "trackyard",
                Style::Github => "github",
            };
            let body = json!({"style": style, "input": input}).to_string();
            let made = server.post(&hooks(&graph)?, "application/json", None, &body)?;
            if json {
                print_json(&made)?;
                return Ok(OK);
            }
            let text = |key: &str| made[key].as_str().unwrap_or_default().to_owned();
            let (url, path, secret) = (&server.url, text("path"), text("secret"));
            print(&format!(
                "hook {} of `{}`: {url}{path}",
                made["id"],
                text("graph")
            ))?;
            print(&format!("its secret, which nothing tells again: {secret}"))?;
        }
        HookVerb::Ls { graph, json } => {
            let mut all = Vec::new();
            let path = hooks(&graph)?;
            let mut next = Some(path.clone());
            while let Some(page) = next {
                let mut page = server.get(&page)?;
                let hooks = page["hooks"].as_array_mut().map(std::mem::take);
                all.extend(hooks.unwrap_or_default());
                let cursor = page["next"].as_str();
                next = cursor.map(|cursor| format!("{path}?cursor={cursor}"));
            }
            if json {
                print_json(&json!({ "hooks": all }))?;
                return Ok(OK);
            }
            let rows: Vec<Vec<String>> = all.iter().map(row).collect();
            print(&table(
                &["HOOK", "STYLE", "STATE", "VALUES", "MADE BY"],
                &rows,
            ))?;
        }
        HookVerb::Rm { graph, hook, json } => {
            let removed = server.delete(&format!("{}/{hook}", hooks(&graph)?))?;
            match json {
                true => print_json(&removed)?,
                false => print(&format!("hook {hook} is removed"))?,
            }
        }
    }
    Ok(OK)
}

fn row(hook: &Value) -> Vec<String> {
    let text = |key: &str| visible(hook[key].as_str().unwrap_or_default());
    let state = match hook["enabled"].as_bool() {
        Some(true) => "on",
        Some(false) | None => "off",
    };
    let input = hook["input"].as_object();
    let names = input
        .into_iter()
        .flat_map(Map::keys)
        .map(|name| visible(name));
    let values = names.collect::<Vec<_>>().join(", ");
    let [style, creator] = [text("style"), text("creator")];
    vec![
        hook["id"].to_string(),
        style,
        state.to_owned(),
        values,
        creator,
    ]
}
