//! What is asked of pipelines and tracks that are there.

use super::Desk;
use crate::driver::CommandError;
use crate::engine::{Action, Expect, PipelineId, Preview, Request};

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
        // The action may have given it other secrets.
        self.known.forget(pipeline);
        done
    }

    /// What would follow from it.
    pub fn preview(
        &self,
        pipeline: PipelineId,
        action: Action,
        asked: Asked,
    ) -> Result<Preview, CommandError> {
        self.handle.preview(request(pipeline, action, asked))
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
