//! Answers that are not what was asked for: problem documents (RFC 9457) with a stable `code`.

use serde::Serialize;
use utoipa::ToSchema;

use super::graphs::Problem;
use crate::engine;
use crate::graph::FieldError;

/// An answer that is not what was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refusal)]
pub(in crate::api) struct Refusal {
    /// `about:blank`: `code` says what it is.
    #[serde(rename = "type")]
    pub(in crate::api) kind: &'static str,
    /// The status in words.
    pub(in crate::api) title: &'static str,
    pub(in crate::api) status: u16,
    /// A stable name of what is wrong.
    pub(in crate::api) code: &'static str,
    /// What is wrong, and what to do.
    pub(in crate::api) detail: String,
    /// All that is wrong with a definition or with values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(in crate::api) problems: Vec<Found>,
    #[serde(flatten)]
    pub(in crate::api) standing: Standing,
}

/// One of several things that are wrong.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(in crate::api) enum Found {
    /// In a definition.
    Definition(Problem),
    /// In a value.
    Field(OfField),
}

/// What is wrong with a value.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldProblem)]
pub(in crate::api) struct OfField {
    /// The parameter, or the field of the body.
    field: String,
    /// A stable name.
    code: &'static str,
    /// What is wrong and what to do.
    message: String,
}

impl From<FieldError> for OfField {
    fn from(error: FieldError) -> Self {
        Self {
            field: error.field,
            code: error.code,
            message: error.message,
        }
    }
}

/// What a refusal tells a program: how the thing stands now, or what is in the way.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(in crate::api) struct Standing {
    /// The state of the track or pipeline now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) state: Option<&'static str>,
    /// How many attempts the track has had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) attempt: Option<u32>,
    /// The track that is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) track: Option<i64>,
    /// How many pipelines of the graph may run at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) limit: Option<u32>,
    /// How many bytes there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) length: Option<u64>,
    /// How many seconds to wait before the next request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) retry_after: Option<u64>,
    /// The pipeline that the same key has started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) pipeline: Option<i64>,
}

impl From<engine::Refusal> for Standing {
    fn from(refusal: engine::Refusal) -> Self {
        use engine::Refusal as R;
        let none = Self::default();
        match refusal {
            R::NoPipeline(_) | R::NoTrack(..) => none,
            R::Pipeline(state, _) | R::PipelineMoved(state) => Self {
                state: Some(state.word()),
                ..none
            },
            R::Track(state, _) => Self {
                state: Some(state.word()),
                ..none
            },
            R::TrackMoved(state, attempt) => Self {
                state: Some(state.word()),
                attempt: Some(attempt),
                ..none
            },
            R::Runs(track) | R::NotItsTurn(track) => Self {
                track: Some(track.0),
                ..none
            },
            R::Limit(limit) => Self {
                limit: Some(limit),
                ..none
            },
        }
    }
}
