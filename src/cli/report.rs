//! What became of a pipeline, in words and as JSON.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::error::{CliError, FAILED, OK};
use super::naming::no_pipeline;
use super::output::{local_time, table, visible};
use crate::clock;
use crate::engine::{PendingOn, PipelineId, PipelineState, Reason, TrackState};
use crate::store::{PipelineHead, Store, TrackHead};

/// A pipeline with its tracks.
pub(super) struct Report {
    pub(super) head: PipelineHead,
    pub(super) tracks: Vec<TrackHead>,
    /// How many of them are FAILED and count as done.
    ignored: usize,
}

impl Report {
    /// Reads a pipeline as it is now.
    pub(super) fn read(store: &Store, id: PipelineId) -> Result<Self, CliError> {
        let head = store.pipeline(id)?;
        let head = head.ok_or_else(|| no_pipeline(store, id, "trackyard ls"))?;
        let tracks = store.tracks(id, 0, i64::MAX)?;
        let ignored: BTreeSet<i64> = store.ignored(id)?.into_iter().collect();
        // The two are read one after the other: a track may have moved in between.
        let counts =
            |t: &&TrackHead| t.state == TrackState::Failed.code() && ignored.contains(&t.id);
        Ok(Self {
            ignored: tracks.iter().filter(counts).count(),
            head,
            tracks,
        })
    }

    /// The verdict so far.
    pub(super) fn state(&self) -> Option<PipelineState> {
        PipelineState::from_code(self.head.state)
    }

    /// What the program ends with.
    pub(super) fn exit_code(&self) -> u8 {
        if self.state() == Some(PipelineState::Finish) {
            OK
        } else {
            FAILED
        }
    }

    /// How many tracks stand at a state.
    pub(super) fn count(&self, state: TrackState) -> usize {
        self.tracks
            .iter()
            .filter(|t| t.state == state.code())
            .count()
    }

    /// `FINISH in 1.2 s: 5 succeeded`
    pub(super) fn summary(&self) -> String {
        let counts = TrackState::ALL.iter().filter_map(|&state| {
            let apart = self.ignored * usize::from(state == TrackState::Failed);
            let count = self.count(state) - apart;
            (count > 0).then(|| format!("{count} {}", in_words(state)))
        });
        let mut counts: Vec<_> = counts.collect();
        match self.ignored {
            0 => {}
            1 => counts.push("1 ignored failure".to_owned()),
            n => counts.push(format!("{n} ignored failures")),
        }
        let state = self.state().map_or("?", PipelineState::word);
        let took = match self.head.finished_at {
            Some(end) => format!(" in {}", clock::format_duration(end - self.head.created_at)),
            None => String::new(),
        };
        format!("{state}{took}: {}", counts.join(", "))
    }

    /// The tracks as a table.
    pub(super) fn table(&self) -> String {
        let row = |t: &TrackHead| {
            let took = match (t.started_at, t.finished_at) {
                (Some(start), Some(end)) => clock::format_duration(end - start),
                (Some(start), None) => clock::format_duration(clock::now() - start),
                _ => String::new(),
            };
            vec![
                t.id.to_string(),
                TrackState::from_code(t.state)
                    .map_or("?", TrackState::word)
                    .to_owned(),
                visible(&t.vertex),
                if t.attempt > 1 {
                    t.attempt.to_string()
                } else {
                    String::new()
                },
                took,
                why(t),
            ]
        };
        let rows: Vec<_> = self.tracks.iter().map(row).collect();
        table(
            &["TRACK", "STATE", "VERTEX", "ATTEMPT", "TIME", "WHY"],
            &rows,
        )
    }

    /// Heading and table.
    pub(super) fn text(&self) -> String {
        let PipelineHead {
            id,
            graph,
            version,
            name,
            ..
        } = &self.head;
        let started = local_time(self.head.created_at);
        let deleted = match self.head.again_of_deleted {
            true => " (deleted)",
            false => "",
        };
        let again = self.head.again_of;
        let again = again.map(|old| format!(", again of #{old}{deleted}"));
        let priority = match self.head.priority {
            0 => String::new(),
            priority => format!(", priority {priority}"),
        };
        let heading = format!(
            "#{id} {} ({} v{version}), started {started} by {}{}{priority}",
            visible(name),
            visible(graph),
            self.head.creator,
            again.unwrap_or_default()
        );
        format!("{heading}\n{}\n\n{}", self.summary(), self.table())
    }

    /// One JSON object.
    pub(super) fn json(&self) -> Value {
        let track = |t: &TrackHead| {
            json!({
                "id": t.id,
                "vertex": t.vertex,
                "state": TrackState::from_code(t.state).map(TrackState::word),
                "pending_on": t.pending_on.and_then(PendingOn::from_code).map(PendingOn::word),
                "reason": t.reason.and_then(Reason::from_code).map(Reason::word),
                "detail": t.detail,
                "exit_code": t.exit_code,
                "attempt": t.attempt,
                "started_at": t.started_at.map(clock::format_utc),
                "finished_at": t.finished_at.map(clock::format_utc),
            })
        };
        json!({
            "id": self.head.id,
            "state": self.state().map(PipelineState::word),
            "name": self.head.name,
            "graph": self.head.graph,
            "version": self.head.version,
            "priority": self.head.priority,
            "again_of": self.head.again_of,
            "again_of_deleted": self.head.again_of_deleted,
            "created_at": clock::format_utc(self.head.created_at),
            "finished_at": self.head.finished_at.map(clock::format_utc),
            "ignored": self.ignored,
            "tracks": self.tracks.iter().map(track).collect::<Vec<_>>(),
        })
    }
}

/// Why a track stands where it does, in a few words.
pub(super) fn why(track: &TrackHead) -> String {
    let reason = track.reason.and_then(Reason::from_code);
    let known = match (reason, track.exit_code) {
        (Some(Reason::ExitCode), Some(code)) => format!("exit code {code}"),
        (Some(reason), _) => reason.word().replace('_', " "),
        (None, _) => String::new(),
    };
    let pending = track.pending_on.and_then(PendingOn::from_code);
    let known = match pending {
        Some(on) => format!(
            "waits: {on}{}{known}",
            if known.is_empty() { "" } else { ", after " }
        ),
        None => known,
    };
    match (known.is_empty(), track.detail.is_empty()) {
        (_, true) => known,
        (true, false) => visible(&track.detail),
        (false, false) => format!("{known} ({})", visible(&track.detail)),
    }
}

/// A state as the end of a sentence with a number.
fn in_words(state: TrackState) -> String {
    match state {
        TrackState::Succeed => "succeeded".to_owned(),
        other => other.word().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::Report;
    use crate::engine::{PipelineState, TrackState};
    use crate::store::{PipelineHead, TrackHead};

    fn report(states: &[TrackState], ignored: usize) -> Report {
        let head = PipelineHead {
            id: 1,
            graph_id: 1,
            graph: "g".to_owned(),
            version: 1,
            name: "g".to_owned(),
            desc: String::new(),
            state: PipelineState::Finish.code(),
            creator: "ann".to_owned(),
            trigger: "rest".to_owned(),
            input: "{}".to_owned(),
            vertices: 1,
            created_at: 0,
            finished_at: None,
            priority: 0,
            again_of: None,
            queued: false,
            reason: None,
            paused: false,
            due_at: None,
            again_of_deleted: false,
        };
        let track = |state: &TrackState| TrackHead {
            id: 1,
            pipeline_id: 1,
            vertex_id: 1,
            vertex: "a".to_owned(),
            state: state.code(),
            pending_on: None,
            due_at: None,
            reason: None,
            detail: String::new(),
            exit_code: None,
            attempt: 1,
            started_at: None,
            finished_at: None,
            mark: None,
            ending: None,
            lost: 0,
        };
        Report {
            head,
            tracks: states.iter().map(track).collect(),
            ignored,
        }
    }

    #[test]
    fn a_failure_that_counts_as_done_is_told_apart() {
        use TrackState::{Failed, Succeed};
        let states = [Succeed, Failed, Failed, Succeed, Failed];
        for (ignored, told) in [
            (0, "FINISH: 2 succeeded, 3 failed"),
            (1, "FINISH: 2 succeeded, 2 failed, 1 ignored failure"),
            (3, "FINISH: 2 succeeded, 3 ignored failures"),
        ] {
            let report = report(&states, ignored);
            assert_eq!(report.summary(), told);
            assert_eq!(report.json()["ignored"], ignored);
        }
    }
}
