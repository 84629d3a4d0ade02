//! Tracks by their pipeline and vertex.

use super::near::near;
use super::pipelines::{find, no_pipeline, unknown};
use super::{LAST, MOST_COMPARED};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::engine::{PipelineId, TrackId};
use crate::graph::quote;
use crate::store::Store;

/// A track, or a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Thing {
    /// `31`, `last/ping`
    Track(TrackId),
    /// `web-server-check`, `last~1`
    Pipeline(PipelineId),
}

/// The track or the pipeline that is meant; a number is one of a track.
pub(in crate::cli) fn thing(context: &Context, text: &str) -> Result<Thing, CliError> {
    if text.parse::<i64>().is_ok() {
        return Ok(Thing::Track(track(context, text)?));
    }
    let store = context.store()?;
    let whole = find(&store, text)?;
    let parts = parted(&store, text)?;
    match (whole, parts.found.is_empty()) {
        (Some(id), true) => Ok(Thing::Pipeline(id)),
        (None, false) => Ok(Thing::Track(track(context, text)?)),
        (Some(id), false) => Err(CliError::Usage(format!(
            "{} may be pipeline {id}, or {}. Write `--pipeline {id}`, or the number of the track",
            quote(text),
            parts.told()
        ))),
        (None, true) if text.contains('/') => Ok(Thing::Track(track(context, text)?)),
        (None, true) => Err(unknown(context, &store, text)?),
    }
}

/// The track that is meant. A number need not be one of a track.
pub(in crate::cli) fn track(context: &Context, text: &str) -> Result<TrackId, CliError> {
    if let Ok(id) = text.parse() {
        return Ok(TrackId(id));
    }
    let store = context.store()?;
    let parts = parted(&store, text)?;
    match (parts.found.as_slice(), parts.without) {
        ([(track, ..)], _) => Ok(*track),
        ([], Some((id, vertex))) => Err(no_vertex(context, &store, id, vertex)?),
        ([], None) => Err(match text.split_once('/') {
            Some((of, _)) => unknown(context, &store, of)?,
            None => no_track(context, &store, text)?,
        }),
        (..) => Err(CliError::Usage(format!(
            "{} may be more than one track: {}. Write the number",
            quote(text),
            parts.told()
        ))),
    }
}

/// Where a text can be parted into a pipeline and a vertex.
struct Parted<'t> {
    /// The tracks, each with what their pipeline and vertex are called.
    found: Vec<(TrackId, &'t str, &'t str)>,
    /// A pipeline that has no such vertex.
    without: Option<(PipelineId, &'t str)>,
}

impl Parted<'_> {
    fn told(&self) -> String {
        let one = |(track, of, vertex): &(TrackId, &str, &str)| {
            format!("track {track} is {} of {}", quote(vertex), quote(of))
        };
        let all: Vec<String> = self.found.iter().map(one).collect();
        all.join(", ")
    }
}

/// Both names may hold a `/`: every place where it can be parted is tried.
fn parted<'t>(store: &Store, text: &'t str) -> Result<Parted<'t>, CliError> {
    let (mut found, mut without) = (Vec::new(), None);
    for (at, _) in text.match_indices('/') {
        let (of, vertex) = (&text[..at], &text[at + 1..]);
        let id = match of.parse() {
            Ok(id) => Some(PipelineId(id)),
            Err(_) => find(store, of)?,
        };
        let Some(id) = id else { continue };
        match store.track_named(id, vertex)? {
            Some(track) => found.push((track, of, vertex)),
            None => without = Some((id, vertex)),
        }
    }
    Ok(Parted { found, without })
}

/// A word alone is no track: which one may be meant.
fn no_track(context: &Context, store: &Store, text: &str) -> Result<CliError, CliError> {
    let whole = find(store, text)?;
    let newest = store.newest(None, 0)?;
    let first = |id| Ok::<_, CliError>(store.track_names(id, 1)?.pop());
    let said = match (whole, newest) {
        (Some(id), _) => {
            let one = first(id)?.unwrap_or_default();
            let tracks = context.command(&format!("show {id}"));
            let one = quote(&format!("{text}/{one}"));
            format!(
                "is pipeline {id}, no track: name one of its tracks, e.g. {one} (`{tracks}` lists them)"
            )
        }
        (None, Some(id)) => {
            let there = store.track_named(id, text)?.is_some();
            let vertex = if there {
                Some(text.to_owned())
            } else {
                first(id)?
            };
            let one = quote(&format!("{LAST}/{}", vertex.unwrap_or_default()));
            format!("is no track: write its number, or PIPELINE/VERTEX, e.g. {one}")
        }
        (None, None) => "is no track: there are no pipelines yet".to_owned(),
    };
    Ok(CliError::Usage(format!("{} {said}", quote(text))))
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
