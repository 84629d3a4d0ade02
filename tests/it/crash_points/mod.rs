//! The server or a supervisor dies at each named point (`src/failpoint.rs`), at its first and at
//! its third pass, and what follows is exactly what the table of crashes promises.

mod case;

use std::collections::BTreeSet;
use std::fs::File;
use std::process::Stdio;
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use trackyard::engine::{AttemptKey, PipelineId, TrackId};
use trackyard::failpoint::Point;
use trackyard::spool::Gate;

use crate::executor::bench::{LONG, lives, until};
use crate::server::{Server, rows};
use case::{Case, FIRST, HELD, Mark, Outcome};

/// What becomes of the attempt that a supervisor was busy with when it died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It had not passed its gate: another supervisor runs it.
    Runs,
    /// It had passed its gate, so nobody knows; in truth it never ran.
    NeverRan,
    /// Nobody knows; in truth it ran.
    Ran,
    /// Its result is there.
    Kept,
}

/// Each point has its test here, which runs it at the first and the third pass.
macro_rules! rows {
    ($($name:ident: $point:ident => $test:expr,)*) => {
        const ROWS: &[Point] = &[$(Point::$point),*];
        $(
            #[test]
            fn $name() {
                for pass in [1, 3] {
                    $test(Point::$point, pass);
                }
            }
        )*
    };
}

rows! {
    before_the_commit_that_orders: ServerOrdering => server_dies,
    ordered_before_the_files: ServerOrdered => server_dies,
    files_before_the_hand_over: ServerWritten => server_dies,
    spawned_before_the_lock: SupervisorSpawned => supervisor_dies_young,
    locked_before_the_gate: SupervisorTold => supervisor_dies(Fate::Runs),
    gate_before_exec: SupervisorGated => supervisor_dies(Fate::NeverRan),
    running_supervisor: SupervisorRunning => supervisor_dies(Fate::Ran),
    ended_before_the_record: SupervisorEnded => supervisor_dies(Fate::Ran),
    recorded_before_it_is_told: SupervisorRecorded => supervisor_dies(Fate::Kept),
    recorded_before_the_commit: ServerTaking => server_dies,
    inside_the_commit: ServerCommitting => server_dies,
    committed_before_successors: ServerCommitted => server_dies,
    before_the_files_are_removed: ServerCleaning => server_dies,
    cancelled_before_the_gate: ServerCancelling => server_dies_cancelling,
    noted_before_the_answer: ServerNoted => server_dies_before_it_answers,
    noted_before_all_of_it_is_removed: ServerRemoving => server_dies_removing,
    compressing_before_the_plain_text_has_gone: ServerCompressing => server_dies_compressing,
}

#[test]
fn every_point_has_its_row() {
    let without = Point::ALL.into_iter().filter(|point| !ROWS.contains(point));
    assert_eq!(without.collect::<Vec<_>>(), []);
}

/// Nothing happens in a server while a script runs, so there is no point to name: the script says
/// that it runs, and the server is killed from outside.
#[test]
fn running_server() {
    for pass in [1, 3] {
        let case = Case::new();
        let mut server = case.serve(None);
        let graph = case.graph(&server);
        case.start(&server, &graph);
        server.until(|| case.ran().len() >= pass);
        server.kill();
        assert_eq!(server.signal(), Some(Signal::KILL.as_raw()));
        after_the_server_died(&case, &graph);
    }
}

#[test]
fn only_files_of_attempts_that_are_known_to_have_ended_are_removed_at_a_start() {
    let case = Case::new();
    let mut server = case.serve(None);
    server.run("name: g\nvertices: {a: 'true'}\n", &json!({}));
    case.no_file_of_an_attempt();
    server.kill();
    let (ended, unknown) = (key(1, 1), key(1, 2));
    let spool = case.spool();
    for key in [ended, unknown] {
        spool.write_script(key, "true").unwrap();
        assert!(spool.take_gate(key).unwrap());
    }
    let _server = case.serve(None);
    until("the removal", || spool.list().unwrap() == [unknown]);
    assert_eq!(spool.gate(unknown).unwrap(), Gate::Started);
}

fn key(pipeline: i64, track: i64) -> AttemptKey {
    AttemptKey {
        pipeline: PipelineId(pipeline),
        track: TrackId(track),
        attempt: 1,
    }
}

fn server_dies(point: Point, pass: u64) {
    let case = Case::new();
    let mut server = case.serve(Some((point, pass)));
    let graph = case.graph(&server);
    case.start(&server, &graph);
    assert_eq!(server.signal(), Some(Signal::KILL.as_raw()), "{point:?}");
    assert_eq!(case.died(pass).pid, server.pid() as i32);
    after_the_server_died(&case, &graph);
}

/// The server alone died: everything ran once, and its result is there.
fn after_the_server_died(case: &Case, graph: &Value) {
    case.release();
    let server = case.serve(None);
    let id = case.start(&server, graph).expect("an answer");
    case.finished(&server, &id, &Outcome::default());
    let pipeline = server.get(&format!("/pipelines/{id}")).expect(200);
    let once = |track: &Value| track["attempt"] == 1 && track["exit_code"] == 0;
    let tracks = pipeline["tracks"].as_array().unwrap();
    assert!(tracks.iter().all(once), "{pipeline}");
}

/// A supervisor dies before it has taken its lock. The first one that does keeps its server from
/// starting; the third is started when the first two were killed.
fn supervisor_dies_young(point: Point, pass: u64) {
    let case = Case::new();
    if pass == 1 {
        let said = case.own.path().join("said");
        let mut command = case.program(Some((point, pass)));
        command.args(["serve", "--port", "0", "--data"]);
        command.arg(case.own.path()).stdout(Stdio::null());
        let mut child = command
            .stderr(File::create(&said).unwrap())
            .spawn()
            .unwrap();
        let pid = child.id() as i32;
        let began = Instant::now();
        while lives(pid) && began.elapsed() < LONG {
            std::thread::yield_now();
        }
        // One that has ended takes no more signals.
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1));
        let said = std::fs::read_to_string(said).unwrap();
        assert!(said.contains("no supervisor can be started"), "{said}");
        case.died(pass);
        let server = case.serve(None);
        let graph = case.graph(&server);
        drop(server);
        return after_the_server_died(&case, &graph);
    }
    let server = case.serve(Some((point, pass)));
    server.kill_supervisors();
    let graph = case.graph(&server);
    let id = case.start(&server, &graph).expect("an answer");
    assert_ne!(case.died(pass).pid, server.pid() as i32);
    case.release();
    // Whoever asked for that supervisor was told that the machine could not start it now.
    let outcome = Outcome {
        unstarted: 1,
        ..Outcome::default()
    };
    case.finished(&server, &id, &outcome);
    drop(server);
    // What it has made by then goes with the next start.
    let _server = case.serve(None);
    case.no_dead_supervisor();
}

fn supervisor_dies(fate: Fate) -> impl Fn(Point, u64) {
    move |point, pass| {
        let case = Case::new();
        let mut server = case.serve(Some((point, pass)));
        let graph = case.graph(&server);
        let id = case.start(&server, &graph).expect("an answer");
        let mark = case.died(pass);
        assert_ne!(mark.pid, server.pid() as i32);
        // Once the server notices, once the next one does.
        if pass > 1 {
            server.kill();
        }
        case.release();
        if pass > 1 {
            server = case.serve(None);
        }
        let interrupted = case.interrupted(&server, &id);
        let busy = vertex_of(&server, &id, &mark);
        assert_eq!(
            interrupted,
            expected(&case, &server, &mark, &busy, fate),
            "{point:?}, pass {pass}: `{busy}` of {:?}",
            case.ran()
        );
        let outcome = Outcome {
            interrupted,
            again: pass > 1,
            never: (fate == Fate::NeverRan).then_some(busy),
            unstarted: 0,
        };
        answer(&server, &id, &outcome);
        case.finished(&server, &id, &outcome);
        case.no_dead_supervisor();
    }
}

/// The vertices that must be INTERRUPTED: what the dead supervisor was busy with, unless that is
/// known, and what it had let through before and what cannot have ended.
fn expected(case: &Case, server: &Server, mark: &Mark, busy: &str, fate: Fate) -> BTreeSet<String> {
    let living = server.supervisors();
    assert!(!living.contains(&mark.pid));
    let unended: &[&str] = if FIRST.contains(&busy) { &FIRST } else { &HELD };
    let companions = case.ran().into_iter().filter(|ran| {
        // A script whose parent dies before it asks who that is has another one.
        unended.contains(&ran.vertex.as_str()) && !living.contains(&ran.parent)
    });
    let mut expected: BTreeSet<_> = companions.map(|ran| ran.vertex).collect();
    match fate {
        Fate::Runs | Fate::Kept => expected.remove(busy),
        Fate::NeverRan | Fate::Ran => expected.insert(busy.to_owned()),
    };
    expected
}

/// The vertex that a supervisor was busy with.
fn vertex_of(server: &Server, id: &Value, mark: &Mark) -> String {
    let words: Vec<&str> = mark.attempt.split('-').collect();
    assert_eq!((words[0], words[2]), (id.to_string().as_str(), "1"));
    let track = server.get(&format!("/tracks/{}", words[1])).expect(200);
    track["vertex"].as_str().unwrap().to_owned()
}

/// A person answers for what is INTERRUPTED.
fn answer(server: &Server, id: &Value, outcome: &Outcome) {
    let pipeline = server.get(&format!("/pipelines/{id}")).expect(200);
    let verdict = if outcome.again {
        "run_again"
    } else {
        "succeeded"
    };
    for vertex in &outcome.interrupted {
        let track = server.track(&pipeline, vertex);
        let path = format!("/tracks/{}/resolve", track["id"]);
        server.post(&path, &json!({"verdict": verdict})).expect(200);
    }
}

/// What a request with a key asks for is done and its caller has no answer: sent again it is not done
/// again, and says what was done.
fn server_dies_before_it_answers(point: Point, pass: u64) {
    let case = Case::new();
    let mut server = case.serve(Some((point, pass)));
    let failing = json!({"name": "g", "vertices": {"a": case.script("false")}});
    let mut asked = 0;
    let mut ask = |server: &mut Server, method: &str, path: &str, body: &Value| {
        asked += 1;
        let key = format!("key {asked}");
        let headers = [
            ("Content-Type", "application/json"),
            ("Idempotency-Key", &key),
        ];
        let (path, body) = (format!("/api/v1{path}"), body.to_string());
        let dies = asked == pass;
        let send = |server: &Server| server.try_ask(method, &path, &headers, body.as_bytes());
        let first = send(server);
        if dies {
            assert!(first.is_err(), "it died before it answered");
            assert_eq!(server.signal(), Some(Signal::KILL.as_raw()));
            assert_eq!(case.died(pass).pid, server.pid() as i32);
            *server = case.serve(None);
        } else {
            assert!(!first.expect("an answer").replayed);
        }
        let again = send(server).expect("an answer");
        assert!(again.replayed);
        again.expect(200)
    };
    let graph = ask(&mut server, "POST", "/graphs", &failing);
    ask(
        &mut server,
        "PUT",
        "/secrets/NAME",
        &json!({"value": "c4nary"}),
    );
    let path = format!("/graphs/{}/pipelines?wait=60s", graph["id"]);
    let id = server.post(&path, &json!({})).expect(201)["id"].clone();
    let path = format!("/pipelines/{id}/retry-failed");
    ask(&mut server, "POST", &path, &json!({"expect": "FAILED"}));
    let pipeline = server.settled(&id);
    assert_eq!(server.track(&pipeline, "a")["attempt"], 2);
    case.ran_once(vec![("a".to_owned(), 1), ("a".to_owned(), 2)]);
    let saved = server.get(&format!("/graphs/{}/versions", graph["id"]));
    let saved = saved.expect(200)["graphs"].as_array().map(Vec::len);
    assert_eq!(saved, Some(1));
}

/// A person stops a pipeline whose attempts are ordered, with supervisors that have been told and
/// take no gate because they are halted. They go on when the server is dead, or are dead, too.
fn server_dies_cancelling(point: Point, pass: u64) {
    for supervisors_go_on in [true, false] {
        let case = Case::new();
        let mut server = case.serve(Some((point, pass)));
        let script = case.script(&case.hold());
        let vertices: serde_json::Map<_, _> = FIRST
            .iter()
            .map(|name| (name.to_string(), json!(script)))
            .collect();
        let graph = case.define(&server, &Value::Object(vertices));
        let supervisors = server.supervisors();
        tell(&supervisors, Signal::STOP);
        let id = case.start(&server, &graph).expect("an answer");
        let path = format!("/api/v1/pipelines/{id}/stop");
        let media = [("Content-Type", "application/json")];
        let _ = server.try_ask("POST", &path, &media, b"{}");
        assert_eq!(server.signal(), Some(Signal::KILL.as_raw()));
        assert_eq!(case.died(pass).pid, server.pid() as i32);
        let signal = if supervisors_go_on {
            Signal::CONT
        } else {
            Signal::KILL
        };
        tell(&supervisors, signal);
        until("their end", || {
            supervisors_go_on || !supervisors.iter().any(|&pid| lives(pid))
        });
        let server = case.serve(None);
        let pipeline = server.settled(&id);
        let tracks = pipeline["tracks"].as_array().unwrap();
        assert_eq!(pipeline["state"], "STOPPED", "{pipeline}");
        assert!(
            tracks.iter().all(|track| track["state"] == "STOPPED"),
            "{pipeline}"
        );
        case.no_file_of_an_attempt();
        case.no_dead_supervisor();
        let mut ran: Vec<_> = case.ran().into_iter().map(|ran| ran.vertex).collect();
        let lines = ran.len();
        ran.dedup();
        assert_eq!(ran.len(), lines, "each at most once");
        assert!(supervisors_go_on || ran.is_empty(), "{ran:?}");
    }
}

/// A pipeline is deleted, and its server dies before anything went, or when all but the note of it has.
fn server_dies_removing(point: Point, pass: u64) {
    let case = Case::new();
    let mut server = case.serve(Some((point, pass)));
    case.release();
    let graph = case.graph(&server);
    let id = case.start(&server, &graph).expect("an answer");
    server.settled(&id);
    let work = case.own.path().join("work").join(id.to_string());
    let left = work.join("left");
    std::fs::create_dir_all(&work).unwrap();
    std::fs::write(&left, "").unwrap();
    let path = format!("/api/v1/pipelines/{id}");
    let _ = server.try_ask("DELETE", &path, &[], b"");
    assert_eq!(server.signal(), Some(Signal::KILL.as_raw()));
    assert_eq!(case.died(pass).pid, server.pid() as i32);
    assert_eq!(left.exists(), pass == 1);
    let server = case.serve(None);
    assert_eq!(server.get(&format!("/pipelines/{id}")).status, 404);
    until("the rest", || {
        !left.exists() && rows(case.own.path(), "removal") == 0
    });
    assert_eq!(rows(case.own.path(), "track"), 0);
    let other = server.run("name: other\nvertices: {a: 'true'}\n", &json!({}));
    assert_eq!(other["id"], json!(2));
}

/// The log is read whole by a server that does nothing about it, and the next one ends what was begun.
fn server_dies_compressing(point: Point, pass: u64) {
    // Of two frames: each of them, all, the name, and then the plain text has gone.
    for pass in [pass, pass + 1, 5]
        .into_iter()
        .filter(|&n| n < 5 || pass == 3)
    {
        let case = Case::new();
        let mut server = case.serve(Some((point, pass)));
        let graph = json!({"name": "g", "vertices": {"a": "seq 1 60000"}}).to_string();
        let graph = server.define(&graph).expect(201);
        let id = case.start(&server, &graph["id"]).expect("an answer");
        assert_eq!(server.signal(), Some(Signal::KILL.as_raw()));
        assert_eq!(case.died(pass).attempt, format!("{id}-1-1"));
        let printed: String = (1..=60_000).map(|n| format!("{n}\n")).collect();
        let mut idle = case.program(None);
        idle.env("TRACKYARD_LOG_COMPRESS_ABOVE", "0");
        let idle = Server::from_command(idle, case.own.path(), &[]);
        let read = |server: &Server| server.get("/tracks/1/attempts/1/log").body;
        assert!(read(&idle) == printed.as_bytes(), "{pass}");
        drop(idle);
        let server = case.serve(None);
        let files = || {
            let names = std::fs::read_dir(case.own.path().join(format!("logs/{id}"))).unwrap();
            let names = names.map(|name| name.unwrap().file_name());
            names.collect::<Vec<_>>()
        };
        let spool = case.spool();
        until("the compressed log", || {
            files() == ["1-1.log.zst"] && spool.marked_pipelines().unwrap().is_empty()
        });
        assert!(read(&server) == printed.as_bytes(), "{pass}");
    }
}

fn tell(processes: &[i32], signal: Signal) {
    for &pid in processes {
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }
}
