//! `/secrets`: what is only worked out

use serde_json::json;

use crate::server::Server;

#[test]
fn of_a_secret_is_said_what_would_be() {
    let server = Server::start();
    let ask = |method: &str, query: &str, value: &str| {
        let path = format!("/api/v1/secrets/NAME{query}");
        let body = match value {
            "" => String::new(),
            value => json!({ "value": value }).to_string(),
        };
        let media = [
            ("Content-Type", "application/json"),
            ("Idempotency-Key", "k"),
        ];
        server.ask(method, &path, &media, body.as_bytes())
    };
    let (dry, value) = ("?dry_run=true", "a long secret");
    let listed = || server.get("/secrets").expect(200)["secrets"].clone();
    let would = ask("PUT", dry, value).expect(200);
    assert_eq!(
        would,
        json!({"name": "NAME", "replaced": false, "dry_run": true})
    );
    assert_eq!(ask("PUT", dry, "abc").expect(422)["code"], "too-short");
    assert_eq!(ask("DELETE", dry, "").expect(404)["code"], "unknown-secret");
    assert_eq!(listed(), json!([]));
    // The key is free after all that.
    let set = ask("PUT", "", value);
    assert!(!set.replayed);
    assert_eq!(set.expect(201)["dry_run"], false);
    let before = listed();
    assert_eq!(
        ask("PUT", dry, "another secret").expect(200)["replaced"],
        true
    );
    let would = ask("DELETE", dry, "").expect(200);
    let said = json!({"name": "NAME", "unfinished_pipelines": 0, "dry_run": true});
    assert_eq!(would, said);
    assert_eq!(listed(), before);
}

#[test]
fn secrets_have_pages_by_name() {
    let server = Server::start();
    for name in ["B", "C", "A"] {
        let (path, media) = (
            format!("/api/v1/secrets/{name}"),
            [("Content-Type", "application/json")],
        );
        server
            .ask("PUT", &path, &media, br#"{"value": "a long secret"}"#)
            .expect(201);
    }
    let page = |query: &str| {
        let page = server.get(&format!("/secrets{query}")).expect(200);
        let names = page["secrets"].as_array().expect("a list").iter();
        let names: Vec<_> = names.map(|secret| secret["name"].clone()).collect();
        (json!(names), page["next"].clone())
    };
    assert_eq!(page(""), (json!(["A", "B", "C"]), json!(null)));
    assert_eq!(page("?limit=2"), (json!(["A", "B"]), json!("secrets.B")));
    assert_eq!(
        page("?limit=2&cursor=secrets.B"),
        (json!(["C"]), json!(null))
    );
    for query in ["cursor=B", "limit=0"] {
        let refused = server.get(&format!("/secrets?{query}")).expect(422);
        assert_eq!(refused["code"], "invalid", "{query}");
    }
}
