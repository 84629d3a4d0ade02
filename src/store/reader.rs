//! What pages, programs and the executor read, through a pool of connections that cannot write.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::connection::ReadConnections;
use super::error::StoreError;
use super::graphs::{self, GraphHead, StoredProblem, VertexRow};
use super::kept::OfGraphs;
use super::pipelines::{self, PipelineHead};
use super::secrets::{self, PipelineSecrets};
use super::tracks::{self, AttemptRow, JournalRow, TrackHead, TrackTexts};
use super::{definition, migrate, orders, refers, sessions, views};
use crate::engine::{GraphId, PipelineId, Plan, Time, TrackId};
use crate::graph::{Graph, Reference, Vertex};

/// Reads the database. A clone shares the pool.
#[derive(Clone)]
pub struct Store {
    pub(super) pool: r2d2::Pool<ReadConnections>,
    pub(super) looked_at: u32,
    /// Of graphs whose pipelines were asked about last.
    pub(super) plans: Arc<OfGraphs<Plan>>,
    /// And of graphs that were started or shown last.
    pub(super) definitions: Arc<OfGraphs<Graph>>,
}

/// How long a reader waits for a free connection.
const WAIT: Duration = Duration::from_secs(10);

impl Store {
    /// A pool of at most `size` connections to an existing database file of this version or an
    /// older one.
    pub fn open(path: &Path, size: u32) -> Result<Self, StoreError> {
        let manager = ReadConnections {
            path: path.to_owned(),
        };
        let pool = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(WAIT)
            .build(manager)?;
        migrate::standing(&mut *pool.get()?, path)?.refuse_newer(path)?;
        Ok(Self {
            pool,
            looked_at: 10_000,
            plans: Arc::default(),
            definitions: Arc::default(),
        })
    }

    /// One graph without its vertices.
    pub fn graph(&self, id: GraphId) -> Result<Option<GraphHead>, StoreError> {
        Ok(graphs::head(&mut *self.pool.get()?, id)?)
    }

    /// The text that a person wrote, and its form (`yaml` or `json`).
    pub fn source(&self, id: GraphId) -> Result<Option<(String, String)>, StoreError> {
        Ok(graphs::source(&mut *self.pool.get()?, id)?)
    }

    /// What the last check of a graph found.
    pub fn problems(&self, id: GraphId) -> Result<Vec<StoredProblem>, StoreError> {
        graphs::problems(&mut *self.pool.get()?, id)
    }

    /// The vertices of a graph in the order of its definition.
    pub fn vertices(&self, id: GraphId) -> Result<Vec<VertexRow>, StoreError> {
        Ok(graphs::vertices(&mut *self.pool.get()?, id)?)
    }

    /// `(tail, head)` of all edges of a graph, by vertex numbers.
    pub fn edges(&self, id: GraphId) -> Result<Vec<(i64, i64)>, StoreError> {
        Ok(graphs::edges(&mut *self.pool.get()?, id)?)
    }

    /// The whole definition of a graph.
    pub fn definition(&self, id: GraphId) -> Result<Option<Arc<Graph>>, StoreError> {
        let db = &mut *self.pool.get()?;
        self.definitions.of(db, id, definition::definition)
    }

    /// What a picture of a graph needs of its definition, and the number of its first vertex.
    pub fn shape(&self, id: GraphId) -> Result<(i64, Graph), StoreError> {
        definition::shape(&mut *self.pool.get()?, id)
    }

    /// A graph as the engine needs it.
    pub fn plan(&self, id: GraphId) -> Result<Option<Plan>, StoreError> {
        definition::plan(&mut *self.pool.get()?, id)
    }

    /// The vertices of a graph that are the head of no edge.
    pub fn starts(&self, id: GraphId) -> Result<Vec<i64>, StoreError> {
        Ok(definition::starts(&mut *self.pool.get()?, id)?)
    }

    /// Pipelines older than number `before`, newest first.
    pub fn pipelines(&self, before: i64, limit: i64) -> Result<Vec<PipelineHead>, StoreError> {
        Ok(pipelines::list(&mut *self.pool.get()?, before, limit)?)
    }

    /// The newest pipelines of one version of a graph.
    pub fn pipelines_of(
        &self,
        graph: GraphId,
        limit: i64,
    ) -> Result<Vec<PipelineHead>, StoreError> {
        Ok(pipelines::of_graph(&mut *self.pool.get()?, graph.0, limit)?)
    }

    /// The pipelines started by `trigger` that have not failed and of which something can still
    /// move, newest first.
    pub fn unfinished(&self, trigger: &str) -> Result<Vec<PipelineHead>, StoreError> {
        Ok(pipelines::unfinished(&mut *self.pool.get()?, trigger)?)
    }

    /// One pipeline.
    pub fn pipeline(&self, id: PipelineId) -> Result<Option<PipelineHead>, StoreError> {
        Ok(pipelines::head(&mut *self.pool.get()?, id)?)
    }

    /// How many tracks of each pipeline stand at each state: `(pipeline, state, count)`.
    pub fn counts(&self, ids: &[i64]) -> Result<Vec<(i64, i16, i64)>, StoreError> {
        Ok(pipelines::counts(&mut *self.pool.get()?, ids)?)
    }

    /// The tracks of a pipeline after track number `after`.
    pub fn tracks(
        &self,
        id: PipelineId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<TrackHead>, StoreError> {
        Ok(tracks::tracks(&mut *self.pool.get()?, id, after, limit)?)
    }

    /// One track with its texts.
    pub fn track(&self, id: TrackId) -> Result<Option<(TrackHead, TrackTexts)>, StoreError> {
        Ok(tracks::track(&mut *self.pool.get()?, id)?)
    }

    /// The attempts of a track, first to last.
    pub fn attempts(&self, id: TrackId) -> Result<Vec<AttemptRow>, StoreError> {
        self.attempts_after(id, 0, i64::MAX)
    }

    /// The attempts of a track after number `after`, `limit` at most.
    pub fn attempts_after(
        &self,
        id: TrackId,
        after: i32,
        limit: i64,
    ) -> Result<Vec<AttemptRow>, StoreError> {
        Ok(tracks::attempts(&mut *self.pool.get()?, id, after, limit)?)
    }

    /// The journal of a pipeline after entry `after`.
    pub fn journal(
        &self,
        id: PipelineId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<JournalRow>, StoreError> {
        Ok(tracks::journal(&mut *self.pool.get()?, id, after, limit)?)
    }

    /// A graph without its vertices and edges.
    pub fn outline(&self, id: GraphId) -> Result<Option<Graph>, StoreError> {
        views::outline(&mut *self.pool.get()?, id)
    }

    /// Some vertices of a graph with their numbers, from the place `from` in its definition.
    pub fn vertex_page(
        &self,
        id: GraphId,
        from: i32,
        limit: i64,
    ) -> Result<Vec<(i64, Vertex)>, StoreError> {
        views::vertices(&mut *self.pool.get()?, id, from, limit)
    }

    /// The outputs that the scripts of the vertices `first..=last` refer to, by vertex.
    pub fn references(
        &self,
        id: GraphId,
        ends: (i64, i64),
    ) -> Result<BTreeMap<i64, Vec<Reference>>, StoreError> {
        refers::references(&mut *self.pool.get()?, id, ends)
    }

    /// `(head, tail, name of the tail)` of the edges into the vertices with numbers `first..=last`.
    pub fn predecessors(
        &self,
        id: GraphId,
        (first, last): (i64, i64),
        limit: i64,
    ) -> Result<Vec<(i64, i64, String)>, StoreError> {
        let mut db = self.pool.get()?;
        Ok(views::predecessors(&mut db, id, first, last, limit)?)
    }

    /// The tracks of a pipeline that failed, were interrupted or wait for a value.
    pub fn attention(&self, id: PipelineId, limit: i64) -> Result<Vec<TrackHead>, StoreError> {
        Ok(views::attention(&mut *self.pool.get()?, id, limit)?)
    }

    /// The last entries of a pipeline's journal, newest first.
    pub fn journal_tail(&self, id: PipelineId, limit: i64) -> Result<Vec<JournalRow>, StoreError> {
        Ok(views::journal_tail(&mut *self.pool.get()?, id, limit)?)
    }

    /// What the executor needs to start a track.
    pub fn order(&self, id: TrackId) -> Result<Option<orders::TrackOrder>, StoreError> {
        orders::order(&mut *self.pool.get()?, id)
    }

    /// How many pipelines that have not ended name a secret.
    pub fn secret_users(&self, name: &str) -> Result<usize, StoreError> {
        secrets::users(&mut *self.pool.get()?, name)
    }

    /// The sealed value of a named secret.
    pub fn sealed(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(secrets::named(&mut *self.pool.get()?, name)?)
    }

    /// The sealed values that were given for a track, by parameter.
    pub fn given_secrets(&self, id: TrackId) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        Ok(secrets::given(&mut *self.pool.get()?, id)?)
    }

    /// All secrets that the scripts of a pipeline get between them.
    pub fn pipeline_secrets(&self, id: PipelineId) -> Result<PipelineSecrets, StoreError> {
        secrets::of_pipeline(&mut *self.pool.get()?, id)
    }

    /// Any sealed value: it tells which key this database belongs to.
    pub fn any_sealed(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(secrets::any(&mut *self.pool.get()?)?)
    }

    /// Whether a session is known and has not expired.
    pub fn has_session(&self, digest: &str, now: Time) -> Result<bool, StoreError> {
        Ok(sessions::is_known(&mut *self.pool.get()?, digest, now)?)
    }
}
