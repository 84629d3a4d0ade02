//! What goes over the wire. Rows become these; programs may rely on their names.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::clock;
use crate::desk::why::{Refer, Why};
use crate::desk::{Would, WouldStart};
use crate::engine::{Fate, PendingOn, PipelineState, Reason, TrackState, Will};
use crate::graph::Rendered;
use crate::store::{
    AttemptRow, GraphHead, JournalRow, PipelineHead, TrackHead, VertexRow, Waiting,
};

/// A graph without its vertices.
pub fn graph(head: &GraphHead) -> Value {
    json!({
        "id": head.id,
        "name": head.name,
        "version": head.version,
        "desc": head.desc,
        "checked": head.checked,
        "sealed": head.sealed,
        "vertex_count": head.vertices,
        "edge_count": head.edges,
        "creator": head.creator,
        "created_at": time(head.created_at),
        "updated_at": time(head.updated_at),
    })
}

/// A vertex of a graph.
pub(super) fn vertex(row: &VertexRow) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "desc": row.desc,
        "script": row.script,
        "input": object(&row.input),
        "outputs": object(&row.outputs),
    })
}

/// What was given for a start; null for each secret.
fn given(column: &str) -> Value {
    let mut given = object(column);
    let values = given.as_object_mut().into_iter().flat_map(Map::values_mut);
    for value in values.filter(|value| value.is_object()) {
        *value = Value::Null;
    }
    given
}

/// A pipeline without its tracks.
pub fn pipeline(head: &PipelineHead) -> Value {
    json!({
        "id": head.id,
        "graph_id": head.graph_id,
        "graph": head.graph,
        "version": head.version,
        "name": head.name,
        "desc": head.desc,
        "state": pipeline_state(head.state),
        "input": given(&head.input),
        "track_count": head.vertices,
        "creator": head.creator,
        "trigger": head.trigger,
        "priority": head.priority,
        "again_of": head.again_of,
        "queued": head.queued,
        "created_at": time(head.created_at),
        "finished_at": head.finished_at.map(time),
    })
}

/// What would follow from what is asked.
pub(super) fn would(would: &Would) -> Value {
    let preview = &would.preview;
    let track = |(fate, vertex): (&Fate, &String)| {
        json!({
            "id": fate.track.0,
            "vertex": vertex,
            "from": fate.from.word(),
            "to": fate.to.word(),
            "will": fate.will.word(),
        })
    };
    let counted = |(will, count): (Will, usize)| (will.word().to_owned(), json!(count));
    let tracks = preview.tracks.iter().zip(&would.vertices);
    json!({
        "from": preview.from.word(),
        "to": preview.to.word(),
        "queued": preview.queued,
        "counts": preview.counts().map(counted).collect::<Map<_, _>>(),
        "warnings": would.warnings,
        "tracks": tracks.map(track).collect::<Vec<_>>(),
    })
}

/// What would be started when a pipeline is started once more.
pub(super) fn would_again(old: &PipelineHead, would: &WouldStart) -> Value {
    json!({
        "again_of": old.id,
        "graph_id": old.graph_id,
        "graph": old.graph,
        "version": old.version,
        "name": old.name,
        "input": given(&old.input),
        "priority": old.priority,
        "track_count": old.vertices,
        "waits_for_input": would.waits_for_input,
        "stops": would.stops.iter().map(|id| id.0).collect::<Vec<_>>(),
    })
}

/// A track in a list.
#[derive(Serialize)]
pub struct Track {
    id: i64,
    vertex: String,
    state: &'static str,
    pending_on: Option<&'static str>,
    due_at: Option<String>,
    reason: Option<&'static str>,
    detail: Option<String>,
    exit_code: Option<i32>,
    attempt: i32,
    started_at: Option<String>,
    finished_at: Option<String>,
}

impl From<TrackHead> for Track {
    fn from(row: TrackHead) -> Self {
        Self {
            id: row.id,
            vertex: row.vertex,
            state: TrackState::from_code(row.state).map_or("?", TrackState::word),
            pending_on: row
                .pending_on
                .and_then(PendingOn::from_code)
                .map(PendingOn::word),
            due_at: row.due_at.map(time),
            reason: reason(row.reason),
            detail: (!row.detail.is_empty()).then_some(row.detail),
            exit_code: row.exit_code,
            attempt: row.attempt,
            started_at: row.started_at.map(time),
            finished_at: row.finished_at.map(time),
        }
    }
}

/// A track that waits for a person.
pub fn waiting(row: Waiting) -> Value {
    let (id, name, graph) = (row.track.pipeline_id, row.pipeline, row.graph);
    let mut track = json!(Track::from(row.track));
    track["pipeline"] = json!({"id": id, "name": name, "graph": graph});
    track
}

/// An attempt of a track.
pub(super) fn attempt(row: &AttemptRow) -> Value {
    json!({
        "attempt": row.number,
        "ordered_at": time(row.ordered_at),
        "started_at": row.started_at.map(time),
        "finished_at": row.finished_at.map(time),
        "reason": reason(row.reason),
        "detail": row.detail,
        "exit_code": row.exit_code,
        "signal": row.signal,
        "log_bytes": row.log_bytes,
        "dropped_bytes": row.dropped_bytes,
    })
}

/// A line of the journal.
pub(super) fn entry(row: &JournalRow) -> Value {
    json!({
        "sequence": row.sequence,
        "at": time(row.at),
        "track": row.track_id,
        "from": row.old_state,
        "to": row.new_state,
        "attempt": row.attempt,
        "who": row.who,
        "why": row.why,
    })
}

/// Why something stands where it does.
pub fn why(why: &Why) -> Value {
    let refer = |refer: &Refer| {
        json!({
            "kind": refer.kind.word(),
            "id": refer.id,
            "name": refer.name,
            "state": refer.state,
        })
    };
    json!({
        "code": why.code.word(),
        "sentence": why.sentence,
        "refers": why.refers.iter().map(refer).collect::<Vec<_>>(),
        "next": why.next,
        "moves": why.moves.word(),
        "actions": why.actions,
        "until": why.until.map(|until| time(until.0)),
    })
}

/// A moment as RFC 3339 in UTC.
pub(super) fn time(ms: i64) -> String {
    clock::format_utc(ms)
}

/// The word of a pipeline's state.
pub(super) fn pipeline_state(code: i16) -> &'static str {
    PipelineState::from_code(code).map_or("?", PipelineState::word)
}

fn reason(code: Option<i16>) -> Option<&'static str> {
    code.and_then(Reason::from_code).map(Reason::word)
}

/// A column of JSON; as a text where it is not JSON.
pub(super) fn object(column: &str) -> Value {
    serde_json::from_str(column).unwrap_or_else(|_| Value::String(column.to_owned()))
}

/// Scripts as callers see them.
pub fn rendered(scripts: &[Rendered]) -> Value {
    let one = |script: &Rendered| {
        let environment = script.environment.iter();
        let environment: Map<String, Value> = environment
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect();
        json!({
            "vertex": script.vertex,
            "interpreter": script.interpreter,
            "script": script.script,
            "environment": environment,
        })
    };
    json!({"scripts": scripts.iter().map(one).collect::<Vec<_>>()})
}
