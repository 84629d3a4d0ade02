//! A text that is changed in one place, and stays as its author wrote it in all others.
//!
//! Whether a changed text means what it is to mean is not worked out but tried: it is read. Where it
//! does not, the graph is printed anew, and comments are lost.

use saphyr_parser::{Event, Parser};

use super::{Format, parse, to_json, to_yaml};
use crate::graph::model::{Graph, Limits};

/// A text with another name of its graph.
pub fn renamed(source: &str, format: Format, name: &str, limits: &Limits) -> String {
    let Some(graph) = parse(source, format, limits).graph else {
        return source.to_owned();
    };
    let wanted = Graph {
        name: name.to_owned(),
        ..graph
    };
    let place = match format {
        Format::Yaml => name_in_yaml(source),
        Format::Json => name_in_json(source),
    };
    // A text of JSON between quotes is one of YAML too.
    let quoted = serde_json::Value::from(name).to_string();
    let changed = place.map(|(from, to)| format!("{}{quoted}{}", &source[..from], &source[to..]));
    let right = |text: &String| parse(text, format, limits).graph.as_ref() == Some(&wanted);
    changed.filter(right).unwrap_or_else(|| match format {
        Format::Yaml => to_yaml(&wanted),
        Format::Json => to_json(&wanted),
    })
}

/// The bytes of the value of the key `name`.
fn name_in_yaml(source: &str) -> Option<(usize, usize)> {
    let body = source.strip_prefix('\u{feff}').unwrap_or(source);
    let before = source.len() - body.len();
    let (mut depth, mut key, mut is_name) = (0, true, false);
    for event in Parser::new_from_str(body) {
        let (event, span) = event.ok()?;
        match event {
            Event::Scalar(text, ..) if depth == 1 => {
                if is_name {
                    let at = |chars: usize| {
                        let found = body.char_indices().nth(chars);
                        before + found.map_or(body.len(), |(at, _)| at)
                    };
                    return Some((at(span.start.index()), at(span.end.index())));
                }
                is_name = key && text == "name";
                key = !key;
            }
            Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
            Event::MappingEnd | Event::SequenceEnd => {
                depth -= 1;
                key = true;
            }
            Event::Alias(_) if depth == 1 => key = !key,
            _ => {}
        }
    }
    None
}

/// The same in JSON.
fn name_in_json(source: &str) -> Option<(usize, usize)> {
    use jsonc_parser::common::Ranged;
    let options = jsonc_parser::CollectOptions::default();
    let parsed =
        jsonc_parser::parse_to_ast(source, &options, &jsonc_parser::ParseOptions::default());
    let value = parsed.ok()?.value?;
    let name = value.as_object()?.get("name")?;
    let range = name.value.range();
    Some((range.start, range.end))
}

#[cfg(test)]
mod tests {
    use super::renamed;
    use crate::graph::Limits;
    use crate::graph::text::{Format, parse};

    #[test]
    fn only_the_name_is_another_one() {
        for (before, after) in [
            (
                "# ü\nname: old # why\nvertices: {name: 'echo name: old'}\n",
                "# ü\nname: \"new: \\\"x\\\"\" # why\nvertices: {name: 'echo name: old'}\n",
            ),
            (
                "vertices: {a: true}\n\n'name':   \"o\\x6cd\"\n# end\n",
                "vertices: {a: true}\n\n'name':   \"new: \\\"x\\\"\"\n# end\n",
            ),
            (
                "\u{feff}{env: {name: a}, name: old, vertices: {a: true}}",
                "\u{feff}{env: {name: a}, name: \"new: \\\"x\\\"\", vertices: {a: true}}",
            ),
        ] {
            let text = renamed(before, Format::Yaml, "new: \"x\"", &Limits::default());
            assert_eq!(text, after);
        }
        let json = "{ \"vertices\":{\"name\":\"true\"},\n  \"name\" :\"old\" }";
        let text = renamed(json, Format::Json, "n\"ü", &Limits::default());
        assert_eq!(text, json.replace("old", "n\\\"ü"));
    }

    #[test]
    fn a_name_that_stands_elsewhere_is_changed_too() {
        for source in [
            "env: {A: &x old}\nname: *x\nvertices: {a: true}\n",
            "name: |-\n  old\nvertices: {a: true}\n",
            "name: >-\n  old\n# lost\nvertices: {a: true}\n",
        ] {
            let text = renamed(source, Format::Yaml, "new", &Limits::default());
            let graph = parse(&text, Format::Yaml, &Limits::default()).graph;
            let graph = graph.expect("a graph");
            let same = parse(source, Format::Yaml, &Limits::default()).graph;
            assert_eq!(graph.name, "new", "{text}");
            assert_eq!(graph.env, same.expect("a graph").env, "{text}");
        }
    }
}
