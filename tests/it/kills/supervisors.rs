//! Supervisors are killed too: exactly what nobody can know any more is INTERRUPTED.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::{Value, json};
use trackyard::engine::AttemptKey;
use trackyard::spool::{Gate, Spool};

use super::work::{Work, kills, spread, until};
use crate::processes::{self, end, go_on, lives, parent, processes, stands_still, stop};
use crate::server::Server;

/// Of so many kills of a server there is one blow at supervisors.
const EVERY: usize = 4;

/// Attempts by track and number.
type Attempts = BTreeSet<(i64, u32)>;

#[test]
fn supervisors_killed_at_any_moment_interrupt_exactly_what_they_ran() {
    let blows = kills(EVERY);
    let mut work = Work::new(500);
    let mut server = work.serve();
    let graph = server.define(&work.graph).expect(201)["id"].clone();
    let path = format!("/graphs/{graph}/pipelines");
    let (mut pipelines, mut killed, mut servers) = (0, 0, 0);
    let mut interrupted = Attempts::new();
    let mut took = Vec::new();
    for _ in 0..blows {
        if !work.live(pipelines) {
            server.post(&path, &json!({})).expect(201);
            pipelines += 1;
        }
        work.pass(pipelines);
        let (dead, cut) = blow(&mut work, &server, &interrupted);
        killed += dead;
        if work.random.chance(30) {
            server.kill();
            servers += 1;
            server = work.serve();
        } else {
            go_on(server.pid() as i32);
        }
        let since = Instant::now();
        for (track, attempt) in &cut {
            let now = || server.get(&format!("/tracks/{track}")).expect(200);
            until("INTERRUPTED", || {
                now()["state"] == "INTERRUPTED" && now()["attempt"] == *attempt
            });
        }
        took.push(since.elapsed().as_millis() as i64);
        answer(&work, &server, &cut);
        interrupted.extend(cut);
    }
    for pipeline in work.pipelines() {
        server.settled(&json!(pipeline.id));
    }
    let found = work.judge();
    let entries = work.journal();
    let told: Vec<(i64, u32)> = entries
        .iter()
        .filter(|e| e.new_state == "INTERRUPTED")
        .map(|e| (e.track_id.unwrap(), e.attempt as u32))
        .collect();
    println!(
        "supervisors: {killed} killed in {blows} blows, {servers} servers with them, {found:?}, {} interrupted, told within {}",
        told.len(),
        spread(took)
    );
    assert_eq!((found.twice, found.missing), (0, 0));
    assert_eq!(told.len(), interrupted.len(), "each is told once");
    assert_eq!(told.into_iter().collect::<Attempts>(), interrupted);
    assert!(!interrupted.is_empty(), "no blow hit anything");
}

/// Kills one supervisor or all of them, and leaves the server standing still. Gives how many died,
/// and the attempts that had passed their gate under them and had no exit record.
fn blow(work: &mut Work, server: &Server, before: &Attempts) -> (usize, Attempts) {
    let data = work.data();
    let halt = |pids: &[i32]| {
        pids.iter().copied().for_each(stop);
        until("a stand-still", || pids.iter().copied().all(stands_still));
    };
    // The server first: a supervisor that it is just starting gets no work any more. One that is
    // just up may have none yet, or only some that are about to go.
    let mut supervisors = Vec::new();
    until("supervisors", || {
        halt(&[server.pid() as i32]);
        supervisors = processes::supervisors(&data);
        if supervisors.is_empty() {
            go_on(server.pid() as i32);
        }
        !supervisors.is_empty()
    });
    let all = supervisors.clone();
    halt(&all);
    // Now nothing but the scripts moves, and they touch no file of ours.
    let spool = server.spool();
    let key = |key: &AttemptKey| (key.track.0, key.attempt);
    let mut open: Vec<AttemptKey> = spool.list().unwrap();
    // The files of an attempt that is over go in this order: script, exit record, gate.
    open.retain(|&k| {
        spool.gate(k).unwrap() == Gate::Started
            && spool.read_exit(k).unwrap().is_none()
            && spool.script(k).exists()
            && !before.contains(&key(&k))
    });
    let one = supervisors[work.random.below(supervisors.len())];
    let owners: Vec<Option<i32>> = open.iter().map(|k| owner(&spool, *k)).collect();
    let known = owners
        .iter()
        .all(|owner| owner.is_some_and(|pid| all.contains(&pid)));
    if known && work.random.chance(60) {
        supervisors.retain(|pid| *pid == one);
        let mut owners = owners.into_iter();
        open.retain(|_| owners.next() == Some(Some(one)));
    }
    for pid in all {
        match supervisors.contains(&pid) {
            true => end(pid),
            false => go_on(pid),
        }
    }
    // One that is dying still looks like one that can be killed.
    until("their death", || !supervisors.iter().copied().any(lives));
    (supervisors.len(), open.iter().map(key).collect())
}

/// The supervisor of an attempt whose script runs. None: it is not there yet, or has just ended.
fn owner(spool: &Spool, key: AttemptKey) -> Option<i32> {
    let script = spool.script(key).display().to_string();
    let pids = processes(|words| words.contains(&script));
    pids.into_iter().find_map(parent)
}

/// Says of each interrupted attempt what a person would say who looks at what it has left.
fn answer(work: &Work, server: &Server, cut: &Attempts) {
    if !cut.is_empty() {
        // What was cut off from its supervisor goes on to its end, and may write its line yet.
        let data = work.data();
        let of = |(track, attempt): &(i64, u32)| format!("-{track}-{attempt}.script");
        let ends: Vec<String> = cut.iter().map(of).collect();
        let ours = |word: &String| {
            word.starts_with(data.to_str().unwrap()) && ends.iter().any(|end| word.ends_with(end))
        };
        until("their end", || {
            processes(|words| words.iter().any(ours)).is_empty()
        });
    }
    let lines = work.lines();
    for (track, attempt) in cut {
        let verdict = match lines.contains_key(&(*track, *attempt)) {
            true => "succeeded",
            false => "run_again",
        };
        let path = format!("/tracks/{track}/resolve");
        let answer: Value = json!({"verdict": verdict, "why": "looked at its line"});
        server.post(&path, &answer).expect(200);
    }
}
