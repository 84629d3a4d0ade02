//! Where the script itself refers to variables, and what the shell does with their values there.

use super::found::{Role, Use, UseKind};
use super::stack::{Frame, Lexer};

impl Lexer<'_> {
    /// The name that begins at `at`, perhaps empty.
    pub(super) fn name_at(&self, at: usize) -> Vec<u8> {
        let rest = self.src.get(at..self.limit).unwrap_or(&[]);
        let plain = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
        match rest.first() {
            Some(b) if !b.is_ascii_digit() => rest.iter().take_while(plain).copied().collect(),
            _ => Vec::new(),
        }
    }

    /// Adds a use of a variable, unless something around it computes with the value anyway.
    pub(super) fn used(&mut self, start: usize, name: Vec<u8>, kind: UseKind) {
        if name.is_empty() {
            return;
        }
        let around = self
            .frames
            .iter()
            .rev()
            .take_while(|f| !f.holds())
            .find_map(|frame| match frame {
                Frame::Arithmetic { .. } => Some(Vec::new()),
                Frame::Expansion { computes, .. } => computes.clone(),
                Frame::Code(_) | Frame::Double | Frame::Body { .. } => None,
            });
        let below = self.frames.iter().rposition(Frame::holds);
        let below = below.filter(|i| matches!(self.frames[*i], Frame::Code(_)));
        let kind = match (around, kind) {
            (Some(array), UseKind::Plain) => UseKind::Computed(array),
            (_, kind) => kind,
        };
        let (command, word, role, prefix) = match kind {
            UseKind::Plain => self.place(below),
            UseKind::Computed(_) | UseKind::Prompt | UseKind::Indirect => {
                (None, 0, Role::Word, Vec::new())
            }
        };
        self.out.uses.push(Use {
            start,
            name,
            kind,
            command,
            word,
            role,
            prefix,
        });
    }

    /// `${`: moves behind its name; tells whether a subscript or an offset follows, which bash computes with.
    pub(super) fn expansion(&mut self) -> Option<Vec<u8>> {
        let mut at = self.at + 2;
        let mark = self.src.get(at).copied();
        at += usize::from(matches!(mark, Some(b'!' | b'#')));
        let name = self.name_at(at);
        if !name.is_empty() {
            self.at = at + name.len();
        } else {
            self.at += 2;
        }
        let rest = self.src.get(at + name.len()..self.limit).unwrap_or(&[]);
        // All elements: what follows is what matters.
        let all = [&b"[@]"[..], b"[*]"].iter().any(|a| rest.starts_with(a));
        let behind = if all { &rest[3..] } else { rest };
        let lists = all || behind.starts_with(b"*}") || behind.starts_with(b"@}");
        let kind = match mark {
            Some(b'!') if lists => None,
            Some(b'!') => Some(UseKind::Indirect),
            Some(b'#') => None,
            _ if behind.starts_with(b"@P") => Some(UseKind::Prompt),
            _ => Some(UseKind::Plain),
        };
        if let Some(kind) = kind {
            self.used(at, name.clone(), kind);
        }
        match behind {
            [b'[', ..] => Some(name),
            [b':', next, ..] if !matches!(next, b'-' | b'=' | b'?' | b'+') => Some(Vec::new()),
            _ => None,
        }
    }

    /// The end of a subscript inside `${...}`.
    pub(super) fn subscript_ends(&mut self) {
        let offset =
            self.peek(1) == Some(b':') && !matches!(self.peek(2), Some(b'-' | b'=' | b'?' | b'+'));
        if let Some(Frame::Expansion { computes, .. }) = self.frames.last_mut() {
            *computes = offset.then(Vec::new);
        }
        self.at += 1;
    }

    /// One byte, name or number where a shell may compute: there a bare name stands for its value.
    pub(super) fn computed(&mut self) {
        let byte = self.src[self.at];
        let number = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'#' | b'@');
        if byte.is_ascii_digit() {
            while self.peek(0).is_some_and(number) {
                self.at += 1;
            }
            return;
        }
        let name = self.name_at(self.at);
        let computes = match self.frames.last() {
            Some(Frame::Expansion { computes, .. }) => computes.clone(),
            _ => Some(Vec::new()),
        };
        let length = name.len().max(1);
        // What is only set there is not computed with.
        let rest = &self.src[self.at + name.len()..self.limit];
        let mut rest = rest.iter().skip_while(|b| matches!(b, b' ' | b'\t'));
        let sets = rest.next() == Some(&b'=') && rest.next() != Some(&b'=');
        // The subscript of a keyed array is text, not a name.
        if let Some(array) = computes.filter(|_| !name.is_empty() && !sets) {
            self.used(self.at, name, UseKind::Computed(array));
        }
        self.at += length;
    }
}
