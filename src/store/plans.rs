//! Plans of graphs, kept while they are asked for: to read one takes longer than the tracks of a pipeline.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use diesel::{OptionalExtension, QueryDsl, RunQueryDsl};

use super::connection::Db;
use super::definition;
use super::error::StoreError;
use super::schema::graph;
use crate::engine::{GraphId, Plan};

/// So many plans are kept at most.
const KEPT: usize = 16;
/// And so many vertices in all of them; the newest one is kept in any case.
const KEPT_VERTICES: usize = 50_000;

/// The plans that were asked for last, the newest first.
#[derive(Debug, Default)]
pub(super) struct Plans(Mutex<VecDeque<Arc<Plan>>>);

impl Plans {
    /// The plan of a graph as it is in the database: each edit of one gives it another revision.
    pub(super) fn of(&self, db: &mut Db, id: GraphId) -> Result<Option<Arc<Plan>>, StoreError> {
        let of_graph = graph::table.find(id.0).select(graph::revision);
        let Some(revision) = of_graph.first(db).optional()? else {
            return Ok(None);
        };
        if let Some(kept) = self.find(id, revision) {
            return Ok(Some(kept));
        }
        let plan = definition::plan(db, id)?.map(Arc::new);
        if let Some(plan) = &plan {
            self.keep(plan);
        }
        Ok(plan)
    }

    fn find(&self, id: GraphId, revision: i64) -> Option<Arc<Plan>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = |plan: &Arc<Plan>| plan.graph == id && plan.revision == revision;
        let at = kept.iter().position(own)?;
        let found = kept.remove(at)?;
        kept.push_front(Arc::clone(&found));
        Some(found)
    }

    fn keep(&self, plan: &Arc<Plan>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|own| own.graph != plan.graph);
        kept.push_front(Arc::clone(plan));
        let vertices =
            |kept: &VecDeque<Arc<Plan>>| -> usize { kept.iter().map(|plan| plan.len()).sum() };
        while kept.len() > KEPT || kept.len() > 1 && vertices(&kept) > KEPT_VERTICES {
            kept.pop_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{KEPT, KEPT_VERTICES, Plans};
    use crate::engine::{GraphId, Plan, PlanVertex, Policies};

    fn plan(id: i64, revision: i64, vertices: usize) -> Arc<Plan> {
        let graph = (GraphId(id), GraphId(1));
        let vertices = vec![PlanVertex::default(); vertices];
        let policies = Policies::default();
        Arc::new(Plan::new(
            graph,
            revision,
            policies,
            vertices,
            &[],
            Vec::new(),
        ))
    }

    #[test]
    fn an_edit_makes_another_plan_and_few_are_kept() {
        let plans = Plans::default();
        let found = |id, revision| plans.find(GraphId(id), revision).is_some();
        plans.keep(&plan(1, 1, 2));
        assert!(found(1, 1) && !found(1, 2) && !found(2, 1));
        plans.keep(&plan(1, 2, 2));
        assert!(found(1, 2) && !found(1, 1));
        for id in 2..=KEPT as i64 {
            plans.keep(&plan(id, 1, 2));
        }
        assert!(found(1, 2), "it is the newest for having been asked for");
        plans.keep(&plan(100, 1, 2));
        assert!(found(1, 2) && found(100, 1) && !found(2, 1));
        // One that is larger than all may be is kept alone.
        plans.keep(&plan(101, 1, KEPT_VERTICES + 1));
        assert!(found(101, 1) && !found(100, 1) && !found(1, 2));
    }
}
