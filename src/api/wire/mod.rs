//! What goes over the wire, in both directions. Rows become these; programs may rely on their names,
//! and the description of the interface (`/openapi.json`) is made from them.

mod bodies;
mod compare;
mod diff;
mod error;
mod filter;
mod graphs;
mod journal;
mod many;
mod others;
mod pipelines;
mod preview;
mod rendered;
mod timeline;
mod tracks;
mod values;
mod why;
mod words;

pub(super) use bodies::{
    AnswerBody, InputBody, PipelineAskBody, RenderBody, SecretBody, StartBody, TrackAskBody,
};
pub(super) use compare::PipelineDiff;
pub(super) use diff::GraphDiff;
pub(super) use error::{Found, OfField, Refusal, Standing};
pub(super) use filter::{FilterBody, states};
pub(super) use graphs::{
    Edge, Graph, GraphPage, GraphSaved, GraphValidated, GraphWhole, Problem, VersionPage, Vertex,
};
pub(super) use journal::{JournalEntry, JournalPage};
pub(super) use many::{ManyBody, ManyDone, OneDone, Outcome};
pub(super) use others::{
    Drain, Health, NewToken, Secret, SecretPage, SecretRemoved, SecretSet, SignInLink, Version,
};
pub(super) use pipelines::{
    Pipeline, PipelinePage, PipelineRemoved, PipelineStarted, PipelineWhole, TrackPage,
};
pub(super) use preview::{AskPreview, FateCounts, StartedOrPreview};
pub use rendered::Rendering;
pub(super) use timeline::Timeline;
pub use tracks::Waiting;
pub(super) use tracks::{InboxPage, Track, TrackWhole};
pub use why::Reason as Why;
pub(super) use words::PipelineState;
