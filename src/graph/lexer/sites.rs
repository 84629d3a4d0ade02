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
        let (mut command, mut word, mut role, mut prefix) = (None, 0, Role::Word, Vec::new());
        if let Some(index) = self.code_below() {
            command = Some(self.command_of(index));
            word = command.map_or(0, |c| self.out.commands[c].words.len());
            if let Some(Frame::Code(code)) = self.frames.get_mut(index) {
                let current = code.word();
                role = current.role;
                prefix = current.text.iter().copied().take(PREFIX).collect();
                current.add(0);
            }
        } else if let Some(Frame::Body { command: owner, .. }) = self.frames.last() {
            (command, role) = (*owner, Role::HereDoc);
        }
        self.out.sites.push(Site {
            start,
            end,
            context,
            command,
            word,
            role,
            prefix,
        });
        self.at = end;
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
                    });
                    at = end;
                }
                _ => at += 1,
            }
        }
        self.at = to;
    }
}
