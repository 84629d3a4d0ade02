//! What people call pipelines and tracks on the command line, besides their numbers.
//!
//! A pipeline: its number; `GRAPH`, the newest one of that graph; `GRAPH~1`, the one before it;
//! `last`, the newest of all, and `last~1`. A track: its number, or `PIPELINE/VERTEX`. Names are
//! looked up in the database, so that this works without a server.

use super::context::Context;
use super::error::CliError;
use super::output::local_time;
use crate::engine::{GraphId, PipelineId, TrackId};
use crate::graph::quote;
use crate::store::{GraphFilter, GraphHead, Store};

/// What help says of a pipeline.
pub(super) const PIPELINE: &str =
    "A pipeline: its number, GRAPH (its newest one), GRAPH~1 (the one before), or `last`";
/// What help says of a track.
pub(super) const TRACK: &str = "A track: its number, or PIPELINE/VERTEX, e.g. 7/ping or last/ping";

/// The word for the newest pipeline of all.
const LAST: &str = "last";
/// The most names that are compared with one that is not known.
const MOST_COMPARED: i64 = 10_000;
/// The most of them that are told.
const MOST_TOLD: usize = 3;
/// How alike a name is that may have been meant, from 0 to 1.
const ALIKE: f64 = 0.6;

/// The pipeline that is meant. A number need not be one of a pipeline.
pub(super) fn pipeline(context: &Context, text: &str) -> Result<PipelineId, CliError> {
    if let Ok(id) = text.parse() {
        return Ok(PipelineId(id));
    }
    let store = context.store()?;
    let found = find(&store, text)?;
    found.ok_or_else(|| match unknown(context, &store, text) {
        Ok(why) | Err(why) => why,
    })
}

/// The track that is meant. A number need not be one of a track.
pub(super) fn track(context: &Context, text: &str) -> Result<TrackId, CliError> {
    if let Ok(id) = text.parse() {
        return Ok(TrackId(id));
    }
    let store = context.store()?;
    // Both names may hold a `/`: the first place where it can be parted is meant.
    let (mut found, mut parted) = (Vec::new(), None);
    for (at, _) in text.match_indices('/') {
        let (of, vertex) = (&text[..at], &text[at + 1..]);
        let id = match of.parse() {
            Ok(id) => Some(PipelineId(id)),
            Err(_) => find(&store, of)?,
        };
        let Some(id) = id else { continue };
        match store.track_named(id, vertex)? {
            Some(track) => found.push((track, of, vertex)),
            None => parted = Some((id, vertex)),
        }
    }
    match (found.as_slice(), parted) {
        ([(track, ..)], _) => Ok(*track),
        ([], Some((id, vertex))) => Err(no_vertex(context, &store, id, vertex)?),
        ([], None) => Err(match text.split_once('/') {
            Some((of, _)) => unknown(context, &store, of)?,
            None => CliError::Usage(format!(
                "{} is no track: write its number, or PIPELINE/VERTEX, e.g. {}",
                quote(text),
                quote(&format!("{LAST}/{text}"))
            )),
        }),
        (many, _) => {
            let one = |(track, of, vertex): &(TrackId, &str, &str)| {
                format!("track {track} is {} of {}", quote(vertex), quote(of))
            };
            let all: Vec<String> = many.iter().map(one).collect();
            Err(CliError::Usage(format!(
                "{} may be more than one track: {}. Write the number",
                quote(text),
                all.join(", ")
            )))
        }
    }
}

/// A graph, or the word for all of them, and how many pipelines before the newest one.
fn find(store: &Store, text: &str) -> Result<Option<PipelineId>, CliError> {
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
fn unknown(context: &Context, store: &Store, text: &str) -> Result<CliError, CliError> {
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

/// The graph that is meant: a name (its newest version, or that one), NAME@VERSION, or a number. A
/// name comes first.
pub(super) fn graph(
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
fn no_graph(context: &Context, store: &Store, name: &str) -> Result<CliError, CliError> {
    let names = store.graphs(&GraphFilter::default(), MOST_COMPARED)?;
    let near = near(name, names.iter().map(|g| g.head.name.as_str()));
    let list = context.command("ls --graphs");
    Ok(CliError::Failed(format!(
        "there is no graph called {}{near}: `{list}` lists them",
        quote(name)
    )))
}

/// Why there is no such pipeline; `list`: the command that tells which there are.
pub(super) fn no_pipeline(store: &Store, id: PipelineId, list: &str) -> CliError {
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

fn no_vertex(
    context: &Context,
    store: &Store,
    id: PipelineId,
    vertex: &str,
) -> Result<CliError, CliError> {
    if store.pipeline(id)?.is_none() {
        return Ok(no_pipeline(store, id, &context.command("ls")));
    }
    let names = store.track_names(id, MOST_COMPARED)?;
    let near = near(vertex, names.iter().map(String::as_str));
    let list = context.command(&format!("show {id}"));
    Ok(CliError::Failed(format!(
        "pipeline {id} has no track {}{near}: `{list}` lists its tracks",
        quote(vertex)
    )))
}

/// Which of the names may have been meant: ` (did you mean ...?)`, or nothing.
pub(super) fn near<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> String {
    let alike = |other: &'n str| {
        let begins = !name.is_empty() && other.starts_with(name);
        let alike = strsim::normalized_damerau_levenshtein(name, other);
        (if begins { 1.0 } else { alike }, other)
    };
    let mut alike: Vec<(f64, &str)> = names.map(alike).filter(|(a, _)| *a >= ALIKE).collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let told: Vec<String> = alike
        .iter()
        .take(MOST_TOLD)
        .map(|(_, o)| quote(o))
        .collect();
    match told.is_empty() {
        true => String::new(),
        false => format!(" (did you mean {}?)", told.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{back, near};

    #[test]
    fn what_comes_before_the_newest_is_counted() {
        assert_eq!(back("g~2"), Some(("g", 2)));
        assert_eq!(back("a~b~0"), Some(("a~b", 0)));
        for other in ["g", "g~", "g~x", "g~-1", "g~99999999999"] {
            assert_eq!(back(other), None, "{other}");
        }
    }

    #[test]
    fn names_that_may_have_been_meant_are_told_the_nearest_first() {
        let names = ["ping", "pong", "print", "load", "ping-all"];
        for (given, told) in [
            ("pin", " (did you mean `ping` or `ping-all` or `print`?)"),
            ("pinng", " (did you mean `ping` or `pong`?)"),
            ("laod", " (did you mean `load`?)"),
            ("xyz", ""),
            ("", ""),
        ] {
            assert_eq!(near(given, names.into_iter()), told, "{given}");
        }
    }
}
