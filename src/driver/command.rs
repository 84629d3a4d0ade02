//! What the driver is asked, and what it answers.

use crossbeam_channel::Sender;

use super::acts::Question;
use super::definitions::Job;
use crate::engine::{
    GraphId, PipelineId, PipelineState, Preview, Refusal, Request, Room, Time, TrackInput,
};
use crate::store::{Deed, HookDeed, Note, StoreError, Unfit};

/// A pipeline to start, with values that were accepted for one revision of its graph.
#[derive(Debug, Clone)]
pub struct NewStart {
    /// The version to run.
    pub graph: GraphId,
    /// The revision for which the values were accepted.
    pub revision: i64,
    /// What people call the run.
    pub name: String,
    /// Free text.
    pub desc: String,
    /// A second start with the same key is the first one.
    pub request_key: Option<String>,
    /// Who asked.
    pub who: String,
    /// By what: `rest`, `form`, `run`.
    pub trigger: &'static str,
    /// What was given, as a JSON object.
    pub given: String,
    /// One for each vertex; empty: no vertex uses a value.
    pub inputs: Vec<TrackInput>,
    /// Of two pipelines whose tracks are ready, the one with the higher number comes first.
    pub priority: i32,
    /// The pipeline that this one repeats.
    pub again_of: Option<PipelineId>,
    /// Why, in words; empty: nobody said.
    pub why: String,
}

/// A started pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Started {
    /// Its number.
    pub id: PipelineId,
    /// How it stood right after its start; none: an earlier request with the same key had started it.
    pub state: Option<PipelineState>,
}

impl Started {
    /// An earlier request with the same key had started it.
    pub fn replayed(&self) -> bool {
        self.state.is_none()
    }
}

/// Why a command was not carried out. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Too many commands wait.
    #[error("too many commands are waiting: try again in a moment")]
    Busy,
    /// The database cannot be written now.
    #[error("the database cannot be written now ({0}): nothing is lost, try again in a moment")]
    Unwritable(String),
    /// The database was lost while the command was under way: it may still be carried out.
    #[error(
        "the database cannot be written now ({0}): this was not carried out yet and may still be; \
         look before you ask again"
    )]
    PutOff(String),
    /// The server is stopping.
    #[error("the server is stopping")]
    Closed,
    /// No such graph.
    #[error("graph {0} does not exist")]
    NoGraph(GraphId),
    /// The graph has not passed its check.
    #[error("graph {0} has not passed its check, so it cannot be started")]
    Unchecked(GraphId),
    /// The graph was edited while the request was on its way.
    #[error("graph {0} was edited in the meantime: look at it again")]
    Edited(GraphId),
    /// The request key was used for something else.
    #[error("this request key has started pipeline {0}, of another graph or with other values")]
    KeyReused(PipelineId),
    /// The request key was used for a request that was no start.
    #[error("this request key was used for another request: take a new one for each")]
    KeyTaken,
    /// It does not fit how the graph stands.
    #[error(transparent)]
    Unfit(Unfit),
    /// The engine's rules forbid it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The pipeline was deleted: when and by whom.
    #[error("pipeline `{0}` was deleted at {1} by `{2}`")]
    Deleted(PipelineId, String, String),
    /// The same for a track that is in the way, in words that name it.
    #[error("{1}")]
    InTheWay(Refusal, String),
    /// Something of the pipeline can still move.
    #[error("pipeline {0} is {1} and not over: stop it first")]
    Live(PipelineId, PipelineState),
    /// Something of the pipeline still runs that nobody watches.
    #[error("{0}")]
    Survives(String),
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for CommandError {
    fn from(why: StoreError) -> Self {
        match why {
            StoreError::Unfit(why) => Self::Unfit(why),
            why => Self::Store(why),
        }
    }
}

/// Where an answer goes.
pub(super) type Reply<T> = Sender<Result<T, CommandError>>;

/// One request to the driver.
pub(super) enum Command {
    /// The same, of a request with a key.
    Noted(Box<(Note, Command)>),
    Start(NewStart, Reply<Started>),
    Act(Request, Reply<()>),
    /// Nothing but its note: all that a request with a key asked for is done.
    Done(i64, Reply<()>),
    Preview(Request, Reply<Preview>),
    /// Removes a pipeline that is over: which, who asked and why.
    Remove(PipelineId, String, String, Reply<()>),
    /// What a start of this revision of a graph would meet.
    PreviewStart((GraphId, i64), Reply<Room>),
    /// Answered after the batch: what is said is committed.
    Ask(Question),
    /// Changes definitions.
    Define(Job),
    AddSession {
        digest: String,
        expires_at: Time,
        reply: Reply<()>,
    },
    RemoveSession {
        digest: String,
        reply: Reply<()>,
    },
    /// All sessions end: this one has made another token.
    TokenRotated(String, i64, Reply<()>),
    /// Nothing but that it was done.
    Tell(Box<Deed>, Reply<()>),
    SetSecret {
        name: String,
        sealed: Vec<u8>,
        who: String,
        reply: Reply<bool>,
    },
    RemoveSecret {
        name: String,
        who: String,
        reply: Reply<bool>,
    },
    /// Asked for by this one; the number of the hook, none: there is none.
    Hook(Box<HookDeed>, String, Reply<Option<i64>>),
    Watch(PipelineId, Sender<PipelineState>),
    /// Orders nothing new any more, or does so again, as this one asks; the answer is how many scripts run.
    Drain(bool, String, Reply<u32>),
    /// Tells when nothing new is ordered and nothing runs.
    WatchDrained(Sender<()>),
}

impl Command {
    /// Says why nothing is changed. What needs no database is carried out instead: see
    /// `Drive::refuse`.
    pub(super) fn refuse(self, why: CommandError) {
        // A caller that has gone away misses nothing.
        match self {
            Self::Noted(noted) => noted.1.refuse(why),
            Self::Start(_, reply) => drop(reply.send(Err(why))),
            Self::Act(_, reply)
            | Self::Done(_, reply)
            | Self::TokenRotated(.., reply)
            | Self::Tell(_, reply) => drop(reply.send(Err(why))),
            Self::Preview(_, reply) => drop(reply.send(Err(why))),
            Self::Remove(.., reply) => drop(reply.send(Err(why))),
            Self::PreviewStart(_, reply) => drop(reply.send(Err(why))),
            Self::Ask(Question::Why(_, reply)) => drop(reply.send(Err(why))),
            Self::Ask(Question::Census(reply)) => drop(reply.send(Err(why))),
            Self::Define(job) => job.refuse(why),
            Self::SetSecret { reply, .. } | Self::RemoveSecret { reply, .. } => {
                drop(reply.send(Err(why)))
            }
            Self::AddSession { reply, .. } | Self::RemoveSession { reply, .. } => {
                drop(reply.send(Err(why)));
            }
            Self::Hook(.., reply) => drop(reply.send(Err(why))),
            Self::Drain(.., reply) => drop(reply.send(Err(why))),
            Self::Watch(..) | Self::WatchDrained(_) => {}
        }
    }
}
