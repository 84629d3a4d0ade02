//! What parameters mean. One word has one meaning in the whole interface.

use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use crate::api::graphs::{MOST_ROWS, USUAL_ROWS};
use crate::api::live::last_event::LastEventId;
use crate::api::pipelines::starts::{LONGEST_WAIT, MOST_KEY_BYTES, RequestKey};
use crate::api::tracks::lines::{MOST_LINES, USUAL_LINES};
use crate::api::tracks::logs::Range;
use crate::desk::{PipelineAsk, TrackAsk};
use crate::spool::Pattern;

/// Of the place where a page of a list begins.
const PAGE: &str = "Where the page begins: the `next` of the page before it.";

/// What is said of a parameter: its meaning, and what its schema has beside its type.
pub(super) fn meaning(path: &str, name: &str) -> Option<(String, Value)> {
    let number = json!({"minimum": 1});
    let words = |all: Vec<&str>| ("What is asked.".to_owned(), json!({"enum": all}));
    Some(match (name, path) {
        ("id", "/ws/{id}") => ("The number of the pipeline.".to_owned(), number),
        ("id", path) => {
            let of = path.split('/').nth(1).unwrap_or_default();
            let of = of.trim_end_matches('s');
            (format!("The number of the {of}."), number)
        }
        ("number", _) => ("The number of the attempt, from 1.".to_owned(), number),
        ("name", _) => ("The name of the secret.".to_owned(), json!({})),
        ("word", "/pipelines/{id}/{word}") => {
            words(PipelineAsk::ALL.iter().map(|a| a.word()).collect())
        }
        ("word", "/tracks/{id}/{word}") => words(TrackAsk::ALL.iter().map(|a| a.word()).collect()),
        ("limit", _) => (
            "How many rows a page has at most.".to_owned(),
            json!({"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": USUAL_ROWS}),
        ),
        ("after", "/stream" | "/pipelines/{id}/stream" | "/ws/{id}") => (
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
        ("cursor", "/tracks/{id}/attempts") => (PAGE.to_owned(), json!({"type": "integer"})),
        ("line", _) => (
            "The number of the first line that is wanted, from 1; with `grep` or `regex` where to begin to look."
                .to_owned(),
            json!({"type": "integer", "minimum": 1, "default": 1}),
        ),
        ("n", _) => (
            "How many lines an answer has at most.".to_owned(),
            json!({"type": "integer", "minimum": 1, "maximum": MOST_LINES, "default": USUAL_LINES}),
        ),
        ("tail", _) => (
            "So many lines at the end of the log; it stands alone.".to_owned(),
            json!({"type": "integer", "minimum": 1, "maximum": MOST_LINES}),
        ),
        ("grep", _) => (
            "Only lines that have this text in them. One answer looks through so many bytes (the setting \
             `log_search_bytes`) and says in `next` where to go on."
                .to_owned(),
            json!({"minLength": 1, "maxLength": Pattern::MOST_BYTES}),
        ),
        ("regex", _) => (
            "Only lines that this expression of the Rust crate `regex` fits; of a line of more than 1 MiB \
             it sees the first part."
                .to_owned(),
            json!({"minLength": 1, "maxLength": Pattern::MOST_BYTES}),
        ),
        ("ignore_case", _) => (
            "With `grep` and `regex`: capitals and small letters are the same.".to_owned(),
            json!({"type": "boolean", "default": false}),
        ),
        ("from", _) => (
            "The first byte that is wanted.".to_owned(),
            json!({"type": "integer", "minimum": 0}),
        ),
        ("after", "/graphs") => (PAGE.to_owned(), json!({"type": "string"})),
        ("after" | "before", _) => (PAGE.to_owned(), json!({"type": "integer"})),
        ("with", _) => (
            "The number of the graph before: what changed from it to the graph `id` is told."
                .to_owned(),
            number,
        ),
        ("wait", _) => (
            format!(
                "Answer only when nothing of the pipeline can move any more, or when this time has \
                 passed, such as `500ms`, `30s` or `5m`; {} s at most.",
                LONGEST_WAIT.as_secs()
            ),
            json!({"pattern": r"^\s*\d+\s*(ms|s|m|h|d)\s*$"}),
        ),
        ("dry_run", _) => (
            "Do nothing: say what would follow.".to_owned(),
            json!({"type": "boolean", "default": false}),
        ),
        ("Idempotency-Key", _) => (
            "A second request with the same key gives what the first one started.".to_owned(),
            json!({"minLength": 1, "maxLength": MOST_KEY_BYTES}),
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
