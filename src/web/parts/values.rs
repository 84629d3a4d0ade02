//! Values of a track or a pipeline, which their rows have as a JSON object.

use std::collections::BTreeMap;

use crate::desk::Desk;
use crate::engine::GraphId;
use crate::graph::{MASK, Param};
use crate::l10n::Words;
use crate::store::PipelineHead;
use crate::web::edge::answer::Failure;
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

/// A value that a pipeline began with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Begun {
    /// `name` or `vertex.name`.
    pub(in crate::web) name: String,
    /// None: there was none.
    pub(in crate::web) value: Option<String>,
    pub(in crate::web) source: Source,
}

/// Where a value is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Source {
    /// Who started the pipeline.
    Given,
    /// The definition: nobody has said anything else.
    Default,
    /// Nobody; it is asked for when it is needed.
    Nobody,
}

impl Source {
    /// In a word.
    pub(in crate::web) fn said(self, t: &Words) -> String {
        match self {
            Self::Given => t.value_given(),
            Self::Default => t.value_default(),
            Self::Nobody => t.value_nobody(),
        }
    }
}

/// Vertices whose own inputs are read for that.
const MOST_VERTICES: i64 = 200;
/// Values that were not given and are shown.
const MOST_OTHERS: usize = 200;

/// With which values a pipeline that is there began.
pub(in crate::web) fn of_pipeline(desk: &Desk, head: &PipelineHead) -> Result<Vec<Begun>, Failure> {
    let declared = desk.store.declared(GraphId(head.graph_id), MOST_VERTICES)?;
    Ok(begun(&head.input, &declared))
}

/// With which values a pipeline began: what was given, then what was `declared` and is from nobody. A
/// start form gives the defaults that stand in its fields, too: these are told apart by their values.
fn begun(given: &str, declared: &[(Option<String>, Param)]) -> Vec<Begun> {
    let default = |param: &Param| {
        let default = param.default.as_ref();
        default.map(|value| reveal::text(&value.to_string()))
    };
    let key = |vertex: &Option<String>, param: &Param| match vertex {
        Some(vertex) => format!("{vertex}.{}", param.name),
        None => param.name.clone(),
    };
    let keys = declared.iter().map(|(vertex, param)| key(vertex, param));
    let mut open: BTreeMap<String, usize> = keys.zip(0..).collect();
    let (mut all, mut others) = (Vec::new(), Vec::new());
    for (name, value) in values(given) {
        let known = open.remove(&name).map(|place| &declared[place].1);
        // What has to be answered was answered, whatever with.
        let known = known.filter(|param| !param.required);
        let is_default = known.and_then(default).as_ref() == Some(&value);
        let (list, source) = match is_default {
            true => (&mut others, Source::Default),
            false => (&mut all, Source::Given),
        };
        let value = Some(value);
        list.push(Begun {
            name,
            value,
            source,
        });
    }
    let mut open: Vec<(usize, String)> = open.into_iter().map(|(n, place)| (place, n)).collect();
    open.sort_unstable();
    others.extend(open.into_iter().map(|(place, name)| {
        let param = &declared[place].1;
        // A default of what has to be answered only fills in a form.
        let value = default(param).filter(|_| !param.required);
        Begun {
            name,
            source: match value.is_some() {
                true => Source::Default,
                false => Source::Nobody,
            },
            value,
        }
    }));
    others.truncate(MOST_OTHERS);
    all.extend(others);
    all
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
    use super::{Source, begun, held, values};
    use crate::graph::{Kind, Value};
    use crate::web::tests::harness::param;

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

    #[test]
    fn what_was_given_is_told_from_defaults_and_from_what_nobody_gave() {
        let declared = |vertex: Option<&str>, name: &str, kind, default: Option<&str>| {
            let mut made = param(name, kind);
            made.default = default.map(|text| match kind {
                Kind::Int => Value::Int(text.parse().expect("a number")),
                _ => Value::Str(text.to_owned()),
            });
            (vertex.map(str::to_owned), made)
        };
        let mut required = declared(None, "day", Kind::Str, Some("today"));
        required.1.required = true;
        let all = [
            declared(None, "host", Kind::Str, Some("localhost")),
            declared(None, "n", Kind::Int, Some("3")),
            declared(Some("a"), "n", Kind::Int, Some("4")),
            declared(None, "key", Kind::Secret, None),
            required,
        ];
        let shown = begun(r#"{"host":"db","n":"3","key":null,"old":"x"}"#, &all);
        let shown: Vec<_> = shown
            .iter()
            .map(|b| (b.name.as_str(), b.value.as_deref(), b.source))
            .collect();
        assert_eq!(
            shown,
            [
                ("host", Some("db"), Source::Given),
                ("key", Some("******"), Source::Given),
                ("old", Some("x"), Source::Given),
                ("n", Some("3"), Source::Default),
                ("a.n", Some("4"), Source::Default),
                ("day", None, Source::Nobody),
            ]
        );
        assert_eq!(begun("", &[]), []);
    }
}
