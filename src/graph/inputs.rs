//! All values that a person gives for one pipeline against all parameters of its graph.

use std::collections::BTreeMap;

use super::accept::{FieldError, GivenOwned};
use super::carried::refused;
use super::codes;
use super::compile::compile_with;
use super::hidden::Hidden;
use super::identifiers::identifiers;
use super::launch::VARIABLE;
use super::model::{Graph, Limits, Vertex};
use super::outputs::Outputs;
use super::param::{Kind, Param, Value};
use super::patterns::Patterns;
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
    /// The same of the parameters that are secret.
    pub secrets: Vec<(String, Hidden)>,
    /// Required parameters that nobody has given yet.
    pub missing: Vec<String>,
}

/// Which required values may come later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    /// None.
    Nothing,
    /// Those that are secret: nothing is to run.
    Secrets,
    /// All.
    All,
}

/// Judges every given value. A key is a graph parameter's name, or `vertex.name` for a parameter of
/// one vertex. Required values that may come `later` are listed in
/// [`VertexInput::missing`].
///
/// # Errors
/// Every value that is refused, every unknown name, and every other required value that was not
/// given.
pub fn accept_inputs(
    graph: &Graph,
    given: &BTreeMap<String, GivenOwned>,
    later: Later,
    limits: &Limits,
) -> Result<Accepted, Vec<FieldError>> {
    let mut acceptance = Acceptance {
        given,
        limits,
        patterns: Patterns::default(),
        errors: Vec::new(),
    };
    acceptance.unknown(graph);
    let shared: BTreeMap<&str, (Kind, Option<Value>)> = graph
        .input
        .iter()
        .map(|p| (p.name.as_str(), (p.kind, acceptance.take(p, None, later))))
        .collect();
    let mut accepted = Accepted {
        vertices: Vec::with_capacity(graph.vertices.len()),
    };
    let suggester = Suggester::default();
    let outputs = Outputs::of(graph);
    for vertex in &graph.vertices {
        let own: BTreeMap<&str, (Kind, Option<Value>)> = vertex
            .input
            .iter()
            .map(|p| {
                let value = acceptance.take(p, Some(&vertex.name), later);
                (p.name.as_str(), (p.kind, value))
            })
            .collect();
        let mut input = VertexInput::default();
        for name in used_with(vertex, &outputs, &suggester) {
            match own.get(name.as_str()).or_else(|| shared.get(name.as_str())) {
                Some((Kind::Secret, Some(value))) => {
                    input.secrets.push((name, Hidden::new(value.to_string())));
                }
                Some((_, Some(value))) => input.values.push((name, value.clone())),
                Some((_, None)) => input.missing.push(name),
                None => {}
            }
        }
        for (name, message) in refused(graph, vertex, &input, limits) {
            let field = match own.contains_key(name.as_str()) {
                true => format!("{}.{name}", vertex.name),
                false => name,
            };
            acceptance.too_large(field, message);
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
    used_with(vertex, &Outputs::of(graph), &Suggester::default())
}

fn used_with<'g>(vertex: &'g Vertex, outputs: &Outputs<'g>, suggester: &Suggester) -> Vec<String> {
    let shell = interpreter(&vertex.script).shell;
    let plain = !vertex.script.contains('<') && !vertex.script.contains(VARIABLE);
    let scope = outputs.scope(vertex);
    if (shell && plain) || scope.inputs.is_empty() {
        return Vec::new();
    }
    if shell {
        let own = |name: &String| scope.inputs.iter().any(|p| p.name == *name);
        return compile_with(&vertex.script, &scope.params(), suggester, None)
            .map(|c| c.uses.into_iter().filter(own).collect())
            .unwrap_or_default();
    }
    let found = identifiers(&vertex.script, VARIABLE);
    let mentioned = |p: &&&Param| found.contains_key(p.name.as_str());
    let inputs = scope.inputs.iter().filter(mentioned);
    inputs.map(|p| p.name.clone()).collect()
}

struct Acceptance<'a> {
    given: &'a BTreeMap<String, GivenOwned>,
    limits: &'a Limits,
    patterns: Patterns,
    errors: Vec<FieldError>,
}

impl Acceptance<'_> {
    /// The value of one parameter; `None` when it is missing or refused.
    fn take(&mut self, param: &Param, vertex: Option<&str>, later: Later) -> Option<Value> {
        let field = vertex.map_or_else(|| param.name.clone(), |v| format!("{v}.{}", param.name));
        let read = match self.given.get(&field) {
            Some(given) => param.read(&given.as_given(), self.limits, &mut self.patterns),
            None => Ok(None),
        };
        let refusal = match read {
            Ok(Some(value)) => return Some(value),
            Ok(None) => match param.absent() {
                Some(value) => return Some(value),
                None if later == Later::All => return None,
                None if later == Later::Secrets && param.kind == Kind::Secret => return None,
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

    /// A value that its script could not be started with; once for a value that many scripts get.
    fn too_large(&mut self, field: String, message: String) {
        if self.errors.iter().all(|error| error.field != field) {
            self.errors.push(FieldError {
                field,
                code: codes::VALUE_TOO_LARGE,
                message,
            });
        }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Later, accept_inputs};
    use crate::graph::accept::GivenOwned;
    use crate::graph::model::{Graph, Limits, Vertex};
    use crate::graph::param::{Kind, Param, Value};
    use crate::graph::{check, codes};

    fn graph() -> Graph {
        let param = |name: &str, kind, required| Param {
            required,
            ..Param::new(name, kind)
        };
        let vertex = |name: &str, script: &str, input| Vertex {
            name: name.to_owned(),
            script: script.to_owned(),
            input,
            ..Vertex::default()
        };
        let mut count = param("count", Kind::Int, false);
        count.default = Some(Value::Int(2));
        Graph {
            name: "g".to_owned(),
            input: vec![param("host", Kind::Str, true), count],
            vertices: vec![
                vertex("ping", "ping -c <count> <host>", Vec::new()),
                vertex("a.b", "echo <host>", vec![param("host", Kind::Int, true)]),
                vertex(
                    "py",
                    "#!/usr/bin/python3\nenviron['TY_host'], TY_counter",
                    Vec::new(),
                ),
                vertex("none", "true", Vec::new()),
            ],
            ..Graph::default()
        }
    }

    fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, GivenOwned> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), GivenOwned::Text((*v).to_owned())))
            .collect()
    }

    #[test]
    fn each_vertex_gets_what_it_uses() {
        let graph = graph();
        let found = check(&graph, &Limits::default());
        let found: Vec<_> = found.iter().map(|p| p.code).collect();
        assert_eq!(found, [codes::PARAMETER_TYPES_DIFFER]);
        let given = given(&[("host", "h"), ("a.b.host", "7")]);
        let accepted =
            accept_inputs(&graph, &given, Later::Nothing, &Limits::default()).expect("all given");
        let host = ("host".to_owned(), Value::Str("h".to_owned()));
        let values: Vec<_> = accepted.vertices.into_iter().map(|v| v.values).collect();
        let ping = vec![host.clone(), ("count".to_owned(), Value::Int(2))];
        assert_eq!(
            values,
            [
                ping,
                vec![("host".to_owned(), Value::Int(7))],
                vec![host],
                vec![]
            ]
        );
    }

    #[test]
    fn missing_values_are_errors_or_listed() {
        let graph = graph();
        let errors = accept_inputs(&graph, &BTreeMap::new(), Later::Nothing, &Limits::default())
            .expect_err("missing");
        let fields: Vec<_> = errors.iter().map(|e| (e.field.as_str(), e.code)).collect();
        assert_eq!(
            fields,
            [
                ("host", codes::MISSING_VALUE),
                ("a.b.host", codes::MISSING_VALUE)
            ]
        );
        let accepted = accept_inputs(&graph, &BTreeMap::new(), Later::All, &Limits::default())
            .expect("deferred");
        let missing: Vec<_> = accepted
            .vertices
            .iter()
            .map(|v| v.missing.join(","))
            .collect();
        assert_eq!(missing, ["host", "host", "host", ""]);
    }

    #[test]
    fn what_no_environment_holds_is_refused_by_its_name() {
        let with = |values: &[(&str, usize)], limits: &Limits| {
            let text = |(name, length): &(&str, usize)| ((*name).to_owned(), "v".repeat(*length));
            let texts: Vec<_> = values.iter().map(text).collect();
            let all = texts.iter().map(|(n, v)| (n.as_str(), v.as_str()));
            let all: Vec<_> = all.chain([("a.b.host", "7")]).collect();
            let found = accept_inputs(&graph(), &given(&all), Later::Nothing, limits);
            let errors = found.err().unwrap_or_default().into_iter();
            errors.map(|e| (e.field, e.code)).collect::<Vec<_>>()
        };
        // `TY_host=` and a NUL count, too.
        let (most, limits) = ((128 << 10) - "TY_host=\0".len(), Limits::default());
        let refused = [("host".to_owned(), codes::VALUE_TOO_LARGE)];
        assert_eq!(with(&[("host", most)], &limits), []);
        assert_eq!(with(&[("host", most + 1)], &limits), refused);
        let limits = Limits {
            environment_bytes: 1_000,
            ..limits
        };
        let most = 1_000 - "TY_host".len() - 10;
        assert_eq!(with(&[("host", most)], &limits), []);
        assert_eq!(with(&[("host", most + 1)], &limits), refused);
    }

    #[test]
    fn all_errors_come_at_once() {
        let given = given(&[
            ("count", "x"),
            ("hots", "h"),
            ("a.b.host", "h"),
            ("pin.host", ""),
            ("ping.host", ""),
        ]);
        let errors =
            accept_inputs(&graph(), &given, Later::All, &Limits::default()).expect_err("wrong");
        let found: Vec<_> = errors
            .iter()
            .map(|e| format!("{} {}", e.field, e.code))
            .collect();
        let unknown = |field: &str| format!("{field} {}", codes::UNKNOWN_PARAMETER);
        let bad = |field: &str| format!("{field} {}", codes::BAD_VALUE);
        assert_eq!(
            found,
            [
                unknown("hots"),
                unknown("pin.host"),
                unknown("ping.host"),
                bad("count"),
                bad("a.b.host")
            ]
        );
        assert!(
            errors[0].message.contains("Did you mean `host`?"),
            "{}",
            errors[0].message
        );
        assert!(
            errors[1].message.contains("Did you mean `ping`?"),
            "{}",
            errors[1].message
        );
    }
}
