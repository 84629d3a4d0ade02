//! A pipeline as one file: its graph, its scripts, what they were given and left, its journal and its
//! logs. It is written as it is read: nothing of it is held in memory as a whole.
//!
//! No secret is in it: the rows have none, and logs have them masked.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::archive::{Archive, log_name};
use super::shown::{TrackShown, Variable};
use crate::clock::format_utc;
use crate::engine::{GraphId, PipelineId, PipelineState, Reason, TrackId, TrackState};
use crate::graph::interpreter;
use crate::spool::Spool;
use crate::store::{AttemptRow, JournalRow, Packed, PipelineHead, Store, StoreError};

/// Tracks and lines of the journal that are read at once.
const PAGE: i64 = 200;

/// Why a bundle was not written to its end.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was deleted meanwhile: what was read of it may not be all.
    #[error("the pipeline was deleted meanwhile")]
    Deleted,
    /// A file cannot be read, or the bundle cannot be written.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Writes a pipeline as a `.tar.gz`. A log that still grows is in it as far as it was when its turn
/// came.
pub fn bundle(
    store: &Store,
    spool: &Spool,
    head: &PipelineHead,
    out: impl Write,
) -> Result<(), BundleError> {
    let mut archive = Archive::new(head, spool, out)?;
    if let Some((source, format)) = store.source(GraphId(head.graph_id))? {
        archive.text(&format!("graph.{format}"), &source)?;
    }
    archive.text("pipeline.json", &format!("{:#}\n", of_pipeline(head)))?;
    let id = PipelineId(head.id);
    let mut lines = archive.lines()?;
    let mut after = 0;
    loop {
        let (tracks, attempts) = store.pack(id, after, PAGE)?;
        let Some(last) = tracks.last() else { break };
        after = last.head.id;
        let mut of: BTreeMap<i64, Vec<AttemptRow>> = BTreeMap::new();
        for (track, attempt) in attempts {
            of.entry(track).or_default().push(attempt);
        }
        for packed in tracks {
            let attempts = of.remove(&packed.head.id).unwrap_or_default();
            let (track, shown) = (packed.head.id, TrackShown::of(&packed.head, &packed.order)?);
            writeln!(lines, "{}", of_track(&packed, &attempts))?;
            archive.text(&script_name(track), &shown.script)?;
            let run = format!("{:#}\n", of_run(&packed, &shown));
            archive.text(&run_name(track), &run)?;
            for attempt in attempts {
                archive.log(id, TrackId(track), attempt.number)?;
            }
        }
    }
    archive.finished("tracks.ndjson", lines)?;
    let mut lines = archive.lines()?;
    let mut after = 0;
    loop {
        let entries = store.journal(id, after, PAGE)?;
        let Some(last) = entries.last() else { break };
        after = last.sequence;
        for entry in &entries {
            writeln!(lines, "{}", of_entry(entry))?;
        }
    }
    archive.finished("journal.ndjson", lines)?;
    // Whoever deletes it says so before anything of it goes.
    if store.pipeline(id)?.is_none() {
        return Err(BundleError::Deleted);
    }
    archive.end()
}

fn script_name(track: i64) -> String {
    format!("scripts/{track}")
}

fn run_name(track: i64) -> String {
    format!("runs/{track}.json")
}

/// How the script of a track was run the last time, or would be now: for one who does it by hand.
fn of_run(packed: &Packed, shown: &TrackShown) -> Value {
    let script = script_name(packed.head.id);
    let mut argv = interpreter(&shown.script).argv;
    argv.push(script.clone());
    let value = |v: &Variable| (!v.secret).then(|| v.value.clone());
    let environment = shown.environment.iter();
    let environment: BTreeMap<&str, Option<String>> =
        environment.map(|v| (v.name.as_str(), value(v))).collect();
    json!({
        "script": script, "argv": argv, "workdir": packed.order.workdir,
        "environment": environment, "timeout_ms": packed.order.timeout_ms,
    })
}

fn of_pipeline(head: &PipelineHead) -> Value {
    json!({
        "id": head.id, "graph_id": head.graph_id, "graph": head.graph, "version": head.version,
        "name": head.name, "desc": head.desc, "creator": head.creator, "trigger": head.trigger,
        "state": PipelineState::from_code(head.state).map(PipelineState::word),
        "input": masked(&head.input), "priority": head.priority, "again_of": head.again_of,
        "again_of_deleted": head.again_of_deleted,
        "created_at": format_utc(head.created_at), "finished_at": head.finished_at.map(format_utc),
    })
}

fn of_track(packed: &Packed, attempts: &[AttemptRow]) -> Value {
    let head = &packed.head;
    let reason = |code: Option<i16>| code.and_then(Reason::from_code).map(Reason::word);
    let attempt = |a: &AttemptRow| {
        json!({
            "attempt": a.number, "ordered_at": format_utc(a.ordered_at),
            "started_at": a.started_at.map(format_utc),
            "finished_at": a.finished_at.map(format_utc), "reason": reason(a.reason), "exit_code": a.exit_code,
            "signal": a.signal, "detail": a.detail, "dropped_bytes": a.dropped_bytes,
            "log": log_name(head.id, a.number),
        })
    };
    json!({
        "id": head.id, "vertex": head.vertex,
        "state": TrackState::from_code(head.state).map(TrackState::word),
        "reason": reason(head.reason), "detail": head.detail, "exit_code": head.exit_code,
        "input": masked(&packed.order.input), "outputs": json_of(&packed.outputs),
        "script": script_name(head.id), "run": run_name(head.id),
        "attempts": attempts.iter().map(attempt).collect::<Vec<_>>(),
    })
}

fn of_entry(entry: &JournalRow) -> Value {
    json!({
        "sequence": entry.sequence, "at": format_utc(entry.at), "track": entry.track_id,
        "from": entry.old_state, "to": entry.new_state, "attempt": entry.attempt,
        "who": entry.who, "why": entry.why,
    })
}

fn json_of(column: &str) -> Value {
    serde_json::from_str(column).unwrap_or_default()
}

/// What was given; null for each secret.
fn masked(column: &str) -> Value {
    let mut given = json_of(column);
    let values = given
        .as_object_mut()
        .into_iter()
        .flat_map(|all| all.values_mut());
    for value in values.filter(|value| value.is_object()) {
        *value = Value::Null;
    }
    given
}
