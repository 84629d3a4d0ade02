//! What is asked of many pipelines at once, each judged and answered for itself.

use super::asking::of_pipeline;
use super::asks::PipelineAsk;
use super::{Asked, Desk};
use crate::driver::CommandError;
use crate::engine::{Expect, PipelineId, Preview, Request};
use crate::store::Used;

impl Desk {
    /// Does what is asked of each pipeline, which somebody saw like that; one answer for each.
    pub fn ask_many(
        &self,
        ask: PipelineAsk,
        asked: &Asked,
        seen: &[(PipelineId, Option<Expect>)],
    ) -> Vec<Result<(), CommandError>> {
        let request = |(pipeline, expect): &(PipelineId, Option<Expect>)| Request {
            pipeline: *pipeline,
            action: of_pipeline(ask),
            expect: *expect,
            who: asked.who.clone(),
            why: asked.why.clone(),
        };
        let mut done = self.handle.act_all(seen.iter().map(request).collect());
        self.done_before(seen.iter().map(|(id, _)| *id), &mut done);
        done
    }

    /// What the same request, by its key, has done to some of them before counts as done.
    pub(super) fn done_before(
        &self,
        ids: impl Iterator<Item = PipelineId>,
        done: &mut [Result<(), CommandError>],
    ) {
        for (id, done) in ids.zip(done) {
            if !matches!(done, Err(CommandError::KeyTaken)) {
                continue;
            }
            let Some(note) = self.handle.note_of(id) else {
                continue;
            };
            match self.store.used(&note.key) {
                Ok(Some(Used::Request { digest, .. })) if digest == note.digest => *done = Ok(()),
                Ok(_) => {}
                Err(why) => *done = Err(why.into()),
            }
        }
    }

    /// What would follow for each; nothing is done.
    pub fn would_many(
        &self,
        ask: PipelineAsk,
        asked: &Asked,
        seen: &[(PipelineId, Option<Expect>)],
    ) -> Vec<Result<Preview, CommandError>> {
        let would = |(id, expect): &(PipelineId, Option<Expect>)| {
            let expect = *expect;
            let asked = Asked {
                expect,
                ..asked.clone()
            };
            self.preview(*id, of_pipeline(ask), asked)
        };
        seen.iter().map(would).collect()
    }
}
