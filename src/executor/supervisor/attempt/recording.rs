//! The exit record of an attempt, tried until it is written.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use super::{Attempt, Stage, Tools};
use crate::clock;
use crate::engine::{AttemptKey, Time};
use crate::executor::prey::Prey;
use crate::executor::supervisor::mask::MaskedLog;
use crate::executor::wire::Outputs;
use crate::failpoint::{Point, reach};
use crate::graph::{Written, accept_outputs, values_to_json};
use crate::spool::{Cause, ExitRecord, FORMAT, Spool};

/// How often an exit record is tried that cannot be written.
const RECORD_AGAIN: Duration = Duration::from_millis(200);

/// What is told of a script that has ended while somebody can still print for it.
const STILL_OPEN: &str = "a background process that the script left behind still holds its output; \
     what that prints from now on is not kept";

impl Attempt {
    /// An attempt whose script cannot be started; all that is left is to write that down.
    pub(in crate::executor::supervisor) fn refused(
        key: AttemptKey,
        why: String,
        spool: &Spool,
    ) -> Attempt {
        let now = Time(clock::now());
        let record = Box::new(ExitRecord::never_ran(Cause::CouldNotStart { why }, now));
        Attempt {
            key,
            handle: None,
            output: None,
            input: None,
            ended_output: None,
            members: Vec::new(),
            new_members: false,
            unswept: false,
            prey: Prey::default(),
            remains: 0,
            noted: None,
            process: None,
            watch_again: Instant::now(),
            log: MaskedLog::new(spool.log(key), 0, Vec::new()),
            outputs: Outputs::default(),
            started_at: now,
            ends_at: None,
            grace: Duration::ZERO,
            stage: Stage::Recording {
                record,
                again: Instant::now(),
            },
            stopping: None,
            end: None,
            unwritten: None,
            new_unwritten: false,
        }
    }

    /// Closes the log and writes the exit record.
    pub(super) fn record(&mut self, tools: &Tools) {
        let mut logged = self.log.finish();
        if self.output.is_some() {
            logged.problem.get_or_insert_with(|| STILL_OPEN.to_owned());
        }
        if self.remains > 0 {
            let n = self.remains;
            logged.problem = Some(format!(
                "{n} processes that left its group could not be ended"
            ));
        }
        // Somebody else took the exit status. It is not invented: without a record the attempt
        // counts as interrupted.
        let Some(end) = self.end.take() else {
            self.stage = Stage::Over { record: None };
            return;
        };
        let by_itself = if end.signal.is_some() {
            Cause::Signalled
        } else {
            Cause::Exited
        };
        let cause = self.stopping.take().unwrap_or(by_itself);
        let (cause, written) = match (&cause, end.code) {
            (Cause::Exited, Some(0)) => match self.judged(tools) {
                Ok(written) => (cause, written),
                Err(why) => (Cause::BadOutput { why }, Written::default()),
            },
            _ => (cause, Written::default()),
        };
        let outputs =
            (!written.values.is_empty()).then(|| values_to_json(&written.values).to_string());
        let record = Box::new(ExitRecord {
            format: FORMAT,
            cause,
            code: end.code,
            signal: end.signal,
            started_at: self.started_at.0,
            finished_at: end.at.0,
            log_bytes: logged.kept,
            dropped_bytes: logged.dropped,
            log_problem: logged.problem,
            user_ms: end.user_ms,
            system_ms: end.system_ms,
            outputs,
            notice: written.notice,
        });
        reach(Point::SupervisorEnded, &self.key);
        let now = Instant::now();
        self.stage = Stage::Recording { record, again: now };
        self.write_record(now, tools);
    }

    /// What the script leaves for those after it, as it is at this moment: what a background process
    /// adds later is too late. The exit record keeps it, so that both are there or neither.
    fn judged(&self, tools: &Tools) -> Result<Written, String> {
        let (declared, limits) = self.outputs.read().map_err(|why| why.to_string())?;
        let bytes = tools
            .spool
            .read_outputs(self.key, limits.output_bytes as u64);
        match bytes {
            Ok(bytes) => {
                let bytes = bytes.unwrap_or_default();
                let searches = match bytes.is_empty() {
                    true => Vec::new(),
                    false => self.log.searches(),
                };
                let held = |text: &[u8]| {
                    let mut found = searches.iter().filter(|(_, search)| search.held(text));
                    found.next().map(|(secret, _)| *secret)
                };
                accept_outputs(&declared, &bytes, &limits, &held)
            }
            Err(_) if declared.is_empty() => Ok(Written::default()),
            Err(why) => Err(format!("its file of outputs cannot be read: {why}")),
        }
    }

    pub(super) fn write_record(&mut self, now: Instant, tools: &Tools) {
        let Stage::Recording { record, again } = &mut self.stage else {
            return;
        };
        match tools.spool.write_exit(&tools.own, self.key, record) {
            Ok(()) => {
                reach(Point::SupervisorRecorded, &self.key);
                self.stage = Stage::Over {
                    record: Some(record.clone()),
                }
            }
            // The whole spool was removed: nobody will ever read it.
            Err(e) if e.kind() == ErrorKind::NotFound => self.stage = Stage::Over { record: None },
            Err(e) => {
                if e.kind() == ErrorKind::StorageFull {
                    tools.spool.release_ballast();
                }
                *again = now + RECORD_AGAIN;
                self.new_unwritten = self.unwritten.is_none();
                self.unwritten.get_or_insert_with(|| e.to_string());
            }
        }
    }
}
