//! What the lexer finds in a script: placeholders with their contexts, and commands.

/// Everything found in a script.
#[derive(Debug, Default)]
pub(in crate::graph) struct Lexed {
    /// Placeholders of declared names, in order.
    pub(in crate::graph) sites: Vec<Site>,
    /// Simple commands, in the order in which they begin.
    pub(in crate::graph) commands: Vec<Command>,
    /// Undeclared `<word>`s in bare text, as byte ranges.
    pub(in crate::graph) undeclared: Vec<(usize, usize)>,
    /// The byte from which on the script could not be followed.
    pub(in crate::graph) lost: Option<usize>,
}

/// One placeholder.
#[derive(Debug)]
pub(in crate::graph) struct Site {
    /// Where `<` stands.
    pub(in crate::graph) start: usize,
    /// After `>`.
    pub(in crate::graph) end: usize,
    pub(in crate::graph) context: Context,
    /// The simple command that it is a part of, as a place in [`Lexed::commands`].
    pub(in crate::graph) command: Option<usize>,
    /// The word of the command, as a place in [`Command::words`].
    pub(in crate::graph) word: usize,
    pub(in crate::graph) role: Role,
    /// The word's text before the placeholder, without its quotes.
    pub(in crate::graph) prefix: Vec<u8>,
}

/// How the text around a placeholder is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) enum Context {
    Bare,
    Double,
    Single,
    HereDoc,
    Comment,
    Arithmetic,
    Refused(Refusal),
}

/// Why no variable can stand in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) enum Refusal {
    Backquotes,
    AnsiQuotes,
    Expansion,
    Arithmetic,
    QuotedHereDoc,
    Delimiter,
    AfterBackslash,
    AfterDollar,
    Unclear,
}

/// What a word is to its command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) enum Role {
    Word,
    Redirect,
    HereString,
    HereDoc,
}

/// A simple command, a `[[ ]]`, an array's elements or the patterns of a case.
#[derive(Debug, Default)]
pub(in crate::graph) struct Command {
    /// Words without quotes; a NUL stands for every part that is not literal.
    pub(in crate::graph) words: Vec<Vec<u8>>,
    /// The command and word that this one is substituted into.
    pub(in crate::graph) parent: Option<(usize, usize)>,
    pub(in crate::graph) start: usize,
    /// Where the pipeline begins whose output this command reads.
    pub(in crate::graph) piped_from: Option<usize>,
    pub(in crate::graph) kind: CommandKind,
}

/// Which of those a command is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::graph) enum CommandKind {
    #[default]
    Simple,
    Condition,
    Array,
    Function,
    Patterns,
}
