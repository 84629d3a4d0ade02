//! Requests with a key: what they ask for is done once, however often they are sent.

use super::command::{Command, CommandError};
use super::drive::Drive;
use super::flush::Answered;
use super::handle::Handle;
use crate::engine::{Outbox, PipelineId, Time};
use crate::store::{Note, part_key};

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

    /// The same of one of many things that a request asks for, each with a note of its own.
    pub(super) fn with_part(&self, pipeline: PipelineId, command: Command) -> Command {
        noted(self.note_of(pipeline), command)
    }

    /// Notes that all of it is done; nothing where no key is to be noted.
    pub fn done(&self, made: i64) -> Result<(), CommandError> {
        match self.note {
            Some(_) => self.ask(|reply| Command::Done(made, reply)),
            None => Ok(()),
        }
    }

    /// The note of a part of what is asked with this handle.
    pub fn note_of(&self, pipeline: PipelineId) -> Option<Note> {
        let note = self.note.as_ref()?;
        Some(Note {
            key: part_key(&note.key, &pipeline.to_string()),
            ..note.clone()
        })
    }

    pub(super) fn with_note(&self, command: Command) -> Command {
        noted(self.note.clone(), command)
    }
}

fn noted(note: Option<Note>, command: Command) -> Command {
    match note {
        Some(note) => Command::Noted(Box::new((note, command))),
        None => command,
    }
}
