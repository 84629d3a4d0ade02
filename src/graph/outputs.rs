//! Outputs that scripts refer to as `<vertex.name>`: which there are in a graph, and which of them
//! a script means.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::compile::compile;
use super::identifiers::{bracketed, identifiers, is_identifier, variable};
use super::model::{Graph, Vertex};
use super::param::Param;
use super::problem::Severity;
use super::script::interpreter;
use super::similar::{Suggester, quote};

/// The shortest name of a vertex for which a near one is told: `in` and `a` are names of files.
const NEAR_FROM: usize = 3;

/// An output that a script refers to.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The place of the vertex that gives it.
    pub place: u32,
    /// Its declaration, under the name `vertex.name`. Without a default it is sure to have a value.
    pub param: Param,
}

/// What stands for the value of the output `vertex.name` while it is not known.
pub fn unknown_output(name: &str) -> String {
    let vertex = name.rsplit_once('.').map_or(name, |(vertex, _)| vertex);
    format!("an output of {vertex}")
}

/// What the script of one vertex may refer to.
#[derive(Debug, Clone, Default)]
pub struct Scope<'g> {
    /// The vertex's own parameters, then those of the graph that none of its own hides.
    pub inputs: Vec<&'g Param>,
    /// The outputs of vertices that it names.
    pub references: Vec<Reference>,
}

/// What is kept of the script of one vertex.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Runnable {
    /// The text to run once the values are set; the script itself where it does not compile.
    pub body: String,
    /// The outputs of other vertices that it needs.
    pub refers: Vec<Reference>,
}

/// All outputs of a graph by the names that scripts use for them.
#[derive(Debug)]
pub struct Outputs<'g> {
    pub(super) graph: &'g Graph,
    vertices: BTreeMap<&'g str, &'g Vertex>,
    /// `vertex.name`; the name has no dot, so that no two outputs share one.
    named: BTreeMap<String, (u32, &'g Param)>,
    /// The names alone.
    names: BTreeSet<&'g str>,
    /// The same by what their variables are called, which two may share.
    variables: BTreeMap<String, Vec<String>>,
    /// Vertices by what begins the variables of their outputs, once that is asked for.
    of_vertices: OnceCell<BTreeMap<String, usize>>,
}

impl<'g> Outputs<'g> {
    /// The outputs of `graph`.
    pub fn of(graph: &'g Graph) -> Self {
        let mut found = Self {
            graph,
            vertices: BTreeMap::new(),
            named: BTreeMap::new(),
            names: BTreeSet::new(),
            variables: BTreeMap::new(),
            of_vertices: OnceCell::new(),
        };
        for (place, vertex) in (0..).zip(&graph.vertices) {
            found.vertices.entry(&vertex.name).or_insert(vertex);
            for output in &vertex.outputs {
                let name = format!("{}.{}", vertex.name, output.name);
                let of_variable = found.variables.entry(variable(&name).into_owned());
                of_variable.or_default().push(name.clone());
                found.named.entry(name).or_insert((place, output));
                found.names.insert(&output.name);
            }
        }
        found
    }

    /// What the script of `vertex` may refer to: all parameters, and the outputs that it names.
    pub fn scope(&self, vertex: &'g Vertex) -> Scope<'g> {
        let references = if self.named.is_empty() {
            Vec::new()
        } else {
            self.meant(&vertex.script)
        };
        Scope {
            inputs: self.graph.declared_for(vertex),
            references,
        }
    }

    /// The script of `vertex` with its placeholders compiled.
    pub fn runnable(&self, vertex: &'g Vertex) -> Runnable {
        let scope = self.scope(vertex);
        match compile(&vertex.script, &scope.params()) {
            Ok(compiled) => Runnable {
                refers: scope.used(&compiled.uses),
                body: compiled.body,
            },
            Err(_) => Runnable {
                body: vertex.script.clone(),
                refers: Vec::new(),
            },
        }
    }

    fn meant(&self, script: &str) -> Vec<Reference> {
        let mut names: BTreeSet<&str> = bracketed(script).map(|(_, name)| name).collect();
        if !interpreter(script).shell {
            let variables = identifiers(script, "TY_");
            let of_variables = variables.keys().filter_map(|v| self.variables.get(*v));
            names.extend(of_variables.flatten().map(String::as_str));
        }
        let reference = |name: &str| {
            let (place, output) = self.named.get(name)?;
            let param = Param {
                name: name.to_owned(),
                required: output.default.is_none(),
                ..(*output).clone()
            };
            Some(Reference {
                place: *place,
                param,
            })
        };
        names.into_iter().filter_map(reference).collect()
    }

    /// Whether a `<vertex.name>` was surely meant to be an output, and is none.
    pub(super) fn misses(&self, name: &str) -> bool {
        name.rsplit_once('.')
            .is_some_and(|(vertex, output)| match self.vertices.get(vertex) {
                Some(known) => known.outputs.iter().all(|o| o.name != output),
                None => self.names.contains(output),
            })
    }

    /// Whether a `<vertex.name>` is an output or was surely meant to be one.
    pub(super) fn means(&self, name: &str) -> bool {
        self.named.contains_key(name) || self.misses(name)
    }

    /// What to say of a `<vertex.name>` that is no output: an error when it was surely meant to be
    /// one, a notice when it may have been, nothing when it is text like any other.
    pub(super) fn miss(&self, name: &str, suggester: &Suggester) -> Option<(Severity, String)> {
        let (vertex, output) = name.rsplit_once('.')?;
        let named = || self.named.keys().map(String::as_str);
        let near = || suggester.nearest(name, named());
        let hint = |near: Option<&str>| {
            near.map_or_else(String::new, |near| format!(" Did you mean `<{near}>`?"))
        };
        if self.vertices.contains_key(vertex) {
            return Some((
                Severity::Error,
                self.undeclared(vertex, output, &hint(near())),
            ));
        }
        let what = format!("`<{name}>`: there is no vertex {}.", quote(vertex));
        if self.names.contains(output) {
            return Some((Severity::Error, format!("{what}{}", hint(near()))));
        }
        let near = match near() {
            Some(near) => hint(Some(near)),
            None if vertex.len() < NEAR_FROM => return None,
            None => suggester.hint(vertex, self.vertices.keys().copied()),
        };
        (!near.is_empty()).then(|| (Severity::Notice, format!("{what}{near}")))
    }

    /// The output of a vertex that the variable `TY_<variable>` would carry if it were declared.
    pub(super) fn miss_variable(&self, variable: &str) -> Option<String> {
        let parts = variable.match_indices('_').rev();
        let (vertex, output) = parts
            .map(|(at, _)| variable.split_at(at))
            .find_map(|(v, o)| {
                let vertex = self.vertex_of_variable(v)?;
                is_identifier(&o[1..]).then_some((vertex, &o[1..]))
            })?;
        Some(self.undeclared(vertex, output, ""))
    }

    fn vertex_of_variable(&self, name: &str) -> Option<&'g str> {
        let named =
            |(place, vertex): (usize, &Vertex)| (variable(&vertex.name).into_owned(), place);
        let all = || self.graph.vertices.iter().enumerate().map(named);
        let found = self.of_vertices.get_or_init(|| all().collect());
        Some(&self.graph.vertices[*found.get(name)?].name)
    }

    fn undeclared(&self, vertex: &str, output: &str, hint: &str) -> String {
        let (of, name) = (quote(vertex), quote(output));
        match self.vertices.get(vertex) {
            Some(known) if !known.outputs.is_empty() => {
                format!("the vertex {of} declares no output {name}.{hint}")
            }
            _ => format!(
                "the vertex {of} declares no outputs; write `outputs: {{{output}: str}}` there if its script gives one"
            ),
        }
    }
}

impl Scope<'_> {
    /// All that may be referred to: parameters, then outputs.
    pub fn params(&self) -> Vec<&Param> {
        let outputs = self.references.iter().map(|r| &r.param);
        self.inputs.iter().copied().chain(outputs).collect()
    }

    /// The outputs among the names that a script uses.
    pub fn used(&self, uses: &[String]) -> Vec<Reference> {
        let used = |r: &&Reference| uses.contains(&r.param.name);
        self.references.iter().filter(used).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::codes;
    use crate::graph::launch_text;
    use crate::graph::model::Limits;
    use crate::graph::outputs::Outputs;
    use crate::graph::param::{Kind, Value};
    use crate::graph::text::{Format, parse};

    /// A graph in which `fetch` and `build-2.x` leave something and `user`, the last vertex, comes
    /// after both.
    fn graph(script: &str) -> String {
        let script = serde_json::to_string(script).expect("JSON");
        format!(
            r#"{{"name": "g", "input": {{"build_2_x_path": {{}}, "host": {{}}}}, "vertices": {{
"fetch": {{"outputs": {{"count": "int", "path": {{"type": "str", "default": "p"}}}}, "script": "true"}},
"plain": {{"needs": ["fetch"], "script": "true"}},
"build-2.x": {{"needs": ["plain"], "outputs": {{"path": {{}}}}, "script": "echo <host>"}},
"aside": {{"outputs": {{"late": "str"}}, "script": "echo <host> <build_2_x_path>"}},
"user": {{"needs": ["build-2.x"], "outputs": {{"own": "str"}}, "script": {script}}}}}}}"#
        )
    }

    fn problems(script: &str) -> Vec<(&'static str, String)> {
        let parsed = parse(&graph(script), Format::Json, &Limits::default());
        let found = parsed.problems.into_iter();
        found.map(|p| (p.code, p.message)).collect()
    }

    #[test]
    fn references_are_values_like_any_other() {
        for (script, body) in [
            ("echo <fetch.count>", "echo \"${p_fetch_count}\""),
            (
                "echo $(( <fetch.count> + 1 ))",
                "echo $(( (${p_fetch_count}) + 1 ))",
            ),
            (
                "echo '<build-2.x.path>'",
                "echo ''\"${p_build_2_x_path}\"''",
            ),
            ("cat <in.txt>out", "cat <in.txt>out"),
            ("cat < fetch.count >out", "cat < fetch.count >out"),
        ] {
            assert_eq!(problems(script), [], "{script}");
            let parsed = parse(&graph(script), Format::Json, &Limits::default());
            let graph = parsed.graph.expect("a graph");
            let user = graph.vertices.last().expect("five vertices");
            let runnable = Outputs::of(&graph).runnable(user);
            assert_eq!(runnable.body, body);
            assert_eq!(
                runnable.refers.len(),
                usize::from(body.contains("${")),
                "{script}"
            );
        }
        let values = [("build-2.x.path".to_owned(), Value::Str("a'b".to_owned()))];
        assert_eq!(launch_text("x", &values), "p_build_2_x_path='a'\\''b'; x");
    }

    #[test]
    fn what_cannot_be_there_is_refused() {
        for (script, code, said) in [
            (
                "echo <aside.late>",
                codes::OUTPUT_NOT_BEFORE,
                "wait for `aside`",
            ),
            ("echo <user.own>", codes::OWN_OUTPUT, "this very script"),
            (
                "echo <fetch.cuont>",
                codes::UNDECLARED_OUTPUT,
                "Did you mean `<fetch.count>`?",
            ),
            (
                "echo <fecth.count>",
                codes::UNDECLARED_OUTPUT,
                "there is no vertex `fecth`",
            ),
            (
                "echo 'it left <fetch.cuont>' # <fetch.cuont>",
                codes::UNDECLARED_OUTPUT,
                "Did you mean `<fetch.count>`?",
            ),
            (
                "cat <<E\n<fecth.count>\nE",
                codes::UNDECLARED_OUTPUT,
                "there is no vertex `fecth`",
            ),
            (
                "echo <plain.count>",
                codes::UNDECLARED_OUTPUT,
                "write `outputs: {count: str}`",
            ),
            (
                "echo \"got <plain.n>\" # <plain.n>",
                codes::UNDECLARED_OUTPUT,
                "`plain` declares no outputs",
            ),
            (
                "cat <<'E'\n<plain.n>\nE",
                codes::UNDECLARED_OUTPUT,
                "`plain` declares no outputs",
            ),
            (
                "echo 'got <fetsch.rows>' # <fetsch.rows>",
                codes::UNDECLARED_PLACEHOLDER,
                "Did you mean `fetch`?",
            ),
            (
                "#!/usr/bin/python3\nTY_build_2_x_rows",
                codes::UNDECLARED_PLACEHOLDER,
                "`build-2.x` declares no output `rows`",
            ),
            (
                "#!/usr/bin/python3\n<plain.n>",
                codes::UNDECLARED_OUTPUT,
                "`plain` declares no outputs",
            ),
            (
                "cat <fetch.coun >out; cat <fetsh.coun>out",
                codes::UNDECLARED_PLACEHOLDER,
                "Did you mean",
            ),
            (
                "echo $(( <fetch.path> ))",
                codes::PLACEHOLDER_IN_ARITHMETIC,
                "`<fetch.path>`",
            ),
            (
                "echo `cat <fetch.path>`",
                codes::PLACEHOLDER_IN_BACKQUOTES,
                "`<fetch.path>`",
            ),
            (
                "p_fetch_path=1; echo <fetch.path>",
                codes::RESERVED_NAME,
                "`p_fetch_path`",
            ),
            (
                "echo <build-2.x.path> <build_2_x_path>",
                codes::OUTPUT_NAME_CLASH,
                "`build_2_x_path`",
            ),
            (
                "#!/usr/bin/python3\nTY_aside_late",
                codes::OUTPUT_NOT_BEFORE,
                "`aside`",
            ),
            (
                "#!/usr/bin/python3\n<fetch.count>",
                codes::PLACEHOLDER_NOT_SHELL,
                "`TY_fetch_count`",
            ),
            (
                "#!/usr/bin/python3\nTY_build_2_x_path",
                codes::OUTPUT_NAME_CLASH,
                "rename",
            ),
        ] {
            let found = problems(script);
            assert_eq!(found.len(), 1, "{script}: {found:?}");
            assert_eq!(found[0].0, code, "{script}: {found:?}");
            assert!(found[0].1.contains(said), "{script}: {found:?}");
        }
        assert_eq!(problems("#!/usr/bin/python3\nTY_fetch_count"), []);
    }

    #[test]
    fn a_reference_is_told_although_nobody_declares_outputs() {
        for (script, expected) in [
            ("echo \"got <fetch.count>\"", Some(codes::UNDECLARED_OUTPUT)),
            ("echo <fetch.count> x", Some(codes::UNDECLARED_OUTPUT)),
            (
                "echo 'got <fetsch.count>'",
                Some(codes::UNDECLARED_PLACEHOLDER),
            ),
            ("echo <fetsch.count> x", Some(codes::UNDECLARED_PLACEHOLDER)),
            (
                "#!/usr/bin/python3\nTY_fetch_count",
                Some(codes::UNDECLARED_PLACEHOLDER),
            ),
            ("cat <in.txt>out # <fetch.count>", None),
            ("echo '<a href=x>' \"<in.txt>\"", None),
            ("#!/usr/bin/python3\nTY_fetc_count TY_fetch", None),
        ] {
            let script = serde_json::to_string(script).expect("JSON");
            let text = format!(
                r#"{{"name": "g", "vertices": {{"fetch": "true", "use": {{"needs": ["fetch"], "script": {script}}}}}}}"#
            );
            let found = parse(&text, Format::Json, &Limits::default()).problems;
            let found: Vec<_> = found.iter().map(|p| p.code).collect();
            assert_eq!(found, Vec::from_iter(expected), "{script}");
        }
    }

    #[test]
    fn a_problem_stands_at_its_line_and_column() {
        let text = "name: g\nvertices:\n  a: {outputs: {n: int}, script: 'true'}\n  b:\n    script: |\n      true\n      echo <a.n>\n";
        let parsed = parse(text, Format::Yaml, &Limits::default());
        let found: Vec<_> = parsed
            .problems
            .iter()
            .map(|p| (p.code, p.line, p.column))
            .collect();
        assert_eq!(found, [(codes::OUTPUT_NOT_BEFORE, 7, 12)]);
        let text = "name: g\nvertices:\n  a:\n    outputs: {n: number, 1x: int, s: secret, r: {required: true}}\n    script: 'true'\n";
        let parsed = parse(text, Format::Yaml, &Limits::default());
        let found: Vec<_> = parsed
            .problems
            .iter()
            .map(|p| (p.code, p.line, p.column))
            .collect();
        let at = |code, column| (code, 4, column);
        assert_eq!(
            found,
            [
                at(codes::UNKNOWN_WORD, 18),
                at(codes::BAD_PARAMETER_NAME, 26),
                at(codes::UNKNOWN_WORD, 38),
                at(codes::UNKNOWN_KEY, 50),
            ]
        );
        let place = &parsed.problems[1].place;
        assert_eq!(place, "vertices.a.outputs.1x");
    }

    #[test]
    fn far_references_are_followed_in_any_number() {
        // Two chains of 200; each vertex of the first refers to all others of it before it, but for
        // the last, which refers to the second chain.
        let mut text = String::from("name: g\nvertices:\n");
        for i in 0..200 {
            let needs = |chain: char| match i {
                0 => String::new(),
                _ => format!("needs: [{chain}{}], ", i - 1),
            };
            let all: String = (0..i).map(|j| format!(" <a{j}.n>")).collect();
            let (a, b) = (needs('a'), needs('b'));
            text.push_str(&format!(
                "  a{i}: {{{a}outputs: {{n: int}}, script: 'echo{all}'}}\n"
            ));
            text.push_str(&format!(
                "  b{i}: {{{b}outputs: {{n: int}}, script: 'true'}}\n"
            ));
        }
        let check = |text: &str| parse(text, Format::Yaml, &Limits::default()).problems;
        assert_eq!(check(&text), []);
        let all: String = (0..200).map(|j| format!(" <b{j}.n>")).collect();
        text.push_str(&format!(
            "  last: {{needs: [a199], script: 'echo{all} <a0.n>'}}\n"
        ));
        let found = check(&text);
        assert_eq!(found.len(), 200);
        assert!(found.iter().all(|p| p.code == codes::OUTPUT_NOT_BEFORE));
    }

    #[test]
    fn an_output_without_a_default_is_sure_to_be_there() {
        let parsed = parse(
            &graph("echo <fetch.count> <fetch.path>"),
            Format::Json,
            &Limits::default(),
        );
        let graph = parsed.graph.expect("a graph");
        let scope = Outputs::of(&graph).scope(&graph.vertices[4]);
        let of = |r: &super::Reference| {
            (
                r.place,
                r.param.name.clone(),
                r.param.kind,
                r.param.required,
            )
        };
        let found: Vec<_> = scope.references.iter().map(of).collect();
        assert_eq!(
            found,
            [
                (0, "fetch.count".to_owned(), Kind::Int, true),
                (0, "fetch.path".to_owned(), Kind::Str, false)
            ]
        );
    }
}
