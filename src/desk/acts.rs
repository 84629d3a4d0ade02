//! What is asked of pipelines and tracks that are there.

use super::Desk;
use crate::clock;
use crate::driver::CommandError;
use crate::engine::{Action, Expect, PipelineId, Preview, Refusal, Request, TrackId};
use crate::graph::quote;
use crate::store::StoreError;

/// Who asks, why, and what they saw.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Who.
    pub who: String,
    /// Why, in words.
    pub why: String,
    /// What they saw when they decided.
    pub expect: Option<Expect>,
}

impl Desk {
    /// Does what is asked of a pipeline or of one of its tracks.
    pub fn act(
        &self,
        pipeline: PipelineId,
        action: Action,
        asked: Asked,
    ) -> Result<(), CommandError> {
        let done = self.handle.act(request(pipeline, action, asked));
        done.map_err(|why| self.named(why))
    }

    /// What would follow from it.
    pub fn preview(
        &self,
        pipeline: PipelineId,
        action: Action,
        asked: Asked,
    ) -> Result<Preview, CommandError> {
        let would = self.handle.preview(request(pipeline, action, asked));
        would.map_err(|why| self.named(why))
    }

    /// A refusal with the name of the track that is in the way: the engine knows numbers alone.
    fn named(&self, why: CommandError) -> CommandError {
        match why {
            CommandError::Refused(why @ (Refusal::Runs(id) | Refusal::NotItsTurn(id))) => {
                match self.in_the_way(why, id) {
                    Ok(Some(told)) => CommandError::InTheWay(why, told),
                    Ok(None) => CommandError::Refused(why),
                    Err(why) => why.into(),
                }
            }
            CommandError::Refused(Refusal::NoPipeline(id)) => self.no_pipeline(id),
            why => why,
        }
    }

    /// Why there is no such pipeline: it was deleted, or there never was one.
    pub fn no_pipeline(&self, id: PipelineId) -> CommandError {
        match self.store.removed(id) {
            Ok(Some((at, who))) => CommandError::Deleted(id, clock::format_utc(at), who),
            Ok(None) => CommandError::Refused(Refusal::NoPipeline(id)),
            Err(why) => why.into(),
        }
    }

    fn in_the_way(&self, why: Refusal, id: TrackId) -> Result<Option<String>, StoreError> {
        let (Some((head, _)), Some(ways)) = (self.store.track(id)?, self.store.ways(id)?) else {
            return Ok(None);
        };
        let name = quote(&head.vertex);
        Ok(Some(match (why, ways.handler) {
            (Refusal::NotItsTurn(_), _) => format!(
                "{name} comes before it and is not done: retry or skip that one first, or retry all"
            ),
            (_, Some(_)) => {
                format!("{name} runs because of the verdict: wait for its end, or stop it first")
            }
            (_, None) => format!("{name} runs: wait for its end, or stop it first"),
        }))
    }
}

fn request(pipeline: PipelineId, action: Action, asked: Asked) -> Request {
    let Asked { who, why, expect } = asked;
    Request {
        pipeline,
        action,
        expect,
        who,
        why,
    }
}
