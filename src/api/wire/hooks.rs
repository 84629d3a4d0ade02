//! Hooks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::error::OfField;
use super::pipelines::PipelineStarted;
use super::values::{Moment, object};
use crate::desk::{HookChange, Source, Style, WouldCall};
use crate::graph::{FieldError, Hidden, codes};
use crate::store::HookHead;

/// How calls are signed.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum HookStyle {
    /// `X-Trackyard-Signature` over time stamp, dot and body.
    Trackyard,
    /// `X-Hub-Signature-256` over the body alone.
    Github,
}

/// Where a value of a start comes from.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct HookInputBody {
    /// From the body of the call: a JSON pointer (RFC 6901).
    #[schema(examples("/ref"))]
    pointer: Option<String>,
    /// Without a pointer: it is always this.
    #[serde(default)]
    value: Value,
}

/// A hook that is to be made or changed. What is left out stays, or is the usual.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct HookBody {
    /// What calls are signed with; a new hook without one gets a random one.
    #[schema(min_length = 16)]
    secret: Option<String>,
    /// `trackyard` unless said otherwise.
    style: Option<HookStyle>,
    /// It may be called: `true` unless said otherwise.
    enabled: Option<bool>,
    /// Values of a start, by parameter.
    input: Option<BTreeMap<String, HookInputBody>>,
}

impl TryFrom<HookBody> for HookChange {
    type Error = FieldError;

    fn try_from(body: HookBody) -> Result<Self, FieldError> {
        let source = |(name, from): (String, HookInputBody)| match (from.pointer, from.value) {
            (Some(pointer), Value::Null) => Ok((name, Source::Pointer(pointer))),
            (None, value) => Ok((name, Source::Value(value))),
            (Some(_), _) => Err(FieldError {
                field: format!("input.{name}"),
                code: codes::BAD_VALUE,
                message: "write a `pointer` or a `value`, not both".to_owned(),
            }),
        };
        let input = |input: BTreeMap<_, _>| input.into_iter().map(source).collect();
        Ok(Self {
            secret: body.secret.map(Hidden::new),
            style: body.style.map(|style| match style {
                HookStyle::Trackyard => Style::Trackyard,
                HookStyle::Github => Style::Github,
            }),
            enabled: body.enabled,
            input: body.input.map(input).transpose()?,
        })
    }
}

/// A hook. Its secret is told once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Hook {
    id: i64,
    /// The name of the graph of which a call starts the newest version.
    graph: String,
    /// Where to call.
    #[schema(examples("/api/v1/hooks/1"))]
    path: String,
    /// `trackyard` or `github`.
    style: String,
    enabled: bool,
    /// Where the values of a start come from: by parameter, `pointer` or `value`.
    #[schema(value_type = Object)]
    input: Value,
    /// Why its calls cannot start the newest version of the graph, whatever they bring; empty: they can.
    problems: Vec<OfField>,
    creator: String,
    created_at: Moment,
    updated_at: Moment,
}

impl Hook {
    /// The hook, with what keeps its calls from starting the newest version.
    pub(in crate::api) fn of((head, problems): (&HookHead, Vec<FieldError>)) -> Self {
        Self {
            id: head.id,
            graph: head.graph.clone(),
            path: format!("/api/v1/hooks/{}", head.id),
            style: head.style.clone(),
            enabled: head.enabled,
            input: object(&head.input),
            problems: problems.into_iter().map(OfField::from).collect(),
            creator: head.creator.clone(),
            created_at: Moment::of(head.created_at),
            updated_at: Moment::of(head.updated_at),
        }
    }
}

/// A hook that would be made. Nothing was.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct HookPreview {
    graph: String,
    /// `trackyard` or `github`.
    style: String,
    enabled: bool,
    #[schema(value_type = Object)]
    input: Value,
    dry_run: bool,
}

impl From<&HookHead> for HookPreview {
    fn from(head: &HookHead) -> Self {
        Self {
            graph: head.graph.clone(),
            style: head.style.clone(),
            enabled: head.enabled,
            input: object(&head.input),
            dry_run: true,
        }
    }
}

/// A hook that was made, or with `dry_run=true` what would be.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(in crate::api) enum HookMadeOrPreview {
    /// It was made.
    Made(HookMade),
    /// It would be.
    Preview(HookPreview),
}

/// A hook that was changed.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct HookChanged {
    #[serde(flatten)]
    pub(in crate::api) hook: Hook,
    /// Nothing was done: it would be so.
    pub(in crate::api) dry_run: bool,
}

/// What a call of a hook would start. Nothing was.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct CallPreview {
    graph_id: i64,
    graph: String,
    version: i32,
    /// What would be given, by parameter; null for each secret, and for what the hook says itself.
    #[schema(value_type = Object)]
    input: Map<String, Value>,
    /// It would have to wait until fewer pipelines of its graph run.
    queued: bool,
    /// The pipeline that the same call has started before: it would start nothing. Null: it was not sent before.
    started: Option<i64>,
    dry_run: bool,
}

impl From<WouldCall> for CallPreview {
    fn from(would: WouldCall) -> Self {
        Self {
            graph_id: would.graph.id,
            graph: would.graph.name,
            version: would.graph.version,
            input: would.given,
            queued: would.queued,
            started: would.started.map(|id| id.0),
            dry_run: true,
        }
    }
}

/// A call of a hook, or with `dry_run=true` what it would start.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(in crate::api) enum CalledOrPreview {
    /// It has started, or had.
    Called(PipelineStarted),
    /// It would.
    Preview(CallPreview),
}

/// A hook that was made.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct HookMade {
    #[serde(flatten)]
    pub(in crate::api) hook: Hook,
    /// What calls are signed with: keep it, nothing tells it again. Null in the answer to a repeated request.
    pub(in crate::api) secret: Option<String>,
}

/// The hooks of a graph, by number.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct HookPage {
    pub(in crate::api) hooks: Vec<Hook>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}

/// A hook was removed.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct HookRemoved {
    pub(in crate::api) id: i64,
    /// Nothing was done: it would be so.
    pub(in crate::api) dry_run: bool,
}
