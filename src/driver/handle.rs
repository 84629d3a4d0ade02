//! How everybody else speaks with the driver.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};

use super::acts::Question;
use super::command::{Command, CommandError, NewStart, Reply, Started};
use super::draining::Shown;
use super::measures::Measures;
use super::ring::Ring;
use super::trouble::Trouble;
use super::viewer::Viewer;
use crate::engine::{
    About, AttemptKey, Census, Facts, GraphId, PipelineId, PipelineState, Preview, Request, Room,
    Time, TrackId,
};
use crate::executor::Backend;
use crate::store::{Deed, Note};

/// Sends commands to the driver. Cheap to clone. Every call waits for the commit of its answer.
#[derive(Clone)]
pub struct Handle {
    pub(super) commands: Sender<Command>,
    pub(super) trouble: Trouble,
    pub(super) draining: Shown,
    pub(super) no_reserve: Trouble,
    pub(super) measures: Measures,
    pub(super) inputs: Arc<Mutex<()>>,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) ring: Ring,
    pub(super) asked_at_once: usize,
    pub(super) note: Option<Note>,
}

impl Handle {
    /// Starts a pipeline.
    pub fn start(&self, start: NewStart) -> Result<Started, CommandError> {
        self.ask(|reply| Command::Start(start, reply))
    }

    /// The turn of one who reads the values of a track, merges others into them and gives them back:
    /// held by one at a time, so that nobody's values are lost.
    pub fn turn(&self) -> MutexGuard<'_, ()> {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what is asked of a pipeline or of one of its tracks, also of one that is over.
    pub fn act(&self, request: Request) -> Result<(), CommandError> {
        self.ask(|reply| Command::Act(request, reply))
    }

    /// What would follow from it, without its being done. It is worked out between two steps of the
    /// engine, so that it is what would be done now.
    pub fn preview(&self, request: Request) -> Result<Preview, CommandError> {
        self.ask(|reply| Command::Preview(request, reply))
    }

    /// What a start of this revision of a graph would meet, because its graph says how many run at
    /// once; refused as the start would be.
    pub fn preview_start(&self, graph: GraphId, revision: i64) -> Result<Room, CommandError> {
        self.ask(|reply| Command::PreviewStart((graph, revision), reply))
    }

    /// Why a live pipeline or a track of it stands where it does; none when it is not live. The rows
    /// of what is said are committed. A driver that does not answer `within` this time is busy.
    pub fn why(&self, about: About, within: Duration) -> Result<Option<Facts>, CommandError> {
        let (reply, answer) = bounded(1);
        self.send(Command::Ask(Question::Why(about, reply)))?;
        received(&answer, within)
    }

    /// How much there is of what, also while the database cannot be written. A driver that does not
    /// answer `within` this time is busy.
    pub fn census(&self, within: Duration) -> Result<Census, CommandError> {
        let (reply, answer) = bounded(1);
        self.queue(Command::Ask(Question::Census(reply)))?;
        received(&answer, within)
    }

    /// What the driver has measured of itself.
    pub fn measures(&self) -> &Measures {
        &self.measures
    }

    /// How many commands wait for the driver.
    pub fn waiting(&self) -> usize {
        self.commands.len()
    }

    /// The processes that run now of these INTERRUPTED tracks, of this attempt and those before it. The
    /// driver is not asked: this looks at processes.
    pub fn survivors(&self, last: &[AttemptKey]) -> BTreeMap<TrackId, Vec<u32>> {
        match last.is_empty() {
            true => BTreeMap::new(),
            false => self.backend.survivors(last),
        }
    }

    /// Why the database cannot be written now; none when it can.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.get()
    }

    /// Why the room that is kept for results on a full disk is not there now; none when it is.
    pub fn no_reserve(&self) -> Option<String> {
        self.no_reserve.get()
    }

    /// Whether nothing new starts, so that the server can end.
    pub fn is_draining(&self) -> bool {
        self.draining.get()
    }

    /// Starts no script any more, or does so again. Gives how many run. It holds for this process:
    /// the next one starts what waits. It needs no database, but for the note of a key.
    pub fn drain(&self, on: bool, who: &str) -> Result<u32, CommandError> {
        let (reply, answer) = bounded(1);
        let command = Command::Drain(on, who.to_owned(), reply);
        match self.note {
            Some(_) => self.send(self.with_note(command))?,
            None => self.queue(command)?,
        }
        answer.recv().map_err(|_| CommandError::Closed)?
    }

    /// A channel that hears once that nothing new starts and nothing runs any more.
    pub fn drained(&self) -> Result<Receiver<()>, CommandError> {
        let (send, receive) = bounded(1);
        self.queue(Command::WatchDrained(send))?;
        Ok(receive)
    }

    /// Notes that a browser has signed in.
    pub fn add_session(&self, digest: String, expires_at: Time) -> Result<(), CommandError> {
        self.ask(|reply| Command::AddSession {
            digest,
            expires_at,
            reply,
        })
    }

    /// Signs a browser out.
    pub fn remove_session(&self, digest: String) -> Result<(), CommandError> {
        self.ask(|reply| Command::RemoveSession { digest, reply })
    }

    /// Signs all browsers out: this one has made another token.
    pub fn token_rotated(&self, who: &str, mark: i64) -> Result<(), CommandError> {
        self.ask(|reply| Command::TokenRotated(who.to_owned(), mark, reply))
    }

    /// Writes that something was done which changes no row.
    pub fn tell(&self, deed: Deed) -> Result<(), CommandError> {
        self.ask(|reply| Command::Tell(Box::new(deed), reply))
    }

    /// Sets a named secret, whose value is sealed; true: it was there before.
    pub fn set_secret(&self, name: &str, sealed: Vec<u8>, who: &str) -> Result<bool, CommandError> {
        let (name, who) = (name.to_owned(), who.to_owned());
        self.ask(|reply| Command::SetSecret {
            name,
            sealed,
            who,
            reply,
        })
    }

    /// Removes a named secret; false: it was not there.
    pub fn remove_secret(&self, name: &str, who: &str) -> Result<bool, CommandError> {
        let (name, who) = (name.to_owned(), who.to_owned());
        self.ask(|reply| Command::RemoveSecret { name, who, reply })
    }

    /// Waits until nothing of a pipeline can move any more, at most until `within` has passed.
    /// Gives the verdict, or none when the time was too short. A pipeline that is not live any
    /// more, or never was, and a driver that cannot be asked give none at once: its row has the
    /// verdict, or where it stands.
    pub fn wait(&self, pipeline: PipelineId, within: Duration) -> Option<PipelineState> {
        let deadline = Instant::now() + within;
        self.watch(pipeline).ok()?.recv_deadline(deadline).ok()
    }

    /// A channel that gets the verdict once nothing of a live pipeline can move any more, and is
    /// closed without one when it is not live.
    pub fn watch(&self, pipeline: PipelineId) -> Result<Receiver<PipelineState>, CommandError> {
        let (send, receive) = bounded(1);
        self.queue(Command::Watch(pipeline, send))?;
        Ok(receive)
    }

    /// Watches what is committed from now on, or from after entry `after` of the journal, of one
    /// pipeline or of all.
    pub fn view(&self, of: Option<PipelineId>, after: Option<i64>) -> Viewer {
        self.ring.view(of, after)
    }

    /// How many watch.
    pub fn viewers(&self) -> usize {
        self.ring.held().viewers.len()
    }

    /// Lets all who watch look whether they still may.
    pub fn recall_viewers(&self) {
        self.ring.recall();
    }

    pub(super) fn ask<T>(
        &self,
        command: impl FnOnce(Reply<T>) -> Command,
    ) -> Result<T, CommandError> {
        let (reply, answer) = bounded(1);
        self.send(self.with_note(command(reply)))?;
        answer.recv().map_err(|_| CommandError::Closed)?
    }

    pub(super) fn send(&self, command: Command) -> Result<(), CommandError> {
        if let Some(why) = self.trouble.get() {
            return Err(CommandError::Unwritable(why));
        }
        self.queue(command)
    }

    /// Also while nothing can be written: for what needs no database.
    fn queue(&self, command: Command) -> Result<(), CommandError> {
        self.commands
            .try_send(command)
            .map_err(|error| match error {
                TrySendError::Full(_) => CommandError::Busy,
                TrySendError::Disconnected(_) => CommandError::Closed,
            })
    }
}

fn received<T>(
    answer: &Receiver<Result<T, CommandError>>,
    within: Duration,
) -> Result<T, CommandError> {
    answer.recv_timeout(within).map_err(|why| match why {
        RecvTimeoutError::Timeout => CommandError::Busy,
        RecvTimeoutError::Disconnected => CommandError::Closed,
    })?
}
