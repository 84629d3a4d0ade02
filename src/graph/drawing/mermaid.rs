//! The flowchart language of Mermaid (<https://mermaid.js.org/syntax/flowchart.html>).

use std::fmt::Write;

use super::handlers;
use crate::graph::model::Graph;

/// A graph as a flowchart from left to right.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    for (place, vertex) in graph.vertices.iter().enumerate() {
        if vertex.handler.is_none() {
            let _ = writeln!(out, "  v{place}[\"{}\"]", entities(&vertex.name));
        }
    }
    for edge in &graph.edges {
        let _ = writeln!(out, "  v{} --> v{}", edge.tail, edge.head);
    }
    for (place, on) in handlers(graph) {
        let _ = writeln!(out, "  v{place}([\"{}\"])", on.word());
    }
    out
}

/// What its quotes would end at, or its labels read as markup, as its entities.
fn entities(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push_str("#96;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
