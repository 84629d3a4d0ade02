//! Values of a track or a pipeline, which their rows have as a JSON object.

use crate::graph::MASK;
use crate::web::parts::reveal;

/// The names and values of a JSON object, as a script sees them.
pub(in crate::web) fn values(json: &str) -> Vec<(String, String)> {
    // A column that is no object has no values to show; the engine wrote it, so it is one.
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(json).unwrap_or_default();
    let shown = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => reveal::text(text),
        // A secret, or what a repeated start compares it by.
        serde_json::Value::Null | serde_json::Value::Object(_) => MASK.to_owned(),
        other => other.to_string(),
    };
    let pairs = object.iter().map(|(name, v)| (name.clone(), shown(v)));
    pairs.collect()
}

/// A value of a JSON object as its field holds it. That of a secret is empty.
pub(in crate::web) fn held(json: &str, key: &str) -> Option<String> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).ok()?;
    object.get(key).map(|value| match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::{held, values};

    #[test]
    fn values_are_shown_as_scripts_see_them() {
        let shown =
            values("{\"a\":\"x\\u202e\",\"n\":3,\"b\":true,\"s\":null,\"t\":{\"secret\":\"5\"}}");
        let shown: Vec<_> = shown.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(shown, ["x⟨U+202E⟩", "3", "true", "******", "******"]);
        assert_eq!(values(""), []);
    }

    #[test]
    fn a_field_holds_what_can_be_sent_back() {
        let json = "{\"a\":\"x\\n\",\"n\":3,\"s\":null}";
        let found = ["a", "n", "s", "b"].map(|key| held(json, key));
        let texts = ["x\n", "3", ""].map(|text| Some(text.to_owned()));
        assert_eq!((&found[..3], &found[3]), (&texts[..], &None));
        assert_eq!(held("", "a"), None);
    }
}
