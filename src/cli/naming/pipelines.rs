//! Pipelines by the name of their graph.

use super::LAST;
use super::graphs::no_graph;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::local_time;
use crate::engine::PipelineId;
use crate::graph::quote;
use crate::store::Store;

/// The pipeline that is meant. A number need not be one of a pipeline.
pub(in crate::cli) fn pipeline(context: &Context, text: &str) -> Result<PipelineId, CliError> {
    if let Ok(id) = text.parse() {
        return Ok(PipelineId(id));
    }
    let store = context.store()?;
    let found = find(&store, text)?;
    found.ok_or_else(|| match unknown(context, &store, text) {
        Ok(why) | Err(why) => why,
    })
}

/// A graph, or the word for all of them, and how many pipelines before the newest one.
pub(super) fn find(store: &Store, text: &str) -> Result<Option<PipelineId>, CliError> {
    // A name may end like this by itself.
    let whole = match text {
        LAST => store.newest(None, 0)?,
        name => store.newest(Some(name), 0)?,
    };
    if whole.is_some() {
        return Ok(whole);
    }
    Ok(match back(text) {
        Some((LAST, back)) => store.newest(None, back)?,
        Some((name, back)) => store.newest(Some(name), back)?,
        None => None,
    })
}

/// `g~2` as `g` and 2.
fn back(text: &str) -> Option<(&str, u32)> {
    let (name, back) = text.rsplit_once('~')?;
    Some((name, back.parse().ok()?))
}

/// Nothing is called so.
pub(super) fn unknown(context: &Context, store: &Store, text: &str) -> Result<CliError, CliError> {
    let list = context.command("ls");
    let name = back(text).map_or(text, |(name, _)| name);
    let graph = !store.versions(name, i32::MAX, 1)?.is_empty();
    let why = if graph && name != text {
        format!("there are not so many pipelines of {}", quote(name))
    } else if graph {
        format!("no pipeline of {} has been started", quote(name))
    } else if text == LAST {
        "there are no pipelines yet".to_owned()
    } else if name == LAST {
        "there are not so many pipelines".to_owned()
    } else {
        return no_graph(context, store, name);
    };
    Ok(CliError::Failed(format!("{why}: `{list}` lists pipelines")))
}

/// Why there is no such pipeline; `list`: the command that tells which there are.
pub(in crate::cli) fn no_pipeline(store: &Store, id: PipelineId, list: &str) -> CliError {
    match store.removed(id) {
        Ok(Some((at, who))) => {
            let at = local_time(at);
            CliError::Failed(format!("pipeline {id} was deleted at {at} by `{who}`"))
        }
        Ok(None) => CliError::Failed(format!(
            "pipeline {id} does not exist: `{list}` lists pipelines"
        )),
        Err(why) => why.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::back;

    #[test]
    fn what_comes_before_the_newest_is_counted() {
        assert_eq!(back("g~2"), Some(("g", 2)));
        assert_eq!(back("a~b~0"), Some(("a~b", 0)));
        for other in ["g", "g~", "g~x", "g~-1", "g~99999999999"] {
            assert_eq!(back(other), None, "{other}");
        }
    }
}
