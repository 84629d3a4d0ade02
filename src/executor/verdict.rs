//! What is true of an attempt whose end nobody told us: the crash table, in one function.

use std::fs;
use std::io;

use crate::engine::AttemptKey;
use crate::spool::{Gate, Spool};

/// What is said of a script that nobody watches any more, until a process of it is found.
pub(super) const MAY_RUN: &str = "parts of it may still run";

/// What the files and the supervisor say of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// A result is there: an exit record, or a gate that was cancelled.
    pub result: bool,
    /// A supervisor holds its lock and says that it runs this attempt.
    pub alive: bool,
    /// What the gate says.
    pub gate: Gate,
    /// The host has not been restarted since the attempt was ordered.
    pub same_boot: bool,
}

/// What to do about the attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It ended, and its result is there.
    TakeResult,
    /// It runs; its end will be told.
    Adopt,
    /// It never started: it may be launched under the same key.
    LaunchAgain,
    /// Whether it ended, and how, cannot be known.
    Interrupted(String),
}

/// Judges one attempt. This is the table of crash cases, row by row.
pub fn verdict(evidence: &Evidence) -> Verdict {
    let Evidence {
        result,
        alive,
        gate,
        same_boot,
    } = *evidence;
    if result {
        return Verdict::TakeResult;
    }
    if !same_boot {
        let why = "the host was restarted while the script was running or about to run";
        return Verdict::Interrupted(why.to_owned());
    }
    if alive {
        return Verdict::Adopt;
    }
    match gate {
        Gate::Open => Verdict::LaunchAgain,
        Gate::Cancelled => Verdict::TakeResult,
        Gate::Started => {
            let why = "its supervisor died after it let the script through and before it told how \
                       it ended";
            Verdict::Interrupted(format!("{why}; {MAY_RUN}"))
        }
    }
}

/// Collects the evidence on one attempt and judges it. What cannot be read is never a reason to
/// start anything.
pub(super) fn judge(spool: &Spool, key: AttemptKey, alive: bool, same_boot: bool) -> Verdict {
    let result = match spool.result(key) {
        Ok(result) => result.is_some(),
        Err(_) if alive => false,
        Err(e) => return Verdict::Interrupted(format!("its exit record cannot be read: {e}")),
    };
    match spool.gate(key) {
        Ok(gate) => verdict(&Evidence {
            result,
            alive,
            gate,
            same_boot,
        }),
        Err(_) if result => Verdict::TakeResult,
        Err(_) if alive && same_boot => Verdict::Adopt,
        Err(e) => Verdict::Interrupted(format!("its gate cannot be read: {e}")),
    }
}

/// The id of this boot of the host.
pub fn boot_id() -> io::Result<String> {
    Ok(fs::read_to_string("/proc/sys/kernel/random/boot_id")?
        .trim()
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Evidence, Verdict, judge, verdict};
    use crate::clock;
    use crate::engine::{AttemptKey, PipelineId, Time, TrackId};
    use crate::spool::{Cause, ExitRecord, Gate, Spool};

    const GATES: [Gate; 3] = [Gate::Open, Gate::Started, Gate::Cancelled];

    fn of(result: bool, alive: bool, gate: Gate, same_boot: bool) -> Verdict {
        verdict(&Evidence {
            result,
            alive,
            gate,
            same_boot,
        })
    }

    fn interrupted(verdict: &Verdict) -> bool {
        matches!(verdict, Verdict::Interrupted(why) if !why.is_empty())
    }

    #[test]
    fn row_1_a_result_is_taken_whatever_else_is_true() {
        for gate in GATES {
            for (alive, boot) in [(false, false), (false, true), (true, false), (true, true)] {
                assert_eq!(of(true, alive, gate, boot), Verdict::TakeResult);
            }
        }
    }

    #[test]
    fn row_2_what_a_living_supervisor_runs_is_adopted() {
        for gate in GATES {
            assert_eq!(of(false, true, gate, true), Verdict::Adopt);
        }
    }

    #[test]
    fn row_3_what_passed_no_gate_is_launched_again() {
        assert_eq!(of(false, false, Gate::Open, true), Verdict::LaunchAgain);
    }

    #[test]
    fn row_4_what_passed_the_gate_and_left_no_result_is_interrupted() {
        assert!(interrupted(&of(false, false, Gate::Started, true)));
    }

    #[test]
    fn row_5_after_a_restart_of_the_host_nothing_is_launched_again() {
        for gate in GATES {
            for alive in [false, true] {
                assert!(interrupted(&of(false, alive, gate, false)));
            }
        }
    }

    #[test]
    fn a_cancelled_gate_is_never_launched() {
        assert_eq!(of(false, false, Gate::Cancelled, true), Verdict::TakeResult);
    }

    #[test]
    fn judge_reads_the_files() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        let key = |track| AttemptKey {
            pipeline: PipelineId(1),
            track: TrackId(track),
            attempt: 1,
        };
        spool
            .write_exit(
                &spool.new_instance().unwrap(),
                key(1),
                &ExitRecord::never_ran(Cause::Exited, Time(clock::now())),
            )
            .unwrap();
        spool.write_script(key(2), "true").unwrap();
        assert!(spool.take_gate(key(2)).unwrap());
        spool.cancel(key(3)).unwrap();
        std::fs::write(spool.dir().join("1-4-1.exit"), "").unwrap();
        std::os::unix::fs::symlink("elsewhere", spool.dir().join("1-5-1.gate")).unwrap();
        assert_eq!(judge(&spool, key(1), true, false), Verdict::TakeResult);
        assert!(interrupted(&judge(&spool, key(2), false, true)));
        assert_eq!(judge(&spool, key(2), true, true), Verdict::Adopt);
        assert_eq!(judge(&spool, key(3), false, false), Verdict::TakeResult);
        assert!(
            interrupted(&judge(&spool, key(4), false, true)),
            "a damaged record"
        );
        assert!(
            interrupted(&judge(&spool, key(5), false, true)),
            "a gate that cannot be read"
        );
        assert_eq!(judge(&spool, key(6), false, true), Verdict::LaunchAgain);
        assert!(interrupted(&judge(&spool, key(6), false, false)));
    }
}
