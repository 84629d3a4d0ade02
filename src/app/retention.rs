//! What is over is deleted by itself, as graphs and the settings say: a thread that looks at the rules
//! from time to time, and ends with the server.

use std::cell::Cell;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded};

use super::opened::App;
use super::steady::Steady;
use crate::clock;
use crate::desk::{Desk, Moment};

/// How long a server lets others have their turn first: those who come back after it was started anew.
const FIRST: Duration = Duration::from_secs(60);

/// How long those that go have to be gone before more do.
const BETWEEN: Duration = Duration::from_secs(30);

/// How often the clock is looked at, however seldom the rules are.
const LOOK: Duration = Duration::from_secs(3_600);

/// The thread. It ends once this is dropped, and after the pipelines that it has just asked for.
pub(super) struct Retaining {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Retaining {
    /// Looks at the rules as often as the settings say; none where the system gives no thread.
    pub(super) fn begin(app: &App) -> Option<Self> {
        let (stop, stopped) = bounded(1);
        let (desk, data) = (app.desk.clone(), app.config.data.clone());
        let every = app.config.retention.every;
        let clock = Watched {
            steady: app.clock.clone(),
            data,
            doubted: false,
            kept: None,
        };
        let work = move || run(&desk, every, clock, &stopped);
        match std::thread::Builder::new()
            .name("retention".to_owned())
            .spawn(work)
        {
            Ok(thread) => Some(Self { stop, thread }),
            Err(why) => {
                tracing::warn!(%why, "nothing is deleted by itself until the next start: {why}");
                None
            }
        }
    }

    /// Waits for its end.
    pub(super) fn end(self) {
        drop(self.stop);
        if self.thread.join().is_err() {
            tracing::error!("the thread that deletes what is over has failed");
        }
    }
}

/// The clock by which pipelines are old, kept with each look.
struct Watched {
    data: PathBuf,
    steady: Steady,
    /// It was said that the wall clock is ahead.
    doubted: bool,
    /// When it was kept, and whether the clock was doubted then.
    kept: Option<(Instant, bool)>,
}

impl Watched {
    fn look(&mut self) -> Moment {
        let now = clock::now();
        let (believed, ahead) = self.steady.now(now, clock::up());
        match ahead.map(clock::format_duration) {
            Some(ahead) if !self.doubted => tracing::warn!(
                ahead,
                "the clock is {ahead} ahead of what is believed: until that has held for a day, no pipeline is older by it"
            ),
            None if self.doubted => tracing::info!("the clock is believed again"),
            _ => {}
        }
        self.doubted = ahead.is_some();
        let doubts = self.steady.doubts();
        let fresh = |kept: &(Instant, bool)| kept.0.elapsed() < FIRST && kept.1 == doubts;
        if !self.kept.as_ref().is_some_and(fresh) {
            self.kept = Some((Instant::now(), doubts));
            if let Err(why) = self.steady.keep(&self.data) {
                tracing::debug!(%why, "the next server does not know what clock was believed: {why}");
            }
        }
        Moment { now, believed }
    }
}

fn run(desk: &Desk, every: Duration, mut clock: Watched, stopped: &Receiver<()>) {
    let (mut wait, told) = (FIRST.min(every), Cell::new(false));
    let mut last = Instant::now();
    // Before the journal has more lines by this clock.
    clock.look();
    while matches!(
        stopped.recv_timeout(wait.saturating_sub(last.elapsed()).min(LOOK)),
        Err(RecvTimeoutError::Timeout)
    ) {
        let moment = clock.look();
        if last.elapsed() < wait {
            continue;
        }
        wait = every;
        let stop = || !matches!(stopped.try_recv(), Err(TryRecvError::Empty));
        let applied = desk.apply_retention(moment, &stop);
        last = Instant::now();
        let Some(applied) = applied else { continue };
        if applied.more {
            wait = BETWEEN.min(every);
        }
        let (pipelines, refused) = (applied.pipelines, applied.refused);
        if pipelines > 0 {
            tracing::info!(
                pipelines,
                log_bytes = applied.log_bytes,
                refused,
                "{pipelines} pipelines were deleted by the rules of retention"
            );
        }
        // What is in the way mostly stays for long: it is told once.
        match applied.trouble {
            Some(why) if !stop() && !told.replace(true) => {
                tracing::warn!(%why, "the rules of retention were not applied: {why}");
            }
            Some(_) => {}
            None => told.set(false),
        }
    }
}
