//! Everything that can be asked of a pipeline and of its tracks, by the words of addresses: what each
//! takes, and how much has to be said with it.
//!
//! What follows from it, and when it is refused, the engine decides.

use crate::engine::{Expect, PipelineId, PipelineState, TrackId, TrackState};
use crate::graph::{FieldError, codes};

/// What a caller says who does not mind how the thing stands.
pub const ANY: &str = "any";

/// What is asked, and of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Of a whole pipeline.
    Pipeline(PipelineId, PipelineAsk),
    /// Of one track.
    Track(TrackId, TrackAsk),
}

/// How much has to be said with what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// Nothing: somebody may be in a hurry.
    None,
    /// What the caller saw.
    Seen,
    /// What the caller saw, and why.
    Reason,
}

/// What is given with what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// Values of the track's parameters; those that are not given stay.
    Values,
    /// Values of the outputs that its script was to leave.
    Outputs,
}

/// Declares words with what has to be said with each.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $care:ident;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in addresses.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The meaning of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|ask| ask.word() == word)
            }

            /// What has to be said with it.
            pub const fn care(self) -> Care {
                match self { $(Self::$variant => Care::$care),+ }
            }
        }
    };
}

words! {
    /// What can be asked of a whole pipeline. `again` is a start: see `Desk::again`.
    PipelineAsk {
        /// Nothing new starts.
        Pause = "pause", None;
        /// Takes the pause back.
        Resume = "resume", Seen;
        /// What has not started never will, what runs is ended.
        Stop = "stop", None;
        /// The same without a grace.
        Kill = "kill", None;
        /// All that failed, was stopped or interrupted is tried once more.
        RetryFailed = "retry-failed", Seen;
    }
}

words! {
    /// What can be asked of one track.
    TrackAsk {
        /// Another attempt.
        Retry = "retry", Seen;
        /// Another attempt of it and of everything after it.
        RetryAfter = "retry-after", Seen;
        /// Another attempt of it, while nothing else starts.
        RunAlone = "run-alone", Seen;
        /// It is passed over.
        Skip = "skip", Seen;
        /// It counts as a success.
        Succeed = "succeed", Reason;
        /// It counts as a failure; what runs of it is ended.
        Fail = "fail", Reason;
        /// It does not start.
        Hold = "hold", Seen;
        /// Takes a hold, or a skip that has not come yet, back.
        Release = "release", Seen;
        /// It never starts, or is ended.
        Stop = "stop", Seen;
        /// The same without a grace.
        Kill = "kill", Seen;
        /// Other values before it starts.
        Input = "input", Seen;
    }
}

impl TrackAsk {
    /// What is given with it.
    pub const fn takes(self) -> Takes {
        match self {
            Self::Retry | Self::RetryAfter | Self::RunAlone | Self::Input => Takes::Values,
            Self::Succeed => Takes::Outputs,
            Self::Skip | Self::Fail | Self::Hold | Self::Release | Self::Stop | Self::Kill => {
                Takes::Nothing
            }
        }
    }
}

impl Ask {
    /// The word in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pipeline(_, ask) => ask.word(),
            Self::Track(_, ask) => ask.word(),
        }
    }

    /// What has to be said with it.
    pub const fn care(self) -> Care {
        match self {
            Self::Pipeline(_, ask) => ask.care(),
            Self::Track(_, ask) => ask.care(),
        }
    }

    /// What is given with it.
    pub const fn takes(self) -> Takes {
        match self {
            Self::Pipeline(..) => Takes::Nothing,
            Self::Track(_, ask) => ask.takes(),
        }
    }

    /// What a caller saw, by the word of a state and, of a track, how many attempts it had. None: it
    /// does not mind.
    ///
    /// # Errors
    /// A word that is no state; the field is `expect`.
    pub fn saw(self, word: &str, attempt: Option<u32>) -> Result<Option<Expect>, FieldError> {
        if word == ANY {
            return match attempt {
                None => Ok(None),
                Some(_) => Err(FieldError {
                    field: "attempt".to_owned(),
                    code: codes::BAD_VALUE,
                    message: format!("`attempt` says nothing beside `{ANY}`: name the state, too"),
                }),
            };
        }
        let of_track = |state| Expect::Track(state, attempt);
        let (saw, words): (_, Vec<&str>) = match self {
            Self::Pipeline(..) => (
                PipelineState::from_word(word).map(Expect::Pipeline),
                PipelineState::ALL.iter().map(|s| s.word()).collect(),
            ),
            Self::Track(..) => (
                TrackState::from_word(word).map(of_track),
                TrackState::ALL.iter().map(|s| s.word()).collect(),
            ),
        };
        let wrong = || FieldError {
            field: "expect".to_owned(),
            code: codes::UNKNOWN_WORD,
            message: format!(
                "`{word}` is no state: write the one that you saw ({}), or `{ANY}`",
                words.join(", ")
            ),
        };
        saw.map(Some).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::{PipelineAsk, TrackAsk};

    #[test]
    fn every_word_is_explained_and_nothing_else() {
        let page = include_str!("../../docs/actions.md");
        let rows = page.lines().filter_map(|line| line.split('|').nth(2));
        let rows = rows.filter_map(|cell| cell.trim().strip_prefix('`')?.strip_suffix('`'));
        let addresses = |of: &'static str| rows.clone().filter_map(move |row| row.strip_prefix(of));
        let pipeline: Vec<&str> = addresses("pipelines/7/").collect();
        let words: Vec<&str> = PipelineAsk::ALL.iter().map(|ask| ask.word()).collect();
        assert_eq!(pipeline, [&words[..], &["again"]].concat());
        let track: Vec<&str> = addresses("tracks/31/").collect();
        let words: Vec<&str> = TrackAsk::ALL.iter().map(|ask| ask.word()).collect();
        assert_eq!(track, words);
    }
}
