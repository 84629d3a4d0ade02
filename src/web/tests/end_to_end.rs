//! Pages of a real server on a real database, with facts in place of scripts.

use rocket::http::{Header, Status};
use rocket::local::blocking::LocalResponse;

use crate::driver::{Fact, NewStart};
use crate::engine::{AttemptKey, GraphId, PipelineId, TrackInput};
use crate::graph::{Concurrency, Edge, Graph, Kind, OnLimit, Outputs, Value, Vertex};
use crate::spool::{Cause, ExitRecord};
use crate::store::{NewGraph, Terms};
use crate::web::tests::harness::{HOSTILE, NOW, Server, keep, param, problem};
use crate::web::tests::wellformed;

/// Scripts with their predecessors.
const RELEASE: &[(&str, &[u32])] = &[
    ("checkout", &[]),
    ("unit tests", &[0]),
    ("lint", &[0]),
    ("build linux-amd64", &[0]),
    ("build linux-arm64 with a very long name", &[0]),
    ("coverage", &[1]),
    ("日志清理 任务", &[2]),
    ("image", &[3, 4]),
    ("quality gate", &[5, 6]),
    ("publish", &[7, 8]),
    ("notify", &[9, 0]),
    ("nightly cleanup", &[]),
];

pub(in crate::web) fn release() -> Graph {
    let mut host = param("host", Kind::Str);
    (host.required, host.default) = (true, Some(Value::Str("127.0.0.1".to_owned())));
    host.desc = "The machine that gets the release".to_owned();
    let mut level = param("level", Kind::Choice);
    level.choices = ["patch", "minor", "major"]
        .map(|c| Value::Str(c.to_owned()))
        .to_vec();
    (level.default, level.desc) = (Some(level.choices[0].clone()), String::new());
    let mut jobs = param("jobs", Kind::Int);
    (jobs.min, jobs.max, jobs.desc) = (Some(Value::Int(1)), Some(Value::Int(64)), String::new());
    let mut day = param("day", Kind::Date);
    (day.required, day.desc) = (true, "When it goes out".to_owned());
    let vertex = |(name, _): &(&str, &[u32])| Vertex {
        name: (*name).to_owned(),
        script: format!("set -u\n# {name}\necho \"release <level> to <host>\"\nmake -j <jobs>\n"),
        input: match *name {
            "publish" => vec![day.clone()],
            "image" => vec![jobs.clone()],
            _ => Vec::new(),
        },
        ..Vertex::default()
    };
    let edge = |(head, (_, tails)): (usize, &(&str, &[u32]))| {
        let head = head as u32;
        let tails = tails.iter().map(move |tail| Edge { head, tail: *tail });
        tails.collect::<Vec<_>>()
    };
    Graph {
        name: "release".to_owned(),
        desc: "Builds, checks and publishes a release.".to_owned(),
        input: vec![host, level],
        vertices: RELEASE.iter().map(vertex).collect(),
        edges: RELEASE.iter().enumerate().flat_map(edge).collect(),
        ..Graph::default()
    }
}

pub(in crate::web) fn save(server: &Server, graph: Graph, checked: bool) -> GraphId {
    let compiled = {
        let outputs = Outputs::of(&graph);
        graph.vertices.iter().map(|v| outputs.runnable(v)).collect()
    };
    let source = format!("name: {}\n# the rest\nvertices: {{}}\n", graph.name);
    let new = NewGraph {
        digest: source.clone(),
        graph,
        compiled,
        source,
        format: "yaml",
        checked,
        problems: if checked {
            Vec::new()
        } else {
            vec![problem("error", 3), problem("notice", 1)]
        },
        creator: "browser".to_owned(),
        terms: Terms::default(),
    };
    server.desk.handle.save_graph(new).expect("saved").id
}

pub(in crate::web) fn start(server: &Server, graph: GraphId, name: &str) -> PipelineId {
    let vertices = server.desk.store.definition(graph).expect("read");
    let vertices = &vertices.expect("a graph").vertices;
    let input = |vertex: &Vertex| TrackInput {
        values: "{\"host\":\"127.0.0.1\",\"level\":\"patch\"}".to_owned(),
        missing: vertex.name == "nightly cleanup",
        secrets: Vec::new(),
    };
    let start = NewStart {
        graph,
        revision: 1,
        name: name.to_owned(),
        desc: String::new(),
        request_key: None,
        who: "browser".to_owned(),
        trigger: "form",
        given: "{\"host\":\"127.0.0.1\",\"publish.day\":\"2026-11-22\"}".to_owned(),
        inputs: vertices.iter().map(input).collect(),
        priority: 0,
        again_of: None,
        why: String::new(),
    };
    server.desk.handle.start(start).expect("started").id
}

/// Ends the attempts that were ordered; the one of the track `failing` fails.
pub(in crate::web) fn end_all(server: &Server, failing: Option<i64>) -> Vec<AttemptKey> {
    server.settle();
    let keys: Vec<AttemptKey> = server.launches.try_iter().collect();
    for key in &keys {
        let failed = failing == Some(key.track.0);
        let record = ExitRecord {
            code: Some(if failed { 3 } else { 0 }),
            started_at: NOW.0 - 4_200,
            log_bytes: 90_000,
            ..ExitRecord::never_ran(Cause::Exited, NOW)
        };
        let tail = b"\x1b[32mok\x1b[0m release patch to 127.0.0.1\n<b>bold</b> \xff\x07\n".to_vec();
        let event = Fact::Ended {
            key: *key,
            record,
            tail,
        };
        server.facts.send(event).expect("a driver");
    }
    server.settle();
    keys
}

/// A page that is as every page must be.
pub(in crate::web) fn page(response: LocalResponse<'_>, status: Status) -> String {
    assert_eq!(response.status(), status);
    let header = |name: &str| {
        response
            .headers()
            .get_one(name)
            .unwrap_or_default()
            .to_owned()
    };
    assert!(header("Content-Security-Policy").starts_with("default-src 'none'; script-src 'self'"));
    assert_eq!(header("X-Content-Type-Options"), "nosniff");
    assert_eq!(header("Referrer-Policy"), "same-origin");
    assert_eq!(header("Cache-Control"), "no-store");
    let html = response.into_string().expect("a body");
    wellformed::check(&html);
    html
}

#[test]
fn nothing_answers_without_a_session() {
    let server = Server::start();
    for route in crate::web::routes() {
        let path = route.uri.to_string();
        let path = path.split('?').next().unwrap_or_default();
        if path.starts_with("/static") || ["/sign-in", "/look"].contains(&path) {
            continue;
        }
        let path = path.replace("<id>", "1").replace("<name>", "1.yaml");
        let path = path.replace("<word>", "stop").replace("<number>", "1");
        for cookie in [None, Some("0000")] {
            let mut request = server.client.req(route.method, path.clone());
            if let Some(cookie) = cookie {
                request = request.cookie((crate::web::edge::guard::COOKIE, cookie));
            }
            let html = page(request.dispatch(), Status::Unauthorized);
            assert!(html.contains("trackyard link"), "{path}");
        }
    }
}

#[test]
fn a_link_works_once_and_signing_out_ends_the_session() {
    let server = Server::start();
    let html = page(
        server.client.get("/sign-in?code=x").dispatch(),
        Status::Unauthorized,
    );
    assert!(html.contains("used already"));
    keep("sign-in", &html);
    page(
        server.client.get("/sign-in").dispatch(),
        Status::Unauthorized,
    );
    wellformed::check(&page(server.get("/"), Status::Ok));
    assert_eq!(
        server.get("/sign-in?code=x").headers().get_one("Location"),
        Some("/")
    );
    assert_eq!(server.post("/sign-out", "").status(), Status::SeeOther);
    page(server.get("/pipelines"), Status::Unauthorized);
}

#[test]
fn only_forms_of_ours_are_taken() {
    let server = Server::start();
    let graph = save(&server, release(), true);
    let run = start(&server, graph, "release");
    let path = format!("/pipelines/{run}/stop");
    let form = |name: &'static str, value: &'static str| {
        let csrf = crate::access::digest(&format!("csrf {}", server.cookie));
        let request = server.signed(server.client.post(path.clone()));
        let request = request.header(Header::new("Host", "127.0.0.1:8000"));
        let request = request.header(Header::new(name, value));
        request
            .body(format!("csrf={csrf}&expect=RUNNING"))
            .dispatch()
    };
    for (name, value) in [
        ("Origin", "http://evil.example"),
        ("Origin", "http://127.0.0.1:9000"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        page(form(name, value), Status::Forbidden);
    }
    let bare = server.signed(server.client.post(path.clone()));
    page(bare.body("csrf=0").dispatch(), Status::Forbidden);
    let live = server
        .desk
        .store
        .pipeline(run)
        .expect("read")
        .expect("a pipeline");
    assert_eq!(live.state, 0);
    page(
        server.post("/graphs", &format!("text={}", "a".repeat(5_000))),
        Status::PayloadTooLarge,
    );
    page(
        server.post("/graphs", &format!("text={}", "a".repeat(90_000))),
        Status::PayloadTooLarge,
    );
    page(server.post("/graphs", "text=%FF"), Status::BadRequest);
    assert_eq!(
        form("Sec-Fetch-Site", "same-origin").status(),
        Status::SeeOther
    );
    page(server.post(&path, "expect=any"), Status::Conflict);
}

#[test]
fn what_is_not_there_is_said_to_be_not_there() {
    let server = Server::start();
    for path in [
        "/nothing",
        "/graphs/7",
        "/graphs/x",
        "/graphs/7.yaml",
        "/graphs/7/start",
        "/graphs/7/edit",
        "/pipelines/7",
        "/pipelines/-1/stop",
        "/pipelines/7/eat",
        "/tracks/7/stop",
        "/tracks/7/eat",
        "/tracks/7",
    ] {
        page(server.get(path), Status::NotFound);
    }
    for path in [
        "/graphs/7/check",
        "/graphs/7/pipelines",
        "/pipelines/7/stop",
        "/tracks/7/input",
    ] {
        page(server.post(path, ""), Status::NotFound);
    }
    page(server.get("/tracks/99999999999999999999"), Status::NotFound);
}

#[test]
fn a_graph_from_its_definition_to_a_failed_run() {
    let server = Server::start();
    keep(
        "pipelines-none",
        &page(server.get("/pipelines"), Status::Ok),
    );
    keep("graphs-none", &page(server.get("/graphs"), Status::Ok));
    let graph = save(&server, release(), true);
    let hostile = Graph {
        name: HOSTILE.to_owned(),
        ..release()
    };
    let bad = save(&server, hostile, false);
    keep("graphs", &page(server.get("/graphs"), Status::Ok));
    keep("graph-new", &page(server.get("/graphs/new"), Status::Ok));
    let html = page(
        server.get(&format!("/graphs/{graph}?saved=created")),
        Status::Ok,
    );
    assert!(html.contains("version 1 was created") && html.contains("class=\"dag\""));
    keep("graph", &html);
    let html = page(server.get(&format!("/graphs/{bad}")), Status::Ok);
    assert!(html.contains("vertices: {}") && html.contains("3:3"));
    keep("graph-bad", &html);
    keep(
        "graph-edit",
        &page(server.get(&format!("/graphs/{bad}/edit")), Status::Ok),
    );
    keep(
        "unchecked",
        &page(
            server.get(&format!("/graphs/{bad}/start")),
            Status::Conflict,
        ),
    );
    let html = page(server.get(&format!("/graphs/{graph}/start")), Status::Ok);
    for field in ["p.host", "p.level", "p.image.jobs", "p.publish.day"] {
        assert!(html.contains(&format!("name=\"{field}\"")), "{field}");
    }
    keep("start", &html);
    let yaml = server.get(&format!("/graphs/{graph}.yaml"));
    assert_eq!(
        yaml.content_type().map(|kind| kind.to_string()).as_deref(),
        Some("text/yaml; charset=utf-8")
    );
    assert!(
        yaml.into_string()
            .is_some_and(|text| text.starts_with("name: release\n"))
    );

    let run = start(&server, graph, "release 2026-11-21");
    let live = format!("/pipelines/{run}");
    let html = page(server.get(&live), Status::Ok);
    assert!(html.contains("http-equiv=\"refresh\"") && html.contains("Running"));
    let html = page(server.get(&format!("{live}?hold=1")), Status::Ok);
    assert!(!html.contains("http-equiv=\"refresh\""));
    keep(
        "stop",
        &page(server.get(&format!("{live}/stop")), Status::Ok),
    );
    let keys = end_all(&server, None);
    let html = page(server.get(&live), Status::Ok);
    assert!(html.contains("waits for a value") && html.contains("/tracks/12#values"));
    keep("pipeline-live", &html);
    let html = page(server.get("/tracks/12"), Status::Ok);
    assert!(
        html.contains("action=\"/tracks/12/input\"") && !html.contains("http-equiv=\"refresh\"")
    );
    keep("track-input", &html);
    end_all(&server, Some(keys[0].track.0 + 2));
    keep("pipelines", &page(server.get("/pipelines"), Status::Ok));
    let html = page(server.get(&live), Status::Ok);
    assert!(html.contains("Failed") && html.contains("exit code 3"));
    keep("pipeline-failed", &html);
    let html = page(
        server.get(&format!("/tracks/{}", keys[0].track)),
        Status::Ok,
    );
    assert!(
        html.contains("<span class=\"f2\">ok</span> release patch")
            && html.contains("&#60;b&#62;bold")
            && html.contains("\u{2407}")
    );
    assert!(html.contains("Only the last lines are shown") && html.contains("/attempts/1/log"));
    keep("track", &html);
}

#[test]
fn stopping_goes_back_to_the_page_and_is_in_the_journal() {
    let server = Server::start();
    let graph = save(&server, release(), true);
    let run = start(&server, graph, HOSTILE);
    let answer = server.post(
        &format!("/pipelines/{run}/stop"),
        "expect=RUNNING&why=wrong+%3Cday%3E",
    );
    assert_eq!(
        answer.headers().get_one("Location"),
        Some(format!("/pipelines/{run}").as_str())
    );
    let html = page(server.get(&format!("/pipelines/{run}")), Status::Ok);
    assert!(html.contains("Stopped") && html.contains("wrong &#60;day&#62;"));
    let html = page(server.get(&format!("/graphs/{graph}")), Status::Ok);
    assert!(html.contains("sealed"));
}

#[test]
fn the_form_says_which_pipelines_the_limit_would_stop() {
    let server = Server::start();
    let limited = |name: &str, on_limit| Graph {
        name: name.to_owned(),
        concurrency: Some(Concurrency { limit: 1, on_limit }),
        ..release()
    };
    for (on_limit, stops, waits) in [
        (OnLimit::CancelOldest, true, true),
        (OnLimit::Queue, false, true),
        (OnLimit::Reject, false, false),
    ] {
        let graph = save(&server, limited(&format!("{on_limit:?}"), on_limit), true);
        let form = || page(server.get(&format!("/graphs/{graph}/start")), Status::Ok);
        let free = form();
        assert!(!free.contains("The start stops") && !free.contains("waits until"));
        let run = start(&server, graph, "first");
        let html = form();
        wellformed::check(&html);
        let said = format!("The start stops <a href=\"/pipelines/{run}\">#{run}</a>: the graph");
        assert_eq!(html.contains(&said), stops, "{on_limit:?}");
        assert_eq!(
            html.contains("is started waits until"),
            waits,
            "{on_limit:?}"
        );
    }
}

#[test]
fn a_preview_shows_what_would_run_and_starts_nothing() {
    let server = Server::start();
    let id = save(&server, release(), true);
    let path = format!("/graphs/{id}/preview");
    let wrong = page(
        server.post(&path, "p.host=-rf&p.level=major&key=k"),
        Status::UnprocessableEntity,
    );
    assert!(wrong.contains("would read it as an option") && !wrong.contains("id=\"preview\""));
    assert!(
        wrong.contains("<code>day</code> must be answered"),
        "the missing value is told"
    );
    let form =
        "p.host=%3Cb%3E%27%E2%80%AE&p.level=major&p.publish.day=2026-11-22&p.image.jobs=7&key=k";
    let html = page(server.post(&path, form), Status::Ok);
    for shown in [
        "name=\"key\" value=\"k\"",
        // As it runs, and labelled.
        "p_host=&#39;&#60;b&#62;&#39;\\&#39;&#39;⟨U+202E⟩&#39;; ",
        "<mark title=\"host = &#60;b&#62;&#39;\\u{202e}\">${p_host}<small><bdi>host = &#60;b&#62;&#39;\\u{202e}</bdi></small></mark>",
        "<mark title=\"jobs = 7\">&#34;${p_jobs}&#34;<small>",
        "run by <bdi>/bin/sh -e</bdi>",
    ] {
        assert!(html.contains(shown), "{shown}");
    }
    assert_eq!(html.matches("<details").count(), RELEASE.len());
    let runs = server.desk.store.pipelines_of(id, 1).expect("read");
    assert!(runs.is_empty(), "nothing was started");
    keep("preview", &html);
    let later = page(
        server.post(&path, "p.host=h&p.level=major&ask_later=yes&key=k"),
        Status::Ok,
    );
    for shown in [
        "p_jobs=&#39;‹jobs: asked later›&#39;",
        "<bdi>jobs: asked later</bdi>",
        "value=\"yes\" checked",
    ] {
        assert!(later.contains(shown), "{shown}");
    }
    assert!(!later.contains("role=\"alert\""));
    let unchecked = save(
        &server,
        Graph {
            name: "other".to_owned(),
            ..release()
        },
        false,
    );
    page(
        server.post(&format!("/graphs/{unchecked}/preview"), form),
        Status::Conflict,
    );
    page(server.post("/graphs/77/preview", form), Status::NotFound);
}

#[test]
fn a_pipeline_tells_what_was_given_from_defaults() {
    let server = Server::start();
    let graph = save(&server, release(), true);
    let run = start(&server, graph, "release");
    for (language, given, default, nobody) in [
        ("en", "given", "default", "not given at the start"),
        ("zh-CN", "启动时填写", "默认值", "启动时没有填写"),
    ] {
        for path in [
            format!("/pipelines/{run}"),
            format!("/pipelines/{run}/again"),
        ] {
            let request = server.signed(server.client.get(path));
            let request = request.cookie(("trackyard_lang", language));
            let html = page(request.dispatch(), Status::Ok);
            for (name, value, source) in [
                ("host", "<code>127.0.0.1</code>", given),
                ("publish.day", "<code>2026-11-22</code>", given),
                ("level", "<code>patch</code>", default),
                ("image.jobs", "", nobody),
            ] {
                let value = format!("<td class=\"value\">{value}</td>");
                let row = format!("<code>{name}</code></th>{value}<td class=\"muted\">{source}<");
                assert!(html.contains(&row), "{row}");
            }
        }
    }
}
