//! Whether parameter declarations make sense: their rules fit their types and each other, and
//! their own defaults and choices obey them.

mod own_values;

use std::collections::{BTreeMap, BTreeSet};

use super::codes;
use super::identifiers::is_identifier;
use super::model::Limits;
use super::param::{Kind, Param};
use super::patterns::Patterns;
use super::places::{Part, Sink, Spot};
use super::problem::Severity;
use super::rules::less;
use super::similar::quote;

/// The most parameters of a graph, and of one vertex.
const MOST: usize = 1000;

/// Checks the declarations of the graph and of every vertex.
pub(super) fn check(sink: &mut Sink<'_>, limits: &Limits) {
    let graph = sink.graph;
    let mut patterns = Patterns::default();
    let mut of = |sink: &mut Sink<'_>, owner, outputs, params: &[Param]| {
        let mut declarations = Declarations {
            sink,
            owner,
            outputs,
            limits,
            patterns: &mut patterns,
        };
        declarations.all(params);
    };
    of(sink, None, false, &graph.input);
    let shared = graph.input.iter().map(|p| (p.name.as_str(), p.kind));
    let shared: BTreeMap<&str, Kind> = shared.collect();
    for (index, vertex) in graph.vertices.iter().enumerate() {
        differing(sink, index, &vertex.input, &shared);
        of(sink, Some(index), false, &vertex.input);
        of(sink, Some(index), true, &vertex.outputs);
    }
}

/// Tells of parameters of a vertex that the graph declares with another type.
fn differing(sink: &mut Sink<'_>, index: usize, own: &[Param], shared: &BTreeMap<&str, Kind>) {
    for (i, own) in (0..).zip(own) {
        let kind = shared.get(own.name.as_str());
        let Some(kind) = kind.filter(|kind| **kind != own.kind) else {
            continue;
        };
        let message = format!(
            "{} is of type {} here and of type {} in the graph's `input`; this vertex gets its own, so rename one if they are two things",
            quote(&own.name),
            own.kind.word(),
            kind.word()
        );
        let (spot, code) = (
            Spot::vertex(index, Part::Param(i)),
            codes::PARAMETER_TYPES_DIFFER,
        );
        sink.add(Severity::Notice, code, spot, message);
    }
}

struct Declarations<'c, 'g> {
    sink: &'c mut Sink<'g>,
    owner: Option<usize>,
    /// They are outputs of a vertex, not what it asks for.
    outputs: bool,
    limits: &'c Limits,
    patterns: &'c mut Patterns,
}

impl Declarations<'_, '_> {
    fn spot(&self, part: Part) -> Spot {
        let part = match (part, self.outputs) {
            (Part::Param(i), true) => Part::Output(i),
            (Part::Rule(i, key), true) => Part::OutputRule(i, key),
            (Part::Key(_), true) => Part::Key("outputs"),
            (part, _) => part,
        };
        Spot::of(self.owner, part)
    }

    fn error(&mut self, code: &'static str, part: Part, message: String) {
        let spot = self.spot(part);
        self.sink.error(code, spot, message);
    }

    fn all(&mut self, params: &[Param]) {
        if params.len() > MOST {
            let message = format!(
                "{} values are declared here and the limit is {MOST}; remove some",
                params.len()
            );
            self.error(codes::TOO_MANY_PARAMETERS, Part::Key("input"), message);
        }
        let mut seen = BTreeSet::new();
        for (i, param) in (0..).zip(params) {
            let name = &param.name;
            if !is_identifier(name) {
                let message = format!(
                    "{} cannot name a value; use letters, digits and `_`, not a digit first",
                    quote(name)
                );
                self.error(codes::BAD_PARAMETER_NAME, Part::Param(i), message);
            } else if name.len() > self.limits.name_chars {
                let message = format!(
                    "the name {} has {} characters and the limit is {}; shorten it",
                    quote(name),
                    name.len(),
                    self.limits.name_chars
                );
                self.error(codes::NAME_TOO_LONG, Part::Param(i), message);
            }
            if !seen.insert(name) {
                let message = format!("{} is declared twice; remove or rename one", quote(name));
                self.error(codes::DUPLICATE_PARAMETER, Part::Param(i), message);
            }
            self.fit(i, param);
            self.ranges(i, param);
            self.pattern(i, param);
            self.own_values(i, param);
        }
    }

    /// Rules that the type does not have, and rules whose values are of another type.
    fn fit(&mut self, i: u32, param: &Param) {
        let text = param.kind.is_text();
        let ordered = matches!(param.kind, Kind::Int | Kind::Float | Kind::Date);
        for (key, said, fits, instead) in [
            ("min", param.min.is_some(), ordered, "int, float and date"),
            ("max", param.max.is_some(), ordered, "int, float and date"),
            (
                "min_length",
                param.min_length.is_some(),
                text,
                "str and secret",
            ),
            (
                "max_length",
                param.max_length.is_some(),
                text,
                "str and secret",
            ),
            ("pattern", param.pattern.is_some(), text, "str and secret"),
            ("allow_dash", param.allow_dash, text, "str and secret"),
            (
                "choices",
                !param.choices.is_empty(),
                !matches!(param.kind, Kind::Bool | Kind::Secret),
                "str, int, float, choice and date",
            ),
        ] {
            if said && !fits {
                let message = format!(
                    "`{key}` is a rule of the types {instead}, not of {}; remove it or change the type",
                    param.kind.word()
                );
                self.error(codes::BAD_RULE, Part::Rule(i, key), message);
            }
        }
        for (key, value) in [("min", &param.min), ("max", &param.max)] {
            if let Some(value) = value
                && ordered
                && !param.kind.holds(value)
            {
                let message = format!(
                    "`{key}` must be {}, not {}",
                    param.kind.phrase(),
                    quote(&value.to_string())
                );
                self.error(codes::BAD_RULE, Part::Rule(i, key), message);
            }
        }
    }

    fn ranges(&mut self, i: u32, param: &Param) {
        if let (Some(min), Some(max)) = (&param.min, &param.max)
            && less(max, min)
        {
            let message = format!(
                "`min` {} is above `max` {}; no value could be given",
                quote(&min.to_string()),
                quote(&max.to_string())
            );
            self.error(codes::BAD_RANGE, Part::Rule(i, "min"), message);
        }
        if let (Some(min), Some(max)) = (param.min_length, param.max_length)
            && max < min
        {
            let message =
                format!("`min_length` {min} is above `max_length` {max}; no value could be given");
            self.error(codes::BAD_RANGE, Part::Rule(i, "min_length"), message);
        }
    }

    fn pattern(&mut self, i: u32, param: &Param) {
        if let Some(pattern) = &param.pattern
            && param.kind.is_text()
            && let Err(reason) = self.patterns.get(pattern)
        {
            let message = format!(
                "{} is not a regular expression that can be used: {reason}",
                quote(pattern)
            );
            self.error(codes::BAD_PATTERN, Part::Rule(i, "pattern"), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::check::check;
    use crate::graph::codes;
    use crate::graph::model::{Graph, Limits, Vertex};
    use crate::graph::param::{Kind, Param, Value};

    fn codes_of(kind: Kind, change: impl FnOnce(&mut Param)) -> Vec<&'static str> {
        let mut param = Param::new("p", kind);
        change(&mut param);
        let vertex = Vertex {
            name: "v".to_owned(),
            script: "echo <p>".to_owned(),
            ..Vertex::default()
        };
        let graph = Graph {
            name: "g".to_owned(),
            input: vec![param],
            vertices: vec![vertex],
            ..Graph::default()
        };
        check(&graph, &Limits::default())
            .iter()
            .map(|p| p.code)
            .collect()
    }

    #[test]
    fn declarations_must_make_sense() {
        let text = |s: &str| Value::Str(s.to_owned());
        assert_eq!(codes_of(Kind::Str, |_| ()), Vec::<&str>::new());
        assert_eq!(
            codes_of(Kind::Str, |p| p.min = Some(Value::Int(1))),
            [codes::BAD_RULE]
        );
        assert_eq!(
            codes_of(Kind::Int, |p| p.min = Some(Value::Float(1.0))),
            [codes::BAD_RULE]
        );
        assert_eq!(
            codes_of(Kind::Int, |p| p.pattern = Some("a".to_owned())),
            [codes::BAD_RULE]
        );
        assert_eq!(
            codes_of(Kind::Int, |p| (p.min, p.max) =
                (Some(Value::Int(2)), Some(Value::Int(1)))),
            [codes::BAD_RANGE]
        );
        assert_eq!(
            codes_of(Kind::Str, |p| (p.min_length, p.max_length) =
                (Some(2), Some(1))),
            [codes::BAD_RANGE]
        );
        assert_eq!(
            codes_of(Kind::Str, |p| (p.pattern, p.default) =
                (Some("(".to_owned()), Some(text("a")))),
            [codes::BAD_PATTERN]
        );
        assert_eq!(codes_of(Kind::Choice, |_| ()), [codes::BAD_CHOICES]);
        assert_eq!(
            codes_of(Kind::Choice, |p| p.choices = vec![text("a"), text("a")]),
            [codes::BAD_CHOICES]
        );
        assert_eq!(
            codes_of(Kind::Choice, |p| (p.choices, p.default) =
                (vec![text("a")], Some(text("b")))),
            [codes::BAD_DEFAULT]
        );
        assert_eq!(
            codes_of(Kind::Str, |p| p.default = Some(text("-x"))),
            [codes::BAD_DEFAULT]
        );
        assert_eq!(
            codes_of(Kind::Int, |p| p.choices = vec![text("1")]),
            [codes::BAD_CHOICES]
        );
        assert_eq!(
            codes_of(Kind::Str, |p| p.name = "a-b".to_owned()),
            [
                codes::BAD_PARAMETER_NAME,
                codes::UNDECLARED_PLACEHOLDER,
                codes::UNUSED_PARAMETER
            ]
        );
    }
}
