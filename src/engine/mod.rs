//! The state machine of pipelines: which track may run now, and what a verdict leads to.
//!
//! Pure: `step(now, event)` gives changes to commit and effects to perform afterwards. It knows
//! no clock, file, process, thread, database or web page.

mod actions;
mod advice;
mod backoff;
mod census;
mod control;
mod core;
mod dispatch;
mod event;
mod explain;
mod facts;
mod family;
mod follow;
mod ids;
mod invariants;
mod lost;
mod marks;
mod not_now;
mod offers;
mod outbox;
mod parties;
mod plan;
mod preview;
mod request;
mod retry;
mod revive;
mod run;
mod shortage;
mod standing;
mod state;
mod transitions;
mod verdict;
mod why;

pub use census::Census;
pub use core::Engine;
pub use dispatch::Capacity;
pub use event::{Event, LoadedPipeline, LoadedTrack, NextIds, Remains, StartOrder, TrackInput};
pub use family::Room;
pub use ids::{AttemptKey, GraphId, PipelineId, Time, TrackId, VertexId};
pub use not_now::NotNow;
pub use offers::{PipelineStand, TrackStand};
pub use outbox::{
    AttemptEnd, Effect, Entry, NewPipeline, Outbox, PipelineChange, PipelineRow, TrackChange,
    TrackRow,
};
pub use plan::{Plan, PlanVertex, Policies, Pool};
pub use preview::{Fate, Preview, Will};
pub use request::{Action, Answer, Expect, Refusal, Request, Scope, TrackAction};
pub use state::{DELETED, Ending, Mark, PendingOn, PipelineState, Reason, TrackState, is_after};
pub use why::{About, Because, Facts, Few, MOST_NAMED, Next, Party, Wanted};
