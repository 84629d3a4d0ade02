//! What is no address of the interface, what stands in one, and what it answers to what was made

use serde_json::json;

use crate::server::Server;

#[test]
fn what_nothing_is_mounted_at_is_not_found_and_not_another_method() {
    let server = Server::start();
    server.run("name: g\nvertices: {a: 'true'}\n", &json!({}));
    for (method, path, status) in [
        ("GET", "/pipelines/1/foo", 404),
        ("GET", "/pipelines/actions/foo", 404),
        ("GET", "/tracks/1/foo", 404),
        ("GET", "/graphs/1/foo", 404),
        ("DELETE", "/graphs/1/vertices/a/b", 404),
        ("GET", "/workflow-instances/1/actions/foo", 404),
        ("GET", "/pipelines/x/pause", 404),
        ("PUT", "/nothing", 404),
        ("POST", "/pipelines/1/foo", 404),
        ("POST", "/tracks/1/foo", 404),
        ("GET", "/pipelines/1/pause", 405),
        ("GET", "/pipelines/actions/delete", 405),
        ("GET", "/tracks/1/skip", 405),
        ("GET", "/graphs/1/check", 405),
        ("PATCH", "/graphs/1", 405),
        ("PATCH", "/graphs/1.svg", 405),
        ("GET", "/workflow-instances/1/actions/pause", 405),
    ] {
        let answer = server.ask(method, &format!("/api/v1{path}"), &[], b"");
        let code = if status == 404 {
            "not-found"
        } else {
            "method-not-allowed"
        };
        assert_eq!(answer.expect(status)["code"], code, "{method} {path}");
        let allowed = !answer.header("allow").is_empty();
        assert_eq!(allowed, status == 405, "{method} {path}");
    }
}

#[test]
fn the_part_of_an_address_that_cannot_be_read_is_named() {
    let server = Server::start();
    server.run("name: g\nvertices: {a: 'true'}\n", &json!({}));
    let files = "`.yaml`, `.json`, `.dot`, `.mmd`, `.svg`";
    for (path, said) in [
        ("/graphs/abc", ["`abc`", "The number of the graph", files]),
        (
            "/graphs/1.png",
            ["`1.png`", "The number of the graph", files],
        ),
        (
            "/graphs/99999999999999999999",
            ["`99999999999999999999`", "`id`", "no whole number"],
        ),
        (
            "/graphs/x/vertices",
            ["`x`", "`id`", "The number of the graph"],
        ),
        (
            "/pipelines/1.5",
            ["`1.5`", "`id`", "The number of the pipeline"],
        ),
        (
            "/pipelines/x/journal",
            ["`x`", "`id`", "The number of the pipeline"],
        ),
        ("/tracks/x/log", ["`x`", "`id`", "The number of the track"]),
        (
            "/tracks/1/attempts/last",
            ["`last`", "`number`", "The number of the attempt"],
        ),
    ] {
        let refused = server.get(path).expect(422);
        assert_eq!(refused["code"], "invalid", "{path}");
        let detail = refused["detail"].as_str().expect("words");
        for word in said {
            assert!(detail.contains(word), "{path}: {detail}");
        }
    }
    let files_elsewhere = server.get("/graphs/x/vertices").expect(422)["detail"].to_string();
    assert!(!files_elsewhere.contains(".svg"), "{files_elsewhere}");
}

/// Each answer of 201 has an address (`described.rs` looks at all of them); here what it leads to.
#[test]
fn what_was_made_is_at_the_address_that_its_answer_gives() {
    let server = Server::start();
    let saved = server.define("name: g\nvertices: {a: 'true'}\n");
    assert_eq!(saved.header("location"), "/api/v1/graphs/1");
    let edge = json!({"tail": "a", "head": "b/../c d"});
    let vertex = json!({"name": "b/../c d", "definition": {"script": "true"}});
    for (path, body) in [
        ("/graphs/1/vertices", &vertex),
        ("/graphs/1/edges", &edge),
        ("/graphs/1/clone", &json!({"name": "h"})),
        ("/graphs/1/pipelines", &json!({})),
        ("/pipelines/1/again", &json!({})),
        ("/workflow-instances", &json!({"name": "h"})),
    ] {
        let path = match path.strip_prefix("/graphs/1/") {
            Some(rest) => {
                let newest = server.get("/graphs").expect(200)["graphs"][0]["id"].clone();
                format!("/graphs/{newest}/{rest}")
            }
            None => path.to_owned(),
        };
        let made = server.post(&path, body);
        let id = made.expect(201)["id"].clone();
        let address = made.header("location").to_owned();
        let there = server.ask("GET", &address, &[], b"").expect(200);
        if there["tail"].is_string() {
            assert_eq!(there, edge, "{address}");
        } else if there["definition"].is_object() {
            assert_eq!(there["name"], vertex["name"], "{address}");
        } else {
            assert_eq!(there["id"], id, "{address}");
        }
    }
    // What is there is no answer of 201.
    let again = server.post("/graphs/2/edges", &edge);
    assert_eq!((again.status, again.header("location")), (200, ""));
}
