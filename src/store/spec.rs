//! Parameters and policies as the JSON of their columns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use crate::graph::{
    Graph, Kind, Millis, OnFailure, OnInterrupt, Param, Resource, Retry, Rlimits, Value, Vertex,
};

/// The `policies` column of a graph.
#[derive(Serialize, Deserialize)]
pub(super) struct GraphPolicies {
    on_failure: String,
    pub(super) env: Vec<(String, String)>,
    pub(super) workdir: Option<String>,
    #[serde(default)]
    pub(super) secrets: Vec<String>,
    #[serde(default)]
    pub(super) limits: RlimitsSpec,
}

/// Limits by their words.
#[derive(Serialize, Deserialize, Default)]
#[serde(transparent)]
pub(super) struct RlimitsSpec(BTreeMap<String, u64>);

impl From<Rlimits> for RlimitsSpec {
    fn from(limits: Rlimits) -> Self {
        let word = |(resource, value): (Resource, u64)| (resource.word().to_owned(), value);
        Self(limits.iter().map(word).collect())
    }
}

impl RlimitsSpec {
    pub(super) fn limits(&self) -> Result<Rlimits, StoreError> {
        let mut limits = Rlimits::default();
        for (word, value) in &self.0 {
            let resource = Resource::from_word(word)
                .ok_or_else(|| StoreError::Mismatch(format!("`{word}` is not a limit")))?;
            limits = limits.with(resource, *value);
        }
        Ok(limits)
    }
}

/// The `policies` column of a vertex.
#[derive(Serialize, Deserialize)]
pub(super) struct VertexPolicies {
    pub(super) env: Vec<(String, String)>,
    pub(super) workdir: Option<String>,
    pub(super) timeout_ms: Option<u64>,
    retry: Option<RetrySpec>,
    #[serde(default)]
    pub(super) secrets: Vec<String>,
    #[serde(default)]
    pub(super) limits: RlimitsSpec,
    #[serde(default)]
    on_interrupt: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct RetrySpec {
    limit: u32,
    delay_ms: u64,
    backoff: f64,
    max_delay_ms: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ParamSpec {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    required: bool,
    default: Option<ValueSpec>,
    choices: Vec<ValueSpec>,
    min: Option<ValueSpec>,
    max: Option<ValueSpec>,
    min_length: Option<u32>,
    max_length: Option<u32>,
    pattern: Option<String>,
    allow_dash: bool,
    desc: String,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ValueSpec {
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
}

impl GraphPolicies {
    pub(super) fn new(graph: &Graph) -> Self {
        Self {
            on_failure: graph.on_failure.word().to_owned(),
            env: graph.env.clone(),
            workdir: graph.workdir.clone(),
            secrets: graph.secrets.clone(),
            limits: graph.limits.into(),
        }
    }

    pub(super) fn on_failure(&self) -> Result<OnFailure, StoreError> {
        OnFailure::from_word(&self.on_failure).ok_or_else(|| {
            StoreError::Mismatch(format!("`{}` is not a failure policy", self.on_failure))
        })
    }
}

impl VertexPolicies {
    pub(super) fn new(vertex: &Vertex) -> Self {
        Self {
            env: vertex.env.clone(),
            workdir: vertex.workdir.clone(),
            secrets: vertex.secrets.clone(),
            timeout_ms: vertex.timeout.map(|t| t.0),
            retry: vertex.retry.map(|r| RetrySpec {
                limit: r.limit,
                delay_ms: r.delay.0,
                backoff: r.backoff,
                max_delay_ms: r.max_delay.0,
            }),
            limits: vertex.limits.into(),
            on_interrupt: Some(vertex.on_interrupt.word().to_owned()),
        }
    }

    pub(super) fn on_interrupt(&self) -> Result<OnInterrupt, StoreError> {
        let Some(word) = &self.on_interrupt else {
            return Ok(OnInterrupt::default());
        };
        OnInterrupt::from_word(word)
            .ok_or_else(|| StoreError::Mismatch(format!("`{word}` is not an interrupt policy")))
    }

    pub(super) fn retry(&self) -> Option<Retry> {
        self.retry.as_ref().map(|r| Retry {
            limit: r.limit,
            delay: Millis(r.delay_ms),
            backoff: r.backoff,
            max_delay: Millis(r.max_delay_ms),
        })
    }
}

/// The `input` column of parameters.
pub(crate) fn params_to_json(params: &[Param]) -> String {
    let specs: Vec<ParamSpec> = params.iter().map(ParamSpec::from).collect();
    to_json(&specs)
}

/// The parameters of an `input` column.
pub(crate) fn params_from_json(text: &str) -> Result<Vec<Param>, StoreError> {
    let specs: Vec<ParamSpec> = from_json(text)?;
    specs.into_iter().map(Param::try_from).collect()
}

/// Any column of JSON.
pub(super) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("these types have string keys and finite numbers")
}

/// Any column of JSON.
pub(super) fn from_json<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|why| StoreError::Mismatch(format!("a JSON column: {why}")))
}

impl From<&Param> for ParamSpec {
    fn from(p: &Param) -> Self {
        Self {
            name: p.name.clone(),
            kind: p.kind.word().to_owned(),
            required: p.required,
            default: p.default.as_ref().map(ValueSpec::from),
            choices: p.choices.iter().map(ValueSpec::from).collect(),
            min: p.min.as_ref().map(ValueSpec::from),
            max: p.max.as_ref().map(ValueSpec::from),
            min_length: p.min_length,
            max_length: p.max_length,
            pattern: p.pattern.clone(),
            allow_dash: p.allow_dash,
            desc: p.desc.clone(),
        }
    }
}

impl TryFrom<ParamSpec> for Param {
    type Error = StoreError;

    fn try_from(p: ParamSpec) -> Result<Self, StoreError> {
        let kind = Kind::from_word(&p.kind);
        let kind =
            kind.ok_or_else(|| StoreError::Mismatch(format!("`{}` is not a type", p.kind)))?;
        Ok(Self {
            name: p.name,
            kind,
            required: p.required,
            default: p.default.map(Value::from),
            choices: p.choices.into_iter().map(Value::from).collect(),
            min: p.min.map(Value::from),
            max: p.max.map(Value::from),
            min_length: p.min_length,
            max_length: p.max_length,
            pattern: p.pattern,
            allow_dash: p.allow_dash,
            desc: p.desc,
        })
    }
}

impl From<&Value> for ValueSpec {
    fn from(value: &Value) -> Self {
        match value {
            Value::Str(s) => Self::Str(s.clone()),
            Value::Int(n) => Self::Int(*n),
            Value::Float(x) => Self::Float(*x),
            Value::Bool(b) => Self::Bool(*b),
        }
    }
}

impl From<ValueSpec> for Value {
    fn from(spec: ValueSpec) -> Self {
        match spec {
            ValueSpec::Bool(b) => Self::Bool(b),
            ValueSpec::Int(n) => Self::Int(n),
            ValueSpec::Float(x) => Self::Float(x),
            ValueSpec::Str(s) => Self::Str(s),
        }
    }
}
