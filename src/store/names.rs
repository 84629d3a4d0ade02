//! Pipelines and tracks by what people call them: their graph, their vertex.

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl};

use super::connection::Db;
use super::error::StoreError;
use super::reader::Store;
use super::schema::{graph, pipeline, track};
use crate::engine::{PipelineId, TrackId};

impl Store {
    /// The pipeline that was started `back` pipelines before the newest one: of all versions of a
    /// graph, or of all graphs.
    pub fn newest(&self, graph: Option<&str>, back: u32) -> Result<Option<PipelineId>, StoreError> {
        let mut db = self.pool.get()?;
        Ok(newest(&mut db, graph, back.into())?.map(PipelineId))
    }

    /// The track of a vertex in a pipeline.
    pub fn track_named(&self, id: PipelineId, name: &str) -> Result<Option<TrackId>, StoreError> {
        let track = track::table
            .filter(track::pipeline_id.eq(id.0))
            .filter(track::name.eq(name))
            .order(track::id)
            .select(track::id);
        let found: Option<i64> = track.first(&mut *self.pool.get()?).optional()?;
        Ok(found.map(TrackId))
    }

    /// The names of a pipeline's tracks, `limit` at most.
    pub fn track_names(&self, id: PipelineId, limit: i64) -> Result<Vec<String>, StoreError> {
        let names = track::table
            .filter(track::pipeline_id.eq(id.0))
            .order(track::id)
            .limit(limit)
            .select(track::name);
        Ok(names.load(&mut *self.pool.get()?)?)
    }
}

fn newest(db: &mut Db, name: Option<&str>, back: i64) -> QueryResult<Option<i64>> {
    match name {
        None => pipeline::table
            .order(pipeline::id.desc())
            .select(pipeline::id)
            .offset(back)
            .first(db)
            .optional(),
        Some(name) => graph::table
            .inner_join(pipeline::table.on(pipeline::graph_id.eq(graph::id)))
            .filter(graph::name.eq(name))
            .order(pipeline::id.desc())
            .select(pipeline::id)
            .offset(back)
            .first(db)
            .optional(),
    }
}

#[cfg(test)]
mod tests {
    use crate::store::query_plan::steps;

    /// Pipelines of other graphs are not read, nor tracks of other pipelines.
    #[test]
    fn only_what_is_named_is_read() {
        let plan = steps(
            "SELECT pipeline.id FROM graph JOIN pipeline ON pipeline.graph_id = graph.id \
             WHERE graph.name = 'g' ORDER BY pipeline.id DESC LIMIT 1 OFFSET 3",
        );
        let text = plan.join("; ");
        assert!(
            text.contains("SEARCH graph USING") && text.contains("(name=?)"),
            "{text}"
        );
        assert!(text.contains("pipeline_by_version (graph_id=?)"), "{text}");
        let plan = steps("SELECT id FROM track WHERE pipeline_id = 1 AND name = 'a' ORDER BY id");
        let text = plan.join("; ");
        assert!(text.contains("track_of_pipeline (pipeline_id=?)"), "{text}");
    }
}
