//! What is different between two definitions, by the keys of their text and the names of their
//! vertices. Comments, layout and order do not count.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::model::Graph;
use super::text;

/// What has changed from one definition to another.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Diff {
    /// Of the graph itself.
    pub settings: Vec<FieldChange>,
    /// Vertices that are new.
    pub added: Vec<String>,
    /// Vertices that are gone.
    pub removed: Vec<String>,
    /// Vertices that are in both and are not the same.
    pub changed: Vec<VertexChange>,
    /// `(tail, head)` of the edges that are new, by names.
    pub edges_added: Vec<(String, String)>,
    /// The same of the edges that are gone.
    pub edges_removed: Vec<(String, String)>,
}

/// A key whose value is another. None: the key is not there, so that what it has by default holds.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// The way to the key, e.g. `input.host.default`.
    pub field: String,
    /// Its value before.
    pub before: Option<Json>,
    /// Its value now.
    pub after: Option<Json>,
}

/// A vertex that is not as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct VertexChange {
    /// Its name.
    pub name: String,
    /// All but its script and its edges.
    pub fields: Vec<FieldChange>,
    /// How its script has changed.
    pub script: Option<String>,
}

/// What has changed from `before` to `after`. `lines` says how one script became another.
pub fn diff(before: &Graph, after: &Graph, lines: impl Fn(&str, &str) -> String) -> Diff {
    let (mut old, mut new) = (text::keys_and_values(before), text::keys_and_values(after));
    let (old_vertices, new_vertices) = (vertices(&mut old), vertices(&mut new));
    let mut diff = Diff::default();
    compare("", Some(&old), Some(&new), &mut diff.settings);
    for (name, mut new) in new_vertices.clone() {
        let Some(mut old) = old_vertices.get(&name).cloned() else {
            diff.added.push(name);
            continue;
        };
        let (was, is) = (script(&mut old), script(&mut new));
        let mut fields = Vec::new();
        compare("", Some(&old), Some(&new), &mut fields);
        let script = (was != is).then(|| lines(&was, &is));
        if script.is_some() || !fields.is_empty() {
            diff.changed.push(VertexChange {
                name,
                fields,
                script,
            });
        }
    }
    let gone = |name: &&String| !new_vertices.contains_key(*name);
    diff.removed = old_vertices.keys().filter(gone).cloned().collect();
    let (old, new) = (edges(before), edges(after));
    diff.edges_added = new.difference(&old).cloned().collect();
    diff.edges_removed = old.difference(&new).cloned().collect();
    diff
}

/// Takes the vertices out of a definition, those that run after the verdict too.
fn vertices(definition: &mut Json) -> Map<String, Json> {
    let mut all = Map::new();
    for key in ["vertices", "handlers"] {
        let part = definition.as_object_mut().and_then(|d| d.remove(key));
        if let Some(Json::Object(part)) = part {
            all.extend(part);
        }
    }
    all
}

/// Takes the script out of a vertex, and what it needs, which is told by the edges.
fn script(vertex: &mut Json) -> String {
    let keys = vertex.as_object_mut();
    let script = keys.and_then(|keys| {
        keys.remove("needs");
        keys.remove("script")
    });
    script
        .and_then(|s| s.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn compare(way: &str, before: Option<&Json>, after: Option<&Json>, out: &mut Vec<FieldChange>) {
    if before == after {
        return;
    }
    if let (Some(Json::Object(old)), Some(Json::Object(new))) = (before, after) {
        let added = new.keys().filter(|key| !old.contains_key(*key));
        for key in old.keys().chain(added) {
            let dot = if way.is_empty() { "" } else { "." };
            compare(&format!("{way}{dot}{key}"), old.get(key), new.get(key), out);
        }
        return;
    }
    out.push(FieldChange {
        field: way.to_owned(),
        before: before.cloned(),
        after: after.cloned(),
    });
}

fn edges(graph: &Graph) -> BTreeSet<(String, String)> {
    let name = |place: u32| graph.vertices.get(place as usize).map(|v| v.name.clone());
    let named = graph.edges.iter().map(|e| name(e.tail).zip(name(e.head)));
    named.flatten().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Diff, diff};
    use crate::graph::Limits;
    use crate::graph::text::{Format, parse};

    fn of(before: &str, after: &str) -> Diff {
        let graph = |text: &str| {
            let parsed = parse(text, Format::Yaml, &Limits::default());
            parsed.graph.expect("a graph")
        };
        diff(&graph(before), &graph(after), |was, is| {
            format!("{was}→{is}")
        })
    }

    #[test]
    fn all_that_changed_is_told_by_its_name() {
        let before = "name: g\ntimeout: 5m\nretention: {days: 9}\ninput: {who: {type: str, default: me}}\nvertices:\n  a: {script: 'true', timeout: 5s, retry: 2}\n  b: {script: 'true', needs: [a]}\n  c: {script: 'true', needs: [b]}\nhandlers: {on_exit: 'true'}\n";
        let after = "name: g\nmax_parallel: 2\nretention: {days: 8, keep_last: 2}\ninput: {who: {type: str, default: you}}\nvertices:\n  b: {script: 'true'}\n  a: {script: 'false', retry: 3}\n  d: {script: 'true', needs: [b]}\nhandlers: {on_exit: 'false'}\n";
        let found = of(before, after);
        let fields = |of: &[super::FieldChange]| {
            let one = |f: &super::FieldChange| json!([f.field, f.before, f.after]);
            of.iter().map(one).collect::<Vec<_>>()
        };
        assert_eq!(
            fields(&found.settings),
            [
                json!(["timeout", "5m", null]),
                json!(["retention.days", 9, 8]),
                json!(["retention.keep_last", null, 2]),
                json!(["input.who.default", "me", "you"]),
                json!(["max_parallel", null, 2]),
            ]
        );
        let changed = &found.changed;
        assert_eq!(
            fields(&changed[0].fields),
            [json!(["timeout", "5s", null]), json!(["retry.limit", 2, 3])]
        );
        let names: Vec<_> = changed
            .iter()
            .map(|v| (v.name.as_str(), v.script.as_deref()))
            .collect();
        let script = Some("true→false");
        assert_eq!(names, [("a", script), ("on_exit", script)]);
        assert_eq!(
            (found.added, found.removed),
            (vec!["d".into()], vec!["c".into()])
        );
        let edge = |tail: &str, head: &str| (tail.to_owned(), head.to_owned());
        assert_eq!(found.edges_added, [edge("b", "d")]);
        assert_eq!(found.edges_removed, [edge("a", "b"), edge("b", "c")]);
    }

    #[test]
    fn order_and_comments_are_no_change() {
        let before = "name: g\nvertices: {a: 'true', b: 'true'}\n";
        let after = "# new\nvertices: {b: 'true', a: 'true'}\nname: g\n";
        assert_eq!(of(before, after), Diff::default());
    }
}
