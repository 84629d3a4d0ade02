//! Reading a log, also while it grows: what is in it, or its head, what is missing, and its tail. Whether
//! it is compressed makes no difference to who reads it.
//!
//! All readers come through here, so all show the same: pages, programs, the command line, and who
//! joins the tail to the log in the end.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::compressed::{Compressed, Excerpt, compressed};
use super::note::{LONGEST_NOTE, note, noted};
use super::piece::{Piece, stream};
use super::tail::{Segment, Tail, find, head_of};

/// So many times at most a log is looked at that changes while it is looked at.
const LOOKS: usize = 8;

/// A log at one moment. What is printed later is not in it, what is removed later still is.
#[derive(Debug, Default)]
pub struct LogView {
    pieces: Vec<Piece>,
    /// How many bytes are before what is missing.
    head: u64,
    /// The length of the note on that.
    note: u64,
    dropped: u64,
}

impl LogView {
    /// The log at `path` as it is now; it is empty where there is no file.
    pub fn open(path: &Path) -> io::Result<LogView> {
        LogView::after(path, None)
    }

    /// `head`: the length of its head, if it is known to have or to have had a tail.
    pub(super) fn after(path: &Path, head: Option<u64>) -> io::Result<LogView> {
        for _ in 1..LOOKS {
            if let Some(view) = look(path, head, false)? {
                return Ok(view);
            }
        }
        Ok(look(path, head, true)?.expect("the last look is taken as it is"))
    }

    /// How many bytes there are to read.
    pub fn len(&self) -> u64 {
        self.pieces.iter().map(Piece::len).sum()
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes of these the script has printed.
    pub fn kept(&self) -> u64 {
        self.len() - self.note
    }

    /// How many bytes are missing between head and tail.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(super) fn head(&self) -> u64 {
        self.head
    }

    pub(super) fn note(&self) -> u64 {
        self.note
    }

    /// `count` bytes from `first` on, as far as they are there.
    pub fn part(self, mut first: u64, mut count: u64) -> io::Result<Vec<Piece>> {
        let mut part = Vec::new();
        for piece in self.pieces {
            let from = first.min(piece.len());
            let len = count.min(piece.len() - from);
            first -= from;
            count -= len;
            if len > 0 {
                part.push(piece.cut(from, len)?);
            }
        }
        Ok(part)
    }

    /// Reads `count` bytes from `first` on into `bytes`, in place of what is in there; fewer where
    /// there are no more.
    pub(super) fn read(&self, mut first: u64, count: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.clear();
        for piece in &self.pieces {
            let len = (count - bytes.len() as u64).min(piece.len().saturating_sub(first));
            if len > 0 {
                piece.read(first, len, bytes)?;
            }
            first = first.saturating_sub(piece.len());
        }
        Ok(())
    }

    /// How many lines end in `count` bytes from `first` on, where that is known without reading them.
    pub(super) fn ends(&self, first: u64, count: u64) -> Option<u64> {
        match &self.pieces[..] {
            [all] => all.ends(first, count),
            _ => None,
        }
    }

    /// All of it, as one text.
    pub fn all(self) -> Box<dyn Read + Send> {
        stream(self.pieces)
    }

    /// The last `n` bytes.
    pub fn last(self, n: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let first = self.len().saturating_sub(n);
        stream(self.part(first, n)?).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl LogView {
    fn whole(path: &Path, known: Option<u64>) -> io::Result<LogView> {
        let Some(text) = text(path)? else {
            return Ok(LogView::default());
        };
        let len = text.len();
        let mut view = LogView {
            head: known.unwrap_or(len).min(len),
            ..LogView::default()
        };
        if view.head < len {
            let (mut words, most) = (Vec::new(), LONGEST_NOTE as u64);
            text.read(view.head, most.min(len - view.head), &mut words)?;
            (view.dropped, view.note) = noted(&words).unwrap_or_default();
        }
        view.pieces.push(text);
        Ok(view)
    }

    /// A head, and a tail of which the last `cap` bytes count; `from`: what was printed before it.
    fn of_two(
        head: Option<(File, u64)>,
        tail: Vec<(File, u64)>,
        from: u64,
        cap: u64,
    ) -> io::Result<LogView> {
        let total: u64 = tail.iter().map(|(_, len)| len).sum();
        let mut skip = total.saturating_sub(cap);
        let mut view = LogView::default();
        if let Some((file, len)) = head {
            view.head = len;
            view.pieces.push(Piece::Part(file, len));
        }
        view.dropped = (from + skip).saturating_sub(view.head);
        if view.dropped > 0 {
            let text = note(view.dropped);
            view.note = text.len() as u64;
            view.pieces.push(Piece::Note(text));
        }
        for (file, len) in tail {
            let cut = skip.min(len);
            skip -= cut;
            view.pieces
                .push(Piece::Part(file, len).cut(cut, len - cut)?);
        }
        Ok(view)
    }
}

/// Looks once; `None`: it changed meanwhile in a way that would show less than there is. `last`:
/// it is taken as it is.
fn look(path: &Path, known: Option<u64>, last: bool) -> io::Result<Option<LogView>> {
    let tail = find(path)?;
    let newest = match &tail {
        Tail::Segments(segments) => segments.last(),
        Tail::Absent | Tail::Joined => None,
    };
    let (Tail::Segments(segments), Some(newest)) = (&tail, newest) else {
        let view = LogView::whole(path, known)?;
        // A tail that has come since may be on its way into what was found.
        let came = tail == Tail::Absent && find(path)? != Tail::Absent;
        return Ok((last || !came).then_some(view));
    };
    let (parts, from) = open(path, segments)?;
    if parts.is_empty() && !last {
        return Ok(None);
    }
    let head = file(path)?.map(|(file, len)| (file, len.min(head_of(newest.cap))));
    LogView::of_two(head, parts, from, newest.cap / 2).map(Some)
}

/// Opens the newest segments that have no gap between them; gives them with their lengths, and how
/// much was printed before the first. None where the newest has gone.
fn open(path: &Path, segments: &[Segment]) -> io::Result<(Vec<(File, u64)>, u64)> {
    let (mut parts, mut from) = (Vec::new(), 0);
    for segment in segments.iter().rev() {
        // The oldest may go while we look.
        let Some((file, len)) = file(&segment.path(path))? else {
            break;
        };
        if !parts.is_empty() && segment.from + len != from {
            break;
        }
        parts.push((file, len));
        from = segment.from;
    }
    parts.reverse();
    Ok((parts, from))
}

/// A log that has no tail, if it is there. It is compressed before the plain text goes.
fn text(path: &Path) -> io::Result<Option<Piece>> {
    if let Some((file, len)) = file(path)? {
        return Ok(Some(Piece::Part(file, len)));
    }
    let found = Compressed::open(&compressed(path))?;
    Ok(found.map(|found| Piece::Compressed(Excerpt::whole(found))))
}

/// A file and its length, if it is there.
fn file(path: &Path) -> io::Result<Option<(File, u64)>> {
    match File::open(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
        Ok(file) => {
            let len = file.metadata()?.len();
            Ok(Some((file, len)))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::io::{Read, Write};
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{LogView, note};
    use crate::engine::{AttemptKey, PipelineId, TrackId};
    use crate::spool::{Following, LogWriter, Spool};

    const KEY: AttemptKey = AttemptKey {
        pipeline: PipelineId(7),
        track: TrackId(1),
        attempt: 1,
    };

    /// Every eight bytes say where they are.
    fn printed(n: usize) -> Vec<u8> {
        let lines = (0..=n / 8).flat_map(|at| format!("{at:07}\n").into_bytes());
        lines.take(n).collect()
    }

    /// What of `all` a reader that has read `from` bytes has to get.
    fn expected(all: &[u8], from: usize, cap: usize) -> Vec<u8> {
        let (head, begin) = (cap - cap / 2, all.len().saturating_sub(cap / 2));
        if begin <= head || from >= begin {
            return all[from..].to_vec();
        }
        let missing = note((begin - from.max(head)) as u64);
        [&all[from.min(head)..head], &missing, &all[begin..]].concat()
    }

    fn read(path: &Path) -> Vec<u8> {
        LogView::open(path).unwrap().last(u64::MAX).unwrap()
    }

    /// How much the notes in a text say that is missing, and how long they are.
    fn notes(text: &[u8]) -> (usize, usize) {
        let text = std::str::from_utf8(text).unwrap();
        let rests = text.split("\n[trackyard: ").skip(1);
        let missing: Vec<usize> = rests
            .map(|rest| rest.split(' ').next().unwrap().parse().unwrap())
            .collect();
        let words = missing.iter().map(|missing| note(*missing as u64).len());
        (missing.iter().sum(), words.sum())
    }

    fn tail_of(log: &Path) -> PathBuf {
        Following::new(log.to_owned()).tail()
    }

    #[test]
    fn all_readers_see_at_any_moment_what_is_joined_in_the_end() {
        for (cap, step) in [(64, 7), (65, 8), (1_000, 333), (1_001, 1_700), (16, 1)] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("7/1-1.log");
            let mut log = LogWriter::new(path.clone(), cap as u64);
            // One looks each time, the others now and then.
            let mut readers = [1, 3, 10, 1_000].map(|every| {
                let reader = Following::new(path.clone());
                (every, reader, 0)
            });
            let all = printed(step * 40);
            for (nth, end) in (step..=all.len()).step_by(step).enumerate() {
                log.write(&all[end - step..end]);
                let logged = (end == all.len()).then(|| log.finish());
                let view = LogView::open(&path).unwrap();
                let missing = end.saturating_sub(cap) as u64;
                match logged {
                    None => assert_eq!(
                        (view.kept(), view.dropped()),
                        (end as u64 - missing, missing)
                    ),
                    Some(logged) => assert_eq!(logged.dropped, missing),
                }
                assert!(
                    read(&path) == expected(&all[..end], 0, cap),
                    "cap {cap}, {end}"
                );
                let (last, all_there) = (view.last(20).unwrap(), read(&path));
                let begin = all_there.len().saturating_sub(20);
                assert!(all_there[begin..] == last, "cap {cap}, {end}");
                for (every, reader, from) in &mut readers {
                    if nth % *every != 0 && end < all.len() {
                        continue;
                    }
                    let mut got = Vec::new();
                    reader.more().unwrap().bytes.read_to_end(&mut got).unwrap();
                    let want = expected(&all[..end], *from, cap);
                    assert!(got == want, "cap {cap}, {from} to {end}, every {every}");
                    *from = end;
                }
            }
            assert!(!tail_of(&path).exists());
        }
    }

    #[test]
    fn a_part_is_cut_out_of_all_that_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("7/1-1.log");
        assert!(LogView::open(&path).unwrap().is_empty());
        let mut log = LogWriter::new(path.clone(), 40);
        log.write(&printed(100));
        let all = read(&path);
        for first in 0..=all.len() {
            for count in [0, 1, 30, all.len()] {
                let view = LogView::open(&path).unwrap();
                let mut got = Vec::new();
                let part = view.part(first as u64, count as u64).unwrap();
                super::stream(part).read_to_end(&mut got).unwrap();
                assert!(got == all[first..all.len().min(first + count)]);
            }
        }
    }

    #[test]
    fn a_tail_whose_supervisor_died_is_joined_whatever_it_had_done() {
        for died in ["writing", "joining", "joined"] {
            let dir = tempfile::tempdir().unwrap();
            let spool = Spool::open(dir.path()).unwrap();
            let path = spool.log(KEY);
            let mut log = LogWriter::new(path.clone(), 1_000);
            log.write(&printed(5_000));
            drop(log);
            let seen = read(&path);
            assert!(seen == expected(&printed(5_000), 0, 1_000));
            if died == "joining" {
                let mut file = OpenOptions::new().append(true).open(&path).unwrap();
                file.write_all(&seen[500..700]).unwrap();
            }
            if died == "joined" {
                fs::write(&path, &seen).unwrap();
                fs::rename(
                    tail_of(&path).join("1000-4875"),
                    tail_of(&path).join("joined"),
                )
                .unwrap();
            }
            assert!(read(&path) == seen, "{died}");
            spool.clean(KEY).unwrap();
            assert!(fs::read(&path).unwrap() == seen, "{died}");
            assert!(!tail_of(&path).exists(), "{died}");
            spool.clean(KEY).unwrap();
            assert!(read(&path) == seen, "{died}");
        }
    }

    /// Found by a reader that followed: of a tail that was being removed it took the rest for all.
    #[test]
    fn a_tail_that_is_being_removed_is_gone_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        let path = spool.log(KEY);
        LogWriter::new(path.clone(), 1_000).write(&printed(5_000));
        let seen = read(&path);
        fs::write(&path, &seen).unwrap();
        // Nothing in there can be removed but files: it stops at this.
        fs::create_dir(tail_of(&path).join("1000-1")).unwrap();
        assert!(spool.clean(KEY).is_err());
        assert!(read(&path) == seen);
        fs::remove_dir(tail_of(&path).join("1000-1")).unwrap();
        spool.clean(KEY).unwrap();
        assert!(read(&path) == seen && !tail_of(&path).exists());
    }

    #[test]
    fn a_tail_that_cannot_be_joined_yet_stays() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        let path = spool.log(KEY);
        LogWriter::new(path.clone(), 1_000).write(&printed(5_000));
        spool.write_script(KEY, "true").unwrap();
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(spool.clean(KEY).is_err());
        assert!(tail_of(&path).exists());
        assert_eq!(spool.list().unwrap(), [KEY], "the next start finds it");
    }

    /// A reader beside a writer gets a true picture each time: a beginning, a number, an end.
    #[test]
    fn a_log_is_read_while_it_is_written_and_joined() {
        const CAP: usize = 400;
        for round in 0..20 {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("7/1-1.log");
            let all = printed(4_000);
            let over = AtomicBool::new(false);
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let mut log = LogWriter::new(path.clone(), CAP as u64);
                    all.chunks(8 + round).for_each(|chunk| log.write(chunk));
                    log.finish();
                    over.store(true, Ordering::SeqCst);
                });
                let (mut reader, mut ends, mut followed) =
                    (Following::new(path.clone()), 0, Vec::new());
                let mut last = false;
                while !last {
                    last = over.load(Ordering::SeqCst);
                    let seen = read(&path);
                    let (missing, words) = notes(&seen);
                    let end = seen.len() - words + missing;
                    let head = seen.len().min(CAP - CAP / 2);
                    assert!(seen[..head] == all[..head]);
                    assert!(seen[head + words..] == all[head + missing..end], "{end}");
                    assert!(end >= ends, "{end} after {ends}");
                    ends = end;
                    reader
                        .more()
                        .unwrap()
                        .bytes
                        .read_to_end(&mut followed)
                        .unwrap();
                }
                assert_eq!(ends, all.len());
                assert!(followed.ends_with(&all[all.len() - CAP / 2..]));
                // What it has not got it was told, to the byte.
                let (missing, words) = notes(&followed);
                assert_eq!(followed.len() - words + missing, all.len());
            });
        }
    }
}
