//! Links: where an answer leads. Who walks the interface by its description asks for what is there, by
//! its real number.

use serde_json::{Map, Value, json};

/// The number of what was made.
const MADE: &str = "$response.body#/id";

type Lead = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// An operation, the address of what its answers name, and what stands in the places of that.
const LEADS: &[Lead] = &[
    (
        "listGraphs",
        "/graphs/{id}",
        &[("id", "$response.body#/graphs/0/id")],
    ),
    (
        "listPipelines",
        "/pipelines/{id}",
        &[("id", "$response.body#/pipelines/0/id")],
    ),
    (
        "listInstances",
        "/workflow-instances/{id}",
        &[("id", "$response.body#/pipelines/0/id")],
    ),
    (
        "listSecrets",
        "/secrets/{name}",
        &[("name", "$response.body#/secrets/0/name")],
    ),
    ("saveGraph", "/graphs/{id}", &[("id", MADE)]),
    ("cloneGraph", "/graphs/{id}", &[("id", MADE)]),
    ("restoreGraph", "/graphs/{id}", &[("id", MADE)]),
    ("replaceGraph", "/graphs/{id}", &[("id", MADE)]),
    ("saveWorkflow", "/workflows/{id}", &[("id", MADE)]),
    ("startPipeline", "/pipelines/{id}", &[("id", MADE)]),
    ("startAgain", "/pipelines/{id}", &[("id", MADE)]),
    ("callHook", "/pipelines/{id}", &[("id", MADE)]),
    ("startInstance", "/workflow-instances/{id}", &[("id", MADE)]),
    (
        "startInstance",
        "/logs/workflow-instances/{id}",
        &[("id", MADE)],
    ),
    (
        "getPipeline",
        "/tracks/{id}",
        &[
            ("id", "$response.body#/tracks/0/id"),
            ("number", "$response.body#/tracks/0/attempt"),
        ],
    ),
    (
        "makeHook",
        "/graphs/{id}/hooks/{hook}",
        &[("id", "$request.path.id"), ("hook", MADE)],
    ),
    ("makeHook", "/hooks/{id}", &[("id", MADE)]),
    (
        "setSecret",
        "/secrets/{name}",
        &[("name", "$request.path.name")],
    ),
];

/// Puts them into the answers of what was done: each leads to every operation of the address and of
/// those under it. What is asked of a thing is chosen by who asks.
pub(super) fn add(document: &mut Value) {
    let all = operations(document);
    for (from, address, places) in LEADS {
        let led = all.iter().filter(|(path, _)| {
            let under = path.strip_prefix(address);
            let known =
                |place: &str| place == "word" || places.iter().any(|(name, _)| *name == place);
            under.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                && parts(path).all(known)
        });
        let links: Map<String, Value> = led
            .map(|(path, to)| {
                let of_path = |place: &&(&str, &str)| parts(path).any(|part| part == place.0);
                let given = places.iter().filter(of_path);
                let given: Map<String, Value> = given
                    .map(|(name, from)| ((*name).to_owned(), json!(from)))
                    .collect();
                (to.clone(), json!({"operationId": to, "parameters": given}))
            })
            .collect();
        put(document, from, &links);
    }
}

/// The places of an address.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    let places = path.split('{').skip(1);
    places.filter_map(|rest| rest.split('}').next())
}

/// The address and the name of each operation.
fn operations(document: &Value) -> Vec<(String, String)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let of_path = |(path, item): (&String, &Value)| {
        let operations = item.as_object().into_iter().flatten();
        let names = operations.filter_map(|(_, operation)| operation["operationId"].as_str());
        let named: Vec<_> = names.map(|name| (path.clone(), name.to_owned())).collect();
        named
    };
    paths.flat_map(of_path).collect()
}

fn put(document: &mut Value, from: &str, links: &Map<String, Value>) {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.filter_map(|(_, item)| item.as_object_mut()).flatten();
    let found = operations.map(|(_, operation)| operation);
    for operation in found.filter(|operation| operation["operationId"] == from) {
        // What was made is always in a 201; beside it a 200 may be of what would be.
        let answers = &mut operation["responses"];
        let status = match answers["201"].is_object() {
            true => "201",
            false => "200",
        };
        let all = &mut answers[status]["links"];
        if all.is_null() {
            *all = json!({});
        }
        if let Some(all) = all.as_object_mut() {
            all.extend(links.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LEADS;
    use crate::api::describe::document;

    /// A slip in a name would leave out the link, and nobody would see it.
    #[test]
    fn each_lead_is_of_an_operation_and_leads_to_one() {
        let document = document();
        let paths = document["paths"].as_object().expect("paths");
        for (from, address, places) in LEADS {
            let answers = paths.values().flat_map(|item| item.as_object()).flatten();
            let mut answers = answers.filter(|(_, operation)| operation["operationId"] == *from);
            let (_, operation) = answers.next().expect(from);
            let item = paths[*address].as_object().expect(address);
            for (_, led) in item
                .iter()
                .filter(|(_, led)| led["operationId"].is_string())
            {
                let name = led["operationId"].as_str().expect("a name");
                let answers = &operation["responses"];
                let link = ["201", "200"].map(|status| &answers[status]["links"][name]);
                let link = link.into_iter().find(|link| link.is_object()).expect(name);
                assert_eq!(link["operationId"], name);
                assert_eq!(
                    link["parameters"][places[0].0], places[0].1,
                    "{from} {name}"
                );
            }
        }
    }
}
