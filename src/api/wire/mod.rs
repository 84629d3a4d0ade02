//! What goes over the wire, in both directions. Rows become these; programs may rely on their names,
//! and the description of the interface (`/openapi.json`) is made from them.

mod bodies;
mod diff;
mod error;
mod graphs;
mod journal;
mod others;
mod pipelines;
mod preview;
mod rendered;
mod tracks;
mod values;
mod why;
mod words;

pub(super) use bodies::{
    AnswerBody, InputBody, PipelineAskBody, RenderBody, SecretBody, StartBody, TrackAskBody,
};
pub use diff::GraphDiff;
pub(super) use error::{Found, OfField, Refusal, Standing};
pub(super) use graphs::{
    Edge, Graph, GraphPage, GraphSaved, GraphValidated, GraphWhole, Problem, VersionPage, Vertex,
};
pub(super) use journal::{JournalEntry, JournalPage};
pub(super) use others::{
    Drain, Health, Secret, SecretPage, SecretRemoved, SecretSet, SignInLink, Version,
};
pub(super) use pipelines::{Pipeline, PipelinePage, PipelineStarted, PipelineWhole};
pub(super) use preview::{AskPreview, StartedOrPreview};
pub use rendered::Rendering;
pub use tracks::Waiting;
pub(super) use tracks::{InboxPage, Track, TrackWhole};
pub use why::Reason as Why;
pub(super) use words::PipelineState;
