//! Saving and checking definitions.

use super::draft::would_save;
use super::recheck::unset;
use super::{Desk, Draft, WouldDefine};
use crate::driver::CommandError;
use crate::engine::GraphId;
use crate::graph::text::{self, Format, Parsed};
use crate::graph::{Graph, Limits, Outputs, Problem, Runnable, Severity};
use crate::probe::Probe;
use crate::store::{Expect, GraphHead, Outcome, Store, StoreError, StoredProblem, Terms};

/// A definition that was saved, checked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defined {
    /// The graph's number.
    pub id: GraphId,
    /// Its name.
    pub name: String,
    /// Its version, from 1.
    pub version: i32,
    /// What became of the text.
    pub outcome: Outcome,
    /// It may be started.
    pub checked: bool,
    /// All that the check found.
    pub problems: Vec<StoredProblem>,
    /// What changes whenever anything does that is told of it.
    pub tag: String,
    /// Its text was printed anew, and is as a person wrote it in a former version alone.
    pub printed_anew: bool,
}

/// What was found in a definition that was only looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validated {
    /// The name of the graph.
    pub name: String,
    /// It could be started, once it is saved.
    pub checked: bool,
    /// All that the check found.
    pub problems: Vec<StoredProblem>,
}

/// Why a definition was not saved. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum DefineError {
    /// The text is not YAML or JSON, or not a graph at all, or has no usable name.
    #[error("the text is not a definition of a graph")]
    Malformed(Vec<StoredProblem>),
    /// No such graph.
    #[error("graph {0} does not exist")]
    NoGraph(GraphId),
    /// The driver refused.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// Saves a text as the newest version of the graph that it names. A text with problems is
    /// saved too, unchecked, so that nothing a person wrote is lost.
    pub fn define(&self, source: &str, format: Format, who: &str) -> Result<Defined, DefineError> {
        self.save(self.draft(source, format, Terms::default())?, who)
    }

    /// What a text makes of the graph that it names.
    pub fn draft(&self, source: &str, format: Format, terms: Terms) -> Result<Draft, DefineError> {
        let read = self.read(source, format)?;
        Ok(Draft::of(read, source, format, terms))
    }

    /// A definition as it is saved now.
    pub fn defined(&self, id: GraphId) -> Result<Defined, DefineError> {
        let head = self.store.graph(id)?.ok_or(DefineError::NoGraph(id))?;
        Ok(Defined {
            id,
            name: head.name,
            version: head.version,
            outcome: Outcome::Unchanged,
            checked: head.checked,
            problems: self.store.problems(id)?,
            tag: self.store.graph_tag(id)?.unwrap_or_default(),
            printed_anew: false,
        })
    }

    /// Says what saving a text would find. Nothing is saved.
    pub fn validate(&self, source: &str, format: Format) -> Result<Validated, DefineError> {
        Ok(self.read(source, format)?.1)
    }

    /// A text as a graph that has a name, and what was found in it.
    pub(super) fn read(
        &self,
        source: &str,
        format: Format,
    ) -> Result<(Graph, Validated), DefineError> {
        read((&self.store, &self.limits, &self.probe), source, format)
    }

    /// The text of a saved graph as the newest version of its name, if the newest one has one of `tags`
    /// (none: whatever it is).
    pub fn restored(&self, id: GraphId, tags: Option<Vec<String>>) -> Result<Draft, DefineError> {
        let (source, format) = self.source(id)?;
        let expect = match tags {
            None => Expect::Anything,
            tags => Expect::Newest(GraphId(self.newest(id)?.id), tags),
        };
        // What it takes the place of may be work that nobody has run yet: that stays a version.
        self.draft(&source, format, Terms { expect, keep: true })
    }

    /// The newest version of the graph of which this is one.
    pub(super) fn newest(&self, id: GraphId) -> Result<GraphHead, DefineError> {
        let missing = || DefineError::NoGraph(id);
        let head = self.store.graph(id)?.ok_or_else(missing)?;
        let newest = self.store.versions(&head.name, i32::MAX, 1)?;
        newest.into_iter().next().ok_or_else(missing)
    }

    pub(super) fn source(&self, id: GraphId) -> Result<(String, Format), DefineError> {
        let (source, format) = self.store.source(id)?.ok_or(DefineError::NoGraph(id))?;
        let format = if format == "json" {
            Format::Json
        } else {
            Format::Yaml
        };
        Ok((source, format))
    }
}

/// Says what would become of a text, from a database that nobody works with. Nothing is saved.
///
/// # Errors
/// Those of saving it.
pub fn would_define(
    by: (&Store, &Limits, &Probe),
    source: &str,
    format: Format,
) -> Result<WouldDefine, DefineError> {
    let read = read(by, source, format)?;
    let draft = Draft::of(read, source, format, Terms::default());
    would_save(by.0, draft)
}

fn read(
    (store, limits, probe): (&Store, &Limits, &Probe),
    source: &str,
    format: Format,
) -> Result<(Graph, Validated), DefineError> {
    let parsed = examine(source, format, limits, probe);
    let mut problems = stored(&parsed.problems);
    problems.extend(unset(store, &parsed)?);
    let Some(graph) = parsed.graph.filter(|g| !g.name.is_empty()) else {
        return Err(DefineError::Malformed(problems));
    };
    let found = Validated {
        name: graph.name.clone(),
        checked: is_checked(&parsed.problems),
        problems,
    };
    Ok((graph, found))
}

/// Reads a text and finds all its problems: those that the text alone has, and what this machine
/// says about its scripts. Nothing is saved.
pub fn examine(source: &str, format: Format, limits: &Limits, probe: &Probe) -> Parsed {
    let mut parsed = text::parse(source, format, limits);
    if let Some(graph) = &parsed.graph {
        let found = probe.inspect(graph, &parsed.places);
        parsed.problems.extend(found);
        parsed.problems.sort_by_key(|p| (p.line, p.column));
    }
    parsed
}

/// Whether a graph with these findings may be started.
pub(super) fn is_checked(problems: &[Problem]) -> bool {
    problems.iter().all(|p| p.severity != Severity::Error)
}

/// What is kept of the script of each vertex.
pub(super) fn compiled(graph: &Graph) -> Vec<Runnable> {
    let outputs = Outputs::of(graph);
    let runnable = |vertex| outputs.runnable(vertex);
    graph.vertices.iter().map(runnable).collect()
}

pub(super) fn stored(problems: &[Problem]) -> Vec<StoredProblem> {
    let one = |p: &Problem| StoredProblem {
        code: p.code.to_owned(),
        severity: match p.severity {
            Severity::Error => "error".to_owned(),
            Severity::Notice => "notice".to_owned(),
        },
        line: p.line,
        column: p.column,
        place: p.place.clone(),
        message: p.message.clone(),
    };
    problems.iter().map(one).collect()
}
