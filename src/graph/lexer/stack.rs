//! The lexer itself: its stack of contexts, its main loop, and the byte that it is at.

use super::code::{Code, Mode};
use super::found::{Lexed, Refusal};

/// Contexts nested deeper than this are not followed.
const DEPTH: usize = 100;

/// One level of the stack.
pub(super) enum Frame {
    Code(Box<Code>),
    Double,
    Expansion {
        quoted: bool,
        /// Inside a subscript of this array, or an offset.
        computes: Option<Vec<u8>>,
    },
    Arithmetic {
        parens: usize,
    },
    Body {
        resume: usize,
        outer: usize,
        command: Option<usize>,
    },
}

impl Frame {
    /// Whether the text of this frame is its own, not a part of the frame around it.
    pub(super) fn holds(&self) -> bool {
        matches!(self, Frame::Code(_) | Frame::Body { .. })
    }
}

/// The script, the place in it, and what is open there.
pub(super) struct Lexer<'s> {
    pub(super) src: &'s [u8],
    pub(super) declared: &'s dyn Fn(&str) -> bool,
    pub(super) at: usize,
    /// The end of what may be read: of the script, or of a here-document's body.
    pub(super) limit: usize,
    pub(super) frames: Vec<Frame>,
    pub(super) out: Lexed,
}

/// Finds the placeholders of `script` for which `declared` holds.
pub(in crate::graph) fn lex(script: &str, declared: &dyn Fn(&str) -> bool) -> Lexed {
    let src = script.as_bytes();
    let mut lexer = Lexer {
        src,
        declared,
        at: 0,
        limit: src.len(),
        frames: vec![Frame::Code(Box::new(Code::new(false, Mode::Commands)))],
        out: Lexed::default(),
    };
    while lexer.out.lost.is_none() && lexer.step() {}
    if let Some(from) = lexer.out.lost {
        lexer.limit = src.len();
        lexer.frames.clear();
        lexer.out.sites.retain(|s| s.start < from);
        lexer.refuse(from, src.len(), Refusal::Unclear);
    }
    lexer.out
}

impl Lexer<'_> {
    /// Takes one token; false at the end.
    fn step(&mut self) -> bool {
        if self.frames.len() > DEPTH {
            self.lose(self.at);
            return true;
        }
        if self.at >= self.limit {
            return self.finish();
        }
        match self.frames.last() {
            None => return false,
            Some(Frame::Code(_)) => self.step_code(),
            Some(Frame::Double) => self.step_double(),
            Some(Frame::Expansion { quoted, .. }) => self.step_expansion(*quoted),
            Some(Frame::Arithmetic { .. }) => self.step_arithmetic(),
            Some(Frame::Body { .. }) => self.step_body(),
        }
        true
    }

    /// At the end of a here-document's body or of the script.
    fn finish(&mut self) -> bool {
        match self.frames.last() {
            Some(Frame::Body { resume, outer, .. }) => {
                (self.at, self.limit) = (*resume, *outer);
                self.frames.pop();
                true
            }
            Some(Frame::Code(_)) if self.frames.len() == 1 => {
                self.end_word();
                false
            }
            _ => {
                self.lose(self.limit);
                false
            }
        }
    }

    /// Gives up: nothing from `from` on is understood.
    pub(super) fn lose(&mut self, from: usize) {
        self.out.lost = Some(from);
    }

    /// The byte `ahead` of the current one, inside the limit.
    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.src
            .get(self.at + ahead)
            .copied()
            .filter(|_| self.at + ahead < self.limit)
    }

    /// The code frame whose word the current text belongs to.
    pub(super) fn code_below(&self) -> Option<usize> {
        let index = self
            .frames
            .iter()
            .rposition(|f| !matches!(f, Frame::Double))?;
        matches!(self.frames[index], Frame::Code(_)).then_some(index)
    }

    /// Adds a literal byte, or a NUL for a part that is not literal, to the current word.
    pub(super) fn push(&mut self, byte: u8) {
        if let Some(index) = self.code_below()
            && let Some(Frame::Code(code)) = self.frames.get_mut(index)
        {
            code.word().add(byte);
        }
    }
}
