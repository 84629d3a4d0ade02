//! What is asked of a track that has not started, and how a single one is stopped.

use super::core::{Cause, Engine};
use super::event::TrackInput;
use super::follow::ended_row;
use super::ids::{PipelineId, Time};
use super::not_now::NotNow;
use super::outbox::{Outbox, TrackRow};
use super::request::Refusal;
use super::state::{Ending, Mark, PendingOn, Reason, TrackState};

type Place = (PipelineId, u32);

impl Engine {
    pub(super) fn hold(
        &mut self,
        now: Time,
        (pipeline, index): Place,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let row = self.runs[&pipeline].track(index).row;
        match row.state {
            TrackState::Waiting | TrackState::Pending if row.mark == Some(Mark::Hold) => {
                Err(Refusal::Track(row.state, NotNow::Held))
            }
            TrackState::Waiting | TrackState::Pending => {
                self.mark(now, (pipeline, index), Some(Mark::Hold), cause, out);
                if row.state == TrackState::Pending {
                    self.turn(now, pipeline, index, cause, out);
                }
                Ok(())
            }
            _ => Err(Refusal::Track(row.state, NotNow::Begun)),
        }
    }

    pub(super) fn release(
        &mut self,
        now: Time,
        (pipeline, index): Place,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let row = self.runs[&pipeline].track(index).row;
        if !matches!(row.mark, Some(Mark::Hold | Mark::Skip)) {
            return Err(Refusal::Track(row.state, NotNow::NotHeld));
        }
        self.mark(now, (pipeline, index), None, cause, out);
        if row.pending_on == Some(PendingOn::Hold) {
            self.turn(now, pipeline, index, cause, out);
        }
        Ok(())
    }

    pub(super) fn mark(
        &mut self,
        now: Time,
        (pipeline, index): Place,
        mark: Option<Mark>,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) {
        let row = self.runs[&pipeline].track(index).row;
        self.set_track(now, pipeline, index, TrackRow { mark, ..row }, cause, out);
    }

    pub(super) fn stop_track(
        &mut self,
        now: Time,
        (pipeline, index): Place,
        at_once: bool,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let row = self.runs[&pipeline].track(index).row;
        match row.state {
            TrackState::Waiting | TrackState::Pending => {
                let row = ended_row(row, TrackState::Stopped, Some(Reason::Stopped), now);
                self.set_track(now, pipeline, index, row, cause, out);
            }
            TrackState::Running if row.ending.is_some() && !at_once => {
                return Err(Refusal::Track(row.state, NotNow::BeingEnded));
            }
            TrackState::Running => {
                let ending = if at_once { Ending::Kill } else { Ending::Stop };
                self.end_track(now, (pipeline, index), ending, cause, out);
            }
            _ if row.lost > 0 => {}
            _ => return Err(Refusal::Track(row.state, NotNow::NothingRuns)),
        }
        self.end_survivors(now, (pipeline, index), at_once, cause, out);
        Ok(())
    }

    /// Other values for a track that has not started; one that waited for them has its turn.
    pub(super) fn input(
        &mut self,
        now: Time,
        (pipeline, index): Place,
        input: TrackInput,
        cause: Cause<'_>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let row = self.runs[&pipeline].track(index).row;
        if !matches!(row.state, TrackState::Waiting | TrackState::Pending) {
            let why = NotNow::ValuesUsed;
            return Err(Refusal::Track(row.state, why));
        }
        let missing = input.missing;
        self.give(pipeline, index, input, out);
        match row.pending_on {
            Some(PendingOn::Input) if !missing => {
                self.turn(now, pipeline, index, cause, out);
            }
            Some(PendingOn::Slot | PendingOn::Hold | PendingOn::Retry | PendingOn::Spawn)
                if missing =>
            {
                self.turn(now, pipeline, index, cause, out);
            }
            _ => {}
        }
        Ok(())
    }
}
