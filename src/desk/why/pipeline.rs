//! A whole pipeline: what of it moves, whom it waits for, or why it has its verdict.

use super::Why;
use super::entries::{by, newest};
use super::teller::Teller;
use super::words::{Code, bare, counted};
use crate::driver::CommandError;
use crate::engine::{Because, Facts, PipelineState, Reason};

impl Teller<'_> {
    /// Why a pipeline stands where it does.
    pub(super) fn pipeline(mut self, facts: &Facts) -> Result<Why, CommandError> {
        let live = facts.pipeline.finished_at.is_none();
        let (code, sentence) = match facts.pipeline.state {
            PipelineState::Running | PipelineState::Paused => self.open(facts)?,
            PipelineState::Failed => self.failed(facts),
            PipelineState::Finish => self.finished(facts),
            PipelineState::Stopped => self.stopped()?,
        };
        let verdict = !facts.pipeline.state.is_open();
        let paused = match verdict && facts.pipeline.paused {
            true => format!("; {}", self.paused(facts)?),
            false => String::new(),
        };
        let still = match (&facts.because, facts.pipeline.state) {
            (_, PipelineState::Running | PipelineState::Paused) => String::new(),
            (Because::Running(few), _) => {
                let run = match (facts.ending, few.count) {
                    (true, 1) => "is being ended",
                    (true, _) => "are being ended",
                    (false, 1) => "still runs",
                    (false, _) => "still run",
                };
                format!("; {} {run}", self.parties(few, false))
            }
            (Because::Asks(_, few), _) if live => {
                let wait = if few.count == 1 { "waits" } else { "wait" };
                format!("; {} {wait} for a person", self.parties(few, true))
            }
            _ => String::new(),
        };
        let until = facts.until;
        Ok(self.why(facts, code, format!("{sentence}{paused}{still}."), until))
    }

    fn open(&mut self, facts: &Facts) -> Result<(Code, String), CommandError> {
        Ok(match &facts.because {
            Because::Running(few) => {
                let list = self.parties(few, false);
                let run = match (facts.ending, few.count) {
                    (true, 1) => "is being ended",
                    (true, _) => "are being ended",
                    (false, 1) => "runs",
                    (false, _) => "run",
                };
                let mut sentence = format!("{list} {run}");
                if facts.pipeline.paused {
                    sentence = format!("{}; {sentence}", self.paused(facts)?);
                    return Ok((Code::Paused, sentence));
                }
                (Code::ScriptsRun, sentence)
            }
            Because::Asks(_, few) => {
                let wait = if few.count == 1 { "waits" } else { "wait" };
                let sentence = format!("{} {wait} for a person", self.parties(few, true));
                (Code::WaitsForPerson, sentence)
            }
            Because::Backoff(few) => {
                let wait = if few.count == 1 { "waits" } else { "wait" };
                let sentence = format!("{} {wait} for the next attempt", self.parties(few, false));
                (Code::Retry, sentence)
            }
            _ => self.shared(facts)?,
        })
    }

    /// Who paused it. Of a whole pipeline with its verdict that is told within a sentence.
    pub(super) fn paused(&self, facts: &Facts) -> Result<String, CommandError> {
        let entries = self.entries(None)?;
        let last = newest(&entries, &["pause", "run alone", "resume"]);
        let last = last.filter(|entry| !entry.why.starts_with("resume"));
        let paused = last.map(|entry| by(entry, "paused", "the pipeline"));
        let verdict = self.track.is_none() && !facts.pipeline.state.is_open();
        let unknown = match verdict {
            true => "the pipeline is paused",
            false => "The pipeline is paused",
        };
        let sentence = paused.unwrap_or(unknown.to_owned());
        // `until` tells when that is over.
        let timed = self.track.is_none() && facts.pipeline.due_at.is_some();
        let clock = if timed {
            ", and its timeout runs on"
        } else {
            ""
        };
        Ok(format!("{sentence}{clock}"))
    }

    fn failed(&mut self, facts: &Facts) -> (Code, String) {
        if facts.pipeline.reason == Some(Reason::Timeout) {
            return (Code::OutOfTime, "It ran longer than its timeout".to_owned());
        }
        let sentence = match facts.failing.count {
            0 => "It failed".to_owned(),
            _ => format!("{} failed", self.parties(&facts.failing, false)),
        };
        (Code::TracksFailed, sentence)
    }

    fn finished(&mut self, facts: &Facts) -> (Code, String) {
        let sentence = match facts.ignoring {
            0 => "All that it had to do is done".to_owned(),
            n => {
                let failures = counted(n as usize, "failure");
                format!("All that it had to do is done, with {failures} that its graph ignores")
            }
        };
        (Code::Finished, sentence)
    }

    fn stopped(&self) -> Result<(Code, String), CommandError> {
        let entries = self.entries(None)?;
        let stopped = PipelineState::Stopped.word();
        let came = entries
            .iter()
            .find(|e| e.new_state == stopped && e.old_state != stopped);
        Ok(match came {
            Some(entry) if !entry.who.is_empty() => (Code::Stopped, by(entry, "stopped", "it")),
            Some(entry) if !entry.why.is_empty() => (
                Code::StoppedByRule,
                format!("It was stopped: {}", bare(&entry.why)),
            ),
            _ => (Code::Stopped, "It was stopped".to_owned()),
        })
    }
}
