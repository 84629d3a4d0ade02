//! What a new check of a saved definition found.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::connection::{Db, write_tx};
use super::error::StoreError;
use super::graphs::StoredProblem;
use super::refers::references_to_json;
use super::schema::{graph, vertex};
use super::spec::to_json;
use crate::engine::GraphId;
use crate::graph::Runnable;

/// Notes what a new check of an unchanged definition found.
pub(super) fn set_check(
    db: &mut Db,
    id: GraphId,
    revision: i64,
    checked: bool,
    compiled: &[Runnable],
    problems: &[StoredProblem],
) -> Result<bool, StoreError> {
    write_tx(db, |db| {
        let unsealed = graph::table
            .find(id.0)
            .filter(graph::revision.eq(revision))
            .filter(graph::sealed.eq(false));
        let changed = diesel::update(unsealed)
            .set((
                graph::checked.eq(checked),
                graph::problems.eq(to_json(&problems)),
            ))
            .execute(db)?;
        if changed == 1 {
            for (place, runnable) in compiled.iter().enumerate() {
                let text = &runnable.body;
                let of_graph = vertex::table.filter(vertex::graph_id.eq(id.0));
                let of_place = of_graph
                    .filter(vertex::place.eq(place as i32))
                    .filter(vertex::compiled.ne(text));
                diesel::update(of_place)
                    .set((
                        vertex::compiled.eq(text),
                        vertex::refers.eq(references_to_json(&runnable.refers)),
                    ))
                    .execute(db)?;
            }
        }
        Ok(changed == 1)
    })
}
