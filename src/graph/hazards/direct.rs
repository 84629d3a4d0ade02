//! What only matters to a placeholder itself, not to a substitution around it: names, the heads of
//! commands, and forms that a shell takes only from what is written out.

use super::commands::{DECLARE, PARSE_AGAIN, assignment};
use super::place::{Hazard, Place};
use crate::graph::codes;
use crate::graph::lexer::{CommandKind, Context, Role, Site};
use crate::graph::param::{Kind, Value};

fn names(what: &str) -> Option<Hazard> {
    Some((
        codes::PLACEHOLDER_IN_NAME,
        format!("is in {what}; write the name out"),
    ))
}

impl Place<'_> {
    /// Names of variables, functions and commands.
    pub(super) fn direct(&self) -> Option<Hazard> {
        match self.command.kind {
            CommandKind::Function => return names("the name of a function"),
            CommandKind::Array if self.prefix.starts_with(b"[") && !element(self.prefix) => {
                return names("the subscript of an array");
            }
            CommandKind::Array | CommandKind::Patterns | CommandKind::Condition => return None,
            CommandKind::Simple => {}
        }
        if self.role != Role::Word {
            return None;
        }
        let (words, head) = (self.words(), self.facts.head);
        let word = words.get(self.word)?;
        let first = words.first().map_or(&b""[..], Vec::as_slice);
        if matches!(first, b"for" | b"select") && self.word == 1 {
            return names("the name of a variable");
        }
        if first == b"function" && self.word == 1 {
            return names("the name of a function");
        }
        let assigns = self.word <= head || DECLARE.contains(&self.name());
        if assigns && !self.prefix.contains(&b'=') {
            if subscript(self.prefix) {
                return names("the subscript of an array");
            }
            let name = word.split(|b| *b == b'=').next().unwrap_or(b"");
            let variable = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | 0 | b'+');
            if word.contains(&b'=') && name.iter().all(variable) {
                return names("the name of a variable");
            }
        }
        self.commands()
    }

    /// The name of a command, or of a file with commands.
    pub(super) fn commands(&self) -> Option<Hazard> {
        let (head, first) = (self.facts.head, self.words().first()?.as_slice());
        let heads = self.facts.first..=head;
        let file = self.facts.sourced && self.word == head + 1;
        // With a `/` in it a word is no name of a builtin.
        let word = self.words().get(self.word).map_or(&b""[..], Vec::as_slice);
        let path = if file { self.prefix } else { word };
        let open = !path.contains(&b'/') && assignment(self.prefix).is_none();
        let simple = self.command.kind == CommandKind::Simple && self.role == Role::Word;
        if !open || !simple || !self.names_code() || first == b"case" {
            return None;
        }
        let reason = if file {
            "is the file whose commands the shell runs; write its path as far as a `/`, or declare a choice"
        } else if heads.contains(&self.word) {
            "is the name of a command, and a value such as `eval` would run the other words; write the command out, write its path as far as a `/`, or declare a choice"
        } else {
            return None;
        };
        Some((codes::PLACEHOLDER_AS_COMMAND, reason.to_owned()))
    }

    /// Whether a value may name what runs its words.
    fn names_code(&self) -> bool {
        let runs = |c: &Value| {
            let word = c.to_string().into_bytes();
            PARSE_AGAIN.contains(&word.as_slice())
                || matches!(
                    word.as_slice(),
                    b"." | b"source" | b"exec" | b"command" | b"builtin"
                )
        };
        match self.param.kind {
            Kind::Choice => {
                self.words().len() > self.word + 1 && self.param.choices.iter().any(runs)
            }
            kind => kind.is_text(),
        }
    }

    /// What a shell takes only from what is written out: ranges of braces, numbers of descriptors.
    pub(super) fn written(&self, site: &Site) -> Option<Hazard> {
        if site.context != Context::Bare {
            return None;
        }
        let word = self.words().get(self.word).map_or(&b""[..], Vec::as_slice);
        if self.role == Role::Word && range(word, self.prefix.len()) {
            let reason = "is in a range `{a..b}`, which bash makes before it looks at variables; write `seq` or `for ((i = 1; i <= <n>; i++))`";
            return Some((codes::PLACEHOLDER_IN_EXPANSION, reason.to_owned()));
        }
        let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
        let number = match self.param.kind {
            Kind::Int => true,
            Kind::Choice => {
                let mut choices = self.param.choices.iter();
                choices.any(|c| digits(c.to_string().as_bytes()))
            }
            Kind::Float | Kind::Bool | Kind::Date | Kind::Str | Kind::Secret => false,
        };
        let redirects = matches!(site.beside.1, Some(b'<' | b'>'));
        let alone = digits(self.prefix) && word.len() == self.prefix.len() + 1;
        if self.role == Role::Word && number && redirects && alone {
            let reason = "stands before a redirection, where only a number that is written out is a file descriptor; put a space between them, or write the number";
            return Some((codes::PLACEHOLDER_IN_NAME, reason.to_owned()));
        }
        None
    }
}

/// Whether the byte at `at` of a word is in `{a..b}`.
fn range(word: &[u8], at: usize) -> bool {
    let before = &word[..at.min(word.len())];
    let Some(open) = before.iter().rposition(|b| *b == b'{') else {
        return false;
    };
    let rest = &word[open + 1..];
    let Some(close) = rest.iter().position(|b| *b == b'}') else {
        return false;
    };
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, 0 | b'-' | b'+' | b'.');
    let inner = &rest[..close];
    open + close >= before.len() && inner.iter().all(plain) && inner.windows(2).any(|w| w == b"..")
}

/// Whether text ends inside `name[...`.
pub(super) fn subscript(prefix: &[u8]) -> bool {
    let name = prefix
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
        .count();
    name > 0 && prefix.get(name) == Some(&b'[') && !prefix.contains(&b']')
}

/// Whether text begins with `[subscript]=`, as an element of an array may, and goes on after it.
fn element(prefix: &[u8]) -> bool {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let name = prefix.iter().skip(1).take_while(|b| plain(b)).count();
    name > 0 && prefix[1 + name..].starts_with(b"]=")
}
