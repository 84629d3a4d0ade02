//! What parameters mean. One word has one meaning in the whole interface.

use serde_json::{Value, json};

use crate::api::aliases::instances::ACTIONS;
use crate::api::graphs::stats::MOST_DAYS;
use crate::api::graphs::{MOST_ROWS, USUAL_ROWS};
use crate::api::keys::MOST_KEY_BYTES;
use crate::api::pipelines::many::DELETE;
use crate::api::pipelines::starts::LONGEST_WAIT;
use crate::api::tracks::lines::{MOST_LINES, USUAL_LINES};
use crate::api::wire::TRIGGERS;
use crate::desk::{PipelineAsk, TrackAsk};
use crate::spool::Pattern;
use crate::store::Object;

/// Of the place where a page of a list begins.
const PAGE: &str = "Where the page begins: the `next` of the page before it.";

/// What is said of a parameter: its meaning, and what its schema has beside its type.
pub(in crate::api) fn meaning(path: &str, name: &str) -> Option<(String, Value)> {
    let number = json!({"minimum": 1});
    let words = |all: Vec<&str>| ("What is asked.".to_owned(), json!({"enum": all}));
    Some(match (name, path) {
        ("id", "/ws/{id}" | "/logs/workflow-instances/{id}") => {
            ("The number of the pipeline.".to_owned(), number)
        }
        ("task", _) => (
            "The name of a vertex, or the number of a track.".to_owned(),
            json!({}),
        ),
        ("word", "/workflow-instances/{id}/actions/{word}") => {
            words(ACTIONS.iter().map(|(word, _)| *word).collect())
        }
        ("id", path) => {
            let of = path.split('/').nth(1).unwrap_or_default();
            let of = of.trim_end_matches('s');
            (format!("The number of the {of}."), number)
        }
        ("hook", _) => ("The number of the hook.".to_owned(), number),
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
        ("name", "/graphs") => ("The name begins with this.".to_owned(), json!({})),
        ("name", "/graphs/{id}/vertices/{name}")
        | ("tail" | "head", "/graphs/{id}/edges/{tail}/{head}") => {
            ("The name of a vertex, percent-encoded.".to_owned(), json!({}))
        }
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
        ("state", "/pipelines" | "/pipelines/{id}/tracks") => (
            "In one of these states: one word, or several with commas between them.".to_owned(),
            json!({"examples": ["FAILED,STOPPED"]}),
        ),
        ("cursor", _) => (PAGE.to_owned(), json!({"type": "string"})),
        ("object", "/audit") => (
            "Done with one of these.".to_owned(),
            json!({"enum": Object::ALL.map(Object::word)}),
        ),
        ("name", "/audit") => (
            "Done with what is called so; of a hook with its graph.".to_owned(),
            json!({}),
        ),
        ("graph", "/gc") => ("Of the graph of this name alone.".to_owned(), json!({})),
        ("who", "/audit") => ("Done by this one.".to_owned(), json!({})),
        ("since", "/audit") => (
            "Done then or later: RFC 3339, or milliseconds since 1970.".to_owned(),
            json!({"examples": ["2026-01-31T12:00:00Z"]}),
        ),
        (word, "/pipelines") => filter(word)?,
        ("with", "/pipelines/{id}/diff") => (
            "The number of the pipeline before: what changed from it to the pipeline `id` is told."
                .to_owned(),
            number,
        ),
        ("contains", "/graphs") => (
            "The name has this in it; small and capital letters of ASCII are the same.".to_owned(),
            json!({}),
        ),
        ("tag", "/graphs") => ("The newest version has this tag.".to_owned(), json!({})),
        ("state", "/graphs") => (
            "The newest pipeline of any version is in one of these states: one word, or several with commas between them."
                .to_owned(),
            json!({"examples": ["FAILED,STOPPED"]}),
        ),
        ("archived", "/graphs") => (
            "Archived graphs alone (`true`), all others (`false`), or both (`any`).".to_owned(),
            json!({"enum": ["true", "false", "any"], "default": "false"}),
        ),
        ("days", _) => (
            "Only pipelines that were started in so many days until now.".to_owned(),
            json!({"type": "integer", "minimum": 1, "maximum": MOST_DAYS}),
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
            "A key of ASCII that the caller chooses for what it asks for: what is asked is done once, however \
             often it is sent. A repeated one is answered from what is there now, with the header \
             `Idempotency-Replayed`; the same key with another request is refused. What is refused, \
             and what `dry_run` works out, leaves no trace of its key."
                .to_owned(),
            json!({"minLength": 1, "maxLength": MOST_KEY_BYTES}),
        ),
        ("If-Match", _) => (
            "The `ETag` that was read of the newest version: it is done only when that is the newest one still and \
             has this `ETag`, else refused with 412. `*`: whatever it is now. Replacing a whole definition needs it \
             (428), everything else takes it; for a copy and a check it is that of the version itself."
                .to_owned(),
            json!({}),
        ),
        ("If-None-Match", "/graphs" | "/workflows") => (
            "`*`: it is saved only where no graph has the name, else refused with 412.".to_owned(),
            json!({"enum": ["*"]}),
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

/// Of the list of pipelines: which ones are meant. The same words are fields of what is done to many.
fn filter(word: &str) -> Option<(String, Value)> {
    let moment = json!({"examples": ["2026-01-31T12:00:00Z"]});
    let (means, limits) = match word {
        "graph" => (
            "Of this graph: its name for any version of it, or the number of one version.",
            json!({}),
        ),
        "name" => (
            "Part of the pipeline's name, in small or capital letters.",
            json!({}),
        ),
        "creator" => ("Who started it.", json!({})),
        "trigger" => ("By what it was started.", json!({"enum": TRIGGERS})),
        "since" => (
            "Started (`created_at`) then or later: RFC 3339, or milliseconds since 1970.",
            moment,
        ),
        "until" => (
            "Started (`created_at`) before then: RFC 3339, or milliseconds since 1970.",
            moment,
        ),
        "ended_before" => (
            "Ended (`finished_at`) before then: RFC 3339, or milliseconds since 1970.",
            moment,
        ),
        "live" => (
            "`true`: something of it can still move; `false`: nothing can.",
            json!({"type": "boolean"}),
        ),
        _ => return None,
    };
    Some((means.to_owned(), limits))
}
