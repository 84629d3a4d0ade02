//! A graph as the engine needs it: dense arrays, no names and no scripts.

use std::ops::Range;
use std::sync::Arc;

use super::ids::{GraphId, VertexId};
use crate::graph::{Concurrency, Millis, OnFailure, OnInterrupt, Retry, When};

/// What a thing that only one, or a few, may use at a time is called.
pub type Pool = Arc<str>;

/// The part of a vertex that decides when it runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlanVertex {
    /// The row of the vertex.
    pub id: VertexId,
    /// When a failed attempt is followed by another.
    pub retry: Option<Retry>,
    /// What follows when nobody knows how an attempt ended.
    pub on_interrupt: OnInterrupt,
    /// Its failure counts as done.
    pub ignore: bool,
    /// What it must have a share of while it runs.
    pub pool: Option<Pool>,
}

/// What a graph says of its pipelines as a whole.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Policies {
    /// What a failed track does to the rest.
    pub on_failure: OnFailure,
    /// How many of its scripts may run at once; none: as many as there are slots.
    pub max_parallel: Option<u32>,
    /// How many of its pipelines may run at once, and what becomes of one more.
    pub concurrency: Option<Concurrency>,
    /// How long a pipeline may take.
    pub timeout: Option<Millis>,
}

/// One checked version of a graph. Vertices are numbered from 0 in the order of the definition;
/// the scripts that run after the verdict come after them.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The version this is the plan of.
    pub graph: GraphId,
    /// The first version of the graph's name: what all its versions share.
    pub family: GraphId,
    /// Counts edits of a version that is not sealed yet.
    pub revision: i64,
    /// What holds for the whole pipeline.
    pub policies: Policies,
    vertices: Vec<PlanVertex>,
    /// When each script after the verdict runs; the last vertices.
    handlers: Vec<When>,
    /// Where the successors of each vertex begin in `successors`; one longer than `vertices`.
    offsets: Vec<u32>,
    successors: Vec<u32>,
    in_degree: Vec<u32>,
    /// The number of vertices on the longest way from each one to an end, itself included.
    rank: Vec<u32>,
}

impl Plan {
    /// Builds the plan of a checked graph from its vertices and its `(tail, head)` pairs.
    ///
    /// Successors of a vertex come in the order of their numbers, whatever order the pairs have.
    pub fn new(
        (graph, family): (GraphId, GraphId),
        revision: i64,
        policies: Policies,
        mut vertices: Vec<PlanVertex>,
        edges: &[(u32, u32)],
        handlers: Vec<(When, PlanVertex)>,
    ) -> Self {
        let (handlers, scripts): (Vec<_>, Vec<_>) = handlers.into_iter().unzip();
        vertices.extend(scripts);
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
        let mut plan = Self {
            graph,
            family,
            revision,
            policies,
            vertices,
            handlers,
            offsets,
            successors,
            in_degree,
            rank: Vec::new(),
        };
        plan.rank = plan.ranks();
        plan
    }

    /// Kahn's order, then the longest way from its end to its beginning.
    fn ranks(&self) -> Vec<u32> {
        let mut open = self.in_degree.clone();
        let mut order: Vec<u32> = (0..self.len() as u32)
            .filter(|&i| open[i as usize] == 0)
            .collect();
        let mut next = 0;
        while let Some(&index) = order.get(next) {
            next += 1;
            for &head in self.successors(index) {
                open[head as usize] -= 1;
                if open[head as usize] == 0 {
                    order.push(head);
                }
            }
        }
        let mut rank = vec![1; self.len()];
        for &index in order.iter().rev() {
            let longest = self.successors(index).iter().map(|&h| rank[h as usize]);
            rank[index as usize] = 1 + longest.max().unwrap_or(0);
        }
        rank
    }

    /// How many vertices have to be done before there is a verdict.
    pub fn scripts(&self) -> usize {
        self.vertices.len() - self.handlers.len()
    }

    /// The vertices that run after the verdict.
    pub(super) fn handlers(&self) -> Range<u32> {
        self.scripts() as u32..self.len() as u32
    }

    /// When a vertex runs, if it is one that runs after the verdict.
    pub fn handler(&self, index: u32) -> Option<When> {
        let nth = (index as usize).checked_sub(self.scripts())?;
        self.handlers.get(nth).copied()
    }

    /// The number of vertices on the longest way from this one to an end, itself included.
    pub fn rank(&self, index: u32) -> u32 {
        self.rank[index as usize]
    }

    /// All vertices that come somewhere after this one, in rising order.
    pub fn descendants(&self, index: u32) -> Vec<u32> {
        let mut seen = vec![false; self.len()];
        let mut open = vec![index];
        while let Some(tail) = open.pop() {
            for &head in self.successors(tail) {
                if !std::mem::replace(&mut seen[head as usize], true) {
                    open.push(head);
                }
            }
        }
        (0..self.len() as u32)
            .filter(|&i| seen[i as usize])
            .collect()
    }

    /// How many of the vertices that come right before each one are not among the done.
    pub(super) fn open(&self, done: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut open = self.in_degree.clone();
        for index in (0..self.len() as u32).filter(|&i| done(i)) {
            for &head in self.successors(index) {
                open[head as usize] -= 1;
            }
        }
        open
    }

    /// How many vertices there are, those that run after the verdict included.
    pub fn len(&self) -> usize {
        self.vertices.len()
    }

    /// About how many bytes of memory it takes.
    pub fn bytes(&self) -> usize {
        let (offset, degree, rank) = (4, 4, 4);
        self.len() * (size_of::<PlanVertex>() + offset + degree + rank) + 4 * self.successors.len()
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
