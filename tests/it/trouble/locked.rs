//! Another process keeps the database locked.

use std::time::{Duration, Instant};

use serde_json::json;

use super::tools::{Lock, PROMPT, WAITS, page, pipeline, start, state, terminate, try_start};
use crate::api::metrics;
use crate::server::{Server, ask, program};

/// Much longer than SQLite waits for a lock (a second) and than the driver waits before it tries
/// again (a quarter of one).
const LOCKED: Duration = Duration::from_secs(30);
/// A page has to be there within this time.
const PAGE: Duration = Duration::from_secs(1);
/// A command has to be refused within this time, which is much shorter than the lock is held: one
/// wait of SQLite, and a busy machine.
const REFUSAL: Duration = Duration::from_secs(10);
const BANNER: &str = "Nothing can be changed now";

fn graph() -> String {
    format!("name: g\nvertices:\n  a: {WAITS}\n  b: {{script: echo b, needs: [a]}}\n")
}

#[test]
fn for_30_s_pages_can_be_read_commands_are_refused_and_nothing_is_lost() {
    // In memory: on a shared disk even a reader waits for what others write there.
    let own = tempfile::tempdir_in("/dev/shm").expect("a directory");
    let mut command = program();
    // Pages are asked for as fast as they come.
    command.env("TRACKYARD_SESSION_RATE", "10000");
    let server = Server::from_command(command, own.path(), &[]);
    let cookie = server.sign_in(&server.link);
    let graph_id = server.define(&graph()).expect(201)["id"].clone();
    let id = try_start(&server, &graph_id).expect(201)["id"].clone();
    let go = server.data().join(format!("work/{id}/go"));
    server.until(|| go.parent().is_some_and(std::path::Path::exists));

    let locked = Instant::now();
    let mut lock = Lock::take(server.data(), Some(LOCKED));
    // The first one, when nobody knows yet, is refused like those after it.
    let began = Instant::now();
    let refused = try_start(&server, &graph_id).expect(503);
    assert_eq!(refused["code"], "unwritable", "{refused}");
    assert!(began.elapsed() < REFUSAL, "{:?}", began.elapsed());
    server.until(|| page(&server, &cookie, "/pipelines").contains(BANNER));
    // Who asks without a credential is told the kind of trouble and no more.
    let ready = || ask("GET", &format!("{}/api/v1/readyz", server.url), &[], b"");
    let not = ready().expect(503);
    assert_eq!(not["code"], "unwritable", "{not}");
    assert_eq!(not["detail"], "the database cannot be written now");
    let measured = metrics::values(&server);
    assert_eq!(measured["trackyard_database_writable"], 0.0);
    assert_eq!(measured["trackyard_driver_up"], 1.0);
    assert_eq!(measured["trackyard_slots_used"], 1.0);
    assert!(measured["trackyard_commit_retries_total"] >= 1.0);
    // A result comes in meanwhile.
    std::fs::write(&go, "").expect("written");
    let (mut pages, mut slowest) = (0, Duration::ZERO);
    let mut refusals = 0;
    while lock.is_held() {
        let path = ["/pipelines", "/graphs", "/pipelines/1", "/tracks/1"][pages % 4];
        let began = Instant::now();
        page(&server, &cookie, path);
        slowest = slowest.max(began.elapsed());
        pages += 1;
        // In the last moments it may be free by the time it is asked.
        if locked.elapsed() < LOCKED - REFUSAL {
            let began = Instant::now();
            assert_eq!(try_start(&server, &graph_id).status, 503);
            assert!(began.elapsed() < REFUSAL, "{:?}", began.elapsed());
            assert_eq!(state(&server, &id, "a"), "RUNNING");
            refusals += 1;
        }
    }
    assert!(locked.elapsed() >= LOCKED);
    assert!(pages > 20 && refusals > 20, "{pages} {refusals}");
    assert!(slowest < PAGE, "a page took {slowest:?}");
    // It goes on by itself, and what was refused was not done.
    assert_eq!(server.settled(&id)["state"], "FINISH");
    server.until(|| !page(&server, &cookie, "/pipelines").contains(BANNER));
    ready().expect(200);
    let all = server.get("/pipelines").expect(200);
    assert_eq!(all["pipelines"].as_array().map(Vec::len), Some(1), "{all}");
    let next = try_start(&server, &graph_id).expect(201)["id"].clone();
    server
        .post(&format!("/pipelines/{next}/stop"), &json!({}))
        .expect(200);
    server.settled(&next);
    lock.release();
}

#[test]
fn a_server_that_tries_to_commit_ends_at_once_and_the_next_one_has_the_result() {
    let own = tempfile::tempdir().expect("a directory");
    let server = Server::start_on(own.path(), &[]);
    let cookie = server.sign_in(&server.link);
    let id = start(&server, &graph());
    let work = own.path().join(format!("work/{id}"));
    server.until(|| work.exists());
    let lock = Lock::take(own.path(), None);
    std::fs::write(work.join("go"), "").expect("written");
    server.until(|| page(&server, &cookie, "/pipelines").contains(BANNER));
    let took = terminate(&server);
    assert!(took < PROMPT, "{took:?}");
    lock.release();
    let next = Server::start_on(own.path(), &[]);
    let ended = next.settled(&id);
    assert_eq!(ended["state"], "FINISH", "{ended}");
    assert_eq!(next.track(&ended, "a")["attempt"], 1, "it ran once");
    assert_eq!(next.log(&next.track(&ended, "a")), b"up\non\n");
}

#[test]
fn a_token_that_was_not_replaced_is_replaced_by_the_same_request() {
    let server = Server::start();
    let cookie = server.sign_in(&server.link);
    let file = server.data().join("local.token");
    let read = || std::fs::read_to_string(&file).expect("a token");
    let rotate = |token: &str| {
        let authorization = format!("Bearer {}", token.trim());
        let headers = [
            ("Authorization", authorization.as_str()),
            ("Idempotency-Key", "k"),
        ];
        let url = format!("{}/api/v1/token/rotate", server.url);
        ask("POST", &url, &headers, b"")
    };
    let old = read();
    let lock = Lock::take(server.data(), None);
    let refused = rotate(&old).expect(503);
    assert_eq!(refused["code"], "unwritable", "{refused}");
    assert_eq!(read(), old);
    page(&server, &cookie, "/graphs");
    lock.release();
    // The file cannot be replaced when the sessions have ended.
    let aside = server.data().join("aside");
    std::fs::rename(&file, &aside).expect("moved");
    std::fs::create_dir(&file).expect("made");
    server.until(|| rotate(&old).json()["code"] != "unwritable");
    let half = rotate(&old).expect(503);
    let why = half["detail"].as_str().expect("words");
    assert!(why.starts_with("all browsers are signed out, but"), "{why}");
    std::fs::remove_dir(&file).expect("removed");
    std::fs::rename(&aside, &file).expect("moved");
    assert_eq!(read(), old);
    rotate(&old).expect(200);
    let new = read();
    assert_ne!(new, old);
    // It went through: the same request does it no more.
    let again = rotate(&new);
    assert!(again.replayed);
    again.expect(200);
    assert_eq!(read(), new);
    rotate(&old).expect(401);
}

#[test]
fn a_server_that_is_waited_for_ends_at_once() {
    let server = Server::start();
    let yaml = format!("name: g\nvertices:\n  a: {WAITS}\n");
    let graph = server.define(&yaml).expect(201)["id"].clone();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let path = format!("/graphs/{graph}/pipelines?wait=60s");
            server.post(&path, &json!({})).status
        });
        server.until(|| server.data().join("work/1").exists());
        let took = terminate(&server);
        assert!(took < PROMPT, "{took:?}");
        // The start was committed, and the one who waited is told so.
        assert_eq!(waiting.join().expect("an answer"), 201);
    });
    std::fs::write(server.data().join("work/1/go"), "").expect("written");
    server.until(|| server.data().join("spool/1-1-1.exit").exists());
}

#[test]
fn what_waits_in_line_when_the_database_is_lost_is_refused_too() {
    let server = Server::start();
    let graph = server
        .define("name: g\nvertices: {a: 'true'}\n")
        .expect(201)["id"]
        .clone();
    let lock = Lock::take(server.data(), None);
    let began = Instant::now();
    let statuses = std::thread::scope(|scope| {
        let asked = [(); 20].map(|()| scope.spawn(|| try_start(&server, &graph).status));
        asked.map(|asked| asked.join().expect("an answer"))
    });
    assert!(statuses.iter().all(|s| *s == 503), "{statuses:?}");
    assert!(began.elapsed() < REFUSAL, "{:?}", began.elapsed());
    lock.release();
    server.until(|| try_start(&server, &graph).status == 201);
    server.settled(&json!(1));
    let none = server.get("/pipelines/2");
    assert_eq!(none.status, 404, "the others were never carried out");
    assert_eq!(pipeline(&server, &json!(1))["state"], "FINISH");
}

#[test]
fn what_needs_no_database_goes_on_while_it_is_locked() {
    let server = Server::start();
    let cookie = server.sign_in(&server.link);
    let id = start(&server, &graph());
    let work = server.data().join(format!("work/{id}"));
    server.until(|| work.exists());
    let lock = Lock::take(server.data(), None);
    std::fs::write(work.join("go"), "").expect("written");
    server.until(|| page(&server, &cookie, "/pipelines").contains(BANNER));
    // Who waits for a pipeline gets where it stands, and emptying the server is no change of a row.
    let waited = server
        .get(&format!("/pipelines/{id}?wait=300ms"))
        .expect(200);
    assert_eq!(waited["state"], "RUNNING", "{waited}");
    let drained = server.post("/drain", &json!({})).expect(202);
    assert_eq!(drained["draining"], true, "{drained}");
    server.ask("DELETE", "/api/v1/drain", &[], b"").json();
    lock.release();
    assert_eq!(server.settled(&id)["state"], "FINISH");
}
