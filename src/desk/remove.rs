//! Removing a pipeline for good.

use std::collections::BTreeMap;

use super::survivors::{lost_attempt, still_runs};
use super::{Asked, Desk, StartError};
use crate::driver::CommandError;
use crate::engine::{PipelineId, PipelineState, TrackId};
use crate::store::{Extent, PipelineHead, TrackHead};

/// The most pipelines that repeat a removed one and are named.
const MOST_NAMED: i64 = 100;

/// A pipeline that was removed, or would be.
#[derive(Debug, Clone)]
pub struct Removed {
    /// As it was.
    pub head: PipelineHead,
    /// What goes with it.
    pub extent: Extent,
    /// The newest pipelines that repeat it: they stay.
    pub repeated_by: Vec<i64>,
}

impl Desk {
    /// Removes a pipeline that is over: rows, logs, and the directory where its scripts worked.
    ///
    /// # Errors
    /// Of one that is live, or of which something still runs that nobody watches.
    pub fn remove(&self, id: PipelineId, asked: &Asked, dry: bool) -> Result<Removed, StartError> {
        let errors = self.judge_reason("delete", &asked.why, false);
        if !errors.is_empty() {
            return Err(StartError::Fields(errors));
        }
        let head = self.store.pipeline(id)?;
        let head = head.ok_or_else(|| self.no_pipeline(id))?;
        let extent = self.store.extent(id)?;
        let repeated_by = self.store.again_of(id, MOST_NAMED)?;
        let of_all = self.remove_all(std::slice::from_ref(&head), asked, dry)?;
        of_all.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(Removed {
            head,
            extent,
            repeated_by: repeated_by.into_iter().map(|(id, _)| id).collect(),
        })
    }

    /// Removes pipelines that are over, each for itself: what is in the way of one is its answer.
    ///
    /// # Errors
    /// When nothing can be judged.
    pub fn remove_all(
        &self,
        heads: &[PipelineHead],
        asked: &Asked,
        dry: bool,
    ) -> Result<Vec<Result<(), CommandError>>, StartError> {
        let surviving = self.surviving(heads)?;
        let judge = |head: &PipelineHead| {
            if head.finished_at.is_none() {
                let state = PipelineState::from_code(head.state).unwrap_or(PipelineState::Running);
                return Err(CommandError::Live(PipelineId(head.id), state));
            }
            let still = surviving.get(&head.id);
            still.map_or(Ok(()), |why| Err(CommandError::Survives(why.clone())))
        };
        let mut judged: Vec<_> = heads.iter().map(judge).collect();
        if dry {
            return Ok(judged);
        }
        let fine = heads
            .iter()
            .zip(&judged)
            .filter(|(_, judged)| judged.is_ok());
        let ids: Vec<PipelineId> = fine.map(|(head, _)| PipelineId(head.id)).collect();
        let mut done = self.handle.remove_all(&ids, &asked.who, &asked.why);
        self.done_before(ids.iter().copied(), &mut done);
        let mut done = done.into_iter();
        for answer in judged.iter_mut().filter(|judged| judged.is_ok()) {
            *answer = done.next().unwrap_or(Ok(()));
        }
        for id in ids {
            self.known.forget(id);
        }
        Ok(judged)
    }

    /// The pipelines of which something still runs that nobody watches any more, and what: its directory
    /// and its log would be taken from under it.
    fn surviving(&self, heads: &[PipelineHead]) -> Result<BTreeMap<i64, String>, StartError> {
        let ids: Vec<i64> = heads.iter().map(|head| head.id).collect();
        let lost = self.store.lost_tracks(&ids)?;
        let attempts: Vec<_> = lost.iter().map(lost_attempt).collect();
        let found = self.handle.survivors(&attempts);
        let told = |head: &TrackHead| {
            let still = still_runs(found.get(&TrackId(head.id))?);
            let (name, id) = (&head.vertex, head.id);
            let why = format!("of `{name}`, track {id}, {still}: `stop` of the track ends that");
            Some((head.pipeline_id, why))
        };
        Ok(lost.iter().filter_map(told).collect())
    }
}
