//! A vertex or an edge of a definition changed. The definition is printed anew; a text that had more in
//! it, comments or another layout, stays as the former version.

use super::{DefineError, Desk, Draft, EditError};
use crate::engine::GraphId;
use crate::graph::text::{self, Format};
use crate::graph::{Edit, codes};
use crate::store::{Expect, StoredProblem, Terms};

/// What cannot be kept when a definition is printed anew.
const UNREADABLE: &[&str] = &[
    codes::UNKNOWN_KEY,
    codes::DUPLICATE_KEY,
    codes::WRONG_TYPE,
    codes::UNKNOWN_WORD,
    codes::BAD_DURATION,
    codes::DANGLING_EDGE,
    codes::SELF_EDGE,
    codes::DUPLICATE_EDGE,
    codes::BAD_LIMIT,
    codes::BAD_RULE,
];

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
        let as_json = self.read(&json, Format::Json)?;
        let mut wrong = unreadable(edit, &as_json.1.problems);
        wrong.extend(lost(edit, &self.read(&source, format)?.1.problems));
        if !wrong.is_empty() {
            return Err(EditError::Unreadable(wrong));
        }
        let (printed, text) = match format {
            Format::Json => (true, json),
            // Without the sign of a comment there is none.
            Format::Yaml => (
                !source.contains('#') || source == text::to_yaml(&graph),
                text::to_yaml(&as_json.0),
            ),
        };
        Ok(Draft {
            anew,
            printed_anew: !printed,
            ..self.draft(&text, format, terms(!printed))?
        })
    }
}

/// What cannot be kept of what is given with an edit.
fn unreadable(edit: &Edit, problems: &[StoredProblem]) -> Vec<StoredProblem> {
    let given = match (edit, edit.given()) {
        (Edit::Inputs(_), _) => Some(vec!["input".to_owned()]),
        (_, name) => name.map(vertex),
    };
    let unreadable = |p: &&StoredProblem| {
        let given = given.as_deref();
        let here = given.map_or(p.place == "graph", |parts| is_inside(p, parts));
        here && is_unreadable(p)
    };
    problems.iter().filter(unreadable).cloned().collect()
}

/// What was never understood of a definition, where an edit does not put something in its place: it
/// would be gone without a word.
fn lost(edit: &Edit, problems: &[StoredProblem]) -> Vec<StoredProblem> {
    let replaced = match edit {
        Edit::Add(name, _) | Edit::Set(name, _) | Edit::Rename([name, _], _) => vertex(name),
        Edit::Remove(name) => vertex(name),
        Edit::Inputs(_) => vec!["input".to_owned()],
        Edit::Join(..) | Edit::Part(..) | Edit::Move(..) => Vec::new(),
    };
    let lost = |p: &&StoredProblem| is_unreadable(p) && !is_inside(p, &replaced);
    problems.iter().filter(lost).cloned().collect()
}

/// The places of a vertex.
fn vertex(name: &str) -> Vec<String> {
    vec![format!("vertices.{name}"), format!("handlers.{name}")]
}

fn is_unreadable(problem: &StoredProblem) -> bool {
    problem.severity == "error" && UNREADABLE.contains(&problem.code.as_str())
}

fn is_inside(problem: &StoredProblem, parts: &[String]) -> bool {
    parts.iter().any(|part| {
        let rest = problem.place.strip_prefix(part.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}
