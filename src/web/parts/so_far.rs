//! The end of what an attempt has printed, where no row has it: while it runs, and of one that others followed.

use crate::engine::{AttemptKey, PipelineId, TrackId, TrackState};
use crate::spool::{LogView, Spool};
use crate::store::{AttemptRow, TrackHead, TrackTexts};

/// Bytes of its end that a page shows.
const OUTPUT: u64 = 64 << 10;

/// Completes the rows of an attempt by what its log says now.
pub(in crate::web) fn look(
    spool: &Spool,
    head: &TrackHead,
    attempt: &mut AttemptRow,
    texts: &mut TrackTexts,
) {
    let running = head.state == TrackState::Running.code();
    if !running && attempt.number == head.attempt {
        return;
    }
    let log = spool.log(AttemptKey {
        pipeline: PipelineId(head.pipeline_id),
        track: TrackId(head.id),
        attempt: attempt.number.unsigned_abs(),
    });
    let read = LogView::open(&log).and_then(|view| {
        if attempt.finished_at.is_none() {
            attempt.log_bytes = view.kept() as i64;
            attempt.dropped_bytes = view.dropped() as i64;
        }
        view.last(OUTPUT)
    });
    texts.output = read.unwrap_or_else(|why| {
        tracing::error!(%why, "a log could not be read: {why}");
        Vec::new()
    });
}
