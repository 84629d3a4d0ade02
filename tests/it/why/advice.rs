//! What a person is told to do is what helps.

use trackyard::desk::why::{Code, Moves};
use trackyard::engine::{Action, Reason, Scope, TrackAction};

use super::story::Story;

const STOP: TrackAction = TrackAction::Stop { now: false };

/// What comes after a stopped track is stopped by rule: another attempt of the first one alone would
/// leave the second one as it is.
#[test]
fn what_was_stopped_behind_another_is_retried_with_it() {
    let mut s = Story::new(9);
    let id = s.of(
        "name: g\nvertices:\n  a: 'true'\n  c: 'true'\n  b: {script: 'true', needs: a}\n  \
         d: {script: 'true', needs: [b, c]}\n",
    );
    s.act(id, "b", STOP);
    s.succeeds(id, "a");
    s.succeeds(id, "c");
    let rule = "It was stopped: a track that was stopped holds all that is left.";
    let helps = "A person has to retry all that failed or was stopped, or to retry `b` (STOPPED) with all after it.";
    let actions = &["retry failed", "retry with all after it"][..];
    let why = s.all(id, Code::StoppedByRule, rule);
    assert_eq!((why.next.as_str(), why.actions), (helps, actions));
    let why = s.says(id, "d", Code::StoppedByRule, rule);
    assert_eq!((why.next.as_str(), why.actions), (helps, actions));
    // The first one itself can be passed over.
    let why = s.says(id, "b", Code::Stopped, "ann stopped it (it is late).");
    assert_eq!(why.actions, ["retry", "skip", "it succeeded"]);
    s.act(id, "b", TrackAction::Retry(Scope::After, None));
    s.succeeds(id, "b");
    s.succeeds(id, "d");
    s.all(id, Code::Finished, "All that it had to do is done.");
}

/// A script fails again as long as what it takes is not there.
#[test]
fn what_lacks_an_output_is_retried_with_what_gives_it() {
    let mut s = Story::new(9);
    let id = s.of(
        "name: g\non_failure: continue_independent\nvertices:\n  a: {script: 'true', outputs: {n: int}}\n  \
         b: {script: 'echo <a.n>', needs: a}\n  c: {script: 'true', needs: b}\n",
    );
    s.fails(id, "a", 1);
    s.act(id, "a", TrackAction::Skip);
    s.end(id, "b", Some(Reason::CouldNotStart), None);
    let helps =
        "A person has to retry `a` (SKIPPED) with all after it: `b` lacks what it was to leave.";
    let actions = &["retry with all after it"][..];
    let sentence = "Its script could not be started.";
    let why = s.says(id, "b", Code::CouldNotStart, sentence);
    assert_eq!((why.next.as_str(), why.actions), (helps, actions));
    let named: Vec<_> = why.refers.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(named, ["a", "b"]);
    let why = s.all(id, Code::TracksFailed, "`b` failed.");
    assert_eq!((why.next.as_str(), why.actions), (helps, actions));
    s.act(id, "a", TrackAction::Retry(Scope::After, None));
    s.says(id, "a", Code::Runs, "Attempt 2 of its script runs.");
}

/// What is to run alone takes its turn by itself.
#[test]
fn one_that_runs_alone_has_its_turn_by_itself() {
    let mut s = Story::new(9);
    let graph = s.define(
        "name: q\nconcurrency: {limit: 1, on_limit: queue}\nvertices: {a: 'true', b: 'true'}\n",
    );
    let first = s.start(graph, &[]);
    s.fails(first, "a", 1);
    s.succeeds(first, "b");
    let second = s.start(graph, &[]);
    s.act(first, "a", TrackAction::Retry(Scope::Alone, None));
    let sentence = format!("At most 1 pipeline of its graph may run at once: #{second} runs.");
    let why = s.all(first, Code::Queued, &sentence);
    let turn = "What is to run alone starts by itself when its turn comes; nothing else starts until a person resumes the pipeline.";
    assert_eq!((why.next.as_str(), why.moves), (turn, Moves::Itself));
    assert_eq!(why.actions, [""; 0]);
}

/// A lost attempt that counts as a failure is not tried once more by itself.
#[test]
fn no_retry_follows_a_lost_attempt() {
    let mut s = Story::new(9);
    let id = s.of(
        "name: g\nvertices:\n  a: {script: 'true', on_interrupt: fail, retry: {limit: 2, delay: 0s}}\n",
    );
    s.interrupt(id, "a");
    let sentence = "Nobody knows how its script ended (its host was started again), which its vertex calls a failure; no automatic retry follows a lost attempt.";
    s.says(id, "a", Code::Lost, sentence);
}

#[test]
fn a_pause_of_which_nobody_knows_is_told_within_a_sentence() {
    let mut s = Story::new(2);
    let id = s.of("name: g\nvertices: {a: 'true', b: 'true', c: 'true'}\n");
    s.fails(id, "a", 1);
    s.who = String::new();
    s.ask(id, Action::Pause);
    let paused = "`a` failed; the pipeline is paused; `b` still runs.";
    s.all(id, Code::TracksFailed, paused);
    let open = s.of("name: h\nvertices: {a: 'true'}\n");
    s.ask(open, Action::Pause);
    s.all(open, Code::Paused, "The pipeline is paused; `a` runs.");
}
