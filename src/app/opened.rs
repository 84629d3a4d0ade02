//! Everything but the web server: what `serve` and `run` have in common.

use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::unbounded;

use super::error::AppError;
use super::handles::raise;
use super::hold::Hold;
use super::orders::orders;
use super::steady::Steady;
use crate::access::{Secret, write_token};
use crate::clock;
use crate::config::{self, Config};
use crate::desk::{Desk, Known, RUN, Retained};
use crate::door;
use crate::driver::{Driver, Settings};
use crate::engine::{Capacity, PipelineId, Time};
use crate::executor::{Executor, boot_id};
use crate::graph::{Limits, Retention};
use crate::probe::{Bounds, Probe};
use crate::secrets::Vault;
use crate::spool::Spool;
use crate::store::{Durability, PipelineHead, Store, Turn, Writer};

/// The name of the database in the data directory.
pub const DATABASE: &str = "trackyard.db";
/// Threads that write scripts and read results; they wait for files, never for scripts.
const POOL_THREADS: usize = 4;
/// Supervisors that share the work: two start scripts side by side, and when one dies the scripts of
/// the other go on (docs/adr/0001-supervisor.md).
const SUPERVISORS: usize = 2;
const DAY_MS: i64 = 24 * 3_600_000;

/// A working Trackyard without a web server.
pub struct App {
    /// What the configuration says.
    pub config: Config,
    /// Saves, checks, starts.
    pub desk: Desk,
    /// The text of `<data>/local.token`.
    pub token: Secret,
    /// Where logs are.
    pub spool: Spool,
    /// What earlier runs of a file had left unfinished when this process began: it goes on now.
    pub left: Vec<PipelineHead>,
    /// What clock an earlier process believed.
    pub(super) clock: Steady,
    pub(super) hold: Hold,
    /// File handles that this process may have.
    pub(super) handles: u64,
    driver: Driver,
    executor: Arc<Executor>,
}

impl App {
    /// Takes the data directory, recovers what a former process left, and begins to work.
    pub fn open(config: Config, verb: &str) -> Result<Self, AppError> {
        let data = config.data.clone();
        Self::begin(config, verb).map_err(|why| why.at(&data))
    }

    fn begin(config: Config, verb: &str) -> Result<Self, AppError> {
        let hold = Hold::take(&config.data, verb)?;
        let handles = raise(door::handles(&config.door));
        let data_error = |why: std::io::Error| AppError::Data {
            path: config.data.clone(),
            why: why.to_string(),
        };
        let token = write_token(&config.data)?;
        let boot = boot_id().map_err(data_error)?;
        let path = config.data.join(DATABASE);
        let writer = Writer::open(&path, durability(&config), &boot)?;
        let store = Store::open(&path, config.readers)?.looking_at(config.bounds.list_rows);
        let vault = Arc::new(Vault::open(&config.data, store.any_sealed()?.as_deref())?);
        let writer = writer
            .sealing(Arc::clone(&vault))
            .keeping_notes(i64::from(config.incoming.request_key_days) * DAY_MS)
            .keeping_deeds(config.bounds.deeds_kept);
        let left = store.unfinished(RUN)?;
        let clock = Steady::read(&config.data, &boot, store.newest_moment()?);
        let known = Arc::new(Known::new(
            store.clone(),
            Arc::clone(&vault),
            writer.given(),
        ));
        let limits = limits(&config);
        let program = std::env::current_exe().map_err(data_error)?;
        let (send, facts) = unbounded();
        let settings = executor_settings(&config, program, handles.at_start);
        let executor = Arc::new(Executor::start(
            settings,
            orders(
                store.clone(),
                Arc::clone(&vault),
                Arc::clone(&known),
                limits.secret_bytes,
            ),
            send,
        )?);
        if config.logs.compress_above > 0 {
            let (above, store) = (config.logs.compress_above, store.clone());
            // Before the driver: what it cleans away after a former process may have a log, too.
            executor
                .compress_logs(above, move |id| is_over(&store, id))
                .map_err(data_error)?;
        }
        let spool = executor.spool().clone();
        let settings = Settings {
            capacity: capacity(&config),
            commands_waiting: config.commands_waiting,
            batch: config.batch,
            grace_ms: config.grace.as_millis() as u64,
            news_kept: config.stream_events,
            asked_at_once: config.bounds.asked_at_once,
            removal: Turn {
                rows: config.bounds.removal_rows,
                time: config.bounds.removal_time,
            },
            now: || Time(clock::now()),
        };
        let backend = Arc::clone(&executor);
        let driver = Driver::spawn(settings, writer, backend, facts, spool.clone())?;
        let desk = Desk {
            store,
            handle: driver.handle(),
            limits,
            probe: probe(&config),
            vault,
            known,
            pictures: Arc::default(),
            retained: Arc::new(Retained::of(retention(&config))),
        };
        Ok(Self {
            config,
            desk,
            token,
            spool,
            left,
            clock,
            hold,
            handles: handles.now,
            driver,
            executor,
        })
    }

    /// Takes no more work from now on: whoever waits for an answer is let go.
    pub(super) fn leave(&mut self) {
        self.driver.leave();
    }

    /// Commits what has arrived and ends. Scripts that run go on, and the next process takes over.
    pub fn stop(self) {
        self.driver.stop();
        self.executor.stop();
        drop(self.hold);
    }
}

/// Whether a pipeline is over; one that nobody knows may be in a newer copy of the database.
fn is_over(store: &Store, id: PipelineId) -> bool {
    let found = store.pipeline(id).unwrap_or_else(|why| {
        tracing::warn!(pipeline = id.0, %why, "logs of pipeline {id} stay as they are: {why}");
        None
    });
    found.is_some_and(|pipeline| pipeline.finished_at.is_some())
}

/// What the settings let run at once.
pub fn capacity(config: &Config) -> Capacity {
    let pools = config.pools.iter();
    Capacity {
        slots: config.slots,
        pools: pools.map(|(name, n)| (name.as_str().into(), *n)).collect(),
    }
}

/// What becomes of what is over, where its graph does not say otherwise.
fn retention(config: &Config) -> Retention {
    let said = config.retention;
    Retention {
        days: said.days,
        keep_last: said.keep_last,
        max_bytes: said.max_bytes,
    }
}

fn durability(config: &Config) -> Durability {
    match config.durability {
        config::Durability::Full => Durability::Full,
        config::Durability::Normal => Durability::Normal,
    }
}

/// What definitions and values may hold.
pub fn limits(config: &Config) -> Limits {
    Limits {
        vertices: config.max_vertices,
        edges: config.max_edges,
        script_bytes: config.max_script_bytes as usize,
        file_bytes: config.max_file_bytes as usize,
        value_bytes: config.max_value_bytes as usize,
        reason_chars: config.max_reason_chars,
        environment_bytes: config.max_env_bytes as usize,
        render_bytes: config.max_render_bytes as usize,
        output_bytes: config.max_output_bytes as usize,
        outputs: config.max_outputs,
        secret_bytes: config.max_secret_bytes as usize,
        tags: config.bounds.max_tags,
        tag_bytes: config.bounds.max_tag_bytes,
        ..Limits::default()
    }
}

/// What may be asked of this machine about definitions.
pub fn probe(config: &Config) -> Probe {
    let bounds = Bounds {
        processes: config.syntax_processes,
        time: config.syntax_time,
    };
    let pools = config.pools.keys().cloned();
    Probe::new(&config.script_path, bounds).with_pools(pools.collect())
}

fn executor_settings(
    config: &Config,
    program: PathBuf,
    nofile: Option<u64>,
) -> crate::executor::Settings {
    let home = std::env::var("HOME").unwrap_or_else(|_| "/".to_owned());
    crate::executor::Settings {
        supervisors: SUPERVISORS,
        threads: POOL_THREADS,
        grace_ms: config.grace.as_millis() as u64,
        log_cap: config.log_cap_bytes,
        tail: config.tail_bytes,
        path: config.script_path.clone(),
        home,
        values: limits(config),
        nofile,
        ..crate::executor::Settings::new(config.data.clone(), program)
    }
}
