//! What goes over the wire, in both directions. Rows become these; programs may rely on their names,
//! and the description of the interface (`/openapi.json`) is made from them.

mod aliases;
mod bodies;
mod compare;
mod cursor;
mod deeds;
mod diff;
mod error;
mod filter;
mod gc;
mod graphs;
mod hooks;
mod journal;
mod layout;
mod logs;
mod many;
mod others;
mod parts;
mod pipelines;
mod preview;
mod rendered;
mod saved;
mod shelf;
mod stats;
mod timeline;
mod track_parts;
mod tracks;
mod values;
mod why;
mod words;

pub(super) use aliases::{
    CompleteBody, InstanceBody, InstanceLogs, NodeStats, TrackLines, WorkflowEdges, WorkflowNodes,
    WorkflowStats,
};
pub(super) use bodies::{
    AnswerBody, CloneBody, EdgeBody, InputBody, PipelineAskBody, RenderBody, SecretBody, StartBody,
    TrackAskBody, VertexBody,
};
pub(super) use compare::PipelineDiff;
pub(super) use cursor::{Cursor, List};
pub use cursor::{deeds_after, graphs_after, older_than};
pub use deeds::Deed;
pub(super) use deeds::DeedPage;
pub use diff::{GraphChanges, GraphDiff};
pub(super) use error::{Found, OfField, Refusal, Standing};
pub(super) use filter::{FilterBody, TRIGGERS, moment, states};
pub(super) use gc::Collected;
pub(super) use graphs::{
    Edge, GraphPage, GraphValidated, GraphWhole, Problem, VersionPage, Vertex,
};
pub use graphs::{Graph, GraphListed};
pub(super) use hooks::{
    CalledOrPreview, Hook, HookBody, HookChanged, HookMade, HookMadeOrPreview, HookPage,
    HookPreview, HookRemoved,
};
pub(super) use journal::{JournalEntry, JournalPage};
pub(super) use layout::GraphLayout;
pub(super) use logs::LogPage;
pub(super) use many::{ManyBody, ManyDone, OneDone, Outcome};
pub(super) use others::{
    Drain, Health, NewToken, Secret, SecretPage, SecretRemoved, SecretSet, SignInLink, Version,
};
pub(super) use parts::{EdgePage, NamedEdge, VertexDefinition, VertexPage};
pub(super) use pipelines::{
    Pipeline, PipelinePage, PipelineRemoved, PipelineStarted, PipelineWhole, TrackPage,
};
pub(super) use preview::{AskPreview, FateCounts, StartedOrPreview};
pub use rendered::Rendering;
pub use saved::GraphSaved;
pub(super) use shelf::GraphShelved;
pub use stats::GraphStats;
pub use timeline::Timeline;
pub(super) use track_parts::{AttemptPage, TrackEnvironment, TrackInput};
pub use tracks::Waiting;
pub(super) use tracks::{Attempt, InboxPage, Track, TrackWhole, outputs_of};
pub use why::Reason as Why;
pub(super) use words::PipelineState;
