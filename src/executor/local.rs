//! The executor of this machine.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use crossbeam_channel::Sender;
use threadpool::ThreadPool;
use tracing::info;

use super::attempts::Attempts;
use super::compressor::Compressor;
use super::leftover::Leftovers;
use super::link::{Link, Reader};
use super::wire::ToSupervisor;
use super::{Fact, Orders, Settings, boot_id};
use crate::engine::PipelineId;
use crate::spool::Spool;

/// Why the executor cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ExecutorError {
    /// The data directory cannot be used.
    #[error("the spool in `{data}` cannot be used: {source}; check its owner and free space")]
    Spool {
        /// The data directory.
        data: String,
        /// The reason.
        source: io::Error,
    },
    /// A supervisor lives but does not answer, so what it runs is not known.
    #[error(
        "the supervisor in `{dir}`, process {pid}, lives but does not answer, so what it runs is not \
         known ({source}). If it was stopped, `kill -CONT {pid}` lets it go on: then start again. \
         `kill -KILL {pid}` ends it: its scripts are INTERRUPTED then"
    )]
    Mute {
        /// Its directory.
        dir: String,
        /// Its process; `?`: the system does not tell.
        pid: String,
        /// The reason.
        source: io::Error,
    },
    /// No supervisor can be started.
    #[error("no supervisor can be started from `{program}`: {source}")]
    Start {
        /// The program.
        program: String,
        /// The reason.
        source: io::Error,
    },
}

/// Runs attempts through supervisors on this machine. Dropping it leaves the scripts running.
#[derive(Debug)]
pub struct Executor {
    pub(super) shared: Arc<Shared>,
}

/// What the threads of an executor share.
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) spool: Spool,
    pub(super) orders: Orders,
    pub(super) attempts: Attempts,
    pub(super) facts: Sender<Fact>,
    pub(super) boot: String,
    pool: ThreadPool,
    /// Where files of whole pipelines are removed: scripts start and end beside it.
    removing: ThreadPool,
    pub(super) leftovers: Leftovers,
    /// None: logs stay as they are.
    pub(super) compressor: OnceLock<Compressor>,
    /// The supervisors that get new work; the next in turn is first.
    pub(super) current: Mutex<VecDeque<Arc<Link>>>,
    pub(super) links: Mutex<Vec<Arc<Link>>>,
    stopping: AtomicBool,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("spool", &self.spool)
            .finish_non_exhaustive()
    }
}

impl Executor {
    /// Opens the spool, finds the supervisors that live and starts one if none takes new work.
    /// Facts may arrive from the first `launch` or `probe` on.
    pub fn start(
        settings: Settings,
        orders: Orders,
        facts: Sender<Fact>,
    ) -> Result<Executor, ExecutorError> {
        let unusable = |source| ExecutorError::Spool {
            data: settings.data.display().to_string(),
            source,
        };
        let spool = Spool::open(&settings.data).map_err(unusable)?;
        let boot = boot_id().map_err(unusable)?;
        let leftovers = Leftovers::new().map_err(unusable)?;
        let pool = threadpool::Builder::new()
            .num_threads(settings.threads.max(1))
            .thread_name("executor".to_owned())
            .build();
        let removing = threadpool::Builder::new()
            .num_threads(1)
            .thread_name("removing".to_owned())
            .build();
        let shared = Arc::new(Shared {
            settings,
            spool,
            orders,
            attempts: Attempts::default(),
            facts,
            boot,
            pool,
            removing,
            leftovers,
            compressor: OnceLock::new(),
            current: Mutex::default(),
            links: Mutex::default(),
            stopping: AtomicBool::new(false),
        });
        let executor = Executor { shared };
        executor.shared.find_supervisors()?;
        executor.shared.current()?;
        Ok(executor)
    }

    /// Stops taking part: no fact follows, scripts go on, and the next executor adopts them.
    /// Waits for the jobs that are under way, but not for a supervisor that takes no messages.
    pub fn stop(&self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        for link in lock(&self.shared.links).iter() {
            link.hang_up();
        }
        self.shared.leftovers.ring();
        self.shared.pool.join();
        self.shared.removing.join();
        self.shared.leftovers.pool.join();
        self.shared.stop_compressing();
    }

    /// The spool, to read logs and find leftovers.
    pub fn spool(&self) -> &Spool {
        &self.shared.spool
    }

    /// The boot of the host that attempts launched now belong to.
    pub fn boot(&self) -> &str {
        &self.shared.boot
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    /// Does something on a thread of the pool.
    pub(super) fn job(self: &Arc<Self>, act: impl FnOnce(&Arc<Shared>) + Send + 'static) {
        self.job_on(&self.pool, act);
    }

    /// Removes files, after those that were to be removed before.
    pub(super) fn removal(self: &Arc<Self>, act: impl FnOnce(&Arc<Shared>) + Send + 'static) {
        self.job_on(&self.removing, act);
    }

    fn job_on(
        self: &Arc<Self>,
        pool: &ThreadPool,
        act: impl FnOnce(&Arc<Shared>) + Send + 'static,
    ) {
        let shared = Arc::clone(self);
        pool.execute(move || {
            if !shared.stopping() {
                act(&shared);
            }
        });
    }

    pub(super) fn stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Removes the working directory of a pipeline of which nothing runs, if it is empty.
    pub(super) fn drop_work(&self, pipeline: PipelineId) {
        self.attempts.without(pipeline, || {
            self.spool.drop_work(pipeline);
        });
    }

    /// Adds a supervisor and reads what it says on a thread of its own.
    pub(super) fn add_link(self: &Arc<Self>, link: Link, reader: Reader) -> io::Result<Arc<Link>> {
        let link = Arc::new(link);
        let number = link.instance.number;
        info!(
            supervisor = number,
            pid = link.pid,
            "supervisor {number} is process {}",
            link.pid
        );
        let (shared, of) = (Arc::clone(self), Arc::clone(&link));
        let thread = thread::Builder::new().name("supervisor".to_owned());
        // Nobody waits for this thread: it may be waiting for a process that is slow to die. What it
        // does at its end has to find the link, so that is added before it can look.
        let mut links = lock(&self.links);
        thread.spawn(move || shared.listen(&of, reader))?;
        links.push(Arc::clone(&link));
        Ok(link)
    }

    pub(super) fn remove_link(&self, number: u64) {
        lock(&self.links).retain(|link| link.instance.number != number);
    }

    /// Says something to the supervisor `number`, if it is there.
    pub(super) fn say_to(&self, number: u64, message: &ToSupervisor) {
        let link = lock(&self.links)
            .iter()
            .find(|link| link.instance.number == number)
            .cloned();
        if let Some(link) = link {
            link.say(message);
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What these guard is replaced whole: a panic cannot leave it half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
