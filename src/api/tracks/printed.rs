//! The attempt whose log is asked for.

use std::io;
use std::path::PathBuf;

use rocket::http::Status;

use crate::api::error::ApiError;
use crate::desk::Desk;
use crate::engine::{AttemptKey, PipelineId, TrackId, TrackState};
use crate::spool::Spool;
use crate::store::{AttemptRow, TrackHead};

/// Characters of a vertex's name that the name of a file has.
const LONGEST_NAME: usize = 60;

/// An attempt that prints, or printed, a log.
pub(super) struct Printed {
    pub(super) track: TrackHead,
    /// None: there was none yet.
    pub(super) attempt: Option<AttemptRow>,
    /// Nothing more is printed.
    pub(super) complete: bool,
}

impl Printed {
    /// An attempt of a track; the last one where none is named.
    pub(super) fn find(desk: &Desk, id: TrackId, named: Option<u32>) -> Result<Self, ApiError> {
        let head = desk.store.track(id)?.map(|(head, _)| head);
        let track = head.ok_or_else(|| ApiError::not_found("track", id.0))?;
        let number = named.map_or(Ok(track.attempt), i32::try_from);
        let number = number.ok().filter(|n| named.is_none() || *n > 0);
        let attempt = match number {
            Some(n) if n > 0 => desk.store.attempts_after(id, n - 1, 1)?.pop(),
            _ => None,
        };
        let attempt = attempt.filter(|row| Some(row.number) == number);
        if let (Some(named), None) = (named, &attempt) {
            return Err(ApiError::not_found("attempt", named.into()));
        }
        let over = TrackState::from_code(track.state).is_none_or(TrackState::has_ended);
        let complete = attempt.as_ref().map_or(over, |a| a.finished_at.is_some());
        Ok(Self {
            track,
            attempt,
            complete,
        })
    }

    /// Where its log is, if there was an attempt.
    pub(super) fn log(&self, spool: &Spool) -> Option<PathBuf> {
        let attempt = self.attempt.as_ref()?;
        Some(spool.log(AttemptKey {
            pipeline: PipelineId(self.track.pipeline_id),
            track: TrackId(self.track.id),
            attempt: attempt.number.unsigned_abs(),
        }))
    }

    /// A name for a file that any system takes.
    pub(super) fn file_name(&self) -> String {
        let plain = |c: char| match c.is_ascii_alphanumeric() || c == '_' {
            true => c,
            false => '-',
        };
        let name: String = self
            .track
            .vertex
            .chars()
            .take(LONGEST_NAME)
            .map(plain)
            .collect();
        let attempt = self.attempt.as_ref().map_or(0, |row| row.number);
        let (pipeline, track) = (self.track.pipeline_id, self.track.id);
        format!("{pipeline}-{track}-{attempt}-{name}.log")
    }
}

pub(super) fn unreadable(why: io::Error) -> ApiError {
    tracing::error!(%why, "a log could not be read: {why}");
    ApiError::new(
        Status::InternalServerError,
        "log",
        "the log cannot be read".to_owned(),
    )
}
