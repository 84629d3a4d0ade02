//! What the form of a vertex holds, and what it makes of the keys of a definition.

use serde_json::{Map, Value as Json, json};

use super::sent::sent;
use crate::graph::{Kind, value_to_json};
use crate::l10n::Words;
use crate::web::edge::posted::Posted;
use crate::web::parts::words;

/// Empty rows for new inputs.
const EMPTY_ROWS: usize = 2;
/// The types of inputs.
const KINDS: [Kind; 7] = [
    Kind::Str,
    Kind::Int,
    Kind::Float,
    Kind::Bool,
    Kind::Choice,
    Kind::Date,
    Kind::Secret,
];

/// A declared input, as its row has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::web) struct InputRow {
    pub(in crate::web) name: String,
    /// The word of its type.
    pub(in crate::web) kind: String,
    pub(in crate::web) required: bool,
    pub(in crate::web) default: String,
    /// One on each line.
    pub(in crate::web) choices: String,
    pub(in crate::web) desc: String,
}

/// A vertex, as its form has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::web) struct Typed {
    /// The vertex that is changed; empty: it is new.
    pub(in crate::web) of: String,
    pub(in crate::web) name: String,
    pub(in crate::web) desc: String,
    pub(in crate::web) script: String,
    pub(in crate::web) timeout: String,
    pub(in crate::web) retries: String,
    pub(in crate::web) delay: String,
    pub(in crate::web) needs: Vec<String>,
    pub(in crate::web) inputs: Vec<InputRow>,
}

fn text(keys: &Json, key: &str) -> String {
    match keys.get(key) {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn texts(keys: &Json, key: &str) -> Vec<String> {
    let list = keys.get(key).and_then(Json::as_array).into_iter().flatten();
    list.map(|value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    })
    .collect()
}

/// The rows of declared inputs.
pub(in crate::web) fn of_json(inputs: &Json) -> Vec<InputRow> {
    let row = |(name, keys): (&String, &Json)| InputRow {
        name: name.clone(),
        kind: text(keys, "type"),
        required: keys.get("required") == Some(&Json::Bool(true)),
        default: text(keys, "default"),
        choices: texts(keys, "choices").join("\n"),
        desc: text(keys, "desc"),
    };
    inputs.as_object().into_iter().flatten().map(row).collect()
}

/// The inputs of these rows: the keys of a row in place of the former ones, all others as they are.
pub(in crate::web) fn inputs_json(rows: &[InputRow], former: &Json) -> Json {
    let input = rows.iter().map(|row| {
        let was = former.get(&row.name).cloned().unwrap_or_default();
        (row.name.clone(), row.keys(was))
    });
    Json::Object(input.collect())
}

/// The word and the name of each type.
pub(in crate::web) fn kinds(t: Words) -> Vec<(&'static str, String)> {
    KINDS
        .map(|kind| (kind.word(), words::kind(kind, t)))
        .to_vec()
}

impl Typed {
    /// What the keys of a vertex say.
    pub(in crate::web) fn of_keys(name: &str, keys: &Json) -> Self {
        let retry = keys.get("retry").cloned().unwrap_or_default();
        Self {
            of: name.to_owned(),
            name: name.to_owned(),
            desc: text(keys, "desc"),
            script: text(keys, "script"),
            timeout: text(keys, "timeout"),
            retries: text(&retry, "limit"),
            delay: text(&retry, "delay"),
            needs: texts(keys, "needs"),
            inputs: keys.get("input").map(of_json).unwrap_or_default(),
        }
    }

    /// What a form sent.
    pub(in crate::web) fn of_form(form: &Posted) -> Self {
        let of = |name: &str| form.text(name).to_owned();
        let trimmed = |name: &str| form.text(name).trim().to_owned();
        let listed = form
            .text("needs")
            .lines()
            .map(|line| line.trim().to_owned());
        let ticked = form.all("need").map(str::to_owned);
        Self {
            of: of("of"),
            // A form without the field leaves the name as it is.
            name: match form.get("name") {
                Some(_) => trimmed("name"),
                None => of("of"),
            },
            desc: of("desc"),
            script: of("script"),
            timeout: trimmed("timeout"),
            retries: trimmed("retries"),
            delay: trimmed("delay"),
            needs: listed.chain(ticked).filter(|n| !n.is_empty()).collect(),
            inputs: sent(form),
        }
    }

    /// The rows of the form: the inputs, and empty ones.
    pub(in crate::web) fn rows(&self) -> Vec<InputRow> {
        let empty = InputRow {
            kind: Kind::Str.word().to_owned(),
            ..InputRow::default()
        };
        let empty = std::iter::repeat_n(empty, EMPTY_ROWS);
        self.inputs.iter().cloned().chain(empty).collect()
    }

    /// The keys of the vertex: those of the form in place of the former ones, all others as they are.
    pub(in crate::web) fn keys(&self, former: &Json) -> Json {
        let mut keys = former.as_object().cloned().unwrap_or_default();
        let former_inputs = keys.remove("input").unwrap_or_default();
        let mut set = |key: &str, value: Option<Json>| match value {
            Some(value) => {
                keys.insert(key.to_owned(), value);
            }
            None => {
                keys.remove(key);
            }
        };
        let filled = |text: &str| (!text.is_empty()).then(|| json!(text));
        set("desc", filled(&self.desc));
        set("timeout", filled(&self.timeout));
        set("needs", (!self.needs.is_empty()).then(|| json!(self.needs)));
        set("retry", self.retry(former.get("retry")));
        let input = inputs_json(&self.inputs, &former_inputs);
        set("input", (!self.inputs.is_empty()).then_some(input));
        set("script", Some(json!(self.script)));
        Json::Object(keys)
    }

    fn retry(&self, former: Option<&Json>) -> Option<Json> {
        if matches!(self.retries.as_str(), "" | "0") {
            return None;
        }
        let mut retry = former
            .filter(|r| r.is_object())
            .cloned()
            .unwrap_or(json!({}));
        let number = self.retries.parse::<u32>().map(|n| json!(n));
        retry["limit"] = number.unwrap_or_else(|_| json!(self.retries));
        if !self.delay.is_empty() {
            retry["delay"] = json!(self.delay);
        }
        Some(retry)
    }
}

impl InputRow {
    /// Its type; none: there is no such type.
    pub(super) fn kind(&self) -> Option<Kind> {
        KINDS.into_iter().find(|kind| kind.word() == self.kind)
    }

    /// Whether it is as an empty row of the form.
    pub(super) fn is_blank(&self) -> bool {
        let texts = [&self.name, &self.default, &self.choices, &self.desc];
        let first = self.kind.is_empty() || self.kind == Kind::Str.word();
        first && !self.required && texts.iter().all(|text| text.trim().is_empty())
    }

    /// A value in the type of the input; what is of another type stays a text, and is told so.
    fn value(&self, text: &str) -> Json {
        let value = self.kind().and_then(|kind| kind.parse(text));
        value.map_or_else(|| json!(text), |value| value_to_json(&value))
    }

    fn keys(&self, former: Json) -> Json {
        let mut keys = match former {
            Json::Object(keys) => keys,
            _ => Map::new(),
        };
        let had_empty = keys.get("default").is_some_and(|d| d == "");
        for key in ["type", "required", "default", "choices", "desc"] {
            keys.remove(key);
        }
        keys.insert("type".to_owned(), json!(self.kind));
        if self.required {
            keys.insert("required".to_owned(), json!(true));
        }
        if !self.default.is_empty() || had_empty {
            keys.insert("default".to_owned(), self.value(&self.default));
        }
        let choices = self.choices.lines().filter(|line| !line.is_empty());
        let choices: Vec<Json> = choices.map(|line| self.value(line)).collect();
        if !choices.is_empty() {
            keys.insert("choices".to_owned(), json!(choices));
        }
        if !self.desc.is_empty() {
            keys.insert("desc".to_owned(), json!(self.desc));
        }
        Json::Object(keys)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Typed;
    use crate::web::edge::posted::Posted;

    #[test]
    fn what_a_form_does_not_show_stays_as_it_is() {
        let former = json!({
            "desc": "old", "needs": ["a"], "env": {"K": "v"}, "pool": "gpu", "timeout": "5m",
            "input": {"n": {"type": "int", "default": 2, "min": 1}, "gone": {"type": "str"}},
            "retry": {"limit": 2, "delay": "1s", "backoff": 2.0}, "script": "old",
        });
        let typed = Typed::of_keys("b", &former);
        assert_eq!(typed.keys(&former), former, "sent back as it was shown");
        let body = "of=b&name=b&script=one%0D%0Atwo&retries=3&delay=2s&timeout=&need=a&need=c+d\
                    &in0.name=n&in0.type=int&in0.default=7&in0.required=yes\
                    &in1.name=who&in1.type=choice&in1.choices=x%0D%0Ay&in1.desc=Who\
                    &in2.name=&in2.type=str&in4.name=far&in4.type=str";
        let typed = Typed::of_form(&Posted::parse(body).expect("UTF-8"));
        assert_eq!(typed.rows().len(), 5);
        let expected = json!({
            "needs": ["a", "c d"], "env": {"K": "v"}, "pool": "gpu",
            "input": {
                "n": {"type": "int", "default": 7, "min": 1, "required": true},
                "who": {"type": "choice", "choices": ["x", "y"], "desc": "Who"},
                "far": {"type": "str"},
            },
            "retry": {"limit": 3, "delay": "2s", "backoff": 2.0}, "script": "one\ntwo",
        });
        assert_eq!(typed.keys(&former), expected);
    }

    #[test]
    fn a_wrong_number_is_kept_for_the_check_to_name() {
        let body = "script=true&retries=many&in0.name=n&in0.type=int&in0.default=x";
        let typed = Typed::of_form(&Posted::parse(body).expect("UTF-8"));
        let keys = typed.keys(&json!({}));
        assert_eq!(keys["retry"]["limit"], "many");
        assert_eq!(keys["input"]["n"]["default"], "x");
    }
}
