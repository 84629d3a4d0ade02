//! What a person does to pipelines and tracks, page by page, on a real server with facts in place of
//! scripts.

use std::collections::BTreeMap;

use rocket::http::Status;

use crate::desk::StartRequest;
use crate::driver::Fact;
use crate::engine::{AttemptKey, PipelineId, Remains, TrackId, TrackState};
use crate::graph::{Edge, GivenOwned, Graph, Kind, Millis, Param, Retry, Value, Vertex, When};
use crate::spool::{Cause, ExitRecord};
use crate::web::tests::end_to_end::{page, save};
use crate::web::tests::harness::{HOSTILE, NOW, Server, keep, param};

/// `fetch` before `build` before `ship`, which is tried twice; one alone, whose
/// failure counts as done; a script at the end. `build` has values and
/// leaves one.
fn graph() -> Graph {
    let mut times = param("times", Kind::Int);
    times.desc = "How often".to_owned();
    let vertex = |name: &str| Vertex {
        name: name.to_owned(),
        script: "true\n".to_owned(),
        ..Vertex::default()
    };
    let build = Vertex {
        script: "make -j <times> <token> <note>\n".to_owned(),
        input: vec![
            times,
            param("token", Kind::Secret),
            param("note", Kind::Str),
        ],
        outputs: vec![param("count", Kind::Int), param("unused", Kind::Int)],
        ..vertex("build")
    };
    let ship = Vertex {
        retry: Some(Retry {
            limit: 1,
            delay: Millis(3_600_000),
            backoff: 1.0,
            max_delay: Millis(3_600_000),
            jitter: 0.0,
            exit_codes: None,
        }),
        script: "echo <build.count>\n".to_owned(),
        ..vertex("ship")
    };
    let alone = Vertex {
        ignore_failure: true,
        ..vertex(HOSTILE)
    };
    let unused = Param {
        default: Some(Value::Str("nobody".to_owned())),
        ..param("unused", Kind::Str)
    };
    let end = Vertex {
        handler: Some(When::Exit),
        ..vertex("on_exit")
    };
    Graph {
        name: HOSTILE.to_owned(),
        input: vec![unused],
        vertices: vec![vertex("fetch"), build, ship, alone, end],
        edges: vec![Edge { head: 1, tail: 0 }, Edge { head: 2, tail: 1 }],
        ..Graph::default()
    }
}

/// A server with one pipeline, of which the tracks 1 (fetch) and 4 run.
pub(in crate::web) struct Site {
    pub(in crate::web) server: Server,
    run: PipelineId,
    running: BTreeMap<i64, AttemptKey>,
}

impl Site {
    pub(in crate::web) fn new() -> Self {
        let server = Server::start();
        let graph = save(&server, graph(), true);
        let text = |text: &str| GivenOwned::Text(text.to_owned());
        let given = [
            ("build.times", "3"),
            ("build.token", "s3cret-token"),
            ("build.note", "a\"b"),
        ];
        let request = StartRequest {
            name: "night".to_owned(),
            given: given.map(|(k, v)| (k.to_owned(), text(v))).into(),
            who: "ann".to_owned(),
            trigger: "form",
            ..StartRequest::default()
        };
        let run = server.desk.start(graph, request).expect("started").id;
        let mut site = Self {
            server,
            run,
            running: BTreeMap::new(),
        };
        site.look();
        site
    }

    fn look(&mut self) {
        self.server.settle();
        let keys = self.server.launches.try_iter();
        self.running.extend(keys.map(|key| (key.track.0, key)));
    }

    /// The attempt of a track ends.
    pub(in crate::web) fn end(&mut self, track: i64, code: i32) {
        let key = self.running.remove(&track).expect("it runs");
        let record = ExitRecord {
            code: Some(code),
            ..ExitRecord::never_ran(Cause::Exited, NOW)
        };
        let tail = Vec::new();
        let fact = Fact::Ended { key, record, tail };
        self.server.facts.send(fact).expect("a driver");
        self.look();
    }

    /// Nobody knows how it ended.
    fn lose(&mut self, track: i64) {
        let key = self.running.remove(&track).expect("it runs");
        let (why, remains) = ("gone".to_owned(), Remains::default());
        let fact = Fact::Interrupted { key, why, remains };
        self.server.facts.send(fact).expect("a driver");
        self.look();
    }

    pub(in crate::web) fn get(&self, path: &str) -> String {
        page(self.server.get(path), Status::Ok)
    }

    /// Sends a form that is taken; gives where it leads.
    pub(in crate::web) fn post(&mut self, path: &str, form: &str) -> String {
        let answer = self.server.post(path, form);
        let told = answer.headers().get_one("Location").map(str::to_owned);
        let status = answer.status();
        let text = answer.into_string().unwrap_or_default();
        assert_eq!(status, Status::SeeOther, "{path}: {text}");
        self.look();
        told.expect("a place")
    }

    /// Sends a form that is not taken; gives the page that says why.
    fn refused(&self, path: &str, form: &str, status: Status) -> String {
        page(self.server.post(path, form), status)
    }

    fn state(&self, track: i64) -> TrackState {
        let tracks = self.server.desk.store.tracks(self.run, track - 1, 1);
        let tracks = tracks.expect("read");
        TrackState::from_code(tracks[0].state).expect("a state")
    }

    /// The newest lines of the journal: who, why.
    fn journal(&self, lines: usize) -> Vec<(String, String)> {
        let found = self.server.desk.store.journal_tail(self.run, lines as i64);
        let found = found.expect("read").into_iter();
        found.map(|row| (row.who, row.why)).collect()
    }
}

/// The labels of the buttons and links at the head of a page.
fn offered(html: &str) -> Vec<&str> {
    let head = html.split("<div class=\"acts\">").nth(1).expect("a head");
    let head = head.split("</div>").next().expect("its end");
    let ends = head.split("</button>").flat_map(|part| part.split("</a>"));
    let labels = ends.map(|part| part.rsplit('>').next().unwrap_or_default());
    labels.filter(|label| !label.trim().is_empty()).collect()
}

#[test]
fn a_pipeline_is_paused_and_goes_on() {
    let mut site = Site::new();
    let html = site.get("/pipelines/1");
    assert_eq!(offered(&html), ["Pause", "Stop", "Run again"]);
    assert!(html.contains("After the verdict") && html.contains("there is no verdict yet"));
    assert!(
        html.contains("<strong>0/4</strong> done"),
        "the last script is not counted"
    );
    // One click, with what its page showed.
    assert_eq!(
        site.post("/pipelines/1/pause", "expect=RUNNING"),
        "/pipelines/1"
    );
    let html = site.get("/pipelines/1");
    assert_eq!(offered(&html), ["Resume", "Stop", "Run again"]);
    assert!(
        html.contains("Paused") && html.contains("browser paused the pipeline; <code>fetch</code>")
    );
    site.end(1, 0);
    assert_eq!(site.state(2), TrackState::Pending);
    assert!(site.get("/tracks/2").contains("its pipeline is paused"));
    // Its page shows what is no more.
    let html = site.refused("/pipelines/1/pause", "expect=RUNNING", Status::Conflict);
    assert!(html.contains("It has moved since you looked. The pipeline is PAUSED: "));
    site.post("/pipelines/1/resume", "expect=PAUSED&why=done+waiting");
    assert_eq!(site.state(2), TrackState::Running);
    assert!(
        site.journal(9)
            .contains(&("browser".to_owned(), "resume: done waiting".to_owned()))
    );
}

#[test]
fn a_stop_lists_what_would_be_ended_and_changes_nothing_before() {
    let mut site = Site::new();
    let before = site.journal(50);
    let html = site.get("/pipelines/1/stop");
    keep("ask-stop", &html);
    for said in [
        "2 scripts run and are ended",
        "2 tracks change",
        "1 track will run, now or when its turn comes",
        "The pipeline is “Running” and becomes “Stopped”.",
        "name=\"expect\" value=\"RUNNING\"",
        "May be left empty",
    ] {
        assert!(html.contains(said), "{said}");
    }
    assert_eq!(
        (site.journal(50), site.state(2)),
        (before, TrackState::Waiting)
    );
    let told = site.post("/pipelines/1/stop", "expect=RUNNING&why=wrong+%3Cday%3E");
    assert_eq!(told, "/pipelines/1");
    let html = site.get("/pipelines/1");
    assert_eq!(offered(&html), ["Kill", "Run again"]);
    assert!(html.contains("browser stopped it (wrong &#60;day&#62;); <code>fetch</code>"));
    assert!(html.contains("wrong &#60;day&#62;"));
    assert_eq!(site.state(2), TrackState::Stopped);
    let html = page(site.server.get("/pipelines/1/stop"), Status::Conflict);
    assert!(html.contains("it is being stopped already") && !html.contains("name=\"why\""));
    let html = site.get("/pipelines/1/kill");
    assert!(html.contains("2 scripts run and are ended") && html.contains("without a grace"));
    site.post("/pipelines/1/kill", "expect=STOPPED");
}

#[test]
fn a_track_is_held_released_and_passed_over() {
    let mut site = Site::new();
    assert_eq!(offered(&site.get("/tracks/3")), ["Skip", "Hold", "Stop"]);
    let html = site.get("/tracks/3/hold");
    assert!(html.contains("<code>ship</code> stays “Waiting” and is marked as held."));
    assert_eq!(
        site.post("/tracks/3/hold", "expect=WAITING&attempt=0"),
        "/tracks/3"
    );
    let html = site.get("/tracks/3");
    assert_eq!(offered(&html), ["Skip", "Release", "Stop"]);
    let badge = "<span class=\"badge s-paused\">held</span>";
    assert!(html.contains(badge) && site.get("/pipelines/1").contains(badge));
    assert!(html.contains("a person holds it, and its predecessors are not done"));
    site.post("/tracks/3/release", "expect=WAITING&attempt=0");
    let html = site.get("/tracks/3/skip");
    assert!(html.contains("It is passed over and counts as done"));
    assert!(html.contains(
        "<code>ship</code> stays “Waiting” and is marked: it is passed over when its turn comes."
    ));
    let told = site.post("/tracks/3/skip", "expect=WAITING&attempt=0&from=pipeline");
    assert_eq!(told, "/pipelines/1", "where the link was");
    assert!(site.get("/tracks/3").contains("to be skipped"));
    for track in [1, 2] {
        site.end(track, 0);
    }
    assert_eq!(site.state(3), TrackState::Skipped);
}

#[test]
fn a_skip_says_who_will_miss_a_value() {
    let mut site = Site::new();
    site.end(1, 0);
    site.end(2, 7);
    let html = site.get("/tracks/2/skip");
    keep("ask-skip", &html);
    assert!(html.contains("<bdi><code>ship</code> takes <code>build.count</code> and will fail when it starts: a track that is skipped leaves no values.</bdi>"));
    assert!(!site.get("/tracks/2/retry").contains("will fail"));
}

#[test]
fn a_failed_track_is_tried_again_with_another_value() {
    let mut site = Site::new();
    site.end(1, 0);
    site.end(2, 7);
    let html = site.get("/pipelines/1");
    keep("pipeline-retry", &html);
    assert!(html.contains("href=\"/tracks/2/retry?from=pipeline\""));
    let html = site.get("/tracks/2");
    let labels = [
        "Retry",
        "Retry with all after it",
        "Run alone",
        "Skip",
        "It succeeded",
    ];
    assert_eq!(offered(&html), labels);
    let html = site.get("/tracks/2/retry?from=pipeline");
    keep("ask-retry", &html);
    for said in [
        "name=\"p.times\" type=\"text\" inputmode=\"numeric\" value=\"3\"",
        "type=\"password\"",
        "left empty, it stays as it is",
        "value=\"a&#34;b\"",
        "tracks will run, now or when their turn comes",
    ] {
        assert!(html.contains(said), "{said}");
    }
    assert!(!html.contains("s3cret"), "a secret is not shown again");
    let form = "expect=FAILED&attempt=1&from=pipeline&why=more&p.times=";
    let path = "/tracks/2/retry";
    let html = site.refused(
        path,
        &format!("{form}many&p.token=&p.note="),
        Status::UnprocessableEntity,
    );
    assert!(
        html.contains("value=\"many\"") && html.contains("value=\"more\""),
        "it is kept"
    );
    assert!(html.contains("href=\"#f0\"") && html.contains("One field needs another value"));
    assert_eq!(site.state(2), TrackState::Failed);
    assert_eq!(
        site.post(path, &format!("{form}9&p.token=&p.note=")),
        "/pipelines/1"
    );
    let (_, texts) = site
        .server
        .desk
        .store
        .track(TrackId(2))
        .expect("read")
        .expect("it");
    assert!(texts.input.contains("\"times\":9") && texts.input.contains("\"note\":\"\""));
    assert_eq!(
        site.server
            .desk
            .store
            .given_secrets(TrackId(2))
            .expect("read")
            .len(),
        1
    );
    assert_eq!(site.state(2), TrackState::Running);
    assert!(site.journal(9).iter().any(|(_, why)| why == "retry: more"));
}

#[test]
fn the_wait_for_the_next_attempt_is_cut_short() {
    let mut site = Site::new();
    for track in [1, 2] {
        site.end(track, 0);
    }
    site.end(3, 1);
    assert_eq!(site.state(3), TrackState::Pending);
    let html = site.get("/tracks/3");
    keep("track-retry", &html);
    assert!(
        html.contains("waits for its next attempt</bdi> until <time datetime=\"2026-11-21T04:08")
    );
    assert_eq!(offered(&html), ["Retry now", "Skip", "Hold", "Stop"]);
    let html = site.get("/pipelines/1");
    assert!(
        html.contains("href=\"/tracks/3/retry?from=pipeline\"") && html.contains(">Retry now<")
    );
    site.post("/tracks/3/retry", "expect=PENDING&attempt=1");
    assert_eq!(site.state(3), TrackState::Running);
}

#[test]
fn a_failure_that_counts_as_done_needs_nobody() {
    let mut site = Site::new();
    site.end(4, 3);
    let html = site.get("/pipelines/1");
    assert!(html.contains("1 ignored failure") && html.contains("; its failure counts as done"));
    assert!(!html.contains("Needs attention") && !html.contains("href=\"/tracks/4/retry"));
    assert_eq!(offered(&html), ["Pause", "Stop", "Run again"]);
}

#[test]
fn a_forced_end_needs_a_reason() {
    let mut site = Site::new();
    let html = site.get("/tracks/4/fail");
    assert!(html.contains("class=\"required\"") && html.contains("1 script runs and is ended"));
    let html = site.refused(
        "/tracks/4/fail",
        "expect=RUNNING&attempt=1&why=+",
        Status::UnprocessableEntity,
    );
    keep("ask-fail", &html);
    assert!(html.contains("href=\"#why\"") && html.contains("id=\"why-e\""));
    assert!(html.contains("needs a reason"));
    site.end(1, 0);
    site.end(2, 7);
    let html = site.get("/tracks/2/succeed");
    assert!(
        html.contains("What it left for the vertices after it")
            && html.contains("name=\"p.count\"")
    );
    assert!(
        !html.contains("role=\"alert\""),
        "nothing is wrong before anything is typed"
    );
    let required = |name: &str| {
        let label = html
            .split("<label")
            .find(|l| l.contains(&format!("<bdi>{name}</bdi>")));
        label.is_some_and(|label| label.contains("class=\"required\""))
    };
    assert_eq!(
        ["count", "unused", "Why"].map(required),
        [true, false, true]
    );
    let html = site.refused(
        "/tracks/2/succeed",
        "expect=FAILED&attempt=1&p.count=&p.unused=&why=I+looked",
        Status::UnprocessableEntity,
    );
    keep("ask-succeed", &html);
    assert!(html.contains("One field needs another value") && html.contains("id=\"f0-e\""));
    let long = "x".repeat(501);
    let form = format!("expect=FAILED&attempt=1&p.count=12&why={long}");
    let html = site.refused("/tracks/2/succeed", &form, Status::UnprocessableEntity);
    assert!(
        html.contains(&long) && html.contains("the limit is 500") && html.contains("value=\"12\"")
    );
    site.post(
        "/tracks/2/succeed",
        "expect=FAILED&attempt=1&p.count=12&why=I+looked",
    );
    assert_eq!(site.state(2), TrackState::Succeed);
    let html = site.get("/tracks/2");
    assert!(
        html.contains("browser said that it succeeded: I looked")
            && html.contains("<code>12</code>")
    );
}

#[test]
fn what_has_moved_is_shown_as_it_is_now_and_nothing_typed_is_lost() {
    let mut site = Site::new();
    site.end(1, 0);
    let seen = site.get("/tracks/2/stop");
    assert!(seen.contains("value=\"RUNNING\"") && seen.contains("name=\"attempt\" value=\"1\""));
    site.end(2, 7);
    let form = "expect=RUNNING&attempt=1&why=too+%3Cslow%3E";
    let html = site.refused("/tracks/2/stop", form, Status::Conflict);
    assert!(
        html.contains("It has moved since you looked. The track is FAILED: nothing of it runs.")
            && !html.contains("send it once more"),
        "it cannot be asked any more, and that is all that is said"
    );
    assert!(html.contains("<bdi>too &#60;slow&#62;</bdi>") && !html.contains("name=\"why\""));
    let form = "expect=RUNNING&attempt=1&why=too+%3Cslow%3E&p.count=5";
    let html = site.refused("/tracks/2/succeed", form, Status::Conflict);
    keep("ask-moved", &html);
    assert!(html.contains("value=\"too &#60;slow&#62;\"") && html.contains("value=\"5\""));
    assert!(
        html.contains("name=\"expect\" value=\"FAILED\""),
        "sent once more, it is taken"
    );
    // The same state, but another attempt.
    site.post("/tracks/2/retry", "expect=FAILED&attempt=1");
    site.end(2, 7);
    site.refused(
        "/tracks/2/retry",
        "expect=FAILED&attempt=1",
        Status::Conflict,
    );
    site.refused("/tracks/2/retry", "attempt=2", Status::UnprocessableEntity);
    // What comes before it has to be done.
    let html = page(site.server.get("/tracks/3/retry"), Status::Conflict);
    assert!(html.contains("it has not run yet"));
}

#[test]
fn whoever_asks_needs_the_form_of_a_page() {
    let site = Site::new();
    for path in ["/pipelines/1/pause", "/tracks/4/stop", "/tracks/3/hold"] {
        let request = site.server.signed(site.server.client.post(path));
        let answer = request.body("csrf=0&expect=any&why=x").dispatch();
        page(answer, Status::Forbidden);
    }
    assert_eq!(site.state(4), TrackState::Running);
    assert!(site.get("/pipelines/1").contains("Pause"));
}

#[test]
fn an_unknown_end_waits_in_the_inbox_also_of_what_runs_after_the_verdict() {
    let mut site = Site::new();
    site.end(4, 0);
    site.lose(1);
    let html = site.get("/tracks/1");
    keep("track-unclear", &html);
    assert!(html.contains("id=\"unclear\"") && html.contains("href=\"/tracks/1/succeed\""));
    assert!(
        site.get("/pipelines/1")
            .contains("href=\"/tracks/1#unclear\"")
    );
    // Nobody knows better: no reason is needed.
    site.post("/tracks/1/fail", "expect=INTERRUPTED&attempt=1");
    assert_eq!(site.state(1), TrackState::Failed);
    assert_eq!(site.state(5), TrackState::Running, "the script at the end");
    site.lose(5);
    let head = site
        .server
        .desk
        .store
        .pipeline(site.run)
        .expect("read")
        .expect("it");
    assert!(head.finished_at.is_some(), "nothing of it moves");
    let html = site.get("/inbox");
    assert!(html.contains("href=\"/tracks/5#unclear\"") && html.contains("on_exit"));
    assert!(
        site.get("/tracks/5")
            .contains("Nobody knows how this script ended")
    );
    assert_eq!(
        site.post(
            "/tracks/5/succeed",
            "expect=INTERRUPTED&attempt=1&from=inbox"
        ),
        "/inbox"
    );
    assert!(site.get("/inbox").contains("Nothing waits for you"));
    let html = site.get("/pipelines/1");
    assert_eq!(offered(&html), ["Retry failed", "Run again"]);
    let html = site.get("/pipelines/1/retry-failed");
    assert!(html.contains("becomes “Running”") && html.contains("3 tracks will run"));
    site.post("/pipelines/1/retry-failed", "expect=FAILED");
    assert_eq!(
        (site.state(1), site.state(5)),
        (TrackState::Running, TrackState::Waiting)
    );
}

#[test]
fn a_pipeline_runs_once_more() {
    let mut site = Site::new();
    let html = site.get("/pipelines/1/again");
    keep("ask-again", &html);
    assert!(html.contains("build.times") && html.contains("******") && !html.contains("s3cret"));
    let key = html.split("name=\"key\" value=\"").nth(1).expect("a key");
    let key = key.split('"').next().expect("its end").to_owned();
    let form = format!("expect=RUNNING&key={key}&why=once+more");
    assert_eq!(site.post("/pipelines/1/again", &form), "/pipelines/2");
    assert_eq!(
        site.post("/pipelines/1/again", &form),
        "/pipelines/2",
        "one start for a form"
    );
    let html = site.get("/pipelines/2");
    assert!(html.contains("again of <a href=\"/pipelines/1\">#1</a>"));
    assert!(
        site.get("/pipelines/1")
            .contains("run again as <a href=\"/pipelines/2\">#2</a>")
    );
}

#[test]
fn values_are_changed_before_a_track_starts() {
    let mut site = Site::new();
    let html = site.get("/tracks/2");
    assert!(html.contains("action=\"/tracks/2/input\""));
    assert!(html.contains("name=\"expect\" value=\"WAITING\"") && !html.contains("s3cret"));
    assert!(
        !html.contains("p.unused"),
        "only what its script takes is asked for"
    );
    // A script that takes nothing.
    assert!(!site.get("/tracks/3").contains("/tracks/3/input"));
    let html = page(site.server.get("/tracks/3/input"), Status::Conflict);
    assert!(html.contains("Its script takes no values.") && !html.contains("p.unused"));
    site.refused(
        "/tracks/3/input",
        "expect=WAITING&attempt=0",
        Status::Conflict,
    );
    let form = "expect=WAITING&attempt=0&p.token=&p.note=x&p.times=";
    let html = site.refused(
        "/tracks/2/input",
        &format!("{form}x"),
        Status::UnprocessableEntity,
    );
    assert!(html.contains("value=\"x\"") && html.contains("id=\"f0-e\""));
    assert_eq!(
        site.post("/tracks/2/input", &format!("{form}8")),
        "/tracks/2"
    );
    assert!(site.get("/tracks/2").contains("<code>8</code>"));
    site.end(1, 0);
    let html = site.refused("/tracks/2/input", &format!("{form}8"), Status::Conflict);
    assert!(html.contains("It has moved since you looked. The track is RUNNING: "));
}
