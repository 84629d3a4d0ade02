//! The definition that is meant by a word: a file, else a saved graph.

use std::path::Path;
use std::sync::Arc;

use super::check::sound;
use super::context::Context;
use super::error::CliError;
use super::naming;
use crate::engine::GraphId;
use crate::graph::{Graph, quote};
use crate::store::GraphHead;

/// What help says of a definition.
pub(super) const DEFINITION: &str = "A definition: a file (`-` is standard input), else a saved graph as NAME, NAME@VERSION or number";

/// Whether a word means a file: one that is there, or what only a file is called.
pub(super) fn is_file(word: &str) -> bool {
    let path = Path::new(word);
    let ending = path.extension().and_then(|ending| ending.to_str());
    let there = path.exists() && !path.is_dir();
    word == "-" || there || matches!(ending, Some("yaml" | "yml" | "json"))
}

/// A definition without errors. A file comes first; `./NAME` is never a graph that is called NAME.
pub(super) fn meant(context: &Context, word: &str) -> Result<Graph, CliError> {
    match is_file(word) {
        true => Ok(sound(&context.config, Path::new(word))?.1),
        false => match saved(context, word)? {
            (head, _) if !head.checked => Err(CliError::Failed(format!(
                "{} v{} has problems: `{}` saves what mends them",
                quote(&head.name),
                head.version,
                context.command("import FILE")
            ))),
            (_, graph) => Ok(Arc::unwrap_or_clone(graph)),
        },
    }
}

/// A saved graph, with or without errors.
pub(super) fn saved(context: &Context, word: &str) -> Result<(GraphHead, Arc<Graph>), CliError> {
    let store = context.store()?;
    let head = naming::graph(context, &store, word, None)?;
    let graph = store.definition(GraphId(head.id))?;
    let id = head.id;
    let gone = || CliError::Failed(format!("graph {id} has just been deleted"));
    Ok((head, graph.ok_or_else(gone)?))
}
