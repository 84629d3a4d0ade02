//! What a part of a definition is called where people fill in forms: its vertex and field, not the line
//! of a text that they have not seen.

use std::collections::BTreeSet;

use crate::graph::When;
use crate::l10n::Words;
use crate::web::parts::words;

/// Where something stands, in the words of the forms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::web) struct Place {
    /// From the outside in: what it is, and its name; either may be empty.
    pub(in crate::web) steps: Vec<(String, String)>,
    /// The field, or its form.
    pub(in crate::web) href: Option<String>,
}

/// A part of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct Part<'p> {
    /// The vertex, or the script after the verdict; none: the graph itself.
    pub(in crate::web) vertex: Option<&'p str>,
    /// Its keys, from the outside in, with a dot between them.
    pub(in crate::web) keys: &'p str,
}

impl<'p> Part<'p> {
    /// The part that the check of a definition calls so. `names` are those of the vertices, which may have
    /// dots in them.
    pub(in crate::web) fn of(path: &'p str, names: &BTreeSet<&str>) -> Self {
        if path == "graph" {
            return Self {
                vertex: None,
                keys: "",
            };
        }
        let lists = ["vertices.", "handlers."];
        let Some(rest) = lists.iter().find_map(|list| path.strip_prefix(list)) else {
            return Self {
                vertex: None,
                keys: path,
            };
        };
        let dots = rest.match_indices('.').map(|(at, _)| at);
        let mut ends: Vec<usize> = dots.chain([rest.len()]).collect();
        let known = ends.iter().rev().find(|end| names.contains(&rest[..**end]));
        let end = known.copied().unwrap_or_else(|| ends.swap_remove(0));
        Self {
            vertex: Some(&rest[..end]),
            keys: rest[end..].trim_start_matches('.'),
        }
    }

    /// The key that is one word of the definition, and what stands in it.
    pub(in crate::web) fn key(&self) -> (&'p str, &'p str) {
        self.keys.split_once('.').unwrap_or((self.keys, ""))
    }

    /// The same in words.
    pub(in crate::web) fn place(&self, href: Option<String>, t: Words) -> Place {
        let mut steps = Vec::new();
        if let Some(name) = self.vertex {
            steps.push(match When::from_word(name) {
                Some(when) => (words::handler(when, t), String::new()),
                None => (t.editor_vertex(), name.to_owned()),
            });
        }
        let (key, rest) = self.key();
        let said = |words: String| (words, String::new());
        match key {
            "" => {}
            "name" if self.vertex.is_none() => steps.push(said(t.editor_graph_name())),
            "name" => steps.push(said(t.editor_name())),
            "desc" => steps.push(said(t.graph_input_desc())),
            "script" => steps.push(said(t.editor_script())),
            "needs" => steps.push(said(t.editor_after())),
            "timeout" => steps.push(said(t.editor_timeout())),
            "retry" if rest == "delay" => steps.push(said(t.editor_delay())),
            "retry" if rest.is_empty() || rest == "limit" => steps.push(said(t.editor_retries())),
            "input" if rest.is_empty() => steps.push(said(t.editor_inputs())),
            "input" => {
                let (name, rule) = rest.split_once('.').unwrap_or((rest, ""));
                steps.push((t.editor_input(), name.to_owned()));
                match rule {
                    "" => {}
                    "default" => steps.push(said(t.graph_input_default())),
                    "choices" => steps.push(said(t.editor_choices())),
                    "type" => steps.push(said(t.editor_type())),
                    "desc" => steps.push(said(t.graph_input_desc())),
                    "required" => steps.push(said(t.field_required())),
                    rule => steps.push((String::new(), rule.to_owned())),
                }
            }
            // No form has a field for it: it is called as the text calls it.
            _ => steps.push((String::new(), self.keys.to_owned())),
        }
        Place { steps, href }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Part;
    use crate::l10n::{L10n, Words};

    #[test]
    fn a_place_is_told_by_its_vertex_and_field() {
        let names = BTreeSet::from(["a", "a.b", "日 志"]);
        let said = |path: &str, language: L10n| {
            let place = Part::of(path, &names).place(None, Words::of(language));
            let steps = place.steps.iter();
            let steps: Vec<String> = steps
                .map(|(words, name)| format!("{words} {name}").trim().to_owned())
                .collect();
            steps.join(", ")
        };
        for (path, english, chinese) in [
            ("graph", "", ""),
            ("name", "Name of the graph", "图的名称"),
            ("vertices.a", "Vertex a", "节点 a"),
            ("vertices.a.b", "Vertex a.b", "节点 a.b"),
            (
                "vertices.a.b.timeout",
                "Vertex a.b, Time limit",
                "节点 a.b, 时限",
            ),
            (
                "vertices.a.retry.delay",
                "Vertex a, First wait",
                "节点 a, 首次间隔",
            ),
            (
                "vertices.日 志.input.n.default",
                "Vertex 日 志, Input n, Default",
                "节点 日 志, 输入 n, 默认值",
            ),
            ("vertices.c.skript", "Vertex c, skript", "节点 c, skript"),
            ("input.host.min", "Input host, min", "输入 host, min"),
        ] {
            assert_eq!(said(path, L10n::En), english, "{path}");
            assert_eq!(said(path, L10n::ZhCN), chinese, "{path}");
        }
        let after = format!("{}, 脚本", Words::of(L10n::ZhCN).handler_exit());
        assert_eq!(said("handlers.on_exit.script", L10n::ZhCN), after);
    }
}
