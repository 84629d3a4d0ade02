//! A vertex or an edge of a definition changed. The definition is printed anew; a text that had more in
//! it, comments or another layout, stays as the former version. What printing would lose refuses the edit.

use std::collections::BTreeMap;

use super::define::stored;
use super::{DefineError, Desk, Draft, EditError};
use crate::engine::GraphId;
use crate::graph::text::{self, Format, Parsed, parse};
use crate::graph::{Edit, Graph, Limits, Problem, Severity};
use crate::store::{Expect, Terms};

impl Desk {
    /// The newest version with a vertex or an edge of it changed, if its tag is one of `tags` (none:
    /// whatever it is), and nobody else changes it meanwhile.
    pub fn edited(
        &self,
        (id, tags): (GraphId, Option<&[String]>),
        edit: &Edit,
    ) -> Result<Draft, EditError> {
        let tag = self.is_seen(id, tags)?;
        if self.newest(id)?.id != id.0 {
            return Err(self.changed(id)?.into());
        }
        let missing = || DefineError::NoGraph(id);
        let graph = self.store.definition(id)?.ok_or_else(missing)?;
        let json = edit.apply(&graph)?;
        let (source, format) = self.source(id)?;
        let terms = |keep| Terms {
            expect: Expect::Newest(id, Some(vec![tag])),
            keep,
        };
        let anew = tags.is_none();
        if json == text::to_json(&graph) {
            // Also one with errors, which are known by their text.
            let draft = self.draft(&source, format, terms(false))?;
            return Ok(Draft { anew, ..draft });
        }
        let edited = parse(&json, Format::Json, &self.limits);
        let Some(after) = &edited.graph else {
            return Err(DefineError::Malformed(stored(&edited.problems)).into());
        };
        let mut unkept = unkept(&edited, after, &self.limits);
        // Nobody has seen the lines of a text that is printed only to be read again.
        for problem in &mut unkept {
            (problem.line, problem.column) = (0, 0);
        }
        let former = parse(&source, format, &self.limits);
        let former = self::unkept(&former, &graph, &self.limits);
        unkept.extend(former.into_iter().filter(|p| !is_replaced(p, edit, &graph)));
        if !unkept.is_empty() {
            return Err(EditError::Unreadable(stored(&unkept)));
        }
        let (printed, text) = match format {
            // Without the sign of a comment there is none.
            Format::Yaml => (
                !source.contains('#') || source == text::to_yaml(&graph),
                text::to_yaml(after),
            ),
            Format::Json => (true, json),
        };
        Ok(Draft {
            anew,
            printed_anew: !printed,
            ..self.draft(&text, format, terms(!printed))?
        })
    }
}

/// The errors of a text that are gone once the graph that was read of it is printed: nothing tells any
/// more of what was wrong there, and it is not in the print.
fn unkept(read: &Parsed, graph: &Graph, limits: &Limits) -> Vec<Problem> {
    let errors = |of: &Parsed| {
        let all = of.problems.iter().filter(|p| is_error(p));
        all.cloned().collect::<Vec<Problem>>()
    };
    let found = errors(read);
    if found.is_empty() {
        return found;
    }
    let limits = Limits {
        // A print may be longer than what it is of.
        file_bytes: usize::MAX,
        ..*limits
    };
    let mut kept: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for problem in errors(&parse(&text::to_json(graph), Format::Json, &limits)) {
        *kept.entry((problem.code, problem.place)).or_default() += 1;
    }
    let mut is_unkept = |p: &Problem| match kept.get_mut(&(p.code, p.place.clone())) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    found.into_iter().filter(|p| is_unkept(p)).collect()
}

/// Whether an edit puts something in the place of what is wrong.
fn is_replaced(problem: &Problem, edit: &Edit, graph: &Graph) -> bool {
    let name = match edit {
        Edit::Set(name, _) | Edit::Rename([name, _], _) | Edit::Remove(name) => name,
        Edit::Inputs(_) => return is_inside(problem, "input"),
        Edit::Add(..) | Edit::Join(..) | Edit::Part(..) | Edit::Move(..) => return false,
    };
    let of = |name: &str| {
        ["vertices", "handlers"]
            .iter()
            .any(|list| is_inside(problem, &format!("{list}.{name}")))
    };
    // The place of the vertex `a.b` begins as one in the vertex `a` does.
    let longer = |other: &str| other.len() > name.len() && other.starts_with(name.as_str());
    let mut others = graph.vertices.iter().map(|v| v.name.as_str());
    of(name) && !others.any(|other| longer(other) && of(other))
}

fn is_error(problem: &Problem) -> bool {
    problem.severity == Severity::Error
}

fn is_inside(problem: &Problem, part: &str) -> bool {
    let rest = problem.place.strip_prefix(part);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
