//! Here-documents: their delimiters, and their bodies after the line that names them.

use super::code::Doc;
use super::found::{Context, Refusal};
use super::stack::{Frame, Lexer};

impl Lexer<'_> {
    /// The delimiter after `<<` or `<<-`.
    pub(super) fn here_doc(&mut self) {
        let from = self.at;
        self.at += 2;
        let strip = self.peek(0) == Some(b'-');
        self.at += usize::from(strip);
        while matches!(self.peek(0), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        if let Some(end) = self.declared_here(0) {
            self.record(0, end, Context::Refused(Refusal::Delimiter));
            return self.lose(end);
        }
        let start = self.at;
        let (mut delimiter, mut quoted) = (Vec::new(), false);
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' => break,
                b'$' | b'`' => return self.lose(from),
                b'\\' => {
                    quoted = true;
                    delimiter.extend(self.peek(1));
                    self.at += 2;
                }
                b'\'' | b'"' => {
                    quoted = true;
                    let rest = &self.src[self.at + 1..self.limit];
                    let Some(length) = rest.iter().position(|b| *b == byte) else {
                        return self.lose(from);
                    };
                    delimiter.extend(&rest[..length]);
                    self.at += length + 2;
                }
                _ => {
                    delimiter.push(byte);
                    self.at += 1;
                }
            }
        }
        let end = self.at.min(self.limit);
        let unclear = delimiter
            .iter()
            .any(|b| matches!(b, b'\n' | b'\\' | b'$' | b'`'));
        if unclear || (delimiter.is_empty() && !quoted) {
            return self.lose(from);
        }
        let Some(index) = self.code_below() else {
            return self.lose(from);
        };
        let command = self.command_of(index);
        self.refuse(start, end, Refusal::Delimiter);
        if let Some(Frame::Code(code)) = self.frames.get_mut(index) {
            code.word = None;
            code.pending.push_back(Doc {
                delimiter,
                strip,
                quoted,
                command,
            });
        }
    }

    /// The body of `doc`, with the current byte at the beginning of its first line.
    pub(super) fn body(&mut self, doc: &Doc) {
        let start = self.at;
        let (mut at, mut joined) = (start, false);
        while at < self.limit {
            let length = self.src[at..self.limit].iter().position(|b| *b == b'\n');
            let line_end = length.map_or(self.limit, |n| at + n);
            let next = length.map_or(self.limit, |n| at + n + 1);
            let mut line = &self.src[at..line_end];
            while doc.strip && line.first() == Some(&b'\t') {
                line = &line[1..];
            }
            if line == doc.delimiter {
                // A backslash at the end of the line before hides the delimiter from some shells.
                return if joined {
                    self.lose(start)
                } else {
                    self.body_range(doc, start, at, next)
                };
            }
            let backslashes = line.iter().rev().take_while(|b| **b == b'\\').count();
            joined = !doc.quoted && backslashes % 2 == 1;
            at = next;
        }
        self.lose(start);
    }

    fn body_range(&mut self, doc: &Doc, start: usize, end: usize, resume: usize) {
        if doc.quoted {
            self.refuse(start, end, Refusal::QuotedHereDoc);
            self.at = resume;
            return;
        }
        self.frames.push(Frame::Body {
            resume,
            outer: self.limit,
            command: Some(doc.command),
        });
        (self.at, self.limit) = (start, end);
    }
}
