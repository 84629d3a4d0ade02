//! Bodies that come in. A field that is not known is refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A start.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::api) struct StartBody {
    /// What people call the run.
    pub(in crate::api) name: String,
    pub(in crate::api) desc: String,
    /// Values by parameter.
    pub(in crate::api) input: BTreeMap<String, Value>,
    /// Start although required values are missing: tracks that need them wait for them.
    pub(in crate::api) ask_later: bool,
    /// Of two pipelines whose tracks are ready, the one with the higher number comes first.
    pub(in crate::api) priority: i32,
}

/// What is said with what is asked of a pipeline.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::api) struct PipelineAskBody {
    /// Why, for the journal.
    pub(in crate::api) why: String,
    /// The state that the caller saw, or `any`.
    #[schema(examples("any"))]
    pub(in crate::api) expect: Option<String>,
}

/// What is said with what is asked of a track.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::api) struct TrackAskBody {
    /// Why, for the journal.
    pub(in crate::api) why: String,
    /// The state that the caller saw, or `any`.
    #[schema(examples("any"))]
    pub(in crate::api) expect: Option<String>,
    /// How many attempts the track had when the caller saw it.
    pub(in crate::api) attempt: Option<u32>,
    /// Values by parameter, for what takes them; those that are not given stay.
    pub(in crate::api) input: BTreeMap<String, Value>,
    /// For `succeed`: what its script was to leave for those after it.
    pub(in crate::api) outputs: BTreeMap<String, Value>,
}

/// The values of a track, as they are read from the same address.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::api) struct InputBody {
    /// Values by parameter; those that are not given stay, and a secret that is null.
    pub(in crate::api) values: BTreeMap<String, Value>,
    /// It follows from the values: whatever it says changes nothing.
    pub(in crate::api) missing: Option<bool>,
    /// What other tracks left is no value to give: left out, or as it is.
    #[schema(value_type = Option<Object>)]
    pub(in crate::api) referred: Option<Map<String, Value>>,
}

/// What is to be rendered.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::api) struct RenderBody {
    /// Values by parameter.
    pub(in crate::api) input: BTreeMap<String, Value>,
    /// This vertex alone.
    pub(in crate::api) vertex: Option<String>,
    /// As for a start: a value that is missing is no error. `‹name: asked later›` stands for it.
    pub(in crate::api) ask_later: bool,
}

/// A new vertex.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct VertexBody {
    pub(in crate::api) name: String,
    /// Its keys, as in a definition.
    #[schema(value_type = Object)]
    pub(in crate::api) definition: Value,
}

/// An edge: `head` runs after `tail`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct EdgeBody {
    /// The name of the vertex that comes first.
    pub(in crate::api) tail: String,
    /// The name of the vertex that comes after it.
    pub(in crate::api) head: String,
}

/// A copy of a graph.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct CloneBody {
    /// What it is called; no graph may have the name.
    pub(in crate::api) name: String,
}

/// The outcome of an interrupted track, as a person found it out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "verdict")]
pub(in crate::api) enum AnswerBody {
    /// It had succeeded.
    Succeeded {
        #[serde(default)]
        why: String,
        /// What its script was to leave for those after it.
        #[serde(default)]
        outputs: BTreeMap<String, Value>,
    },
    /// It had failed.
    Failed {
        #[serde(default)]
        why: String,
    },
    /// It may run once more.
    RunAgain {
        #[serde(default)]
        why: String,
    },
}

/// The value of a secret. Described only: it is read by hand, so that no error repeats what came.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes what `api::secrets` reads")]
pub(in crate::api) struct SecretBody {
    #[schema(write_only)]
    value: String,
}
