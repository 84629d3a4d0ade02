//! A script as it would run, and where in it values are referred to.

use std::fmt;

use super::compile::compile;
use super::hidden::MASK;
use super::inputs::{Later, VertexInput};
use super::launch::{VARIABLE, carrier, environment, launch_text};
use super::lexer::{Context, lex};
use super::model::{Graph, Vertex};
use super::outputs::{Outputs, unknown_output};
use super::param::{Kind, Value};
use super::script::interpreter;

/// One script as it would run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rendered {
    /// The vertex.
    pub vertex: String,
    /// The program that runs the script, and its arguments; the script's file follows.
    pub interpreter: Vec<String>,
    /// The text: the generated assignments and the compiled body.
    pub script: String,
    /// The variables that carry secrets, and values to programs that are no shells.
    pub environment: Vec<(String, String)>,
    /// What the script refers to.
    pub values: Vec<(String, Shown)>,
}

/// A value as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// A value that was given.
    Value(Value),
    /// One that is never shown.
    Secret,
    /// Not known before the vertex that gives it has run.
    Output(String),
    /// Asked for when its turn comes.
    Later {
        /// It will not be shown then either.
        secret: bool,
    },
}

/// What stands for a value that is asked for later.
pub fn asked_later(name: &str) -> String {
    format!("‹{name}: asked later›")
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => value.fmt(f),
            Self::Secret => f.write_str(MASK),
            Self::Output(text) => f.write_str(text),
            Self::Later { .. } => f.write_str("asked later"),
        }
    }
}

/// A piece of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Text of the author's.
    Text(&'t str),
    /// What stands for a value.
    Reference {
        /// As the script has it, with quotes that belong to it.
        text: &'t str,
        /// Whose value.
        name: Name<'t>,
    },
}

/// How a script names a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'t> {
    /// `host` or `fetch.count`, in a placeholder.
    Written(&'t str),
    /// The variable that carries it ([`super::carrier`]).
    Variable(&'t str),
}

/// How a script refers to values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As its author wrote it: `<host>`.
    Written,
    /// As it runs: `"${p_host}"`.
    Compiled,
}

/// The script of a vertex that compiles, with the values that were accepted for it. A secret that is
/// missing there is as one that was given, unless all values may come `later`.
pub fn render<'g>(
    outputs: &Outputs<'g>,
    vertex: &'g Vertex,
    input: &VertexInput,
    later: Later,
) -> Option<Rendered> {
    let scope = outputs.scope(vertex);
    let compiled = compile(&vertex.script, &scope.params()).ok()?;
    let body = compiled.body;
    let is_secret = |name: &str| {
        let mut inputs = scope.inputs.iter();
        inputs.any(|p| p.name == name && p.kind == Kind::Secret)
    };
    let mut values: Vec<(String, Shown)> = Vec::new();
    for (name, value) in &input.values {
        values.push((name.clone(), Shown::Value(value.clone())));
    }
    for (name, _) in &input.secrets {
        values.push((name.clone(), Shown::Secret));
    }
    for name in &input.missing {
        let shown = match is_secret(name) {
            true if later != Later::All => Shown::Secret,
            secret => Shown::Later { secret },
        };
        values.push((name.clone(), shown));
    }
    for reference in scope.used(&compiled.uses) {
        let name = reference.param.name;
        let unknown = unknown_output(&name);
        values.push((name, Shown::Output(unknown)));
    }
    let (mut set, mut hidden) = (Vec::new(), Vec::new());
    for (name, shown) in &values {
        let variable = || carrier(name, true, true);
        match shown {
            Shown::Value(value) => set.push((name.clone(), value.clone())),
            Shown::Output(text) => set.push((name.clone(), Value::Str(text.clone()))),
            Shown::Secret => hidden.push((variable(), MASK.to_owned())),
            Shown::Later { secret: true } => hidden.push((variable(), asked_later(name))),
            Shown::Later { secret: false } => {
                set.push((name.clone(), Value::Str(asked_later(name))));
            }
        }
    }
    let mut environment = environment(&body, &set);
    environment.extend(hidden);
    let named = named(outputs.graph, vertex).into_iter();
    environment.extend(named.map(|variable| (variable, MASK.to_owned())));
    Some(Rendered {
        vertex: vertex.name.clone(),
        interpreter: interpreter(&body).argv,
        script: launch_text(&body, &set),
        environment,
        values,
    })
}

/// The named secrets that a script gets. What the vertex says about a variable replaces what the
/// graph says about it.
fn named(graph: &Graph, vertex: &Vertex) -> Vec<String> {
    let says = |name: &&String| {
        vertex.env.iter().any(|(own, _)| own == *name) || vertex.secrets.contains(name)
    };
    let shared = graph.secrets.iter().filter(|name| !says(name));
    shared.chain(&vertex.secrets).cloned().collect()
}

/// All of a script in pieces. References to names that are not `known` are text.
pub fn pieces<'t>(script: &'t str, form: Form, known: &dyn Fn(Name<'_>) -> bool) -> Vec<Piece<'t>> {
    let found = match (interpreter(script).shell, form) {
        (true, Form::Written) => written(script, known),
        (true, Form::Compiled) => braced(script, known),
        (false, _) => variables(script, known),
    };
    let (mut pieces, mut at) = (Vec::new(), 0);
    for (start, end, name) in found {
        if at < start {
            pieces.push(Piece::Text(&script[at..start]));
        }
        let text = &script[start..end];
        pieces.push(Piece::Reference { text, name });
        at = end;
    }
    if at < script.len() {
        pieces.push(Piece::Text(&script[at..]));
    }
    pieces
}

/// From where to where, and whose value.
type Found<'t> = (usize, usize, Name<'t>);

fn written<'t>(script: &'t str, known: &dyn Fn(Name<'_>) -> bool) -> Vec<Found<'t>> {
    let lexed = lex(script, &|name| known(Name::Written(name)));
    let replaced = |context| !matches!(context, Context::Comment | Context::Refused(_));
    let sites = lexed.sites.iter().filter(|site| replaced(site.context));
    sites
        .map(|site| {
            let name = &script[site.start + 1..site.end - 1];
            (site.start, site.end, Name::Written(name))
        })
        .collect()
}

fn braced<'t>(script: &'t str, known: &dyn Fn(Name<'_>) -> bool) -> Vec<Found<'t>> {
    const OPEN: &str = "${";
    let mut found = Vec::new();
    for (at, _) in script.match_indices(OPEN) {
        let rest = &script[at + OPEN.len()..];
        let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
        let name = Name::Variable(&rest[..length]);
        if !rest[length..].starts_with('}') || !known(name) {
            continue;
        }
        let (mut start, mut end) = (at, at + OPEN.len() + length + 1);
        // `"${p_a}"${p_b}"`: a quote belongs to one of two neighbours.
        let free = found.last().map_or(0, |(_, end, _): &Found<'_>| *end);
        for quote in ["\"", "'"] {
            if script[free..start].ends_with(quote) && script[end..].starts_with(quote) {
                (start, end) = (start - 1, end + 1);
            }
        }
        found.push((start, end, name));
    }
    found
}

fn variables<'t>(script: &'t str, known: &dyn Fn(Name<'_>) -> bool) -> Vec<Found<'t>> {
    let mut found = Vec::new();
    for (at, _) in script.match_indices(VARIABLE) {
        let rest = &script[at..];
        let text = &rest[..rest.find(|c| !word(c)).unwrap_or(rest.len())];
        let name = Name::Variable(text);
        if !script[..at].ends_with(word) && known(name) {
            found.push((at, at + text.len(), name));
        }
    }
    found
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::{Form, Name, Piece, pieces};

    fn marked(script: &str, form: Form) -> String {
        let shell = !script.starts_with("#!/usr/bin/perl");
        let known = |name: Name<'_>| match name {
            Name::Written(name) => shell && ["a", "b", "v.o"].contains(&name),
            Name::Variable(name) if shell => ["p_a", "p_b", "p_v_o", "TY_s"].contains(&name),
            Name::Variable(name) => ["TY_a", "TY_v_o"].contains(&name),
        };
        let shown = |piece: &Piece<'_>| match piece {
            Piece::Text(text) => (*text).to_owned(),
            Piece::Reference { text, name } => {
                let (Name::Written(name) | Name::Variable(name)) = name;
                format!("[{name}:{text}]")
            }
        };
        pieces(script, form, &known).iter().map(shown).collect()
    }

    #[test]
    fn references_are_found_in_every_form() {
        let (written, compiled) = (Form::Written, Form::Compiled);
        for (script, form, expected) in [
            ("echo <a>x'<b>' <c>", written, "echo [a:<a>]x'[b:<b>]' <c>"),
            (
                "# <a>\ncat <<'E'\n<a>\nE",
                written,
                "# <a>\ncat <<'E'\n<a>\nE",
            ),
            ("echo \"${p_a}\"", compiled, "echo [p_a:\"${p_a}\"]"),
            (
                "echo 'x'\"${p_b}\"'y'",
                compiled,
                "echo 'x[p_b:'\"${p_b}\"']y'",
            ),
            (
                "\"${p_a}\"${p_b}\"",
                compiled,
                "[p_a:\"${p_a}\"][p_b:${p_b}]\"",
            ),
            (
                "\"x${p_a}\" ${p_c} ${p_",
                compiled,
                "\"x[p_a:${p_a}]\" ${p_c} ${p_",
            ),
            (
                "#!/usr/bin/perl\n$TY_a TY_ab XTY_a <a> TY_v_o",
                written,
                "#!/usr/bin/perl\n$[TY_a:TY_a] TY_ab XTY_a <a> [TY_v_o:TY_v_o]",
            ),
            ("é<a>é", written, "é[a:<a>]é"),
            ("<v.o> <v.p>", written, "[v.o:<v.o>] <v.p>"),
            (
                "${p_v_o} ${TY_s} ${TY_a} ${p_a:-x}",
                compiled,
                "[p_v_o:${p_v_o}] [TY_s:${TY_s}] ${TY_a} ${p_a:-x}",
            ),
            ("", compiled, ""),
        ] {
            assert_eq!(marked(script, form), expected);
        }
    }
}
