//! The journal of all pipelines, the newest first: an index drives the search, the rest is looked at row by
//! row, so many rows at most.

use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::{Connection, QueryableByName, RunQueryDsl};

use super::connection::{Db, on};
use super::error::StoreError;
use super::reader::Store;

/// The most entries that are looked at for one page.
const MOST_LOOKED_AT: i64 = 10_000;

/// Which entries are meant; what is not said does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalFilter {
    /// Of this pipeline.
    pub pipeline: Option<i64>,
    /// Asked for by this one.
    pub who: Option<String>,
    /// The word of the state after it.
    pub what: Option<String>,
}

/// An entry of the journal, with the names of what it is about.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct JournalLine {
    /// Its number.
    #[diesel(sql_type = BigInt)]
    pub sequence: i64,
    /// When, in milliseconds since 1970.
    #[diesel(sql_type = BigInt)]
    pub at: i64,
    /// Of which pipeline, and what people call it; no name: it has been deleted.
    #[diesel(sql_type = BigInt)]
    pub pipeline_id: i64,
    /// What people call the pipeline.
    #[diesel(sql_type = Nullable<Text>)]
    pub pipeline: Option<String>,
    /// Of which track; none: of the pipeline.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub track_id: Option<i64>,
    /// The name of the track's vertex.
    #[diesel(sql_type = Nullable<Text>)]
    pub vertex: Option<String>,
    /// The word of the state before.
    #[diesel(sql_type = Text)]
    pub old_state: String,
    /// The word of the state after.
    #[diesel(sql_type = Text)]
    pub new_state: String,
    /// Of which attempt; 0: none.
    #[diesel(sql_type = Integer)]
    pub attempt: i32,
    /// Who asked; empty: nobody, it follows from the rules.
    #[diesel(sql_type = Text)]
    pub who: String,
    /// Why.
    #[diesel(sql_type = Text)]
    pub why: String,
}

/// What was looked at for a page that is not full.
#[derive(QueryableByName)]
struct Looked {
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    last: Option<i64>,
}

/// Words that nearly every line has. Every other one has an index, which these do not pay for.
const COMMON: [&str; 4] = ["PENDING", "RUNNING", "SUCCEED", "FINISH"];
/// As the index `journal_of_rare` says it.
const RARE: &str = "new_state NOT IN ('PENDING', 'RUNNING', 'SUCCEED', 'FINISH')";

impl Store {
    /// Entries that are meant with numbers below `before`, the newest first, and where the next page
    /// begins; none: there is none.
    pub fn find_journal(
        &self,
        filter: &JournalFilter,
        before: i64,
        limit: usize,
    ) -> Result<(Vec<JournalLine>, Option<i64>), StoreError> {
        find(
            &mut *self.pool.get()?,
            filter,
            before,
            limit,
            MOST_LOOKED_AT,
        )
    }
}

/// What is looked at; `?`: who, what, before, pipeline, how many.
fn looked(filter: &JournalFilter, columns: &str) -> String {
    let rare = |what: &&String| !COMMON.contains(&what.as_str());
    let (index, found) = match (
        filter.pipeline,
        &filter.who,
        filter.what.as_ref().filter(rare),
    ) {
        (Some(_), ..) => (
            "INDEXED BY journal_of_pipeline",
            "pipeline_id = ?4".to_owned(),
        ),
        (None, Some(_), _) => (
            "INDEXED BY journal_of_who",
            "who <> '' AND who = ?1".to_owned(),
        ),
        (None, None, Some(_)) => (
            "INDEXED BY journal_of_rare",
            format!("{RARE} AND new_state = ?2"),
        ),
        (None, None, None) => ("NOT INDEXED", "TRUE".to_owned()),
    };
    format!(
        "SELECT {columns} FROM journal {index} WHERE {found} AND sequence < ?3 AND ?1 = ?1 AND ?2 = ?2 \
         AND ?4 = ?4 ORDER BY sequence DESC LIMIT ?5"
    )
}

/// The lines of a page; `?` as above, then how many lines. Names are looked up for lines that are meant alone.
fn statement(filter: &JournalFilter) -> String {
    let looked = looked(filter, "*");
    format!(
        "SELECT j.sequence, j.at, j.pipeline_id, p.name AS pipeline, j.track_id, t.name AS vertex, \
           j.old_state, j.new_state, j.attempt, j.who, j.why \
         FROM ({looked}) AS j \
         LEFT JOIN pipeline AS p ON p.id = j.pipeline_id \
           AND p.id NOT IN (SELECT pipeline_id FROM removal) \
         LEFT JOIN track AS t ON t.id = j.track_id \
         WHERE (?1 = '' OR j.who = ?1) AND (?2 = '' OR j.new_state = ?2) \
         ORDER BY j.sequence DESC LIMIT ?6"
    )
}

/// How far was looked, for a page that is not full.
fn extent(filter: &JournalFilter) -> String {
    let looked = looked(filter, "sequence");
    format!("SELECT count(*) AS rows, min(sequence) AS last FROM ({looked})")
}

fn find(
    db: &mut Db,
    filter: &JournalFilter,
    before: i64,
    limit: usize,
    looked_at: i64,
) -> Result<(Vec<JournalLine>, Option<i64>), StoreError> {
    macro_rules! bound {
        ($sql:expr) => {
            diesel::sql_query($sql)
                .bind::<Text, _>(filter.who.as_deref().unwrap_or_default())
                .bind::<Text, _>(filter.what.as_deref().unwrap_or_default())
                .bind::<BigInt, _>(before)
                .bind::<BigInt, _>(filter.pipeline.unwrap_or(0))
                .bind::<BigInt, _>(looked_at)
        };
    }
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    // What is deleted in between would let the second statement look further than the first.
    db.transaction(|db: &mut Db| {
        let page = bound!(statement(filter)).bind::<BigInt, _>(most);
        let lines: Vec<JournalLine> = on!(&mut *db, c => page.load(c))?;
        if lines.len() >= limit {
            let last = lines.last().map(|line| line.sequence);
            return Ok((lines, last));
        }
        let looked: Looked = on!(db, c => bound!(extent(filter)).get_result(c))?;
        Ok((lines, looked.last.filter(|_| looked.rows == looked_at)))
    })
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;

    use super::{COMMON, JournalFilter, RARE, extent, find, statement};
    use crate::store::connection::{Durability, open_writer};
    use crate::store::migrate::migrate;
    use crate::store::query_plan::steps;

    fn filter(pipeline: Option<i64>, who: &str, what: &str) -> JournalFilter {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        JournalFilter {
            pipeline,
            who: text(who),
            what: text(what),
        }
    }

    #[test]
    fn no_filter_sorts_or_reads_what_an_index_can_leave_out() {
        for (filter, step) in [
            (
                filter(None, "", "FINISH"),
                "SEARCH journal USING INTEGER PRIMARY KEY (rowid<?)",
            ),
            (
                filter(None, "", "FAILED"),
                "journal_of_rare (new_state=? AND sequence<?)",
            ),
            (
                filter(Some(7), "ann", ""),
                "journal_of_pipeline (pipeline_id=? AND sequence<?)",
            ),
            (
                filter(None, "ann", "FAILED"),
                "journal_of_who (who=? AND sequence<?)",
            ),
        ] {
            for mut sql in [statement(&filter), extent(&filter)] {
                for (of, value) in [
                    ("?1", "'a'"),
                    ("?2", "'b'"),
                    ("?3", "3"),
                    ("?4", "4"),
                    ("?5", "5"),
                    ("?6", "6"),
                ] {
                    sql = sql.replace(of, value);
                }
                let plan = steps(&sql).join("; ");
                assert!(plan.contains(step), "{filter:?}: {plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{filter:?}: {plan}");
            }
        }
        let migration = include_str!("../../migrations/sqlite/2026-11-22-000300_flat/up.sql");
        assert!(migration.contains(&format!("WHERE {RARE};")));
        assert!(
            COMMON
                .iter()
                .all(|word| RARE.contains(&format!("'{word}'")))
        );
    }

    #[test]
    fn pages_have_each_entry_that_is_meant_once_and_the_newest_first() {
        let own = tempfile::tempdir().expect("a directory");
        let path = own.path().join("db");
        let mut db = open_writer(&path, Durability::Normal).expect("opened");
        migrate(&mut db, &path).expect("migrated");
        // Every third is asked for by ann, every fourth ends FAILED, pipelines take turns.
        db.batch_execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) \
             INSERT INTO journal SELECT i, i, 1 + i % 2, NULL, '', iif(i % 4 = 0, 'FAILED', 'RUNNING'), 0, iif(i % 3 = 0, 'ann', ''), '' FROM n",
        )
        .expect("written");
        let of = |fits: fn(i64) -> bool| (1..=60).rev().filter(|i| fits(*i)).collect::<Vec<i64>>();
        for (filter, expected) in [
            (filter(None, "", ""), of(|_| true)),
            (filter(Some(2), "", ""), of(|i| i % 2 == 1)),
            (filter(Some(9), "", ""), Vec::new()),
            (filter(None, "ann", ""), of(|i| i % 3 == 0)),
            (filter(None, "", "FAILED"), of(|i| i % 4 == 0)),
            (filter(Some(1), "ann", "FAILED"), of(|i| i % 12 == 0)),
        ] {
            for (looked_at, limit) in [(1_000, 1_000), (1_000, 7), (3, 7), (7, 1)] {
                let (mut all, mut before) = (Vec::new(), i64::MAX);
                loop {
                    let (lines, next) =
                        find(&mut db, &filter, before, limit, looked_at).expect("read");
                    all.extend(lines.iter().map(|line| line.sequence));
                    let Some(place) = next else { break };
                    before = place;
                }
                assert_eq!(all, expected, "{filter:?} {looked_at} {limit}");
            }
        }
    }
}
