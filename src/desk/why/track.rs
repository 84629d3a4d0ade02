//! One track that has not ended: why it waits, or since when it runs.

use super::entries::{by, newest};
use super::inputs::unfilled;
use super::teller::Teller;
use super::words::{Code, after, bare, before, counted};
use super::{Refer, ReferKind, Why};
use crate::driver::CommandError;
use crate::engine::{Because, Ending, Facts, Mark, Reason, Time, TrackId, TrackRow};
use crate::store::JournalRow;

/// How far back the journal is read for who said something of one track.
pub(super) const ENTRIES: i64 = 50;

type Said = Result<(Code, String), CommandError>;

impl Teller<'_> {
    /// Why a track that has not ended stands where it does.
    pub(super) fn track(mut self, facts: &Facts) -> Result<Why, CommandError> {
        let (Some(id), Some(row)) = (self.track, facts.track) else {
            return self.pipeline(facts);
        };
        let mut until = facts.until;
        let (code, sentence) = match &facts.because {
            Because::Predecessors(few) => {
                let list = self.parties(few, true);
                let are = if few.count == 1 { "is" } else { "are" };
                let sentence = format!("It comes after {list}, which {are} not done");
                (Code::Predecessors, sentence)
            }
            Because::Verdict(few) => {
                let when = facts.handler.map_or("", after);
                let list = self.parties(few, true);
                let sentence = match few.count {
                    0 => format!("It runs when {when}"),
                    _ => format!("It runs when {when}, and before that come {list}"),
                };
                (Code::Verdict, sentence)
            }
            Because::Handlers(few) => {
                let sentence = format!("It runs last, after {}", self.parties(few, true));
                (Code::Handlers, sentence)
            }
            Because::Input => self.input(id)?,
            Because::Retry => (Code::Retry, retry(facts, row)),
            Because::Spawn => self.machine(id)?,
            Because::Held => {
                let entries = self.entries(Some(id))?;
                let held = newest(&entries, &["hold"]);
                let held = held.map(|entry| by(entry, "holds", "it"));
                (Code::Held, held.unwrap_or("It is held".to_owned()))
            }
            Because::Runs => {
                until = self.timeout(id, row)?;
                self.runs(id, row)?
            }
            Because::Over
            | Because::Queued { .. }
            | Because::Paused
            | Because::Draining
            | Because::MaxParallel(..)
            | Because::Pool { .. }
            | Because::Slots { .. }
            | Because::Turn
            | Because::Ended
            | Because::Running(_)
            | Because::Asks(..)
            | Because::Backoff(_) => self.shared(facts)?,
        };
        let marked = match row.mark {
            Some(Mark::Skip) => "; when its turn comes it is skipped",
            Some(Mark::Hold) if facts.because != Because::Held => "; it is held, too",
            Some(Mark::Hold | Mark::Alone) | None => "",
        };
        Ok(self.why(facts, code, format!("{sentence}{marked}."), until))
    }

    /// What can be so of a track and of a whole pipeline.
    pub(super) fn shared(&mut self, facts: &Facts) -> Said {
        Ok(match &facts.because {
            Because::Queued {
                limit,
                begun,
                before: waits,
            } => {
                let runs = counted(*limit as usize, "pipeline");
                let list = self.others(begun);
                let run = if begun.count == 1 { "runs" } else { "run" };
                let before = before(*waits);
                let sentence =
                    format!("At most {runs} of its graph may run at once: {list} {run}{before}");
                (Code::Queued, sentence)
            }
            Because::Paused => (Code::Paused, self.paused(facts)?),
            Because::Draining => {
                let sentence = "The server starts nothing new, because it is being emptied";
                (Code::Draining, sentence.to_owned())
            }
            Because::MaxParallel(most, few) => {
                let scripts = counted(*most as usize, "script");
                let list = self.parties(few, false);
                let run = if few.count == 1 { "runs" } else { "run" };
                let sentence = format!(
                    "At most {scripts} of a pipeline of its graph may run at once: {list} {run}"
                );
                (Code::MaxParallel, sentence)
            }
            Because::Pool {
                pool,
                size,
                holders,
            } => {
                self.refer(Refer {
                    kind: ReferKind::Pool,
                    id: None,
                    name: pool.to_string(),
                    state: None,
                });
                let list = self.parties(holders, false);
                let run = if holders.count == 1 { "runs" } else { "run" };
                let sentence = format!("The pool `{pool}` has room for {size}: {list} {run}");
                (Code::PoolFull, sentence)
            }
            Because::Slots {
                slots,
                holders,
                before,
                others,
            } => {
                let list = self.parties(holders, false);
                let mut sentence = match slots {
                    1 => format!("The only slot is used by {list}"),
                    slots => format!("All {slots} slots are used by {list}"),
                };
                if *before > 0 {
                    let come = if *before == 1 { "comes" } else { "come" };
                    let tracks = counted(*before, "track");
                    sentence.push_str(&format!("; {tracks} of its pipeline {come} first"));
                }
                if *others > 0 {
                    let others = counted(*others, "other pipeline");
                    sentence.push_str(&format!("; {others} may get the next one, too"));
                }
                (Code::Slots, sentence)
            }
            Because::Turn => (Code::Turn, "It starts now".to_owned()),
            _ => {
                let sentence = match facts.failing.is_empty() {
                    true => "Its pipeline has failed, and nothing new of it starts".to_owned(),
                    false => {
                        let list = self.parties(&facts.failing, false);
                        format!("Nothing new of its pipeline starts, because {list} failed")
                    }
                };
                (Code::NothingNew, sentence)
            }
        })
    }

    pub(super) fn entries(&self, track: Option<TrackId>) -> Result<Vec<JournalRow>, CommandError> {
        Ok(self.store.entries_of(self.pipeline, track, ENTRIES)?)
    }

    fn input(&mut self, id: TrackId) -> Said {
        let order = self.store.order(id)?;
        let names = order.map(|order| unfilled(&order)).unwrap_or_default();
        for name in &names {
            self.refer(Refer {
                kind: ReferKind::Input,
                id: None,
                name: name.clone(),
                state: None,
            });
        }
        let sentence = match names.is_empty() {
            true => "A value that it needs is missing".to_owned(),
            false => {
                let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                format!("It needs a value for {}", names.join(", "))
            }
        };
        Ok((Code::Input, sentence))
    }

    fn machine(&self, id: TrackId) -> Said {
        let detail = self.store.track(id)?.map(|(head, _)| head.detail);
        let detail = detail.filter(|detail| !detail.is_empty());
        let detail = detail.map_or_else(String::new, |d| format!(" ({})", bare(&d)));
        let sentence =
            format!("The machine could not start a process{detail}, and it is tried again");
        Ok((Code::Machine, sentence))
    }

    fn runs(&self, id: TrackId, row: TrackRow) -> Said {
        let attempt = row.attempt;
        let Some(ending) = row.ending else {
            return Ok((Code::Runs, format!("Attempt {attempt} of its script runs")));
        };
        let entries = self.entries(Some(id))?;
        let asked = entries.iter().find(|entry| {
            entry.old_state == entry.new_state && entry.attempt.unsigned_abs() == attempt
        });
        let what = format!("attempt {attempt}, which is being ended");
        let verb = match ending {
            Ending::Stop | Ending::Kill => "stopped",
            Ending::Fail => "said that it failed, and so stopped",
        };
        let sentence = match asked {
            Some(entry) if !entry.who.is_empty() => by(entry, verb, &what),
            Some(entry) if !entry.why.is_empty() => {
                format!("Attempt {attempt} is being ended: {}", bare(&entry.why))
            }
            _ => format!("Attempt {attempt} is being ended, because its pipeline failed"),
        };
        Ok((Code::BeingEnded, sentence))
    }

    fn timeout(&self, id: TrackId, row: TrackRow) -> Result<Option<Time>, CommandError> {
        let limit = self.store.ways(id)?.and_then(|ways| ways.timeout);
        let limit = limit.and_then(|limit| i64::try_from(limit.0).ok());
        let end = row.started_at.zip(limit);
        Ok(end.and_then(|(start, limit)| start.0.checked_add(limit).map(Time)))
    }
}

fn retry(facts: &Facts, row: TrackRow) -> String {
    let how = match (row.reason, row.exit_code) {
        (Some(Reason::ExitCode), Some(code)) => format!("failed with exit code {code}"),
        (Some(Reason::Timeout), _) => "ran out of time".to_owned(),
        (Some(Reason::Signal), _) => "was ended by a signal".to_owned(),
        (Some(Reason::BadOutput), _) => "left wrong outputs".to_owned(),
        (Some(_) | None, _) => "failed".to_owned(),
    };
    format!(
        "Attempt {} {how}, and retry {} of {} follows",
        row.attempt, row.retries, facts.retries
    )
}
