//! What a page of a log is made from: whose log it is, and some lines of it.

use std::io;
use std::path::{Path, PathBuf};

use crate::desk::Desk;
use crate::engine::{AttemptKey, PipelineId, TrackId};
use crate::spool::{LinePage, LogLines, Pattern, Place, Spool};
use crate::store::{AttemptRow, TrackHead};
use crate::web::edge::answer::Failure;
use crate::web::parts::marks::Mark;
use crate::web::parts::size::{grouped, size};
use crate::web::tracks::attempts;
use crate::web::tracks::rows::{Row, mark, rows};
use crate::web::tracks::sought::{Asked, Wanted};

/// Lines of a page.
const LINES: usize = 500;
/// Lines of a part of it that a script asks for, at most.
const MOST_LINES: usize = 2_000;
/// The note on what is missing in a log is shorter.
const NOTE: u64 = 200;

/// Whose log it is.
#[derive(Debug, Clone)]
pub(super) struct Of {
    pub(super) track: i64,
    pub(super) vertex: String,
    pub(super) pipeline: i64,
    pub(super) attempt: i32,
    pub(super) attempts: i32,
    pub(super) mark: Mark,
    /// More may be printed.
    pub(super) live: bool,
}

/// Some lines of it.
#[derive(Debug, Default)]
pub(super) struct Window {
    pub(super) rows: Vec<Row>,
    pub(super) first: u64,
    pub(super) next: u64,
    pub(super) total: u64,
    pub(super) bytes: u64,
    pub(super) dropped: u64,
    /// Where somebody who has read all of this goes on.
    pub(super) position: u64,
}

/// An attempt of a track, and where its log is.
pub(super) fn find(
    desk: &Desk,
    spool: &Spool,
    id: i64,
    number: i32,
) -> Result<(Of, PathBuf), Failure> {
    let missing = || Failure::Missing("attempt");
    let (head, _) = desk.store.track(TrackId(id))?.ok_or_else(missing)?;
    let before = number.checked_sub(1).filter(|before| *before >= 0);
    let before = before.ok_or_else(missing)?;
    let row = desk.store.attempts_after(TrackId(id), before, 1)?.pop();
    let row = row.filter(|row| row.number == number);
    let row = row.ok_or_else(missing)?;
    let log = spool.log(AttemptKey {
        pipeline: PipelineId(head.pipeline_id),
        track: TrackId(id),
        attempt: number.unsigned_abs(),
    });
    Ok((whose(&head, &row), log))
}

fn whose(head: &TrackHead, row: &AttemptRow) -> Of {
    Of {
        track: head.id,
        vertex: head.vertex.clone(),
        pipeline: head.pipeline_id,
        attempt: row.number,
        attempts: head.attempt,
        mark: attempts::mark(row),
        live: row.finished_at.is_none(),
    }
}

pub(super) fn unreadable(why: io::Error) -> Failure {
    Failure::CutOff(format!("a log could not be read: {why}"))
}

/// The lines that a request asks for.
pub(super) fn window(
    known: &LogLines,
    log: &Path,
    asked: &Asked,
    pattern: Option<&Pattern>,
) -> Result<Window, Failure> {
    let n = asked.n.unwrap_or(LINES).clamp(1, MOST_LINES);
    let place = match asked.line {
        Wanted::From(line) => Place::From(line),
        Wanted::Last | Wanted::Unclear(_) => Place::Last,
    };
    let read = || -> io::Result<Window> {
        let page = known.page(log, place, n)?;
        let mut rows = rows(known, log, &page.lines)?;
        if let Some(pattern) = pattern {
            mark(&mut rows, pattern);
        }
        Ok(Window {
            rows,
            ..Window::around(&page)
        })
    };
    read().map_err(unreadable)
}

impl Window {
    fn around(page: &LinePage) -> Self {
        let gap = if page.dropped > 0 { NOTE } else { 0 };
        Self {
            rows: Vec::new(),
            first: page.lines.first().map_or(page.next, |line| line.number),
            next: page.next,
            total: page.total,
            bytes: page.size,
            dropped: page.dropped,
            position: (page.size + page.dropped).saturating_sub(gap),
        }
    }

    pub(super) fn size(&self) -> String {
        size(self.bytes)
    }

    pub(super) fn lines(&self) -> String {
        grouped(self.total)
    }

    pub(super) fn missing(&self) -> String {
        size(self.dropped)
    }

    pub(super) fn previous(&self) -> u64 {
        self.first.saturating_sub(LINES as u64).max(1)
    }
}

impl Of {
    pub(super) fn at(&self) -> String {
        format!("/tracks/{}/attempts/{}/log", self.track, self.attempt)
    }

    /// The whole log, as a file.
    pub(super) fn raw(&self) -> String {
        format!(
            "/api/v1/tracks/{}/log/raw?attempt={}",
            self.track, self.attempt
        )
    }

    /// What is printed while somebody looks.
    pub(super) fn stream(&self) -> String {
        let track = self.track;
        format!("/api/v1/tracks/{track}/log/stream?attempt={}", self.attempt)
    }
}
