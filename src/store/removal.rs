//! Removing pipelines: noted in one transaction, then row by row in many short ones, so that nobody waits
//! for one of many tracks. What is noted is read by nobody, and the next server goes on with it.

use std::time::{Duration, Instant};

use diesel::dsl::{count_star, sql};
use diesel::sql_types::{BigInt, Bool};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, sql_query};

use super::connection::{Db, on, write_tx};
use super::error::StoreError;
use super::reader::Store;
use super::requests;
use super::schema::{attempt, journal, pipeline, removal};
use super::spent;
use super::writer::Writer;
use crate::engine::{DELETED, PipelineId, PipelineState, Time};

/// Rows of one statement. After each statement the time is looked at.
const ROWS_A_STATEMENT: u32 = 100;

/// Bytes of long texts in the rows of one statement, and one row more: a track may have megabytes of
/// them, whose pages are gone through one by one when they are given back.
const BYTES_A_STATEMENT: u32 = 1024 * 1024;

/// What one commit removes at most; nobody else writes meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Rows.
    pub rows: u32,
    /// How long, and a statement more.
    pub time: Duration,
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            rows: 1_000,
            time: Duration::from_millis(10),
        }
    }
}

/// How much goes with a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Attempts of its tracks.
    pub attempts: i64,
    /// Bytes of their logs, as far as they have ended.
    pub log_bytes: i64,
    /// Lines of its journal.
    pub journal: i64,
}

impl Store {
    /// How much goes with a pipeline when it is removed.
    pub fn extent(&self, id: PipelineId) -> Result<Extent, StoreError> {
        let db = &mut *self.pool.get()?;
        let own = format!("attempt.track_id {}", tracks(id));
        let bytes = sql::<BigInt>("coalesce(sum(attempt.log_bytes), 0)");
        let (attempts, log_bytes) = attempt::table
            .filter(sql::<Bool>(&own))
            .select((count_star(), bytes))
            .first(db)?;
        let of = journal::table.filter(journal::pipeline_id.eq(id.0));
        Ok(Extent {
            attempts,
            log_bytes,
            journal: of.select(count_star()).first(db)?,
        })
    }

    /// When and by whom a pipeline was removed.
    pub fn removed(&self, id: PipelineId) -> Result<Option<(i64, String)>, StoreError> {
        let db = &mut *self.pool.get()?;
        let entry = journal::table
            .filter(journal::pipeline_id.eq(id.0))
            .filter(journal::track_id.is_null())
            .filter(journal::new_state.eq(DELETED))
            .select((journal::at, journal::who));
        Ok(entry.first(db).optional()?)
    }
}

impl Writer {
    /// How a pipeline that is not being removed stands, and whether nothing of it can move any more.
    pub fn standing(
        &mut self,
        id: PipelineId,
    ) -> Result<Option<(PipelineState, bool)>, StoreError> {
        let row: Option<(i16, Option<i64>)> = pipeline::table
            .find(id.0)
            .filter(super::pipelines::is_there())
            .select((pipeline::state, pipeline::finished_at))
            .first(&mut self.db)
            .optional()?;
        Ok(row.and_then(|(state, finished)| {
            Some((PipelineState::from_code(state)?, finished.is_some()))
        }))
    }

    /// The pipelines that are being removed.
    pub fn removals(&mut self) -> Result<Vec<PipelineId>, StoreError> {
        let ids: Vec<i64> = removal::table
            .select(removal::pipeline_id)
            .load(&mut self.db)?;
        Ok(ids.into_iter().map(PipelineId).collect())
    }

    /// Removes rows of a pipeline that is being removed, in one transaction; true: none is left.
    pub fn remove_some(&mut self, id: PipelineId, turn: Turn) -> Result<bool, StoreError> {
        write_tx(&mut self.db, |db| {
            spent::note(db)?;
            let (began, mut left) = (Instant::now(), turn.rows);
            for part in parts(id) {
                loop {
                    let most = left.min(ROWS_A_STATEMENT);
                    let some = sql_query(&part).bind::<BigInt, _>(i64::from(most));
                    let gone = on!(&mut *db, c => some.execute(c))?;
                    if gone == 0 {
                        break;
                    }
                    left = left.saturating_sub(gone as u32);
                    if left == 0 || began.elapsed() >= turn.time {
                        return Ok(false);
                    }
                }
            }
            Ok(true)
        })
    }

    /// Notes that nothing is left of a pipeline, its files neither.
    pub fn end_removal(&mut self, id: PipelineId) -> Result<(), StoreError> {
        diesel::delete(removal::table.find(id.0)).execute(&mut self.db)?;
        Ok(())
    }
}

/// Notes that pipelines are to be removed. Their request keys stay used as long as others do: what
/// was started once does not start again because it was removed.
pub(super) fn begin(db: &mut Db, ids: &[PipelineId]) -> QueryResult<()> {
    for id in ids {
        diesel::insert_into(removal::table)
            .values(removal::pipeline_id.eq(id.0))
            .execute(db)?;
        let started = pipeline::table.find(id.0).select((
            pipeline::request_key,
            pipeline::creator,
            pipeline::created_at,
        ));
        let (key, who, at): (Option<String>, String, i64) = started.first(db)?;
        if let Some(key) = key {
            requests::keep(db, (key, who), (Time(at), id.0))?;
        }
        diesel::update(pipeline::table.find(id.0))
            .set(pipeline::request_key.eq(None::<String>))
            .execute(db)?;
    }
    Ok(())
}

/// A statement for each table, that removes some of a pipeline's rows; nothing is left of one table when
/// the next one's turn comes.
fn parts(id: PipelineId) -> [String; 5] {
    let own = tracks(id);
    let lines = format!("pipeline_id = {id} AND new_state <> '{DELETED}'");
    let texts = ["input", "script", "output", "outputs"];
    [
        some("journal", "sequence", &["why"], &lines),
        some(
            "attempt",
            "track_id, number",
            &["detail"],
            &format!("track_id {own}"),
        ),
        some(
            "given_secret",
            "track_id, name",
            &["sealed"],
            &format!("track_id {own}"),
        ),
        some("track", "id", &texts, &format!("id {own}")),
        some("pipeline", "id", &["input"], &format!("id = {id}")),
    ]
}

/// Removes the first rows that a condition names: as many as it is told, and none after those whose long
/// texts have [`BYTES_A_STATEMENT`]. How long a text is stands in the head of its row: it is not read.
fn some(table: &str, key: &str, texts: &[&str], condition: &str) -> String {
    let long: Vec<String> = texts
        .iter()
        .map(|text| format!("octet_length({text})"))
        .collect();
    format!(
        "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM \
         (SELECT {key}, sum(bytes) OVER (ROWS UNBOUNDED PRECEDING) - bytes AS before FROM \
         (SELECT {key}, {bytes} AS bytes FROM {table} WHERE {condition} LIMIT ?)) \
         WHERE before < {BYTES_A_STATEMENT})",
        bytes = long.join(" + ")
    )
}

/// The numbers of a pipeline's tracks, which follow each other.
fn tracks(id: PipelineId) -> String {
    format!(
        "BETWEEN (SELECT first_track FROM pipeline WHERE id = {id}) \
         AND (SELECT first_track + vertices - 1 FROM pipeline WHERE id = {id})"
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use diesel::connection::SimpleConnection;
    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;
    use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

    use super::{ROWS_A_STATEMENT, Turn, begin, parts};
    use crate::engine::PipelineId;
    use crate::store::query_plan::steps;
    use crate::store::schema::{attempt, journal, pipeline, removal, track};
    use crate::store::{Durability, Writer};

    #[test]
    fn only_rows_of_the_pipeline_are_gone_through() {
        for part in parts(PipelineId(7)) {
            for step in steps(&part) {
                // What a statement has found itself is scanned, "(subquery-2)", and no table.
                let table = step
                    .strip_prefix("SCAN ")
                    .is_some_and(|of| !of.starts_with('('));
                assert!(!table, "{part}: {step}");
            }
        }
    }

    /// Two pipelines of `n` tracks, each with an attempt and a line of the journal.
    fn database(path: &Path, durability: Durability, n: usize) -> Writer {
        let mut writer = Writer::open(path, durability, "boot").unwrap();
        let rows = format!(
            "INSERT INTO graph VALUES (1, 'g', 1, 1, '', '', 'yaml', '', 1, 1, '[]', '{{}}', '[]', 1, 0, '', 0, 0);
            INSERT INTO vertex (id, graph_id, place, name, description, script, compiled, input, policies) VALUES (1, 1, 0, 'a', '', '', '', '[]', '{{}}');
            INSERT INTO pipeline (id, graph_id, name, description, state, creator, trigger_kind, input, first_track, vertices, created_at, finished_at, request_key)
              VALUES (1, 1, '', '', 3, '', '', '{{}}', 1, {n}, 0, 1, 'one'), (2, 1, '', '', 3, '', '', '{{}}', 1 + {n}, {n}, 0, 1, 'two');
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2 * {n})
              INSERT INTO track (id, pipeline_id, vertex_id, name, state, detail, attempt, retries, missing, input, script, output)
              SELECT i, 1 + (i > {n}), 1, 'a', 3, '', 1, 0, 0, '', hex(zeroblob(500)), '' FROM n;
            INSERT INTO attempt (track_id, number, pipeline_id, boot, ordered_at, detail, log_bytes, dropped_bytes)
              SELECT id, 1, pipeline_id, '', 0, '', 0, 0 FROM track;
            INSERT INTO journal SELECT id, 0, pipeline_id, id, '', 'SUCCEED', 1, '', '' FROM track;
            INSERT INTO journal VALUES (2 * {n} + 1, 0, 1, NULL, 'FINISH', 'DELETED', 0, 'me', '');"
        );
        writer.db.batch_execute(&rows).unwrap();
        writer
    }

    /// How many rows this connection has changed so far.
    fn changes(writer: &mut Writer) -> i64 {
        let changes = diesel::select(sql::<BigInt>("total_changes()"));
        changes.get_result(&mut writer.db).unwrap()
    }

    #[test]
    fn no_commit_takes_more_rows_than_it_may_of_ten_thousand_tracks() {
        let own = tempfile::tempdir().unwrap();
        let mut writer = database(&own.path().join("db"), Durability::Normal, 10_000);
        let id = PipelineId(1);
        begin(&mut writer.db, &[id]).unwrap();
        let time = Duration::MAX;
        for rows in [1, 250, 7_000] {
            let before = changes(&mut writer);
            assert!(!writer.remove_some(id, Turn { rows, time }).unwrap());
            // The highest numbers of the kinds are noted too: no more than there are kinds.
            let changed = changes(&mut writer) - before;
            let most = i64::from(rows) + 6;
            assert!(
                (i64::from(rows)..=most).contains(&changed),
                "{changed} {rows}"
            );
        }
        let (mut turns, mut longest, rows) = (0, Duration::ZERO, 1_000);
        let all = 3 * 10_000 + 1 - 1 - 250 - 7_000;
        loop {
            let (before, began) = (changes(&mut writer), Instant::now());
            let ended = writer.remove_some(id, Turn { rows, time }).unwrap();
            longest = longest.max(began.elapsed());
            assert!(changes(&mut writer) - before <= i64::from(rows) + 6);
            if ended {
                break;
            }
            turns += 1;
        }
        println!("of 10,000 tracks: {turns} commits of {rows} rows, the longest took {longest:?}");
        assert_eq!(turns, all / 1_000);
        assert_eq!(track::table.count().first(&mut writer.db), Ok(10_000_i64));
    }

    #[test]
    fn rows_with_long_texts_go_fewer_at_a_time() {
        let own = tempfile::tempdir().unwrap();
        let mut writer = database(&own.path().join("db"), Durability::Normal, 10);
        let long = "UPDATE track SET script = hex(zeroblob(100000)), output = zeroblob(100000);
            UPDATE track SET outputs = hex(zeroblob(1000000)) WHERE id = 6;
            DELETE FROM attempt; DELETE FROM journal";
        writer.db.batch_execute(long).unwrap();
        let id = PipelineId(1);
        begin(&mut writer.db, &[id]).unwrap();
        let mut left = vec![];
        loop {
            let turn = Turn {
                rows: u32::MAX,
                time: Duration::ZERO,
            };
            let all = writer.remove_some(id, turn).unwrap();
            let own = track::table.filter(track::pipeline_id.eq(1));
            left.push(own.count().first::<i64>(&mut writer.db).unwrap());
            if all {
                break;
            }
        }
        // Four of 300,000 bytes have more than 1 MiB; then one, and one of 2,300,000; then the others.
        assert_eq!(left, [6, 4, 0, 0, 0]);
    }

    #[test]
    fn rows_go_a_few_at_a_time_and_no_others() {
        let own = tempfile::tempdir().unwrap();
        let path = own.path().join("db");
        let mut writer = database(&path, Durability::Normal, 250);
        let id = PipelineId(1);
        begin(&mut writer.db, &[id]).unwrap();
        assert_eq!(
            writer.standing(id).unwrap(),
            None,
            "nobody reads it any more"
        );
        assert_eq!(writer.by_request_key("one").unwrap(), None);
        assert_eq!(writer.removals().unwrap(), [id]);
        let counts = |writer: &mut Writer| -> [i64; 4] {
            let db = &mut writer.db;
            [
                pipeline::table.count().first(db).unwrap(),
                track::table.count().first(db).unwrap(),
                attempt::table.count().first(db).unwrap(),
                journal::table.count().first(db).unwrap(),
            ]
        };
        let mut turns = 0;
        loop {
            let before = counts(&mut writer);
            let turn = Turn {
                rows: u32::MAX,
                time: Duration::ZERO,
            };
            let all = writer.remove_some(id, turn).unwrap();
            let after = counts(&mut writer);
            let gone: i64 = before.iter().zip(after).map(|(was, is)| was - is).sum();
            assert!(gone <= i64::from(ROWS_A_STATEMENT), "{before:?} {after:?}");
            turns += 1;
            if all {
                break;
            }
        }
        assert!(turns > 7, "{turns}");
        assert_eq!(counts(&mut writer), [1, 250, 250, 251]);
        writer.end_removal(id).unwrap();
        assert_eq!(removal::table.count().first(&mut writer.db), Ok(0_i64));
        assert_eq!(writer.next_ids().unwrap().journal, 502);
        let mut all = PipelineId(2);
        begin(&mut writer.db, &[all]).unwrap();
        let turn = Turn {
            rows: u32::MAX,
            time: Duration::MAX,
        };
        assert!(writer.remove_some(all, turn).unwrap());
        assert_eq!(counts(&mut writer), [0, 0, 0, 1]);
        all = PipelineId(writer.next_ids().unwrap().pipeline);
        assert_eq!(all, PipelineId(3), "its number is not given again");
    }
}
