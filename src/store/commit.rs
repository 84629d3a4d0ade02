//! One batch of the engine, in one transaction.

use diesel::{ExpressionMethods, RunQueryDsl};

use super::attempts;
use super::bulk::{Bulk, Cell};
use super::connection::{Db, on, write_tx};
use super::error::StoreError;
use super::removal;
use super::requests::Notes;
use super::schema::{attempt, journal};
use super::secrets;
use super::starts::insert_pipeline;
use crate::engine::{
    AttemptEnd, AttemptKey, Effect, Ending, Entry, Mark, Outbox, PendingOn, Reason, Time,
    TrackChange,
};
use crate::failpoint::{Point, reach};
use crate::secrets::Vault;

/// Rows of one INSERT; 13 columns and SQLite's limit of values leave room for more.
const ROWS_A_STATEMENT: usize = 1_000;

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

/// Writes the whole outbox, or nothing of it.
pub(super) fn commit(
    db: &mut Db,
    boot: &str,
    vault: Option<&Vault>,
    out: &Outbox,
    notes: &Notes,
) -> Result<(), StoreError> {
    write_tx(db, |db| {
        for start in &out.starts {
            insert_pipeline(db, vault, start)?;
        }
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
            vec![
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
        insert_attempts(db, boot, &out.attempts)?;
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
        insert_journal(db, &out.journal)?;
        notes.write(db)
    })
}

fn track_cells(id: i64, change: &TrackChange) -> Vec<Cell<'_>> {
    let row = &change.to;
    let ms = |time: Option<Time>| Cell::Big(time.map(|t| t.0));
    vec![
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

fn end_cells(key: AttemptKey, end: &AttemptEnd) -> Vec<Cell<'_>> {
    vec![
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

fn insert_attempts(
    db: &mut Db,
    boot: &str,
    attempts: &[(AttemptKey, Time)],
) -> Result<(), StoreError> {
    let rows: Vec<_> = attempts
        .iter()
        .map(|(key, at)| {
            (
                attempt::track_id.eq(key.track.0),
                attempt::number.eq(key.attempt as i32),
                attempt::pipeline_id.eq(key.pipeline.0),
                attempt::boot.eq(boot),
                attempt::ordered_at.eq(at.0),
                attempt::detail.eq(""),
                attempt::log_bytes.eq(0_i64),
                attempt::dropped_bytes.eq(0_i64),
            )
        })
        .collect();
    for chunk in rows.chunks(ROWS_A_STATEMENT) {
        on!(&mut *db, c => diesel::insert_into(attempt::table).values(chunk).execute(c))?;
    }
    Ok(())
}

fn insert_journal(db: &mut Db, entries: &[Entry]) -> Result<(), StoreError> {
    let rows: Vec<_> = entries
        .iter()
        .map(|e| {
            (
                journal::sequence.eq(e.sequence),
                journal::at.eq(e.at.0),
                journal::pipeline_id.eq(e.pipeline.0),
                journal::track_id.eq(e.track.map(|t| t.0)),
                journal::old_state.eq(e.from),
                journal::new_state.eq(e.to),
                journal::attempt.eq(e.attempt as i32),
                journal::who.eq(&e.who),
                journal::why.eq(&e.why),
            )
        })
        .collect();
    for chunk in rows.chunks(ROWS_A_STATEMENT) {
        on!(&mut *db, c => diesel::insert_into(journal::table).values(chunk).execute(c))?;
    }
    Ok(())
}
