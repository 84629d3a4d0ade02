//! The tables of `docs/actions.md` and of `docs/ARCHITECTURE.md`, cell by cell, against the engine.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use trackyard::engine::{
    Action, Capacity, GraphId, Mark, PendingOn, PipelineId, PipelineState, Plan, PlanVertex,
    Policies, Scope, TrackAction, TrackId, TrackInput, TrackState, VertexId,
};
use trackyard::graph::{Millis, Retry, When};

use crate::bench::{Bench, End};

/// The rows of the table that begins with this heading: its cells without the numbers of notes.
fn table(file: &str, first: &str) -> Vec<Vec<String>> {
    let path = format!("{}/docs/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).expect("the page");
    let head = format!("| {first} |");
    let lines = text.lines().skip_while(|line| !line.starts_with(&head));
    let rows = lines.take_while(|line| line.starts_with('|'));
    let plain = |cell: &str| {
        let notes = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        let cell: String = cell.chars().filter(|c| !notes.contains(*c)).collect();
        cell.trim().to_owned()
    };
    let cells = |line: &str| line.trim_matches('|').split('|').map(plain).collect();
    let all: Vec<Vec<String>> = rows.map(cells).collect();
    assert!(all.len() > 2, "{file} has a table of {first}");
    all
}

/// Vertices: what comes before, the track itself, what comes after it, one that keeps running, and
/// a script after the verdict.
fn plan() -> Arc<Plan> {
    let vertex = |i| PlanVertex {
        id: VertexId(i),
        retry: (i == 1).then_some(Retry {
            limit: 1,
            delay: Millis(1_000),
            backoff: 1.0,
            max_delay: Millis(1_000),
            jitter: 0.0,
            exit_codes: Some(trackyard::graph::ExitCodes::of([9])),
        }),
        ..PlanVertex::default()
    };
    let scripts = (0..4).map(vertex).collect();
    let handlers = vec![(When::Exit, vertex(4))];
    let ids = (GraphId(1), GraphId(1));
    Arc::new(Plan::new(
        ids,
        1,
        Policies::default(),
        scripts,
        &[(0, 1), (1, 2)],
        handlers,
    ))
}

const BEFORE: usize = 0;
const TRACK: usize = 1;
const OTHER: usize = 3;

/// A pipeline whose track stands at `state`, and one more script that runs.
fn track_at(state: TrackState, pending: PendingOn) -> (Bench, TrackId) {
    let mut bench = Bench::new(Capacity::of(9));
    let id = bench.start(&plan(), 0, &[]).expect("a start");
    let (before, track) = (bench.track_of(id, BEFORE), bench.track_of(id, TRACK));
    let unstarted = [TrackState::Pending, TrackState::Skipped].contains(&state);
    bench.dispatches = !unstarted || (state == TrackState::Pending && pending == PendingOn::Retry);
    if state != TrackState::Waiting {
        bench.end(before, End::Code(0));
    }
    bench.dispatches = false;
    match state {
        TrackState::Waiting | TrackState::Running => {}
        TrackState::Pending if pending == PendingOn::Retry => drop(bench.end(track, End::Code(9))),
        TrackState::Pending => {}
        TrackState::Succeed => drop(bench.end(track, End::Code(0))),
        TrackState::Failed => drop(bench.end(track, End::Code(1))),
        TrackState::Skipped => bench.ask_track(track, TrackAction::Skip).expect("a skip"),
        TrackState::Stopped => {
            let now = false;
            bench
                .ask_track(track, TrackAction::Stop { now })
                .expect("a stop");
            bench.end(track, End::Stopped);
        }
        TrackState::Interrupted => drop(bench.end(track, End::Interrupted)),
    }
    assert_eq!(bench.track(track).state, state);
    (bench, track)
}

fn input() -> TrackInput {
    let values = "{}".to_owned();
    TrackInput {
        values,
        missing: false,
        secrets: Vec::new(),
    }
}

#[test]
fn what_can_be_asked_of_a_track_is_what_the_table_says() {
    let actions = [
        TrackAction::Retry(Scope::Only, None),
        TrackAction::Retry(Scope::After, None),
        TrackAction::Retry(Scope::Alone, None),
        TrackAction::Skip,
        TrackAction::ForceSuccess(None),
        TrackAction::ForceFailure,
        TrackAction::Hold,
        TrackAction::Release,
        TrackAction::Stop { now: false },
        TrackAction::Stop { now: true },
        TrackAction::Input(input()),
    ];
    let table = table("actions.md", "action");
    let states: Vec<_> = table[0][1..]
        .iter()
        .map(|word| TrackState::from_word(word).expect("a state"))
        .collect();
    assert_eq!(states, TrackState::ALL, "a column for each state");
    let rows = &table[2..];
    let word = |action: &TrackAction| Action::Track(TrackId(1), action.clone()).word();
    let words: Vec<_> = actions.iter().map(word).collect();
    let named: Vec<_> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(named, words, "a row for each action");
    for (action, row) in actions.iter().zip(rows) {
        for (state, cell) in states.iter().zip(&row[1..]) {
            // The notes 1 and 4: what waits for its next attempt, and what is held.
            let retry = matches!(action, TrackAction::Retry(Scope::Only, _));
            let on = if retry {
                PendingOn::Retry
            } else {
                PendingOn::Slot
            };
            let (mut bench, track) = track_at(*state, on);
            let open = matches!(state, TrackState::Waiting | TrackState::Pending);
            if *action == TrackAction::Release && open {
                assert!(
                    bench.ask_track(track, TrackAction::Release).is_err(),
                    "it is not held"
                );
                bench.ask_track(track, TrackAction::Hold).expect("a hold");
            }
            let answer = bench.ask_track(track, action.clone());
            let found = match &answer {
                Ok(()) => bench.track(track).state.word(),
                Err(_) => "-",
            };
            assert_eq!(
                found, cell,
                "{} of a track that is {state}: {answer:?}",
                row[0]
            );
        }
    }
}

#[test]
fn the_notes_under_the_table_of_tracks_hold() {
    let (mut bench, track) = track_at(TrackState::Pending, PendingOn::Slot);
    let retry = TrackAction::Retry(Scope::Only, None);
    assert!(bench.ask_track(track, retry.clone()).is_err(), "note 1");
    let (mut bench, track) = track_at(TrackState::Pending, PendingOn::Retry);
    bench.dispatches = true;
    bench.ask_track(track, retry).expect("note 1");
    assert_eq!(bench.track(track).state, TrackState::Running, "note 1");
    let (mut bench, track) = track_at(TrackState::Waiting, PendingOn::Slot);
    bench.ask_track(track, TrackAction::Skip).expect("note 2");
    assert_eq!(bench.track(track).mark, Some(Mark::Skip), "note 2");
    bench
        .ask_track(track, TrackAction::Release)
        .expect("note 4");
    assert_eq!(bench.track(track).mark, None, "note 4");
    for action in [
        TrackAction::Stop { now: false },
        TrackAction::Stop { now: true },
        TrackAction::ForceFailure,
    ] {
        let (mut bench, track) = track_at(TrackState::Running, PendingOn::Slot);
        bench.ask_track(track, action.clone()).expect("note 3");
        assert!(bench.track(track).ending.is_some(), "note 3: {action:?}");
        bench.end(track, End::Code(0));
        assert_eq!(
            bench.track(track).state,
            TrackState::Succeed,
            "note 3: its own result"
        );
    }
}

/// A pipeline that is as a column of the second table says.
fn pipeline_at(column: &str, paused: bool, unfinished: bool) -> (Bench, PipelineId) {
    let mut bench = Bench::new(Capacity::of(9));
    let id = bench.start(&plan(), 0, &[]).expect("a start");
    let track = |bench: &Bench, index| bench.track_of(id, index);
    let (before, other) = (track(&bench, BEFORE), track(&bench, OTHER));
    let stop = Action::Stop { now: false };
    match column {
        "RUNNING" if unfinished => drop(bench.end(other, End::Interrupted)),
        "RUNNING" => {}
        "PAUSED" => {
            if unfinished {
                bench.end(other, End::Interrupted);
            }
            bench.ask(id, Action::Pause).expect("a pause");
        }
        "FAILED, moves" => drop(bench.end(before, End::Code(1))),
        "FINISH, moves" | "FINISH, over" => {
            for index in [BEFORE, TRACK, 2, OTHER] {
                let track = track(&bench, index);
                bench.end(track, End::Code(0));
            }
        }
        "STOPPED, moves" => bench.ask(id, stop).expect("a stop"),
        "FAILED, over" | "STOPPED, over" => {
            let end = match column {
                "FAILED, over" => End::Code(1),
                _ => {
                    bench.ask(id, stop).expect("a stop");
                    End::Stopped
                }
            };
            bench.end(before, end);
            bench.end(other, end);
        }
        other => panic!("the table has a column {other}"),
    }
    if column.ends_with("over") {
        let handler = track(&bench, 4);
        bench.end(handler, End::Code(0));
    }
    if paused {
        bench.ask(id, Action::Pause).expect("a pause");
    }
    let row = bench.rows[&id].row;
    assert!(column.starts_with(row.state.word()), "{column}: {row:?}");
    assert_eq!(
        row.finished_at.is_some(),
        column.ends_with("over"),
        "{column}"
    );
    (bench, id)
}

#[test]
fn what_can_be_asked_of_a_pipeline_is_what_the_table_says() {
    let actions = [
        Action::Pause,
        Action::Resume,
        Action::Stop { now: false },
        Action::Stop { now: true },
        Action::RetryFailed,
    ];
    let table = table("actions.md", "action of a pipeline");
    let columns = &table[0][1..];
    for state in PipelineState::ALL {
        let named = columns
            .iter()
            .any(|column| column.starts_with(state.word()));
        assert!(named, "a column for {state}");
    }
    let words: Vec<_> = actions.iter().map(Action::word).collect();
    let named: Vec<_> = table[2..].iter().map(|row| row[0].as_str()).collect();
    assert_eq!(named, words, "a row for each action");
    for (action, row) in actions.iter().zip(&table[2..]) {
        for (column, cell) in columns.iter().zip(&row[1..]) {
            // The notes: what is paused, and what has a track that did not succeed.
            let paused = *action == Action::Resume && column.ends_with("moves");
            let unfinished = *action == Action::RetryFailed;
            let (mut bench, id) = pipeline_at(column, paused, unfinished);
            bench.dispatches = false;
            let answer = bench.ask(id, action.clone());
            let found = match &answer {
                Ok(()) => bench.rows[&id].row.state.word(),
                Err(_) => "-",
            };
            assert_eq!(
                found, cell,
                "{} of one that is {column}: {answer:?}",
                row[0]
            );
        }
    }
    for column in ["RUNNING", "PAUSED"] {
        let (mut bench, id) = pipeline_at(column, false, false);
        assert!(
            bench.ask(id, Action::RetryFailed).is_err(),
            "nothing to retry"
        );
    }
    let (mut bench, id) = pipeline_at("FAILED, moves", false, false);
    assert!(bench.ask(id, Action::Resume).is_err(), "it is not paused");
}

/// The words of states in a cell, without what is said in brackets.
fn states(cell: &str) -> BTreeSet<TrackState> {
    let mut depth = 0_i32;
    let outside = |c: &char| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    };
    let bare: String = cell.chars().filter(outside).collect();
    let words = bare.split(|c: char| !c.is_ascii_uppercase());
    words.filter_map(TrackState::from_word).collect()
}

#[test]
fn the_table_of_transitions_is_the_one_of_the_engine() {
    let table = table("ARCHITECTURE.md", "from");
    let mut named = BTreeSet::new();
    for row in &table[2..] {
        for state in states(&row[0]) {
            named.insert(state);
            let engine: BTreeSet<_> = state.next().iter().copied().collect();
            assert_eq!(states(&row[1]), engine, "what may follow {state}");
        }
    }
    assert_eq!(named.len(), TrackState::ALL.len(), "a row for each state");
}
