//! The page of the server when all is well and when nothing is, in both languages.

use askama::Template;
use rocket::http::Status;

use super::health::{Level, Machine, findings};
use super::retention::Told;
use super::view;
use crate::config::{Config, Flags, Setting};
use crate::desk::{Applied, Collected, Key, Line, Moment, Rule, Says};
use crate::engine::Census;
use crate::l10n::{L10n, Words};
use crate::store::Waiting;
use crate::web::tests::end_to_end::page;
use crate::web::tests::harness::{HOSTILE, NOW, Server, browser, keep, track_head};
use crate::web::tests::wellformed;

fn machine(well: bool) -> Machine {
    let census = Census {
        pipelines: Vec::new(),
        queued: 4,
        tracks: Vec::new(),
        ready: 3,
        slots_used: 2,
        slots: 16,
    };
    let trouble = || (!well).then(|| HOSTILE.to_owned());
    Machine {
        census: well.then_some(census),
        waiting: 1,
        viewers: 7,
        trouble: trouble(),
        no_reserve: trouble(),
        draining: !well,
        free: Some(if well { 5 << 40 } else { 1 << 20 }),
        logs_may_take: 1 << 30,
        shells: if well { vec!["sh", "bash"] } else { Vec::new() },
        newest: Some(NOW.0 + if well { 0 } else { 3_600_000 }),
        database: 5_000,
        log: 0,
        now: NOW.0,
    }
}

fn settings(from: &[Option<&str>]) -> Config {
    let nowhere = std::path::Path::new("/nowhere");
    let home = ("HOME".to_owned(), "/home/ann".to_owned());
    let config = Config::load(Flags::default(), nowhere, [home].into_iter()).expect("defaults");
    let setting = |from: &Option<&str>| Setting {
        key: "trackyard.log",
        value: HOSTILE.to_owned(),
        from: from.map(str::to_owned),
    };
    let settings = from.iter().map(setting).collect();
    Config { settings, ..config }
}

/// Not yet applied and not asked; or applied, with what would go of so many graphs.
fn told(count: i64) -> Told {
    let line = |n: i64| Line {
        graph: HOSTILE.to_owned(),
        rule: Rule {
            key: [Key::Days, Key::KeepLast, Key::MaxBytes][n as usize % 3],
            limit: 9,
            says: [Says::Graph, Says::Server][n as usize % 2],
        },
        pipelines: 1,
        oldest: NOW.0,
        newest: NOW.0,
        log_bytes: 1,
    };
    let applied = Applied {
        at: NOW.0,
        ahead: 90_000_000,
        pipelines: 12,
        log_bytes: 5,
        refused: 7,
        more: false,
        trouble: Some(HOSTILE.to_owned()),
    };
    let would = Collected {
        lines: (0..count).map(line).collect(),
        more: count > 1,
        ..Collected::default()
    };
    Told {
        last: (count > 0).then_some(applied),
        would: (count > 0).then_some(would),
    }
}

#[test]
fn the_rules_are_said_in_words_in_both_languages() {
    for language in L10n::iter() {
        let mut who = browser();
        (who.look.language, who.look.t) = (*language, Words::of(*language));
        let t = who.look.t;
        for (days, bytes) in [(Some(90), Some(1 << 30)), (None, None)] {
            let mut config = settings(&[]);
            config.retention.keep_last = Some(5);
            (config.retention.days, config.retention.max_bytes) = (days, bytes);
            let html = view(&who, &config, (&machine(true), told(0)), Vec::new());
            let html = html.render().expect("renders");
            wellformed::check(&html);
            assert!(!html.contains(&t.system_retention()));
            assert_eq!(html.contains(&t.system_kept_days(90)), days.is_some());
            assert_eq!(html.contains(&t.system_kept_newest(5)), days.is_some());
            assert_eq!(html.contains(&t.system_kept_only(5)), days.is_none());
            let logs = t.system_kept_bytes("1.0 GiB");
            assert_eq!(html.contains(&logs), bytes.is_some());
            assert!(html.contains(&t.system_kept_every("1h")));
        }
    }
}

#[test]
fn none_one_and_many_in_both_languages() {
    for language in L10n::iter() {
        let mut who = browser();
        (who.look.language, who.look.t) = (*language, Words::of(*language));
        for (count, well) in [(0, false), (1, true), (1_000, true)] {
            let running = |id| Waiting {
                track: track_head(id, HOSTILE),
                pipeline: HOSTILE.to_owned(),
                graph: HOSTILE.to_owned(),
            };
            let running: Vec<_> = (0..count).map(running).collect();
            let config = settings(&[None, Some(HOSTILE)]);
            let html = view(&who, &config, (&machine(well), told(count)), running);
            let html = html.render().expect("renders");
            wellformed::check(&html);
            keep(&format!("system-{language}-{count}"), &html);
            let t = who.look.t;
            assert_eq!(html.contains(&t.system_nothing_runs()), count == 0);
            assert_eq!(html.contains(&t.system_more_run()), count > 100);
            assert!(html.contains(&t.system_retention()));
            assert_eq!(html.contains(&t.system_kept_not_yet()), count == 0);
            assert_eq!(html.contains(&t.system_kept_ask()), count == 0);
            assert_eq!(html.contains(&t.system_kept_cut()), count > 100);
            let would = t.system_kept_at_least("1,000", "1000 B");
            assert_eq!(html.contains(&would), count > 100);
            assert_eq!(html.contains(&t.system_kept_refused(7)), count > 0);
            assert_eq!(html.contains(&t.system_kept_ahead("1 d 1 h")), count > 0);
            assert_eq!(html.contains(&t.system_slots_used(2, 16)), well);
            assert_eq!(
                html.contains(&format!("</svg>{}</span>", t.system_bad())),
                !well
            );
        }
    }
}

#[test]
fn each_trouble_is_told_for_itself() {
    use Level::{Bad, Fine, Notice};
    let t = Words::of(L10n::En);
    let levels = |machine: &Machine| -> Vec<Level> {
        findings(machine, &t).into_iter().map(|f| f.level).collect()
    };
    assert_eq!(levels(&machine(true)), [Fine; 7]);
    assert_eq!(
        levels(&machine(false)),
        [Bad, Bad, Bad, Bad, Bad, Notice, Bad]
    );
    let mut tight = machine(true);
    tight.free = Some(500 << 20);
    assert_eq!(levels(&tight)[2], Notice);
    tight.free = None;
    assert_eq!(levels(&tight)[2], Notice);
    assert_eq!(
        levels(&tight)
            .iter()
            .filter(|level| **level == Fine)
            .count(),
        6
    );
}

#[test]
fn a_whole_server_tells_its_settings() {
    let server = Server::start();
    let html = page(server.get("/system"), Status::Ok);
    wellformed::check(&html);
    assert!(
        html.contains("trackyard.slots") && html.contains("0 of 2 in use"),
        "{html}"
    );
    assert!(html.contains(env!("CARGO_PKG_VERSION")) && html.contains("Found: "));
    assert!(html.contains("href=\"/system?retention=preview#retention\""));
    let html = page(server.get("/system?retention=preview"), Status::Ok);
    wellformed::check(&html);
    assert!(html.contains("Nothing would be deleted now."), "{html}");
}

/// What is believed is read from a file, where anything may stand.
#[test]
fn a_clock_however_far_ahead_is_told() {
    let server = Server::start();
    let at = Moment {
        now: NOW.0,
        believed: i64::MIN,
    };
    let applied = server.desk.apply_retention(at, &|| false);
    let ahead = applied.map(|applied| (applied.pipelines, applied.ahead));
    assert_eq!(ahead, Some((0, i64::MAX)));
    let html = page(server.get("/system"), Status::Ok);
    assert!(html.contains("106751991167 d 7 h ahead"), "{html}");
}
