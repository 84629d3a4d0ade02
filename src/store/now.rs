//! What runs now, what waits, and for what: of all pipelines that have not ended, in a fixed number
//! of statements.

use diesel::dsl::{count_star, max, not, sql};
use diesel::sql_types::{Bool, Integer};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl,
    RunQueryDsl,
};

use super::error::StoreError;
use super::inbox::Waiting;
use super::reader::Store;
use super::schema::{edge, graph, journal, pipeline, track, vertex};
use super::standing::counts_as_done;
use super::tracks::track_columns;
use crate::engine::TrackState;

/// What runs comes first, then what a person has to say something of, then what waits.
const ORDER: &str = "CASE track.state WHEN 2 THEN 0 WHEN 7 THEN 1 WHEN 1 THEN 2 ELSE 3 END";
/// What has to come first stands so far before a track as their vertices are apart.
const BEFORE: &str = "track.id = waiting.id + vertex.place - head.place";

/// A track that does not go on before this one is done: `(waits, this one, its name)`.
pub type Before = (i64, i64, String);

/// Of what is live alone, pipeline by pipeline: of a join SQLite may read all tracks there are.
const LIVE: &str = "track.pipeline_id IN (SELECT id FROM pipeline WHERE finished_at IS NULL)";

macro_rules! open_tracks {
    ($limit:expr) => {
        track::table
            .filter(sql::<Bool>(LIVE))
            .filter(track::state.eq_any(open()))
            .inner_join(pipeline::table.on(pipeline::id.eq(track::pipeline_id)))
            .inner_join(graph::table.on(graph::id.eq(pipeline::graph_id)))
            .order((sql::<Integer>(ORDER), track::id))
            .limit($limit)
            .select((track_columns!(), pipeline::name, graph::name))
    };
}

macro_rules! open_counts {
    () => {
        track::table
            .filter(sql::<Bool>(LIVE))
            .filter(track::state.eq_any(open()))
            .group_by(track::state)
            .order(track::state)
            .select((track::state, count_star()))
    };
}

impl Store {
    /// The tracks that have not ended, of pipelines that have not, `limit` at most.
    pub fn open_tracks(&self, limit: i64) -> Result<Vec<Waiting>, StoreError> {
        let tracks = open_tracks!(limit);
        Ok(tracks.load(&mut *self.pool.get()?)?)
    }

    /// How many of them there are at each state.
    pub fn open_counts(&self) -> Result<Vec<(i16, i64)>, StoreError> {
        let counts = open_counts!();
        Ok(counts.load(&mut *self.pool.get()?)?)
    }

    /// Since when tracks stand where they do, in milliseconds since 1970. One that has never moved
    /// has stood there since its pipeline was started, and is not among them.
    pub fn since(&self, ids: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
        let moments = journal::table
            .filter(journal::track_id.is_not_null())
            .filter(journal::track_id.eq_any(ids))
            .group_by(journal::track_id)
            .select((
                journal::track_id.assume_not_null(),
                max(journal::at).assume_not_null(),
            ));
        Ok(moments.load(&mut *self.pool.get()?)?)
    }

    /// What has to come right before these tracks and is not done, `limit` at most.
    pub fn before(&self, ids: &[i64], limit: i64) -> Result<Vec<Before>, StoreError> {
        let (waiting, head) = diesel::alias!(track as waiting, vertex as head);
        let done = [TrackState::Succeed.code(), TrackState::Skipped.code()];
        let counts = track::state
            .eq(TrackState::Failed.code())
            .and(counts_as_done());
        let before = waiting
            .inner_join(head.on(head.field(vertex::id).eq(waiting.field(track::vertex_id))))
            .inner_join(
                edge::table.on(edge::graph_id
                    .eq(head.field(vertex::graph_id))
                    .and(edge::head.eq(head.field(vertex::id)))),
            )
            .inner_join(vertex::table.on(vertex::id.eq(edge::tail)))
            .inner_join(track::table.on(sql::<Bool>(BEFORE)))
            .filter(waiting.field(track::id).eq_any(ids))
            .filter(not(track::state.eq_any(done).or(counts)))
            .order((waiting.field(track::id), track::id))
            .limit(limit)
            .select((waiting.field(track::id), track::id, track::name));
        Ok(before.load(&mut *self.pool.get()?)?)
    }
}

fn open() -> [i16; 4] {
    let states = [
        TrackState::Waiting,
        TrackState::Pending,
        TrackState::Running,
        TrackState::Interrupted,
    ];
    states.map(TrackState::code)
}

#[cfg(test)]
mod tests {
    use diesel::dsl::{count_star, sql};
    use diesel::sql_types::{Bool, Integer};
    use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl};

    use super::{BEFORE, LIVE, ORDER, open};
    use crate::engine::TrackState;
    use crate::store::query_plan::{steps, written};
    use crate::store::schema::{graph, pipeline, track};
    use crate::store::tracks::track_columns;

    const OF_LIVE: [&str; 2] = [
        "pipeline_live",
        "track_of_pipeline (pipeline_id=? AND state=?)",
    ];

    #[test]
    fn the_history_is_not_read() {
        for (query, of) in [
            (written(&open_tracks!(9)), &OF_LIVE[..]),
            (written(&open_counts!()), &OF_LIVE[..]),
            (
                "SELECT track_id, max(at) FROM journal WHERE track_id IS NOT NULL \
                 AND track_id IN (1, 2) GROUP BY track_id"
                    .to_owned(),
                &["journal_of_track (track_id=?)"][..],
            ),
            (
                format!(
                    "SELECT track.id FROM track AS waiting JOIN vertex AS head ON head.id = waiting.vertex_id \
                     JOIN edge ON edge.graph_id = head.graph_id AND edge.head = head.id \
                     JOIN vertex ON vertex.id = edge.tail JOIN track ON {BEFORE} \
                     WHERE waiting.id IN (1, 2) AND NOT track.state IN (3, 5)"
                ),
                &[
                    "SEARCH waiting USING INTEGER PRIMARY KEY",
                    "SEARCH edge USING PRIMARY KEY (graph_id=? AND head=?)",
                    "SEARCH track USING INTEGER PRIMARY KEY",
                ],
            ),
        ] {
            let text = steps(&query).join("; ");
            assert!(!text.contains("SCAN track"), "{text}");
            for step in of {
                assert!(text.contains(step), "{step}: {text}");
            }
        }
    }

    #[test]
    fn the_numbers_are_the_codes() {
        let of = [
            TrackState::Running,
            TrackState::Interrupted,
            TrackState::Pending,
        ];
        for (place, state) in of.into_iter().enumerate() {
            assert!(ORDER.contains(&format!("WHEN {} THEN {place}", state.code())));
        }
    }
}
