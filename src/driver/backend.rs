//! What the driver needs of whoever runs scripts.

use crate::engine::{AttemptKey, PipelineId};

/// Runs scripts. No call waits: results come back as facts.
pub trait Backend: Send {
    /// Start an attempt whose order is committed. A second call for the same key starts nothing.
    fn launch(&self, key: AttemptKey);
    /// End an attempt, or keep it from starting.
    fn kill(&self, key: AttemptKey);
    /// The attempt's end is committed: its files may go.
    fn clean(&self, key: AttemptKey);
    /// Nothing of the pipeline can move any more.
    fn settled(&self, pipeline: PipelineId);
}
