//! What a script that runs has printed: that is in no row before it ends.

use crate::engine::{AttemptKey, PipelineId, TrackId, TrackState};
use crate::spool::{LogView, Spool};
use crate::store::{AttemptRow, TrackHead, TrackTexts};

/// Bytes of its end that a page shows.
const OUTPUT: u64 = 64 << 10;

/// Completes the rows of a track that runs by what its log says now.
pub(in crate::web) fn look(
    spool: &Spool,
    head: &TrackHead,
    attempts: &mut [AttemptRow],
    texts: &mut TrackTexts,
) {
    let running = head.state == TrackState::Running.code();
    let Some(attempt) = attempts.last_mut().filter(|_| running) else {
        return;
    };
    let log = spool.log(AttemptKey {
        pipeline: PipelineId(head.pipeline_id),
        track: TrackId(head.id),
        attempt: attempt.number.unsigned_abs(),
    });
    let read = LogView::open(&log).and_then(|view| {
        attempt.log_bytes = view.kept() as i64;
        attempt.dropped_bytes = view.dropped() as i64;
        view.last(OUTPUT)
    });
    texts.output = read.unwrap_or_else(|why| {
        tracing::error!(%why, "a log could not be read: {why}");
        Vec::new()
    });
}
