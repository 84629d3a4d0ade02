//! The DOT language of Graphviz (<https://graphviz.org/doc/info/lang.html>).

use std::fmt::Write;

use super::handlers;
use crate::graph::model::Graph;

/// A graph as a text that `dot` draws from left to right.
pub fn dot(graph: &Graph) -> String {
    let mut out = format!("digraph {} {{\n", quoted(&graph.name));
    out.push_str("  rankdir=LR;\n  node [shape=box, style=rounded];\n");
    for (place, vertex) in graph.vertices.iter().enumerate() {
        if vertex.handler.is_none() {
            let _ = writeln!(out, "  v{place} [label={}];", quoted(&vertex.name));
        }
    }
    for edge in &graph.edges {
        let _ = writeln!(out, "  v{} -> v{};", edge.tail, edge.head);
    }
    for (place, on) in handlers(graph) {
        let label = quoted(on.word());
        let _ = writeln!(out, "  v{place} [label={label}, style=\"rounded,dashed\"];");
    }
    out.push_str("}\n");
    out
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::dot;
    use crate::graph::text::{Format, parse};
    use crate::graph::{Limits, drawing::mermaid};

    #[test]
    fn names_are_quoted() {
        let yaml = "name: 'a \"b\"'\nvertices:\n  'x\\': {script: 'true'}\n  y<i>: {needs: ['x\\'], script: 'true'}\nhandlers: {on_exit: {script: 'true'}}\n";
        let graph = parse(yaml, Format::Yaml, &Limits::default()).graph;
        let graph = graph.expect("a graph");
        let expected = "digraph \"a \\\"b\\\"\" {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n  v0 [label=\"x\\\\\"];\n  v1 [label=\"y<i>\"];\n  v0 -> v1;\n  v2 [label=\"on_exit\", style=\"rounded,dashed\"];\n}\n";
        assert_eq!(dot(&graph), expected);
        let expected =
            "flowchart LR\n  v0[\"x\\\"]\n  v1[\"y#lt;i#gt;\"]\n  v0 --> v1\n  v2([\"on_exit\"])\n";
        assert_eq!(mermaid(&graph), expected);
    }
}
