//! Faults that are planted in the world, to see that the oracles find them.

use crate::oracles::Oracle;

/// A variant of the world in which one rule of the product is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    EffectsFirst,
    CleanFirst,
    TornCommit,
    NoGate,
    RecordIgnored,
    LivenessIgnored,
    BootIgnored,
    StaleAccepted,
    SleepAfterStart,
    LateLaunch,
    ExtraSlot,
    FactDropped,
    ValuesLost,
    NobodyAsked,
    AnotherWriter,
    KillsForgotten,
    HoldForgotten,
    PoolOverdrawn,
    SkipJumps,
    LimitForgotten,
}

/// A fault with what is expected of the search for it.
pub(crate) struct Planted {
    pub(crate) fault: Fault,
    pub(crate) name: &'static str,
    /// The oracles that may find it.
    pub(crate) found_by: &'static [Oracle],
    /// Within so many seeds.
    pub(crate) within: u64,
}

/// All of them.
pub(crate) const FAULTS: &[Planted] = &[
    Planted {
        fault: Fault::EffectsFirst,
        name: "effects-before-commit",
        found_by: &[Oracle::RunsOrdered],
        within: 20,
    },
    Planted {
        fault: Fault::CleanFirst,
        name: "files-removed-before-commit",
        found_by: &[Oracle::RunsOnce, Oracle::ResultKept],
        within: 100,
    },
    Planted {
        fault: Fault::TornCommit,
        name: "commit-without-promotion",
        found_by: &[Oracle::Forgotten, Oracle::Verdict],
        within: 10,
    },
    Planted {
        fault: Fault::NoGate,
        name: "relaunch-with-no-gate",
        found_by: &[Oracle::RunsOnce],
        within: 100,
    },
    Planted {
        fault: Fault::RecordIgnored,
        name: "exit-record-ignored",
        found_by: &[Oracle::ResultKept],
        within: 20,
    },
    Planted {
        fault: Fault::LivenessIgnored,
        name: "life-ignored",
        found_by: &[Oracle::Interruption, Oracle::ResultKept],
        within: 50,
    },
    Planted {
        fault: Fault::BootIgnored,
        name: "boot-ignored",
        found_by: &[Oracle::RunsOnce],
        within: 100,
    },
    Planted {
        fault: Fault::StaleAccepted,
        name: "stale-attempts-accepted",
        found_by: &[
            Oracle::ResultInvented,
            Oracle::ResultKept,
            Oracle::Interruption,
        ],
        within: 100,
    },
    Planted {
        fault: Fault::SleepAfterStart,
        name: "no-dispatch-at-start",
        found_by: &[Oracle::SlotsIdle],
        within: 100,
    },
    Planted {
        fault: Fault::LateLaunch,
        name: "launch-over-another-connection",
        found_by: &[Oracle::Interruption, Oracle::ResultKept],
        within: 2_000,
    },
    Planted {
        fault: Fault::ExtraSlot,
        name: "one-slot-too-many",
        found_by: &[Oracle::SlotsExceeded],
        within: 20,
    },
    Planted {
        fault: Fault::FactDropped,
        name: "facts-dropped",
        found_by: &[Oracle::Ends],
        within: 20,
    },
    Planted {
        fault: Fault::ValuesLost,
        name: "values-not-written",
        found_by: &[Oracle::LoadAgrees],
        within: 20,
    },
    Planted {
        fault: Fault::NobodyAsked,
        name: "answers-nobody-gave",
        found_by: &[Oracle::RunsAgain, Oracle::ResultInvented],
        within: 50,
    },
    Planted {
        fault: Fault::AnotherWriter,
        name: "another-writer",
        found_by: &[Oracle::Transitions, Oracle::LoadAgrees],
        within: 20,
    },
    Planted {
        fault: Fault::KillsForgotten,
        name: "kills-forgotten-at-start",
        found_by: &[Oracle::Ends],
        within: 2_000,
    },
    Planted {
        fault: Fault::HoldForgotten,
        name: "holds-forgotten-at-start",
        found_by: &[Oracle::RunsAllowed, Oracle::LoadAgrees],
        within: 100,
    },
    Planted {
        fault: Fault::PoolOverdrawn,
        name: "pool-overdrawn",
        found_by: &[Oracle::SlotsExceeded],
        within: 50,
    },
    Planted {
        fault: Fault::SkipJumps,
        name: "skipped-before-its-turn",
        found_by: &[Oracle::RunsAllowed],
        within: 100,
    },
    Planted {
        fault: Fault::LimitForgotten,
        name: "revived-without-its-limit",
        found_by: &[Oracle::SlotsExceeded],
        within: 200,
    },
];
