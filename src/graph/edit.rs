//! One vertex or edge of a definition changed, in its keys and values.

use serde_json::{Map, Value as Json, json};

use super::model::Graph;
use super::policy::When;
use super::text;

/// What is changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// A new vertex, the last one, with its keys.
    Add(String, Json),
    /// A vertex has these keys and no others. What other vertices need stays.
    Set(String, Json),
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
    /// The vertex whose keys come from outside.
    pub fn given(&self) -> Option<&str> {
        match self {
            Self::Add(name, _) | Self::Set(name, _) => Some(name),
            Self::Remove(_) | Self::Join(..) | Self::Part(..) | Self::Move(..) => None,
        }
    }

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
