//! What people call things on the command line, besides their numbers. Names are looked up in the database,
//! so that this works without a server.
//!
//! A pipeline: its number; `GRAPH`, the newest one of that graph; `GRAPH~1`, the one before it;
//! `last`, the newest of all, and `last~1`. A track: its number, or `PIPELINE/VERTEX`. A graph: `NAME`,
//! `NAME@VERSION` or its number. A number alone is of what the verb takes first: a track for those that
//! take a track, else a pipeline.

mod graphs;
mod near;
mod pipelines;
mod tracks;

pub(super) use graphs::graph;
pub(super) use pipelines::{no_pipeline, pipeline};
pub(super) use tracks::{Thing, thing, track};

/// What help says of a pipeline.
pub(super) const PIPELINE: &str =
    "A pipeline: its number, GRAPH (its newest one), GRAPH~1 (the one before), or `last`";
/// What help says of a track.
pub(super) const TRACK: &str = "A track: its number, or PIPELINE/VERTEX, e.g. 7/ping or last/ping";
/// What help says of a graph.
pub(super) const GRAPH: &str =
    "A graph: its name (its newest version is meant), NAME@VERSION, or its number";

/// The word for the newest pipeline of all.
const LAST: &str = "last";
/// The most names that are compared with one that is not known.
const MOST_COMPARED: i64 = 10_000;
