//! What was made of graphs, kept while it is asked for: to read one takes longer than what a page or a start
//! does with it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use diesel::{OptionalExtension, QueryDsl, RunQueryDsl};

use super::connection::Db;
use super::error::StoreError;
use super::schema::graph;
use crate::engine::{GraphId, Plan};
use crate::graph::Graph;

/// So many are kept at most, however small they are.
const MOST: usize = 64;

/// What is made of a whole graph.
pub trait Weighed {
    /// So many bytes are kept in all; the newest one is kept in any case.
    const MOST_BYTES: usize;

    /// About how many bytes of memory it takes.
    fn bytes(&self) -> usize;
}

impl Weighed for Plan {
    const MOST_BYTES: usize = 8 << 20;

    fn bytes(&self) -> usize {
        Plan::bytes(self)
    }
}

impl Weighed for Graph {
    // They have their scripts.
    const MOST_BYTES: usize = 16 << 20;

    fn bytes(&self) -> usize {
        Graph::bytes(self)
    }
}

/// Those that were asked for last, the newest first.
#[derive(Debug)]
pub struct OfGraphs<T>(Mutex<VecDeque<One<T>>>);

#[derive(Debug)]
struct One<T> {
    graph: GraphId,
    revision: i64,
    bytes: usize,
    made: Arc<T>,
}

impl<T> Default for OfGraphs<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Weighed> OfGraphs<T> {
    /// What `make` makes of a graph as it is in the database: each edit of one gives it another revision.
    pub(super) fn of(
        &self,
        db: &mut Db,
        id: GraphId,
        make: impl FnOnce(&mut Db, GraphId) -> Result<Option<T>, StoreError>,
    ) -> Result<Option<Arc<T>>, StoreError> {
        let of_graph = graph::table.find(id.0).select(graph::revision);
        let Some(revision) = of_graph.first(db).optional()? else {
            return Ok(None);
        };
        if let Some(kept) = self.find(id, revision) {
            return Ok(Some(kept));
        }
        let made = make(db, id)?.map(Arc::new);
        if let Some(made) = &made {
            self.keep(id, revision, made);
        }
        Ok(made)
    }

    /// What is kept of a graph, if it is of this revision.
    pub fn find(&self, id: GraphId, revision: i64) -> Option<Arc<T>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = |one: &One<T>| one.graph == id && one.revision == revision;
        let at = kept.iter().position(own)?;
        let found = kept.remove(at)?;
        let made = Arc::clone(&found.made);
        kept.push_front(found);
        Some(made)
    }

    /// Keeps what was made of a graph, instead of what was kept of it.
    pub fn keep(&self, graph: GraphId, revision: i64, made: &Arc<T>) {
        let bytes = made.bytes();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|own| own.graph != graph);
        kept.push_front(One {
            graph,
            revision,
            bytes,
            made: Arc::clone(made),
        });
        let bytes = |kept: &VecDeque<One<T>>| -> usize { kept.iter().map(|one| one.bytes).sum() };
        while kept.len() > MOST || kept.len() > 1 && bytes(&kept) > T::MOST_BYTES {
            kept.pop_back();
        }
    }

    /// Forgets all of them.
    pub fn clear(&self) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{MOST, OfGraphs, Weighed};
    use crate::engine::{GraphId, Plan, PlanVertex, Policies, Time};
    use crate::graph::{Graph, Runnable, Vertex};
    use crate::store::connection::pragmas;
    use crate::store::{Durability, NewGraph, Store, Terms, Writer};

    fn plan(vertices: usize) -> Arc<Plan> {
        let vertices = vec![PlanVertex::default(); vertices];
        let (graph, policies) = ((GraphId(1), GraphId(1)), Policies::default());
        Arc::new(Plan::new(graph, 1, policies, vertices, &[], Vec::new()))
    }

    #[test]
    fn an_edit_makes_another_one_and_few_are_kept() {
        let plans = OfGraphs::default();
        let keep = |id, revision, vertices| plans.keep(GraphId(id), revision, &plan(vertices));
        let found = |id, revision| plans.find(GraphId(id), revision).is_some();
        keep(1, 1, 2);
        assert!(found(1, 1) && !found(1, 2) && !found(2, 1));
        keep(1, 2, 2);
        assert!(found(1, 2) && !found(1, 1));
        for id in 2..=MOST as i64 {
            keep(id, 1, 2);
        }
        assert!(found(1, 2), "it is the newest for having been asked for");
        keep(100, 1, 2);
        assert!(found(1, 2) && found(100, 1) && !found(2, 1));
        // One that is larger than all may be is kept alone.
        keep(101, 1, Plan::MOST_BYTES / size_of::<PlanVertex>());
        assert!(found(101, 1) && !found(100, 1) && !found(1, 2));
        plans.clear();
        assert!(!found(101, 1));
    }

    #[test]
    fn long_scripts_leave_room_for_fewer() {
        let graphs = OfGraphs::default();
        let keep = |id, script: usize| {
            let vertex = Vertex {
                script: " ".repeat(script),
                ..Vertex::default()
            };
            let graph = Graph {
                vertices: vec![vertex],
                ..Graph::default()
            };
            graphs.keep(GraphId(id), 1, &Arc::new(graph));
        };
        let found = |id| graphs.find(GraphId(id), 1).is_some();
        keep(1, Graph::MOST_BYTES / 2);
        keep(2, Graph::MOST_BYTES / 3);
        assert!(found(1) && found(2));
        keep(3, Graph::MOST_BYTES / 3);
        assert!(!found(1) && found(2) && found(3));
    }

    fn of_script(script: &str) -> NewGraph {
        let vertex = Vertex {
            name: "a".to_owned(),
            script: script.to_owned(),
            ..Vertex::default()
        };
        NewGraph {
            compiled: vec![Runnable {
                body: script.to_owned(),
                refers: Vec::new(),
            }],
            digest: script.to_owned(),
            graph: Graph {
                name: "g".to_owned(),
                vertices: vec![vertex],
                ..Graph::default()
            },
            source: String::new(),
            format: "yaml",
            checked: true,
            problems: Vec::new(),
            creator: String::new(),
            terms: Terms::default(),
        }
    }

    #[test]
    fn what_was_edited_or_removed_is_not_shown_as_it_was() {
        let own = tempfile::tempdir().unwrap();
        let path = own.path().join("db");
        let mut writer = Writer::open(&path, Durability::Normal, "boot").unwrap();
        let store = Store::open(&path, 1).unwrap();
        let id = writer.save_graph(Time(1), &of_script("true")).unwrap().id;
        let script = || {
            let graph: Option<Arc<Graph>> = store.definition(id).unwrap();
            graph.map(|graph| graph.vertices[0].script.clone())
        };
        assert_eq!(script().as_deref(), Some("true"));
        let again = writer.save_graph(Time(2), &of_script("false")).unwrap();
        assert_eq!(again.id, id, "a version that has not run is edited");
        assert_eq!(script().as_deref(), Some("false"));
        pragmas(&mut writer.db, "DELETE FROM vertex; DELETE FROM graph").unwrap();
        assert_eq!(script(), None);
    }
}
