//! The form of a compressed log: frames that can be read one by one, and where they are.
//!
//! ```text
//! a zstd frame for each 256 KiB of text, with a checksum
//! a frame that readers of zstd pass over: a sum of all that follows, how many lines end in each 64 KiB
//! a frame that they pass over, too: the seek table of zstd's own seekable format
//! ```
//!
//! So `zstd -dc` gives the text, a reader of the seekable format finds its way, and we find any line
//! without reading what is before it. Nothing in a file is believed: what it says of its lengths has to
//! fit the file and these limits before a byte of it is unpacked.

use std::io::{self, ErrorKind, Write};

use flate2::Crc;
use memchr::memchr_iter;
use zstd::bulk::Compressor;
use zstd::zstd_safe::compress_bound;

/// Bytes of text in a frame, but for the last one.
pub(super) const FRAME: u64 = 256 << 10;
/// For so many bytes of text it is known how many lines end in them.
pub(super) const BLOCK: u64 = 64 << 10;

/// What zstd's own program takes unless it is told otherwise.
const LEVEL: i32 = 3;
/// What a frame begins with that readers pass over: the one of lines, the seek table.
const LINES_MAGIC: u32 = 0x184D_2A5D;
const TABLE_MAGIC: u32 = 0x184D_2A5E;
/// What the seek table ends with.
const SEEKABLE_MAGIC: u32 = 0x8F92_EAB1;
/// The beginning of our own frame says whose it is, and in which form.
const OURS: &[u8; 8] = b"TRACKYD1";

/// The head of a frame that is passed over: its magic and its length.
const HEAD: usize = 8;
/// The end of the seek table: how many frames, a byte of flags, the magic.
pub(super) const FOOT: usize = 9;
/// What the table says of one frame: its length, and that of its text.
const ENTRY: usize = 8;

/// Where the frames of a log are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frames {
    /// Where each of them begins, and where the last one ends.
    starts: Vec<u64>,
    /// How many lines end in each block.
    ends: Vec<u32>,
    /// Bytes of text.
    len: u64,
}

/// Writes a text as frames.
pub(super) struct FrameWriter<W> {
    out: W,
    zstd: Compressor<'static>,
    packed: Vec<u8>,
    /// For each frame its length, and that of its text.
    table: Vec<u8>,
    ends: Vec<u8>,
}

impl<W: Write> FrameWriter<W> {
    pub(super) fn new(out: W) -> io::Result<Self> {
        let mut zstd = Compressor::new(LEVEL)?;
        zstd.include_checksum(true)?;
        Ok(Self {
            out,
            zstd,
            packed: Vec::with_capacity(compress_bound(FRAME as usize)),
            table: Vec::new(),
            ends: Vec::new(),
        })
    }

    /// The next frame: [`FRAME`] bytes of text, or what there is at the end.
    pub(super) fn frame(&mut self, text: &[u8]) -> io::Result<()> {
        self.packed.clear();
        self.zstd.compress_to_buffer(text, &mut self.packed)?;
        self.out.write_all(&self.packed)?;
        for len in [self.packed.len(), text.len()] {
            self.table.extend((len as u32).to_le_bytes());
        }
        for block in text.chunks(BLOCK as usize) {
            let ends = memchr_iter(b'\n', block).count() as u32;
            self.ends.extend(ends.to_le_bytes());
        }
        Ok(())
    }

    /// Writes what says where they are, and gives what was written to.
    pub(super) fn finish(mut self) -> io::Result<W> {
        let count = (self.table.len() / ENTRY) as u32;
        let ours = OURS.len() + 4 + self.ends.len();
        let sum = sum(&self.ends, &self.table);
        self.head(LINES_MAGIC, ours)?;
        self.out.write_all(OURS)?;
        self.out.write_all(&sum.to_le_bytes())?;
        self.out.write_all(&self.ends)?;
        self.head(TABLE_MAGIC, self.table.len() + FOOT)?;
        self.out.write_all(&self.table)?;
        self.out.write_all(&count.to_le_bytes())?;
        self.out.write_all(&[0])?;
        self.out.write_all(&SEEKABLE_MAGIC.to_le_bytes())?;
        Ok(self.out)
    }

    fn head(&mut self, magic: u32, len: usize) -> io::Result<()> {
        let len = u32::try_from(len).map_err(|_| damaged("it is too long for its index"))?;
        self.out.write_all(&magic.to_le_bytes())?;
        self.out.write_all(&len.to_le_bytes())
    }
}

impl Frames {
    /// How long the index is of which these are the last bytes, at the end of a file of `len` bytes.
    pub(super) fn index_len(foot: [u8; FOOT], len: u64) -> io::Result<u64> {
        let count = u64::from(number(&foot[..4]));
        if foot[4] != 0 || number(&foot[5..]) != SEEKABLE_MAGIC {
            return Err(damaged("it does not end with an index"));
        }
        let blocks = FRAME / BLOCK * count;
        // Of the last frame there may be fewer blocks: those are cut off in front.
        let most = (2 * HEAD + OURS.len() + 4 + FOOT) as u64 + 4 * blocks + ENTRY as u64 * count;
        let least = (2 * HEAD + OURS.len() + 4 + FOOT) as u64 + ENTRY as u64 * count;
        if least > len {
            return Err(damaged("its index is longer than the file"));
        }
        Ok(most.min(len))
    }

    /// Reads an index from the end of a file of `len` bytes: `tail` is as much of it as was asked for.
    pub(super) fn read(tail: &[u8], len: u64) -> io::Result<Frames> {
        let foot = tail.len() - FOOT;
        let count = number(&tail[foot..foot + 4]) as usize;
        let at = (count.checked_mul(ENTRY)).and_then(|table| foot.checked_sub(table));
        let table = at.map(|at| &tail[at..foot]).ok_or_else(no_index)?;
        let mut frames = Frames {
            starts: vec![0],
            ends: Vec::new(),
            len: 0,
        };
        let mut end = 0;
        for (nth, entry) in table.chunks(ENTRY).enumerate() {
            let (packed, text) = (u64::from(number(entry)), u64::from(number(&entry[4..])));
            let last = nth + 1 == count;
            let right = (last && (1..=FRAME).contains(&text)) || text == FRAME;
            if !right || packed == 0 || packed > compress_bound(FRAME as usize) as u64 {
                return Err(damaged("a frame of it has a length that none can have"));
            }
            end += packed;
            frames.len += text;
            frames.starts.push(end);
        }
        let blocks = frames.len.div_ceil(BLOCK) as usize;
        let ours = OURS.len() + 4 + 4 * blocks;
        let begin = (foot - table.len()).checked_sub(2 * HEAD + ours);
        let index = begin.map(|at| &tail[at..]).ok_or_else(no_index)?;
        let (lines, rest) = index[HEAD..].split_at(ours);
        let (whose, lines) = lines.split_at(OURS.len());
        let (said, ends) = lines.split_at(4);
        let heads = [&index[..HEAD], &rest[..HEAD]];
        let wanted = [
            head_of(LINES_MAGIC, ours),
            head_of(TABLE_MAGIC, table.len() + FOOT),
        ];
        if heads != wanted.each_ref().map(|head| &head[..])
            || whose != OURS
            || number(said) != sum(ends, table)
            || end + index.len() as u64 != len
        {
            return Err(no_index());
        }
        frames.ends = ends.chunks(4).map(number).collect();
        Ok(frames)
    }

    /// Bytes of text.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The frame that a byte of the text is in: its number, where it begins and how long it is.
    pub(super) fn frame(&self, at: u64) -> (usize, u64, usize) {
        let nth = (at / FRAME) as usize;
        let (start, end) = (self.starts[nth], self.starts[nth + 1]);
        (nth, start, (end - start) as usize)
    }

    /// Bytes of text in a frame.
    pub(super) fn text_len(&self, nth: usize) -> usize {
        (self.len - nth as u64 * FRAME).min(FRAME) as usize
    }

    /// How many lines end in `count` bytes from `at` on, where that is known without reading them.
    pub(super) fn ends(&self, at: u64, count: u64) -> Option<u64> {
        let whole = count == BLOCK.min(self.len.checked_sub(at)?) && count > 0;
        let block = (whole && at.is_multiple_of(BLOCK)).then_some(at / BLOCK)?;
        self.ends.get(block as usize).copied().map(u64::from)
    }
}

/// A file that cannot be read.
pub(super) fn damaged(why: &str) -> io::Error {
    let said = format!("the compressed log is damaged: {why}");
    io::Error::new(ErrorKind::InvalidData, said)
}

fn no_index() -> io::Error {
    damaged("its index is not as it was written")
}

fn head_of(magic: u32, len: usize) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..4].copy_from_slice(&magic.to_le_bytes());
    head[4..].copy_from_slice(&(len as u32).to_le_bytes());
    head
}

fn sum(ends: &[u8], table: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(ends);
    crc.update(table);
    crc.sum()
}

fn number(bytes: &[u8]) -> u32 {
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[..4]);
    u32::from_le_bytes(four)
}
