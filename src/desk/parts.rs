//! A vertex or an edge of a definition changed. The definition is printed anew; a text that had more in
//! it, comments or another layout, stays as the former version.

use super::{DefineError, Defined, Desk, EditError};
use crate::engine::GraphId;
use crate::graph::text::{self, Format};
use crate::graph::{Edit, codes};
use crate::store::{Expect, StoredProblem, Terms, Unfit};

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
    /// Changes a vertex or an edge of the newest version, if its tag is one of `tags` (none: whatever
    /// it is), and nobody else changes it meanwhile. True: what the former text had beside the
    /// definition is in the former version alone.
    pub fn edit(
        &self,
        (id, tags): (GraphId, Option<Vec<String>>),
        edit: &Edit,
        who: &str,
    ) -> Result<(Defined, bool), EditError> {
        let missing = || DefineError::NoGraph(id);
        let tag = self.store.graph_tag(id)?.ok_or_else(missing)?;
        let head = self.store.graph(id)?.ok_or_else(missing)?;
        if tags.is_some_and(|tags| !tags.contains(&tag)) {
            let (name, version) = (head.name, head.version);
            let changed = Unfit::Changed { name, version, id };
            return Err(DefineError::from(crate::driver::CommandError::Unfit(changed)).into());
        }
        let graph = self.store.definition(id)?.ok_or_else(missing)?;
        let json = edit.apply(&graph)?;
        let (source, format) = self.source(id)?;
        let as_json = self.read(&json, Format::Json)?;
        let given = edit
            .given()
            .map(|name| [format!("vertices.{name}"), format!("handlers.{name}")]);
        let unreadable = |p: &&StoredProblem| {
            let inside = |start: &String| {
                let rest = p.place.strip_prefix(start.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            let here = given.iter().flatten().any(inside) || given.is_none() && p.place == "graph";
            p.severity == "error" && here && UNREADABLE.contains(&p.code.as_str())
        };
        let wrong: Vec<_> = as_json
            .1
            .problems
            .iter()
            .filter(unreadable)
            .cloned()
            .collect();
        if !wrong.is_empty() {
            return Err(EditError::Unreadable(wrong));
        }
        let (printed, text) = match format {
            Format::Json => (true, json),
            Format::Yaml => (source == text::to_yaml(&graph), text::to_yaml(&as_json.0)),
        };
        let read = self.read(&text, format)?;
        let terms = Terms {
            expect: Expect::Newest(id, Some(vec![tag])),
            keep: !printed,
        };
        let defined = self.write(read, (&text, format), who, terms)?;
        let lost = !printed && defined.id != id;
        Ok((defined, lost))
    }
}
