//! What a page costs: the page of a pipeline, from the request to its last byte, without a network.
//!
//! ```sh
//! cargo bench --bench render
//! ```
//!
//! The first vertex waits for a value and all others for it, so nothing runs and nothing changes meanwhile.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use criterion::Criterion;
use rocket::http::Status;
use rocket::local::blocking::Client;
use trackyard::access::Access;
use trackyard::app::{App, DATABASE, line_limits};
use trackyard::config::{Config, Flags};
use trackyard::desk::StartRequest;
use trackyard::engine::Time;
use trackyard::executor::supervisor;
use trackyard::graph::text::Format;
use trackyard::spool::LogLines;
use trackyard::web;

const NOW: Time = Time(1_795_230_504_120);

/// Each vertex needs up to three of the hundred before it.
fn definition(vertices: u32) -> String {
    let first = "input: {x: {type: str, required: true}}\nvertices:\n  v0: 'true <x>'\n";
    let line = |head: u32| {
        let mut tails: Vec<u32> = (1..4)
            .map(|k| head.saturating_sub(1 + head * 7_919 * k % 100))
            .collect();
        tails.sort_unstable();
        tails.dedup();
        let tails: Vec<String> = tails.iter().map(|tail| format!("v{tail}")).collect();
        format!(
            "  v{head}: {{script: 'true', needs: [{}]}}\n",
            tails.join(", ")
        )
    };
    let lines: String = (1..vertices).map(line).collect();
    format!("name: g{vertices}\n{first}{lines}")
}

fn main() -> ExitCode {
    // A server starts its supervisors as this program.
    if let Some(code) = supervisor::main_if_asked() {
        return code;
    }
    let mut criterion = Criterion::default()
        .sample_size(20)
        .measurement_time(Duration::from_secs(3))
        .warm_up_time(Duration::from_secs(1))
        .configure_from_args();
    let data = tempfile::tempdir().expect("a directory");
    let home = ("HOME".to_owned(), data.path().display().to_string());
    let flags = Flags {
        data: Some(data.path().join("data")),
        ..Flags::default()
    };
    let config = Config::load(flags, data.path(), [home].into_iter()).expect("the defaults");
    let app = App::open(config, "bench").expect("a server");
    let access = Access::new(app.desk.store.clone(), app.desk.handle.clone(), &app.token);
    let (code, _) = access.new_link(NOW, None).expect("a link");
    let rocket = rocket::custom(rocket::Config::figment().merge(("log_level", "off")))
        .mount("/", web::routes())
        .register("/", web::catchers())
        .manage(web::Clock(|| NOW))
        .manage(app.desk.clone())
        .manage(app.spool.clone())
        .manage(Arc::new(LogLines::new(line_limits(&app.config.logs))))
        .manage(Arc::new(access))
        .manage(web::Installed::of(
            &app.config,
            app.config.data.join(DATABASE),
        ))
        .manage(web::Documented(Arc::default()));
    // It keeps the cookie that signs in.
    let client = Client::tracked(rocket).expect("the pages");
    client
        .get(format!("/sign-in?code={}", code.text()))
        .dispatch();
    let mut group = criterion.benchmark_group("page of a pipeline");
    for vertices in [42, 1_000, 10_000] {
        let saved = app
            .desk
            .define(&definition(vertices), Format::Yaml, "bench")
            .expect("saved");
        let request = StartRequest {
            ask_later: true,
            who: "bench".to_owned(),
            trigger: "rest",
            ..StartRequest::default()
        };
        let id = app.desk.start(saved.id, request).expect("started").id;
        let page = format!("/pipelines/{id}");
        group.bench_function(format!("{vertices} vertices"), |bench| {
            bench.iter(|| {
                let answer = client.get(page.as_str()).dispatch();
                assert_eq!(answer.status(), Status::Ok, "{page}");
                answer.into_bytes().map(|bytes| bytes.len())
            });
        });
    }
    group.finish();
    drop(client);
    app.stop();
    criterion.final_summary();
    ExitCode::SUCCESS
}
