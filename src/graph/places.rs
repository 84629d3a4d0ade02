//! Where in its text each part of a graph stands, and what the part is called in a problem.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Edge, Graph};
use super::problem::{Problem, ScriptProblem, Severity};

/// A place in a text: line and column in characters, both from 1; zeros mean "no text".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Mark {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Mark {
    /// Where a text begins.
    pub(super) const START: Self = Self { line: 1, column: 1 };
}

/// One part of a graph. The owner of a part is a vertex, by its place, or the graph (`None`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The vertex that the part belongs to, or the graph.
    pub owner: Option<u32>,
    /// Which part.
    pub part: Part,
}

/// Which part of a graph or of a vertex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// All of it.
    Whole,
    /// A key with one value, e.g. `name`.
    Key(&'static str),
    /// An environment variable, by its place.
    Env(u32),
    /// A parameter, by its place.
    Param(u32),
    /// One rule of a parameter, by its place and key.
    Rule(u32, &'static str),
    /// An output of a vertex, by its place.
    Output(u32),
    /// One rule of an output, by its place and key.
    OutputRule(u32, &'static str),
}

/// Positions of the parts of one graph. The default knows none: a graph that has no text.
#[derive(Debug, Clone, Default)]
pub struct Places {
    pub(super) has_text: bool,
    pub(super) marks: BTreeMap<Spot, Mark>,
    /// Where the first character of a script stands, for scripts whose lines are lines of the text.
    pub(super) scripts: BTreeMap<u32, Mark>,
    /// One for each of [`Graph::edges`].
    pub(super) edges: Vec<Mark>,
    /// Parts that were reported as unreadable: further findings about them would only repeat that.
    pub(super) broken: BTreeSet<Spot>,
}

impl Spot {
    /// A part of the vertex at `owner`, or of the graph.
    pub(super) fn of(owner: Option<usize>, part: Part) -> Self {
        owner.map_or(Self::graph(part), |index| Self::vertex(index, part))
    }

    /// A part of the graph itself.
    pub fn graph(part: Part) -> Self {
        Self { owner: None, part }
    }

    /// A part of the vertex at `index`.
    pub fn vertex(index: usize, part: Part) -> Self {
        Self {
            owner: u32::try_from(index).ok(),
            part,
        }
    }

    /// What the part is called, e.g. `vertices.ping.input.host.default`.
    pub fn path(self, graph: &Graph) -> String {
        let vertex = self.owner.and_then(|i| graph.vertices.get(i as usize));
        let (input, env) = vertex.map_or((&graph.input, &graph.env), |v| (&v.input, &v.env));
        let name = |i: u32| input.get(i as usize).map_or("", |p| &p.name);
        let outputs = vertex.map_or(&[][..], |v| &v.outputs);
        let output = |i: u32| outputs.get(i as usize).map_or("", |p| &p.name);
        let tail = match self.part {
            Part::Whole => String::new(),
            Part::Key(key) => key.to_owned(),
            Part::Env(i) => format!("env.{}", env.get(i as usize).map_or("", |(n, _)| n)),
            Part::Param(i) => format!("input.{}", name(i)),
            Part::Rule(i, key) => format!("input.{}.{key}", name(i)),
            Part::Output(i) => format!("outputs.{}", output(i)),
            Part::OutputRule(i, key) => format!("outputs.{}.{key}", output(i)),
        };
        match vertex {
            None if tail.is_empty() => "graph".to_owned(),
            None => tail,
            Some(v) => {
                let list = match v.handler {
                    None => "vertices",
                    Some(_) => "handlers",
                };
                let dot = if tail.is_empty() { "" } else { "." };
                format!("{list}.{}{dot}{tail}", v.name)
            }
        }
    }

    /// The part that this one is in.
    fn around(self) -> Option<Self> {
        let part = match self.part {
            Part::Whole => return self.owner.map(|_| Self::graph(Part::Whole)),
            Part::Rule(i, _) => Part::Param(i),
            Part::OutputRule(i, _) => Part::Output(i),
            Part::Key(_) | Part::Env(_) | Part::Param(_) | Part::Output(_) => Part::Whole,
        };
        Some(Self {
            owner: self.owner,
            part,
        })
    }
}

impl Places {
    /// Where `spot` stands; the nearest part around it when it was not written. Zeros without a text.
    pub fn mark(&self, spot: Spot) -> Mark {
        if !self.has_text {
            return Mark::default();
        }
        let mut next = Some(spot);
        while let Some(spot) = next {
            if let Some(mark) = self.marks.get(&spot) {
                return *mark;
            }
            next = spot.around();
        }
        Mark::START
    }

    /// Where a line and column of a vertex's script stand in the text, when that can be said exactly.
    pub fn script(&self, vertex: usize, line: u32, column: u32) -> Option<Mark> {
        let start = self.scripts.get(&u32::try_from(vertex).ok()?)?;
        Some(Mark {
            line: start.line + line - 1,
            column: start.column + column - 1,
        })
    }

    /// A finding about the script of a vertex as a finding about the definition: with its line and
    /// column there when they can be said exactly, else with those of the script in its message.
    pub fn script_problem(&self, graph: &Graph, vertex: usize, found: ScriptProblem) -> Problem {
        let spot = Spot::vertex(vertex, Part::Key("script"));
        let (line, column) = (found.line, found.column);
        let exact = self.script(vertex, line, column);
        let mark = exact.unwrap_or_else(|| self.mark(spot));
        let message = match exact {
            Some(_) => found.message,
            None => format!(
                "{} (line {line}, column {column} of the script)",
                found.message
            ),
        };
        Problem {
            code: found.code,
            severity: found.severity,
            line: mark.line,
            column: mark.column,
            place: spot.path(graph),
            message,
        }
    }

    /// Where `edge` of `graph` was written; zeros when that is not known.
    pub fn edge(&self, graph: &Graph, edge: Edge) -> Mark {
        let found = graph
            .edges
            .binary_search(&edge)
            .ok()
            .and_then(|i| self.edges.get(i));
        found.copied().unwrap_or_default()
    }
}

/// Collects the findings about one graph.
#[derive(Debug)]
pub(super) struct Sink<'g> {
    pub(super) graph: &'g Graph,
    pub(super) places: &'g Places,
    pub(super) problems: Vec<Problem>,
}

impl Sink<'_> {
    /// Adds an error about a part.
    pub(super) fn error(&mut self, code: &'static str, spot: Spot, message: String) {
        self.add(Severity::Error, code, spot, message);
    }

    /// Adds a finding about a part, unless the part is known to be unreadable.
    pub(super) fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        spot: Spot,
        message: String,
    ) {
        let mark = self.places.mark(spot);
        self.add_at(severity, code, spot, mark, message);
    }

    /// Adds a finding about a part at a place that the caller knows better.
    pub(super) fn add_at(
        &mut self,
        severity: Severity,
        code: &'static str,
        spot: Spot,
        mark: Mark,
        message: String,
    ) {
        if self.places.broken.contains(&spot) {
            return;
        }
        let place = spot.path(self.graph);
        self.problems.push(Problem {
            code,
            severity,
            line: mark.line,
            column: mark.column,
            place,
            message,
        });
    }
}
