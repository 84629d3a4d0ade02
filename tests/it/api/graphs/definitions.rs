//! `/graphs`

use serde_json::{Value, json};

use crate::server::{Server, ask};

const SMALL: &str = "\
name: small
desc: Two steps.   # kept as written
input:
  who: {type: str, default: world}
vertices:
  hello:
    script: echo \"hello <who>\"
  bye:
    needs: [hello]
    script: echo bye
";

#[test]
fn a_definition_is_saved_read_and_given_back_as_written() {
    let server = Server::start();
    let saved = server.define(SMALL).expect(201);
    assert_eq!(saved["name"], "small");
    assert_eq!(
        (&saved["version"], &saved["checked"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(saved["problems"], json!([]));
    let id = &saved["id"];
    let graph = server.get(&format!("/graphs/{id}")).expect(200);
    let names: Vec<_> = graph["vertices"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|v| &v["name"])
        .collect();
    assert_eq!(names, ["hello", "bye"]);
    let (hello, bye) = (&graph["vertices"][0]["id"], &graph["vertices"][1]["id"]);
    assert_eq!(graph["edges"], json!([{"tail": hello, "head": bye}]));
    let yaml = server.get(&format!("/graphs/{id}.yaml"));
    assert_eq!(
        (yaml.status, String::from_utf8_lossy(&yaml.body).as_ref()),
        (200, SMALL)
    );
    let list = server.get("/graphs").expect(200);
    assert_eq!(list["graphs"][0]["id"], *id);
    assert_eq!(
        server.define(SMALL).expect(200)["id"],
        *id,
        "the same text is the same version"
    );
}

#[test]
fn json_is_taken_too_and_read_as_yaml() {
    let server = Server::start();
    let body =
        json!({"name": "j", "vertices": {"a": {"script": "echo a", "next": ["b"]}, "b": "echo b"}});
    let saved = server.post("/graphs", &body).expect(201);
    let yaml = server.get(&format!("/graphs/{}.yaml", saved["id"]));
    let yaml = String::from_utf8(yaml.body).expect("text");
    assert!(yaml.contains("needs:"), "{yaml}");
    assert_eq!(
        server.define(&yaml).expect(200)["id"],
        saved["id"],
        "{yaml}"
    );
}

#[test]
fn a_graph_is_given_in_every_form() {
    let server = Server::start();
    let id = server.define(SMALL).expect(201)["id"].clone();
    let file = |end: &str, media: &str| {
        let answer = server.get(&format!("/graphs/{id}.{end}"));
        let said = (answer.status, answer.media.as_str(), answer.sniff.as_str());
        assert_eq!(said, (200, media, "nosniff"), "{end}");
        String::from_utf8(answer.body).expect("text")
    };
    let json = file("json", "application/json; charset=utf-8");
    let media = [("Content-Type", "application/json")];
    let again = server.ask("POST", "/api/v1/graphs", &media, json.as_bytes());
    assert_eq!(again.expect(200)["id"], id, "it is the same definition");
    assert_eq!(file("yaml", "application/yaml; charset=utf-8"), SMALL);
    let dot = file("dot", "text/vnd.graphviz; charset=utf-8");
    assert!(dot.starts_with("digraph \"small\" {"), "{dot}");
    assert!(dot.contains("v0 -> v1;"), "{dot}");
    let mermaid = file("mmd", "text/vnd.mermaid; charset=utf-8");
    assert_eq!(
        mermaid,
        "flowchart LR\n  v0[\"hello\"]\n  v1[\"bye\"]\n  v0 --> v1\n"
    );
    let svg = file("svg", "image/svg+xml; charset=utf-8");
    assert!(
        svg.starts_with("<svg xmlns=") && svg.contains("<title>bye</title>"),
        "{svg}"
    );
    let layout = server.get(&format!("/graphs/{id}/layout")).expect(200);
    let (hello, bye) = (&layout["vertices"][0], &layout["vertices"][1]);
    assert_eq!(
        (&hello["name"], &bye["handler"]),
        (&json!("hello"), &json!(false))
    );
    let right = hello["x"].as_i64().zip(layout["card_width"].as_i64());
    let edge = &layout["edges"][0];
    assert_eq!(
        (&edge["tail"], &edge["head"]),
        (&hello["name"], &bye["name"])
    );
    assert_eq!(
        edge["points"][0][0].as_i64(),
        right.map(|(x, width)| x + width)
    );
    assert_eq!(edge["points"][1][0], bye["x"]);
    // What came as JSON is given back as it came.
    let written = "{\"name\":\"j\",  \"vertices\":{\"a\":\"true\"}}";
    let saved = server.ask("POST", "/api/v1/graphs", &media, written.as_bytes());
    let path = format!("/graphs/{}.json", saved.expect(201)["id"]);
    assert_eq!(server.get(&path).body, written.as_bytes());
    for end in ["txt", "yaml.json", ""] {
        let refused = server.get(&format!("/graphs/{id}.{end}"));
        assert_eq!(refused.expect(422)["code"], "invalid", "{end}");
    }
}

#[test]
fn problems_come_all_at_once_and_the_text_is_kept() {
    let server = Server::start();
    let text = "name: bad\nvertices:\n  a: {script: 'true', needs: [b]}\n  b: {script: 'true', needs: [a]}\n  c: {skript: 'true', needs: [d]}\n";
    let saved = server.define(text).expect(201);
    assert_eq!(saved["checked"], false);
    let problems = saved["problems"].as_array().expect("a list");
    let found: Vec<_> = problems
        .iter()
        .map(|p| (p["code"].as_str(), p["line"].as_u64()))
        .collect();
    for (code, line) in [("cycle", 3), ("unknown-key", 5), ("dangling-edge", 5)] {
        assert!(
            found.contains(&(Some(code), Some(line))),
            "{code}:{line} in {found:?}"
        );
    }
    let id = &saved["id"];
    assert_eq!(
        server.get(&format!("/graphs/{id}.yaml")).body,
        text.as_bytes()
    );
    let refused = server
        .post(&format!("/graphs/{id}/pipelines"), &json!({}))
        .expect(409);
    assert_eq!(refused["code"], "unchecked");
    assert_eq!(
        refused["problems"].as_array().map(Vec::len),
        Some(problems.len())
    );
    let checked = server
        .post(&format!("/graphs/{id}/check"), &json!({}))
        .expect(200);
    assert_eq!(checked["problems"], saved["problems"]);
}

#[test]
fn a_text_that_is_no_definition_is_refused_with_its_place() {
    let server = Server::start();
    let cases = [
        ("application/yaml", "name: x\nvertices: [a\n", 3),
        (
            "application/json",
            "{\"name\": \"x\",\n \"vertices\": ,}",
            2,
        ),
        ("application/yaml", "just words", 1),
    ];
    for (media, text, line) in cases {
        let headers = [("Content-Type", media)];
        let refused = server
            .ask("POST", "/api/v1/graphs", &headers, text.as_bytes())
            .expect(400);
        assert_eq!(refused["code"], "malformed", "{refused}");
        assert_eq!(refused["problems"][0]["line"], line, "{text}: {refused}");
    }
    let headers = [("Content-Type", "text/plain")];
    let refused = server
        .ask("POST", "/api/v1/graphs", &headers, SMALL.as_bytes())
        .expect(415);
    assert_eq!(refused["code"], "unsupported-media-type");
    let headers = [("Content-Type", "application/yaml")];
    let refused = server
        .ask("POST", "/api/v1/graphs", &headers, b"name: \xff")
        .expect(400);
    assert_eq!(refused["code"], "malformed");
}

#[test]
fn a_definition_is_validated_and_nothing_is_saved() {
    let server = Server::start();
    let validate = |media: &str, text: &[u8]| {
        let headers = [("Content-Type", media)];
        server.ask("POST", "/api/v1/graphs/validate", &headers, text)
    };
    let right = validate("application/yaml", SMALL.as_bytes()).expect(200);
    assert_eq!(
        right,
        json!({"name": "small", "checked": true, "problems": []})
    );
    let wrong = SMALL.replace("needs: [hello]", "needs: [hullo]");
    let found = validate("application/yaml", wrong.as_bytes()).expect(200);
    assert_eq!(
        (&found["name"], &found["checked"]),
        (&json!("small"), &json!(false))
    );
    let list = server.get("/graphs").expect(200);
    assert_eq!(list["graphs"], json!([]), "nothing was saved");
    let saved = server.define(&wrong).expect(201);
    assert_eq!(found["problems"], saved["problems"], "as saving it finds");
    assert_eq!(found["problems"][0]["code"], "dangling-edge");
    let secret = json!({"name": "s", "secrets": ["DEPLOY_KEY"], "vertices": {"a": "true"}});
    let notice = validate("application/json", secret.to_string().as_bytes()).expect(200);
    assert_eq!(notice["checked"], true);
    assert_eq!(notice["problems"][0]["code"], "unknown-secret");
    for (media, text, status, code) in [
        ("application/yaml", "vertices: [a", 400, "malformed"),
        (
            "application/yaml",
            "vertices: {a: 'true'}",
            400,
            "malformed",
        ),
        ("application/json", "{", 400, "malformed"),
        ("text/plain", SMALL, 415, "unsupported-media-type"),
    ] {
        let refused = validate(media, text.as_bytes()).expect(status);
        assert_eq!(refused["code"], code, "{text}");
    }
    let refused = ask(
        "POST",
        &format!("{}/api/v1/graphs/validate", server.url),
        &[],
        b"",
    );
    assert_eq!(refused.status, 401);
}

#[test]
fn a_body_over_the_limit_is_refused_and_the_limit_is_a_setting() {
    let own = tempfile::tempdir().expect("a directory");
    let toml = "[default.trackyard]\nmax_file_bytes = \"1 KiB\"\n";
    std::fs::write(own.path().join("Rocket.toml"), toml).expect("written");
    let server = Server::start_on(own.path(), &[]);
    let text = format!("{SMALL}# {}\n", "x".repeat(2_000));
    let refused = server.define(&text).expect(413);
    assert_eq!(refused["code"], "too-large");
    let detail = refused["detail"].as_str().expect("words");
    assert!(
        detail.ends_with("1024 bytes (`max_file_bytes`)"),
        "{detail}"
    );
    server.define(SMALL).expect(201);
}

#[test]
fn an_edit_of_a_sealed_graph_makes_the_next_version() {
    let server = Server::start();
    let first = server.define(SMALL).expect(201);
    let edited = server
        .define(&SMALL.replace("echo bye", "echo ciao"))
        .expect(200);
    assert_eq!(
        (&edited["id"], &edited["version"]),
        (&first["id"], &json!(1)),
        "nobody had used it"
    );
    server.run(&SMALL.replace("echo bye", "echo ciao"), &json!({}));
    let next = server.define(SMALL).expect(201);
    assert_eq!(next["version"], 2);
    assert!(
        next["note"]
            .as_str()
            .is_some_and(|note| note.contains("next")),
        "{next}"
    );
    let old = server.get(&format!("/graphs/{}", first["id"])).expect(200);
    assert_eq!(old["sealed"], true);
    assert_eq!(old["vertices"][1]["script"], "echo ciao");
    let ids: Vec<Value> = server.get("/graphs").json()["graphs"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|g| g["id"].clone())
        .collect();
    assert_eq!(
        ids,
        [next["id"].clone()],
        "the list has the newest version of each name"
    );
}

#[test]
fn graphs_are_listed_by_pages() {
    let server = Server::start();
    for name in ["c", "a", "b"] {
        server.define(&SMALL.replace("small", name)).expect(201);
    }
    let first = server.get("/graphs?limit=2").expect(200);
    let names = |page: &Value| -> Vec<String> {
        let graphs = page["graphs"].as_array().expect("a list");
        graphs
            .iter()
            .map(|g| g["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names(&first), ["a", "b"]);
    let next = first["next"].as_str().expect("more");
    let second = server
        .get(&format!("/graphs?limit=2&cursor={next}"))
        .expect(200);
    assert_eq!(names(&second), ["c"]);
    assert_eq!(second["next"], Value::Null);
}

#[test]
fn what_is_not_there_is_not_found() {
    let server = Server::start();
    for path in [
        "/graphs/7",
        "/graphs/7.yaml",
        "/graphs/7.json",
        "/graphs/7.dot",
        "/graphs/7.mmd",
        "/graphs/7.svg",
        "/graphs/7/layout",
        "/pipelines/7",
        "/pipelines/7/journal",
        "/tracks/7",
        "/tracks/7/attempts/1/log",
    ] {
        let missing = server.get(path).expect(404);
        assert_eq!(missing["code"], "not-found", "{path}");
    }
    for path in [
        "/graphs/7/check",
        "/graphs/7/pipelines",
        "/pipelines/7/stop",
    ] {
        assert_eq!(
            server.post(path, &json!({})).expect(404)["code"],
            "not-found",
            "{path}"
        );
    }
}

#[test]
fn an_edit_at_the_moment_of_a_start_never_changes_what_was_started() {
    let server = Server::start();
    let text = |n: usize, version: usize| {
        let vertices: serde_json::Map<_, _> = (0..n)
            .map(|i| (format!("v{i}"), json!(format!("echo {version}"))))
            .collect();
        json!({"name": "g", "vertices": vertices}).to_string()
    };
    for round in 0..15 {
        let graph = server.define(&text(3, 2 * round)).json();
        let path = format!("/graphs/{}/pipelines?wait=30s", graph["id"]);
        std::thread::scope(|scope| {
            let starts: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| server.post(&path, &json!({}))))
                .collect();
            let edit = scope.spawn(|| server.define(&text(5, 2 * round + 1)));
            assert!([200, 201].contains(&edit.join().expect("an answer").status));
            for start in starts {
                let started = start.join().expect("an answer");
                // The edit may have come first: then the start was of a graph that was looked at before.
                assert!(
                    [201, 409].contains(&started.status),
                    "{}",
                    String::from_utf8_lossy(&started.body)
                );
                if started.status == 201 {
                    assert_eq!(started.json()["state"], "FINISH");
                }
            }
        });
    }
    assert_eq!(server.get("/healthz").status, 200, "the server lives");
}
