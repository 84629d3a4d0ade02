//! A script as it would run, and where in it values are referred to.

use super::compile::compile;
use super::inputs::VertexInput;
use super::launch::{environment, launch_text};
use super::lexer::{Context, lex};
use super::model::Vertex;
use super::outputs::Outputs;
use super::param::Value;
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
    /// The variables that carry values to programs that are no shells.
    pub environment: Vec<(String, String)>,
    /// The values that the script refers to.
    pub values: Vec<(String, Value)>,
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
        name: &'t str,
    },
}

/// How a script refers to values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As its author wrote it: `<host>`.
    Written,
    /// As it runs: `"${p_host}"`.
    Compiled,
}

/// The script of a vertex that compiles, with the values that were accepted for it.
pub fn render<'g>(
    outputs: &Outputs<'g>,
    vertex: &'g Vertex,
    input: &VertexInput,
) -> Option<Rendered> {
    let body = compile(&vertex.script, &outputs.scope(vertex).params())
        .ok()?
        .body;
    Some(Rendered {
        vertex: vertex.name.clone(),
        interpreter: interpreter(&body).argv,
        script: launch_text(&body, &input.values),
        environment: environment(&body, &input.values),
        values: input.values.clone(),
    })
}

/// All of a script in pieces. References to names that are not `known` are text.
pub fn pieces<'t>(script: &'t str, form: Form, known: &dyn Fn(&str) -> bool) -> Vec<Piece<'t>> {
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
type Found<'t> = (usize, usize, &'t str);

fn written<'t>(script: &'t str, known: &dyn Fn(&str) -> bool) -> Vec<Found<'t>> {
    let lexed = lex(script, known);
    let replaced = |context| !matches!(context, Context::Comment | Context::Refused(_));
    let sites = lexed.sites.iter().filter(|site| replaced(site.context));
    sites
        .map(|site| {
            let name = &script[site.start + 1..site.end - 1];
            (site.start, site.end, name)
        })
        .collect()
}

fn braced<'t>(script: &'t str, known: &dyn Fn(&str) -> bool) -> Vec<Found<'t>> {
    const OPEN: &str = "${p_";
    let mut found = Vec::new();
    for (at, _) in script.match_indices(OPEN) {
        let rest = &script[at + OPEN.len()..];
        let Some(name) = rest.split_once('}').map(|(name, _)| name) else {
            break;
        };
        let (mut start, mut end) = (at, at + OPEN.len() + name.len() + 1);
        if !known(name) {
            continue;
        }
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

fn variables<'t>(script: &'t str, known: &dyn Fn(&str) -> bool) -> Vec<Found<'t>> {
    const PREFIX: &str = "TY_";
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for (at, _) in script.match_indices(PREFIX) {
        let name = &script[at + PREFIX.len()..];
        let name = &name[..name.find(|c| !word(c)).unwrap_or(name.len())];
        if known(name) && !script[..at].ends_with(word) {
            found.push((at, at + PREFIX.len() + name.len(), name));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Form, Piece, pieces};

    fn marked(script: &str, form: Form) -> String {
        let known = |name: &str| ["a", "b"].contains(&name);
        let shown = |piece: &Piece<'_>| match piece {
            Piece::Text(text) => (*text).to_owned(),
            Piece::Reference { text, name } => format!("[{name}:{text}]"),
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
            ("echo \"${p_a}\"", compiled, "echo [a:\"${p_a}\"]"),
            (
                "echo 'x'\"${p_b}\"'y'",
                compiled,
                "echo 'x[b:'\"${p_b}\"']y'",
            ),
            ("\"${p_a}\"${p_b}\"", compiled, "[a:\"${p_a}\"][b:${p_b}]\""),
            (
                "\"x${p_a}\" ${p_c} ${p_",
                compiled,
                "\"x[a:${p_a}]\" ${p_c} ${p_",
            ),
            (
                "#!/usr/bin/perl\n$TY_a TY_ab XTY_a <a>",
                written,
                "#!/usr/bin/perl\n$[a:TY_a] TY_ab XTY_a <a>",
            ),
            ("é<a>é", written, "é[a:<a>]é"),
            ("", compiled, ""),
        ] {
            assert_eq!(marked(script, form), expected);
        }
    }
}
