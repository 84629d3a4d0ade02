//! The first page with nothing, one and many, in both languages.

use askama::Template;
use chrono_tz::Tz;

use super::facts::{Facts, GRAPHS, RUNNING};
use super::view;
use crate::engine::{Census, TrackState};
use crate::l10n::{L10n, Words};
use crate::store::{ActiveGraph, Ran, RecentRun, Waiting};
use crate::web::edge::guard::Browser;
use crate::web::plots::heat;
use crate::web::tests::harness::{HOSTILE, NOW, browser, keep, pipeline_head, track_head};
use crate::web::tests::wellformed;

fn reader(language: L10n) -> Browser {
    let mut who = browser();
    who.look.language = language;
    who.look.t = Words::of(language);
    who
}

fn facts(count: i64) -> Facts {
    let days = heat::days(&Tz::UTC, NOW.0);
    let ran = |place: usize| Ran {
        started: count * ((place as i64 + 1) % 9),
        finished: count * (place as i64 % 9) * 8 / 9,
        failed: count * (place as i64 % 7 / 6),
    };
    let graph = |id: i64| ActiveGraph {
        id,
        name: format!("{HOSTILE}{id}"),
        checked: id % 3 > 0,
    };
    let runs = (0..count).flat_map(|graph| {
        (0..30).map(move |run| RecentRun {
            id: graph * 30 + run,
            graph: format!("{HOSTILE}{}", graph + 1),
            state: (run % 5) as i16,
            created_at: NOW.0 - run * 100_000,
            finished_at: (run % 5 > 1).then_some(NOW.0 - run * 90_000),
            vertices: 3,
        })
    });
    let waiting = |id| Waiting {
        track: track_head(id, HOSTILE),
        pipeline: HOSTILE.to_owned(),
        graph: HOSTILE.to_owned(),
    };
    Facts {
        census: (count > 0).then(|| Census {
            pipelines: Vec::new(),
            queued: 0,
            tracks: vec![(TrackState::Pending, 1_234)],
            ready: 3,
            slots_used: 2,
            slots: 16,
        }),
        more: count > RUNNING as i64,
        newer: count.min(RUNNING as i64) as usize,
        unseen: count.min(3) as usize,
        running: (1..=count.min(RUNNING as i64)).map(pipeline_head).collect(),
        left: [(1, 41_000)].into(),
        counts: vec![(1, 3, 1), (1, 4, 2)],
        waiting: (1..=count.min(5)).map(waiting).collect(),
        failed: (1..=count.min(5)).map(pipeline_head).collect(),
        hours: (0..24).map(ran).collect(),
        ran: (0..days.len()).map(ran).collect(),
        days,
        graphs: (1..=count.min(GRAPHS as i64 + 1)).map(graph).collect(),
        recent: runs.take(700).collect(),
    }
}

#[test]
fn none_one_and_many_in_both_languages() {
    for language in L10n::iter() {
        let who = reader(*language);
        let t = who.look.t;
        for count in [0, 1, 1_000] {
            let html = view(&who, facts(count), None).render().expect("renders");
            wellformed::check(&html);
            keep(&format!("home-{language}-{count}"), &html);
            assert_eq!(html.contains(&t.home_begin()), count == 0);
            assert_eq!(html.contains("class=\"heat\""), count > 0);
            assert_eq!(html.contains(&t.home_all_graphs()), count > 1);
            assert_eq!(html.contains(&t.home_all_running()), count > 1);
            assert_eq!(html.contains(&t.live_newer(1)), count == 1);
            assert_eq!(html.contains(&t.live_many_newer(RUNNING)), count > 1);
            assert_eq!(html.contains("data-ends=\"1795230545120\""), count > 0);
        }
    }
}

#[test]
fn the_picture_of_the_year_leads_to_days_and_crosses_failures() {
    let html = view(&reader(L10n::En), facts(1), None)
        .render()
        .expect("renders");
    assert!(
        html.contains("<title>2026-11-21: 1 started, 0 of them failed</title>"),
        "today"
    );
    assert!(
        html.contains("2 of 16 slots run scripts")
            && html.contains("The last 30 runs: 6 succeeded")
    );
    let days = html.matches("href=\"/pipelines?since=").count();
    let crosses = html.matches("class=\"cross\"").count();
    assert!(
        days > 300 && crosses > 40 && crosses < 60,
        "{days} {crosses}"
    );
    assert!(html.contains("since=2026-11-21&amp;until=2026-11-21"));
}

#[test]
fn one_run_is_told_in_words_and_not_as_a_share() {
    let mut one = facts(1);
    one.hours = vec![Ran {
        started: 1,
        finished: 1,
        failed: 0,
    }];
    one.recent.truncate(0);
    let html = view(&reader(L10n::En), one, None)
        .render()
        .expect("renders");
    assert!(html.contains("One run, it succeeded") && !html.contains(" %<"));
    assert!(html.contains("has not run yet"));
}
