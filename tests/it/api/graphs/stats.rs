//! `/graphs/<id>/stats`

use serde_json::{Value, json};

use crate::server::Server;

#[test]
fn what_became_of_all_versions_is_counted() {
    let server = Server::start();
    let text = |script: &str| {
        format!(
            "name: g\nvertices:\n  a: {{script: '{script}', retry: 1}}\n  b: {{needs: a, script: 'true'}}\n"
        )
    };
    let first = server.run(&text("true"), &json!({}));
    server.run(&text("exit 1"), &json!({}));
    let third = server.run(&text("true # 3"), &json!({}));
    server.run("name: other\nvertices: {a: 'exit 1'}\n", &json!({}));
    let of = |id: &Value, query: &str| server.get(&format!("/graphs/{id}/stats{query}"));
    let stats = of(&first["graph_id"], "").expect(200);
    assert_eq!(
        stats,
        of(&third["graph_id"], "?days=1").expect(200),
        "of all versions"
    );
    let runs = &stats["runs"];
    assert_eq!(runs["looked_at"], 3, "{stats}");
    assert_eq!(runs["states"], json!({"FINISH": 2, "FAILED": 1}));
    assert_eq!(
        runs["success"].as_f64().map(|s| (s * 300.0).round()),
        Some(200.0)
    );
    let took: Vec<i64> = ["p50_ms", "p90_ms", "max_ms"]
        .iter()
        .filter_map(|key| runs["duration"][key].as_i64())
        .collect();
    assert!(took.len() == 3 && took.is_sorted() && took[2] > 0, "{runs}");
    assert_eq!(stats["vertices_looked_at"], 3);
    let (a, b) = (&stats["vertices"][0], &stats["vertices"][1]);
    assert_eq!((&a["name"], &a["retries"]), (&json!("a"), &json!(1)));
    assert_eq!(a["states"], json!({"SUCCEED": 2, "FAILED": 1}));
    assert_eq!(
        a["success"].as_f64().map(|s| (s * 300.0).round()),
        Some(200.0)
    );
    assert_eq!(b["retries"], 0);
    let waits = b["looked_at"].as_u64().zip(b["states"]["SUCCEED"].as_u64());
    assert_eq!(waits, Some((3, 2)), "one never ran: {b}");
    assert_eq!(b["success"], 1.0);
    assert!(b["duration"]["max_ms"].is_i64());
}

#[test]
fn nothing_was_started_or_asked_rightly() {
    let server = Server::start();
    let id = server
        .define("name: g\nvertices: {a: 'true'}\n")
        .expect(201)["id"]
        .clone();
    let none = server.get(&format!("/graphs/{id}/stats")).expect(200);
    let expected = json!({
        "graph": "g",
        "runs": {"looked_at": 0, "states": {}, "success": null, "duration": null},
        "vertices_looked_at": 0,
        "vertices": [],
    });
    assert_eq!(none, expected);
    for days in ["0", "-1", "x", "99999999999999999999", "36501"] {
        let refused = server.get(&format!("/graphs/{id}/stats?days={days}"));
        assert_eq!(refused.expect(422)["code"], "invalid", "{days}");
    }
    assert_eq!(
        server.get("/graphs/7/stats").expect(404)["code"],
        "not-found"
    );
}
