//! `/metrics`, `/readyz`, `/version`

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::server::{Server, ask};

const GRAPH: &str = "\
name: measured
vertices:
  a: echo a
  b: {script: exit 3, needs: [a], on_error: ignore}
  c: {script: 'until [ -e go ]; do sleep 0.02; done', needs: [b]}
";

/// The values by name with labels.
pub(crate) fn values(server: &Server) -> BTreeMap<String, f64> {
    let text = text(server);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').expect("a value");
            (name.to_owned(), value.parse().expect("a number"))
        })
        .collect()
}

fn text(server: &Server) -> String {
    let answer = server.get("/metrics");
    assert_eq!(answer.status, 200);
    assert!(
        answer.media.starts_with("text/plain; version=0.0.4"),
        "{}",
        answer.media
    );
    String::from_utf8(answer.body).expect("text")
}

#[test]
fn what_is_so_and_what_was_is_counted() {
    let server = Server::start();
    let graph = server.define(GRAPH).expect(201)["id"].clone();
    let start = format!("/graphs/{graph}/pipelines");
    let id = server.post(&start, &json!({})).expect(201)["id"].clone();
    let work = server.data().join(format!("work/{id}"));
    server.until(|| values(&server)["trackyard_tracks{state=\"FAILED\"}"] == 1.0);
    server.until(|| values(&server)["trackyard_slots_used"] == 1.0);
    let now = values(&server);
    for (name, value) in [
        ("trackyard_pipelines{state=\"RUNNING\"}", 1.0),
        ("trackyard_tracks{state=\"SUCCEED\"}", 1.0),
        ("trackyard_tracks{state=\"RUNNING\"}", 1.0),
        ("trackyard_tracks_ready", 0.0),
        ("trackyard_pipelines_started_total", 1.0),
        ("trackyard_attempts_ordered_total", 3.0),
        ("trackyard_attempts_ended_total{reason=\"success\"}", 1.0),
        ("trackyard_attempts_ended_total{reason=\"exit_code\"}", 1.0),
        ("trackyard_attempts_ended_total{reason=\"timeout\"}", 0.0),
        ("trackyard_spawn_seconds_count", 2.0),
        ("trackyard_attempt_seconds_count", 2.0),
        ("trackyard_log_bytes_total", 2.0),
        ("trackyard_driver_up", 1.0),
        ("trackyard_database_writable", 1.0),
    ] {
        assert_eq!(now.get(name), Some(&value), "{name} in {now:#?}");
    }
    // A start with the first order, and for each end a commit.
    assert!(now["trackyard_commit_seconds_count"] >= 3.0, "{now:#?}");
    assert!(now["trackyard_database_bytes{file=\"main\"}"] > 1000.0);
    let posted = "trackyard_http_requests_total{method=\"POST\",route=\"/api/v1/graphs/<id>/pipelines\",status=\"201\"}";
    assert_eq!(now.get(posted), Some(&1.0), "{now:#?}");

    std::fs::write(work.join("go"), "").expect("written");
    server.settled(&id);
    let now = values(&server);
    assert_eq!(now["trackyard_pipelines{state=\"RUNNING\"}"], 0.0);
    assert_eq!(now["trackyard_tracks{state=\"FAILED\"}"], 0.0);
    assert_eq!(
        now["trackyard_pipelines_ended_total{state=\"FINISH\"}"],
        1.0
    );
    assert_eq!(now["trackyard_slots_used"], 0.0);
}

#[test]
fn addresses_that_are_not_there_are_one_route() {
    let server = Server::start();
    for address in ["/nobody", "/api/v1/nobody", "/graphs/x/y/z"] {
        server.ask("GET", address, &[], b"");
    }
    server.ask("BREW", "/graphs", &[], b"");
    let text = text(&server);
    assert!(!text.contains("nobody") && !text.contains("BREW"), "{text}");
    let none = "trackyard_http_requests_total{method=\"any\",route=\"none\",status=\"404\"}";
    assert!(values(&server)[none] >= 3.0, "{text}");
}

#[test]
fn the_page_explains_each_measure_and_no_other() {
    let server = Server::start();
    server.run("name: one\nvertices: {a: echo a}\n", &json!({}));
    let text = text(&server);
    let said = |mark: &str| -> BTreeMap<String, String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(mark));
        let pairs = lines.filter_map(|line| line.split_once(' '));
        pairs
            .map(|(name, said)| (name.to_owned(), said.to_owned()))
            .collect()
    };
    let (kinds, helps) = (said("# TYPE "), said("# HELP "));
    let labels = |name: &str| -> BTreeSet<String> {
        let ends = ["{", "_bucket{", "_sum{", "_count{"];
        let of = |line: &&str| {
            ends.iter()
                .any(|end| line.starts_with(&format!("{name}{end}")))
        };
        let lines = text.lines().filter(of);
        let labels =
            lines.flat_map(|line| line.split("=\"").map(str::to_owned).collect::<Vec<_>>());
        let words = labels.map(|part| {
            part.rsplit(['{', ','])
                .next()
                .unwrap_or_default()
                .to_owned()
        });
        words
            .filter(|w| !w.is_empty() && w != "le" && w.chars().all(|c| c.is_ascii_lowercase()))
            .collect()
    };
    let of_server = kinds.iter().map(|(name, kind)| {
        let labels: Vec<_> = labels(name)
            .iter()
            .map(|label| format!("`{label}`"))
            .collect();
        format!(
            "| `{name}` | {kind} | {} | {} |",
            labels.join(" "),
            helps[name]
        )
    });
    let of_server: BTreeSet<String> = of_server.map(|row| row.replace("|  |", "| |")).collect();
    let page = include_str!("../../../docs/metrics.md");
    let of_page = page
        .lines()
        .filter(|line| line.starts_with("| `trackyard_"));
    let of_page: BTreeSet<String> = of_page.map(str::to_owned).collect();
    assert_eq!(of_page, of_server);
    assert!(of_page.len() > 20);
}

#[test]
fn a_stranger_is_told_how_the_server_is_and_nothing_of_what_it_does() {
    let server = Server::start();
    let get = |path: &str| ask("GET", &format!("{}/api/v1{path}", server.url), &[], b"");
    assert_eq!(get("/healthz").expect(200), json!({"status": "ok"}));
    assert_eq!(get("/readyz").expect(200), json!({"status": "ready"}));
    let version = get("/version").expect(200);
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    assert!(
        version["schema"].as_str().is_some_and(|s| s.len() >= 8),
        "{version}"
    );
    assert_eq!(get("/metrics").status, 401);

    // Something runs, so that it goes on while it drains.
    let graph = server.define("name: g\nvertices: {a: 'while :; do sleep 0.1; done'}\n");
    let graph = graph.expect(201)["id"].clone();
    server
        .post(&format!("/graphs/{graph}/pipelines"), &json!({}))
        .expect(201);
    server.until(|| values(&server)["trackyard_slots_used"] == 1.0);
    server.post("/drain", &json!({})).expect(202);
    assert_eq!(get("/readyz").expect(503)["code"], "draining");
    assert_eq!(values(&server)["trackyard_draining"], 1.0);
    server.ask("DELETE", "/api/v1/drain", &[], b"").expect(200);
    get("/readyz").expect(200);
}
