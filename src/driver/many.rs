//! Asking the driver much at once: it takes many commands into one commit.

use crossbeam_channel::{Receiver, bounded};

use super::command::{Command, CommandError, Reply};
use super::handle::Handle;
use crate::engine::{PipelineId, Request};

impl Handle {
    /// Does what is asked of each, in few commits; one answer for each.
    pub fn act_all(&self, requests: Vec<Request>) -> Vec<Result<(), CommandError>> {
        let commands = requests.into_iter();
        self.ask_all(commands.map(|request| {
            let pipeline = request.pipeline;
            (pipeline, |reply| Command::Act(request, reply))
        }))
    }

    /// Removes pipelines that are over, in few commits; one answer for each.
    pub fn remove_all(
        &self,
        ids: &[PipelineId],
        who: &str,
        why: &str,
    ) -> Vec<Result<(), CommandError>> {
        let command = |id| {
            let (who, why) = (who.to_owned(), why.to_owned());
            (id, move |reply| Command::Remove(id, who, why, reply))
        };
        self.ask_all(ids.iter().copied().map(command))
    }

    /// Asks without waiting in between, so that the driver takes many at once; a few at a time, so that
    /// others have their turn.
    fn ask_all<T>(
        &self,
        commands: impl Iterator<Item = (PipelineId, impl FnOnce(Reply<T>) -> Command)>,
    ) -> Vec<Result<T, CommandError>> {
        let mut answers = Vec::new();
        let mut commands = commands.peekable();
        while commands.peek().is_some() {
            let some = commands.by_ref().take(self.asked_at_once);
            let sent: Vec<_> = some
                .map(|(id, command)| {
                    let (reply, answer) = bounded(1);
                    let command = self.with_part(id, command(reply));
                    self.send(command).map(|()| answer)
                })
                .collect();
            let answer =
                |sent: Result<Receiver<_>, _>| sent?.recv().map_err(|_| CommandError::Closed)?;
            answers.extend(sent.into_iter().map(answer));
        }
        answers
    }
}
