//! What the lexer finds in a script: placeholders with their contexts, and commands.

/// Everything found in a script.
#[derive(Debug, Default)]
pub(in crate::graph) struct Lexed {
    /// Placeholders of declared names, in order.
    pub(in crate::graph) sites: Vec<Site>,
    /// Simple commands, in the order in which they begin.
    pub(in crate::graph) commands: Vec<Command>,
    /// Variables that are expanded or computed with, in order.
    pub(in crate::graph) uses: Vec<Use>,
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
    /// The bytes before and after it.
    pub(in crate::graph) beside: (Option<u8>, Option<u8>),
}

/// One place where the script itself refers to a variable.
#[derive(Debug)]
pub(in crate::graph) struct Use {
    /// Where the name stands.
    pub(in crate::graph) start: usize,
    pub(in crate::graph) name: Vec<u8>,
    pub(in crate::graph) kind: UseKind,
    /// The same as of a [`Site`].
    pub(in crate::graph) command: Option<usize>,
    pub(in crate::graph) word: usize,
    pub(in crate::graph) role: Role,
    pub(in crate::graph) prefix: Vec<u8>,
}

/// What a shell does with the value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::graph) enum UseKind {
    /// `$v`: it becomes a part of a word.
    Plain,
    /// Arithmetic, an offset, or a subscript of the array with this name.
    Computed(Vec<u8>),
    /// `${v@P}`, which expands the value again.
    Prompt,
    /// `${!v}`, which takes the value for a name.
    Indirect,
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
    /// The elements between the parentheses of an array.
    Elements,
    Redirect,
    /// The file after `<`.
    Input,
    HereString,
    HereDoc,
}

/// A simple command, a `[[ ]]`, an array's elements or the patterns of a case.
#[derive(Debug, Default)]
pub(in crate::graph) struct Command {
    /// Words without quotes; a NUL stands for every part that is not literal.
    pub(in crate::graph) words: Vec<Vec<u8>>,
    /// The command and word that this one is substituted into.
    pub(in crate::graph) parent: Option<Parent>,
    pub(in crate::graph) start: usize,
    /// Where the body of a function ends.
    pub(in crate::graph) end: usize,
    /// Where the compound command begins to which these redirections belong.
    pub(in crate::graph) compound: Option<usize>,
    /// Where the pipeline begins whose output this command reads.
    pub(in crate::graph) piped_from: Option<usize>,
    pub(in crate::graph) kind: CommandKind,
}

/// What a command is substituted into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) struct Parent {
    pub(in crate::graph) command: usize,
    pub(in crate::graph) word: usize,
    pub(in crate::graph) role: Role,
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
