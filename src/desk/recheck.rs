//! What only this server can say of a definition, now: a saved one is checked again, and secrets that
//! nobody has set are named.

use super::Desk;
use super::define::{DefineError, Defined, compiled, examine, is_checked, stored};
use super::secrets::unknown_secrets;
use crate::engine::GraphId;
use crate::graph::text::Parsed;
use crate::graph::{Part, Spot, codes};
use crate::store::{Outcome, Store, StoreError, StoredProblem};

impl Desk {
    /// Checks a saved graph again, with the rules and limits of today.
    pub fn check(&self, id: GraphId) -> Result<Defined, DefineError> {
        self.recheck(id, false)
    }

    /// The same; `dry`: what is found is not noted.
    pub fn recheck(&self, id: GraphId, dry: bool) -> Result<Defined, DefineError> {
        let head = self.store.graph(id)?.ok_or(DefineError::NoGraph(id))?;
        let (source, format) = self.source(id)?;
        let parsed = examine(&source, format, &self.limits, &self.probe);
        let mut problems = stored(&parsed.problems);
        problems.extend(unset(&self.store, &parsed)?);
        let checked = is_checked(&parsed.problems);
        let compiled = parsed.graph.as_ref().map(compiled).unwrap_or_default();
        if !head.sealed && !dry {
            self.handle
                .set_check(id, head.revision, checked, compiled, problems.clone())?;
        }
        let (name, version) = (head.name, head.version);
        let tag = self.store.graph_tag(id)?.ok_or(DefineError::NoGraph(id))?;
        Ok(Defined {
            tag,
            printed_anew: false,
            id,
            name,
            version,
            outcome: Outcome::Unchanged,
            checked,
            problems,
        })
    }
}

/// A notice for each secret that the graph names and nobody has set: that stops only a start.
pub(super) fn unset(store: &Store, parsed: &Parsed) -> Result<Vec<StoredProblem>, StoreError> {
    let Some(graph) = &parsed.graph else {
        return Ok(Vec::new());
    };
    let notice = |name: String| {
        let names = |secrets: &Vec<String>| secrets.contains(&name);
        let owner = match names(&graph.secrets) {
            true => None,
            false => graph.vertices.iter().position(|v| names(&v.secrets)),
        };
        let part = Part::Key("secrets");
        let spot = owner.map_or(Spot::graph(part), |index| Spot::vertex(index, part));
        let mark = parsed.places.mark(spot);
        StoredProblem {
            code: codes::UNKNOWN_SECRET.to_owned(),
            severity: "notice".to_owned(),
            line: mark.line,
            column: mark.column,
            place: spot.path(graph),
            message: format!(
                "nobody has set the secret `{name}`, so the graph cannot be started; use `trackyard secret set {name}`"
            ),
        }
    };
    let unknown = unknown_secrets(store, graph)?;
    Ok(unknown.into_iter().map(notice).collect())
}
