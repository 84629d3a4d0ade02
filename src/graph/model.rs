//! What a graph is made of: vertices, edges, policies, and the limits on all of it.
//!
//! Data and its own words only: nothing here judges whether a graph makes sense.

use super::param::Param;
use super::policy::{Concurrency, OnFailure, OnInterrupt, Retry, When};
use super::retention::Retention;
use super::rlimits::Rlimits;

/// A length of time in milliseconds. Written `500ms`, `30s`, `5m`, `2h`, `1d` in a graph's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Millis(pub u64);

/// A whole definition: what a person writes, before and after it is checked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graph {
    /// The name that all versions of this graph share.
    pub name: String,
    /// Free text for people.
    pub desc: String,
    /// Words by which people find it, sorted, each once.
    pub tags: Vec<String>,
    /// What happens to the rest of a pipeline once a track has failed.
    pub on_failure: OnFailure,
    /// Parameters that every vertex may refer to.
    pub input: Vec<Param>,
    /// Environment variables given to every script, in the order written.
    pub env: Vec<(String, String)>,
    /// Where scripts start; none: a private directory of the pipeline.
    pub workdir: Option<String>,
    /// Named secrets of the server that every script gets in its environment.
    pub secrets: Vec<String>,
    /// What each script may use of the machine, where its vertex does not say otherwise.
    pub limits: Rlimits,
    /// A pipeline that has not ended by then is ended; none: it has all the time.
    pub timeout: Option<Millis>,
    /// How many scripts of a pipeline may run at once; none: as many as there are slots.
    pub max_parallel: Option<u32>,
    /// How many of its pipelines may run at once; none: any number.
    pub concurrency: Option<Concurrency>,
    /// How long its pipelines are kept, before what the server says.
    pub retention: Retention,
    /// The scripts, in the order written; those that run after the verdict come last.
    pub vertices: Vec<Vertex>,
    /// "head after tail", sorted by (head, tail), each pair once.
    pub edges: Vec<Edge>,
}

/// One script of a graph.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vertex {
    /// Unique within the graph.
    pub name: String,
    /// Free text for people.
    pub desc: String,
    /// The text that one interpreter runs, with `<name>` placeholders.
    pub script: String,
    /// Parameters of this vertex alone; one with a graph parameter's name hides that one.
    pub input: Vec<Param>,
    /// What the script leaves for those after it, as `<vertex.name>`.
    pub outputs: Vec<Param>,
    /// Environment variables of this script alone; one with a graph variable's name replaces it.
    pub env: Vec<(String, String)>,
    /// Named secrets of the server that this script gets in its environment, beside the graph's.
    pub secrets: Vec<String>,
    /// Where this script starts; none: as the graph says.
    pub workdir: Option<String>,
    /// The script is ended when it has run for this long; none: no limit.
    pub timeout: Option<Millis>,
    /// How often and how soon a failed attempt is followed by another; none: never.
    pub retry: Option<Retry>,
    /// What this script may use of the machine, before what the graph says.
    pub limits: Rlimits,
    /// What follows when nobody knows how an attempt ended.
    pub on_interrupt: OnInterrupt,
    /// Its failure counts as done: what comes after it runs, and the pipeline can succeed.
    pub ignore_failure: bool,
    /// What it needs a share of while it runs.
    pub pool: Option<String>,
    /// After which verdict it runs; none: it is one that the verdict is about.
    pub handler: Option<When>,
}

/// `head` starts only after `tail` has succeeded. Both are places in [`Graph::vertices`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The later vertex. First in the struct: edges are kept sorted by head.
    pub head: u32,
    /// The earlier vertex.
    pub tail: u32,
}

impl Graph {
    /// The place of the vertex called `name` in [`Graph::vertices`].
    pub fn vertex_index(&self, name: &str) -> Option<usize> {
        self.vertices.iter().position(|v| v.name == name)
    }

    /// The vertices that must succeed before the one at `index` starts, in the order of their places.
    pub fn tails(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let from = self.edges.partition_point(|e| (e.head as usize) < index);
        self.edges[from..]
            .iter()
            .take_while(move |e| e.head as usize == index)
            .map(|e| e.tail as usize)
    }

    /// About how many bytes of memory it takes.
    pub fn bytes(&self) -> usize {
        let params = |all: &[Param]| all.iter().map(Param::bytes).sum::<usize>();
        let pairs = |env: &[(String, String)]| -> usize {
            let one = |(name, value): &(String, String)| name.len() + value.len() + 48;
            env.iter().map(one).sum()
        };
        let words = |all: &[String]| all.iter().map(|word| word.len() + 24).sum::<usize>();
        let some = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let vertex = |v: &Vertex| {
            let texts = v.name.len() + v.desc.len() + v.script.len() + words(&v.secrets);
            let more = some(&v.workdir) + some(&v.pool) + pairs(&v.env);
            size_of::<Vertex>() + texts + more + params(&v.input) + params(&v.outputs)
        };
        let texts = self.desc.len() + some(&self.workdir);
        let own = texts + words(&self.secrets) + words(&self.tags);
        let own = own + params(&self.input) + pairs(&self.env);
        let vertices: usize = self.vertices.iter().map(vertex).sum();
        own + vertices + size_of::<Edge>() * self.edges.len()
    }

    /// The parameters that `vertex`, one of this graph's, may refer to: its own, then those of the
    /// graph that none of its own hides.
    pub(super) fn declared_for<'g>(&'g self, vertex: &'g Vertex) -> Vec<&'g Param> {
        let own = &vertex.input;
        let shared = self
            .input
            .iter()
            .filter(|p| !own.iter().any(|o| o.name == p.name));
        own.iter().chain(shared).collect()
    }
}

/// The most that one graph may hold. Every limit is a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Vertices in a graph.
    pub vertices: usize,
    /// Edges in a graph.
    pub edges: usize,
    /// Bytes in one script.
    pub script_bytes: usize,
    /// Bytes in one definition file or request body.
    pub file_bytes: usize,
    /// Characters in the name of a graph or a vertex.
    pub name_chars: usize,
    /// Tags of a graph.
    pub tags: usize,
    /// Bytes in one tag.
    pub tag_bytes: usize,
    /// Bytes in one parameter value.
    pub value_bytes: usize,
    /// Bytes that the environment of one script may have, of what definitions and values set there.
    pub environment_bytes: usize,
    /// Bytes in all scripts that are shown with their values at once.
    pub render_bytes: usize,
    /// Bytes that one script may write into its file of outputs.
    pub output_bytes: usize,
    /// Names in one file of outputs.
    pub outputs: usize,
    /// Bytes in one secret.
    pub secret_bytes: usize,
    /// Characters in the reason that a person gives for what is asked.
    pub reason_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            vertices: 50_000,
            edges: 500_000,
            script_bytes: 1 << 20,
            file_bytes: 16 << 20,
            name_chars: 200,
            tags: 20,
            tag_bytes: 50,
            value_bytes: 128 << 10,
            environment_bytes: 1 << 20,
            render_bytes: 32 << 20,
            output_bytes: 1 << 20,
            outputs: 1_000,
            secret_bytes: 64 << 10,
            reason_chars: 500,
        }
    }
}
