//! The state machine of pipelines: which track may run now, and what a verdict leads to.
//!
//! Pure: `step(now, event)` gives changes to commit and effects to perform afterwards. It knows
//! no clock, file, process, thread, database or web page.

mod ids;

pub use ids::{AttemptKey, GraphId, PipelineId, Time, TrackId, VertexId};
