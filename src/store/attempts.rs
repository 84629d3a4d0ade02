//! Which attempts are committed as running, and which as ended.

use std::collections::BTreeSet;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult, RunQueryDsl,
};

use super::connection::Db;
use super::schema::{attempt, track};
use crate::engine::{AttemptKey, Ending, PipelineId, Reason, TrackId, TrackState};

/// Values of one query; SQLite takes more.
const VALUES_A_STATEMENT: usize = 1_000;

/// The boot of attempts that ran when the backup was made from which their database was restored.
pub const RESTORED: &str = "restored";

/// What is committed as running belongs to no boot any more: nothing of it is taken for something that
/// never started, and launched. Gives how many attempts that were.
pub(super) fn belong_to_nobody(db: &mut Db) -> QueryResult<usize> {
    let running = track::table
        .filter(track::state.eq(TrackState::Running.code()))
        .select(track::id);
    let left = attempt::table
        .filter(attempt::finished_at.is_null())
        .filter(attempt::track_id.eq_any(running));
    diesel::update(left)
        .set(attempt::boot.eq(RESTORED))
        .execute(db)
}

/// Each attempt that is committed as running, and the boot in which it was ordered.
pub(super) fn running(db: &mut Db) -> QueryResult<Vec<(AttemptKey, String)>> {
    let rows: Vec<(i64, i64, i32, String)> = track::table
        .inner_join(
            attempt::table.on(attempt::track_id
                .eq(track::id)
                .and(attempt::number.eq(track::attempt))),
        )
        .filter(track::state.eq(TrackState::Running.code()))
        .order(track::id)
        .select((track::pipeline_id, track::id, track::attempt, attempt::boot))
        .load(db)?;
    let key = |(pipeline, track, attempt, boot)| {
        let key = AttemptKey {
            pipeline: PipelineId(pipeline),
            track: TrackId(track),
            attempt: i32::unsigned_abs(attempt),
        };
        (key, boot)
    };
    Ok(rows.into_iter().map(key).collect())
}

/// What still runs of this attempt, and of those before it, is to be ended, if nobody knows how they
/// ended.
pub(super) fn to_end(db: &mut Db, key: AttemptKey, now: bool) -> QueryResult<()> {
    let ending = if now { Ending::Kill } else { Ending::Stop };
    let lost = attempt::table
        .filter(attempt::track_id.eq(key.track.0))
        .filter(attempt::number.le(key.attempt as i32))
        .filter(attempt::reason.eq(Reason::Interrupted.code()));
    let set = attempt::ending.eq(Some(ending.code()));
    diesel::update(lost).set(set).execute(db).map(drop)
}

/// The last attempt of each track of which something of this boot may still run and is to end, and
/// whether at once.
pub(super) fn survivors_to_end(db: &mut Db, boot: &str) -> QueryResult<Vec<(AttemptKey, bool)>> {
    let rows: Vec<(i64, i64, i32, Option<i16>)> = attempt::table
        .filter(attempt::boot.eq(boot))
        .filter(attempt::ending.is_not_null())
        .order((attempt::track_id, attempt::number))
        .select((
            attempt::pipeline_id,
            attempt::track_id,
            attempt::number,
            attempt::ending,
        ))
        .load(db)?;
    let key = |(pipeline, track, attempt, ending)| {
        let key = AttemptKey {
            pipeline: PipelineId(pipeline),
            track: TrackId(track),
            attempt: i32::unsigned_abs(attempt),
        };
        (key, ending == Some(Ending::Kill.code()))
    };
    Ok(rows.into_iter().map(key).collect())
}

/// Those of the attempts whose end is committed.
pub(super) fn ended(db: &mut Db, keys: &[AttemptKey]) -> QueryResult<Vec<AttemptKey>> {
    let mut ended = Vec::new();
    for chunk in keys.chunks(VALUES_A_STATEMENT) {
        let rows: BTreeSet<(i64, i64, i32)> = attempt::table
            .filter(attempt::finished_at.is_not_null())
            .filter(attempt::track_id.eq_any(chunk.iter().map(|key| key.track.0)))
            .select((attempt::pipeline_id, attempt::track_id, attempt::number))
            .load(db)?
            .into_iter()
            .collect();
        let row = |key: &AttemptKey| (key.pipeline.0, key.track.0, key.attempt as i32);
        ended.extend(chunk.iter().filter(|key| rows.contains(&row(key))));
    }
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use crate::store::query_plan::steps;

    #[test]
    fn what_is_still_to_end_is_found_without_the_history() {
        let plan = steps(
            "SELECT track_id FROM attempt WHERE boot = ? AND ending IS NOT NULL \
             ORDER BY track_id, number",
        );
        let text = plan.join("; ");
        assert!(text.contains("attempt_ending"), "{text}");
    }

    /// It is asked at each start of a server: the number is bound, and SQLite plans with what is bound.
    #[test]
    fn what_runs_is_found_without_reading_what_has_ended() {
        let plan = steps(
            "SELECT track.id, attempt.boot FROM track INNER JOIN attempt ON attempt.track_id = track.id \
             AND attempt.number = track.attempt WHERE track.state = 2 ORDER BY track.id",
        );
        let text = plan.join("; ");
        assert!(text.contains("track_running"), "{text}");
    }
}
