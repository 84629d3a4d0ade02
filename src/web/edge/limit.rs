//! What the limit of a graph would do to a start, for those who are about to start it.

use crate::desk::Desk;
use crate::engine::{GraphId, PipelineId};
use crate::graph::Graph;
use crate::store::GraphHead;

/// So many of the pipelines that would be stopped are shown.
const MOST_SHOWN: usize = 20;

/// What would follow now from how many pipelines of a graph may run at once.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct Limit {
    /// The pipelines that the start would stop.
    pub(in crate::web) stops: Vec<PipelineId>,
    /// Those of them that are not shown.
    pub(in crate::web) more: usize,
    /// What is started would have to wait.
    pub(in crate::web) queued: bool,
}

impl Limit {
    /// Where it cannot be told the start itself says it.
    pub(in crate::web) fn now(desk: &Desk, head: &GraphHead, graph: &Graph) -> Self {
        let room = graph.concurrency.and_then(|_| {
            let room = desk.handle.preview_start(GraphId(head.id), head.revision);
            room.ok()
        });
        let mut room = room.unwrap_or_default();
        let more = room.stops.len().saturating_sub(MOST_SHOWN);
        room.stops.truncate(MOST_SHOWN);
        Self {
            stops: room.stops,
            more,
            queued: room.queued,
        }
    }
}
