//! What each `code` of a refusal means.

/// `(code, meaning)`. A code that an answer can have and that is not here fails the tests.
pub(super) const MEANINGS: &[(&str, &str)] = &[
    (
        "hook-disabled",
        "the hook is switched off, and the call is signed as it should be",
    ),
    ("unauthorized", "no credential, or a wrong one"),
    ("malformed", "the body cannot be read"),
    ("refused", "the request is against HTTP"),
    (
        "bad-idempotency-key",
        "the header `Idempotency-Key` is there twice, empty, too long, or has other characters than those of ASCII that can be seen",
    ),
    ("not-found", "what is named does not exist"),
    (
        "pipeline-deleted",
        "the pipeline was deleted: `detail` says when and by whom",
    ),
    (
        "invalid",
        "a part of the address, the query or the body is not as described",
    ),
    (
        "invalid-input",
        "values are against the rules of the graph: `problems` has all of them",
    ),
    ("missing-expect", "say in `expect` which state was seen"),
    (
        "unchecked",
        "the graph has not passed its check: `problems` says why",
    ),
    ("edited", "the graph was edited in the meantime"),
    (
        "changed-meanwhile",
        "the graph is not as its `ETag` in `If-Match` says, or not the newest version",
    ),
    (
        "missing-if-match",
        "say in `If-Match` which `ETag` was read, or `*`",
    ),
    (
        "other-name",
        "the definition has another name than the graph that it is to replace",
    ),
    ("name-taken", "another graph has the name"),
    ("archived", "the graph is archived"),
    (
        "graph-in-use",
        "pipelines were started from the graph: it can be archived",
    ),
    (
        "wrong-state",
        "it cannot be done in the `state` in which it is",
    ),
    (
        "moved",
        "it is not as the caller saw it: `state` and `attempt` say how it is",
    ),
    (
        "pipeline-live",
        "something of the pipeline can still move: stop it first",
    ),
    ("still-runs", "the script of `track` still runs"),
    ("not-its-turn", "`track` comes before it and is not done"),
    (
        "limit-reached",
        "as many pipelines of the graph run as may: `limit`",
    ),
    (
        "idempotency-key-reused",
        "the key was used for something else: where that was a start, `pipeline` is what it started",
    ),
    ("unknown-secret", "nobody has set that secret"),
    ("bad-secret-name", "no secret may have that name"),
    ("too-short", "the value is too short to be kept out of logs"),
    (
        "value-too-large",
        "the value is larger than this server takes",
    ),
    ("nul-byte", "no environment can hold the value"),
    ("too-large", "it is larger than this server takes or makes"),
    (
        "unsupported-media-type",
        "the header `Content-Type` says something else",
    ),
    (
        "too-many-requests",
        "too many requests: the next one may come after `retry_after` seconds",
    ),
    ("too-slow", "the body did not arrive in time"),
    (
        "too-many-viewers",
        "as many watch as may (the setting `stream_viewers`)",
    ),
    (
        "foreign-origin",
        "the page that asks is of another site: `Origin` is not this `Host`",
    ),
    (
        "upgrade-required",
        "the address is a WebSocket, and the request is no handshake of one",
    ),
    ("range", "the range begins after the end of the log"),
    ("log", "the log cannot be read"),
    ("sealed", "a secret cannot be sealed or opened"),
    ("internal", "the server failed: its log says why"),
    ("database", "the database cannot be read or written now"),
    ("unavailable", "the server cannot answer now"),
    ("busy", "too much is asked at once"),
    (
        "unwritable",
        "the database cannot be written now: nothing was done",
    ),
    (
        "put-off",
        "the database was lost on the way: it may still be done, look first",
    ),
    (
        "draining",
        "no script is started any more: the server is being emptied",
    ),
    ("stopping", "the server ends"),
];
