//! Graphs by name, version or number.

use super::MOST_COMPARED;
use super::near::near;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::engine::GraphId;
use crate::graph::quote;
use crate::store::{GraphFilter, GraphHead, Store};

/// The graph that is meant: a name (its newest version, or that one), NAME@VERSION, or a number. A
/// name comes first.
pub(in crate::cli) fn graph(
    context: &Context,
    store: &Store,
    text: &str,
    version: Option<i32>,
) -> Result<GraphHead, CliError> {
    let below = version.map_or(i32::MAX, |version| version.saturating_add(1));
    let of = |name: &str, below: i32| Ok::<_, CliError>(store.versions(name, below, 1)?.pop());
    let named = of(text, below)?;
    let (found, asked) = match (named, text.rsplit_once('@')) {
        (Some(head), _) => (Some(head), version),
        (None, Some((name, number))) if version.is_none() && number.parse::<i32>().is_ok() => {
            let number: i32 = number.parse().unwrap_or_default();
            (of(name, number.saturating_add(1))?, Some(number))
        }
        (None, _) => match text.parse() {
            Ok(id) => (store.graph(GraphId(id))?, version),
            Err(_) => (None, version),
        },
    };
    match found {
        Some(head) if asked.is_none_or(|asked| asked == head.version) => Ok(head),
        Some(head) => Err(CliError::Failed(format!(
            "{} has no version {}: `{}` shows the newest",
            quote(&head.name),
            asked.unwrap_or_default(),
            context.command("ls --graphs")
        ))),
        None => Err(no_graph(context, store, text)?),
    }
}

/// No graph is called so.
pub(super) fn no_graph(context: &Context, store: &Store, name: &str) -> Result<CliError, CliError> {
    let names = store.graphs(&GraphFilter::default(), MOST_COMPARED)?;
    let near = near(name, names.iter().map(|g| g.head.name.as_str()));
    let list = context.command("ls --graphs");
    Ok(CliError::Failed(format!(
        "there is no graph called {}{near}: `{list}` lists them",
        quote(name)
    )))
}
