//! A form of a definition saved, or why it was not.

use std::sync::Arc;

use super::edge::{fault, saved_to};
use super::faults::{Fault, field_id};
use crate::desk::{self, DefineError, Desk, EditError};
use crate::driver::CommandError;
use crate::engine::GraphId;
use crate::graph::text::{Format, parse};
use crate::graph::{Edit, EditFault, Graph};
use crate::l10n::Words;
use crate::store::{StoredProblem, Unfit};
use crate::web::edge::answer::{Answer, Failure};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::graphs::changes::{Changes, changes};
use crate::web::graphs::deeds::failure;
use crate::web::graphs::new::became;

/// Why it was not saved.
#[derive(Default)]
pub(in crate::web) struct Refused {
    pub(in crate::web) error: String,
    /// What is wrong in its fields.
    pub(in crate::web) faults: Vec<Fault>,
    pub(super) problems: Vec<StoredProblem>,
    /// What sending the form would change in what somebody else has saved meanwhile, and that version.
    pub(in crate::web) conflict: Option<(i32, Changes)>,
}

impl Refused {
    /// For a reason alone.
    pub(super) fn told(error: String) -> Self {
        Self {
            error,
            ..Self::default()
        }
    }

    /// For what stands in its fields.
    pub(in crate::web) fn at(faults: Vec<Fault>) -> Self {
        Self {
            faults,
            ..Self::default()
        }
    }

    /// Whether something is wrong in a field.
    pub(in crate::web) fn is_wrong(&self, field: &str) -> bool {
        self.of(field).next().is_some()
    }

    /// What is wrong in a field.
    pub(in crate::web) fn of(&self, field: &str) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(move |fault| fault.field == field)
    }

    /// The same of a field in a row.
    pub(in crate::web) fn of_row(&self, row: usize, key: &str) -> Option<&Fault> {
        self.of(&field_id(row, key)).next()
    }
}

/// The version that a form is about, with its definition, and why it was not saved.
pub(super) type Kept = (GraphId, Arc<Graph>, Refused);

pub(super) fn definition(desk: &Desk, id: GraphId) -> Result<Arc<Graph>, Failure> {
    let graph = desk.store.definition(id)?;
    graph.ok_or(Failure::Missing("graph"))
}

/// Saves what a form asks for of the definition that it was made from.
pub(super) fn save(
    desk: &Desk,
    who: &Browser,
    (id, form): (GraphId, &Posted),
    edit: impl Fn(&Graph) -> Edit,
) -> Result<Result<Answer, Kept>, Failure> {
    let (graph, t) = (definition(desk, id)?, &who.look.t);
    let tags = Some(vec![form.text("tag").to_owned()]);
    let deed = edit(&graph);
    let made = |desk: &Desk| desk.edited((id, tags.as_deref()), &deed);
    let refused = match desk.save_made(made, who.caller.name) {
        Ok(saved) => {
            let word = became(saved.outcome);
            return Ok(Ok(saved_to(saved.id, word, saved.printed_anew)));
        }
        Err(EditError::Fault(why @ EditFault::Taken(_))) => {
            Refused::at(vec![Fault::new("name", t.editor_name(), fault(&why, t))])
        }
        Err(EditError::Fault(why)) => Refused::told(fault(&why, t)),
        Err(
            EditError::Unreadable(problems) | EditError::Define(DefineError::Malformed(problems)),
        ) => Refused {
            problems,
            ..Refused::told(t.editor_unreadable())
        },
        Err(EditError::Define(DefineError::Command(CommandError::Unfit(Unfit::Changed {
            version,
            id,
            ..
        })))) => {
            let newest = definition(desk, id)?;
            let refused = of_conflict(ahead(desk, &newest, &edit(&newest)), version, t);
            return Ok(Err((id, newest, refused)));
        }
        Err(EditError::Define(why)) => return Err(failure(why)),
        Err(why) => return Err(Failure::CutOff(why.to_string())),
    };
    Ok(Err((id, graph, refused)))
}

fn of_conflict(ahead: Result<Changes, EditFault>, version: i32, t: &Words) -> Refused {
    match ahead {
        Ok(ahead) => Refused {
            conflict: Some((version, ahead)),
            ..Refused::default()
        },
        Err(why) => Refused::told(fault(&why, t)),
    }
}

/// What an edit would change in this definition.
fn ahead(desk: &Desk, graph: &Graph, edit: &Edit) -> Result<Changes, EditFault> {
    let json = edit.apply(graph)?;
    let after = parse(&json, Format::Json, &desk.limits).graph;
    let diff = after.map(|after| desk::compare(graph, &after));
    Ok(changes(diff.unwrap_or_default()))
}
