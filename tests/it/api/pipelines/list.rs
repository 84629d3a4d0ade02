//! `/pipelines`: the list and its filters, and `/pipelines/<id>/tracks`

use serde_json::{Value, json};

use crate::server::Server;

fn ids(page: &Value) -> Vec<i64> {
    let list = page["pipelines"].as_array().expect("a list");
    list.iter().filter_map(|p| p["id"].as_i64()).collect()
}

/// Three of `good`, of which the last is named, one of `bad` that fails, and one that still runs.
fn history() -> Server {
    let server = Server::start();
    for _ in 0..2 {
        server.run("name: good\nvertices: {a: 'true'}\n", &json!({}));
    }
    server.run(
        "name: good\nvertices: {a: 'true'}\n",
        &json!({"name": "Of_today"}),
    );
    server.run(
        "name: bad\nvertices: {a: 'false', b: {script: 'true', needs: [a]}}\n",
        &json!({}),
    );
    let yaml = "name: slow\nvertices: {a: 'while ! test -e go; do sleep 0.05; done'}\n";
    let graph = server.define(yaml).expect(201);
    server
        .post(&format!("/graphs/{}/pipelines", graph["id"]), &json!({}))
        .expect(201);
    server
}

#[test]
fn pipelines_are_listed_newest_first_by_pages() {
    let server = history();
    let first = server.get("/pipelines?limit=2").expect(200);
    assert_eq!(ids(&first), [5, 4]);
    let next = first["next"].as_str().expect("there are more");
    let second = server
        .get(&format!("/pipelines?limit=3&cursor={next}"))
        .expect(200);
    assert_eq!(ids(&second), [3, 2, 1]);
    let next = second["next"].as_str().expect("the page is full");
    let last = server.get(&format!("/pipelines?cursor={next}")).expect(200);
    assert_eq!((ids(&last), &last["next"]), (Vec::new(), &Value::Null));
}

#[test]
fn a_list_has_what_its_filters_mean() {
    let server = history();
    let third = server.get("/pipelines/3").expect(200)["created_at"].clone();
    let third = third.as_str().expect("a moment").to_owned();
    let ms = chrono::DateTime::parse_from_rfc3339(&third)
        .unwrap()
        .timestamp_millis();
    let cases = [
        ("state=FAILED".to_owned(), vec![4]),
        ("state=FAILED,RUNNING,FAILED".to_owned(), vec![5, 4]),
        ("state=STOPPED".to_owned(), vec![]),
        ("graph=good".to_owned(), vec![3, 2, 1]),
        ("graph=1".to_owned(), vec![3, 2, 1]),
        ("graph=77".to_owned(), vec![]),
        ("graph=good&state=FINISH&name=OF_".to_owned(), vec![3]),
        ("name=today".to_owned(), vec![3]),
        ("name=f%25t".to_owned(), vec![]),
        ("creator=token".to_owned(), vec![5, 4, 3, 2, 1]),
        ("creator=nobody".to_owned(), vec![]),
        ("trigger=rest".to_owned(), vec![5, 4, 3, 2, 1]),
        ("trigger=form".to_owned(), vec![]),
        ("live=true".to_owned(), vec![5]),
        ("live=false&state=FINISH".to_owned(), vec![3, 2, 1]),
        (format!("since={third}"), vec![5, 4, 3]),
        (format!("until={ms}"), vec![2, 1]),
        (format!("since={third}&state=FAILED"), vec![4]),
        (format!("since={ms}&until={}&graph=good", ms + 1), vec![3]),
    ];
    for (query, expected) in cases {
        for limit in [1, 100] {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = format!("/pipelines?{query}&limit={limit}{cursor}");
                let page = server.get(&page).expect(200);
                found.extend(ids(&page));
                let Some(next) = page["next"].as_str() else {
                    break;
                };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(found, expected, "{query}");
        }
    }
}

#[test]
fn what_a_filter_does_not_know_is_refused_with_what_there_is() {
    let server = Server::start();
    for (query, says) in [
        (
            "state=DONE",
            "`state=DONE` is no state: there are RUNNING, PAUSED, FAILED, FINISH, STOPPED",
        ),
        ("state=", "`state=` is no state"),
        ("state=FAILED,", "`state=` is no state"),
        (
            "trigger=cron",
            "`trigger=cron` is none: there are rest, form, run",
        ),
        ("live=maybe", "`live=maybe`: write `true` or `false`"),
        (
            "since=yesterday",
            "`since=yesterday`: write a moment such as",
        ),
        ("until=2026-01-31", "`until=2026-01-31`: write a moment"),
        ("cursor=x", "`cursor=x`: write the `next`"),
        (
            "cursor=pipelines.5.7",
            "`cursor=pipelines.5.7`: write the `next`",
        ),
        (
            "since=1&cursor=pipelines.7",
            "`cursor=pipelines.7`: write the `next`",
        ),
        ("cursor=tracks.7", "`cursor=tracks.7`: write the `next`"),
        ("limit=0", "`limit=0`"),
        (
            "status=FAILED",
            "`status` is not known here: there is `creator`, `cursor`",
        ),
        ("state=FAILED&state=FINISH", "`state` is there twice"),
        ("before=5", "`before` is not known here"),
    ] {
        let refused = server.get(&format!("/pipelines?{query}")).expect(422);
        assert_eq!(refused["code"], "invalid", "{query}");
        let detail = refused["detail"].as_str().expect("words");
        assert!(detail.contains(says), "{query}: {detail}");
    }
}

#[test]
fn the_tracks_of_a_pipeline_have_pages_and_states() {
    let server = Server::start();
    let yaml = "name: g\nvertices: {a: 'true', b: 'false', c: {script: 'true', needs: [b]}}\n";
    server.run("name: other\nvertices: {x: 'false'}\n", &json!({}));
    let id = server.run(yaml, &json!({}))["id"].clone();
    server.run(yaml, &json!({}));
    let page = |query: &str| {
        let page = server
            .get(&format!("/pipelines/{id}/tracks{query}"))
            .expect(200);
        let list = page["tracks"].as_array().expect("a list");
        let names = list
            .iter()
            .map(|t| t["vertex"].as_str().unwrap().to_owned());
        (names.collect::<Vec<_>>(), page["next"].clone())
    };
    assert_eq!(page("").0, ["a", "b", "c"]);
    let (first, next) = page("?limit=2");
    assert_eq!(first, ["a", "b"]);
    let next = next.as_str().expect("more");
    let (second, next) = page(&format!("?limit=2&cursor={next}"));
    assert_eq!(
        (second.as_slice(), next),
        (&["c".to_owned()][..], Value::Null)
    );
    assert_eq!(page("?state=FAILED").0, ["b"]);
    assert_eq!(page("?state=FAILED,SUCCEED").0, ["a", "b"]);
    assert_eq!(page("?cursor=tracks.-5").0, ["a", "b", "c"]);
    let wrong = server
        .get(&format!("/pipelines/{id}/tracks?state=DONE"))
        .expect(422);
    let detail = wrong["detail"].as_str().expect("words");
    assert!(
        detail.contains("there are WAITING, PENDING, RUNNING"),
        "{detail}"
    );
    assert_eq!(
        server.get("/pipelines/77/tracks").expect(404)["code"],
        "not-found"
    );
    let journal = server
        .get(&format!("/pipelines/{id}/journal?limit=1"))
        .expect(200);
    let events = server.get(&format!("/pipelines/{id}/events?limit=1"));
    assert_eq!(events.expect(200), journal, "another name of the same");
    let next = journal["next"].as_str().expect("more");
    let rest = server
        .get(&format!("/pipelines/{id}/journal?cursor={next}"))
        .expect(200);
    assert_ne!(
        rest["entries"][0]["sequence"],
        journal["entries"][0]["sequence"]
    );
    assert!(
        rest["entries"]
            .as_array()
            .is_some_and(|rest| rest.len() > 2)
    );
}

#[test]
fn so_many_rows_are_looked_at_for_one_page_as_the_setting_says() {
    let own = tempfile::tempdir().unwrap();
    let settings = "[default.trackyard]\nlist_rows = 2\n";
    std::fs::write(own.path().join("Rocket.toml"), settings).unwrap();
    let server = Server::start_on(own.path(), &[]);
    let yaml = "name: g\nvertices: {a: 'true'}\n";
    for name in ["wanted", "other", "another"] {
        server.run(yaml, &json!({ "name": name }));
    }
    let page = |cursor: &str| {
        let page = server.get(&format!("/pipelines?name=wanted{cursor}"));
        let page = page.expect(200);
        let found = page["pipelines"].as_array().map(Vec::len);
        (found, page["next"].as_str().map(str::to_owned))
    };
    let (found, next) = page("");
    assert_eq!(found, Some(0), "the two newest are others");
    let next = next.expect("there may be more");
    assert_eq!(page(&format!("&cursor={next}")), (Some(1), None));
}

#[test]
fn what_has_ended_before_a_moment_is_found_by_its_end() {
    let server = Server::start();
    let yaml = "name: g\nvertices: {a: 'true'}\n";
    let ends: Vec<Value> = (0..3)
        .map(|_| server.run(yaml, &json!({}))["finished_at"].clone())
        .collect();
    let found = |query: &str| {
        let page = server.get(&format!("/pipelines?{query}")).expect(200);
        let all = page["pipelines"].as_array().expect("a list").iter();
        let ids = all.map(|p| p["id"].as_i64().expect("a number"));
        (
            ids.collect::<Vec<_>>(),
            page["next"].as_str().map(str::to_owned),
        )
    };
    let until = format!("ended_before={}", ends[2].as_str().expect("a moment"));
    let (all, _) = found(&until);
    assert!(!all.contains(&3) && all.contains(&1), "{all:?}");
    let (newest, next) = found("ended_before=2999-01-01T00:00:00Z&limit=2");
    assert_eq!(newest, [3, 2]);
    let next = next.expect("more");
    let (rest, _) = found(&format!(
        "ended_before=2999-01-01T00:00:00Z&limit=2&cursor={next}"
    ));
    assert_eq!(rest, [1]);
    let refused = server.get("/pipelines?ended_before=soon").expect(422);
    assert!(
        refused["detail"]
            .as_str()
            .is_some_and(|why| why.contains("`ended_before=soon`"))
    );
}
