//! What failed lately, with the track that it was.

use std::collections::BTreeMap;

use crate::desk::Desk;
use crate::engine::{PipelineState, Reason};
use crate::l10n::Words;
use crate::store::{HOUR_MS, PipelineHead, StoreError, TrackHead};
use crate::web::parts::around::Around;
use crate::web::parts::held;
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::when::{When, when};
use crate::web::parts::words::{self, Why};

/// What failed longer ago needs nobody's attention.
pub(in crate::web) const DAYS: i64 = 7;
/// So many are listed.
pub(in crate::web) const MOST: usize = 50;

/// The moment since which failures count.
pub(in crate::web) fn since(now: i64) -> i64 {
    now - DAYS * 24 * HOUR_MS
}

/// What failed, as it was read.
#[derive(Default)]
pub(in crate::web) struct Failures {
    heads: Vec<PipelineHead>,
    /// By pipeline the first track that failed.
    firsts: BTreeMap<i64, TrackHead>,
    /// How many failed beside those that somebody looks at.
    pub(in crate::web) newer: usize,
    /// There are more than are listed.
    pub(in crate::web) more: bool,
}

/// A pipeline that failed.
pub(in crate::web) struct Failure {
    pub(in crate::web) id: i64,
    pub(in crate::web) mark: Mark,
    pub(in crate::web) name: String,
    pub(in crate::web) graph: String,
    /// The first track that failed, and its vertex; none: no track did.
    pub(in crate::web) track: Option<(i64, String)>,
    pub(in crate::web) why: Why,
    pub(in crate::web) at: When,
    /// It is still FAILED.
    pub(in crate::web) stays: bool,
}

impl Failures {
    /// Reads the newest ones; `shown`: those that somebody looks at, which stay where they are.
    pub(in crate::web) fn read(
        desk: &Desk,
        shown: Option<&[i64]>,
        now: i64,
    ) -> Result<Self, StoreError> {
        let store = &desk.store;
        let mut found = Self {
            heads: store.failures(since(now), MOST as i64 + 1)?,
            ..Self::default()
        };
        found.more = found.heads.len() > MOST;
        found.heads.truncate(MOST);
        if let Some(ids) = shown.filter(|ids| !ids.is_empty()) {
            let kept: Vec<PipelineHead> = store.heads(ids)?.into_values().rev().collect();
            // Where all of them were deleted there is nothing that could jump.
            if !kept.is_empty() {
                // Where one of a full list was retried, an older one takes its place, and is not new.
                let last = ids.iter().min().filter(|_| found.more);
                let now = found.heads.iter().map(|head| head.id);
                found.newer = held::newer(now.filter(|id| Some(id) > last), ids);
                found.heads = kept;
            }
        }
        let ids: Vec<i64> = found.heads.iter().map(|head| head.id).collect();
        let firsts = store.first_failures(&ids)?.into_iter();
        found.firsts = firsts.map(|track| (track.pipeline_id, track)).collect();
        Ok(found)
    }

    /// As lines, the newest pipeline first.
    pub(in crate::web) fn lines(&self, now: i64, t: Words) -> Vec<Failure> {
        let around = Around {
            now,
            ..Around::default()
        };
        let line = |head: &PipelineHead| {
            let track = self.firsts.get(&head.id);
            let late = head.reason == Some(Reason::Timeout.code());
            let why = match track {
                Some(track) => words::why(track, &around, t),
                None if late => Why {
                    text: t.pipeline_out_of_time(),
                    ..Why::default()
                },
                None => Why::default(),
            };
            let ended = head
                .finished_at
                .or_else(|| track.and_then(|t| t.finished_at));
            Failure {
                id: head.id,
                mark: marks::pipeline(head.state),
                name: head.name.clone(),
                graph: head.graph.clone(),
                track: track.map(|track| (track.id, track.vertex.clone())),
                why,
                at: when(ended.unwrap_or(head.created_at)),
                stays: head.state == PipelineState::Failed.code(),
            }
        };
        self.heads.iter().map(line).collect()
    }

    #[cfg(test)]
    pub(in crate::web) fn of(heads: Vec<PipelineHead>, tracks: Vec<TrackHead>) -> Self {
        let tracks = tracks.into_iter();
        Self {
            more: heads.len() > MOST,
            newer: heads.len(),
            heads,
            firsts: tracks.map(|track| (track.pipeline_id, track)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Failures;
    use crate::engine::{PipelineState, Reason, TrackState};
    use crate::l10n::{L10n, Words};
    use crate::web::tests::harness::{NOW, pipeline_head, track_head};

    #[test]
    fn a_failure_names_its_track_and_why_it_failed() {
        let mut heads = vec![pipeline_head(9), pipeline_head(8), pipeline_head(7)];
        for head in &mut heads {
            (head.state, head.finished_at) = (PipelineState::Failed.code(), None);
        }
        heads[1].reason = Some(Reason::Timeout.code());
        heads[2].state = PipelineState::Running.code();
        let mut track = track_head(90, "b");
        (track.pipeline_id, track.state) = (9, TrackState::Failed.code());
        (track.reason, track.detail) = (Some(Reason::ExitCode.code()), String::new());
        track.finished_at = Some(NOW.0 - 1_000);
        let found = Failures::of(heads, vec![track]);
        let lines = found.lines(NOW.0, Words::of(L10n::En));
        assert_eq!(lines[0].track, Some((90, "b".to_owned())));
        assert_eq!(lines[0].why.text, "exit code 3");
        assert!(lines[0].at.exact().ends_with(":23.120Z"), "when it failed");
        assert_eq!(lines[1].track, None);
        assert_eq!(lines[1].why.text, "it ran out of time");
        let stays: Vec<bool> = lines.iter().map(|line| line.stays).collect();
        assert_eq!(stays, [true, true, false], "one was retried");
    }
}
