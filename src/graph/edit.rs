//! One vertex or edge of a definition changed, in its keys and values.

use serde_json::{Map, Value as Json, json};

use super::model::Graph;
use super::policy::When;
use super::rename::in_script;
use super::text;

/// What is changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// A new vertex, the last one, with its keys.
    Add(String, Json),
    /// A vertex has these keys and no others. What other vertices need stays.
    Set(String, Json),
    /// The first vertex is called as the second name from now on and has these keys. What others need of
    /// it, and what their scripts take of it, follows.
    Rename([String; 2], Json),
    /// The inputs that all vertices share, by their names.
    Inputs(Json),
    /// A vertex is removed, and that others need it.
    Remove(String),
    /// The second vertex runs after the first one.
    Join(String, String),
    /// It does so no longer.
    Part(String, String),
    /// The one edge, from its tail to its head, becomes the other one.
    Move([String; 2], [String; 2]),
}

/// Why there is nothing to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditFault {
    /// No such vertex.
    #[error("there is no vertex `{0}`")]
    NoVertex(String),
    /// The name is taken.
    #[error("there is a vertex `{0}` already")]
    Taken(String),
    /// No such edge.
    #[error("`{1}` does not come right after `{0}`")]
    NoEdge(String, String),
}

impl Edit {
    /// The whole definition as JSON with this change.
    pub fn apply(&self, graph: &Graph) -> Result<String, EditFault> {
        let mut tree = text::keys_and_values(graph);
        self.change(&mut tree)?;
        Ok(format!("{tree:#}\n"))
    }

    fn change(&self, tree: &mut Json) -> Result<(), EditFault> {
        let missing = |name: &String| EditFault::NoVertex(name.clone());
        match self {
            Self::Add(name, keys) => {
                if vertex(tree, name).is_some() {
                    return Err(EditFault::Taken(name.clone()));
                }
                list(tree, name).insert(name.clone(), keys.clone());
            }
            Self::Set(name, keys) => {
                *vertex(tree, name).ok_or_else(|| missing(name))? = keys.clone();
            }
            Self::Rename([of, name], keys) => {
                let former = vertex(tree, of).ok_or_else(|| missing(of))?.clone();
                if vertex(tree, name).is_some() {
                    return Err(EditFault::Taken(name.clone()));
                }
                rename(tree, (of, name), &former);
                *vertex(tree, name).ok_or_else(|| missing(name))? = keys.clone();
            }
            Self::Inputs(inputs) => match inputs.as_object().is_some_and(|all| !all.is_empty()) {
                true => tree["input"] = inputs.clone(),
                false => {
                    tree.as_object_mut().map(|keys| keys.shift_remove("input"));
                }
            },
            Self::Remove(name) => {
                let removed = list(tree, name).shift_remove(name);
                removed.ok_or_else(|| missing(name))?;
                for other in list(tree, "").values_mut() {
                    take_need(other, name);
                }
            }
            Self::Join(tail, head) => {
                vertex(tree, tail).ok_or_else(|| missing(tail))?;
                let head = vertex(tree, head).ok_or_else(|| missing(head))?;
                if !needs(head).is_some_and(|needs| needs.contains(&json!(tail))) {
                    match needs(head) {
                        Some(needs) => needs.push(json!(tail)),
                        None => head["needs"] = json!([tail]),
                    }
                }
            }
            Self::Part(tail, head) => {
                let of = vertex(tree, head).ok_or_else(|| missing(head))?;
                if !take_need(of, tail) {
                    return Err(EditFault::NoEdge(tail.clone(), head.clone()));
                }
            }
            // Also where it stays as it is, it has to be there.
            Self::Move([tail, head], to) => {
                let mut other = tree.clone();
                Self::Part(tail.clone(), head.clone()).change(&mut other)?;
                if [tail, head] != [&to[0], &to[1]] {
                    let [tail, head] = to.clone();
                    Self::Join(tail, head).change(&mut other)?;
                    *tree = other;
                }
            }
        }
        Ok(())
    }
}

/// Calls a vertex otherwise, in its place among the others, and wherever these name it.
fn rename(tree: &mut Json, (of, name): (&str, &str), former: &Json) {
    let outputs = former.get("outputs").and_then(Json::as_object);
    let outputs: Vec<&str> = outputs
        .into_iter()
        .flatten()
        .map(|(o, _)| o.as_str())
        .collect();
    let own = list(tree, of);
    let renamed = std::mem::take(own)
        .into_iter()
        .map(|(key, keys)| match key == of {
            true => (name.to_owned(), keys),
            false => (key, keys),
        });
    *own = renamed.collect();
    for part in ["vertices", "handlers"] {
        let others = tree.get_mut(part).and_then(Json::as_object_mut);
        for other in others.into_iter().flat_map(|all| all.values_mut()) {
            let needed = needs(other).into_iter().flatten();
            needed
                .filter(|need| *need == of)
                .for_each(|need| *need = json!(name));
            let script = match other {
                Json::String(_) => Some(other),
                other => other.get_mut("script"),
            };
            if let Some(Json::String(script)) = script {
                *script = in_script(script, (of, name), &outputs);
            }
        }
    }
}

/// The vertices, or the scripts after the verdict, among which one of this name is.
fn list<'t>(tree: &'t mut Json, name: &str) -> &'t mut Map<String, Json> {
    let key = match When::from_word(name) {
        None => "vertices",
        Some(_) => "handlers",
    };
    let part = &mut tree[key];
    if !part.is_object() {
        *part = json!({});
    }
    part.as_object_mut().expect("it is an object")
}

fn vertex<'t>(tree: &'t mut Json, name: &str) -> Option<&'t mut Json> {
    list(tree, name).get_mut(name)
}

fn needs(vertex: &mut Json) -> Option<&mut Vec<Json>> {
    vertex.get_mut("needs").and_then(Json::as_array_mut)
}

/// Whether a vertex needed another one; it does so no longer.
fn take_need(vertex: &mut Json, name: &str) -> bool {
    let Some(needs) = needs(vertex) else {
        return false;
    };
    let before = needs.len();
    needs.retain(|need| need != name);
    before > needs.len()
}

/// The keys and values of each vertex, in the order of the definition.
pub fn definitions(graph: &Graph) -> Vec<(String, Json)> {
    let mut tree = text::keys_and_values(graph);
    let mut all = Vec::with_capacity(graph.vertices.len());
    for key in ["vertices", "handlers"] {
        if let Some(Json::Object(part)) = tree.get_mut(key).map(Json::take) {
            all.extend(part);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{Edit, EditFault};
    use crate::graph::Limits;
    use crate::graph::text::{Format, parse};

    const TEXT: &str = "\
name: g
retention: {keep_last: 3}
vertices:
  a: 'true'
  b: {script: 'true', needs: [a]}
  c: {script: 'true', needs: [a, b]}
handlers: {on_exit: 'true'}
";

    fn after(edit: &Edit) -> Result<Json, EditFault> {
        let parsed = parse(TEXT, Format::Yaml, &Limits::default());
        let text = edit.apply(&parsed.graph.expect("a graph"))?;
        Ok(serde_json::from_str(&text).expect("JSON"))
    }

    fn name(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn what_needed_a_vertex_that_is_removed_needs_it_no_longer() {
        let left = after(&Edit::Remove(name("a"))).expect("it is there");
        let of = |vertex: &str| left["vertices"][vertex]["needs"].clone();
        assert_eq!(left["vertices"].as_object().map(|all| all.len()), Some(2));
        assert!([Json::Null, json!([])].contains(&of("b")), "{left}");
        assert_eq!(of("c"), json!(["b"]));
        assert_eq!(
            left["retention"],
            json!({"keep_last": 3}),
            "nothing is lost"
        );
    }

    #[test]
    fn what_others_need_and_take_of_a_vertex_follows_its_name() {
        let text = TEXT.replace(
            "{script: 'true', needs: [a, b]}",
            "{script: 'echo <a.n>', needs: [a, b]}",
        );
        let text = text.replace(
            "a: 'true'",
            "a: {script: 'true', outputs: {n: {type: int}}}",
        );
        let graph = parse(&text, Format::Yaml, &Limits::default()).graph;
        let graph = graph.expect("a graph");
        let after = |edit: Edit| -> Result<Json, EditFault> {
            Ok(serde_json::from_str(&edit.apply(&graph)?).expect("JSON"))
        };
        let to = |new: &str| [name("a"), name(new)];
        let keys = json!({"script": "false", "outputs": {"n": {"type": "int"}}});
        let renamed = after(Edit::Rename(to("z"), keys.clone())).expect("it is there");
        let vertices = renamed["vertices"].as_object().expect("vertices");
        assert_eq!(vertices.keys().collect::<Vec<_>>(), ["z", "b", "c"]);
        assert_eq!(vertices["z"], keys);
        assert_eq!(vertices["b"]["needs"], json!(["z"]));
        assert_eq!(
            vertices["c"],
            json!({"script": "echo <z.n>", "needs": ["z", "b"]})
        );
        let taken = after(Edit::Rename(to("b"), keys.clone()));
        assert_eq!(taken, Err(EditFault::Taken(name("b"))));
        let none = after(Edit::Rename([name("x"), name("y")], keys));
        assert_eq!(none, Err(EditFault::NoVertex(name("x"))));
    }

    #[test]
    fn shared_inputs_are_declared_and_removed_as_a_whole() {
        let inputs = json!({"host": {"type": "str"}});
        let with = after(&Edit::Inputs(inputs.clone())).expect("it is a graph");
        assert_eq!(with["input"], inputs);
        let without = after(&Edit::Inputs(json!({}))).expect("it is a graph");
        assert_eq!(without.get("input"), None);
    }

    #[test]
    fn an_edge_is_there_once() {
        for (tail, expected) in [("b", json!(["a", "b"])), ("a", json!(["a", "b"]))] {
            let edit = Edit::Join(name(tail), name("c"));
            let joined = after(&edit).expect("both are there");
            assert_eq!(joined["vertices"]["c"]["needs"], expected);
        }
        let joined = after(&Edit::Join(name("b"), name("a"))).expect("both are there");
        assert_eq!(joined["vertices"]["a"]["needs"], json!(["b"]));
    }

    #[test]
    fn a_script_after_the_verdict_is_kept_among_those() {
        let keys = json!({"script": "false"});
        let set = after(&Edit::Set(name("on_exit"), keys.clone())).expect("it is there");
        assert_eq!(set["handlers"], json!({"on_exit": keys}));
        let added = after(&Edit::Add(name("on_failure"), keys.clone())).expect("it is new");
        assert_eq!(added["handlers"]["on_failure"], keys);
        assert_eq!(added["vertices"].as_object().map(|all| all.len()), Some(3));
        let taken = after(&Edit::Add(name("on_exit"), keys));
        assert_eq!(taken, Err(EditFault::Taken(name("on_exit"))));
    }
}
