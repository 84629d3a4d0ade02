//! What parameters mean. One word has one meaning in the whole interface.

use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use crate::api::condition::{IfMatch, IfNoneMatch};
use crate::api::graphs::stats::MOST_DAYS;
use crate::api::graphs::{MOST_ROWS, USUAL_ROWS};
use crate::api::live::last_event::LastEventId;
use crate::api::pipelines::starts::{LONGEST_WAIT, MOST_KEY_BYTES, RequestKey};
use crate::api::tracks::logs::Range;
use crate::desk::{PipelineAsk, TrackAsk};
use crate::engine::PipelineState;

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
        ("name", "/graphs") => ("The name begins with this.".to_owned(), json!({})),
        ("name", "/graphs/{id}/vertices/{name}") | ("tail" | "head", _) => {
            ("The name of a vertex, percent-encoded.".to_owned(), json!({}))
        }
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
        ("cursor", "/graphs") => (PAGE.to_owned(), json!({"type": "string"})),
        ("cursor", _) => (PAGE.to_owned(), json!({"type": "integer"})),
        ("contains", "/graphs") => (
            "The name has this in it; small and capital letters of ASCII are the same.".to_owned(),
            json!({}),
        ),
        ("tag", "/graphs") => ("The newest version has this tag.".to_owned(), json!({})),
        ("state", "/graphs") => {
            let words: Vec<_> = PipelineState::ALL.iter().map(|s| s.word()).collect();
            let said = "The newest pipeline of any version is in this state.";
            (said.to_owned(), json!({"enum": words}))
        }
        ("archived", "/graphs") => (
            "Archived graphs alone (`true`), all others (`false`), or both (`any`).".to_owned(),
            json!({"enum": ["true", "false", "any"], "default": "false"}),
        ),
        ("after" | "before", _) => (PAGE.to_owned(), json!({"type": "integer"})),
        ("days", _) => (
            "Only pipelines that were started in so many days until now.".to_owned(),
            json!({"type": "integer", "minimum": 1, "maximum": MOST_DAYS}),
        ),
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
        ("If-Match", _) => (
            "The `ETag` that was read: it is done only when the graph still has it; `*`: whatever it is now."
                .to_owned(),
            json!({}),
        ),
        ("If-None-Match", _) => (
            "The `ETag` of what the caller has: it is given only when it is another one.".to_owned(),
            json!({}),
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

impl IntoParams for IfMatch<'_> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        optional("If-Match", ParameterIn::Header, Type::String)
    }
}

impl IntoParams for IfNoneMatch<'_> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        optional("If-None-Match", ParameterIn::Header, Type::String)
    }
}

impl IntoParams for Range {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        optional("Range", ParameterIn::Header, Type::String)
    }
}
