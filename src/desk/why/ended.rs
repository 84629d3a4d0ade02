//! One track that is over, or of which nobody knows how it ended: what its row and the journal say.

use super::entries::{by, newest, parts};
use super::teller::{NOTHING, Teller, one_line};
use super::track::ENTRIES;
use super::words::{Code, after, bare, counted};
use super::{Moves, Why};
use crate::desk::survivors::still_runs;
use crate::driver::CommandError;
use crate::engine::{
    Ending, Facts, PipelineId, PipelineState, Reason, TrackId, TrackState, is_after,
};
use crate::store::{JournalRow, PipelineHead, Store, TrackHead, Ways};

/// What is known of it.
struct Ended<'a> {
    head: &'a TrackHead,
    verdict: Option<PipelineState>,
    ways: Ways,
    /// The newest first.
    entries: Vec<JournalRow>,
}

/// Why a track ended as it did, what the engine's facts say of what comes next, and which processes
/// of it still run.
pub(super) fn ended(
    store: &Store,
    head: &TrackHead,
    pipeline: &PipelineHead,
    (facts, still): (Option<&Facts>, &[u32]),
) -> Result<Why, CommandError> {
    let id = TrackId(head.id);
    let state = TrackState::from_code(head.state);
    let whole = PipelineId(head.pipeline_id);
    let known = Ended {
        head,
        verdict: PipelineState::from_code(pipeline.state),
        ways: store.ways(id)?.unwrap_or_default(),
        entries: store.entries_of(whole, Some(id), ENTRIES)?,
    };
    let (code, sentence) = match state {
        Some(TrackState::Failed) => known.failed(store)?,
        Some(TrackState::Skipped) => known.skipped(),
        Some(TrackState::Stopped) => known.stopped(),
        Some(TrackState::Interrupted) => known.interrupted(still),
        _ => known.succeeded(),
    };
    let beside = match (state, still) {
        (Some(TrackState::Interrupted), _) | (_, []) => String::new(),
        (_, pids) => format!(
            "; of an attempt that was lost {}: `stop` ends that",
            still_runs(pids)
        ),
    };
    let sentence = format!("{sentence}{beside}.");
    match facts {
        Some(facts) => {
            Ok(Teller::new(store, whole, Some(id), facts)?.why(facts, code, sentence, None))
        }
        None => Ok(Why {
            code,
            sentence: one_line(&sentence),
            refers: Vec::new(),
            next: NOTHING.to_owned(),
            moves: Moves::Nobody,
            actions: &[],
            until: None,
        }),
    }
}

impl Ended<'_> {
    /// The newest entry by which it came to a state.
    fn came_to(&self, state: TrackState) -> Option<&JournalRow> {
        self.entries
            .iter()
            .find(|e| e.new_state == state.word() && e.old_state != e.new_state)
    }

    fn detail(&self) -> &str {
        bare(&self.head.detail)
    }

    fn succeeded(&self) -> (Code, String) {
        let said = self.came_to(TrackState::Succeed);
        match said.filter(|entry| !entry.who.is_empty()) {
            Some(entry) => (Code::SaidSucceeded, by(entry, "said that", "it succeeded")),
            None => (
                Code::Succeeded,
                "Its script ended with exit code 0".to_owned(),
            ),
        }
    }

    fn failed(&self, store: &Store) -> Result<(Code, String), CommandError> {
        let more = match self.detail() {
            "" => String::new(),
            detail => format!(" ({detail})"),
        };
        let reason = self.head.reason.and_then(Reason::from_code);
        let (code, sentence) = match (reason, self.head.exit_code) {
            (Some(Reason::ExitCode) | None, Some(exit)) => (
                Code::ExitCode,
                format!("Its script ended with exit code {exit}{more}"),
            ),
            (Some(Reason::ExitCode) | None, None) => {
                (Code::ExitCode, format!("Its script failed{more}"))
            }
            (Some(Reason::Signal), _) => {
                let attempts = store.attempts(TrackId(self.head.id))?;
                let signal = attempts.last().and_then(|attempt| attempt.signal);
                let signal = signal.map_or("A signal".to_owned(), |n| format!("Signal {n}"));
                (Code::Signal, format!("{signal} ended its script{more}"))
            }
            (Some(Reason::Timeout), _) => (
                Code::Timeout,
                format!("Its script ran longer than its timeout{more}"),
            ),
            (Some(Reason::CouldNotStart | Reason::NotStarted), _) => (
                Code::CouldNotStart,
                format!("Its script could not be started{more}"),
            ),
            (Some(Reason::Interrupted), _) => (
                Code::Lost,
                format!(
                    "Nobody knows how its script ended{more}, which its vertex calls a failure"
                ),
            ),
            (Some(Reason::BadOutput), _) => (
                Code::BadOutput,
                format!("Its script ended with exit code 0, but its outputs are wrong{more}"),
            ),
            (Some(Reason::Forced | Reason::Stopped), _) => {
                let said = self.detail();
                let said = if said.is_empty() {
                    "A person said that it failed"
                } else {
                    said
                };
                (Code::SaidFailed, said.to_owned())
            }
        };
        Ok((code, format!("{sentence}{}", self.after_failure(reason))))
    }

    /// Why no retry followed, and what the failure means.
    fn after_failure(&self, reason: Option<Reason>) -> String {
        let counts = matches!(
            reason,
            Some(Reason::ExitCode | Reason::Signal | Reason::Timeout | Reason::BadOutput)
        );
        let retry = self.ways.retry.filter(|retry| retry.limit > 0 && counts);
        let exit = self.head.exit_code;
        let lost = reason == Some(Reason::Interrupted);
        let retries = |ways: &Ways| ways.retry.is_some_and(|retry| retry.limit > 0);
        let text = match retry {
            None if lost && retries(&self.ways) => {
                "; no automatic retry follows a lost attempt".to_owned()
            }
            None => String::new(),
            Some(retry) if self.ways.retries >= retry.limit => match retry.limit {
                1 => "; its only retry is used".to_owned(),
                n => format!(
                    "; its {} are used",
                    counted(n as usize, "retry").replace("retrys", "retries")
                ),
            },
            Some(retry) => match (retry.exit_codes, exit) {
                (Some(codes), Some(code)) if !codes.has(code) => {
                    format!("; exit code {code} is none that is retried")
                }
                (Some(_), None) => "; only exit codes are retried".to_owned(),
                (Some(_) | None, _) => String::new(),
            },
        };
        match self.ways.ignored {
            true => format!("{text}; its vertex says that this counts as done"),
            false => text,
        }
    }

    fn skipped(&self) -> (Code, String) {
        let entry = self.came_to(TrackState::Skipped);
        let by_person = |entry: &JournalRow| (Code::Skipped, by(entry, "skipped", "it"));
        if let Some(entry) = entry.filter(|e| parts(e).0 == "skip" && !e.who.is_empty()) {
            return by_person(entry);
        }
        if let (Some(when), Some(verdict)) = (self.ways.handler, self.verdict)
            && !is_after(when, verdict)
        {
            let when = after(when);
            return (Code::OtherVerdict, format!("It runs only when {when}"));
        }
        match newest(&self.entries, &["skip"]) {
            Some(entry) => by_person(entry),
            None => (Code::Skipped, "It was skipped".to_owned()),
        }
    }

    fn stopped(&self) -> (Code, String) {
        let came = self.came_to(TrackState::Stopped);
        let ran = came.filter(|entry| entry.old_state == TrackState::Running.word());
        let asked = ran.and_then(|ran| {
            let mut same = self.entries.iter().filter(|e| e.attempt == ran.attempt);
            same.find(|e| e.old_state == e.new_state)
        });
        let cause = match (ran, asked) {
            (Some(_), asked) => asked,
            (None, _) => came,
        };
        match cause {
            Some(entry) if !entry.who.is_empty() => (Code::Stopped, by(entry, "stopped", "it")),
            Some(entry) if !entry.why.is_empty() => (
                Code::StoppedByRule,
                format!("It was stopped: {}", bare(&entry.why)),
            ),
            _ => (
                Code::StoppedByRule,
                "It was stopped, because its pipeline failed".to_owned(),
            ),
        }
    }

    fn interrupted(&self, still: &[u32]) -> (Code, String) {
        let attempt = self.head.attempt;
        let more = match self.detail() {
            "" => String::new(),
            detail => format!(": {detail}"),
        };
        let asked = match self.head.ending.and_then(Ending::from_code) {
            None => "`stop` ends that",
            Some(Ending::Kill) => "`kill` was asked",
            Some(Ending::Stop | Ending::Fail) => {
                "`stop` was asked, and `kill` does not wait for the grace"
            }
        };
        let still = match still {
            [] => String::new(),
            pids => format!("; of it {}: {asked}", still_runs(pids)),
        };
        let sentence =
            format!("Nobody knows how attempt {attempt} of its script ended{more}{still}");
        (Code::Interrupted, sentence)
    }
}
