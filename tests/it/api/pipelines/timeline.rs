//! `/pipelines/<id>/timeline`

use serde_json::{Value, json};

use crate::server::Server;

#[test]
fn a_timeline_has_what_waited_what_ran_and_what_determined_the_end() {
    let own = tempfile::tempdir().unwrap();
    let server = Server::start_on(own.path(), &["--slots", "2"]);
    // b goes on until the server is told that a has ended; c is tried twice.
    let yaml = "name: g
vertices:
  a: 'true'
  b: 'until [ -e go ]; do sleep 0.02; done'
  c: {needs: [a, b], script: 'test -e tried || { touch tried; exit 1; }', retry: {limit: 1, delay: 10ms}}
  d: {needs: [c], script: 'false'}
  e: {needs: [d], script: 'true'}
";
    let graph = server.define(yaml).expect(201);
    let id = server
        .post(&format!("/graphs/{}/pipelines", graph["id"]), &json!({}))
        .expect(201)["id"]
        .clone();
    let get = || server.get(&format!("/pipelines/{id}/timeline")).expect(200);
    server.until(|| {
        get()["tracks"][0]["state"] == "SUCCEED"
            && get()["tracks"][1]["attempts"][0]["ordered_at"].is_string()
    });
    let now = get();
    assert_eq!(now["tracks"][1]["attempts"][0]["finished_at"], Value::Null);
    assert_eq!(now["critical"], json!([2]), "what runs has not ended yet");
    std::fs::write(own.path().join("work").join(id.to_string()).join("go"), "").unwrap();
    assert_eq!(server.settled(&id)["state"], "FAILED");
    let then = get();
    assert_eq!(then["critical"], json!([2, 3, 4]));
    let tracks = then["tracks"].as_array().expect("a list");
    let counts: Vec<_> = tracks
        .iter()
        .map(|t| t["attempts"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(counts, [1, 1, 2, 1, 0]);
    let at = |value: &Value| {
        let moment = value.as_str().expect("a moment");
        assert!(moment.ends_with('Z') && moment.len() == 24, "{moment}");
        trackyard::clock::parse(moment).expect("RFC 3339")
    };
    for attempt in tracks
        .iter()
        .flat_map(|t| t["attempts"].as_array().unwrap())
    {
        let moments =
            ["queued_at", "ordered_at", "started_at", "finished_at"].map(|name| at(&attempt[name]));
        assert!(moments.is_sorted(), "{attempt}");
        assert!(at(&then["started_at"]) <= moments[0] && moments[3] <= at(&then["ended_at"]));
    }
    let c = &tracks[2]["attempts"];
    assert!(at(&c[0]["queued_at"]) >= at(&tracks[1]["attempts"][0]["finished_at"]));
    assert!(at(&c[1]["queued_at"]) >= at(&c[0]["finished_at"]));
    assert_eq!(
        (&c[0]["reason"], &c[1]["reason"]),
        (&json!("exit_code"), &Value::Null)
    );
    assert_eq!(then["slots"]["peak"], 2);
    let busy = then["slots"]["busy_ms"].as_i64().expect("a length of time");
    assert!(busy <= 2 * (at(&then["ended_at"]) - at(&then["started_at"])));
    assert_eq!(
        server.get("/pipelines/77/timeline").expect(404)["code"],
        "not-found"
    );
}
