//! Placeholders where the lexer meets them: recognised, and recorded with what is around them.

use super::found::{Context, Refusal, Role, Site};
use super::stack::{Frame, Lexer};
use crate::graph::identifiers::placeholder_name;

/// How much of a word before a placeholder is kept.
const PREFIX: usize = 128;

impl Lexer<'_> {
    /// The end of a `<name>` that begins at `at`, and whether its name is declared.
    pub(super) fn placeholder(&self, at: usize) -> Option<(usize, bool)> {
        let rest = self.src.get(at..self.limit)?;
        if rest.first() != Some(&b'<') {
            return None;
        }
        let name = placeholder_name(&rest[1..])?;
        let text = std::str::from_utf8(&rest[1..=name]).ok()?;
        Some((at + name + 2, (self.declared)(text)))
    }

    /// The end of a declared placeholder at the current byte.
    pub(super) fn declared_here(&self, ahead: usize) -> Option<usize> {
        self.placeholder(self.at + ahead)
            .filter(|(_, declared)| *declared)
            .map(|(end, _)| end)
    }

    /// Adds the placeholder that begins `ahead` of the current byte, and moves behind it.
    pub(super) fn record(&mut self, ahead: usize, end: usize, context: Context) {
        let start = self.at + ahead;
        let context = self.enclosing().map_or(context, Context::Refused);
        let (command, word, role, prefix) = self.place(self.code_below());
        self.push(0);
        let before = start.checked_sub(1).and_then(|i| self.src.get(i).copied());
        let after = self.src.get(end).copied().filter(|_| end < self.limit);
        self.out.sites.push(Site {
            start,
            end,
            context,
            command,
            word,
            role,
            prefix,
            beside: (before, after),
        });
        self.at = end;
    }

    /// The command, the place of its word, the word's role and its text so far, for the code at
    /// `below` of the stack, or for the innermost here-document.
    pub(super) fn place(&mut self, below: Option<usize>) -> (Option<usize>, usize, Role, Vec<u8>) {
        let Some(index) = below else {
            return match self.frames.iter().rev().find(|f| f.holds()) {
                Some(Frame::Body { command, .. }) => (*command, 0, Role::HereDoc, Vec::new()),
                _ => (None, 0, Role::Word, Vec::new()),
            };
        };
        let command = self.command_of(index);
        let word = self.out.commands[command].words.len();
        match self.frames.get_mut(index) {
            Some(Frame::Code(code)) => {
                let current = code.word();
                let prefix = current.text.iter().copied().take(PREFIX).collect();
                (Some(command), word, current.role, prefix)
            }
            _ => (Some(command), word, Role::Word, Vec::new()),
        }
    }

    /// Why nothing inside the frames around the current one can be a variable.
    fn enclosing(&self) -> Option<Refusal> {
        let inner = self.frames.len().saturating_sub(1);
        self.frames
            .iter()
            .enumerate()
            .rev()
            .find_map(|(i, frame)| match frame {
                Frame::Expansion { .. } => Some(Refusal::Expansion),
                Frame::Arithmetic { .. } if i < inner => Some(Refusal::Arithmetic),
                Frame::Arithmetic { .. } | Frame::Code(_) | Frame::Double | Frame::Body { .. } => {
                    None
                }
            })
    }

    /// Refuses every placeholder in a range.
    pub(super) fn refuse(&mut self, from: usize, to: usize, refusal: Refusal) {
        self.each(from, to, Context::Refused(refusal));
    }

    /// Adds every declared placeholder in a range that needs no further reading, and moves behind it.
    pub(super) fn each(&mut self, from: usize, to: usize, context: Context) {
        let mut at = from;
        while at < to {
            match self.placeholder(at) {
                Some((end, true)) if end <= to => {
                    self.out.sites.push(Site {
                        start: at,
                        end,
                        context: self.enclosing().map_or(context, Context::Refused),
                        command: None,
                        word: 0,
                        role: Role::Word,
                        prefix: Vec::new(),
                        beside: (None, None),
                    });
                    at = end;
                }
                _ => at += 1,
            }
        }
        self.at = to;
    }
}
