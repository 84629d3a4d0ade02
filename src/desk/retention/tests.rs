//! What goes and what stays, over a real database: by a table, and against a plain account of the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof};
use proptest::test_runner::{Config, TestRunner};

use super::going::Going;
use super::plan::plan;
use crate::engine::PipelineState;
use crate::graph::Retention;
use crate::store::{Durability, Store, Writer};

const DAY: i64 = 24 * 3_600_000;
const NOW: i64 = 1_000 * DAY;
/// A KiB is the least that logs can be limited to.
const KIB: i64 = 1 << 10;

/// A pipeline: the place of its graph, days since its end, bytes of its log.
type Row = (usize, Option<i64>, i64);

struct Base {
    db: SqliteConnection,
    store: Store,
    _own: tempfile::TempDir,
}

impl Base {
    fn new() -> Self {
        let own = tempfile::tempdir().expect("a directory");
        let path: PathBuf = own.path().join("db");
        drop(Writer::open(&path, Durability::Normal, "boot").expect("made"));
        let mut db = SqliteConnection::establish(&path.to_string_lossy()).expect("opened");
        // Attempts without tracks are enough here.
        db.batch_execute("PRAGMA foreign_keys=OFF").expect("set");
        let store = Store::open(&path, 1).expect("a store");
        let _own = own;
        Self { db, store, _own }
    }

    /// These pipelines, numbered from 1, of graphs with these rules.
    fn fill(&mut self, graphs: &[Retention], rows: &[Row]) {
        let mut sql = String::from(
            "BEGIN; DELETE FROM attempt; DELETE FROM pipeline; DELETE FROM activity; DELETE FROM graph;",
        );
        for (i, own) in graphs.iter().enumerate() {
            let number = |n: Option<u64>| n.map_or("null".to_owned(), |n| n.to_string());
            let policies = format!(
                "{{\"on_failure\":\"stop_new\",\"env\":[],\"retention\":{{\"days\":{},\"keep_last\":{},\"max_bytes\":{}}}}}",
                number(own.days.map(u64::from)),
                number(own.keep_last.map(u64::from)),
                number(own.max_bytes)
            );
            // The older version says something else, which does not count.
            let other = "{\"on_failure\":\"stop_new\",\"env\":[],\"retention\":{\"days\":1}}";
            for (version, policies) in [(1, other), (2, policies.as_str())] {
                let id = 2 * i + version;
                sql += &format!(
                    "INSERT INTO graph VALUES ({id}, 'g{i}', {version}, 1, '', '', 'yaml', '', 1, 1, '[]', '{policies}', '[]', 1, 0, '', 0, 0);"
                );
            }
        }
        for (id, (graph, age, bytes)) in (1_i64..).zip(rows) {
            let end = age.map(|age| NOW - age * DAY);
            let state = match (end, id % 3) {
                (None, _) => PipelineState::Running,
                (Some(_), 0) => PipelineState::Failed,
                (Some(_), _) => PipelineState::Finish,
            };
            let (version, state) = (2 * graph + 1 + (id % 2) as usize, state.code());
            let end = end.map_or("NULL".to_owned(), |end| end.to_string());
            sql += &format!(
                "INSERT INTO pipeline (id, graph_id, name, description, state, creator, trigger_kind, input, first_track, vertices, created_at, finished_at, graph_name) \
                 VALUES ({id}, {version}, '', '', {state}, '', 'rest', '{{}}', {id}, 1, 0, {end}, 'g{graph}'); \
                 INSERT INTO attempt (track_id, number, pipeline_id, boot, ordered_at, detail, log_bytes, dropped_bytes) \
                 VALUES ({id}, 1, {id}, '', 0, '', {bytes}, 0);"
            );
        }
        self.db.batch_execute(&(sql + "COMMIT;")).expect("written");
    }

    /// What goes, each with the rule; each once.
    fn going(&self, server: Retention, of: Option<&str>) -> BTreeMap<i64, String> {
        let rules = plan(&self.store, server, NOW).expect("planned");
        let mut going = Going::new(&self.store, &rules, of);
        let mut all = BTreeMap::new();
        while let Some(page) = going.page().expect("a page") {
            assert!(page.len() <= 200, "a page is bounded");
            for (kept, rule) in page {
                let twice = all.insert(kept.id, rule.to_string());
                assert_eq!(twice, None, "{} goes once", kept.id);
            }
        }
        all
    }
}

fn rule(days: u32, keep_last: u32, max_kib: u64) -> Retention {
    let some = |n: u32| (n > 0).then_some(n);
    Retention {
        days: some(days),
        keep_last: some(keep_last),
        max_bytes: (max_kib > 0).then_some(max_kib << 10),
    }
}

#[test]
fn the_rules_say_what_goes() {
    let none = rule(0, 0, 0);
    // Ended ten, eight, six and four days ago, one runs, and one ended today; a KiB each.
    let one = [Some(10), Some(8), Some(6), Some(4), None, Some(0)].map(|age| (0, age, KIB));
    let mut base = Base::new();
    for (own, server, expected) in [
        (none, none, vec![]),
        (none, rule(7, 0, 0), vec![1, 2]),
        (rule(9, 0, 0), rule(5, 0, 0), vec![1]),
        (rule(5, 0, 0), none, vec![1, 2, 3]),
        // Those that stay in any case are counted with what runs.
        (none, rule(0, 2, 0), vec![1, 2, 3, 4]),
        (rule(0, 5, 0), rule(0, 1, 0), vec![1]),
        (rule(0, 6, 0), none, vec![]),
        (rule(0, 60, 0), rule(1, 0, 0), vec![]),
        (rule(1, 4, 0), none, vec![1, 2]),
        // Six KiB of logs, of which what runs has one.
        (rule(0, 0, 6), none, vec![]),
        (rule(0, 0, 4), none, vec![1, 2]),
        (none, rule(0, 0, 4), vec![1, 2]),
        (rule(0, 0, 5), rule(0, 0, 3), vec![1, 2, 3]),
        // What goes by its age makes room.
        (rule(9, 0, 5), none, vec![1]),
        (rule(0, 5, 1), none, vec![1]),
        (rule(0, 0, 1), none, vec![1, 2, 3, 4, 6]),
    ] {
        base.fill(&[own], &one);
        let going = base.going(server, None);
        let ids: Vec<i64> = going.keys().copied().collect();
        assert_eq!(ids, expected, "{own:?} {server:?}");
        assert_eq!(base.going(server, Some("g0")), going, "{own:?} {server:?}");
        assert!(base.going(server, Some("g")).is_empty());
    }
    base.fill(&[rule(0, 0, 5), none], &one);
    let told = base.going(rule(9, 0, 3), None);
    assert_eq!(told[&1], "days 9 of the server");
    assert_eq!(told[&2], "max_bytes 3KiB of the server");
    base.fill(&[rule(0, 0, 5)], &one);
    let told = base.going(none, None);
    assert_eq!(told[&1], "max_bytes 5KiB of the graph");
}

/// A machine without a clock begins in 1970: what ends then has a higher number than what is young.
#[test]
fn what_ended_while_the_clock_was_behind_is_as_young_as_what_was_there_before() {
    let days = rule(5, 0, 0);
    let mut base = Base::new();
    base.fill(
        &[days],
        &[Some(9), Some(4), Some(1_000), Some(999), Some(0)].map(|age| (0, age, KIB)),
    );
    let ids = |base: &Base| {
        base.going(rule(0, 0, 0), None)
            .into_keys()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids(&base),
        [1, 3, 4],
        "nothing is known of when they were created"
    );
    let created = format!("UPDATE pipeline SET created_at = finished_at - {DAY}");
    base.db.batch_execute(&created).expect("written");
    assert_eq!(ids(&base), [1]);
}

/// What the documents say, step by step and without an index.
fn account(graphs: &[Retention], server: Retention, rows: &[Row]) -> BTreeSet<i64> {
    let mut gone = BTreeSet::new();
    let all = || (1_i64..).zip(rows);
    let both = |graph: usize| graphs[graph].or(server);
    let newer = |id: i64, graph: usize| all().filter(|(i, r)| *i > id && r.0 == graph).count();
    let may = |id: i64, row: &Row| {
        let kept = both(row.0).keep_last.map_or(0, |n| n as usize);
        row.1.is_some() && newer(id, row.0) >= kept
    };
    for (id, row) in all().filter(|(id, row)| may(*id, row)) {
        let rule = both(row.0);
        let old = rule.days.zip(row.1);
        let alone = rule.days.is_none() && rule.max_bytes.is_none() && rule.keep_last.is_some();
        if alone || old.is_some_and(|(days, age)| age > i64::from(days)) {
            gone.insert(id);
        }
    }
    let caps = graphs.iter().enumerate();
    let caps = caps.filter_map(|(i, own)| Some((Some(i), own.max_bytes?)));
    let caps: Vec<_> = caps.chain(server.max_bytes.map(|n| (None, n))).collect();
    for (of, most) in caps {
        let is_of = |row: &Row| of.is_none_or(|graph| row.0 == graph);
        loop {
            let left = all().filter(|(id, row)| is_of(row) && !gone.contains(id));
            let bytes: i64 = left.map(|(_, row)| row.2).sum();
            let oldest = all().find(|(id, row)| is_of(row) && !gone.contains(id) && may(*id, row));
            match oldest {
                Some((id, _)) if bytes as u64 > most => gone.insert(id),
                _ => break,
            };
        }
    }
    gone
}

fn rules() -> impl Strategy<Value = Retention> {
    let days = prop_oneof![Just(0), 1..8_u32];
    let keep = prop_oneof![Just(0), 1..5_u32];
    let kib = prop_oneof![2 => Just(0), 1 => 1..20_u64];
    (days, keep, kib).prop_map(|(days, keep, kib)| rule(days, keep, kib))
}

#[test]
fn what_stays_always_includes_the_newest_and_the_unfinished() {
    let row = (
        0..3_usize,
        prop::option::weighted(0.8, 0..10_i64),
        any::<u8>().prop_map(|n| i64::from(n % 4) * KIB),
    );
    let all = (
        prop::collection::vec(rules(), 3),
        rules(),
        prop::collection::vec(row, 0..40),
    );
    let base = std::cell::RefCell::new(Base::new());
    let mut runner = TestRunner::new(Config::with_cases(200));
    let held = runner.run(&all, |(graphs, server, rows)| {
        let mut base = base.borrow_mut();
        base.fill(&graphs, &rows);
        let going: BTreeSet<i64> = base.going(server, None).into_keys().collect();
        for (id, row) in (1_i64..).zip(&rows) {
            let newer = (1_i64..).zip(&rows);
            let newer = newer.filter(|(i, r)| *i > id && r.0 == row.0).count();
            let keep = graphs[row.0].or(server).keep_last.unwrap_or(0) as usize;
            let safe = row.1.is_none() || newer < keep;
            prop_assert!(!(safe && going.contains(&id)), "{id} goes");
        }
        prop_assert_eq!(&going, &account(&graphs, server, &rows));
        for graph in 0..3 {
            let own = base.going(server, Some(&format!("g{graph}")));
            let of = |id: &&i64| rows[**id as usize - 1].0 == graph;
            let expected: Vec<i64> = going.iter().filter(of).copied().collect();
            prop_assert_eq!(own.into_keys().collect::<Vec<_>>(), expected);
        }
        Ok(())
    });
    held.expect("it holds");
}

/// More than one page of each kind.
#[test]
fn nothing_of_a_graph_goes_while_its_newest_version_has_errors() {
    let mut base = Base::new();
    let days = |days| Retention {
        days,
        ..Retention::default()
    };
    // The first one keeps long, the second one's `days: 0` is an error.
    let rows = [(0, Some(50), KIB), (1, Some(50), KIB), (2, Some(50), KIB)];
    base.fill(&[days(Some(3_650)), days(Some(0)), days(None)], &rows);
    let all = base.going(days(Some(30)), None);
    assert_eq!(all.into_keys().collect::<Vec<_>>(), [2, 3]);
    let refused = "UPDATE graph SET checked = 0 WHERE version = 2 AND name IN ('g0', 'g1')";
    base.db.batch_execute(refused).expect("written");
    let server = Retention {
        days: Some(30),
        keep_last: None,
        max_bytes: Some(1),
    };
    let all = base.going(server, None);
    assert_eq!(all.into_keys().collect::<Vec<_>>(), [3]);
}

#[test]
fn a_thousand_go_page_after_page() {
    let mut base = Base::new();
    let rows: Vec<Row> = (0..1_000).map(|i| (i % 2, Some(9), KIB)).collect();
    let none = rule(0, 0, 0);
    for (graphs, server, count) in [
        ([none, none], rule(5, 0, 0), 1_000),
        ([none, none], rule(0, 10, 0), 980),
        ([none, rule(0, 0, 100)], none, 400),
        ([none, none], rule(0, 300, 700), 300),
        ([none, none], rule(0, 0, 250), 750),
    ] {
        base.fill(&graphs, &rows);
        let going = base.going(server, None);
        assert_eq!(going.len(), count, "{graphs:?} {server:?}");
    }
}
