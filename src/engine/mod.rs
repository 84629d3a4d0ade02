//! The state machine of pipelines: which track may run now, and what a verdict leads to.
//!
//! Pure: `step(now, event)` gives changes to commit and effects to perform afterwards. It knows
//! no clock, file, process, thread, database or web page.

mod control;
mod core;
mod event;
mod facts;
mod follow;
mod ids;
mod invariants;
mod outbox;
mod plan;
mod run;
mod state;
mod transitions;

pub use core::Engine;
pub use event::{
    Answer, Event, LoadedPipeline, LoadedTrack, NextIds, Refusal, Remains, Resolution, StartOrder,
    TrackInput,
};
pub use ids::{AttemptKey, GraphId, PipelineId, Time, TrackId, VertexId};
pub use outbox::{
    AttemptEnd, Effect, Entry, NewPipeline, Outbox, PipelineChange, PipelineRow, TrackChange,
    TrackRow,
};
pub use plan::{Plan, PlanVertex};
pub use state::{PendingOn, PipelineState, Reason, TrackState};
