//! `trackyard graph DEFINITION`: a definition as a picture.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::context::Context;
use super::error::{CliError, OK};
use super::meant::{DEFINITION, meant};
use super::output::{print, print_json, visible};
use crate::graph::drawing::{Lanes, dot, lanes, mermaid, svg};
use crate::graph::{Graph, topology};

#[derive(Debug, Args)]
pub(super) struct GraphArgs {
    #[arg(value_name = "DEFINITION", help = DEFINITION)]
    pub(super) definition: String,
    /// How it is drawn
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// Print vertices, edges and layers as one JSON object
    #[arg(long)]
    json: bool,
}

/// In which language a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Lines and dots, for a terminal
    Text,
    /// Graphviz
    Dot,
    /// Mermaid
    Mermaid,
    /// A picture for a browser
    Svg,
}

/// Draws a definition that has no errors.
pub(super) fn graph(context: &Context, args: &GraphArgs) -> Result<u8, CliError> {
    let graph = meant(context, &args.definition)?;
    if args.json {
        print_json(&outline(&graph))?;
        return Ok(OK);
    }
    print(&match args.format {
        Form::Text => drawn(&graph),
        Form::Dot => dot(&graph),
        Form::Mermaid => mermaid(&graph),
        Form::Svg => svg(&graph),
    })?;
    Ok(OK)
}

fn name(graph: &Graph, vertex: u32) -> String {
    visible(&graph.vertices[vertex as usize].name)
}

fn drawn(graph: &Graph) -> String {
    let mut out = String::new();
    match lanes(graph) {
        Lanes::Drawn(rows) => {
            for row in rows {
                let name = row.vertex.map(|vertex| format!(" {}", name(graph, vertex)));
                out.push_str(&format!("{}{}\n", row.lanes, name.unwrap_or_default()));
            }
        }
        Lanes::TooWide(order) => {
            for vertex in order {
                let before = graph.tails(vertex as usize);
                let before: Vec<String> = before.map(|tail| name(graph, tail as u32)).collect();
                let after = match before.is_empty() {
                    true => String::new(),
                    false => format!(" after {}", before.join(", ")),
                };
                out.push_str(&format!("{}{after}\n", name(graph, vertex)));
            }
        }
    }
    for vertex in &graph.vertices {
        if let Some(when) = vertex.handler {
            out.push_str(&format!("○ {}\n", when.word()));
        }
    }
    out
}

fn outline(graph: &Graph) -> Value {
    let layers = topology::layers(graph);
    let vertices = graph.vertices.iter().zip(layers).map(|(vertex, layer)| {
        json!({"name": vertex.name, "layer": layer, "handler": vertex.handler.map(|on| on.word())})
    });
    let name = |place: u32| &graph.vertices[place as usize].name;
    let edges = graph.edges.iter();
    let edges = edges.map(|edge| json!({"tail": name(edge.tail), "head": name(edge.head)}));
    json!({
        "name": graph.name,
        "vertices": vertices.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
    })
}
