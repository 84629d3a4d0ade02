//! The pieces of which a log consists at one moment.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::fs::FileExt;

use super::compressed::Excerpt;

/// A part of a log.
#[derive(Debug)]
pub enum Piece {
    /// Our words on what is missing here.
    Note(Vec<u8>),
    /// So many bytes of a file, from where it stands.
    Part(File, u64),
    /// A part of a compressed text.
    Compressed(Excerpt),
}

impl Piece {
    pub(super) fn len(&self) -> u64 {
        match self {
            Piece::Note(text) => text.len() as u64,
            Piece::Part(_, len) => *len,
            Piece::Compressed(excerpt) => excerpt.len(),
        }
    }

    /// Appends `len` of its bytes from `from` on; it has as many.
    pub(super) fn read(&self, from: u64, len: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Piece::Note(text) => bytes.extend(&text[from as usize..(from + len) as usize]),
            Piece::Part(file, _) => {
                let (old, mut file) = (bytes.len(), file);
                let at = file.stream_position()? + from;
                bytes.resize(old + len as usize, 0);
                file.read_exact_at(&mut bytes[old..], at)?;
            }
            Piece::Compressed(excerpt) => excerpt.append(from, len, bytes)?,
        }
        Ok(())
    }

    pub(super) fn cut(self, from: u64, len: u64) -> io::Result<Piece> {
        Ok(match self {
            Piece::Note(text) => {
                let rest = text.into_iter().skip(from as usize);
                Piece::Note(rest.take(len as usize).collect())
            }
            Piece::Part(mut file, _) => {
                file.seek_relative(from as i64)?;
                Piece::Part(file, len)
            }
            Piece::Compressed(excerpt) => Piece::Compressed(excerpt.cut(from, len)),
        })
    }

    /// How many lines end in `len` of its bytes from `from` on, where that is known without reading them.
    pub(super) fn ends(&self, from: u64, len: u64) -> Option<u64> {
        match self {
            Piece::Note(_) | Piece::Part(..) => None,
            Piece::Compressed(excerpt) => excerpt.ends(from, len),
        }
    }
}

/// Pieces as one text.
pub(super) fn stream(pieces: Vec<Piece>) -> Box<dyn Read + Send> {
    let empty: Box<dyn Read + Send> = Box::new(io::empty());
    pieces.into_iter().fold(empty, |before, piece| match piece {
        Piece::Note(text) => Box::new(before.chain(io::Cursor::new(text))),
        Piece::Part(file, len) => Box::new(before.chain(file.take(len))),
        Piece::Compressed(excerpt) => Box::new(before.chain(excerpt)),
    })
}
