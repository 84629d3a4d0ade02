//! A graph as a picture in SVG: nothing in it runs, and it needs no file beside it.

use std::fmt::Write;

use super::layout::{CARD_HEIGHT, CARD_WIDTH, Layout, Way, layout};
use super::picture::{cut, path};
use crate::graph::model::Graph;

/// The colours, for light and dark pages.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#1f2328}\
.card{fill:#fff;stroke:#8c959f}\
.after{stroke-dasharray:5 4}\
.edge{fill:none;stroke:#8c959f;stroke-width:1.5}\
.tip{fill:#8c959f}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.card{fill:#161b22;stroke:#6e7681}.edge{stroke:#6e7681}.tip{fill:#6e7681}}";
/// A name on a card is so wide at most, in heights of its font.
const WIDEST: f32 = 12.9;

/// Draws a graph from left to right.
pub fn svg(graph: &Graph) -> String {
    let layout = layout(graph);
    let Layout { width, height, .. } = layout;
    let scripts = graph.vertices.iter().filter(|v| v.handler.is_none());
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">{}</title>\n\
         <desc id=\"desc\">{} vertices and {} edges, from left to right: each vertex after all that it needs.</desc>\n\
         <style>{STYLE}</style>\n",
        escaped(&graph.name),
        scripts.count(),
        graph.edges.len(),
    );
    for way in &layout.ways {
        edge(&mut out, way);
    }
    for (card, vertex) in layout.cards.iter().zip(&graph.vertices) {
        let class = match vertex.handler {
            None => "card",
            Some(_) => "card after",
        };
        let (middle, baseline) = (card.x + CARD_WIDTH / 2, card.y + CARD_HEIGHT / 2 + 4);
        let _ = writeln!(
            out,
            "<g><title>{}</title><rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{CARD_WIDTH}\" \
             height=\"{CARD_HEIGHT}\" rx=\"6\"/><text x=\"{middle}\" y=\"{baseline}\" text-anchor=\"middle\">{}</text></g>",
            escaped(&vertex.name),
            card.x,
            card.y,
            escaped(&cut(&vertex.name, WIDEST)),
        );
    }
    out.push_str("</svg>\n");
    out
}

/// An edge with a tip at its end.
fn edge(out: &mut String, way: &Way) {
    let Some((x, y)) = way.points.last() else {
        return;
    };
    let (back, above, below) = (x - 7, y - 4, y + 4);
    let _ = writeln!(
        out,
        "<path class=\"edge\" d=\"{}\"/><path class=\"tip\" d=\"M{x} {y}L{back} {above}L{back} {below}Z\"/>",
        path(&way.points)
    );
}

/// Text as content of an element. What no text of XML can hold is a space.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => out.push(' '),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::svg;
    use crate::graph::Limits;
    use crate::graph::text::{Format, parse};

    const SMALL: &str = "name: 'a & <b>'\nvertices:\n  \"</text><script>'x\": {script: 'true'}\n  b: {needs: [\"</text><script>'x\"], script: 'true'}\nhandlers: {on_exit: 'true'}\n";

    fn drawn(yaml: &str) -> String {
        let graph = parse(yaml, Format::Yaml, &Limits::default()).graph;
        svg(&graph.expect("a graph"))
    }

    #[test]
    fn a_small_graph() {
        let picture = drawn(SMALL);
        let lines: Vec<&str> = picture
            .lines()
            .skip(1)
            .filter(|l| !l.starts_with("<style>"))
            .collect();
        let expected = [
            "<title id=\"title\">a &amp; &lt;b&gt;</title>",
            "<desc id=\"desc\">2 vertices and 1 edges, from left to right: each vertex after all that it needs.</desc>",
            "<path class=\"edge\" d=\"M208 46H264\"/><path class=\"tip\" d=\"M264 46L257 42L257 50Z\"/>",
            "<g><title>&lt;/text&gt;&lt;script&gt;&#39;x</title><rect class=\"card\" x=\"24\" y=\"24\" width=\"184\" height=\"44\" rx=\"6\"/><text x=\"116\" y=\"50\" text-anchor=\"middle\">&lt;/text&gt;&lt;script&gt;&#39;x</text></g>",
            "<g><title>b</title><rect class=\"card\" x=\"264\" y=\"24\" width=\"184\" height=\"44\" rx=\"6\"/><text x=\"356\" y=\"50\" text-anchor=\"middle\">b</text></g>",
            "<g><title>on_exit</title><rect class=\"card after\" x=\"24\" y=\"122\" width=\"184\" height=\"44\" rx=\"6\"/><text x=\"116\" y=\"148\" text-anchor=\"middle\">on_exit</text></g>",
            "</svg>",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn nothing_in_it_runs_or_is_fetched() {
        let hostile = drawn(&SMALL.replace("on_exit: 'true'", "on_exit: 'true', on_stop: 'true'"));
        for word in [
            "<script", "href", "url(", "onload", "<image", "@import", "style=\"",
        ] {
            assert!(!hostile.contains(word), "{word}: {hostile}");
        }
        let control = drawn("name: \"a\\x01\\uFFFFb\"\nvertices: {a: 'true'}\n");
        assert!(control.contains(">a  b</title>"), "{control}");
    }
}
