//! What the executor reports, as the engine's events.

use crate::engine::{AttemptEnd, Event, Reason, Time};
use crate::executor::Fact;
use crate::spool::{Cause, ExitRecord};

/// The event of a fact.
pub fn event(fact: Fact) -> Event {
    match fact {
        Fact::Ended { key, record, tail } => Event::Ended {
            key,
            end: end(&record),
            output: tail,
        },
        Fact::NotStarted { key, why } => Event::NotStarted { key, why },
        Fact::Interrupted { key, why, remains } => Event::Interrupted { key, why, remains },
    }
}

fn end(record: &ExitRecord) -> AttemptEnd {
    let (reason, detail) = match &record.cause {
        Cause::Exited if record.code == Some(0) => (None, None),
        Cause::Exited => (Some(Reason::ExitCode), None),
        Cause::Signalled => {
            let signal = record.signal.map(|signal| format!("signal {signal}"));
            (Some(Reason::Signal), signal)
        }
        Cause::TimedOut => (Some(Reason::Timeout), None),
        Cause::Stopped => (Some(Reason::Stopped), None),
        Cause::BadOutput { why } => (Some(Reason::BadOutput), Some(why.clone())),
        Cause::CouldNotStart { why } => (Some(Reason::CouldNotStart), Some(why.clone())),
    };
    let log = record.log_problem.as_ref();
    let log = log.map(|problem| format!("the log is not complete: {problem}"));
    let said = detail.into_iter().chain(record.notice.clone()).chain(log);
    let said = said.collect::<Vec<_>>().join("; ");
    let detail = (!said.is_empty()).then_some(said);
    AttemptEnd {
        reason,
        exit_code: record.code,
        signal: record.signal,
        detail,
        started_at: Time(record.started_at),
        finished_at: Time(record.finished_at),
        log_bytes: record.log_bytes,
        dropped_bytes: record.dropped_bytes,
        outputs: record.outputs.clone(),
    }
}
