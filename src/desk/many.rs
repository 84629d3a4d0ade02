//! What is asked of many pipelines at once, each judged and answered for itself.

use super::asking::of_pipeline;
use super::asks::PipelineAsk;
use super::{Asked, Desk};
use crate::driver::CommandError;
use crate::engine::{Expect, PipelineId, Preview, Request};

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
        let done = self.handle.act_all(seen.iter().map(request).collect());
        for (id, _) in seen {
            self.known.forget(*id);
        }
        done
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
