//! One batch of the engine, in one transaction.

use super::attempts;
use super::bulk::{Bulk, Cell, Insert};
use super::connection::{Db, write_tx};
use super::error::StoreError;
use super::removal;
use super::requests::Notes;
use super::secrets;
use super::starts::insert_pipelines;
use crate::engine::{
    AttemptEnd, AttemptKey, Effect, Ending, Entry, Mark, Outbox, PendingOn, Reason, Time,
    TrackChange,
};
use crate::failpoint::{Point, reach};
use crate::secrets::Vault;

const TRACKS: Bulk = Bulk {
    table: "track",
    set: "state = v.column3, pending_on = v.column4, due_at = v.column5, reason = v.column6, \
          exit_code = v.column7, attempt = v.column8, retries = v.column9, started_at = v.column10, \
          finished_at = v.column11, detail = coalesce(v.column12, detail), \
          output = coalesce(v.column13, output), input = coalesce(v.column14, input), \
          missing = coalesce(v.column15, missing), mark = v.column16, ending = v.column17, \
          outputs = coalesce(v.column18, outputs), lost = v.column19",
    key: "track.id = v.column1 AND track.state = v.column2",
};

const PIPELINES: Bulk = Bulk {
    table: "pipeline",
    set: "state = v.column3, finished_at = v.column4, reason = v.column5, paused = v.column6, \
          queued = v.column7, due_at = v.column8",
    key: "pipeline.id = v.column1 AND pipeline.state = v.column2",
};

const ENDS: Bulk = Bulk {
    table: "attempt",
    set: "started_at = v.column3, finished_at = v.column4, reason = v.column5, exit_code = v.column6, \
          signal = v.column7, detail = v.column8, log_bytes = v.column9, dropped_bytes = v.column10",
    key: "attempt.track_id = v.column1 AND attempt.number = v.column2",
};

const ATTEMPTS: Insert = Insert {
    table: "attempt",
    columns: "track_id, number, pipeline_id, boot, ordered_at, detail, log_bytes, dropped_bytes",
};

const JOURNAL: Insert = Insert {
    table: "journal",
    columns: "sequence, at, pipeline_id, track_id, old_state, new_state, attempt, who, why",
};

/// Writes the whole outbox, or nothing of it.
pub(super) fn commit(
    db: &mut Db,
    boot: &str,
    vault: Option<&Vault>,
    out: &Outbox,
    notes: &Notes,
) -> Result<(), StoreError> {
    write_tx(db, |db| {
        insert_pipelines(db, vault, &out.starts)?;
        let tracks: Vec<_> = out
            .tracks
            .iter()
            .map(|(id, change)| track_cells(id.0, change))
            .collect();
        TRACKS.update(db, &tracks)?;
        let given = out.tracks.iter();
        let given = given.filter_map(|(id, change)| Some((id.0, change.input.as_ref()?)));
        secrets::insert(db, vault, given)?;
        let pipelines = out.pipelines.iter().map(|(id, change)| {
            [
                Cell::Big(Some(id.0)),
                Cell::Small(Some(change.from.code())),
                Cell::Small(Some(change.to.state.code())),
                Cell::Big(change.to.finished_at.map(|t| t.0)),
                Cell::Small(change.to.reason.map(Reason::code)),
                Cell::Small(Some(i16::from(change.to.paused))),
                Cell::Small(Some(i16::from(change.to.queued))),
                Cell::Big(change.to.due_at.map(|t| t.0)),
            ]
        });
        PIPELINES.update(db, &pipelines.collect::<Vec<_>>())?;
        let attempts = out.attempts.iter().map(|new| attempt_cells(new, boot));
        ATTEMPTS.rows(db, &attempts.collect::<Vec<_>>())?;
        reach(Point::ServerCommitting, &"");
        let ends: Vec<_> = out
            .ends
            .iter()
            .map(|(key, end)| end_cells(*key, end))
            .collect();
        ENDS.update(db, &ends)?;
        for effect in &out.effects {
            if let Effect::EndSurvivors { key, now } = effect {
                attempts::to_end(db, *key, *now)?;
            }
        }
        removal::begin(db, &out.removals)?;
        JOURNAL.rows(db, &out.journal.iter().map(entry_cells).collect::<Vec<_>>())?;
        notes.write(db)
    })
}

fn track_cells(id: i64, change: &TrackChange) -> [Cell<'_>; 19] {
    let row = &change.to;
    let ms = |time: Option<Time>| Cell::Big(time.map(|t| t.0));
    [
        Cell::Big(Some(id)),
        Cell::Small(Some(change.from.code())),
        Cell::Small(Some(row.state.code())),
        Cell::Small(row.pending_on.map(PendingOn::code)),
        ms(row.due_at),
        Cell::Small(row.reason.map(Reason::code)),
        Cell::Int(row.exit_code),
        Cell::Big(Some(i64::from(row.attempt))),
        Cell::Big(Some(i64::from(row.retries))),
        ms(row.started_at),
        ms(row.finished_at),
        Cell::Text(change.detail.as_deref()),
        Cell::Bytes(change.output.as_deref()),
        Cell::Text(change.input.as_ref().map(|i| i.values.as_str())),
        Cell::Small(change.input.as_ref().map(|i| i16::from(i.missing))),
        Cell::Small(row.mark.map(Mark::code)),
        Cell::Small(row.ending.map(Ending::code)),
        Cell::Text(change.outputs.as_deref()),
        Cell::Big(Some(i64::from(row.lost))),
    ]
}

fn end_cells(key: AttemptKey, end: &AttemptEnd) -> [Cell<'_>; 10] {
    [
        Cell::Big(Some(key.track.0)),
        Cell::Big(Some(i64::from(key.attempt))),
        Cell::Big(Some(end.started_at.0)),
        Cell::Big(Some(end.finished_at.0)),
        Cell::Small(end.reason.map(Reason::code)),
        Cell::Int(end.exit_code),
        Cell::Int(end.signal),
        Cell::Text(Some(end.detail.as_deref().unwrap_or(""))),
        Cell::Big(Some(end.log_bytes as i64)),
        Cell::Big(Some(end.dropped_bytes as i64)),
    ]
}

fn attempt_cells<'a>((key, at): &(AttemptKey, Time), boot: &'a str) -> [Cell<'a>; 8] {
    [
        Cell::Big(Some(key.track.0)),
        Cell::Big(Some(i64::from(key.attempt))),
        Cell::Big(Some(key.pipeline.0)),
        Cell::Text(Some(boot)),
        Cell::Big(Some(at.0)),
        Cell::Text(Some("")),
        Cell::Big(Some(0)),
        Cell::Big(Some(0)),
    ]
}

fn entry_cells(entry: &Entry) -> [Cell<'_>; 9] {
    [
        Cell::Big(Some(entry.sequence)),
        Cell::Big(Some(entry.at.0)),
        Cell::Big(Some(entry.pipeline.0)),
        Cell::Big(entry.track.map(|t| t.0)),
        Cell::Text(Some(entry.from)),
        Cell::Text(Some(entry.to)),
        Cell::Big(Some(i64::from(entry.attempt))),
        Cell::Text(Some(&entry.who)),
        Cell::Text(Some(&entry.why)),
    ]
}
