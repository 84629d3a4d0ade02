//! All values that a person gives for one pipeline against all parameters of its graph.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::codes;
use super::compile::{compile_with, mentions};
use super::model::{Graph, Kind, Limits, Param, Value, Vertex};
use super::params::{FieldError, GivenOwned, Patterns};
use super::script::interpreter;
use super::similar::{Suggester, quote};

/// Accepted values, for each vertex in the order of the graph.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Accepted {
    /// One for each vertex.
    pub vertices: Vec<VertexInput>,
}

/// What one vertex gets: only the parameters that it uses.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VertexInput {
    /// Names and values, in the order of declaration.
    pub values: Vec<(String, Value)>,
    /// Required parameters that nobody has given yet.
    pub missing: Vec<String>,
}

/// Judges every given value. A key is a graph parameter's name, or `vertex.name` for a parameter of
/// one vertex. With `defer`, required values may come later and are listed in
/// [`VertexInput::missing`].
///
/// # Errors
/// Every value that is refused, every unknown name and, without `defer`, every required value that
/// was not given.
pub fn accept_inputs(
    graph: &Graph,
    given: &BTreeMap<String, GivenOwned>,
    defer: bool,
    limits: &Limits,
) -> Result<Accepted, Vec<FieldError>> {
    let mut acceptance = Acceptance {
        given,
        limits,
        patterns: Patterns::default(),
        errors: Vec::new(),
    };
    acceptance.unknown(graph);
    let shared: BTreeMap<&str, Option<Value>> = graph
        .input
        .iter()
        .map(|p| (p.name.as_str(), acceptance.take(p, None, defer)))
        .collect();
    let mut accepted = Accepted {
        vertices: Vec::with_capacity(graph.vertices.len()),
    };
    let suggester = Suggester::default();
    for vertex in &graph.vertices {
        let own: BTreeMap<&str, Option<Value>> = vertex
            .input
            .iter()
            .map(|p| {
                (
                    p.name.as_str(),
                    acceptance.take(p, Some(&vertex.name), defer),
                )
            })
            .collect();
        let mut input = VertexInput::default();
        for name in used_with(vertex, graph, &suggester) {
            match own.get(name.as_str()).or_else(|| shared.get(name.as_str())) {
                Some(Some(value)) => input.values.push((name, value.clone())),
                Some(None) => input.missing.push(name),
                None => {}
            }
        }
        accepted.vertices.push(input);
    }
    if acceptance.errors.is_empty() {
        Ok(accepted)
    } else {
        Err(acceptance.errors)
    }
}

/// The parameters that the script of a vertex of `graph` refers to: by placeholders if a shell runs
/// it, else by `TY_<name>`. In the order of declaration, the vertex's own first. Empty for a script
/// that does not compile.
pub fn used(vertex: &Vertex, graph: &Graph) -> Vec<String> {
    used_with(vertex, graph, &Suggester::default())
}

/// Values as the JSON object that a track keeps.
pub fn input_to_json(values: &[(String, Value)]) -> Json {
    Json::Object(
        values
            .iter()
            .map(|(name, value)| (name.clone(), value_to_json(value)))
            .collect::<Map<_, _>>(),
    )
}

/// One value as JSON.
pub(super) fn value_to_json(value: &Value) -> Json {
    match value {
        Value::Str(text) => Json::from(text.as_str()),
        Value::Int(n) => Json::from(*n),
        Value::Float(x) => Json::from(*x),
        Value::Bool(b) => Json::from(*b),
    }
}

/// The values in such an object, in the order of `params`; names that are not among those, and
/// values that no parameter of that type stores, are left out.
pub fn values_from_json(json: &Json, params: &[&Param]) -> Vec<(String, Value)> {
    let value = |param: &Param| match (json.get(&param.name)?, param.kind) {
        (Json::String(text), _) => Some(Value::Str(text.clone())),
        (Json::Bool(b), Kind::Bool) => Some(Value::Bool(*b)),
        (Json::Number(n), Kind::Float) => n.as_f64().map(Value::Float),
        (Json::Number(n), Kind::Int) => n.as_i64().map(Value::Int),
        _ => None,
    };
    params
        .iter()
        .filter_map(|p| Some((p.name.clone(), value(p)?)))
        .collect()
}

fn used_with(vertex: &Vertex, graph: &Graph, suggester: &Suggester) -> Vec<String> {
    let own = &vertex.input;
    let shell = interpreter(&vertex.script).shell;
    if (shell && !vertex.script.contains('<')) || (own.is_empty() && graph.input.is_empty()) {
        return Vec::new();
    }
    let shared = graph
        .input
        .iter()
        .filter(|p| !own.iter().any(|o| o.name == p.name));
    let declared: Vec<&Param> = own.iter().chain(shared).collect();
    if shell {
        return compile_with(&vertex.script, &declared, suggester)
            .map(|c| c.uses)
            .unwrap_or_default();
    }
    let mentioned = |p: &&&Param| mentions(&vertex.script, &format!("TY_{}", p.name)).is_some();
    declared
        .iter()
        .filter(mentioned)
        .map(|p| p.name.clone())
        .collect()
}

struct Acceptance<'a> {
    given: &'a BTreeMap<String, GivenOwned>,
    limits: &'a Limits,
    patterns: Patterns,
    errors: Vec<FieldError>,
}

impl Acceptance<'_> {
    /// The value of one parameter; `None` when it is missing or refused.
    fn take(&mut self, param: &Param, vertex: Option<&str>, defer: bool) -> Option<Value> {
        let field = vertex.map_or_else(|| param.name.clone(), |v| format!("{v}.{}", param.name));
        let read = match self.given.get(&field) {
            Some(given) => param.read(&given.as_given(), self.limits, &mut self.patterns),
            None => Ok(None),
        };
        let refusal = match read {
            Ok(Some(value)) => return Some(value),
            Ok(None) => match param.absent() {
                Some(value) => return Some(value),
                None if defer => return None,
                None => param.missing(),
            },
            Err(refusal) => refusal,
        };
        self.errors.push(FieldError {
            field,
            code: refusal.0,
            message: refusal.1,
        });
        None
    }

    /// Given names that no parameter has.
    fn unknown(&mut self, graph: &Graph) {
        let vertices: BTreeMap<&str, &Vertex> = graph
            .vertices
            .iter()
            .map(|v| (v.name.as_str(), v))
            .collect();
        let suggester = Suggester::default();
        for field in self.given.keys() {
            let (vertex, name) = match field.rsplit_once('.') {
                Some((vertex, name)) => (Some(vertex), name),
                None => (None, field.as_str()),
            };
            let own = vertex.map(|v| vertices.get(v));
            let hint = match own {
                None if graph.input.iter().any(|p| p.name == name) => continue,
                Some(Some(v)) if v.input.iter().any(|p| p.name == name) => continue,
                None => {
                    let owner = graph
                        .vertices
                        .iter()
                        .find(|v| v.input.iter().any(|p| p.name == name));
                    match owner {
                        Some(owner) => format!(
                            " Did you mean {}?",
                            quote(&format!("{}.{name}", owner.name))
                        ),
                        None => suggester.hint(name, graph.input.iter().map(|p| p.name.as_str())),
                    }
                }
                Some(Some(v)) => suggester.hint(name, v.input.iter().map(|p| p.name.as_str())),
                Some(None) => suggester.hint(vertex.unwrap_or(""), vertices.keys().copied()),
            };
            let message = match own {
                Some(None) => format!("there is no vertex {}.{hint}", quote(vertex.unwrap_or(""))),
                Some(Some(_)) | None => {
                    format!("{} is not a declared parameter.{hint}", quote(field))
                }
            };
            self.errors.push(FieldError {
                field: field.clone(),
                code: codes::UNKNOWN_PARAMETER,
                message,
            });
        }
    }
}
