//! Whether every output that a script refers to is there before the script starts.

use super::check_scripts::report;
use super::codes;
use super::identifiers::{identifiers, variable};
use super::lines::Lines;
use super::model::Graph;
use super::outputs::Reference;
use super::places::Sink;
use super::problem::{ScriptProblem, Severity};
use super::similar::quote;
use super::topology::order;

/// So many vertices are followed through a graph at once: one bit for each.
const AT_ONCE: usize = 64;

/// A script at a place that refers to an output of a vertex at another.
#[derive(Debug, Default)]
pub(super) struct References(Vec<(usize, Reference)>);

impl References {
    /// Notes what the script of the vertex at `index` refers to. What comes just before it is there.
    pub(super) fn note(&mut self, graph: &Graph, index: usize, used: Vec<Reference>) {
        let direct = |r: &Reference| graph.tails(index).any(|tail| tail == r.place as usize);
        let far = used.into_iter().filter(|r| !direct(r));
        self.0.extend(far.map(|reference| (index, reference)));
    }

    /// Reports each reference to a vertex that does not come before the one that refers to it.
    pub(super) fn check(mut self, sink: &mut Sink<'_>) {
        if self.0.is_empty() {
            return;
        }
        let graph = sink.graph;
        let order = order(graph);
        self.0.sort_by_key(|(_, reference)| reference.place);
        let mut rest = &self.0[..];
        let mut wrong = Vec::new();
        while let Some((_, first)) = rest.first() {
            let (mut sources, mut taken) = (vec![first.place], 0);
            for (_, reference) in rest {
                if sources.last() != Some(&reference.place) {
                    if sources.len() == AT_ONCE {
                        break;
                    }
                    sources.push(reference.place);
                }
                taken += 1;
            }
            let before = reached(graph, &order, &sources);
            let (now, later) = rest.split_at(taken);
            for (index, reference) in now {
                let bit = sources.binary_search(&reference.place).unwrap_or(0);
                if before[*index] & (1 << bit) == 0 {
                    wrong.push((*index, reference));
                }
            }
            rest = later;
        }
        wrong.sort_by(|a, b| (a.0, &a.1.param.name).cmp(&(b.0, &b.1.param.name)));
        for (index, reference) in wrong {
            report(sink, index, problem(graph, index, reference));
        }
    }
}

/// For each vertex, the bits of those of `sources` that come before it.
fn reached(graph: &Graph, order: &[u32], sources: &[u32]) -> Vec<u64> {
    let mut own = vec![0_u64; graph.vertices.len()];
    for (bit, source) in sources.iter().enumerate() {
        own[*source as usize] = 1 << bit;
    }
    let mut before = vec![0_u64; graph.vertices.len()];
    for vertex in order {
        let index = *vertex as usize;
        let bits = graph.tails(index).map(|tail| before[tail] | own[tail]);
        before[index] = bits.fold(0, |all, bits| all | bits);
    }
    before
}

fn problem(graph: &Graph, index: usize, reference: &Reference) -> ScriptProblem {
    let script = &graph.vertices[index].script;
    let name = &reference.param.name;
    let at = script.find(&format!("<{name}>"));
    let variable = variable(name);
    let at = at.or_else(|| identifiers(script, "TY_").get(variable.as_ref()).copied());
    let (line, column) = Lines::of(script).line_and_column(at.unwrap_or(0));
    let (code, message) = if reference.place as usize == index {
        let message =
            format!("`<{name}>` is an output of this very script; use a variable of the script");
        (codes::OWN_OUTPUT, message)
    } else if graph.vertices[index].handler.is_some() {
        let vertex = quote(&graph.vertices[reference.place as usize].name);
        let message = format!(
            "`<{name}>` cannot be used after the verdict, because {vertex} need not have succeeded then; let its script write a file, and look for that here"
        );
        (codes::OUTPUT_IN_HANDLER, message)
    } else {
        let vertex = quote(&graph.vertices[reference.place as usize].name);
        let message = format!(
            "`<{name}>` need not be there yet, because nothing makes this vertex wait for {vertex}; write {vertex} under `needs:`, here or in a vertex that comes before"
        );
        (codes::OUTPUT_NOT_BEFORE, message)
    };
    ScriptProblem {
        code,
        severity: Severity::Error,
        line,
        column,
        message,
    }
}
