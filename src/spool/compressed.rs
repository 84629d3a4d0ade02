//! Reading a compressed log as if it were the text: any part of it costs the frames that it is in.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use zstd::bulk::Decompressor;

use super::frames::{FOOT, FRAME, Frames, damaged};

/// A compressed log that is open.
#[derive(Debug)]
pub(super) struct Compressed {
    file: File,
    frames: Frames,
    unpacked: Mutex<Unpacked>,
}

/// The frame that was unpacked last: who reads on mostly wants it again.
#[derive(Default)]
struct Unpacked {
    zstd: Option<Decompressor<'static>>,
    nth: Option<usize>,
    packed: Vec<u8>,
    text: Vec<u8>,
}

impl std::fmt::Debug for Unpacked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unpacked").field("nth", &self.nth).finish()
    }
}

/// A part of the text of a compressed log.
#[derive(Debug)]
pub struct Excerpt {
    of: Arc<Compressed>,
    at: u64,
    len: u64,
}

/// Where a log is once it is compressed.
pub(super) fn compressed(log: &Path) -> PathBuf {
    let mut path = log.as_os_str().to_owned();
    path.push(".zst");
    PathBuf::from(path)
}

impl Compressed {
    /// Opens a file and reads its index; none: it is not there.
    ///
    /// # Errors
    /// `InvalidData`: it is damaged.
    pub(super) fn open(path: &Path) -> io::Result<Option<Compressed>> {
        let file = match File::open(path) {
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let len = file.metadata()?.len();
        let mut foot = [0; FOOT];
        let at = len.checked_sub(FOOT as u64);
        let at = at.ok_or_else(|| damaged("it is too short"))?;
        file.read_exact_at(&mut foot, at)?;
        let mut tail = vec![0; Frames::index_len(foot, len)? as usize];
        let at = len - tail.len() as u64;
        file.read_exact_at(&mut tail, at)?;
        Ok(Some(Compressed {
            frames: Frames::read(&tail, len)?,
            file,
            unpacked: Mutex::default(),
        }))
    }

    /// Bytes of text.
    pub(super) fn len(&self) -> u64 {
        self.frames.len()
    }

    /// Gives `count` bytes of the text from `at` on to `take`, a frame at a time; it has as many.
    fn read(&self, mut at: u64, mut count: u64, mut take: impl FnMut(&[u8])) -> io::Result<()> {
        let mut unpacked = self.unpacked.lock().unwrap_or_else(PoisonError::into_inner);
        while count > 0 {
            let text = unpacked.frame(self, at)?;
            let from = (at % FRAME) as usize;
            let len = count.min((text.len() - from) as u64);
            take(&text[from..from + len as usize]);
            at += len;
            count -= len;
        }
        Ok(())
    }
}

impl Unpacked {
    /// The text of the frame that byte `at` is in.
    fn frame(&mut self, of: &Compressed, at: u64) -> io::Result<&[u8]> {
        let (nth, start, len) = of.frames.frame(at);
        if self.nth == Some(nth) {
            return Ok(&self.text);
        }
        self.nth = None;
        self.packed.resize(len, 0);
        of.file.read_exact_at(&mut self.packed, start)?;
        let text = of.frames.text_len(nth);
        self.text.clear();
        // zstd writes no more than there is room for.
        self.text.reserve_exact(text);
        let zstd = match &mut self.zstd {
            Some(zstd) => zstd,
            none => none.insert(Decompressor::new()?),
        };
        let done = zstd.decompress_to_buffer(&self.packed, &mut self.text);
        let done =
            done.map_err(|why| damaged(&format!("frame {nth} cannot be unpacked: {why}")))?;
        if done != text {
            return Err(damaged(&format!(
                "frame {nth} has another length than it should"
            )));
        }
        self.nth = Some(nth);
        Ok(&self.text)
    }
}

impl Excerpt {
    /// All of it.
    pub(super) fn whole(of: Compressed) -> Excerpt {
        Excerpt {
            at: 0,
            len: of.len(),
            of: Arc::new(of),
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// `len` bytes from `from` on of this part.
    pub(super) fn cut(self, from: u64, len: u64) -> Excerpt {
        Excerpt {
            at: self.at + from,
            len,
            of: self.of,
        }
    }

    /// Appends `len` of its bytes from `from` on; it has as many.
    pub(super) fn append(&self, from: u64, len: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.reserve(len as usize);
        self.of.read(self.at + from, len, |text| bytes.extend(text))
    }

    /// How many lines end in `count` bytes from `from` on, where that is known without reading them.
    pub(super) fn ends(&self, from: u64, count: u64) -> Option<u64> {
        self.of.frames.ends(self.at + from, count)
    }

    /// Unpacks what it begins with: what is damaged there is known before anything is read.
    pub fn begin(&self) -> io::Result<()> {
        self.of.read(self.at, self.len.min(1), |_| ())
    }
}

impl Read for Excerpt {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let rest = FRAME - self.at % FRAME;
        let count = self.len.min(into.len() as u64).min(rest);
        self.of.read(self.at, count, |text| {
            into[..text.len()].copy_from_slice(text);
        })?;
        self.at += count;
        self.len -= count;
        Ok(count as usize)
    }
}
