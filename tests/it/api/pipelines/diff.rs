//! `/pipelines/<id>/diff`

use serde_json::{Value, json};

use crate::server::Server;

#[test]
fn two_pipelines_differ_in_their_graph_their_input_and_how_they_went() {
    let server = Server::start();
    let graph = |vertices: &str| {
        format!(
            "name: g\ninput: {{host: {{type: str, default: a}}, word: {{type: secret, default: none-of-it}}}}\nvertices: {vertices}\n"
        )
    };
    let yaml = graph("{a: 'echo <word> <host>', b: {needs: [a], script: 'exit 3'}, old: 'true'}");
    let yaml = yaml.replace(", default: none-of-it", "");
    let word = |word: &str, host: &str| json!({"input": {"word": word, "host": host}});
    let first = server.run(&yaml, &word("CANARY-ONE", "x"));
    let second = server.run(&yaml, &word("CANARY-TWO", "y"));
    let yaml = yaml
        .replace("exit 3", "true")
        .replace(", old: 'true'", ", new: 'true'");
    let third = server.run(&yaml, &json!({"input": {"word": "CANARY-ONE"}}));
    let diff = |before: &Value, after: &Value| {
        let path = format!("/pipelines/{}/diff?with={}", after["id"], before["id"]);
        let answer = server.get(&path);
        assert!(!String::from_utf8_lossy(&answer.body).contains("CANARY"));
        answer.expect(200)
    };
    let same = diff(&first, &second);
    assert_eq!(same["graph"], Value::Null);
    assert_eq!(
        same["input"],
        json!([{"field": "host", "before": "x", "after": "y"}])
    );
    let differs = |diff: &Value| {
        let tracks = diff["tracks"].as_array().expect("a list").iter();
        let one = |t: &Value| {
            (
                t["vertex"].as_str().unwrap().to_owned(),
                t["differs"] == true,
            )
        };
        tracks.map(one).collect::<Vec<_>>()
    };
    let not = |name: &str| (name.to_owned(), false);
    assert_eq!(differs(&same), [not("a"), not("b"), not("old")]);
    assert_eq!(
        (&same["before"]["state"], &same["after"]["id"]),
        (&json!("FAILED"), &second["id"])
    );
    assert!(same["after"]["duration_ms"].as_i64() >= Some(0));

    let other = diff(&second, &third);
    assert_eq!(
        other["input"],
        json!([{"field": "host", "before": "y", "after": null}])
    );
    assert_eq!(other["graph"]["vertices_removed"], json!(["old"]));
    let yes = |name: &str| (name.to_owned(), true);
    assert_eq!(
        differs(&other),
        [not("a"), yes("b"), yes("new"), yes("old")]
    );
    let b = &other["tracks"][1];
    let seen = |of: &Value| (of["state"].clone(), of["exit_code"].clone());
    assert_eq!(seen(&b["before"]), (json!("FAILED"), json!(3)));
    assert_eq!(seen(&b["after"]), (json!("SUCCEED"), json!(0)));
    assert_eq!(
        (&other["tracks"][2]["before"], &other["tracks"][3]["after"]),
        (&Value::Null, &Value::Null)
    );

    for (path, status, code) in [
        ("/pipelines/1/diff", 422, "invalid"),
        ("/pipelines/1/diff?with=x", 422, "invalid"),
        ("/pipelines/1/diff?with=77", 404, "not-found"),
        ("/pipelines/77/diff?with=1", 404, "not-found"),
    ] {
        assert_eq!(server.get(path).expect(status)["code"], code, "{path}");
    }
}
