//! How many vertices use what all share.

use std::collections::{BTreeMap, BTreeSet};

use super::identifiers::{bracketed, identifiers};
use super::launch::VARIABLE;
use super::model::Graph;
use super::script::interpreter;

/// How many vertices name each parameter that all share, and have none of their own that is called so.
pub fn users(graph: &Graph) -> BTreeMap<&str, usize> {
    let mut users: BTreeMap<&str, usize> =
        graph.input.iter().map(|p| (p.name.as_str(), 0)).collect();
    if users.is_empty() {
        return users;
    }
    for vertex in &graph.vertices {
        let mut named: BTreeSet<&str> = bracketed(&vertex.script).map(|(_, name)| name).collect();
        if !interpreter(&vertex.script).shell {
            named.extend(identifiers(&vertex.script, VARIABLE).keys());
        }
        named.retain(|name| vertex.input.iter().all(|own| own.name != *name));
        for name in named {
            if let Some(count) = users.get_mut(name) {
                *count += 1;
            }
        }
    }
    users
}

#[cfg(test)]
mod tests {
    use super::users;
    use crate::graph::Limits;
    use crate::graph::text::{Format, parse};

    #[test]
    fn a_vertex_with_an_input_of_its_own_does_not_use_the_shared_one() {
        let text = "name: g\ninput: {host: {type: str}, n: {type: int}, none: {type: str}}\nvertices:\n  \
                    a: echo <host> <host>\n  b: {input: {host: {type: str}}, script: echo <host> <n>}\n  \
                    c: \"#!/usr/bin/env python3\\nprint(TY_host)\"\n  d: echo TY_none <hosts>\n";
        let graph = parse(text, Format::Yaml, &Limits::default()).graph;
        let graph = graph.expect("a graph");
        let expected = [("host", 2), ("n", 1), ("none", 0)];
        assert_eq!(users(&graph).into_iter().collect::<Vec<_>>(), expected);
    }
}
