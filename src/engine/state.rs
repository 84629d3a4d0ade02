//! States of tracks and pipelines, their codes and names, and the one table of transitions.
//!
//! The codes are in databases: a code once given is never given another meaning.

use crate::graph::When;

/// Declares an enum with a stable number and word for each value.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $word:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant = $code),+ }

        impl $name {
            /// Every value, in the order of its code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The number in the database.
            pub const fn code(self) -> i16 {
                self as i16
            }

            /// The value of a number from the database; none for a number of a newer version.
            pub const fn from_code(code: i16) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            /// The word that people and programs see.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.word() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

coded! {
    /// Where one vertex of one pipeline stands.
    TrackState {
        /// Predecessors are not done.
        Waiting = 0, "WAITING";
        /// Could run but for what [`PendingOn`] says.
        Pending = 1, "PENDING";
        /// Its start is committed.
        Running = 2, "RUNNING";
        /// Its script exited with 0.
        Succeed = 3, "SUCCEED";
        /// Its last attempt failed, for the track's [`Reason`].
        Failed = 4, "FAILED";
        /// Passed over; counts as done for successors.
        Skipped = 5, "SKIPPED";
        /// Ended, or kept from starting, by a person or by the graph's failure policy.
        Stopped = 6, "STOPPED";
        /// The outcome is unknown: its supervisor or its host died. Holds its successors.
        Interrupted = 7, "INTERRUPTED";
    }
}

coded! {
    /// The verdict on a pipeline.
    PipelineState {
        /// Some track can still move, or waits for a person.
        Running = 0, "RUNNING";
        /// Nothing new starts until it is resumed.
        Paused = 1, "PAUSED";
        /// A track failed.
        Failed = 2, "FAILED";
        /// Every track is SUCCEED or SKIPPED.
        Finish = 3, "FINISH";
        /// A person stopped it.
        Stopped = 4, "STOPPED";
    }
}

coded! {
    /// What keeps a PENDING track from running.
    PendingOn {
        /// All slots are taken.
        Slot = 0, "slot";
        /// A required value has not been given.
        Input = 1, "input";
        /// The wait before the next attempt.
        Retry = 2, "retry";
        /// The machine could not start a process; tried again after a wait.
        Spawn = 3, "spawn";
        /// Another track has failed and the graph says that nothing new starts.
        Failure = 4, "failure";
        /// A person holds it until it is released.
        Hold = 5, "hold";
    }
}

coded! {
    /// What a person has said of a track before it starts.
    Mark {
        /// It does not start until it is released.
        Hold = 1, "hold";
        /// It is passed over when its turn comes.
        Skip = 2, "skip";
        /// It runs although nothing else of its pipeline starts.
        Alone = 3, "alone";
    }
}

coded! {
    /// How an attempt that runs is being ended, and with what verdict.
    Ending {
        /// TERM, the grace, KILL; its track is STOPPED.
        Stop = 1, "stop";
        /// KILL at once; its track is STOPPED.
        Kill = 2, "kill";
        /// TERM, the grace, KILL; its track is FAILED, because a person says so.
        Fail = 3, "fail";
    }
}

coded! {
    /// Why an attempt, and with it a track, ended as it did.
    Reason {
        /// The script exited with a code other than 0.
        ExitCode = 0, "exit_code";
        /// A signal ended the script.
        Signal = 1, "signal";
        /// It ran longer than its timeout.
        Timeout = 2, "timeout";
        /// Its interpreter or working directory cannot be used.
        CouldNotStart = 3, "could_not_start";
        /// A person, or the failure policy, ended it.
        Stopped = 4, "stopped";
        /// Its supervisor or its host died.
        Interrupted = 5, "interrupted";
        /// The machine could not start a process; this attempt never ran.
        NotStarted = 6, "not_started";
        /// A person said that it failed.
        Forced = 7, "forced";
        /// The script exited with 0, but an output is missing or against its rules.
        BadOutput = 8, "bad_output";
    }
}

/// The word of the journal for a pipeline that is removed.
pub const DELETED: &str = "DELETED";

impl PipelineState {
    /// Whether there is no verdict yet.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

/// Whether a script that runs after some verdict runs after this one.
pub fn is_after(when: When, verdict: PipelineState) -> bool {
    match when {
        When::Success => verdict == PipelineState::Finish,
        When::Failure => verdict == PipelineState::Failed,
        When::Stop => verdict == PipelineState::Stopped,
        When::Exit => true,
    }
}

impl TrackState {
    /// Successors may run.
    pub const fn is_done(self) -> bool {
        match self {
            Self::Succeed | Self::Skipped => true,
            Self::Waiting
            | Self::Pending
            | Self::Running
            | Self::Failed
            | Self::Stopped
            | Self::Interrupted => false,
        }
    }

    /// Nothing follows by itself; only a person changes it.
    pub const fn has_ended(self) -> bool {
        match self {
            Self::Succeed | Self::Failed | Self::Skipped | Self::Stopped => true,
            Self::Waiting | Self::Pending | Self::Running | Self::Interrupted => false,
        }
    }

    /// The one table of transitions: what may follow this state. Those out of an end are a
    /// person's doing alone.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Waiting => &[Self::Pending, Self::Skipped, Self::Stopped],
            Self::Pending => &[Self::Running, Self::Waiting, Self::Skipped, Self::Stopped],
            Self::Running => &[
                Self::Succeed,
                Self::Failed,
                Self::Pending,
                Self::Stopped,
                Self::Interrupted,
            ],
            Self::Interrupted => &[
                Self::Succeed,
                Self::Failed,
                Self::Skipped,
                Self::Pending,
                Self::Waiting,
            ],
            Self::Failed | Self::Stopped => {
                &[Self::Succeed, Self::Skipped, Self::Pending, Self::Waiting]
            }
            Self::Succeed | Self::Skipped => &[Self::Pending, Self::Waiting],
        }
    }

    /// Whether `to` may follow this state. What else the row says may change in any state.
    pub fn may_become(self, to: Self) -> bool {
        self == to || self.next().contains(&to)
    }
}

#[cfg(test)]
mod tests {
    use super::{PipelineState, TrackState};

    #[test]
    fn codes_and_words_of_the_design_are_kept() {
        let words: Vec<_> = TrackState::ALL
            .iter()
            .map(|s| (s.code(), s.word()))
            .collect();
        let expected = [
            (0, "WAITING"),
            (1, "PENDING"),
            (2, "RUNNING"),
            (3, "SUCCEED"),
            (4, "FAILED"),
            (5, "SKIPPED"),
            (6, "STOPPED"),
            (7, "INTERRUPTED"),
        ];
        assert_eq!(words, expected);
        for state in PipelineState::ALL {
            assert_eq!(PipelineState::from_code(state.code()), Some(*state));
            assert_eq!(PipelineState::from_word(state.word()), Some(*state));
        }
        assert_eq!(TrackState::from_code(8), None);
    }

    #[test]
    fn an_end_is_left_only_for_another_attempt_or_for_what_a_person_says() {
        use TrackState::{Failed, Pending, Running, Skipped, Stopped, Succeed, Waiting};
        for state in [Succeed, Skipped, Failed, Stopped] {
            assert!(!state.may_become(Running), "{state}: only by PENDING");
            assert!(state.may_become(Waiting) && state.may_become(Pending));
        }
        for state in [Succeed, Skipped] {
            assert!(!state.may_become(Failed) && !state.may_become(Stopped));
        }
    }
}
