//! What a graph says of failures, repetitions and limits, with the words of its text form.

use super::model::Millis;

/// What a failed track does to the rest of its pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// Nothing new starts; what runs may end.
    #[default]
    StopNew,
    /// Nothing new starts, and what runs is ended.
    CancelRunning,
    /// Branches that do not depend on the failed track go on.
    ContinueIndependent,
}

/// What follows when an attempt's supervisor or host died, so that its outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnInterrupt {
    /// The track is INTERRUPTED and holds its successors until a person says how it ended.
    #[default]
    Ask,
    /// Another attempt follows: the script may safely run again.
    Rerun,
    /// The track is FAILED.
    Fail,
}

/// When a failed attempt is followed by another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retry {
    /// How many attempts may follow the first.
    pub limit: u32,
    /// The wait before the second attempt.
    pub delay: Millis,
    /// Each further wait is this many times the one before (1 or more).
    pub backoff: f64,
    /// No wait is longer than this.
    pub max_delay: Millis,
    /// The part of a wait, from 0 to 1, by which it may be shorter, so that many that failed
    /// together do not come back together.
    pub jitter: f64,
    /// After which exit codes; none: after any failure.
    pub exit_codes: Option<ExitCodes>,
}

/// A set of exit codes, one bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExitCodes([u64; 4]);

impl ExitCodes {
    /// The set of these.
    pub fn of(codes: impl IntoIterator<Item = u8>) -> Self {
        let mut set = Self::default();
        for code in codes {
            set.0[usize::from(code / 64)] |= 1 << (code % 64);
        }
        set
    }

    /// Whether a code is in it.
    pub fn has(self, code: i32) -> bool {
        u8::try_from(code).is_ok_and(|code| self.0[usize::from(code / 64)] >> (code % 64) & 1 == 1)
    }

    /// All of them, rising.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..=u8::MAX).filter(move |code| self.has(i32::from(*code)))
    }
}

/// How many pipelines of a graph may run at once, all its versions taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concurrency {
    /// How many; 1 or more.
    pub limit: u32,
    /// What becomes of one more.
    pub on_limit: OnLimit,
}

/// What becomes of a pipeline that is started while as many run as may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnLimit {
    /// It waits for its turn.
    #[default]
    Queue,
    /// It is not started.
    Reject,
    /// The oldest is stopped to make room for it.
    CancelOldest,
}

impl OnInterrupt {
    /// All policies, in the order in which messages list them.
    pub const ALL: [Self; 3] = [Self::Ask, Self::Rerun, Self::Fail];

    /// The word that a graph's text uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Rerun => "rerun",
            Self::Fail => "fail",
        }
    }

    /// The policy of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.word() == word)
    }
}

impl OnFailure {
    /// Every policy, in the order that documents list them.
    pub const ALL: [Self; 3] = [
        Self::StopNew,
        Self::CancelRunning,
        Self::ContinueIndependent,
    ];

    /// The word that a graph's text uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::StopNew => "stop_new",
            Self::CancelRunning => "cancel_running",
            Self::ContinueIndependent => "continue_independent",
        }
    }

    /// The policy that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.word() == word)
    }
}

impl OnLimit {
    /// Every policy, in the order that documents list them.
    pub const ALL: [Self; 3] = [Self::Queue, Self::Reject, Self::CancelOldest];

    /// The word that a graph's text uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Reject => "reject",
            Self::CancelOldest => "cancel_oldest",
        }
    }

    /// The policy of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.word() == word)
    }
}

/// After which verdict a script of the graph runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// FINISH.
    Success = 1,
    /// FAILED.
    Failure = 2,
    /// STOPPED.
    Stop = 3,
    /// Any, after the others.
    Exit = 4,
}

impl When {
    /// All of them, in the order in which they run.
    pub const ALL: [Self; 4] = [Self::Success, Self::Failure, Self::Stop, Self::Exit];

    /// The word that a graph's text uses; also the name of the vertex.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Success => "on_success",
            Self::Failure => "on_failure",
            Self::Stop => "on_stop",
            Self::Exit => "on_exit",
        }
    }

    /// The verdict of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|when| when.word() == word)
    }

    /// The number in the database.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The verdict of a number from the database.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|when| when.code() == code)
    }
}
