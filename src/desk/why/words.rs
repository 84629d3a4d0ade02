//! The codes of answers, and words for states, verdicts and numbers.

use crate::engine::Wanted;
use crate::graph::When;

/// Declares the codes, each with its word for programs.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)+) => {
        /// A stable name of an answer. docs/why.md explains each; a test keeps the two lists equal.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $name),+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word for programs.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
        }
    };
}

codes! {
    /// What comes before it is not done.
    Predecessors = "waits-for-predecessors";
    /// It runs after the verdict.
    Verdict = "waits-for-verdict";
    /// It runs after the other scripts that run after the verdict.
    Handlers = "waits-for-handlers";
    /// Its pipeline has failed, and nothing new of it starts.
    NothingNew = "nothing-new-starts";
    /// As many pipelines of its graph run as may.
    Queued = "queued";
    /// Its pipeline is paused.
    Paused = "paused";
    /// The server starts nothing new.
    Draining = "server-drains";
    /// As many scripts of its pipeline run as may.
    MaxParallel = "max-parallel";
    /// All of its pool is used.
    PoolFull = "pool-full";
    /// All slots are used.
    Slots = "waits-for-slot";
    /// It is the next to start.
    Turn = "starts-now";
    /// A required value is missing.
    Input = "waits-for-input";
    /// The wait before its next attempt.
    Retry = "waits-for-retry";
    /// The machine could not start a process.
    Machine = "waits-for-machine";
    /// A person holds it.
    Held = "held";
    /// It runs.
    Runs = "runs";
    /// What runs of it is being ended.
    BeingEnded = "being-ended";
    /// It succeeded.
    Succeeded = "succeeded";
    /// A person said that it succeeded.
    SaidSucceeded = "said-succeeded";
    /// The script exited with another code than 0.
    ExitCode = "failed-exit-code";
    /// A signal ended it.
    Signal = "failed-signal";
    /// It ran too long.
    Timeout = "failed-timeout";
    /// It could not be started.
    CouldNotStart = "failed-start";
    /// Its outputs are not as declared.
    BadOutput = "failed-output";
    /// Nobody knows how it ended, which counts as a failure.
    Lost = "failed-lost";
    /// A person said that it failed.
    SaidFailed = "said-failed";
    /// A person passed it over.
    Skipped = "skipped";
    /// It runs after another verdict.
    OtherVerdict = "skipped-other-verdict";
    /// A person stopped it.
    Stopped = "stopped";
    /// A rule stopped it.
    StoppedByRule = "stopped-by-rule";
    /// Nobody knows how it ended.
    Interrupted = "interrupted";
    /// Of a pipeline: scripts run.
    ScriptsRun = "scripts-run";
    /// Of a pipeline: nothing moves until a person does something.
    WaitsForPerson = "waits-for-person";
    /// Of a pipeline: tracks failed.
    TracksFailed = "tracks-failed";
    /// Of a pipeline: it ran out of time.
    OutOfTime = "out-of-time";
    /// Of a pipeline: all that it had to do is done.
    Finished = "finished";
}

/// After which verdict a script runs.
pub(super) const fn after(when: When) -> &'static str {
    match when {
        When::Success => "its pipeline is FINISH",
        When::Failure => "its pipeline is FAILED",
        When::Stop => "its pipeline is STOPPED",
        When::Exit => "its pipeline has its verdict",
    }
}

/// What a person may ask for, in the words of docs/actions.md. `named`: of a track.
pub(super) const fn actions(wanted: Wanted, named: bool) -> &'static [&'static str] {
    match wanted {
        Wanted::Answer => &["it succeeded", "it failed", "retry", "skip"],
        Wanted::Input => &["input", "skip"],
        Wanted::Release => &["release", "skip"],
        Wanted::Repair => &["retry", "skip", "it succeeded"],
        Wanted::RetryAll if named => &["retry failed", "retry with all after it"],
        Wanted::RetryAll => &["retry failed"],
        Wanted::Resume => &["resume"],
        Wanted::Undrain => &[],
    }
}

/// What a person has to do about so many, in a sentence.
pub(super) fn told(who: &str, wanted: Wanted, (it, count): (&str, usize)) -> String {
    let (them, they) = match count {
        0 | 1 => ("it", "it"),
        _ => ("them", "they"),
    };
    match wanted {
        Wanted::Answer => {
            format!("{who} to say how {it} ended, to retry {them} or to skip {them}.")
        }
        Wanted::Input => format!("{who} to give the missing values of {it}, or to skip {them}."),
        Wanted::Release => format!("{who} to release {it}, or to skip {them}."),
        Wanted::Repair => {
            format!("{who} to retry {it}, to skip {them} or to say that {they} succeeded.")
        }
        Wanted::RetryAll if it.is_empty() => {
            format!("{who} to retry all that failed or was stopped.")
        }
        Wanted::RetryAll => format!(
            "{who} to retry all that failed or was stopped, or to retry {it} with all after it."
        ),
        Wanted::Resume => format!("{who} to resume the pipeline."),
        Wanted::Undrain => {
            "The server has to start scripts again; the next one does so.".to_owned()
        }
    }
}

/// `2 pipelines wait before this one`
pub(super) fn before(n: usize) -> String {
    match n {
        0 => String::new(),
        1 => ", and 1 pipeline waits before this one".to_owned(),
        n => format!(", and {n} pipelines wait before this one"),
    }
}

/// `a, b and 3 more` of so many.
pub(in super::super) fn joined(mut words: Vec<String>, count: usize) -> String {
    if count > words.len() {
        words.push(format!("{} more", count - words.len()));
    }
    match words.pop() {
        None => String::new(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} and {last}", words.join(", ")),
    }
}

/// `1 script`, `3 scripts`
pub(super) fn counted(n: usize, one: &str) -> String {
    match n {
        1 => format!("1 {one}"),
        n => format!("{n} {one}s"),
    }
}

/// A sentence without the full stop that it may end with.
pub(super) fn bare(text: &str) -> &str {
    text.trim_end().trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn the_page_lists_every_code() {
        let page = include_str!("../../../docs/why.md");
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
        let listed: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
        let codes: Vec<&str> = Code::ALL.iter().map(|code| code.word()).collect();
        assert_eq!(listed, codes);
    }
}
