//! How one pipeline differs from another.

use super::{DefineError, Desk};
use crate::engine::{GraphId, PipelineId};
use crate::graph::Diff;
use crate::store::{PipelineHead, TrackHead};

/// Two pipelines, each with its tracks.
#[derive(Debug)]
pub struct Compared {
    /// The one before.
    pub before: (PipelineHead, Vec<TrackHead>),
    /// The one after.
    pub after: (PipelineHead, Vec<TrackHead>),
    /// What changed in the graph; none: both ran the same version.
    pub graph: Option<Diff>,
}

impl Desk {
    /// How `after` differs from `before`.
    pub fn compare(
        &self,
        before: PipelineHead,
        after: PipelineHead,
    ) -> Result<Compared, DefineError> {
        let graph = (before.graph_id != after.graph_id)
            .then(|| self.diff(GraphId(before.graph_id), GraphId(after.graph_id)))
            .transpose()?;
        let tracks = |head: &PipelineHead| self.store.tracks(PipelineId(head.id), 0, i64::MAX);
        let (old, new) = (tracks(&before)?, tracks(&after)?);
        Ok(Compared {
            before: (before, old),
            after: (after, new),
            graph,
        })
    }
}
