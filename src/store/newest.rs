//! The newest entries of the journal, of all pipelines.

use std::borrow::Cow;

use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    QueryResult, RunQueryDsl,
};

use super::connection::Db;
use super::error::StoreError;
use super::reader::Store;
use super::schema::{journal, pipeline};
use crate::engine::PipelineState;

/// An entry of the journal, with how its pipeline stands now.
#[derive(Debug, Clone)]
pub struct Noted {
    /// Its number.
    pub sequence: i64,
    /// Of which pipeline.
    pub pipeline: i64,
    /// Of which track; none: of the pipeline itself.
    pub track: Option<i64>,
    /// The word of the state after it.
    pub state: Cow<'static, str>,
    /// The attempt it concerns; 0: none.
    pub attempt: i32,
    /// The verdict of the pipeline, when nothing of it can move any more.
    pub verdict: Option<PipelineState>,
}

impl Store {
    /// When the last entry of the journal was made; none: there is none.
    pub fn newest_moment(&self) -> Result<Option<i64>, StoreError> {
        Ok(moment(&mut *self.pool.get()?)?)
    }
}

/// When the last entry of the journal was made.
pub(super) fn moment(db: &mut Db) -> QueryResult<Option<i64>> {
    let newest = journal::table.order(journal::sequence.desc());
    newest.select(journal::at).first(db).optional()
}

/// The last entries of the journal, oldest first.
pub(super) fn last_entries(db: &mut Db, limit: usize) -> QueryResult<Vec<Noted>> {
    type Row = (
        i64,
        i64,
        Option<i64>,
        String,
        i32,
        Option<(i16, Option<i64>)>,
    );
    let rows: Vec<Row> = journal::table
        .left_join(pipeline::table.on(pipeline::id.eq(journal::pipeline_id)))
        .order(journal::sequence.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select((
            journal::sequence,
            journal::pipeline_id,
            journal::track_id,
            journal::new_state,
            journal::attempt,
            (pipeline::state, pipeline::finished_at).nullable(),
        ))
        .load(db)?;
    let noted = |(sequence, pipeline, track, state, attempt, stands): Row| Noted {
        sequence,
        pipeline,
        track,
        state: state.into(),
        attempt,
        verdict: stands
            .filter(|(_, finished)| finished.is_some())
            .and_then(|(state, _)| PipelineState::from_code(state)),
    };
    Ok(rows.into_iter().rev().map(noted).collect())
}
