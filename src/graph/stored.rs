//! Values as the database keeps them: JSON objects by name.

use serde_json::{Map, Value as Json};

use super::inputs::VertexInput;
use super::param::{Kind, Param, Value};

/// Values as a JSON object.
pub fn values_to_json(values: &[(String, Value)]) -> Json {
    let pairs = values.iter();
    let pairs = pairs.map(|(name, value)| (name.clone(), value_to_json(value)));
    Json::Object(pairs.collect::<Map<_, _>>())
}

/// Values as the JSON object that a track keeps; null stands for each secret that was given.
pub fn input_to_json(input: &VertexInput) -> Json {
    let values = input.values.iter();
    let values = values.map(|(name, value)| (name.clone(), value_to_json(value)));
    let secrets = input.secrets.iter();
    let secrets = secrets.map(|(name, _)| (name.clone(), Json::Null));
    Json::Object(values.chain(secrets).collect::<Map<_, _>>())
}

/// One value as JSON.
pub fn value_to_json(value: &Value) -> Json {
    match value {
        Value::Str(text) => Json::from(text.as_str()),
        Value::Int(n) => Json::from(*n),
        Value::Float(x) => Json::from(*x),
        Value::Bool(b) => Json::from(*b),
    }
}

/// One value from the JSON that a track keeps; none where no parameter of that type stores it.
pub fn value_from_json(json: &Json, kind: Kind) -> Option<Value> {
    match (json, kind) {
        (_, Kind::Secret) => None,
        (Json::String(text), _) => Some(Value::Str(text.clone())),
        (Json::Bool(b), Kind::Bool) => Some(Value::Bool(*b)),
        (Json::Number(n), Kind::Float) => n.as_f64().map(Value::Float),
        (Json::Number(n), Kind::Int) => n.as_i64().map(Value::Int),
        _ => None,
    }
}

/// The values in such an object, in the order of `params`; names that are not among those, and
/// values that no parameter of that type stores, are left out.
pub fn values_from_json(json: &Json, params: &[&Param]) -> Vec<(String, Value)> {
    let value = |param: &Param| value_from_json(json.get(&param.name)?, param.kind);
    params
        .iter()
        .filter_map(|p| Some((p.name.clone(), value(p)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{input_to_json, values_from_json};
    use crate::graph::hidden::Hidden;
    use crate::graph::inputs::VertexInput;
    use crate::graph::param::{Kind, Param, Value};

    #[test]
    fn values_survive_json() {
        let params =
            [Kind::Str, Kind::Int, Kind::Float, Kind::Bool].map(|k| Param::new(k.word(), k));
        let params: Vec<&Param> = params.iter().collect();
        let values: Vec<(String, Value)> = vec![
            ("str".to_owned(), Value::Str("a\n\"".to_owned())),
            ("int".to_owned(), Value::Int(i64::MIN)),
            ("float".to_owned(), Value::Float(1.0)),
            ("bool".to_owned(), Value::Bool(false)),
        ];
        let input = VertexInput {
            values,
            secrets: vec![("key".to_owned(), Hidden::new("canary".to_owned()))],
            missing: Vec::new(),
        };
        let json = input_to_json(&input);
        assert_eq!(json["key"], Json::Null, "a secret is no value of a track");
        assert!(!format!("{input:?}").contains("canary"));
        let read: Json = serde_json::from_str(&json.to_string()).expect("it is JSON");
        assert_eq!(values_from_json(&read, &params), input.values);
        assert_eq!(
            values_from_json(&json!({"int": [], "other": 1}), &params),
            []
        );
    }
}
