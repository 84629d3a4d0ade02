//! Pipelines by what they are asked for, the newest first: a page is found as fast among a million of
//! them as among a thousand.
//!
//! One index drives the search, chosen by what is asked; the rest is looked at row by row, so many
//! rows at most. A page may then be short: its place says where to go on.

use std::collections::BTreeMap;

use diesel::connection::DefaultLoadingMode;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{QueryableByName, RunQueryDsl};

use super::connection::{Db, on};
use super::error::StoreError;
use super::filter::{Order, PipelineFilter, Place, Term, Value};
use super::pipelines::{PipelineHead, heads};
use super::reader::Store;
use crate::engine::PipelineState;

/// A page of the list.
#[derive(Debug)]
pub struct PipelineList {
    /// At most as many as were asked for.
    pub heads: Vec<PipelineHead>,
    /// Where the next page begins; none: there are no more.
    pub next: Option<Place>,
}

impl Store {
    /// So many rows are looked at for one page of pipelines, and no more.
    pub fn looking_at(self, looked_at: u32) -> Self {
        Self { looked_at, ..self }
    }

    /// Pipelines that are meant, older than `after`, the newest first.
    pub fn find_pipelines(
        &self,
        filter: &PipelineFilter,
        after: Option<Place>,
        limit: i64,
    ) -> Result<PipelineList, StoreError> {
        let db = &mut *self.pool.get()?;
        let (ids, next) = Search::of(filter, after, self.looked_at.into()).run(db, limit)?;
        let places: BTreeMap<i64, usize> = ids.iter().copied().zip(0..).collect();
        let mut heads = heads(db, &ids)?;
        heads.sort_by_key(|head| places.get(&head.id).copied());
        Ok(PipelineList { heads, next })
    }
}

/// A search as a statement: `?` for each value.
struct Search {
    sql: String,
    values: Vec<Value>,
    looked_at: i64,
    by: Order,
}

#[derive(QueryableByName)]
struct Seen {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    at: i64,
    #[diesel(sql_type = Bool)]
    fits: bool,
}

fn words(terms: &[Term]) -> Vec<String> {
    terms.iter().map(|(term, _)| (*term).to_owned()).collect()
}

impl Search {
    fn of(filter: &PipelineFilter, after: Option<Place>, looked_at: i64) -> Self {
        let by = filter.order();
        let (index, answered, each_state) = filter.drive();
        let (mut found, rest): (Vec<Term>, Vec<Term>) = filter
            .terms()
            .into_iter()
            .partition(|(term, _)| answered.contains(term));
        match after {
            Some(Place { at: Some(at), id }) => {
                found.push((by.before(), vec![Value::Number(at), Value::Number(id)]))
            }
            Some(Place { at: None, id }) => found.push(("id < ?", vec![Value::Number(id)])),
            None => {}
        }
        let state = |state: &PipelineState| format!("state = {}", state.code());
        let states: Vec<String> = match filter.states.as_slice() {
            [] => PipelineState::ALL.iter().map(state).collect(),
            some => some.iter().map(state).collect(),
        };
        let mut fits = words(&rest);
        let arms = if each_state {
            states
        } else {
            if !filter.states.is_empty() {
                fits.push(format!("({})", states.join(" OR ")));
            }
            vec!["TRUE".to_owned()]
        };
        fits.push("TRUE".to_owned());
        let (mut sql, mut values) = (Vec::new(), Vec::new());
        for arm in arms {
            let conditions = [words(&found), vec![arm]].concat().join(" AND ");
            let fits = fits.join(" AND ");
            sql.push(format!(
                "SELECT id, {} AS at, ({fits}) IS TRUE AS fits FROM pipeline {index} WHERE {conditions}",
                by.moment()
            ));
            values.extend(rest.iter().chain(&found).flat_map(|(_, of)| of.clone()));
        }
        let order = match by {
            Order::Number => "id DESC".to_owned(),
            Order::Start | Order::End => format!("{} DESC, id DESC", by.moment()),
        };
        let sql = sql.join(" UNION ALL ");
        Self {
            sql: format!("{sql} ORDER BY {order} LIMIT {looked_at}"),
            values,
            looked_at,
            by,
        }
    }

    /// The numbers of a page's pipelines, and where it ends.
    fn run(self, db: &mut Db, limit: i64) -> Result<(Vec<i64>, Option<Place>), StoreError> {
        let (mut ids, mut seen, mut last) = (Vec::new(), 0, None);
        on!(db, c => {
            let mut query = diesel::sql_query(self.sql).into_boxed();
            for value in self.values {
                query = match value {
                    Value::Number(number) => query.bind::<BigInt, _>(number),
                    Value::Text(text) => query.bind::<Text, _>(text),
                };
            }
            // Row by row: nothing is looked at beyond what fills the page.
            for row in query.load_iter::<Seen, DefaultLoadingMode>(c)? {
                let row = row?;
                seen += 1;
                ids.extend(row.fits.then_some(row.id));
                let at = (self.by != Order::Number).then_some(row.at);
                last = Some(Place { at, id: row.id });
                if ids.len() as i64 == limit {
                    break;
                }
            }
        });
        let more = ids.len() as i64 == limit || seen == self.looked_at;
        Ok((ids, last.filter(|_| more)))
    }
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;

    use super::{Order, PipelineFilter, Place, Search};
    use crate::engine::{GraphId, PipelineState, Time};
    use crate::store::OfGraph;
    use crate::store::connection::{Db, Durability, open_writer};
    use crate::store::migrate::migrate;
    use crate::store::query_plan::steps;

    fn name(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn filters() -> Vec<(&'static str, PipelineFilter)> {
        let all = PipelineFilter::default;
        let graph = Some(OfGraph::Name("g".to_owned()));
        let states = vec![PipelineState::Failed, PipelineState::Stopped];
        vec![
            ("", all()),
            (
                "",
                PipelineFilter {
                    name: name("b"),
                    ..all()
                },
            ),
            (
                "",
                PipelineFilter {
                    live: Some(false),
                    ..all()
                },
            ),
            (
                "pipeline_live",
                PipelineFilter {
                    live: Some(true),
                    ..all()
                },
            ),
            (
                "pipeline_by_creator",
                PipelineFilter {
                    creator: name("x"),
                    ..all()
                },
            ),
            (
                "pipeline_by_trigger",
                PipelineFilter {
                    trigger: name("rest"),
                    ..all()
                },
            ),
            (
                "pipeline_by_time",
                PipelineFilter {
                    since: Some(Time(5)),
                    ..all()
                },
            ),
            (
                "pipeline_by_time",
                PipelineFilter {
                    until: Some(Time(5)),
                    ..all()
                },
            ),
            (
                "pipeline_by_end",
                PipelineFilter {
                    ended_before: Some(Time(5)),
                    ..all()
                },
            ),
            (
                "pipeline_by_end",
                PipelineFilter {
                    ended_before: Some(Time(5)),
                    since: Some(Time(5)),
                    live: Some(false),
                    states: states.clone(),
                    ..all()
                },
            ),
            (
                "pipeline_by_state",
                PipelineFilter {
                    states: states.clone(),
                    ..all()
                },
            ),
            (
                "pipeline_by_graph",
                PipelineFilter {
                    graph: graph.clone(),
                    ..all()
                },
            ),
            (
                "pipeline_by_graph",
                PipelineFilter {
                    graph,
                    states: states.clone(),
                    ..all()
                },
            ),
            (
                "pipeline_by_version",
                PipelineFilter {
                    graph: Some(OfGraph::Version(GraphId(1))),
                    states,
                    ..all()
                },
            ),
        ]
    }

    /// Nothing is sorted, and nothing but the one index is gone through.
    #[test]
    fn every_filter_has_an_index_in_the_order_of_the_list() {
        for (index, filter) in filters() {
            let at = (filter.order() != Order::Number).then_some(9);
            for after in [None, Some(Place { at, id: 7 })] {
                let sql = Search::of(&filter, after, 100).sql.replace('?', "1");
                let plan = steps(&sql).join("; ");
                assert!(!plan.contains("TEMP B-TREE"), "{filter:?}: {plan}");
                assert!(plan.contains(index), "{filter:?}: {plan}");
                assert_eq!(plan.contains("INDEX "), !index.is_empty(), "{plan}");
            }
        }
    }

    const GRAPH: &str = "INSERT INTO graph VALUES (1, 'g', 1, 1, '', '', 'yaml', '', 1, 1, '[]', '{}', '[]', 0, 0, '', 0, 0), (2, 'h', 1, 1, '', '', 'yaml', '', 1, 1, '[]', '{}', '[]', 0, 0, '', 0, 0);";

    /// Pipelines 1 to 60, of which each second is of another graph, each third failed, each fourth is
    /// named by its number, each fifth somebody else's.
    fn database(own: &std::path::Path) -> Db {
        let path = own.join("db");
        let mut db = open_writer(&path, Durability::Normal).expect("opened");
        migrate(&mut db, &path).expect("migrated");
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) \
            INSERT INTO pipeline (id, graph_id, name, description, state, creator, trigger_kind, input, first_track, vertices, created_at, finished_at, graph_name) \
            SELECT i, 1 + i % 2, iif(i % 4 = 0, 'N_' || i, 'x'), '', iif(i % 3 = 0, 2, 3), iif(i % 5 = 0, 'b', 'a'), \
              iif(i % 6 = 0, 'form', 'rest'), '{}', 1, 0, i / 2 * 10, iif(i % 7 = 0, NULL, i * 3), iif(i % 2 = 0, 'g', 'h') FROM n;";
        db.batch_execute(GRAPH).expect("written");
        db.batch_execute(rows).expect("written");
        db
    }

    /// All pages of a list, of `limit` rows each, for which `looked_at` rows may be looked at.
    fn pages(db: &mut Db, filter: &PipelineFilter, looked_at: i64, limit: i64) -> Vec<i64> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let (ids, next) = Search::of(filter, after, looked_at)
                .run(db, limit)
                .expect("read");
            assert!(ids.len() as i64 <= limit);
            all.extend(ids);
            let Some(place) = next else { return all };
            assert!(filter.is_of(place));
            assert_eq!(place.to_string().parse(), Ok(place));
            after = next;
        }
    }

    #[test]
    fn pages_have_what_is_meant_once_and_the_newest_first() {
        let own = tempfile::tempdir().expect("a directory");
        let db = &mut database(own.path());
        let all = PipelineFilter::default;
        let of = |fits: fn(i64) -> bool| (1..=60).rev().filter(|i| fits(*i)).collect::<Vec<i64>>();
        let graph = |of: &str| Some(OfGraph::Name(of.to_owned()));
        let failed = vec![PipelineState::Failed];
        let cases = [
            (all(), of(|_| true)),
            (
                PipelineFilter {
                    states: failed.clone(),
                    ..all()
                },
                of(|i| i % 3 == 0),
            ),
            (
                PipelineFilter {
                    states: PipelineState::ALL.to_vec(),
                    ..all()
                },
                of(|_| true),
            ),
            (
                PipelineFilter {
                    graph: graph("g"),
                    ..all()
                },
                of(|i| i % 2 == 0),
            ),
            (
                PipelineFilter {
                    graph: Some(OfGraph::Version(GraphId(2))),
                    ..all()
                },
                of(|i| i % 2 == 1),
            ),
            (
                PipelineFilter {
                    graph: graph("g"),
                    states: failed.clone(),
                    ..all()
                },
                of(|i| i % 6 == 0),
            ),
            (
                PipelineFilter {
                    name: name("n_"),
                    ..all()
                },
                of(|i| i % 4 == 0),
            ),
            (
                PipelineFilter {
                    name: name("_"),
                    states: failed.clone(),
                    ..all()
                },
                of(|i| i % 12 == 0),
            ),
            (
                PipelineFilter {
                    name: name("%"),
                    ..all()
                },
                Vec::new(),
            ),
            (
                PipelineFilter {
                    creator: name("b"),
                    ..all()
                },
                of(|i| i % 5 == 0),
            ),
            (
                PipelineFilter {
                    creator: name("b"),
                    live: Some(true),
                    ..all()
                },
                of(|i| i % 35 == 0),
            ),
            (
                PipelineFilter {
                    trigger: name("form"),
                    ..all()
                },
                of(|i| i % 6 == 0),
            ),
            (
                PipelineFilter {
                    live: Some(false),
                    ..all()
                },
                of(|i| i % 7 != 0),
            ),
            (
                PipelineFilter {
                    since: Some(Time(100)),
                    until: Some(Time(200)),
                    ..all()
                },
                of(|i| (20..40).contains(&i)),
            ),
            (
                PipelineFilter {
                    since: Some(Time(100)),
                    states: failed,
                    ..all()
                },
                of(|i| i >= 20 && i % 3 == 0),
            ),
            (
                PipelineFilter {
                    ended_before: Some(Time(90)),
                    ..all()
                },
                of(|i| i < 30 && i % 7 != 0),
            ),
            (
                PipelineFilter {
                    ended_before: Some(Time(90)),
                    graph: graph("h"),
                    ..all()
                },
                of(|i| i < 30 && i % 7 != 0 && i % 2 == 1),
            ),
            (
                PipelineFilter {
                    until: Some(Time(100)),
                    graph: graph("h"),
                    ..all()
                },
                of(|i| i < 20 && i % 2 == 1),
            ),
        ];
        for (filter, expected) in cases {
            for (looked_at, limit) in [(1_000, 1_000), (1_000, 7), (3, 7), (7, 1)] {
                let found = pages(db, &filter, looked_at, limit);
                assert_eq!(found, expected, "{filter:?} {looked_at} {limit}");
            }
        }
    }
}
