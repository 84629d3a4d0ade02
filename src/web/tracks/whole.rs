//! What the page of a track is made from.

use crate::desk::{Desk, TrackShown, compare_texts};
use crate::engine::{PipelineId, PipelineState, TrackId, TrackState};
use crate::graph::{Param, Rlimits};
use crate::store::{AttemptRow, PipelineHead, Referred, TrackHead, TrackTexts};
use crate::web::edge::answer::Failure;
use crate::web::parts::around::Around;
use crate::web::parts::reason::{PATIENCE, Reason, reason};

/// Attempts beside the one that is looked at, on each side.
const AROUND: i32 = 10;

/// What the page is made from.
pub(super) struct Found {
    pub(super) head: TrackHead,
    pub(super) texts: TrackTexts,
    pub(super) pipeline: PipelineHead,
    pub(super) attempts: Vec<AttemptRow>,
    /// The number of the one that is looked at; 0: there is none.
    pub(super) chosen: i32,
    pub(super) retries_left: Option<u32>,
    pub(super) timeout: Option<u64>,
    pub(super) limits: Rlimits,
    pub(super) workdir: Option<String>,
    /// The script as it runs with its values, and what is in its environment.
    pub(super) shown: TrackShown,
    /// A unified diff from the script as it was written.
    pub(super) diff: Option<String>,
    pub(super) params: Vec<Param>,
    pub(super) referred: Vec<Referred>,
    pub(super) around: Around,
    /// Something before it is not done, or it runs after a verdict that is not there.
    pub(super) waits: bool,
    pub(super) reason: Option<Reason>,
}

pub(super) fn find(
    desk: &Desk,
    id: TrackId,
    (named, compared): (Option<i32>, bool),
    now: i64,
) -> Result<Found, Failure> {
    let (store, missing) = (&desk.store, || Failure::Missing("track"));
    let (head, texts) = store.track(id)?.ok_or_else(missing)?;
    let pipeline = store.pipeline(PipelineId(head.pipeline_id))?;
    let order = store.order(id)?.ok_or_else(missing)?;
    let pipeline = pipeline.ok_or_else(missing)?;
    let around = Around::of_one(desk, &pipeline, id, now)?;
    let waits = match around.is_handler(head.id) {
        true => pipeline.finished_at.is_none() && moves(desk, &pipeline, &around)?,
        false => store.waits_for(id)?.is_some(),
    };
    let chosen = named.unwrap_or(head.attempt);
    if named.is_some_and(|n| !(1..=head.attempt).contains(&n)) {
        return Err(Failure::Missing("attempt"));
    }
    let shown = desk.shown(id)?.ok_or_else(missing)?;
    Ok(Found {
        pipeline,
        attempts: store.attempts_after(
            id,
            (chosen - AROUND - 1).max(0),
            i64::from(AROUND) * 2 + 1,
        )?,
        chosen,
        retries_left: order.retries_left,
        timeout: order.timeout_ms,
        limits: order.limits,
        workdir: order.workdir.clone(),
        diff: compared.then(|| compare_texts(&order.written, &shown.script)),
        shown,
        params: order.taken(),
        referred: order.referred,
        reason: reason(desk.why_track(id, PATIENCE))?,
        head,
        texts,
        around,
        waits,
    })
}

/// Whether a pipeline has no verdict yet, or what the verdict is about still moves.
fn moves(desk: &Desk, head: &PipelineHead, around: &Around) -> Result<bool, Failure> {
    let open = [PipelineState::Running, PipelineState::Paused].map(PipelineState::code);
    let moving = [TrackState::Running, TrackState::Interrupted].map(TrackState::code);
    let counts = around.scripts(&desk.store.counts(&[head.id])?);
    let moves = |(_, state, count): &(i64, i16, i64)| moving.contains(state) && *count > 0;
    Ok(open.contains(&head.state) || counts.iter().any(moves))
}
