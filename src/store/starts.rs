//! Starting a pipeline: its row, and a copy of every vertex of its graph.

use diesel::dsl::{case_when, exists};
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, SmallInt, Text};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, QueryDsl, QueryResult, RunQueryDsl,
};

use super::bulk::{Bulk, Cell};
use super::connection::Db;
use super::error::StoreError;
use super::schema::{edge, graph, pipeline, track, vertex};
use super::secrets;
use crate::engine::{NewPipeline, PendingOn, PipelineState, TrackState};
use crate::secrets::Vault;

const INPUTS: Bulk = Bulk {
    table: "track",
    set: "input = v.column2, missing = v.column3, \
          pending_on = CASE WHEN state = 1 AND v.column3 THEN 1 ELSE pending_on END",
    key: "track.id = v.column1",
};

/// Inserts a pipeline and copies the vertices of its graph into `track`; the graph is sealed.
///
/// In-degree-zero vertices (the head of no edge) are PENDING, all others, and those that run after
/// the verdict, WAITING. `NOT EXISTS` with
/// its one selected column is answered from the key of `edge`; `NOT IN` is not, on PostgreSQL.
pub(super) fn insert_pipeline(
    db: &mut Db,
    vault: Option<&Vault>,
    new: &NewPipeline,
) -> Result<(), StoreError> {
    let order = &new.order;
    let graph_id = order.plan.graph.0;
    let name: String = graph::table.find(graph_id).select(graph::name).first(db)?;
    diesel::insert_into(pipeline::table)
        .values((
            pipeline::id.eq(new.id.0),
            pipeline::graph_id.eq(graph_id),
            pipeline::name.eq(&order.name),
            pipeline::description.eq(&order.desc),
            pipeline::state.eq(PipelineState::Running.code()),
            pipeline::request_key.eq(&order.request_key),
            pipeline::creator.eq(&order.who),
            pipeline::trigger_kind.eq(order.trigger),
            pipeline::input.eq(&order.given),
            pipeline::first_track.eq(new.first_track.0),
            pipeline::vertices.eq(order.plan.len() as i32),
            pipeline::created_at.eq(new.at.0),
            pipeline::queued.eq(new.row.queued),
            pipeline::due_at.eq(new.row.due_at.map(|t| t.0)),
            pipeline::priority.eq(order.priority),
            pipeline::again_of.eq(order.again_of.map(|id| id.0)),
            pipeline::graph_name.eq(name),
        ))
        .execute(db)?;
    let sealed = diesel::update(
        graph::table
            .filter(graph::id.eq(graph_id))
            .filter(graph::checked),
    )
    .set(graph::sealed.eq(true))
    .execute(db)?;
    let copied = copy_vertices(db, new)?;
    if sealed != 1 || copied != order.plan.len() {
        return Err(StoreError::Mismatch(format!(
            "graph {graph_id} is not as its plan says"
        )));
    }
    let given = (new.first_track.0..).zip(&order.inputs);
    let inputs = given
        .clone()
        .filter(|(_, input)| !input.values.is_empty())
        .map(|(id, input)| {
            vec![
                Cell::Big(Some(id)),
                Cell::Text(Some(&input.values)),
                Cell::Small(Some(i16::from(input.missing))),
            ]
        });
    INPUTS.update(db, &inputs.collect::<Vec<_>>())?;
    secrets::insert(db, vault, given)
}

fn copy_vertices(db: &mut Db, new: &NewPipeline) -> QueryResult<usize> {
    let graph_id = new.order.plan.graph.0;
    let predecessors = edge::table
        .filter(edge::graph_id.eq(graph_id))
        .filter(edge::head.eq(vertex::id))
        .select(edge::head);
    let state = case_when::<_, _, SmallInt>(
        exists(predecessors).or(vertex::handler.is_not_null()),
        TrackState::Waiting.code().into_sql::<SmallInt>(),
    )
    .otherwise(TrackState::Pending.code().into_sql::<SmallInt>());
    let pending_on = case_when::<_, _, Nullable<SmallInt>>(
        exists(predecessors).or(vertex::handler.is_not_null()),
        None::<i16>.into_sql::<Nullable<SmallInt>>(),
    )
    .otherwise(Some(PendingOn::Slot.code()).into_sql::<Nullable<SmallInt>>());
    let place = diesel::dsl::sql::<BigInt>("vertex.place");
    let rows = vertex::table
        .filter(vertex::graph_id.eq(graph_id))
        .order(vertex::place)
        .select((
            place + new.first_track.0,
            new.id.0.into_sql::<BigInt>(),
            vertex::id,
            vertex::name,
            state,
            pending_on,
            "".into_sql::<Text>(),
            0.into_sql::<Integer>(),
            0.into_sql::<Integer>(),
            false.into_sql::<Bool>(),
            "{}".into_sql::<Text>(),
            vertex::compiled,
            Vec::<u8>::new().into_sql::<Binary>(),
        ));
    diesel::insert_into(track::table)
        .values(rows)
        .into_columns((
            track::id,
            track::pipeline_id,
            track::vertex_id,
            track::name,
            track::state,
            track::pending_on,
            track::detail,
            track::attempt,
            track::retries,
            track::missing,
            track::input,
            track::script,
            track::output,
        ))
        .execute(db)
}
