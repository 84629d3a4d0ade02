//! `GET /graphs`

use serde_json::{Value, json};

use crate::server::Server;

fn graph(name: &str, tags: &str, script: &str) -> String {
    format!("name: {name}\ntags: [{tags}]\nvertices: {{a: '{script}'}}\n")
}

/// The names that a query gives.
fn names(server: &Server, query: &str) -> Vec<String> {
    let page = server.get(&format!("/graphs?{query}")).expect(200);
    let graphs = page["graphs"].as_array().expect("a list");
    let name = |g: &Value| g["name"].as_str().expect("a name").to_owned();
    graphs.iter().map(name).collect()
}

#[test]
fn graphs_are_found_by_name_tag_and_last_state() {
    let server = Server::start();
    server.run(&graph("web-blue", "web, team:a", "true"), &json!({}));
    server.run(&graph("web-green", "web", "exit 1"), &json!({}));
    server
        .define(&graph("db_50%", "team:a", "true"))
        .expect(201);
    server
        .define("name: Web\nvertices: {a: 'true'}\n")
        .expect(201);
    for (query, found) in [
        ("", &["Web", "db_50%", "web-blue", "web-green"][..]),
        ("name=web", &["web-blue", "web-green"]),
        ("name=web-g", &["web-green"]),
        ("contains=WEB", &["Web", "web-blue", "web-green"]),
        ("contains=_50%25", &["db_50%"]),
        ("contains=e%25n", &[]),
        ("tag=web", &["web-blue", "web-green"]),
        ("tag=team:a", &["db_50%", "web-blue"]),
        ("tag=we", &[]),
        ("state=FINISH", &["web-blue"]),
        ("state=FAILED", &["web-green"]),
        ("state=RUNNING", &[]),
        ("state=FAILED,FINISH", &["web-blue", "web-green"]),
        ("state=RUNNING,FAILED,FAILED", &["web-green"]),
        (
            "tag=web&state=FAILED&name=web&contains=green",
            &["web-green"],
        ),
        ("cursor=graphs.db_50%25&limit=1", &["web-blue"]),
        ("tag=web&cursor=graphs.web-blue", &["web-green"]),
        ("archived=true", &[]),
        ("archived=any&name=db", &["db_50%"]),
    ] {
        assert_eq!(names(&server, query), found, "{query}");
    }
    // Bytes that are no text are not looked for as some other text.
    for (query, field) in [
        ("name=%ff", "`name`"),
        ("tag=a&contains=%C3%28", "`contains`"),
        ("%ff=1", "`\u{fffd}`"),
    ] {
        let refused = server.get(&format!("/graphs?{query}")).expect(422);
        let detail = refused["detail"].as_str().expect("words");
        assert!(detail.contains(field), "{query}: {detail}");
    }
    for query in [
        "cursor=hooks.7",
        "cursor=web-blue",
        "state=failed",
        "state=FAILED,",
        "archived=maybe",
        "limit=0",
    ] {
        let refused = server.get(&format!("/graphs?{query}")).expect(422);
        assert_eq!(refused["code"], "invalid", "{query}");
    }
}

/// Whichever version it was of, and a version without a tag is not found by those of an older one.
#[test]
fn the_last_pipeline_of_a_name_and_the_tags_of_its_newest_version_are_told() {
    let server = Server::start();
    let run = server.run(&graph("g", "zeta, alpha", "true"), &json!({}));
    let second = server.define(&graph("g", "beta", "echo 2")).expect(201);
    let listed = server.get("/graphs").expect(200)["graphs"][0].clone();
    assert_eq!(
        (&listed["id"], &listed["version"]),
        (&second["id"], &json!(2))
    );
    assert_eq!(listed["tags"], json!(["beta"]));
    let of = |run: &Value| {
        let whole = server.get(&format!("/pipelines/{}", run["id"])).expect(200);
        json!({"pipeline": run["id"], "state": whole["state"],
               "created_at": whole["created_at"], "finished_at": whole["finished_at"]})
    };
    assert_eq!(listed["last"], of(&run));
    assert_eq!(names(&server, "tag=alpha"), [""; 0]);
    let first = server
        .get(&format!("/graphs/{}", run["graph_id"]))
        .expect(200);
    assert_eq!(first["tags"], json!(["alpha", "zeta"]), "sorted");
    // A run of the old version is the newest one now.
    let again = format!("/graphs/{}/pipelines?wait=30s", run["graph_id"]);
    let again = server.post(&again, &json!({})).expect(201);
    let listed = server.get("/graphs").expect(200)["graphs"][0].clone();
    assert_eq!(listed["last"], of(&again));
}

#[test]
fn tags_are_checked_kept_and_compared() {
    let server = Server::start();
    let bad = server
        .define("name: g\ntags: ['a b', '', x, x]\nvertices: {a: 'true'}\n")
        .expect(201);
    let problems = bad["problems"].as_array().expect("a list");
    let said: Vec<_> = problems.iter().map(|p| (&p["code"], &p["line"])).collect();
    let one = (&json!("bad-tag"), &json!(2));
    assert_eq!(said, [one, one, one]);
    let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
    let many = server
        .define(&graph("g", &many.join(", "), "true"))
        .expect(200);
    assert_eq!(many["problems"][0]["code"], "too-many-tags");
    let first = server.run(&graph("g", "b, a", "true"), &json!({}));
    let json = server.get(&format!("/graphs/{}.json", first["graph_id"]));
    assert_eq!(json.json()["tags"], json!(["a", "b"]));
    let second = server.define(&graph("g", "a", "true")).expect(201);
    let diff = format!("/graphs/{}/diff?with={}", second["id"], first["graph_id"]);
    let diff = server.get(&diff).expect(200);
    let change = json!([{"field": "tags", "before": ["a", "b"], "after": ["a"]}]);
    assert_eq!(diff["settings"], change);
}

#[test]
fn tags_are_as_many_and_as_long_as_the_settings_say() {
    let own = tempfile::tempdir().unwrap();
    let settings = "[default.trackyard]\nmax_tags = 2\nmax_tag_bytes = 3\n";
    std::fs::write(own.path().join("Rocket.toml"), settings).unwrap();
    let server = Server::start_on(own.path(), &[]);
    for (tags, codes) in [
        ("one, two", &[][..]),
        ("one, two, six", &["too-many-tags"]),
        ("four", &["bad-tag"]),
    ] {
        let saved = server.define(&graph("tagged", tags, "true")).json();
        let problems = saved["problems"].as_array().expect("a list").iter();
        let found: Vec<_> = problems.map(|p| p["code"].as_str().unwrap()).collect();
        assert_eq!(found, codes, "{tags}");
    }
}
