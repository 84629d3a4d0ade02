//! `/docs`

use std::sync::Arc;

use askama::Template;
use rocket::{State, get};
use serde_json::Value;

use super::example::curl;
use super::kinds::{Piece, kind, prose, referred};
use crate::l10n::Words;
use crate::web::edge::answer::{Answer, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::server::Server;
use crate::web::parts::frame::{Frame, Section};

/// The document that describes the REST interface.
#[derive(Clone)]
pub struct Documented(pub Arc<Value>);

#[derive(Template)]
#[template(path = "docs.html")]
struct DocsPage {
    frame: Frame,
    /// The address of the server, as the browser asked for it.
    server: String,
    about: Vec<Piece>,
    tags: Vec<Tag>,
    types: Vec<Type>,
}

struct Tag {
    name: String,
    about: Vec<Piece>,
    operations: Vec<Operation>,
}

struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    about: Vec<Piece>,
    /// Who may ask.
    credential: Credential,
    parameters: Vec<Field>,
    bodies: Vec<Field>,
    answers: Vec<Field>,
    curl: String,
}

/// Who may ask for an operation.
enum Credential {
    None,
    Token,
    TokenOrBrowser,
}

impl Credential {
    fn said(&self, t: &Words) -> String {
        match self {
            Self::None => t.docs_credential_none(),
            Self::Token => t.docs_credential_token(),
            Self::TokenOrBrowser => t.docs_credential_either(),
        }
    }
}

/// A named thing with a type and a meaning: a parameter, a field, a body, an answer.
struct Field {
    name: String,
    note: String,
    kind: Vec<Piece>,
    about: Vec<Piece>,
}

struct Type {
    name: String,
    about: Vec<Piece>,
    /// What it is, when it has no fields.
    kind: Vec<Piece>,
    fields: Vec<Field>,
}

#[get("/docs")]
pub(in crate::web) async fn show(
    who: Browser,
    server: Server,
    document: &State<Documented>,
) -> Outcome {
    let document = document.inner().clone();
    blocking(move || Answer::ok(&view(&who, server.0, &document.0))).await
}

fn view(who: &Browser, server: String, document: &Value) -> DocsPage {
    let tags = list(&document["tags"]).map(|tag| {
        let name = text(&tag["name"]);
        let all = members(&document["paths"]).flat_map(|(path, item)| {
            members(item).map(move |(method, operation)| (path, method, operation))
        });
        let own = all.filter(|(.., operation)| operation["tags"][0] == tag["name"]);
        Tag {
            about: prose(&text(&tag["description"])),
            operations: own.map(|(p, m, o)| operation(document, p, m, o)).collect(),
            name,
        }
    });
    let types = members(&document["components"]["schemas"]);
    DocsPage {
        frame: Frame::new(who, Section::Docs),
        server,
        about: prose(&text(&document["info"]["description"])),
        tags: tags.collect(),
        types: types.map(|(name, schema)| of_type(name, schema)).collect(),
    }
}

fn operation(document: &Value, path: &str, method: &str, operation: &Value) -> Operation {
    let parameter = |parameter: &Value| Field {
        name: text(&parameter["name"]),
        note: text(&parameter["in"]),
        kind: kind(&parameter["schema"]),
        about: prose(&text(&parameter["description"])),
    };
    let body = &operation["requestBody"];
    let bodies = members(&body["content"]).map(|(media, content)| Field {
        name: media.clone(),
        note: String::new(),
        kind: kind(&content["schema"]),
        about: prose(&text(&body["description"])),
    });
    let answers = members(&operation["responses"]).map(|(status, answer)| {
        let (media, content) = members(&answer["content"]).next().unzip();
        let refused = media.is_some_and(|media| media.contains("problem"));
        let shown = content.filter(|_| !refused);
        Field {
            name: status.clone(),
            note: media.filter(|_| !refused).cloned().unwrap_or_default(),
            kind: shown
                .map(|content| kind(&content["schema"]))
                .unwrap_or_default(),
            about: prose(&text(&answer["description"])),
        }
    });
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        about: prose(&text(&operation["description"])),
        credential: match list(&operation["security"]).count() {
            0 => Credential::None,
            1 => Credential::Token,
            _ => Credential::TokenOrBrowser,
        },
        parameters: list(&operation["parameters"]).map(parameter).collect(),
        bodies: bodies.collect(),
        answers: answers.collect(),
        curl: curl(document, method, path, operation),
    }
}

fn of_type(name: &str, schema: &Value) -> Type {
    let mut fields = Vec::new();
    collect(schema, &mut fields);
    Type {
        name: name.to_owned(),
        about: prose(&text(&schema["description"])),
        kind: match fields.is_empty() {
            true => kind(schema),
            false => Vec::new(),
        },
        fields,
    }
}

/// The fields of a type, with those of its parts and of its alternatives.
fn collect(schema: &Value, fields: &mut Vec<Field>) {
    for part in list(&schema["allOf"]) {
        if referred(part).is_some() {
            fields.push(Field {
                name: "…".to_owned(),
                note: String::new(),
                kind: kind(part),
                about: prose("All fields of it."),
            });
        }
        collect(part, fields);
    }
    let inline = list(&schema["oneOf"]).filter(|one| referred(one).is_none());
    inline.for_each(|one| collect(one, fields));
    for (name, field) in members(&schema["properties"]) {
        let required = list(&schema["required"]).any(|one| one == name.as_str());
        fields.push(Field {
            name: name.clone(),
            note: if required { "" } else { "may be left out" }.to_owned(),
            kind: kind(field),
            about: prose(&text(&field["description"])),
        });
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use askama::Template;
    use serde_json::json;

    use super::view;
    use crate::web::tests::harness::{HOSTILE, browser};
    use crate::web::tests::wellformed;

    #[test]
    fn every_request_and_every_type_is_drawn_and_nothing_of_the_text_is_html() {
        let refer = json!({"$ref": "#/components/schemas/Thing"});
        let document = json!({
            "info": {"description": HOSTILE},
            "tags": [{"name": "things", "description": HOSTILE}],
            "paths": {"/things/{id}": {"put": {
                "tags": ["things"], "operationId": "setThing", "summary": HOSTILE,
                "security": [{"token": []}],
                "parameters": [{"name": "id", "in": "path", "description": HOSTILE, "schema": {"type": "integer"}}],
                "requestBody": {"content": {"application/json": {"schema": refer}}},
                "responses": {"200": {"description": HOSTILE, "content": {"application/json": {"schema": refer}}}},
            }}},
            "components": {"schemas": {"Thing": {
                "type": "object", "description": HOSTILE, "required": ["size"],
                "properties": {"size": {"type": "integer", "description": HOSTILE}, "word": {"enum": [HOSTILE]}},
            }}},
        });
        let html = view(&browser(), "http://127.0.0.1:8000".to_owned(), &document)
            .render()
            .expect("renders");
        wellformed::check(&html);
        assert!(!html.contains(HOSTILE));
        for part in [
            "id=\"setThing\"",
            "id=\"type-Thing\"",
            "href=\"#type-Thing\"",
            "/things/1",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }
}
