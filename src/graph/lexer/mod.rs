//! Follows the quoting of a POSIX shell or bash script, to know in which context each placeholder
//! stands.
//!
//! One pass over the bytes with a stack of contexts, no recursion. Where the shells disagree or the
//! script cannot be followed, the lexer gives up: every placeholder from there on is refused. A
//! wrong answer could only ever give a wrong word, never a command, because a value is expanded
//! from a variable and not parsed again; text that *is* parsed again is found by `hazards`.

mod code;
mod commands;
mod found;
mod heredocs;
mod operators;
mod quotes;
mod sites;
mod stack;
mod uses;
mod words;

pub(super) use found::{Command, CommandKind, Context, Lexed, Refusal, Role, Site, Use, UseKind};
pub(super) use stack::lex;

#[cfg(test)]
mod states;
#[cfg(test)]
mod tests;
