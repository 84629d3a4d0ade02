//! Starting pipelines: request keys, and plans that are kept for the next start of their graph.

use std::sync::Arc;

use super::command::{CommandError, NewStart, Reply, Started};
use super::drive::Drive;
use crate::engine::{Answer, Event, GraphId, Outbox, PipelineId, Plan, Room, StartOrder, Time};
use crate::store::{StoreError, Unfit};

impl Drive {
    pub(super) fn start(
        &mut self,
        start: NewStart,
        now: Time,
        out: &mut Outbox,
    ) -> Result<Started, CommandError> {
        if let Some(key) = &start.request_key
            && let Some((id, graph, given)) = self.earlier(key, out)?
        {
            let same = graph == start.graph.0 && given == start.given;
            return if same {
                Ok(Started { id, state: None })
            } else {
                Err(CommandError::KeyReused(id))
            };
        }
        if let Some(key) = &start.request_key
            && (self.writer.notes_next(Some(key)) || self.writer.used(key)?.is_some())
        {
            return Err(CommandError::KeyTaken);
        }
        let plan = self.plan(start.graph, start.revision)?;
        let order = StartOrder {
            plan,
            name: start.name,
            desc: start.desc,
            request_key: start.request_key,
            who: start.who,
            trigger: start.trigger,
            given: start.given,
            inputs: start.inputs,
            priority: start.priority,
            again_of: start.again_of,
            why: start.why,
        };
        match self.engine.step(now, Event::Start(Arc::new(order)), out)? {
            Answer::Started(id) => {
                let ended = out.pipelines.get(&id).map(|change| change.to.state);
                let begun = out.starts.last().map(|new| new.row.state);
                Ok(Started {
                    id,
                    state: ended.or(begun),
                })
            }
            Answer::Done | Answer::Stale => unreachable!("a start is answered with its number"),
        }
    }

    /// What a start would meet, because its graph lets so many run at once.
    pub(super) fn preview_start(
        &mut self,
        (graph, revision): (GraphId, i64),
        now: Time,
        reply: &Reply<Room>,
    ) {
        let plan = self.plan(graph, revision);
        let room = plan.and_then(|plan| Ok(self.engine.preview_start(now, &plan)?));
        // A caller that has gone away misses nothing.
        drop(reply.send(room));
    }

    /// What a request key has started before, in this batch or in the database.
    fn earlier(
        &mut self,
        key: &str,
        out: &Outbox,
    ) -> Result<Option<(PipelineId, i64, String)>, StoreError> {
        let batch = out
            .starts
            .iter()
            .find(|s| s.order.request_key.as_deref() == Some(key));
        if let Some(start) = batch {
            return Ok(Some((
                start.id,
                start.order.plan.graph.0,
                start.order.given.clone(),
            )));
        }
        let row = self.writer.by_request_key(key)?;
        Ok(row.map(|(id, graph, given)| (PipelineId(id), graph, given)))
    }

    fn plan(&mut self, graph: GraphId, revision: i64) -> Result<Arc<Plan>, CommandError> {
        if let Some(plan) = self.plans.find(graph, revision) {
            return Ok(plan);
        }
        let Some(head) = self.writer.head(graph)? else {
            return Err(CommandError::NoGraph(graph));
        };
        if head.archived {
            return Err(CommandError::Unfit(Unfit::Archived(head.name)));
        }
        if !head.checked {
            return Err(CommandError::Unchecked(graph));
        }
        if head.revision != revision {
            return Err(CommandError::Edited(graph));
        }
        let plan = self
            .writer
            .plan(graph)?
            .ok_or(CommandError::NoGraph(graph))?;
        let plan = Arc::new(plan);
        self.plans.keep(graph, revision, &plan);
        Ok(plan)
    }
}
