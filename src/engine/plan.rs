//! A graph as the engine needs it: dense arrays, no names and no scripts.

use super::ids::{GraphId, VertexId};
use crate::graph::{OnFailure, OnInterrupt, Retry};

/// The part of a vertex that decides when it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanVertex {
    /// The row of the vertex.
    pub id: VertexId,
    /// When a failed attempt is followed by another.
    pub retry: Option<Retry>,
    /// What follows when nobody knows how an attempt ended.
    pub on_interrupt: OnInterrupt,
}

/// One checked version of a graph. Vertices are numbered from 0 in the order of the definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The version this is the plan of.
    pub graph: GraphId,
    /// Counts edits of a version that is not sealed yet.
    pub revision: i64,
    /// What a failed track does to the rest.
    pub on_failure: OnFailure,
    vertices: Vec<PlanVertex>,
    /// Where the successors of each vertex begin in `successors`; one longer than `vertices`.
    offsets: Vec<u32>,
    successors: Vec<u32>,
    in_degree: Vec<u32>,
}

impl Plan {
    /// Builds the plan of a checked graph from its vertices and its `(tail, head)` pairs.
    ///
    /// Successors of a vertex come in the order of their numbers, whatever order the pairs have.
    pub fn new(
        graph: GraphId,
        revision: i64,
        on_failure: OnFailure,
        vertices: Vec<PlanVertex>,
        edges: &[(u32, u32)],
    ) -> Self {
        let n = vertices.len();
        let mut sorted = edges.to_vec();
        sorted.sort_unstable();
        let mut offsets = vec![0_u32; n + 1];
        let mut in_degree = vec![0_u32; n];
        for &(tail, head) in &sorted {
            offsets[tail as usize + 1] += 1;
            in_degree[head as usize] += 1;
        }
        for i in 0..n {
            offsets[i + 1] += offsets[i];
        }
        let successors = sorted.iter().map(|&(_, head)| head).collect();
        Self {
            graph,
            revision,
            on_failure,
            vertices,
            offsets,
            successors,
            in_degree,
        }
    }

    /// How many vertices there are.
    pub fn len(&self) -> usize {
        self.vertices.len()
    }

    /// Whether there is no vertex; never so for a checked graph.
    pub fn is_empty(&self) -> bool {
        self.vertices.is_empty()
    }

    /// The vertex of a number.
    pub fn vertex(&self, index: u32) -> &PlanVertex {
        &self.vertices[index as usize]
    }

    /// The vertices that come right after this one.
    pub fn successors(&self, index: u32) -> &[u32] {
        let i = index as usize;
        &self.successors[self.offsets[i] as usize..self.offsets[i + 1] as usize]
    }

    /// How many vertices come right before this one.
    pub fn in_degree(&self, index: u32) -> u32 {
        self.in_degree[index as usize]
    }
}
