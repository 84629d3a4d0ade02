//! A definition as it is to be saved: saved, or only worked out.

use super::define::compiled;
use super::{DefineError, Defined, Desk, EditError, Validated, compare};
use crate::access::digest;
use crate::driver::CommandError;
use crate::engine::GraphId;
use crate::graph::text::{self, Format};
use crate::graph::{Diff, Graph};
use crate::store::{NewGraph, Outcome, Store, StoredProblem, Terms, Unfit};

/// How often an edit is tried again that others were in the way of.
const MOST_TRIES: u32 = 50;

/// A definition as it is to be saved.
#[derive(Debug, Clone)]
pub struct Draft {
    pub(super) graph: Graph,
    pub(super) found: Validated,
    pub(super) source: String,
    pub(super) format: Format,
    pub(super) terms: Terms,
    /// It is not as a person wrote it any more: it was printed anew.
    pub(super) printed_anew: bool,
    /// Where the graph has changed meanwhile, it may be made once more.
    pub(super) anew: bool,
}

/// What would become of a definition.
#[derive(Debug, Clone, PartialEq)]
pub struct WouldDefine {
    /// The graph that would be changed; none: it would be a new one.
    pub id: Option<GraphId>,
    /// Its name.
    pub name: String,
    /// The version that it would be.
    pub version: i32,
    /// What would become of the text.
    pub outcome: Outcome,
    /// It could be started.
    pub checked: bool,
    /// All that the check found.
    pub problems: Vec<StoredProblem>,
    /// What would be other than in the newest version; none: there is none.
    pub changes: Option<Diff>,
    /// Its text would be printed anew.
    pub printed_anew: bool,
}

impl Draft {
    /// What was read of a text.
    pub(super) fn of(
        (graph, found): (Graph, Validated),
        source: &str,
        format: Format,
        terms: Terms,
    ) -> Self {
        Self {
            graph,
            found,
            source: source.to_owned(),
            format,
            terms,
            printed_anew: false,
            anew: false,
        }
    }

    /// What was found in it.
    pub fn found(&self) -> &Validated {
        &self.found
    }

    fn into_new(self, who: &str) -> NewGraph {
        let checked = self.found.checked;
        // Two texts with the same rows may have different problems (a duplicate edge, say).
        let basis = match checked {
            true => text::to_json(&self.graph),
            false => format!("unchecked {}", self.source),
        };
        NewGraph {
            compiled: compiled(&self.graph),
            graph: self.graph,
            format: match self.format {
                Format::Yaml => "yaml",
                Format::Json => "json",
            },
            digest: digest(&basis),
            source: self.source,
            checked,
            problems: self.found.problems,
            creator: who.to_owned(),
            terms: self.terms,
        }
    }
}

impl Desk {
    /// Saves a definition as the newest version of its name.
    pub fn save(&self, draft: Draft, who: &str) -> Result<Defined, DefineError> {
        let (found, printed_anew) = (draft.found.clone(), draft.printed_anew);
        let saved = self.handle.save_graph(draft.into_new(who))?;
        Ok(Defined {
            id: saved.id,
            name: found.name,
            version: saved.version,
            outcome: saved.outcome,
            checked: found.checked,
            problems: found.problems,
            tag: saved.tag,
            printed_anew: printed_anew && saved.outcome == Outcome::NewVersion,
        })
    }

    /// Saves what is made of a definition. Who has not said what was seen is not refused because
    /// somebody else was faster: it is made once more.
    pub fn save_made(
        &self,
        make: impl Fn(&Self) -> Result<Draft, EditError>,
        who: &str,
    ) -> Result<Defined, EditError> {
        let mut tries = 1;
        loop {
            let draft = make(self)?;
            let again = draft.anew && tries < MOST_TRIES;
            match self.save(draft, who) {
                Err(DefineError::Command(CommandError::Unfit(Unfit::Changed { .. }))) if again => {
                    tries += 1;
                }
                done => return Ok(done?),
            }
        }
    }

    /// Says what would become of a definition. Nothing is saved.
    ///
    /// # Errors
    /// Those of saving it.
    pub fn would_save(&self, draft: Draft) -> Result<WouldDefine, DefineError> {
        would_save(&self.store, draft)
    }
}

/// What would become of a definition.
pub(super) fn would_save(store: &Store, draft: Draft) -> Result<WouldDefine, DefineError> {
    let printed_anew = draft.printed_anew;
    let new = draft.into_new("");
    let would = store.would_save(&new).map_err(CommandError::from)?;
    let before = would.newest.map(|id| store.definition(id));
    let before = before.transpose()?.flatten();
    let changes = before.map(|before| compare(&before, &new.graph));
    let is_new = matches!(would.outcome, Outcome::Created | Outcome::NewVersion);
    Ok(WouldDefine {
        id: would.newest.filter(|_| !is_new),
        name: new.graph.name,
        version: would.version,
        outcome: would.outcome,
        checked: new.checked,
        problems: new.problems,
        changes,
        printed_anew: printed_anew && would.outcome == Outcome::NewVersion,
    })
}
