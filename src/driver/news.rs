//! What a commit is told as, to those who watch: numbers and states, one for each entry of the
//! journal, and the end of a pipeline.

use std::collections::BTreeMap;

use crate::engine::{DELETED, Entry, Outbox, PipelineId, PipelineState, TrackId, TrackState};
use crate::store::Noted;

/// Something stands somewhere new, and its row says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News {
    /// The entry of the journal that it tells of.
    pub sequence: i64,
    /// Nothing more tells of this entry.
    pub whole: bool,
    /// What it tells.
    pub what: What,
}

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Where a track stands.
    Track {
        /// Its pipeline.
        pipeline: PipelineId,
        /// The track.
        track: TrackId,
        /// Where it stands.
        state: TrackState,
        /// The number of its last attempt; 0 before the first.
        attempt: u32,
    },
    /// Where a pipeline stands.
    Pipeline {
        /// Which.
        pipeline: PipelineId,
        /// Where it stands.
        state: PipelineState,
        /// Nothing of it can move any more.
        over: bool,
    },
    /// A pipeline was removed.
    Removed {
        /// Which.
        pipeline: PipelineId,
    },
    /// More has changed than can be told one by one: the rows say what.
    Reload,
}

impl What {
    /// Whether it is told to those who watch this pipeline alone.
    pub(super) fn is_of(self, watched: PipelineId) -> bool {
        match self {
            Self::Track { pipeline, .. }
            | Self::Pipeline { pipeline, .. }
            | Self::Removed { pipeline } => pipeline == watched,
            Self::Reload => true,
        }
    }
}

/// What a commit is told as, in the order of its journal.
pub(super) fn of_commit(out: &Outbox) -> Vec<News> {
    let change = |id| out.pipelines.get(&id).map(|change| change.to);
    let over = |id| {
        change(id)
            .filter(|row| row.finished_at.is_some())
            .map(|row| row.state)
    };
    let noted = |e: &Entry| Noted {
        sequence: e.sequence,
        pipeline: e.pipeline.0,
        track: e.track.map(|track| track.0),
        state: e.to.into(),
        attempt: e.attempt as i32,
        verdict: over(e.pipeline),
    };
    of_journal(out.journal.iter().map(noted))
}

/// The same of entries as the database has them. The last one of each pipeline is its last in the
/// journal.
pub(super) fn of_journal(entries: impl Iterator<Item = Noted> + Clone) -> Vec<News> {
    let last: BTreeMap<i64, i64> = entries.clone().map(|e| (e.pipeline, e.sequence)).collect();
    entries
        .flat_map(|entry| {
            let ends = last.get(&entry.pipeline) == Some(&entry.sequence);
            of_entry(&entry, entry.verdict.filter(|_| ends))
        })
        .collect()
}

/// `verdict`: nothing of its pipeline can move after this entry.
fn of_entry(entry: &Noted, verdict: Option<PipelineState>) -> impl Iterator<Item = News> + use<> {
    let pipeline = PipelineId(entry.pipeline);
    let track = entry.track.and_then(|track| {
        Some(What::Track {
            pipeline,
            track: TrackId(track),
            state: TrackState::from_word(&entry.state)?,
            attempt: entry.attempt.unsigned_abs(),
        })
    });
    let of_pipeline = PipelineState::from_word(&entry.state).filter(|_| entry.track.is_none());
    let stands = verdict.or(of_pipeline).map(|state| What::Pipeline {
        pipeline,
        state,
        over: verdict.is_some(),
    });
    let removed = (entry.state == DELETED).then_some(What::Removed { pipeline });
    let stands = removed.or(stands);
    let sequence = entry.sequence;
    // The number of an entry is given to the last that tells of it: whoever has it has all.
    let whole = stands.is_none();
    let first = track.map(|what| News {
        sequence,
        whole,
        what,
    });
    let last = stands.map(|what| News {
        sequence,
        whole: true,
        what,
    });
    first.into_iter().chain(last)
}

#[cfg(test)]
mod tests {
    use super::{News, What, of_journal};
    use crate::engine::{PipelineId, PipelineState, TrackId, TrackState};
    use crate::store::Noted;

    fn entry(sequence: i64, pipeline: i64, track: Option<i64>, state: &str) -> Noted {
        Noted {
            sequence,
            pipeline,
            track,
            state: state.to_owned().into(),
            attempt: 1,
            verdict: (pipeline == 7).then_some(PipelineState::Failed),
        }
    }

    #[test]
    fn the_end_of_a_pipeline_is_told_after_its_last_entry_and_has_its_number() {
        let entries = [
            entry(1, 7, None, "FAILED"),
            entry(2, 8, Some(31), "RUNNING"),
            entry(3, 7, Some(30), "STOPPED"),
            entry(4, 8, None, "RUNNING"),
        ];
        let stands = |sequence, pipeline, state, over| News {
            sequence,
            whole: true,
            what: What::Pipeline {
                pipeline: PipelineId(pipeline),
                state,
                over,
            },
        };
        let track = |sequence, whole, pipeline, track, state| News {
            sequence,
            whole,
            what: What::Track {
                pipeline: PipelineId(pipeline),
                track: TrackId(track),
                state,
                attempt: 1,
            },
        };
        let expected = [
            stands(1, 7, PipelineState::Failed, false),
            track(2, true, 8, 31, TrackState::Running),
            track(3, false, 7, 30, TrackState::Stopped),
            stands(3, 7, PipelineState::Failed, true),
            stands(4, 8, PipelineState::Running, false),
        ];
        assert_eq!(of_journal(entries.into_iter()), expected);
    }
}
