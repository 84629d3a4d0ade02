//! Why a definition is not as it was to be.

use rocket::http::Status;

use super::{ApiError, problems};
use crate::desk::{DefineError, EditError};
use crate::graph::EditFault;
use crate::store::Unfit;

pub(super) fn unfit(why: &Unfit) -> (Status, &'static str) {
    match why {
        Unfit::Missing(_) => (Status::NotFound, "not-found"),
        Unfit::Archived(_) => (Status::Conflict, "archived"),
        Unfit::Changed { .. } => (Status::PreconditionFailed, "changed-meanwhile"),
        Unfit::Taken(_) => (Status::Conflict, "name-taken"),
        Unfit::InUse(_) => (Status::Conflict, "graph-in-use"),
    }
}

impl ApiError {
    /// A name that is taken is what a condition of the request forbids.
    pub(in crate::api) fn of_condition(self) -> Self {
        match self.code {
            "name-taken" => Self {
                status: Status::PreconditionFailed,
                ..self
            },
            _ => self,
        }
    }
}

impl From<DefineError> for ApiError {
    fn from(error: DefineError) -> Self {
        let detail = error.to_string();
        match error {
            DefineError::Malformed(found) => {
                Self::new(Status::BadRequest, "malformed", detail).with(problems(&found))
            }
            DefineError::NoGraph(id) => Self::not_found("graph", id.0),
            DefineError::Command(why) => why.into(),
            DefineError::Store(why) => why.into(),
        }
    }
}

impl From<EditError> for ApiError {
    fn from(error: EditError) -> Self {
        let detail = error.to_string();
        match error {
            EditError::OtherName { .. } => {
                Self::new(Status::UnprocessableEntity, "other-name", detail)
            }
            EditError::Fault(why) => fault(&why),
            EditError::Name(found) | EditError::Unreadable(found) => {
                Self::invalid(detail).with(problems(&found))
            }
            EditError::Define(why) => why.into(),
        }
    }
}

fn fault(why: &EditFault) -> ApiError {
    let (status, code) = match why {
        EditFault::NoVertex(_) | EditFault::NoEdge(..) => (Status::NotFound, "not-found"),
        EditFault::Taken(_) => (Status::Conflict, "name-taken"),
    };
    ApiError::new(status, code, why.to_string())
}
