//! What is so for every request, put into the document once it is made from the handlers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::codes::MEANINGS;
use super::parameters::meaning;
use super::refusals::CODES;
use crate::api::keys::REPLAYED;

/// The header with which a request is done once.
const KEY: &str = "Idempotency-Key";

/// Says of each operation what it shares with all others.
pub(super) fn apply(document: &mut Value) {
    let bodies = document["components"]["schemas"].clone();
    for (path, item) in members(&mut document["paths"]) {
        for (method, operation) in members(item) {
            parameters(path, operation);
            let keyed = keyed(operation, method);
            let open = operation["security"] == json!([{}]);
            credential(operation, method, open);
            let mut codes = common(operation, method, open);
            if keyed {
                codes.extend([
                    (400, "bad-idempotency-key"),
                    (422, "idempotency-key-reused"),
                    (500, "sealed"),
                ]);
            }
            operation["responses"] = refusals(operation["responses"].take(), codes);
            if let Some(body) = operation.get_mut("requestBody") {
                body["required"] = (!may_be_left_out(body, &bodies)).into();
            }
            for (_, response) in members(&mut operation["responses"]) {
                yaml_is_no_string(response);
            }
            made(&mut operation["responses"]);
            if keyed {
                replayed(&mut operation["responses"]);
            }
        }
    }
    for (name, schema) in members(&mut document["components"]["schemas"]) {
        // Every field of an answer is there, if only as null; of what comes in only some must be.
        if !name.ends_with("Body") && name != "Refusal" && name != "Standing" {
            all_required(schema);
        }
    }
}

fn members(value: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    value.as_object_mut().into_iter().flat_map(Map::iter_mut)
}

fn parameters(path: &str, operation: &mut Value) {
    let list = operation.get_mut("parameters");
    let list = list.and_then(Value::as_array_mut);
    for parameter in list.into_iter().flatten() {
        let schema = &mut parameter["schema"];
        // A query that is left out is no null.
        if let Some(kinds) = schema["type"].as_array() {
            schema["type"] = kinds.iter().find(|kind| *kind != "null").cloned().into();
        }
        let name = parameter["name"].as_str().unwrap_or_default();
        let Some((means, limits)) = meaning(path, name) else {
            continue;
        };
        parameter["description"] = means.into();
        let schema = &mut parameter["schema"];
        for (key, value) in limits.as_object().into_iter().flatten() {
            schema[key] = value.clone();
        }
    }
}

/// Whether the operation looks at an `Idempotency-Key`. One that does not takes it all the same: who
/// sends one with everything need not know which.
fn keyed(operation: &mut Value, method: &str) -> bool {
    let named = |parameter: &Value| parameter["name"] == KEY;
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let keyed = parameters.is_some_and(|list| list.iter().any(named));
    if method == "post" && !keyed {
        let mut list = parameters.cloned().unwrap_or_default();
        list.push(json!({
            "name": KEY,
            "in": "header",
            "description": "Taken and not looked at: nothing is kept of this request.",
            "required": false,
            "schema": {"type": "string"},
        }));
        operation["parameters"] = list.into();
    }
    keyed
}

/// Says of the answers to what was done that it may have been done before.
fn replayed(responses: &mut Value) {
    let done = members(responses).filter(|(status, _)| status.starts_with('2'));
    for (_, response) in done {
        response["headers"][REPLAYED] = json!({
            "description": "`true`: an earlier request with the same key had done it; the answer is of what is there now.",
            "schema": {"type": "string", "enum": ["true"]},
        });
    }
}

/// Says of the answers to what was made where that is.
fn made(responses: &mut Value) {
    if let Some(response) = responses.get_mut("201") {
        response["headers"]["Location"] = json!({
            "description": "The address of what was made.",
            "required": true,
            "schema": {"type": "string"},
        });
    }
}

/// The token opens everything, a browser's session what only reads.
fn credential(operation: &mut Value, method: &str, open: bool) {
    operation["security"] = match (open, method) {
        (true, _) => json!([]),
        (false, "get") => json!([{"token": []}, {"session": []}]),
        (false, _) => json!([{"token": []}]),
    };
}

/// The codes that every request of this kind can be refused with.
fn common(operation: &Value, method: &str, open: bool) -> Vec<(u16, &'static str)> {
    let mut codes = vec![(429, "too-many-requests")];
    if !open {
        codes.extend([
            (401, "unauthorized"),
            (500, "internal"),
            (503, "database"),
            (503, "unavailable"),
        ]);
    }
    // No query is taken that is not known.
    if !open || method != "get" {
        codes.push((422, "invalid"));
    }
    if operation.get("requestBody").is_some() {
        codes.extend([
            (400, "malformed"),
            (400, "refused"),
            (408, "too-slow"),
            (413, "too-large"),
            (415, "unsupported-media-type"),
        ]);
    }
    codes
}

/// Turns lists of codes into answers with a schema.
fn refusals(mut responses: Value, common: Vec<(u16, &'static str)>) -> Value {
    let mut answers = BTreeMap::new();
    let mut refused: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (status, response) in members(&mut responses) {
        match response[CODES].as_array() {
            None => drop(answers.insert(status.clone(), response.take())),
            Some(own) => {
                let own = own
                    .iter()
                    .filter_map(|code| code.as_str().map(str::to_owned));
                refused.entry(status.clone()).or_default().extend(own);
            }
        }
    }
    for (status, code) in common {
        let codes = refused.entry(status.to_string()).or_default();
        codes.insert(code.to_owned());
    }
    let refused = refused
        .into_iter()
        .map(|(status, codes)| (status, refusal(&codes)));
    answers.extend(refused);
    // By status.
    answers.into_iter().collect::<Map<_, _>>().into()
}

fn refusal(codes: &BTreeSet<String>) -> Value {
    let said = codes.iter().map(|code| {
        let known = MEANINGS.iter().find(|(known, _)| known == code);
        let (_, means) = known.expect("each code that is named has a meaning");
        format!("`{code}`: {means}")
    });
    let said = said.collect::<Vec<_>>().join("; ");
    json!({
        "description": format!("{said}."),
        "content": {"application/problem+json": {"schema": {
            "allOf": [
                {"$ref": "#/components/schemas/Refusal"},
                {"type": "object", "properties": {"code": {"enum": codes}}},
            ],
        }}},
    })
}

/// A body of which no field is needed may be empty.
fn may_be_left_out(body: &Value, schemas: &Value) -> bool {
    let name = body["content"]["application/json"]["schema"]["$ref"].as_str();
    let name = name.and_then(|path| path.rsplit('/').next());
    let schema = name.map(|name| &schemas[name]);
    schema.is_some_and(|schema| schema["type"] == "object" && schema.get("required").is_none())
}

/// Who reads YAML gets an object from it: what it holds is not said here.
fn yaml_is_no_string(response: &mut Value) {
    for (media, content) in response.get_mut("content").into_iter().flat_map(members) {
        if media.ends_with("/yaml") {
            content["schema"] = json!({});
        }
    }
}

fn all_required(schema: &mut Value) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        schema["required"] = properties.keys().map(String::as_str).collect();
    }
    let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten() {
        all_required(part);
    }
}
