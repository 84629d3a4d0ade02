//! Pipelines that are being removed: their rows between two batches, a little at a time, their files on
//! the executor's threads. What is left when a server dies the next one goes on with.

use std::cell::Cell;
use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::acts::concerns;
use super::command::CommandError;
use super::drive::Drive;
use super::flush::Answered;
use crate::engine::{Outbox, PipelineId, Refusal, Time};
use crate::executor::Backend;
use crate::failpoint::{Point, reach};
use crate::store::Turn;

/// What is on its way.
pub(super) struct Removals {
    /// What is removed before others have their turn.
    turn: Turn,
    /// Those that have rows; the first one's turn is next.
    turns: VecDeque<PipelineId>,
    /// The same.
    rows: BTreeSet<PipelineId>,
    /// Those that have files.
    files: BTreeSet<PipelineId>,
    /// At most one for each that has files.
    gone: (Sender<PipelineId>, Receiver<PipelineId>),
}

impl Removals {
    /// Goes on with those that a former server has begun.
    pub(super) fn new(begun: Vec<PipelineId>, turn: Turn, backend: &dyn Backend) -> Self {
        let mut removals = Self {
            turn,
            turns: VecDeque::new(),
            rows: BTreeSet::new(),
            files: BTreeSet::new(),
            gone: unbounded(),
        };
        removals.begin(begun, backend);
        removals
    }

    /// Begins with those that are noted as removed.
    pub(super) fn begin(&mut self, ids: Vec<PipelineId>, backend: &dyn Backend) {
        for id in ids {
            reach(Point::ServerRemoving, &id);
            self.turns.push_back(id);
            self.rows.insert(id);
            self.files.insert(id);
            backend.remove_pipeline(id, self.gone.0.clone());
        }
    }

    /// When there is something to do without being woken: at once, after whatever else is there.
    pub(super) fn due(&self) -> Option<Time> {
        self.turns.front().map(|_| Time(0))
    }

    /// Where pipelines are named whose files are gone.
    pub(super) fn gone(&self) -> &Receiver<PipelineId> {
        &self.gone.1
    }
}

impl Drive {
    /// Begins to remove a pipeline that is over.
    pub(super) fn remove(
        &mut self,
        id: PipelineId,
        (who, why): (&str, &str),
        now: Time,
        out: &mut Outbox,
        answers: &mut Vec<Answered>,
    ) -> Result<(), CommandError> {
        let none = CommandError::Refused(Refusal::NoPipeline(id));
        if out.removals.contains(&id) {
            return Err(none);
        }
        // It may have ended in this very batch.
        if concerns(out, id) && !self.flush(out, answers) {
            return Err(CommandError::Closed);
        }
        let (state, over) = self.writer.standing(id)?.ok_or(none)?;
        if !over || self.engine.is_live(id) {
            return Err(CommandError::Live(id, state));
        }
        self.engine.remove(now, id, state, (who, why), out);
        self.writer.note_with_commit(id.0);
        Ok(())
    }

    /// Removes some rows of the pipeline whose turn it is. False: the driver is to stop.
    pub(super) fn remove_rows(&mut self) -> bool {
        let Some(id) = self.removals.turns.pop_front() else {
            return true;
        };
        let (none, rest) = (Outbox::default(), Cell::new(true));
        let (turn, began) = (self.removals.turn, Instant::now());
        let written = self.write(&none, &mut Vec::new(), |writer| {
            rest.set(!writer.remove_some(id, turn)?);
            Ok(())
        });
        if written {
            self.meter.committed(&none, began.elapsed());
        }
        if rest.get() {
            self.removals.turns.push_back(id);
        } else {
            self.removals.rows.remove(&id);
            reach(Point::ServerRemoving, &id);
        }
        written && self.end_removal(id)
    }

    /// Takes it that the files of a pipeline are gone. False: the driver is to stop.
    pub(super) fn files_gone(&mut self, id: PipelineId) -> bool {
        self.removals.files.remove(&id);
        self.end_removal(id)
    }

    fn end_removal(&mut self, id: PipelineId) -> bool {
        if self.removals.rows.contains(&id) || self.removals.files.contains(&id) {
            return true;
        }
        reach(Point::ServerRemoving, &id);
        let none = Outbox::default();
        self.write(&none, &mut Vec::new(), |writer| writer.end_removal(id))
    }
}
