//! Errors as RFC 9457 problem documents with a stable `code`.

mod definitions;

use std::io::Cursor;

use rocket::http::{ContentType, Header, Method, Status};
use rocket::response::Responder;
use rocket::{Request, Response};

use super::wire::{self, Found, OfField, Problem, Standing};
use crate::desk::{RenderError, StartError};
use crate::driver::CommandError;
use crate::engine::Refusal;
use crate::graph::codes;
use crate::store::{StoreError, StoredProblem};

/// An answer that is not what was asked for.
#[derive(Debug)]
pub(super) struct ApiError {
    status: Status,
    code: &'static str,
    detail: String,
    problems: Vec<Found>,
    /// What a program needs to go on, beside the words.
    standing: Box<Standing>,
    /// The methods that the address takes.
    allowed: Vec<Method>,
}

impl ApiError {
    pub(super) fn new(status: Status, code: &'static str, detail: String) -> Self {
        Self {
            status,
            code,
            detail,
            problems: Vec::new(),
            standing: Box::default(),
            allowed: Vec::new(),
        }
    }

    /// A part of the request says what cannot be meant.
    pub(super) fn invalid(detail: String) -> Self {
        Self::new(Status::UnprocessableEntity, "invalid", detail)
    }

    pub(super) fn not_found(what: &str, id: i64) -> Self {
        Self::new(
            Status::NotFound,
            "not-found",
            format!("{what} `{id}` does not exist"),
        )
    }

    /// The code and the words, for a line among others.
    pub(super) fn said(self) -> (&'static str, String) {
        (self.code, self.detail)
    }

    /// With how long the thing is that has not what was asked of it.
    pub(super) fn with_length(mut self, length: u64) -> Self {
        self.standing.length = Some(length);
        self
    }

    /// With the wait, in seconds, before it makes sense to ask again.
    pub(super) fn with_wait(mut self, wait: u64) -> Self {
        self.standing.retry_after = Some(wait);
        self
    }

    /// With the methods that the address takes.
    pub(super) fn with_allowed(self, allowed: Vec<Method>) -> Self {
        Self { allowed, ..self }
    }

    /// With all that is wrong, in place of what was.
    pub(super) fn with(self, problems: Vec<Found>) -> Self {
        Self { problems, ..self }
    }
}

impl<'r> Responder<'r, 'static> for ApiError {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        let retry = self.standing.retry_after.unwrap_or(1).to_string();
        let range = self
            .standing
            .length
            .map(|length| format!("bytes */{length}"));
        let body = wire::Refusal {
            kind: "about:blank",
            title: self.status.reason_lossy(),
            status: self.status.code,
            code: self.code,
            detail: self.detail,
            problems: self.problems,
            standing: *self.standing,
        };
        let body = serde_json::to_string(&body).map_err(|why| {
            tracing::error!(%why, "a refusal could not be written: {why}");
            Status::InternalServerError
        })?;
        let mut response = Response::build();
        response
            .status(self.status)
            .header(ContentType::new("application", "problem+json"))
            .sized_body(body.len(), Cursor::new(body));
        match self.status.code {
            405 => {
                let allowed: Vec<&str> =
                    self.allowed.iter().map(|method| method.as_str()).collect();
                response.header(Header::new("Allow", allowed.join(", ")));
            }
            401 => drop(response.header(Header::new("WWW-Authenticate", "Bearer"))),
            426 => drop(response.header(Header::new("Upgrade", "websocket"))),
            416 => drop(range.map(|range| response.header(Header::new("Content-Range", range)))),
            429 | 503 => drop(response.header(Header::new("Retry-After", retry))),
            _ => {}
        }
        response.ok()
    }
}

/// The problems of a definition, as callers see them.
fn problems(found: &[StoredProblem]) -> Vec<Found> {
    let found = found.iter().map(Problem::from);
    found.map(Found::Definition).collect()
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a request could not read the database: {error}");
        Self::new(
            Status::ServiceUnavailable,
            "database",
            "the database cannot be read now".to_owned(),
        )
    }
}

impl From<CommandError> for ApiError {
    fn from(error: CommandError) -> Self {
        let (status, code) = match &error {
            CommandError::Busy => (Status::ServiceUnavailable, "busy"),
            CommandError::Unwritable(_) => (Status::ServiceUnavailable, "unwritable"),
            CommandError::PutOff(_) => (Status::ServiceUnavailable, "put-off"),
            CommandError::Closed => (Status::ServiceUnavailable, "stopping"),
            CommandError::NoGraph(_) => (Status::NotFound, "not-found"),
            CommandError::Unchecked(_) => (Status::Conflict, "unchecked"),
            CommandError::Edited(_) => (Status::Conflict, "edited"),
            CommandError::KeyReused(_) | CommandError::KeyTaken => {
                (Status::UnprocessableEntity, "idempotency-key-reused")
            }
            CommandError::Unfit(why) => definitions::unfit(why),
            CommandError::Refused(refusal) | CommandError::InTheWay(refusal, _) => {
                refused(*refusal)
            }
            CommandError::Deleted(..) => (Status::NotFound, "pipeline-deleted"),
            CommandError::Live(..) => (Status::Conflict, "pipeline-live"),
            CommandError::Survives(_) => (Status::Conflict, "still-runs"),
            CommandError::Store(why) => {
                tracing::error!(%why, "a command could not be written: {why}");
                (Status::ServiceUnavailable, "database")
            }
        };
        let standing = match &error {
            CommandError::Refused(refusal) | CommandError::InTheWay(refusal, _) => {
                Standing::from(*refusal)
            }
            CommandError::KeyReused(id) => Standing {
                pipeline: Some(id.0),
                ..Standing::default()
            },
            CommandError::Live(_, state) => Standing {
                state: Some(state.word()),
                ..Standing::default()
            },
            CommandError::Busy
            | CommandError::Deleted(..)
            | CommandError::Survives(_)
            | CommandError::Unwritable(_)
            | CommandError::PutOff(_)
            | CommandError::Closed
            | CommandError::NoGraph(_)
            | CommandError::Unchecked(_)
            | CommandError::Edited(_)
            | CommandError::KeyTaken
            | CommandError::Unfit(_)
            | CommandError::Store(_) => Standing::default(),
        };
        Self {
            standing: Box::new(standing),
            ..Self::new(status, code, error.to_string())
        }
    }
}

fn refused(refusal: Refusal) -> (Status, &'static str) {
    match refusal {
        Refusal::NoPipeline(_) | Refusal::NoTrack(..) => (Status::NotFound, "not-found"),
        Refusal::Pipeline(..) | Refusal::Track(..) => (Status::Conflict, "wrong-state"),
        Refusal::PipelineMoved(_) | Refusal::TrackMoved(..) => (Status::Conflict, "moved"),
        Refusal::Runs(_) => (Status::Conflict, "still-runs"),
        Refusal::NotItsTurn(_) => (Status::Conflict, "not-its-turn"),
        Refusal::Limit(_) => (Status::Conflict, "limit-reached"),
    }
}

impl From<StartError> for ApiError {
    fn from(error: StartError) -> Self {
        let detail = error.to_string();
        match error {
            StartError::NoGraph(id) => Self::not_found("graph", id.0),
            StartError::NoTrack(id) => Self::not_found("track", id.0),
            StartError::Unchecked(_, found) => {
                Self::new(Status::Conflict, "unchecked", detail).with(problems(&found))
            }
            StartError::Fields(fields) => {
                let fields = fields.into_iter().map(OfField::from);
                let fields = fields.map(Found::Field).collect();
                Self::new(Status::UnprocessableEntity, "invalid-input", detail).with(fields)
            }
            StartError::UnknownSecrets(_) => {
                Self::new(Status::UnprocessableEntity, codes::UNKNOWN_SECRET, detail)
            }
            StartError::Sealed(_) => Self::new(Status::InternalServerError, "sealed", detail),
            StartError::Command(why) => why.into(),
            StartError::Store(why) => why.into(),
        }
    }
}

impl From<RenderError> for ApiError {
    fn from(error: RenderError) -> Self {
        let detail = error.to_string();
        match error {
            RenderError::NoVertex(_) => Self::new(Status::NotFound, "not-found", detail),
            RenderError::TooLarge(_) => Self::new(Status::UnprocessableEntity, "too-large", detail),
            RenderError::Start(why) => why.into(),
        }
    }
}
