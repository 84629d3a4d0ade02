//! What parameters mean. One word has one meaning in the whole interface.

use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use crate::api::aliases::instances::ACTIONS;
use crate::api::graphs::{MOST_ROWS, USUAL_ROWS};
use crate::api::hooks::Signed;
use crate::api::keys::{MOST_KEY_BYTES, RequestKey};
use crate::api::live::last_event::LastEventId;
use crate::api::pipelines::starts::LONGEST_WAIT;
use crate::api::tracks::logs::Range;
use crate::desk::{PipelineAsk, TrackAsk};

/// Of the place where a page of a list begins.
const PAGE: &str = "Where the page begins: the `next` of the page before it.";

/// What is said of a parameter: its meaning, and what its schema has beside its type.
pub(super) fn meaning(path: &str, name: &str) -> Option<(String, Value)> {
    let number = json!({"minimum": 1});
    let words = |all: Vec<&str>| ("What is asked.".to_owned(), json!({"enum": all}));
    Some(match (name, path) {
        ("id", "/logs/workflow-instances/{id}") => {
            ("The number of the pipeline.".to_owned(), number)
        }
        ("task", _) => (
            "The name of a vertex, or the number of a track.".to_owned(),
            json!({}),
        ),
        ("word", "/workflow-instances/{id}/actions/{word}") => {
            words(ACTIONS.iter().map(|(word, _)| *word).collect())
        }
        ("cursor", "/workflows") => (PAGE.to_owned(), json!({"type": "string"})),
        ("id", path) => {
            let of = path.split('/').nth(1).unwrap_or_default();
            let of = of.trim_end_matches('s');
            (format!("The number of the {of}."), number)
        }
        ("hook", _) => ("The number of the hook.".to_owned(), number),
        ("cursor", _) => (PAGE.to_owned(), json!({"type": "integer"})),
        ("X-Trackyard-Timestamp", _) => (
            "Seconds since 1970, no further from now than the setting `hook_window`.".to_owned(),
            json!({}),
        ),
        ("X-Trackyard-Signature", _) => (
            "`sha256=` and the HMAC-SHA-256 of time stamp, dot and body, in hexadecimal digits."
                .to_owned(),
            json!({}),
        ),
        ("X-Hub-Signature-256", _) => (
            "The same of the body alone, for a hook of the style `github`.".to_owned(),
            json!({}),
        ),
        ("X-GitHub-Delivery", _) => (
            "Of the style `github`: which delivery this is. It starts something once.".to_owned(),
            json!({}),
        ),
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

impl IntoParams for Signed {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let names = [
            "X-Trackyard-Timestamp",
            "X-Trackyard-Signature",
            "X-Hub-Signature-256",
            "X-GitHub-Delivery",
        ];
        let header = |name| optional(name, ParameterIn::Header, Type::String);
        names.into_iter().flat_map(header).collect()
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
