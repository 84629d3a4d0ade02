//! What is said of a file of another program: where, which of the kinds that people know, and in words.

/// Something that is not in the graphs, or not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// The line, from 1; 0: the whole text.
    pub line: u32,
    /// What it is and what to do, in English.
    pub what: String,
    /// Which kind of note it is.
    pub note: Note,
}

/// Why a file of another program cannot be used at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// What makes it so.
    pub why: LeftOut,
    /// What was found before, in the order of the text.
    pub left_out: Vec<LeftOut>,
}

impl LeftOut {
    pub(super) fn new(line: usize, note: Note, what: impl Into<String>) -> Self {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let what = what.into();
        Self { line, what, note }
    }
}

/// Declares the kinds with their stable names, and the list of them.
macro_rules! notes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// The kinds of notes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Note {
            $($(#[$doc])* $name,)*
        }

        impl Note {
            /// Every kind, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// A stable name for programs.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

notes! {
    /// A line that means nothing known.
    Line = "unknown-line";
    /// It is started by the clock.
    Schedule = "schedule";
    /// It would run as another user.
    User = "user";
    /// A word that may be a user or a program.
    MaybeUser = "maybe-user";
    /// Scripts start in another directory.
    Directory = "directory";
    /// Mail that is sent about it.
    Mail = "mail";
    /// A variable with a name that none can have.
    VariableName = "variable-name";
    /// A variable whose value cannot be carried over.
    Variable = "variable";
    /// A name that was changed to one that is permitted.
    Renamed = "renamed";
    /// There is no job in the text.
    NoJob = "no-job";
    /// There is no rule in the text.
    NoRule = "no-rule";
    /// No rule makes the goal.
    NoGoal = "no-goal";
    /// It runs nothing.
    RunsNothing = "runs-nothing";
    /// Targets that the goal does not need.
    OtherGoals = "other-goals";
    /// Every target is run.
    EveryTarget = "every-target";
    /// It holds on a condition.
    Condition = "condition";
    /// A word of the other program without a counterpart.
    Word = "word";
    /// A variable that is several lines, the output of a command or of one target alone.
    VariableForm = "variable-form";
    /// Another file that is read along.
    OtherFile = "other-file";
    /// A rule for names that match.
    PatternRule = "pattern-rule";
    /// An expression where the names of a rule stand.
    Expression = "expression";
    /// It needs itself.
    NeedsItself = "needs-itself";
    /// What it needs is not there.
    Missing = "missing";
    /// What it needs is nested too deeply.
    TooDeep = "too-deep";
    /// Files that have to be there.
    Files = "files";
    /// Variables that come from the environment.
    Environment = "environment";
    /// A command in place of a value runs later.
    RunsLater = "runs-later";
    /// A script that has to be written anew, and fails until then.
    Script = "script";
    /// The text is not as YAML is to be.
    Yaml = "yaml";
    /// What starts it.
    Triggers = "triggers";
    /// An input whose name none can have.
    InputName = "input-name";
    /// It would run on another machine.
    Machine = "machine";
    /// It would run several times.
    Matrix = "matrix";
    /// The files of a repository have to be there.
    Checkout = "checkout";
    /// What another's action does.
    Action = "action";
    /// It would run also after a failure.
    Always = "always";
    /// A time limit that cannot be read.
    TimeLimit = "time-limit";
    /// Variables that the other program sets.
    RunnerVariables = "runner-variables";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Note;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let codes: BTreeSet<&str> = Note::ALL.iter().map(|note| note.code()).collect();
        assert_eq!(codes.len(), Note::ALL.len());
    }
}
