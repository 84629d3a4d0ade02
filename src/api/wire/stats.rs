//! How pipelines and vertices went.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::desk::{Stats, Tally};

/// How the newest pipelines of a graph went.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphStats {
    /// The name of the graph.
    graph: String,
    /// Its pipelines.
    runs: Went,
    /// How many of the newest pipelines the vertices are counted in.
    vertices_looked_at: usize,
    /// Its vertices by name, also those that only an older version has.
    vertices: Vec<VertexStats>,
}

/// How a vertex went.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct VertexStats {
    name: String,
    #[serde(flatten)]
    went: Went,
    /// Attempts beyond the first ones.
    retries: u64,
}

/// What became of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Went {
    /// How many were counted.
    looked_at: usize,
    /// How many stand at each state.
    states: BTreeMap<&'static str, usize>,
    /// The share of success of those that have ended, from 0 to 1; null: none has.
    success: Option<f64>,
    /// How long those took that have ended (a vertex: its last attempt); null: none has.
    duration: Option<Durations>,
}

/// Durations in milliseconds.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Durations {
    /// Half of them took no longer.
    p50_ms: i64,
    /// Nine of ten took no longer.
    p90_ms: i64,
    max_ms: i64,
}

impl From<&Tally> for Went {
    fn from(tally: &Tally) -> Self {
        let duration = || {
            Some(Durations {
                p50_ms: tally.within(50)?,
                p90_ms: tally.within(90)?,
                max_ms: tally.within(100)?,
            })
        };
        Self {
            looked_at: tally.count,
            states: tally.states.clone(),
            success: tally.success(),
            duration: duration(),
        }
    }
}

impl From<Stats> for GraphStats {
    fn from(stats: Stats) -> Self {
        let vertices = stats.vertices.into_iter();
        let vertices = vertices.map(|(name, tally)| VertexStats {
            name,
            went: Went::from(&tally),
            retries: tally.retries,
        });
        Self {
            runs: Went::from(&stats.runs),
            vertices_looked_at: stats.vertex_runs,
            vertices: vertices.collect(),
            graph: stats.graph,
        }
    }
}
