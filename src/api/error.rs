//! Errors as RFC 9457 problem documents with a stable `code`.

use std::io::Cursor;

use rocket::http::{ContentType, Header, Status};
use rocket::response::Responder;
use rocket::{Request, Response};
use serde_json::{Value, json};

use crate::desk::{DefineError, RenderError, SecretError, StartError};
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
    problems: Vec<Value>,
    /// What a program needs to go on, beside the words.
    more: Vec<(&'static str, Value)>,
}

impl ApiError {
    pub(super) fn new(status: Status, code: &'static str, detail: String) -> Self {
        Self {
            status,
            code,
            detail,
            problems: Vec::new(),
            more: Vec::new(),
        }
    }

    pub(super) fn not_found(what: &str, id: i64) -> Self {
        Self::new(
            Status::NotFound,
            "not-found",
            format!("{what} `{id}` does not exist"),
        )
    }

    /// With a fact for programs.
    pub(super) fn telling(self, name: &'static str, value: Value) -> Self {
        let more = vec![(name, value)];
        Self { more, ..self }
    }

    fn with(self, problems: Vec<Value>) -> Self {
        Self { problems, ..self }
    }
}

impl<'r> Responder<'r, 'static> for ApiError {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        let mut body = json!({
            "type": "about:blank",
            "title": self.status.reason_lossy(),
            "status": self.status.code,
            "code": self.code,
            "detail": self.detail,
        });
        if !self.problems.is_empty() {
            body["problems"] = Value::Array(self.problems);
        }
        for (name, value) in self.more {
            body[name] = value;
        }
        let retry = body["retry_after"].as_u64().unwrap_or(1).to_string();
        let range = format!("bytes */{}", body["length"]);
        let body = body.to_string();
        let mut response = Response::build();
        response
            .status(self.status)
            .header(ContentType::new("application", "problem+json"))
            .sized_body(body.len(), Cursor::new(body));
        match self.status.code {
            401 => drop(response.header(Header::new("WWW-Authenticate", "Bearer"))),
            416 => drop(response.header(Header::new("Content-Range", range))),
            429 | 503 => drop(response.header(Header::new("Retry-After", retry))),
            _ => {}
        }
        response.ok()
    }
}

/// The problems of a definition, as callers see them.
pub(super) fn problems(found: &[StoredProblem]) -> Vec<Value> {
    let one = |p: &StoredProblem| {
        json!({
            "code": p.code,
            "severity": p.severity,
            "line": p.line,
            "column": p.column,
            "place": p.place,
            "message": p.message,
        })
    };
    found.iter().map(one).collect()
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
            CommandError::KeyReused(_) => (Status::UnprocessableEntity, "idempotency-key-reused"),
            CommandError::Refused(refusal) => refused(*refusal),
            CommandError::Store(why) => {
                tracing::error!(%why, "a command could not be written: {why}");
                (Status::ServiceUnavailable, "database")
            }
        };
        let more = match &error {
            CommandError::Refused(refusal) => facts(*refusal),
            CommandError::KeyReused(id) => vec![("pipeline", json!(id.0))],
            CommandError::Busy
            | CommandError::Unwritable(_)
            | CommandError::PutOff(_)
            | CommandError::Closed
            | CommandError::NoGraph(_)
            | CommandError::Unchecked(_)
            | CommandError::Edited(_)
            | CommandError::Store(_) => Vec::new(),
        };
        Self {
            more,
            ..Self::new(status, code, error.to_string())
        }
    }
}

/// What a refusal tells a program: how the thing stands now, or what is in the way.
fn facts(refusal: Refusal) -> Vec<(&'static str, Value)> {
    match refusal {
        Refusal::NoPipeline(_) | Refusal::NoTrack(..) => Vec::new(),
        Refusal::Pipeline(state, _) | Refusal::PipelineMoved(state) => {
            vec![("state", json!(state.word()))]
        }
        Refusal::Track(state, _) => vec![("state", json!(state.word()))],
        Refusal::TrackMoved(state, attempt) => {
            vec![("state", json!(state.word())), ("attempt", json!(attempt))]
        }
        Refusal::Runs(track) | Refusal::NotItsTurn(track) => vec![("track", json!(track.0))],
        Refusal::Limit(limit) => vec![("limit", json!(limit))],
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

impl From<SecretError> for ApiError {
    fn from(error: SecretError) -> Self {
        let detail = error.to_string();
        let invalid = |code| Self::new(Status::UnprocessableEntity, code, detail.clone());
        match error {
            SecretError::Name(_) => invalid(codes::BAD_SECRET_NAME),
            SecretError::Value(code, _) => invalid(code),
            SecretError::Unknown(_) => {
                Self::new(Status::NotFound, codes::UNKNOWN_SECRET, detail.clone())
            }
            SecretError::Seal(_) => {
                Self::new(Status::InternalServerError, "sealed", detail.clone())
            }
            SecretError::Command(why) => why.into(),
            SecretError::Store(why) => why.into(),
        }
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
                let one = |f: crate::graph::FieldError| json!({"field": f.field, "code": f.code, "message": f.message});
                let fields = fields.into_iter().map(one).collect();
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
