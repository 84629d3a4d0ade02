//! What each kind of request can be refused with, beside what [`super::rules`] says of all requests.

use std::collections::BTreeMap;

use serde_json::json;
use utoipa::IntoResponses;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::{RefOr, Response, ResponseBuilder};

/// The name under which a response carries its codes until they become a schema.
pub(super) const CODES: &str = "x-codes";

type Refused = &'static [(u16, &'static str)];

/// What is asked of the driver.
const WRITE: Refused = &[
    (503, "busy"),
    (503, "unwritable"),
    (503, "put-off"),
    (503, "stopping"),
];
const NO_SUCH: Refused = &[(404, "not-found")];
/// A pipeline that was there once.
const GONE: Refused = &[(404, "pipeline-deleted")];
const ARCHIVED: Refused = &[(409, "archived")];
const CHANGED: Refused = &[(412, "changed-meanwhile")];
/// There is room for so many who watch.
const VIEWERS: Refused = &[(503, "too-many-viewers")];
/// Given values, for a graph that may be started.
const VALUES: Refused = &[
    (422, "invalid-input"),
    (422, "unknown-secret"),
    (409, "unchecked"),
    (500, "sealed"),
];
const START: Refused = &[(409, "archived"), (409, "edited"), (409, "limit-reached")];
/// The engine's rules.
const RULES: Refused = &[
    (409, "wrong-state"),
    (409, "moved"),
    (409, "still-runs"),
    (409, "not-its-turn"),
    (409, "limit-reached"),
];
const ASK: Refused = &[
    (422, "missing-expect"),
    (422, "invalid-input"),
    (500, "sealed"),
];

/// Declares a type for each kind of request, to be named in `responses(...)`.
macro_rules! refusals {
    ($($name:ident = [$($part:expr),* $(,)?];)+) => {$(
        #[expect(non_camel_case_types, reason = "the name of a list, which no value has")]
        pub(in crate::api) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                responses(&[$($part),*])
            }
        }
    )+};
}

refusals! {
    list = [];
    make_graph = [WRITE, ARCHIVED, &[(412, "name-taken")]];
    replace = [NO_SUCH, WRITE, ARCHIVED, &[
        (412, "changed-meanwhile"),
        (422, "other-name"),
        (428, "missing-if-match"),
    ]];
    clone = [NO_SUCH, WRITE, ARCHIVED, CHANGED, &[(409, "name-taken")]];
    edit_graph = [NO_SUCH, WRITE, ARCHIVED, &[
        (400, "malformed"),
        (409, "name-taken"),
        (412, "changed-meanwhile"),
    ]];
    change_graph = [NO_SUCH, WRITE, CHANGED];
    remove_graph = [NO_SUCH, WRITE, CHANGED, &[(409, "graph-in-use")]];
    of_graph = [NO_SUCH, WRITE];
    versions = [NO_SUCH];
    restore = [NO_SUCH, WRITE, ARCHIVED, CHANGED, &[(400, "malformed")]];
    of_pipeline = [NO_SUCH, GONE];
    of_track = [NO_SUCH];
    render = [NO_SUCH, VALUES, &[(422, "too-large")]];
    start = [NO_SUCH, VALUES, START, WRITE];
    remove_pipeline = [NO_SUCH, GONE, WRITE, &[
        (409, "pipeline-live"),
        (409, "still-runs"),
        (422, "invalid-input"),
    ]];
    again = [NO_SUCH, GONE, VALUES, START, RULES, WRITE];
    ask_of_many = [NO_SUCH, &[(422, "invalid-input")]];
    hook = [NO_SUCH, WRITE, &[(422, "invalid-input"), (500, "sealed")]];
    call = [NO_SUCH, VALUES, START, WRITE, &[
        (401, "unauthorized"),
        (403, "hook-disabled"),
        (422, "idempotency-key-reused"),
        (500, "internal"),
        (503, "database"),
    ]];
    ask_of_pipeline = [NO_SUCH, GONE, RULES, ASK, WRITE];
    ask_of_task = [NO_SUCH, GONE, RULES, ASK, WRITE];
    ask_of_track = [NO_SUCH, RULES, ASK, WRITE];
    why = [NO_SUCH, &[(503, "busy"), (503, "stopping")]];
    why_pipeline = [NO_SUCH, GONE, &[(503, "busy"), (503, "stopping")]];
    log = [NO_SUCH, &[(416, "range"), (500, "log")]];
    log_lines = [NO_SUCH, &[(500, "log")]];
    instance_logs = [NO_SUCH, GONE, &[(500, "log")]];
    log_stream = [NO_SUCH, VIEWERS, &[(503, "log")]];
    stream = [VIEWERS];
    stream_of_pipeline = [NO_SUCH, GONE, VIEWERS];
    socket = [NO_SUCH, GONE, &[(403, "foreign-origin"), (426, "upgrade-required")]];
    write = [WRITE];
    readiness = [&[
        (500, "internal"),
        (503, "busy"),
        (503, "draining"),
        (503, "stopping"),
        (503, "unwritable"),
    ]];
    set_secret = [WRITE, &[
        (422, "bad-secret-name"),
        (422, "nul-byte"),
        (422, "too-short"),
        (422, "value-too-large"),
        (500, "sealed"),
    ]];
    remove_secret = [WRITE, &[(404, "unknown-secret")]];
}

fn responses(parts: &[Refused]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for (status, code) in parts.iter().copied().flatten() {
        by_status.entry(*status).or_default().push(code);
    }
    let one = |(status, codes): (u16, Vec<&str>)| {
        let extensions = ExtensionsBuilder::new().add(CODES, json!(codes)).build();
        let response = ResponseBuilder::new().extensions(Some(extensions)).build();
        (status.to_string(), RefOr::T(response))
    };
    by_status.into_iter().map(one).collect()
}
