//! What is asked of pipelines, also of those that are over and have left the engine.

use super::command::{CommandError, Reply};
use super::drive::Drive;
use super::flush::Answered;
use crate::engine::{
    About, Census, Event, Facts, Outbox, PipelineId, Preview, Refusal, Request, Time,
};

/// What is answered from what is committed, and where the answer goes.
pub(super) enum Question {
    /// Why something stands where it does.
    Why(About, Reply<Option<Facts>>),
    /// How much there is of what.
    Census(Reply<Census>),
}

impl Drive {
    /// Does what is asked. A pipeline that is over comes back from its rows for it.
    pub(super) fn act(
        &mut self,
        request: Request,
        now: Time,
        out: &mut Outbox,
        answers: &mut Vec<Answered>,
    ) -> Result<(), CommandError> {
        let pipeline = request.pipeline;
        self.bring(pipeline, out, answers)?;
        let answer = self.engine.step(now, Event::Act(request), out);
        self.engine.forget(pipeline);
        answer?;
        self.writer.note_with_commit(pipeline.0);
        Ok(())
    }

    /// What would follow from it.
    pub(super) fn preview(
        &mut self,
        request: Request,
        now: Time,
        out: &mut Outbox,
        answers: &mut Vec<Answered>,
    ) -> Result<Preview, CommandError> {
        let pipeline = request.pipeline;
        self.bring(pipeline, out, answers)?;
        let preview = self.engine.preview(now, request);
        self.engine.forget(pipeline);
        Ok(preview?)
    }

    /// Answers all who asked in this batch, from what is committed now; with `stop` nobody.
    pub(super) fn explain(&mut self, stop: bool) {
        for question in self.questions.drain(..).filter(|_| !stop) {
            // A caller that has gone away misses nothing.
            match question {
                Question::Why(about, reply) => drop(reply.send(Ok(self.engine.why(about)))),
                Question::Census(reply) => drop(reply.send(Ok(self.engine.census()))),
            }
        }
    }

    fn bring(
        &mut self,
        pipeline: PipelineId,
        out: &mut Outbox,
        answers: &mut Vec<Answered>,
    ) -> Result<(), CommandError> {
        if self.engine.is_live(pipeline) {
            return Ok(());
        }
        // It may have ended in this very batch: its rows have to be written before they are read.
        if out.concerns(pipeline) && !self.flush(out, answers) {
            return Err(CommandError::Closed);
        }
        let there = self.writer.standing(pipeline)?;
        let rows = there
            .map(|_| self.writer.one(pipeline))
            .transpose()?
            .flatten();
        let rows = rows.ok_or(Refusal::NoPipeline(pipeline))?;
        self.engine.revive(&rows);
        Ok(())
    }
}
