//! The log of one attempt that is followed, and how the attempt stands. It waits for files and
//! database: it belongs on a thread that may wait.

use std::io;
use std::path::PathBuf;

use super::lines::{Cut, Lines};
use crate::api::error::ApiError;
use crate::desk::Desk;
use crate::engine::{AttemptKey, PipelineId, TrackId, TrackState};
use crate::spool::{Changes, Spool};

/// A log that is followed, of one attempt.
pub(in crate::api) struct Followed {
    pub(in crate::api) desk: Desk,
    pub(in crate::api) spool: Spool,
    pub(in crate::api) pipeline: PipelineId,
    pub(in crate::api) track: TrackId,
    /// None: the first that there will be.
    pub(in crate::api) attempt: Option<u32>,
    pub(in crate::api) position: u64,
    pub(in crate::api) cap: u64,
    pub(in crate::api) lines: Option<Lines>,
    /// Nothing more is printed: where the track stands.
    pub(in crate::api) over: Option<TrackState>,
}

/// What comes next of it.
pub(in crate::api) enum Next {
    Lines(Cut),
    Nothing,
    End(TrackState),
}

impl Followed {
    /// Reads how the attempt stands.
    pub(in crate::api) fn look(&mut self) -> Result<(), ApiError> {
        let store = &self.desk.store;
        let head = store.track(self.track)?.map(|(head, _)| head);
        let head = head.ok_or_else(|| ApiError::not_found("track", self.track.0))?;
        let newest = head.attempt.unsigned_abs();
        self.attempt = self.attempt.or((newest > 0).then_some(newest));
        let over = match self.attempt {
            Some(n) => {
                let rows = store.attempts(self.track)?;
                let row = rows.iter().find(|row| row.number.unsigned_abs() == n);
                row.is_none_or(|row| row.finished_at.is_some())
            }
            None => {
                let pipeline = store.pipeline(self.pipeline)?;
                let ended = TrackState::from_code(head.state).is_none_or(TrackState::has_ended);
                ended || pipeline.is_none_or(|p| p.finished_at.is_some())
            }
        };
        self.over = TrackState::from_code(head.state).filter(|_| over);
        Ok(())
    }

    fn log(&self) -> Option<PathBuf> {
        let attempt = self.attempt?;
        Some(self.spool.log(AttemptKey {
            pipeline: self.pipeline,
            track: self.track,
            attempt,
        }))
    }

    /// Whether there is nothing more than what the caller has.
    pub(in crate::api) fn is_told(&self, came_back: bool) -> io::Result<bool> {
        match (self.over, self.log()) {
            (None, _) => Ok(false),
            (Some(_), None) => Ok(true),
            (Some(_), Some(log)) => {
                let mut lines = Lines::after(log, self.position, self.cap);
                Ok(came_back && lines.next(true)?.is_none())
            }
        }
    }

    /// What comes next. `looks`: how the attempt stands is read before its bytes are, so that what an
    /// ended one has printed is all there.
    pub(in crate::api) fn next(&mut self, changes: &Changes, looks: bool) -> io::Result<Next> {
        if looks {
            // What cannot be read now is read at the next news.
            let _ = self.look();
        }
        let Some(log) = self.log() else {
            return Ok(self.over.map_or(Next::Nothing, Next::End));
        };
        let (position, cap) = (self.position, self.cap);
        let lines = self
            .lines
            .get_or_insert_with(|| Lines::after(log, position, cap));
        let late = [self.spool.logs(self.pipeline), lines.log().tail()];
        while changes.watch_late(&late)? {}
        Ok(match (lines.next(self.over.is_some())?, self.over) {
            (Some(cut), _) => Next::Lines(cut),
            (None, Some(state)) => Next::End(state),
            (None, None) => Next::Nothing,
        })
    }
}
