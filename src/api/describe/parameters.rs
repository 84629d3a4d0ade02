//! What parameters mean. One word has one meaning in the whole interface.

use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use crate::api::graphs::{MOST_ROWS, USUAL_ROWS};
use crate::api::keys::{MOST_KEY_BYTES, RequestKey};
use crate::api::live::last_event::LastEventId;
use crate::api::pipelines::list::ListQuery;
use crate::api::pipelines::many::DELETE;
use crate::api::pipelines::starts::LONGEST_WAIT;
use crate::api::tracks::logs::Range;
use crate::api::wire::FilterBody;
use crate::desk::{PipelineAsk, TrackAsk};

/// Of the place where a page of a list begins.
const PAGE: &str = "Where the page begins: the `next` of the page before it.";

/// What is said of a parameter: its meaning, and what its schema has beside its type.
pub(super) fn meaning(path: &str, name: &str) -> Option<(String, Value)> {
    let number = json!({"minimum": 1});
    let words = |all: Vec<&str>| ("What is asked.".to_owned(), json!({"enum": all}));
    Some(match (name, path) {
        ("id", path) => {
            let of = path.split('/').nth(1).unwrap_or_default();
            let of = of.trim_end_matches('s');
            (format!("The number of the {of}."), number)
        }
        ("number", _) => ("The number of the attempt, from 1.".to_owned(), number),
        ("name", "/secrets/{name}") => ("The name of the secret.".to_owned(), json!({})),
        ("word", "/pipelines/{id}/{word}") => {
            words(PipelineAsk::ALL.iter().map(|a| a.word()).collect())
        }
        ("word", "/pipelines/actions/{word}") => {
            let all = PipelineAsk::ALL.iter().map(|ask| ask.word());
            words(all.chain([DELETE]).collect())
        }
        ("word", "/tracks/{id}/{word}") => words(TrackAsk::ALL.iter().map(|a| a.word()).collect()),
        ("limit", _) => (
            "How many rows a page has at most.".to_owned(),
            json!({"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": USUAL_ROWS}),
        ),
        ("after", "/stream" | "/pipelines/{id}/stream") => (
            "The `id` of the last event that was seen, for those who cannot send `Last-Event-ID`."
                .to_owned(),
            json!({"type": "integer"}),
        ),
        ("Last-Event-ID", _) => (
            "The `id` of the last event that was seen: what came after it is told first."
                .to_owned(),
            json!({}),
        ),
        ("attempt", _) => (
            "The number of the attempt; else the last one.".to_owned(),
            json!({"type": "integer", "minimum": 1}),
        ),
        ("from", _) => (
            "The first byte that is wanted.".to_owned(),
            json!({"type": "integer", "minimum": 0}),
        ),
        ("after", "/graphs") => (PAGE.to_owned(), json!({"type": "string"})),
        ("cursor", "/pipelines") => (PAGE.to_owned(), json!({"pattern": r"^(\d+\.)?\d+$"})),
        ("cursor" | "before", _) => (PAGE.to_owned(), json!({"type": "integer"})),
        ("state", "/pipelines/{id}/tracks") => (
            "In one of these states: one word, or several with commas between them.".to_owned(),
            json!({"examples": ["FAILED,INTERRUPTED"]}),
        ),
        ("with", "/pipelines/{id}/diff") => (
            "The number of the pipeline before: what changed from it to the pipeline `id` is told."
                .to_owned(),
            number,
        ),
        ("with", _) => (
            "The number of the graph before: what changed from it to the graph `id` is told."
                .to_owned(),
            number,
        ),
        ("why", _) => ("Why, for the journal.".to_owned(), json!({})),
        ("wait", _) => (
            format!(
                "Answer only when nothing of the pipeline can move any more, or when this time has \
                 passed, such as `500ms`, `30s` or `5m`; {} s at most.",
                LONGEST_WAIT.as_secs()
            ),
            json!({"pattern": r"^[0-9]{1,4}(ms|s|m|h|d)$"}),
        ),
        ("dry_run", _) => (
            "Do nothing: say what would follow.".to_owned(),
            json!({"type": "boolean", "default": false}),
        ),
        ("Idempotency-Key", _) => (
            "A key that the caller chooses for what it asks for: what is asked is done once, however \
             often it is sent. A repeated one is answered from what is there now, with the header \
             `Idempotency-Replayed`; the same key with another request is refused. What is refused, \
             and what `dry_run` works out, leaves no trace of its key."
                .to_owned(),
            json!({"minLength": 1, "maxLength": MOST_KEY_BYTES, "pattern": "^[ -~]+$"}),
        ),
        ("Range", _) => (
            "The bytes that are wanted, as in RFC 9110: `bytes=0-99`, `bytes=100-`, `bytes=-100`."
                .to_owned(),
            json!({}),
        ),
        _ => return None,
    })
}

fn optional(name: &str, place: ParameterIn, of: Type) -> Vec<Parameter> {
    let schema = ObjectBuilder::new().schema_type(of).build();
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .schema(Some(schema));
    vec![parameter.build()]
}

impl IntoParams for RequestKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        optional("Idempotency-Key", ParameterIn::Header, Type::String)
    }
}

impl IntoParams for ListQuery {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let own = ["cursor", "limit"].map(|name| optional(name, ParameterIn::Query, Type::String));
        let filter = FilterBody::into_params(place);
        filter
            .into_iter()
            .chain(own.into_iter().flatten())
            .collect()
    }
}

impl IntoParams for LastEventId<'_> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        optional("Last-Event-ID", ParameterIn::Header, Type::String)
    }
}

impl IntoParams for Range {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        optional("Range", ParameterIn::Header, Type::String)
    }
}
