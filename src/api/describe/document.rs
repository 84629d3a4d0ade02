//! The document as a whole.

use serde_json::{Value, json};
use utoipa::OpenApi;

use super::{links, rules};
use crate::api::routes::{Described, PROBES, Sockets};
use crate::api::wire::Refusal;

/// The description of this interface: OpenAPI 3.1, made from the code.
pub fn document() -> Value {
    #[derive(OpenApi)]
    #[openapi(components(schemas(Refusal)))]
    struct Shared;

    let mut whole = Described::openapi();
    whole.merge(Shared::openapi());
    whole.merge(Sockets::openapi());
    let mut document = serde_json::to_value(whole).expect("a description is JSON");
    document["info"] = json!({
        "title": "Trackyard",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Runs shell scripts as a DAG: graphs, the pipelines that run them, and their \
            tracks, one for each vertex. What changes something is committed before it is answered. \
            A refusal is a problem document (RFC 9457) with a stable `code`.",
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
    });
    document["servers"] = json!([{"url": "/api/v1"}]);
    document["tags"] = json!([
        {"name": "graphs", "description": "Definitions: save, check, look at, render."},
        {"name": "pipelines", "description": "Runs of graphs: start, watch, ask something of."},
        {"name": "tracks", "description": "One vertex in one pipeline: values, script, attempts, logs."},
        {"name": "live", "description": "What changes, as server-sent events or over a WebSocket."},
        {"name": "secrets", "description": "Named secrets: set and removed, never told."},
        {"name": "hooks", "description": "What starts a graph with a signature in place of a credential."},
        {"name": "aliases", "description": "Names that other engines have for what is here: docs/aliases.md."},
        {"name": "server", "description": "The server itself."},
    ]);
    document["components"]["securitySchemes"] = json!({
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "The token of `<data>/local.token`.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": crate::access::SESSION_COOKIE,
            "description": "A browser that has signed in. It may only read.",
        },
    });
    rules::apply(&mut document);
    document["paths"]["/ws/{id}"]["get"]["servers"] = json!([{"url": "/"}]);
    for path in PROBES {
        document["paths"][path]["get"]["servers"] = json!([{"url": "/api/v1"}, {"url": "/"}]);
    }
    links::add(&mut document);
    document
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::document;
    use crate::api::describe::codes::MEANINGS;

    #[test]
    fn every_meaning_is_of_a_code_that_an_answer_can_have() {
        let text = document().to_string();
        let unused: BTreeSet<_> = MEANINGS
            .iter()
            .filter(|(code, _)| !text.contains(&format!("`{code}`: ")))
            .collect();
        assert!(unused.is_empty(), "{unused:?}");
    }
}
