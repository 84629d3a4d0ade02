//! A line for the shell that asks something.

use serde_json::{Map, Value, json};

use super::kinds::referred;

/// The line, with `$URL` and `$TOKEN` as the page explains them.
pub(in crate::web) fn curl(
    document: &Value,
    method: &str,
    path: &str,
    operation: &Value,
) -> String {
    let mut line = "curl".to_owned();
    if method != "get" {
        line += &format!(" -X {}", method.to_uppercase());
    }
    if operation["security"] != json!([]) {
        line += " -H \"Authorization: Bearer $TOKEN\"";
    }
    let content = operation["requestBody"]["content"].as_object();
    for (media, body) in content.into_iter().flatten() {
        if media == "application/yaml" {
            line += " -H 'Content-Type: application/yaml' --data-binary @graph.yaml";
            break;
        }
        if content.is_some_and(|all| all.len() == 1) {
            let body = value(document, &body["schema"]);
            line += &format!(" -H 'Content-Type: {media}' -d '{body}'");
        }
    }
    format!("{line} \"$URL{}\"", filled(path, operation))
}

/// The path with something in each of its places.
fn filled(path: &str, operation: &Value) -> String {
    let mut path = path.to_owned();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let some = match (&parameter["schema"]["enum"][0], name) {
            (Value::String(word), _) => word,
            (_, "name") => "NAME",
            _ => "1",
        };
        path = path.replace(&format!("{{{name}}}"), some);
    }
    path
}

/// A value of a type, as short as it can be.
fn value(document: &Value, schema: &Value) -> Value {
    if let Some(name) = referred(schema) {
        return value(document, &document["components"]["schemas"][name]);
    }
    if let Some(first) = schema["oneOf"].as_array().and_then(|all| all.first()) {
        return value(document, first);
    }
    if let Value::String(word) = &schema["enum"][0] {
        return json!(word);
    }
    if let example @ Value::String(_) = &schema["examples"][0] {
        return example.clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            // What may be null is left out, unless it says what it may be.
            let fields =
                fields.filter(|(_, of)| !of["type"].is_array() || of["examples"].is_array());
            let fields = fields.map(|(name, of)| (name.clone(), value(document, of)));
            fields.collect::<Map<_, _>>().into()
        }
        Some("array") => json!([]),
        Some("boolean") => json!(false),
        Some("integer" | "number") => json!(0),
        _ => json!("…"),
    }
}
