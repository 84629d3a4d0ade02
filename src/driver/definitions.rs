//! What changes definitions: done between two steps of the engine, so that a start never races with it.

use super::command::{Command, CommandError, Reply};
use super::drive::Drive;
use super::flush::Answered;
use super::flush::answer;
use super::handle::Handle;
use crate::engine::{GraphId, Outbox, Time};
use crate::graph::Runnable;
use crate::store::{Expect, NewGraph, Saved, Shelved, Shelving, StoredProblem};

/// One change of definitions.
pub(super) enum Job {
    Save(Box<NewGraph>, Reply<Saved>),
    SetCheck {
        id: GraphId,
        revision: i64,
        checked: bool,
        compiled: Vec<Runnable>,
        problems: Vec<StoredProblem>,
        reply: Reply<bool>,
    },
    /// Of all versions of a graph, by whom.
    Shelve((GraphId, Expect), Shelving, String, Reply<Shelved>),
}

impl Job {
    /// Says that it was not done.
    pub(super) fn refuse(self, why: CommandError) {
        // A caller that has gone away misses nothing.
        match self {
            Self::Save(_, reply) => drop(reply.send(Err(why))),
            Self::SetCheck { reply, .. } => drop(reply.send(Err(why))),
            Self::Shelve(.., reply) => drop(reply.send(Err(why))),
        }
    }
}

impl Drive {
    pub(super) fn define(
        &mut self,
        job: Job,
        now: Time,
        out: &mut Outbox,
        answers: &mut Vec<Answered>,
    ) {
        // A start of this batch seals its graph: that must be in the database first.
        if !self.flush(out, answers) {
            return;
        }
        self.plans.clear();
        match job {
            Job::Save(new, reply) => answer(&reply, self.writer.save_graph(now, &new)),
            Job::SetCheck {
                id,
                revision,
                checked,
                compiled,
                problems,
                reply,
            } => {
                let writer = &mut self.writer;
                let noted = writer.set_check(id, revision, checked, &compiled, &problems);
                answer(&reply, noted);
            }
            Job::Shelve((id, expect), what, who, reply) => {
                let by = (who.as_str(), now);
                answer(&reply, self.writer.shelve((id, &expect), what, by));
            }
        }
    }
}

impl Handle {
    /// Saves a definition as the newest version of its name.
    pub fn save_graph(&self, new: NewGraph) -> Result<Saved, CommandError> {
        self.ask(|reply| Command::Define(Job::Save(Box::new(new), reply)))
    }

    /// Notes what a check of one revision of a graph found; false when it has changed since.
    pub fn set_check(
        &self,
        id: GraphId,
        revision: i64,
        checked: bool,
        compiled: Vec<Runnable>,
        problems: Vec<StoredProblem>,
    ) -> Result<bool, CommandError> {
        self.ask(|reply| {
            Command::Define(Job::SetCheck {
                id,
                revision,
                checked,
                compiled,
                problems,
                reply,
            })
        })
    }

    /// Puts all versions of a graph away, takes them back or removes them.
    pub fn shelve(
        &self,
        graph: (GraphId, Expect),
        what: Shelving,
        who: &str,
    ) -> Result<Shelved, CommandError> {
        self.ask(|reply| Command::Define(Job::Shelve(graph, what, who.to_owned(), reply)))
    }
}
