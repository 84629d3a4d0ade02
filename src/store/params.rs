//! Parameters as the JSON of their columns.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::reader::Store;
use super::schema::{graph, vertex};
use super::spec::{from_json, to_json};
use crate::engine::GraphId;
use crate::graph::{Kind, Param, Value};

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

impl Store {
    /// The parameters that a graph declares, each with the vertex that does: first those of the graph
    /// itself, then those of up to `most` vertices. No script is read.
    pub fn declared(
        &self,
        id: GraphId,
        most: i64,
    ) -> Result<Vec<(Option<String>, Param)>, StoreError> {
        let db = &mut *self.pool.get()?;
        let shared: Option<String> = graph::table
            .find(id.0)
            .select(graph::input)
            .first(db)
            .optional()?;
        let own: Vec<(String, String)> = vertex::table
            .filter(vertex::graph_id.eq(id.0))
            .filter(vertex::input.ne("[]"))
            .order(vertex::place)
            .limit(most)
            .select((vertex::name, vertex::input))
            .load(db)?;
        let mut all = Vec::new();
        let shared = shared.into_iter().map(|input| (None, input));
        let own = own.into_iter().map(|(name, input)| (Some(name), input));
        for (vertex, input) in shared.chain(own) {
            let params = params_from_json(&input)?.into_iter();
            all.extend(params.map(|param| (vertex.clone(), param)));
        }
        Ok(all)
    }
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
