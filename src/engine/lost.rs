//! Attempts that nobody watches any more: their supervisor or its host died. What may still run of them
//! is ended when somebody, or the graph, wants an end.

use super::core::{Cause, Engine};
use super::ids::{AttemptKey, PipelineId, Time};
use super::outbox::{Effect, Outbox, TrackRow};
use super::state::{Ending, TrackState};

impl Engine {
    /// Ends what may still run of attempts of a pipeline that nobody watches any more.
    pub(super) fn end_all_survivors(
        &mut self,
        at: Time,
        pipeline: PipelineId,
        now: bool,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let run = &self.runs[&pipeline];
        let lost = |index: &u32| run.track(*index).row.lost > 0;
        for index in (0..run.tracks.len() as u32)
            .filter(lost)
            .collect::<Vec<_>>()
        {
            self.end_survivors(at, (pipeline, index), now, cause, out);
        }
    }

    /// The same of one track, if it has such an attempt. It stays as it is.
    pub(super) fn end_survivors(
        &mut self,
        at: Time,
        (pipeline, index): (PipelineId, u32),
        now: bool,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let run = &self.runs[&pipeline];
        let row = run.track(index).row;
        let (key, track) = (run.key(index), run.track_id(index));
        if row.lost == 0 {
            return;
        }
        if row.state == TrackState::Interrupted {
            let ending = Some(if now { Ending::Kill } else { Ending::Stop });
            let ended = TrackRow { ending, ..row };
            self.set_track(at, pipeline, index, ended, cause, out);
            let words = (row.state.word(), row.state.word(), row.attempt);
            self.note(at, pipeline, Some(track), words, cause, out);
        }
        let key = AttemptKey {
            attempt: row.lost,
            ..key
        };
        out.effects.push(Effect::EndSurvivors { key, now });
    }
}
