//! What is seen while pipelines run: a table on a terminal, else a line for each track that ends.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use console::Term;
use crossbeam_channel::{Receiver, Sender, bounded};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::board::Board;
use super::error::CliError;
use super::output::say;
use super::report::Report;
use crate::clock;
use crate::desk::eta::Usual;
use crate::engine::{GraphId, PipelineId, TrackId, TrackState};
use crate::store::{Store, TrackHead};

/// The most lines of the table.
const MOST_LINES: usize = 16;
/// How often it is drawn, however much happens in between.
const FRAME: Duration = Duration::from_millis(200);

/// The progress of pipelines.
pub(super) struct Progress {
    board: Arc<Mutex<Board>>,
    shown: Shown,
}

enum Shown {
    Nothing,
    Lines,
    Table {
        table: ProgressBar,
        /// The thread that draws it, until the channel is closed.
        drawing: Option<(Sender<()>, JoinHandle<()>)>,
    },
}

impl Progress {
    /// Progress of these pipelines on so many slots; `quiet`: nothing is shown.
    pub(super) fn new(
        store: &Store,
        reports: &[Report],
        slots: u32,
        quiet: bool,
    ) -> Result<Self, CliError> {
        let mut board = Board::new(slots);
        let terminal = !quiet && std::io::stderr().is_terminal();
        for Report { head, tracks, .. } in reports {
            let prefix = match reports {
                [_] => String::new(),
                _ => format!("#{} ", head.id),
            };
            // How long it will take is for those who watch.
            let known = match terminal {
                true => {
                    let usual = Usual::read(store, &head.graph)?;
                    let plan = store.plan(GraphId(head.graph_id))?;
                    plan.map(|plan| (plan, usual))
                }
                false => None,
            };
            let known = known.as_ref();
            board.add(
                &prefix,
                tracks,
                known.map(|(plan, usual)| (plan.clone(), usual)),
            );
        }
        let board = Arc::new(Mutex::new(board));
        let shown = match (quiet, terminal) {
            (true, _) => Shown::Nothing,
            (false, false) => Shown::Lines,
            (false, true) => table(&board),
        };
        Ok(Self { board, shown })
    }

    /// A track stands somewhere new, it has been heard. Its times are read: what is heard has none,
    /// and may come late.
    pub(super) fn heard(
        &mut self,
        store: &Store,
        (pipeline, track): (PipelineId, TrackId),
        state: TrackState,
    ) -> Result<(), CliError> {
        if matches!(self.shown, Shown::Nothing) {
            return Ok(());
        }
        let row = store.tracks(pipeline, track.0 - 1, 1)?;
        let row = row.first().filter(|row| row.id == track.0);
        self.update(track, state, row.map_or((None, None), times));
        Ok(())
    }

    /// A track stands as its row says.
    pub(super) fn read(&mut self, row: &TrackHead) {
        if let Some(state) = TrackState::from_code(row.state) {
            self.update(TrackId(row.id), state, times(row));
        }
    }

    fn update(&mut self, track: TrackId, state: TrackState, times: (Option<i64>, Option<i64>)) {
        let line = locked(&self.board).update(track, state, times);
        let ended = state.has_ended() || state == TrackState::Interrupted;
        if let (Shown::Lines, Some(line), true) = (&self.shown, line, ended) {
            say(&line);
        }
    }

    /// Says something while the table is shown.
    pub(super) fn say(&self, text: &str) {
        match &self.shown {
            Shown::Table { table, .. } => table.suspend(|| say(text)),
            Shown::Nothing | Shown::Lines => say(text),
        }
    }
}

/// When the last attempt began and ended.
fn times(row: &TrackHead) -> (Option<i64>, Option<i64>) {
    (row.started_at, row.finished_at)
}

/// Takes the table away.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Shown::Table { table, drawing } = &mut self.shown {
            if let Some((stop, thread)) = drawing.take() {
                drop(stop);
                // One that has panicked draws no more either.
                let _ = thread.join();
            }
            table.finish_and_clear();
        }
    }
}

fn table(board: &Arc<Mutex<Board>>) -> Shown {
    let table = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg}");
    table.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    let (stop, stopped) = bounded(0);
    let (shown, board) = (table.clone(), Arc::clone(board));
    let draw = move || draw(&shown, &board, &stopped);
    let thread = thread::Builder::new().name("table".to_owned()).spawn(draw);
    // Without a thread there is no table, and the pipeline runs all the same.
    let drawing = thread.ok().map(|thread| (stop, thread));
    Shown::Table { table, drawing }
}

fn draw(table: &ProgressBar, board: &Mutex<Board>, stopped: &Receiver<()>) {
    let terminal = Term::stderr();
    loop {
        let (height, width) = terminal.size();
        let room = usize::from(height).saturating_sub(1).min(MOST_LINES);
        // The last column stays free: some terminals would begin another line.
        let columns = usize::from(width).saturating_sub(1);
        let lines = locked(board).lines(clock::now(), (room, columns));
        table.set_message(lines.join("\n"));
        let ended = stopped.recv_timeout(FRAME);
        if ended.is_err_and(|why| why.is_disconnected()) {
            return;
        }
    }
}

fn locked(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}
