//! The page of the server when all is well and when nothing is, in both languages.

use askama::Template;
use rocket::http::Status;

use super::health::{Level, Machine, findings};
use super::view;
use crate::config::{Config, Flags, Setting};
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
            let html = view(&who, &config, &machine(well), running);
            let html = html.render().expect("renders");
            wellformed::check(&html);
            keep(&format!("system-{language}-{count}"), &html);
            let t = who.look.t;
            assert_eq!(html.contains(&t.system_nothing_runs()), count == 0);
            assert_eq!(html.contains(&t.system_more_run()), count > 100);
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
}
