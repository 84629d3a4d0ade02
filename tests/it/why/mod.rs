//! Why something stands where it does, in the words that people read.

mod advice;
mod asked;
mod story;

use std::collections::BTreeSet;

use trackyard::desk::why::{Code, Moves, Why};
use trackyard::engine::{Action, Event, Reason, Scope, Time, TrackAction};

use self::story::Story;

fn names(why: &Why) -> Vec<&str> {
    why.refers.iter().map(|refer| refer.name.as_str()).collect()
}

/// Every code has a story, but for what only a server knows, and the moment before a start.
#[test]
fn every_answer_has_its_sentence() {
    let mut seen = BTreeSet::new();
    for story in [
        waits_for_tracks,
        waits_for_people,
        waits_for_room,
        waits_for_the_next_attempt,
        ends,
        fails,
        stops,
        verdicts,
    ] {
        seen.extend(story());
    }
    let all = Code::ALL.iter().map(|code| code.word());
    let unseen: Vec<_> = all.filter(|word| !seen.contains(word)).collect();
    assert_eq!(unseen, ["server-drains", "starts-now"]);
}

fn waits_for_tracks() -> BTreeSet<&'static str> {
    let mut s = Story::new(9);
    let many: String = (1..=7).map(|i| format!("  v{i}: 'true'\n")).collect();
    let id = s.of(&format!(
        "name: g\nvertices:\n{many}  last: {{script: 'true', needs: [v1, v2, v3, v4, v5, v6, v7]}}\n"
    ));
    let list = "`v1` (RUNNING), `v2` (RUNNING), `v3` (RUNNING), `v4` (RUNNING), `v5` (RUNNING)";
    let sentence = format!("It comes after {list} and 2 more, which are not done.");
    let why = s.says(id, "last", Code::Predecessors, &sentence);
    assert_eq!((why.moves, names(&why).len()), (Moves::Itself, 5));
    for vertex in ["v1", "v2", "v3", "v4", "v5"] {
        s.succeeds(id, vertex);
    }
    s.interrupt(id, "v6");
    let sentence = "It comes after `v6` (INTERRUPTED) and `v7` (RUNNING), which are not done.";
    let why = s.says(id, "last", Code::Predecessors, sentence);
    assert_eq!(why.moves, Moves::Person);
    assert_eq!(
        why.next,
        "A person has to say how `v6` (INTERRUPTED) ended, to retry it or to skip it."
    );
    s.act(id, "last", TrackAction::Skip);
    let sentence = "It comes after `v6` (INTERRUPTED) and `v7` (RUNNING), which are not done; when its turn comes it is skipped.";
    s.says(id, "last", Code::Predecessors, sentence);
    s.all(id, Code::ScriptsRun, "`v7` runs.");
    s.succeeds(id, "v7");
    s.all(
        id,
        Code::WaitsForPerson,
        "`v6` (INTERRUPTED) waits for a person.",
    );
    s.act(id, "v6", TrackAction::ForceSuccess(None));
    s.says(
        id,
        "v6",
        Code::SaidSucceeded,
        "ann said that it succeeded (it is late).",
    );
    s.says(id, "last", Code::Skipped, "ann skipped it (it is late).");
    s.seen
}

fn waits_for_people() -> BTreeSet<&'static str> {
    let mut s = Story::new(9);
    let graph = s.define(
        "name: g\ninput: {who: {required: true}, other: {required: true}, word: {type: secret}}\n\
         vertices:\n  a: echo <who>\n  b: 'true'\n  c: {script: 'true', needs: b}\n  d: echo <word>\n",
    );
    let id = s.start(graph, &[0, 3]);
    let why = s.says(id, "a", Code::Input, "It needs a value for `who`.");
    assert_eq!(
        (names(&why), why.actions),
        (vec!["who"], &["input", "skip"][..])
    );
    s.says(id, "d", Code::Input, "It needs a value for `word`.");
    s.act(id, "c", TrackAction::Hold);
    let sentence = "It comes after `b` (RUNNING), which is not done; it is held, too.";
    let why = s.says(id, "c", Code::Predecessors, sentence);
    assert_eq!(why.next, "A person has to release it, or to skip it.");
    s.succeeds(id, "b");
    s.says(id, "c", Code::Held, "ann holds it (it is late).");
    s.ask(id, Action::Pause);
    s.act(id, "c", TrackAction::Release);
    let why = s.says(
        id,
        "c",
        Code::Paused,
        "ann paused the pipeline (it is late).",
    );
    assert_eq!(why.actions, ["resume"]);
    s.all(id, Code::Paused, "ann paused the pipeline (it is late).");
    s.seen
}

fn waits_for_room() -> BTreeSet<&'static str> {
    let mut s = Story::new(2);
    let db = s.define("name: db\nvertices:\n  a: {pool: db, script: 'true'}\n");
    let (first, second) = (s.start(db, &[]), s.start(db, &[]));
    let sentence = format!("The pool `db` has room for 1: `a` of pipeline #{first} runs.");
    let why = s.says(second, "a", Code::PoolFull, &sentence);
    assert_eq!((names(&why), why.moves), (vec!["db", "a"], Moves::Itself));
    s.all(second, Code::PoolFull, &sentence);
    let one = s.of("name: one\nmax_parallel: 1\nvertices: {a: 'true', b: 'true'}\n");
    let sentence = "At most 1 script of a pipeline of its graph may run at once: `a` runs.";
    s.says(one, "b", Code::MaxParallel, sentence);
    let plain = s.of("name: plain\nvertices: {x: 'true', y: 'true'}\n");
    let sentence = format!(
        "All 2 slots are used by `a` of pipeline #{first} and `a` of pipeline #{one}; 1 track of its pipeline comes first; 2 other pipelines may get the next one, too."
    );
    s.says(plain, "y", Code::Slots, &sentence);
    let queue = "name: q\nconcurrency: {limit: 1, on_limit: queue}\nvertices: {a: 'true'}\n";
    let queue = s.define(queue);
    let begun: Vec<_> = (0..3).map(|_| s.start(queue, &[])).collect();
    let sentence = format!(
        "At most 1 pipeline of its graph may run at once: #{} runs, and 1 pipeline waits before this one.",
        begun[0]
    );
    let why = s.says(begun[2], "a", Code::Queued, &sentence);
    assert_eq!(why.refers[0].id, Some(begun[0].0));
    s.all(begun[2], Code::Queued, &sentence);
    // One that is paused takes no turn: the next one does not wait for it.
    s.ask(begun[1], Action::Pause);
    let paused = "ann paused the pipeline (it is late).";
    let why = s.all(begun[1], Code::Paused, paused);
    assert_eq!((why.moves, why.actions), (Moves::Person, &["resume"][..]));
    s.says(begun[1], "a", Code::Paused, paused);
    let before = format!(
        "At most 1 pipeline of its graph may run at once: #{} runs.",
        begun[0]
    );
    s.all(begun[2], Code::Queued, &before);
    s.ask(begun[1], Action::Resume);
    s.all(begun[2], Code::Queued, &sentence);
    s.ask(begun[0], Action::Pause);
    let why = s.all(begun[2], Code::Queued, &sentence);
    assert_eq!(
        why.next,
        format!("A person has to go on with pipeline #{}.", begun[0])
    );
    s.seen
}

/// A verdict says nothing of a pause: who paused it is told beside it, also where that was done by
/// letting one track run alone.
#[test]
fn a_pause_of_what_has_its_verdict_is_told_too() {
    let mut s = Story::new(2);
    let id = s.of("name: g\nvertices: {a: 'true', b: 'true', c: 'true', d: 'true'}\n");
    s.fails(id, "a", 1);
    s.ask(id, Action::Pause);
    let paused = "`a` failed; ann paused the pipeline (it is late); `b` still runs.";
    let why = s.all(id, Code::TracksFailed, paused);
    assert_eq!((why.moves, why.actions), (Moves::Person, &["resume"][..]));
    s.ask(id, Action::Resume);
    s.all(id, Code::TracksFailed, "`a` failed; `b` still runs.");
    s.fails(id, "b", 1);
    s.reason = "to look".to_owned();
    s.act(id, "b", TrackAction::Retry(Scope::Alone, None));
    let paused = "`a` failed; ann paused the pipeline (to look); `b` still runs.";
    s.all(id, Code::TracksFailed, paused);
}

/// A pause does not stop the clock of a pipeline, and says so.
#[test]
fn the_time_of_a_paused_pipeline_runs_on() {
    let mut s = Story::new(1);
    let id = s.of("name: g\ntimeout: 1m\nvertices: {a: 'true', b: 'true'}\n");
    s.ask(id, Action::Pause);
    let said = "ann paused the pipeline (it is late)";
    let sentence = format!("{said}, and its timeout runs on; `a` runs.");
    let why = s.all(id, Code::Paused, &sentence);
    assert_eq!(why.until, Some(Time(s.now.0 + 60_000)));
    let why = s.says(id, "b", Code::Paused, &format!("{said}."));
    assert_eq!(why.until, None, "the track itself has no time");
    s.ask(id, Action::Resume);
    s.all(id, Code::ScriptsRun, "`a` runs.");
}

fn waits_for_the_next_attempt() -> BTreeSet<&'static str> {
    let mut s = Story::new(9);
    let id = s.of("name: g\nvertices:\n  a: {script: 'true', timeout: 5s, retry: {limit: 2, delay: 10s, jitter: 0}}\n");
    let why = s.says(id, "a", Code::Runs, "Attempt 1 of its script runs.");
    assert_eq!(why.until, Some(Time(s.now.0 + 5_000)));
    s.fails(id, "a", 3);
    let sentence = "Attempt 1 failed with exit code 3, and retry 1 of 2 follows.";
    let why = s.says(id, "a", Code::Retry, sentence);
    assert_eq!(why.until, Some(Time(s.now.0 + 10_000)));
    let why = s.all(id, Code::Retry, "`a` waits for the next attempt.");
    assert_eq!(why.until, Some(Time(s.now.0 + 10_000)));
    s.pass(10_000);
    let key = s.key(id, "a");
    let why = "no process could be made".to_owned();
    s.step(Event::NotStarted { key, why });
    let sentence =
        "The machine could not start a process (no process could be made), and it is tried again.";
    s.says(id, "a", Code::Machine, sentence);
    s.pass(60_000);
    s.act(id, "a", TrackAction::ForceFailure);
    let sentence =
        "ann said that it failed, and so stopped attempt 3, which is being ended (it is late).";
    s.says(id, "a", Code::BeingEnded, sentence);
    s.end(id, "a", Some(Reason::Stopped), None);
    s.says(
        id,
        "a",
        Code::SaidFailed,
        "ann said that it failed: it is late.",
    );
    s.seen
}

fn ends() -> BTreeSet<&'static str> {
    let mut s = Story::new(9);
    let id = s.of("name: g\nvertices:\n  a: 'true'\n  b: {script: 'true', on_error: ignore}\n");
    s.succeeds(id, "a");
    let why = s.says(
        id,
        "a",
        Code::Succeeded,
        "Its script ended with exit code 0.",
    );
    assert_eq!(
        (why.moves, why.next.as_str()),
        (Moves::Nobody, "Nothing follows by itself.")
    );
    s.fails(id, "b", 2);
    let sentence = "Its script ended with exit code 2; its vertex says that this counts as done.";
    let why = s.says(id, "b", Code::ExitCode, sentence);
    assert_eq!(why.moves, Moves::Nobody);
    let sentence = "All that it had to do is done, with 1 failure that its graph ignores.";
    s.all(id, Code::Finished, sentence);
    s.seen
}

fn fails() -> BTreeSet<&'static str> {
    let mut s = Story::new(9);
    let id = s.of(
        "name: g\non_failure: continue_independent\nvertices:\n  a: {script: 'true', retry: {limit: 1, delay: 0s}}\n  \
         b: {script: 'true', retry: {limit: 1, delay: 0s, exit_codes: [7]}}\n  c: 'true'\n  d: 'true'\n  e: 'true'\n  f: 'true'\n  \
         g: {script: 'true', on_interrupt: fail}\n",
    );
    s.fails(id, "a", 1);
    s.pass(1);
    s.fails(id, "a", 4);
    let why = s.says(
        id,
        "a",
        Code::ExitCode,
        "Its script ended with exit code 4; its only retry is used.",
    );
    assert_eq!(why.actions, ["retry", "skip", "it succeeded"]);
    s.fails(id, "b", 4);
    let sentence = "Its script ended with exit code 4; exit code 4 is none that is retried.";
    s.says(id, "b", Code::ExitCode, sentence);
    s.end(id, "c", Some(Reason::Signal), None);
    s.says(id, "c", Code::Signal, "Signal 9 ended its script.");
    s.end(id, "d", Some(Reason::Timeout), None);
    s.says(
        id,
        "d",
        Code::Timeout,
        "Its script ran longer than its timeout.",
    );
    s.end(id, "e", Some(Reason::CouldNotStart), None);
    s.says(
        id,
        "e",
        Code::CouldNotStart,
        "Its script could not be started.",
    );
    s.end(id, "f", Some(Reason::BadOutput), Some(0));
    let sentence = "Its script ended with exit code 0, but its outputs are wrong.";
    s.says(id, "f", Code::BadOutput, sentence);
    s.all(
        id,
        Code::TracksFailed,
        "`a`, `b`, `c`, `d`, `e` and 1 more failed; `g` still runs.",
    );
    s.interrupt(id, "g");
    let sentence = "Nobody knows how its script ended (its host was started again), which its vertex calls a failure.";
    s.says(id, "g", Code::Lost, sentence);
    s.all(
        id,
        Code::TracksFailed,
        "`a`, `b`, `c`, `d`, `e` and 2 more failed.",
    );
    s.seen
}

fn stops() -> BTreeSet<&'static str> {
    let mut s = Story::new(9);
    let yaml = "name: g\ntimeout: 1m\nvertices:\n  a: 'true'\n  b: {script: 'true', needs: a}\n";
    let graph = s.define(yaml);
    let (stopped, late) = (s.start(graph, &[]), s.start(graph, &[]));
    s.ask(stopped, Action::Stop { now: false });
    let sentence = "ann stopped attempt 1, which is being ended (it is late).";
    s.says(stopped, "a", Code::BeingEnded, sentence);
    s.all(
        stopped,
        Code::Stopped,
        "ann stopped it (it is late); `a` is being ended.",
    );
    s.end(stopped, "a", Some(Reason::Stopped), None);
    s.says(stopped, "a", Code::Stopped, "ann stopped it (it is late).");
    s.says(stopped, "b", Code::Stopped, "ann stopped it (it is late).");
    s.all(stopped, Code::Stopped, "ann stopped it (it is late).");
    s.pass(60_000);
    s.all(
        late,
        Code::OutOfTime,
        "It ran longer than its timeout; `a` is being ended.",
    );
    let sentence = "Attempt 1 is being ended: the pipeline ran out of time.";
    s.says(late, "a", Code::BeingEnded, sentence);
    s.end(late, "a", Some(Reason::Stopped), None);
    for vertex in ["a", "b"] {
        let sentence = "It was stopped: the pipeline ran out of time.";
        s.says(late, vertex, Code::StoppedByRule, sentence);
    }
    let policy = s.of("name: p\non_failure: cancel_running\nvertices: {a: 'true', b: 'true'}\n");
    s.fails(policy, "a", 1);
    let sentence = "Attempt 1 is being ended, because its pipeline failed.";
    s.says(policy, "b", Code::BeingEnded, sentence);
    s.end(policy, "b", Some(Reason::Stopped), None);
    let sentence = "It was stopped, because its pipeline failed.";
    s.says(policy, "b", Code::StoppedByRule, sentence);
    s.seen
}

/// What a person is told to do of what was stopped is what may be done.
#[test]
fn what_was_stopped_begins_again_with_what_comes_first() {
    let mut s = Story::new(9);
    let id = s.of(
        "name: g\nhandlers: {on_stop: 'true'}\nvertices:\n  x: 'true'\n  w: 'true'\n  y: {script: 'true', needs: [x, w]}\n  z: {script: 'true', needs: y}\n",
    );
    s.ask(id, Action::Stop { now: true });
    let sentence = "ann stopped it (it is late).";
    let why = s.says(id, "z", Code::Stopped, sentence);
    assert_eq!(
        why.next,
        "When `x` (RUNNING) and `w` (RUNNING) have ended, a person has to retry all that failed or was stopped."
    );
    let list = "`x` and `w` are being ended.";
    s.all(
        id,
        Code::Stopped,
        &format!("ann stopped it (it is late); {list}"),
    );
    s.end(id, "x", Some(Reason::Stopped), None);
    s.end(id, "w", Some(Reason::Stopped), None);
    let why = s.says(id, "x", Code::Stopped, sentence);
    assert_eq!(
        why.next,
        "When `on_stop` (RUNNING) has ended, a person has to retry it, to skip it or to say that it succeeded."
    );
    assert_eq!((why.moves, why.actions), (Moves::Person, &[][..]));
    s.succeeds(id, "on_stop");
    let actions = &["retry", "skip", "it succeeded"][..];
    let why = s.says(id, "x", Code::Stopped, sentence);
    let own = "A person has to retry it, to skip it or to say that it succeeded.";
    assert_eq!((why.next.as_str(), why.actions), (own, actions));
    let why = s.says(id, "z", Code::Stopped, sentence);
    let both = "A person has to retry all that failed or was stopped.";
    let actions = &["retry failed"][..];
    assert_eq!((why.next.as_str(), why.actions), (both, actions));
    let why = s.all(id, Code::Stopped, sentence);
    assert_eq!(why.next, both);
}

/// Nobody has to do anything about what is over and went well; a pause is for a person.
#[test]
fn who_moves_a_pipeline() {
    let mut s = Story::new(9);
    let id = s.of("name: g\nvertices:\n  a: 'true'\n  b: {script: 'true', needs: a}\n");
    s.ask(id, Action::Pause);
    let paused = "ann paused the pipeline (it is late); `a` runs.";
    let why = s.all(id, Code::Paused, paused);
    assert_eq!((why.moves, why.actions), (Moves::Person, &["resume"][..]));
    s.ask(id, Action::Resume);
    s.succeeds(id, "a");
    s.ask(id, Action::Pause);
    // Nothing is left that the pause holds.
    let why = s.all(
        id,
        Code::Paused,
        "ann paused the pipeline (it is late); `b` runs.",
    );
    assert_eq!((why.moves, why.actions), (Moves::Itself, &[][..]));
    s.succeeds(id, "b");
    let why = s.all(id, Code::Finished, "All that it had to do is done.");
    assert_eq!(why.next, "Nothing follows by itself.");
    assert_eq!((why.moves, why.actions), (Moves::Nobody, &[][..]));
}

#[test]
fn a_reason_of_many_lines_is_told_in_one() {
    let mut s = Story::new(9);
    s.reason = "the price\r\n\n  is wrong\n".to_owned();
    let id = s.of("name: g\nvertices: {a: 'true', b: 'true'}\n");
    let told = "ann paused the pipeline (the price is wrong)";
    s.ask(id, Action::Pause);
    s.all(id, Code::Paused, &format!("{told}; `a` and `b` run."));
    s.fails(id, "a", 1);
    s.act(id, "a", TrackAction::Skip);
    s.says(
        id,
        "a",
        Code::Skipped,
        "ann skipped it (the price is wrong).",
    );
}

fn verdicts() -> BTreeSet<&'static str> {
    let mut s = Story::new(9);
    let id = s.of(
        "name: g\nhandlers: {on_success: 'true', on_failure: 'true', on_exit: 'true'}\n\
         vertices:\n  a: 'true'\n  b: {script: 'true', needs: a}\n",
    );
    let sentence = "It runs when its pipeline is FAILED, and before that come `a` (RUNNING).";
    s.says(id, "on_failure", Code::Verdict, sentence);
    s.fails(id, "a", 1);
    let why = s.says(
        id,
        "b",
        Code::Predecessors,
        "It comes after `a` (FAILED), which is not done.",
    );
    assert_eq!(
        why.next,
        "When `on_failure` (RUNNING) has ended, a person has to retry `a` (FAILED), to skip it or to say that it succeeded."
    );
    s.says(
        id,
        "on_success",
        Code::OtherVerdict,
        "It runs only when its pipeline is FINISH.",
    );
    s.says(
        id,
        "on_exit",
        Code::Handlers,
        "It runs last, after `on_failure` (RUNNING).",
    );
    s.all(
        id,
        Code::TracksFailed,
        "`a` failed; `on_failure` still runs.",
    );
    s.succeeds(id, "on_failure");
    s.succeeds(id, "on_exit");
    s.all(id, Code::TracksFailed, "`a` failed.");
    let other = s.of("name: h\nvertices: {a: 'true', b: {script: 'true', retry: {limit: 1, delay: 1m}}, c: 'true'}\n");
    s.fails(other, "b", 1);
    s.interrupt(other, "c");
    let sentence = "Nobody knows how attempt 1 of its script ended: its host was started again.";
    s.says(other, "c", Code::Interrupted, sentence);
    s.fails(other, "a", 1);
    let sentence = "Nothing new of its pipeline starts, because `a` failed.";
    s.says(other, "b", Code::NothingNew, sentence);
    let sentence = "`a` failed; `c` (INTERRUPTED) waits for a person.";
    s.all(other, Code::TracksFailed, sentence);
    s.act(other, "a", TrackAction::Retry(Scope::Alone, None));
    s.seen
}
