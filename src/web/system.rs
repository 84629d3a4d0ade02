//! The server itself: whether all is well, what its slots do, how it is set.

mod health;
mod retention;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use askama::Template;
use rocket::{State, get};

use crate::config::{Config, Setting};
use crate::desk::{Desk, StartError};
use crate::engine::TrackState;
use crate::store::{JournalFilter, StoreError, Waiting, schema_version};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::when::between;
use health::{Finding, Machine, findings};
use retention::{Kept, Told, kept};

/// Scripts that run, as many as are shown.
const RUNNING: i64 = 100;

/// What this server was started with.
#[derive(Debug, Clone)]
pub struct Installed {
    config: Arc<Config>,
    database: PathBuf,
}

impl Installed {
    /// With these settings, on this database.
    pub fn of(config: &Config, database: PathBuf) -> Self {
        let config = Arc::new(config.clone());
        Self { config, database }
    }
}

#[derive(Template)]
#[template(path = "system.html")]
struct SystemPage {
    frame: Frame,
    findings: Vec<Finding>,
    /// `(used, all)`; none: the driver does not answer.
    slots: Option<(u32, u32)>,
    running: Vec<Running>,
    /// More run than are shown.
    more: bool,
    facts: Vec<(String, String)>,
    kept: Kept,
    settings: Vec<Setting>,
}

/// A script that runs.
struct Running {
    track: i64,
    vertex: String,
    pipeline: i64,
    name: String,
    took: String,
}

/// Asks for what would be deleted by itself.
const PREVIEW: &str = "preview";

#[get("/system?<retention>")]
pub(in crate::web) async fn show(
    who: Browser,
    desk: &State<Desk>,
    installed: &State<Installed>,
    retention: Option<&str>,
) -> Outcome {
    let preview = retention == Some(PREVIEW);
    let (desk, installed) = (desk.inner().clone(), installed.inner().clone());
    blocking(move || {
        let machine = look(&desk, &installed, who.now.0)?;
        let mut running = desk.store.open_tracks(RUNNING + 1)?;
        running.retain(|w| w.track.state == TrackState::Running.code());
        let told = Told::ask(&desk, who.now.0, preview).map_err(unknown)?;
        Answer::ok(&view(&who, &installed.config, (&machine, told), running))
    })
    .await
}

/// Why it cannot be said what would be deleted.
fn unknown(why: StartError) -> Failure {
    match why {
        StartError::Store(why) => why.into(),
        StartError::Command(why) => why.into(),
        why => Failure::CutOff(why.to_string()),
    }
}

/// What the machine and the driver say.
fn look(desk: &Desk, installed: &Installed, now: i64) -> Result<Machine, StoreError> {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |about| about.len());
    let mut log = installed.database.as_os_str().to_owned();
    log.push("-wal");
    let newest = desk
        .store
        .find_journal(&JournalFilter::default(), i64::MAX, 1)?;
    let config = &installed.config;
    let room = rustix::fs::statvfs(&config.data).ok();
    Ok(Machine {
        census: desk.handle.census(health::PATIENCE).ok(),
        waiting: desk.handle.waiting(),
        viewers: desk.handle.viewers(),
        trouble: desk.handle.trouble(),
        no_reserve: desk.handle.no_reserve(),
        draining: desk.handle.is_draining(),
        free: room.map(|fs| fs.f_bavail.saturating_mul(fs.f_frsize)),
        logs_may_take: config.log_cap_bytes.saturating_mul(config.slots.into()),
        shells: health::shells(&config.script_path),
        newest: newest.0.first().map(|line| line.at),
        database: size(&installed.database),
        log: size(Path::new(&log)),
        now,
    })
}

fn view(
    who: &Browser,
    config: &Config,
    (machine, told): (&Machine, Told),
    found: Vec<Waiting>,
) -> SystemPage {
    let t = who.look.t;
    let more = found.len() as i64 > RUNNING;
    let running = found.into_iter().take(RUNNING as usize).map(|w| Running {
        track: w.track.id,
        vertex: w.track.vertex,
        pipeline: w.track.pipeline_id,
        name: w.pipeline,
        took: between(w.track.started_at, None, who.now.0),
    });
    let census = machine.census.as_ref();
    let pending = census.map_or(0, |census| {
        let of = |(state, _): &&(TrackState, u64)| *state == TrackState::Pending;
        census.tracks.iter().find(of).map_or(0, |(_, count)| *count)
    });
    let schema = schema_version();
    let facts = vec![
        (t.system_version(), env!("CARGO_PKG_VERSION").to_owned()),
        (t.system_schema(), schema),
        (t.system_database_size(), health::size(machine.database)),
        (t.system_log_size(), health::size(machine.log)),
        (t.system_pending(), pending.to_string()),
        (t.system_ready(), census.map_or(0, |c| c.ready).to_string()),
        (
            t.system_queued(),
            census.map_or(0, |c| c.queued).to_string(),
        ),
        (t.system_commands(), machine.waiting.to_string()),
        (t.system_viewers(), machine.viewers.to_string()),
        (t.system_log_cap(), health::size(config.log_cap_bytes)),
        (t.system_tail(), health::size(config.tail_bytes)),
    ];
    SystemPage {
        frame: Frame::new(who, Section::System),
        findings: findings(machine, &t),
        slots: census.map(|census| (census.slots_used, census.slots)),
        running: running.collect(),
        more,
        facts,
        kept: kept(config, told, &t),
        settings: config.settings.clone(),
    }
}

#[cfg(test)]
mod tests;
