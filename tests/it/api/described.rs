//! The interface is as `/api/v1/openapi.json` says, and all that the tests of this program are answered
//! is looked at: a status, a code or a field that is not described fails the test that met it.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::server::{Answer, Server, ask};

fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(trackyard::api::document)
}

/// `(METHOD, path, operation)` of all that is described.
pub(super) fn operations() -> impl Iterator<Item = (String, &'static str, &'static Value)> {
    let paths = document()["paths"].as_object().expect("paths");
    paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("operations");
        item.iter()
            .map(move |(method, operation)| (method.to_uppercase(), path.as_str(), operation))
    })
}

/// Fails when an answer is not as described. What is no address of the interface is not looked at.
pub(crate) fn check(method: &str, path: &str, answer: &Answer) {
    let path = path.split('?').next().expect("a path");
    let Some(operation) = operation(method, path) else {
        return;
    };
    let (status, said) = (answer.status, String::from_utf8_lossy(&answer.body));
    let described = &operation["responses"][status.to_string()];
    let of = format!("{method} {path}: {status} {said}");
    assert!(described.is_object(), "the status is not described: {of}");
    // What was made says where it is, and nothing else does.
    let address = answer.header("location").starts_with("/api/v1/");
    assert_eq!(address, status == 201, "the address of what was made: {of}");
    if status == 304 {
        assert!(
            answer.body.is_empty() && described["content"].is_null(),
            "{of}"
        );
        return;
    }
    let media = answer.media.split(';').next().expect("a type");
    let content = &described["content"][media];
    assert!(content.is_object(), "{media} is not described: {of}");
    if media.ends_with("json") {
        let body = serde_json::from_slice(&answer.body).expect("it is JSON");
        let fits = fits(&content["schema"], &body, true);
        assert!(fits.is_ok(), "{}: {of}", fits.unwrap_err());
    }
}

/// What is described of an address that somebody asked.
pub(super) fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let asked: Vec<&str> = path.split('/').collect();
    let of_path = |template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        let same = |(part, asked): (&&str, &&str)| match part.split_once('}') {
            Some((_, end)) => asked.ends_with(end),
            None => part == asked,
        };
        parts.len() == asked.len() && parts.iter().zip(&asked).all(same)
    };
    let all = operations().filter(|(m, template, _)| m == method && of_path(template));
    // An address without a place for something comes first, then one that says more.
    let found = all.min_by_key(|(_, template, _)| {
        let places = template.matches('{').count();
        (places, Reverse(template.len()))
    });
    found.map(|(_, _, operation)| operation)
}

fn resolved(schema: &'static Value) -> &'static Value {
    let Some(name) = schema["$ref"].as_str() else {
        return schema;
    };
    let name = name.rsplit('/').next().expect("a name");
    resolved(&document()["components"]["schemas"][name])
}

/// The fields that a schema knows; none: any may be there.
fn fields(schema: &'static Value) -> BTreeSet<&'static str> {
    let schema = resolved(schema);
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let own = schema["properties"].as_object().into_iter().flatten();
    let own = own.map(|(name, _)| name.as_str());
    own.chain(parts.flat_map(fields)).collect()
}

/// Whether a value fits a schema. `alone`: no other schema speaks of the same object, so that each of
/// its fields has to be in this one.
fn fits(schema: &'static Value, value: &Value, alone: bool) -> Result<(), String> {
    let schema = resolved(schema);
    let list = |key: &str| schema[key].as_array().into_iter().flatten();
    for part in list("allOf") {
        fits(part, value, false)?;
    }
    if schema["oneOf"].is_array() {
        let tried: Vec<_> = list("oneOf").map(|one| fits(one, value, alone)).collect();
        if !tried.iter().any(Result::is_ok) {
            return Err(format!("none of {tried:?}"));
        }
    }
    if schema["enum"].is_array() && !list("enum").any(|one| one == value) {
        return Err(format!("{value} is not of {}", schema["enum"]));
    }
    let is = |kind: &Value| match kind.as_str().expect("a type") {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("a type that is unknown here: {other}"),
    };
    let kinds = &schema["type"];
    let right = match kinds {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(is),
        kind => is(kind),
    };
    if !right {
        return Err(format!("{value} is no {kinds}"));
    }
    for item in value.as_array().into_iter().flatten() {
        fits(&schema["items"], item, true)?;
    }
    let Some(object) = value.as_object() else {
        return Ok(());
    };
    for name in list("required").filter_map(Value::as_str) {
        if !object.contains_key(name) {
            return Err(format!("`{name}` is missing"));
        }
    }
    let known = fields(schema);
    for (name, value) in object {
        let of_field = match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Null)
                if alone && !known.is_empty() && !known.contains(name.as_str()) =>
            {
                return Err(format!("`{name}` is not described"));
            }
            (Value::Null, Value::Null | Value::Bool(_)) => continue,
            (Value::Null, other) => other,
            (field, _) => field,
        };
        fits(of_field, value, true).map_err(|why| format!("`{name}`: {why}"))?;
    }
    Ok(())
}

/// The address of a route as it is described: a file by its end.
fn named(path: &str) -> String {
    let ends = ["yaml", "json", "dot", "mmd", "svg"];
    ends.iter().fold(path.to_owned(), |path, end| {
        path.replace(&format!("<{end}>"), &format!("<id>.{end}"))
    })
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let routes = trackyard::api::routes().into_iter();
    let routes = routes.map(|route| (named(route.uri.path()), route));
    let sockets = trackyard::api::sockets().into_iter();
    let sockets = sockets.map(|route| (format!("/ws{}", route.uri.path()), route));
    let routes: Vec<_> = routes.chain(sockets).collect();
    let mounted: BTreeSet<(String, String)> = routes
        .iter()
        .map(|(path, route)| {
            let path = path.replace('<', "{").replace('>', "}");
            (route.method.to_string(), path)
        })
        .collect();
    let described = operations().map(|(method, path, _)| (method, path.to_owned()));
    let described: BTreeSet<_> = described.collect();
    assert_eq!(mounted, described);
    // And each parameter of an address and of its query.
    for (path, route) in &routes {
        let operation = operation(route.method.as_str(), &path.replace(['<', '>'], "1"));
        let parameters = operation.expect("it is described")["parameters"].as_array();
        let parameters: BTreeSet<_> = parameters
            .into_iter()
            .flatten()
            .filter_map(|p| p["name"].as_str())
            .collect();
        let address = format!("{path}?{}", route.uri.query().unwrap_or_default());
        for name in address.split('<').skip(1) {
            let name = name.split('>').next().expect("a name");
            assert!(parameters.contains(name), "{address}: {name}");
        }
    }
}

#[test]
fn an_address_says_which_methods_it_takes() {
    let server = Server::start();
    let paths = document()["paths"].as_object().expect("paths");
    // What is not under `/api/v1` has no such answers.
    for (path, item) in paths.iter().filter(|(path, _)| !path.starts_with("/ws/")) {
        let mut takes: Vec<_> = item.as_object().expect("operations").keys().collect();
        let head = "head".to_owned();
        if takes.iter().any(|method| *method == "get") {
            takes.push(&head);
        }
        takes.sort_unstable();
        let takes: Vec<_> = takes.iter().map(|method| method.to_uppercase()).collect();
        let numbers = ["{id}", "{number}", "{hook}"]
            .iter()
            .fold(path.clone(), |p, name| p.replace(name, "1"));
        let word = if path.starts_with("/tracks") {
            "skip"
        } else {
            "pause"
        };
        let words = numbers.replace("{word}", word).replace(['{', '}'], "");
        let answer = server.ask("PATCH", &format!("/api/v1{words}"), &[], b"");
        assert_eq!(answer.status, 405, "{path}");
        assert_eq!(answer.header("allow"), takes.join(", "), "{path}");
        assert_eq!(answer.json()["code"], "method-not-allowed", "{path}");
    }
}

#[test]
fn a_query_that_a_route_does_not_know_is_refused_when_it_reads_too() {
    let server = Server::start();
    for (path, said) in [
        ("/pipelines?staet=FAILED", "`staet` is not known here"),
        ("/pipelines?limit=1&limit=2", "`limit` is there twice"),
        ("/pipelines?limit=501", "from 1 to 500"),
        ("/graphs?limit=0", "from 1 to 500"),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 422, "{path}");
        let detail = answer.json()["detail"].to_string();
        assert!(detail.contains(said), "{path}: {detail}");
    }
}

#[test]
fn what_takes_no_body_passes_none_over() {
    let server = Server::start();
    server
        .define("name: g\nvertices: {a: 'true'}\n")
        .expect(201);
    for path in [
        "/drain",
        "/gc",
        "/token/rotate",
        "/sign-in-links",
        "/graphs/1/archive",
        "/graphs/1/check",
        "/graphs/1/restore",
    ] {
        let said = server.post(path, &json!({"dry_run": true})).expect(422);
        let detail = said["detail"].as_str().expect("words");
        assert!(detail.contains("takes no body"), "{path}: {detail}");
    }
    server.post("/graphs/1/archive", &json!({})).expect(200);
}

#[test]
fn each_operation_has_a_name_of_its_own_a_summary_and_a_known_tag() {
    let tags = document()["tags"].as_array().expect("tags");
    let tags: Vec<&Value> = tags.iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations() {
        let id = operation["operationId"].as_str().expect("a name");
        assert!(id.chars().all(|c| c.is_ascii_alphabetic()), "{id}");
        assert!(ids.insert(id), "`{id}` twice");
        assert!(operation["summary"].is_string(), "{method} {path}");
        assert!(tags.contains(&&operation["tags"][0]), "{method} {path}");
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        for parameter in parameters {
            assert!(parameter["description"].is_string(), "{path}: {parameter}");
        }
    }
}

#[test]
fn the_server_gives_the_document() {
    let server = Server::start();
    let answer = server.get("/openapi.json");
    let given = answer.expect(200);
    assert_eq!(&given, document());
    assert_eq!(given["openapi"], "3.1.0");
}

#[test]
fn the_page_draws_all_of_it_for_those_who_have_signed_in() {
    let server = Server::start();
    let cookie = server.sign_in(&server.link);
    let url = format!("{}/docs", server.url);
    let page = ask("GET", &url, &[("Cookie", &cookie)], b"");
    assert_eq!(page.status, 200);
    let html = String::from_utf8(page.body).expect("text");
    for (_, path, operation) in operations() {
        let id = operation["operationId"].as_str().expect("a name");
        assert!(html.contains(&format!("id=\"{id}\"")), "{id}");
        assert!(html.contains(&format!("<code>{path}</code>")), "{path}");
    }
    assert!(html.contains(&format!("URL={}/api/v1\n", server.url)));
    // Each link of the page leads to a place in it.
    let places: BTreeSet<_> = parts(&html, " id=\"").collect();
    for link in parts(&html, "href=\"#") {
        assert!(places.contains(link), "{link}");
    }
    assert_eq!(ask("GET", &url, &[], b"").status, 401);
}

/// What stands behind each mark, up to the next quote.
fn parts<'a>(html: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    let parts = html.split(mark).skip(1);
    parts.filter_map(|part| part.split('"').next())
}

#[test]
fn what_does_not_fit_is_seen() {
    let of = |status: u16, body: Value| Answer {
        replayed: false,
        status,
        media: "application/json".to_owned(),
        cookie: String::new(),
        sniff: String::new(),
        headers: ureq::http::HeaderMap::new(),
        etag: String::new(),
        body: body.to_string().into_bytes(),
    };
    let fails_at = |path: &str, answer: Answer| {
        std::panic::catch_unwind(|| check("POST", path, &answer)).expect_err("it does not fit");
    };
    let fails = |answer: Answer| fails_at("/drain", answer);
    let made = |mut answer: Answer| {
        let address = ureq::http::HeaderValue::from_static("/api/v1/pipelines/1");
        answer.headers.insert("location", address);
        answer
    };
    let right = json!({"draining": true, "running": 1, "dry_run": false});
    check("POST", "/drain", &of(202, right.clone()));
    let with = |name: &str, value: Value| {
        let mut wrong = right.clone();
        wrong[name] = value;
        of(202, wrong)
    };
    fails(of(202, json!({"draining": true, "running": 1})));
    fails(with("running", json!("1")));
    fails(with("more", json!(1)));
    fails(of(201, right.clone()));
    let started = "/graphs/1/pipelines";
    let body = json!({"id": 1, "state": "RUNNING", "replayed": false});
    check("POST", started, &made(of(201, body.clone())));
    fails_at(started, of(201, body));
    let body = json!({"id": 1, "state": "Running", "replayed": false});
    fails_at(started, made(of(201, body)));
}

/// A slip in the name of a query, above all in `dry_run`, must not do the deed.
#[test]
fn nothing_is_changed_with_a_query_that_is_not_described() {
    let server = Server::start();
    server
        .define("name: g\nvertices: {a: 'true'}\n")
        .expect(201);
    let lists = ["/graphs", "/pipelines", "/secrets", "/readyz"];
    let now = || lists.map(|path| server.get(path).expect(200));
    let before = now();
    let mut looked_at = 0;
    for (method, path, operation) in operations().filter(|(method, ..)| method != "GET") {
        let word = if path.starts_with("/tracks") {
            "skip"
        } else {
            "pause"
        };
        let path = path.replace("{word}", word).replace("{name}", "NAME");
        let path = path.replace("{tail}", "a").replace("{head}", "b");
        let path = path.replace("{id}", "1");
        let media = match operation["operationId"].as_str() {
            Some("saveGraph") => "application/yaml",
            _ => "application/json",
        };
        let ask = |query: &str| {
            let path = format!("/api/v1{path}?{query}");
            let body = b"{\"value\": \"a long secret\"}";
            server.ask(&method, &path, &[("Content-Type", media)], body)
        };
        for (query, named) in [
            ("dryrun=true", "`dryrun`"),
            ("foo=1", "`foo`"),
            ("dry_run.a=true", "`dry_run.a`"),
            ("Dry_run", "`Dry_run`"),
        ] {
            let refused = ask(query).expect(422);
            let said = refused["detail"].as_str().expect("a text");
            assert_eq!(refused["code"], "invalid", "{method} {path}");
            assert!(said.contains(named), "{method} {path}?{query}: {said}");
        }
        let twice = ask("dry_run=false&dry_run=true").expect(422);
        assert_eq!(twice["code"], "invalid", "{method} {path}");
        looked_at += 1;
    }
    assert!(looked_at > 10, "{looked_at}");
    assert_eq!(now(), before);
}
