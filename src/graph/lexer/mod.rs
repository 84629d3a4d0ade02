//! Follows the quoting of a POSIX shell or bash script, to know in which context each placeholder
//! stands.
//!
//! One pass over the bytes with a stack of contexts, no recursion. Where the shells disagree or the
//! script cannot be followed, the lexer gives up: every placeholder from there on is refused. A
//! wrong answer could only ever give a wrong word, never a command, because a value is expanded
//! from a variable and not parsed again; text that *is* parsed again is found by `hazards`.

mod code;
mod docs;
mod quotes;
mod sites;

pub(super) use sites::{Command, CommandKind, Context, Lexed, Refusal, Role, Site, lex};

#[cfg(test)]
mod tests;
