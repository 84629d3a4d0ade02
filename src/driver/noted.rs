//! Requests with a key: what they ask for is done once, however often they are sent.

use super::command::{Command, CommandError};
use super::drive::Drive;
use super::flush::Answered;
use super::handle::Handle;
use crate::engine::{Outbox, Time};
use crate::store::Note;

impl Drive {
    /// Carries out a command unless its key was used; that it was used now is committed with what it
    /// does. A refused command leaves nothing.
    pub(super) fn noted(
        &mut self,
        (note, command): (Note, Command),
        now: Time,
        out: &mut Outbox,
        answers: &mut Vec<Answered>,
    ) {
        let mut starts = out.starts.iter();
        let in_batch = self.writer.notes_next(Some(&note.key))
            || starts.any(|start| start.order.request_key.as_ref() == Some(&note.key));
        // Who is told that a key was used looks for what it has done.
        if in_batch && !self.flush(out, answers) {
            return command.refuse(CommandError::Closed);
        }
        match self.writer.used(&note.key) {
            Ok(None) => {
                self.writer.note(Some((note, now)));
                self.command(command, now, out, answers);
                self.writer.note(None);
            }
            Ok(Some(_)) => command.refuse(CommandError::KeyTaken),
            Err(why) => command.refuse(why.into()),
        }
    }
}

impl Handle {
    /// The same handle for one request with a key, which changes one thing: that the key was used is
    /// committed with it.
    pub fn noting(&self, note: Note) -> Self {
        Self {
            note: Some(note),
            ..self.clone()
        }
    }

    pub(super) fn with_note(&self, command: Command) -> Command {
        match &self.note {
            Some(note) => Command::Noted(Box::new((note.clone(), command))),
            None => command,
        }
    }
}
