//! `/tracks/<id>/input`, `/script`, `/environment`, `/attempts`

use serde_json::{Value, json};

use crate::server::Server;

const GRAPH: &str = r#"
name: g
env: {MODE: fast, BOTH: graph}
input:
  who: {type: str, required: true}
  key: {type: secret, required: true}
vertices:
  get:
    script: echo n=7 >> "$TRACKYARD_OUTPUT"
    outputs: {n: int}
  say:
    script: "echo <who> <get.n>; : <key>"
    env: {BOTH: vertex}
    needs: [get]
"#;

fn of(server: &Server, pipeline: &Value, vertex: &str, part: &str) -> Value {
    let id = &server.track(pipeline, vertex)["id"];
    server.get(&format!("/tracks/{id}/{part}")).expect(200)
}

fn script(server: &Server, pipeline: &Value, vertex: &str) -> String {
    let id = &server.track(pipeline, vertex)["id"];
    let answer = server.get(&format!("/tracks/{id}/script"));
    assert_eq!(
        (answer.status, answer.media.as_str()),
        (200, "text/plain; charset=utf-8")
    );
    String::from_utf8(answer.body).expect("text")
}

#[test]
fn a_track_says_what_it_runs_with_what() {
    let server = Server::start();
    let input = json!({"input": {"who": "it's <me>", "key": "canary-4711"}});
    let ended = server.run(GRAPH, &input);
    assert_eq!(ended["state"], "FINISH", "{ended}");
    let values = of(&server, &ended, "say", "input");
    let expected = json!({
        "values": {"who": "it's <me>", "key": null}, "missing": false, "referred": {"get.n": 7},
    });
    assert_eq!(values, expected);
    let text = script(&server, &ended, "say");
    assert_eq!(
        text,
        "p_who='it'\\''s <me>'; p_get_n='7'; echo \"${p_who}\" \"${p_get_n}\"; : \"${TY_key}\""
    );
    let environment = of(&server, &ended, "say", "environment");
    let variables = environment["variables"].as_array().expect("a list").iter();
    let found: Vec<_> = variables
        .map(|v| {
            (
                v["name"].as_str().expect("a name"),
                v["value"].as_str().expect("a value"),
                v["secret"] == true,
            )
        })
        .collect();
    let (pipeline, track) = (
        ended["id"].to_string(),
        server.track(&ended, "say")["id"].to_string(),
    );
    let expected = [
        ("MODE", "fast", false),
        ("BOTH", "vertex", false),
        ("TRACKYARD_GRAPH", "g", false),
        ("TRACKYARD_VERTEX", "say", false),
        ("TRACKYARD_PIPELINE", &pipeline, false),
        ("TRACKYARD_TRACK", &track, false),
        ("TRACKYARD_ATTEMPT", "1", false),
        ("TY_key", "******", true),
    ];
    assert_eq!(found, expected);
    for part in ["input", "environment"] {
        assert!(
            !of(&server, &ended, "say", part)
                .to_string()
                .contains("4711"),
            "{part}"
        );
    }
}

/// What is told of an environment is what a script finds in it.
#[test]
fn the_environment_is_the_one_that_a_script_has() {
    let server = Server::start();
    let yaml = "name: g\nenv: {A: '1'}\ninput: {x: {type: str, default: a b}}\nvertices:\n  say: |\n    #!/usr/bin/python3\n    import os\n    for name in sorted(os.environ): print(name + '=' + os.environ[name])\n    os.environ['TY_x']\n";
    let ended = server.run(yaml, &json!({}));
    let log = server.log(&server.track(&ended, "say"));
    let log = String::from_utf8(log).expect("text");
    let environment = of(&server, &ended, "say", "environment");
    let variables = environment["variables"].as_array().expect("a list").iter();
    let mut told: Vec<String> = variables
        .map(|v| {
            format!(
                "{}={}",
                v["name"].as_str().expect("a name"),
                v["value"].as_str().expect("a value")
            )
        })
        .collect();
    told.sort();
    let others = ["PATH=", "HOME=", "LANG=", "TRACKYARD_OUTPUT=", "LC_CTYPE="];
    let has: Vec<&str> = log
        .lines()
        .filter(|line| others.iter().all(|o| !line.starts_with(o)))
        .collect();
    assert_eq!(told, has);
}

#[test]
fn what_is_not_known_yet_is_said_in_words() {
    let server = Server::start();
    let yaml = "name: g\ninput: {x: {type: str, required: true}}\nvertices:\n  a: {script: 'exit 1', outputs: {n: int}}\n  b: {script: echo <a.n> <x>, needs: [a]}\n";
    let graph = server.define(yaml).expect(201);
    let path = format!("/graphs/{}/pipelines", graph["id"]);
    let id = server.post(&path, &json!({"ask_later": true})).expect(201)["id"].clone();
    let pipeline = server.get(&format!("/pipelines/{id}")).expect(200);
    let values = of(&server, &pipeline, "b", "input");
    assert_eq!(
        values,
        json!({"values": {}, "missing": true, "referred": {"a.n": null}})
    );
    let text = script(&server, &pipeline, "b");
    assert!(text.starts_with("p_a_n='an output of a'; echo "), "{text}");
    let environment = of(&server, &pipeline, "b", "environment");
    let variables = environment["variables"].as_array().expect("a list");
    assert!(
        variables.contains(&json!({"name": "TRACKYARD_ATTEMPT", "value": "1", "secret": false}))
    );
}

#[test]
fn attempts_are_listed_page_by_page_and_each_has_an_address() {
    let server = Server::start();
    let yaml = "name: g\nvertices:\n  a: {script: 'exit $TRACKYARD_ATTEMPT', retry: {limit: 4, delay: 1ms}}\n";
    let ended = server.run(yaml, &json!({}));
    let track = &server.track(&ended, "a")["id"];
    let whole = server.get(&format!("/tracks/{track}")).expect(200)["attempts"].clone();
    assert_eq!(whole.as_array().expect("a list").len(), 5);
    let all = server.get(&format!("/tracks/{track}/attempts")).expect(200);
    assert_eq!(all, json!({"attempts": whole, "next": null}));
    let (mut pages, mut cursor) = (Vec::new(), "attempts.0".to_owned());
    loop {
        let path = format!("/tracks/{track}/attempts?limit=2&cursor={cursor}");
        let page = server.get(&path).expect(200);
        pages.push(page["attempts"].as_array().expect("a list").clone());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        cursor = next.to_owned();
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    assert_eq!(json!(pages.concat()), whole);
    let third = server
        .get(&format!("/tracks/{track}/attempts/3"))
        .expect(200);
    assert_eq!((&third, &third["exit_code"]), (&whole[2], &json!(3)));
}

#[test]
fn what_is_not_there_is_not_found_and_what_is_no_number_is_refused() {
    let server = Server::start();
    for part in ["input", "script", "environment", "attempts", "attempts/1"] {
        let none = server.get(&format!("/tracks/999/{part}")).expect(404);
        assert_eq!(none["detail"], "track `999` does not exist", "{part}");
    }
    let ended = server.run("name: g\nvertices: {a: 'true'}\n", &json!({}));
    let track = &server.track(&ended, "a")["id"];
    for number in ["0", "2", "4294967295"] {
        let none = server
            .get(&format!("/tracks/{track}/attempts/{number}"))
            .expect(404);
        assert_eq!(none["detail"], format!("attempt `{number}` does not exist"));
    }
    for path in ["attempts?cursor=x", "attempts?limit=0", "attempts/x"] {
        let refused = server.get(&format!("/tracks/{track}/{path}")).expect(422);
        assert_eq!(refused["code"], "invalid", "{path}");
    }
}
