//! No answer to "why" is wrong: random sequences, after each event every answer is compared with the
//! rows, and what is said to come next is tried.

use std::collections::BTreeMap;
use std::sync::Arc;

use trackyard::engine::{
    About, Action, Because, Capacity, Ending, Engine, Facts, Fate, LoadedPipeline, MOST_NAMED,
    Mark, Next, NextIds, Party, PendingOn, PipelineId, PipelineState, Scope, TrackAction, TrackId,
    TrackInput, TrackRow, TrackState, Wanted,
};

use crate::bench::{Bench, End};
use crate::compare::{Counted, EVENTS, one, plan, setting};
use crate::model::Model;
use crate::random::Random;

/// The sequences of every `cargo test`; `TRACKYARD_SEQUENCES` for more, `TRACKYARD_SEED` for others.
const SEQUENCES: u64 = 500;

#[test]
fn no_answer_is_wrong() {
    let mut seen = BTreeMap::new();
    let sequences = setting("TRACKYARD_SEQUENCES").unwrap_or(SEQUENCES);
    let first = setting("TRACKYARD_SEED").unwrap_or(0);
    for seed in first..first + sequences {
        let mut random = Random(seed);
        let capacity = Capacity {
            slots: 1 + random.below(3) as u32,
            pools: [("one".into(), 1), ("two".into(), 2)].into_iter().collect(),
        };
        let plans: Vec<_> = (1..=2).map(|id| Arc::new(plan(&mut random, id))).collect();
        let mut bench = Bench::new(capacity.clone());
        let mut model = Model::new(capacity.clone());
        let (mut story, mut counted) = (Vec::new(), Counted::default());
        let drains = random.chance(5).then(|| random.below(EVENTS));
        for event in 0..EVENTS {
            let both = (&mut bench, &mut model);
            one(&mut random, &plans, both, &mut story, &mut counted);
            model.dispatch();
            bench.engine.drain(drains.is_some_and(|at| at <= event));
            for rows in bench.rows.values() {
                check_all(&bench, rows, &capacity, &mut seen)
                    .unwrap_or_else(|how| panic!("seed {seed}: {how}\n{}", story.join("\n")));
            }
            if drains == Some(event) {
                break;
            }
        }
        what_comes_next(&bench, &mut seen)
            .unwrap_or_else(|how| panic!("seed {seed}: {how}\n{}", story.join("\n")));
    }
    println!("{sequences} sequences, answers: {seen:?}");
    for kind in [
        "Predecessors",
        "Verdict",
        "Handlers",
        "Over",
        "Queued",
        "Paused",
        "Draining",
        "MaxParallel",
        "Pool",
        "Slots",
        "Input",
        "Retry",
        "Spawn",
        "Held",
        "Runs",
        "Ended",
        "Running",
        "Asks",
        "Backoff",
        "next ByItself",
        "next Person",
        "next Others",
        "next Nothing",
        "next Later",
        "over Person",
        "over Nothing",
        "done",
    ] {
        assert!(seen.contains_key(kind), "{kind} was never answered");
    }
    assert!(
        !seen.contains_key("Turn"),
        "a slot is free and nobody has it"
    );
}

/// The first word of how a value is written.
fn kind(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let end = text.find(|c: char| !c.is_alphanumeric());
    text[..end.unwrap_or(text.len())].to_owned()
}

type Seen = BTreeMap<String, u32>;

fn check_all(
    bench: &Bench,
    rows: &LoadedPipeline,
    capacity: &Capacity,
    seen: &mut Seen,
) -> Result<(), String> {
    let whole = bench.engine.why(About::Pipeline(rows.id));
    if rows.row.finished_at.is_some() {
        return match whole {
            Some(facts) => Err(format!("it is over: {facts:?}")),
            None => check_over(bench, rows, capacity, seen),
        };
    }
    let whole = whole.ok_or("it is live")?;
    let told = |facts: &Facts, wrong: &str| Err(format!("{wrong}: {facts:?}\n{rows:#?}"));
    if let Some(wrong) = wrong_of_pipeline(rows, &whole) {
        return told(&whole, wrong);
    }
    let mut all = vec![whole];
    for index in 0..rows.tracks.len() {
        let track = bench.track_of(rows.id, index);
        let facts = bench.engine.why(About::Track(rows.id, track));
        let facts = facts.ok_or_else(|| format!("track {track} is live"))?;
        if let Some(wrong) = wrong_of_track(bench, (rows, index), &facts, capacity) {
            return told(&facts, wrong);
        }
        if leaves_it(bench, &bench.engine, (rows.id, track), &facts) {
            return told(&facts, "what is said leaves it as it is");
        }
        all.push(facts);
    }
    let mut tried = Vec::new();
    for facts in all {
        *seen.entry(kind(&facts.because)).or_default() += 1;
        *seen
            .entry(format!("next {}", kind(&facts.next)))
            .or_default() += 1;
        let moves = !bench.engine.running().is_empty() || bench.engine.next_due().is_some();
        if facts.next == Next::ByItself && !moves {
            return told(&facts, "nothing moves by itself");
        }
        if tried.contains(&facts.next) {
            continue;
        }
        if let Some(refused) = refused(bench, &bench.engine, rows.id, &facts.next) {
            return told(&facts, &refused);
        }
        tried.push(facts.next);
    }
    Ok(())
}

/// What is over is told by an engine that has nothing else. Nothing of it moves by itself.
fn check_over(
    bench: &Bench,
    rows: &LoadedPipeline,
    capacity: &Capacity,
    seen: &mut Seen,
) -> Result<(), String> {
    let next = NextIds {
        pipeline: 1,
        track: 1,
        journal: 1,
    };
    let mut engine = Engine::new(capacity.clone(), next);
    engine.revive(rows);
    let mut tried = Vec::new();
    let tracks = (0..rows.tracks.len()).map(|i| About::Track(rows.id, bench.track_of(rows.id, i)));
    for about in std::iter::once(About::Pipeline(rows.id)).chain(tracks) {
        let facts = engine.why(about).ok_or("it is there")?;
        *seen
            .entry(format!("over {}", kind(&facts.next)))
            .or_default() += 1;
        let told = |wrong: &str| Err(format!("it is over, {wrong}: {facts:?}\n{rows:#?}"));
        let done = |state| matches!(state, TrackState::Succeed | TrackState::Skipped);
        if facts.track.is_none()
            && rows.tracks.iter().all(|track| done(track.row.state))
            && let Some(alone) = Facts::done(rows.row)
        {
            *seen.entry("done".to_owned()).or_default() += 1;
            if alone != facts {
                return told("and its row alone says something else");
            }
        }
        if !matches!(facts.next, Next::Person(..) | Next::Nothing) {
            return told("and nothing of it moves");
        }
        if rows.row.state == PipelineState::Finish
            && facts.track.is_none()
            && matches!(facts.next, Next::Person(wanted, _) if wanted != Wanted::Answer)
        {
            return told("and nobody has to do anything");
        }
        if let About::Track(id, track) = about
            && leaves_it(bench, &engine, (id, track), &facts)
        {
            return told("what is said leaves it as it is");
        }
        if tried.contains(&facts.next) {
            continue;
        }
        if let Some(refused) = refused(bench, &engine, rows.id, &facts.next) {
            return told(&refused);
        }
        tried.push(facts.next);
    }
    Ok(())
}

/// Which of what a person is told to do is refused.
fn refused(bench: &Bench, engine: &Engine, pipeline: PipelineId, next: &Next) -> Option<String> {
    let Next::Person(wanted, few) = next else {
        return None;
    };
    let retry = TrackAction::Retry(Scope::Only, None);
    let given = TrackInput {
        values: "{}".to_owned(),
        missing: false,
        secrets: Vec::new(),
    };
    let actions = match wanted {
        Wanted::Answer | Wanted::Repair => {
            vec![retry, TrackAction::Skip, TrackAction::ForceSuccess(None)]
        }
        Wanted::RetryAll => vec![TrackAction::Retry(Scope::After, None)],
        Wanted::Input => vec![TrackAction::Input(given)],
        Wanted::Release => vec![TrackAction::Release],
        Wanted::Resume | Wanted::Undrain => Vec::new(),
    };
    let tracks = few.first.iter().flat_map(|party| {
        let of =
            |action: &TrackAction| (party.pipeline, Action::Track(party.track, action.clone()));
        actions.iter().map(of).collect::<Vec<_>>()
    });
    let whole = match wanted {
        Wanted::Resume => Some((pipeline, Action::Resume)),
        Wanted::RetryAll => Some((pipeline, Action::RetryFailed)),
        _ => None,
    };
    tracks.chain(whole).find_map(|(pipeline, action)| {
        let told = format!("{action:?}");
        let answer = engine.preview(bench.now, Bench::request(pipeline, action));
        answer
            .err()
            .map(|refusal| format!("{told} is refused: {refusal:?}"))
    })
}

/// Whether a track that was stopped stays so when a person does what is said.
fn leaves_it(
    bench: &Bench,
    engine: &Engine,
    (pipeline, track): (PipelineId, TrackId),
    facts: &Facts,
) -> bool {
    let stopped = facts.track.is_some_and(|t| t.state == TrackState::Stopped);
    let (true, None, Next::Person(wanted, few)) = (stopped, facts.handler, &facts.next) else {
        return false;
    };
    let own = |party: &Party| party.track == track;
    let after = |party: &Party| {
        let retry = TrackAction::Retry(Scope::After, None);
        Action::Track(party.track, retry)
    };
    let stays = |action: Action| {
        let preview = engine.preview(bench.now, Bench::request(pipeline, action));
        let stays = |fate: &Fate| fate.track == track && fate.to == TrackState::Stopped;
        preview.is_ok_and(|would| would.tracks.iter().any(stays))
    };
    match wanted {
        Wanted::Repair => few.count <= MOST_NAMED && !few.first.iter().any(own),
        Wanted::RetryAll => {
            let all = few.first.iter().map(after).chain([Action::RetryFailed]);
            all.into_iter().any(stays)
        }
        Wanted::Answer | Wanted::Input | Wanted::Release | Wanted::Resume | Wanted::Undrain => {
            false
        }
    }
}

fn done(rows: &LoadedPipeline, index: usize) -> bool {
    let failed = rows.tracks[index].row.state == TrackState::Failed;
    rows.tracks[index].row.state.is_done() || (failed && rows.plan.vertex(index as u32).ignore)
}

/// The tracks of a pipeline of which something holds.
fn those(rows: &LoadedPipeline, of: impl Fn(usize, &TrackRow) -> bool) -> Vec<Party> {
    let party = |(i, state): (usize, TrackState)| Party {
        pipeline: rows.id,
        track: TrackId(rows.first_track.0 + i as i64),
        state,
    };
    let tracks = rows.tracks.iter().enumerate();
    let tracks = tracks.filter(|(i, track)| of(*i, &track.row));
    tracks
        .map(|(i, track)| party((i, track.row.state)))
        .collect()
}

fn same(few: &trackyard::engine::Few<Party>, all: &[Party]) -> bool {
    few.count == all.len() && few.first[..] == all[..all.len().min(MOST_NAMED)]
}

fn wrong_of_track(
    bench: &Bench,
    (rows, index): (&LoadedPipeline, usize),
    facts: &Facts,
    capacity: &Capacity,
) -> Option<&'static str> {
    let (row, plan) = (rows.tracks[index].row, &rows.plan);
    let handler = index >= plan.scripts();
    let everywhere = |of: &dyn Fn(&LoadedPipeline, usize) -> bool| {
        let running = |rows: &LoadedPipeline| {
            those(rows, |i, row| {
                row.state == TrackState::Running && of(rows, i)
            })
        };
        bench.rows.values().flat_map(running).collect::<Vec<_>>()
    };
    let slot = row.pending_on == Some(PendingOn::Slot);
    let right = match &facts.because {
        Because::Predecessors(few) => {
            let before = |i: usize| plan.successors(i as u32).contains(&(index as u32));
            let open = those(rows, |i, _| before(i) && !done(rows, i));
            row.state == TrackState::Waiting && !few.is_empty() && same(few, &open)
        }
        Because::Verdict(few) => {
            let states = few.first.iter().all(|party| !party.state.has_ended());
            handler && row.state == TrackState::Waiting && states
        }
        Because::Handlers(few) => handler && !few.is_empty(),
        Because::Over => rows.row.state == PipelineState::Failed && !handler,
        Because::Queued { limit, begun, .. } => {
            let alone = |i: &TrackRow| i.mark == Some(Mark::Alone);
            let held = rows.row.paused && !rows.tracks.iter().any(|t| alone(&t.row));
            slot && rows.row.queued && !held && begun.count >= *limit as usize
        }
        Because::Paused => slot && rows.row.paused,
        Because::Draining => slot,
        Because::MaxParallel(most, few) => {
            let own = those(rows, |_, row| row.state == TrackState::Running);
            slot && *most as usize == own.len() && same(few, &own)
        }
        Because::Pool {
            pool,
            size,
            holders,
        } => {
            let of = |rows: &LoadedPipeline, i: usize| {
                rows.plan.vertex(i as u32).pool.as_ref() == Some(pool)
            };
            let all = everywhere(&of);
            let own = of(rows, index) && *size == capacity.pool(pool);
            slot && own && all.len() == *size as usize && same(holders, &all)
        }
        Because::Slots { slots, holders, .. } => {
            let all = everywhere(&|_, _| true);
            slot && all.len() == *slots as usize && same(holders, &all)
        }
        Because::Turn => slot,
        Because::Input => row.pending_on == Some(PendingOn::Input) && rows.tracks[index].missing,
        Because::Retry => row.pending_on == Some(PendingOn::Retry) && facts.until > Some(bench.now),
        Because::Spawn => row.pending_on == Some(PendingOn::Spawn) && facts.until > Some(bench.now),
        Because::Held => row.mark == Some(Mark::Hold) && row.state == TrackState::Pending,
        Because::Runs => row.state == TrackState::Running,
        Because::Ended => row.state.has_ended() || row.state == TrackState::Interrupted,
        Because::Running(_) | Because::Asks(..) | Because::Backoff(_) => false,
    };
    let own = facts.track == Some(row) && facts.pipeline == rows.row;
    (!right || !own).then_some("it is not so")
}

fn wrong_of_pipeline(rows: &LoadedPipeline, facts: &Facts) -> Option<&'static str> {
    let scripts = rows.plan.scripts();
    let failed = |i: usize, row: &TrackRow| row.state == TrackState::Failed && i < scripts;
    let failing = those(rows, |i, row| failed(i, row) && !done(rows, i));
    let ignored = those(rows, |i, row| failed(i, row) && done(rows, i));
    let running = those(rows, |_, row| row.state == TrackState::Running);
    let right = match &facts.because {
        Because::Running(few) => same(few, &running) && !few.is_empty(),
        Because::Asks(_, few) => running.is_empty() && !few.is_empty(),
        Because::Backoff(few) => {
            let waits = those(rows, |_, row| row.due_at.is_some());
            running.is_empty() && same(few, &waits) && facts.until.is_some()
        }
        Because::Queued { .. } => rows.row.queued,
        Because::Paused => rows.row.paused && running.is_empty(),
        Because::Pool { .. } | Because::Slots { .. } | Because::Draining => running.is_empty(),
        _ => false,
    };
    let counts = same(&facts.failing, &failing) && facts.ignoring as usize == ignored.len();
    (!right || !counts || facts.track.is_some()).then_some("it is not so")
}

/// Everything that moves by itself goes well until nothing moves; no person does anything. What was
/// said to go on by itself has, and nothing else.
fn what_comes_next(bench: &Bench, seen: &mut Seen) -> Result<(), String> {
    let rows = bench.rows.values();
    let timed = rows
        .clone()
        .any(|rows| rows.plan.policies.timeout.is_some());
    let ending = |rows: &LoadedPipeline| {
        let mut tracks = rows.tracks.iter();
        tracks.any(|track| track.row.ending == Some(Ending::Fail))
    };
    // Time that runs out ends what goes on, and a failure that a person wants ends more than its own.
    if timed || rows.clone().any(ending) {
        return Ok(());
    }
    let mut after = bench.clone();
    let mut steps = 0;
    loop {
        let running = after.engine.running();
        let due = after.engine.next_due();
        for key in &running {
            let ended = after.track(key.track).ending.map(|_| End::Stopped);
            after.end(key.track, ended.unwrap_or(End::Code(0)));
        }
        match due {
            Some(due) => after.pass((due.0 - after.now.0).max(0)),
            None if running.is_empty() => break,
            None => {}
        }
        steps += 1;
        assert!(steps < 1_000, "it does not end");
    }
    for rows in bench
        .rows
        .values()
        .filter(|rows| rows.row.finished_at.is_none())
    {
        let (old, new) = (&rows.tracks, &after.rows[&rows.id].tracks);
        let ran = |i: usize| new[i].row.attempt > old[i].row.attempt;
        for index in 0..old.len() {
            let track = bench.track_of(rows.id, index);
            let facts = bench
                .engine
                .why(About::Track(rows.id, track))
                .expect("it is live");
            let (from, to) = (old[index].row, new[index].row);
            let right = match facts.next {
                Next::ByItself => from != to,
                Next::Person(..) | Next::Later(..) | Next::Others(_) => !ran(index),
                Next::Nothing => from == to,
            };
            *seen.entry("tried".to_owned()).or_default() += 1;
            if !right {
                return Err(format!("track {track} became {to:?}: {facts:?}\n{rows:#?}"));
            }
        }
        let facts = bench
            .engine
            .why(About::Pipeline(rows.id))
            .expect("it is live");
        // The end of a wait alone is no move.
        let moved = (0..old.len()).any(|i| old[i].row.state != new[i].row.state || ran(i));
        let begins = rows.row.queued && !after.rows[&rows.id].row.queued;
        let right = match facts.next {
            Next::ByItself => moved || begins,
            Next::Person(..) | Next::Later(..) | Next::Others(_) | Next::Nothing => !moved,
        };
        if !right {
            let id = rows.id;
            return Err(format!(
                "pipeline {id} moved: {moved}, {facts:?}\n{rows:#?}"
            ));
        }
    }
    Ok(())
}
