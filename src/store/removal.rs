//! Removing pipelines: noted in one transaction, then row by row in many short ones, so that nobody waits
//! for one of many tracks. What is noted is read by nobody, and the next server goes on with it.

use std::time::{Duration, Instant};

use diesel::dsl::{count_star, sql};
use diesel::sql_types::{BigInt, Bool};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, sql_query};

use super::connection::{Db, on, write_tx};
use super::error::StoreError;
use super::reader::Store;
use super::schema::{attempt, journal, pipeline, removal};
use super::spent;
use super::writer::Writer;
use crate::engine::{DELETED, PipelineId, PipelineState};

/// Rows of one statement: few enough for one that has long texts.
const ROWS_A_STATEMENT: i64 = 100;

/// How much goes with a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Attempts of its tracks.
    pub attempts: i64,
    /// Bytes of their logs, as far as they have ended.
    pub log_bytes: i64,
    /// Lines of its journal.
    pub journal: i64,
}

impl Store {
    /// How much goes with a pipeline when it is removed.
    pub fn extent(&self, id: PipelineId) -> Result<Extent, StoreError> {
        let db = &mut *self.pool.get()?;
        let own = format!("attempt.track_id {}", tracks(id));
        let bytes = sql::<BigInt>("coalesce(sum(attempt.log_bytes), 0)");
        let (attempts, log_bytes) = attempt::table
            .filter(sql::<Bool>(&own))
            .select((count_star(), bytes))
            .first(db)?;
        let of = journal::table.filter(journal::pipeline_id.eq(id.0));
        Ok(Extent {
            attempts,
            log_bytes,
            journal: of.select(count_star()).first(db)?,
        })
    }

    /// When and by whom a pipeline was removed.
    pub fn removed(&self, id: PipelineId) -> Result<Option<(i64, String)>, StoreError> {
        let db = &mut *self.pool.get()?;
        let entry = journal::table
            .filter(journal::pipeline_id.eq(id.0))
            .filter(journal::track_id.is_null())
            .filter(journal::new_state.eq(DELETED))
            .select((journal::at, journal::who));
        Ok(entry.first(db).optional()?)
    }
}

impl Writer {
    /// How a pipeline that is not being removed stands, and whether nothing of it can move any more.
    pub fn standing(
        &mut self,
        id: PipelineId,
    ) -> Result<Option<(PipelineState, bool)>, StoreError> {
        let row: Option<(i16, Option<i64>)> = pipeline::table
            .find(id.0)
            .filter(super::pipelines::is_there())
            .select((pipeline::state, pipeline::finished_at))
            .first(&mut self.db)
            .optional()?;
        Ok(row.and_then(|(state, finished)| {
            Some((PipelineState::from_code(state)?, finished.is_some()))
        }))
    }

    /// The pipelines that are being removed.
    pub fn removals(&mut self) -> Result<Vec<PipelineId>, StoreError> {
        let ids: Vec<i64> = removal::table
            .select(removal::pipeline_id)
            .load(&mut self.db)?;
        Ok(ids.into_iter().map(PipelineId).collect())
    }

    /// Removes rows of a pipeline that is being removed, in one transaction that takes `within` and a
    /// statement; true: none is left.
    pub fn remove_some(&mut self, id: PipelineId, within: Duration) -> Result<bool, StoreError> {
        write_tx(&mut self.db, |db| {
            spent::note(db)?;
            let began = Instant::now();
            for part in parts(id) {
                while on!(&mut *db, c => sql_query(&part).execute(c))? > 0 {
                    if began.elapsed() >= within {
                        return Ok(false);
                    }
                }
            }
            Ok(true)
        })
    }

    /// Notes that nothing is left of a pipeline, its files neither.
    pub fn end_removal(&mut self, id: PipelineId) -> Result<(), StoreError> {
        diesel::delete(removal::table.find(id.0)).execute(&mut self.db)?;
        Ok(())
    }
}

/// Notes that pipelines are to be removed. Their request keys are free from now on.
pub(super) fn begin(db: &mut Db, ids: &[PipelineId]) -> QueryResult<()> {
    for id in ids {
        diesel::insert_into(removal::table)
            .values(removal::pipeline_id.eq(id.0))
            .execute(db)?;
        diesel::update(pipeline::table.find(id.0))
            .set(pipeline::request_key.eq(None::<String>))
            .execute(db)?;
    }
    Ok(())
}

/// A statement for each table, that removes some of a pipeline's rows; nothing is left of one table when
/// the next one's turn comes.
fn parts(id: PipelineId) -> [String; 5] {
    let own = tracks(id);
    let some = |table: &str, key: &str, condition: &str| {
        format!(
            "DELETE FROM {table} WHERE ({key}) IN \
             (SELECT {key} FROM {table} WHERE {condition} LIMIT {ROWS_A_STATEMENT})"
        )
    };
    let lines = format!("pipeline_id = {id} AND new_state <> '{DELETED}'");
    [
        some("journal", "sequence", &lines),
        some("attempt", "track_id, number", &format!("track_id {own}")),
        some("given_secret", "track_id, name", &format!("track_id {own}")),
        some("track", "id", &format!("id {own}")),
        some("pipeline", "id", &format!("id = {id}")),
    ]
}

/// The numbers of a pipeline's tracks, which follow each other.
fn tracks(id: PipelineId) -> String {
    format!(
        "BETWEEN (SELECT first_track FROM pipeline WHERE id = {id}) \
         AND (SELECT first_track + vertices - 1 FROM pipeline WHERE id = {id})"
    )
}

#[cfg(test)]
mod tests {
    use super::parts;
    use crate::engine::PipelineId;
    use crate::store::query_plan::steps;

    #[test]
    fn only_rows_of_the_pipeline_are_gone_through() {
        for part in parts(PipelineId(7)) {
            for step in steps(&part) {
                assert!(!step.starts_with("SCAN"), "{part}: {step}");
            }
        }
    }
}
