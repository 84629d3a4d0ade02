//! What became of a definition, or would.

use serde::Serialize;
use utoipa::ToSchema;

use super::diff::GraphChanges;
use super::graphs::Problem;
use crate::desk::{Defined, WouldDefine};
use crate::store::Outcome;

/// What became of a definition that was saved or checked.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphSaved {
    /// Null: with `dry_run`, of a version that would be made.
    id: Option<i64>,
    name: String,
    version: i32,
    /// It may be started.
    checked: bool,
    /// What happened, in a sentence.
    note: String,
    problems: Vec<Problem>,
    /// Nothing was saved or noted: this is what would be.
    dry_run: bool,
    /// With `dry_run` what would be other than in the newest version; else, and where there is none, null.
    changes: Option<GraphChanges>,
}

impl GraphSaved {
    /// What a check found that was only worked out.
    pub(in crate::api) fn found(defined: &Defined) -> Self {
        Self {
            dry_run: true,
            ..Self::from(defined)
        }
    }
}

/// What happened, in a sentence.
fn note(outcome: Outcome, printed_anew: bool) -> String {
    let note = outcome.sentence().to_owned();
    match printed_anew {
        true => note + "; its text is printed anew, so comments are in the former version alone",
        false => note,
    }
}

impl From<&Defined> for GraphSaved {
    fn from(defined: &Defined) -> Self {
        Self {
            id: Some(defined.id.0),
            name: defined.name.clone(),
            version: defined.version,
            checked: defined.checked,
            note: note(defined.outcome, defined.printed_anew),
            problems: defined.problems.iter().map(Problem::from).collect(),
            dry_run: false,
            changes: None,
        }
    }
}

impl From<WouldDefine> for GraphSaved {
    fn from(would: WouldDefine) -> Self {
        Self {
            id: would.id.map(|id| id.0),
            name: would.name,
            version: would.version,
            checked: would.checked,
            note: note(would.outcome, would.printed_anew),
            problems: would.problems.iter().map(Problem::from).collect(),
            dry_run: true,
            changes: would.changes.map(GraphChanges::from),
        }
    }
}
