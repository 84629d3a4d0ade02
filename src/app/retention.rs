//! What is over is deleted by itself, as graphs and the settings say: a thread that looks at the rules
//! from time to time, and ends with the server.

use std::cell::Cell;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded};

use super::steady::Steady;
use crate::clock;
use crate::desk::Desk;

/// How long a server lets others have their turn first: those who come back after it was started anew.
const FIRST: Duration = Duration::from_secs(60);

/// How long those that go have to be gone before more do.
const BETWEEN: Duration = Duration::from_secs(30);

/// The thread. It ends once this is dropped, and after the pipelines that it has just asked for.
pub(super) struct Retaining {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Retaining {
    /// Looks at the rules so often; `last` is the newest moment that an earlier process has noted. None
    /// where the system gives no thread.
    pub(super) fn begin(desk: Desk, every: Duration, last: Option<i64>) -> Option<Self> {
        let (stop, stopped) = bounded(1);
        let steady = Steady::new(clock::now(), clock::up(), last);
        let work = move || run(&desk, every, steady, &stopped);
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

fn run(desk: &Desk, every: Duration, mut steady: Steady, stopped: &Receiver<()>) {
    let (mut wait, told, mut doubted) = (FIRST.min(every), Cell::new(false), false);
    while matches!(stopped.recv_timeout(wait), Err(RecvTimeoutError::Timeout)) {
        wait = every;
        let stop = || !matches!(stopped.try_recv(), Err(TryRecvError::Empty));
        let now = clock::now();
        let (of_ages, ahead) = steady.now(now, clock::up());
        if let Some(ahead) = ahead.filter(|_| !doubted) {
            let ahead = clock::format_duration(ahead);
            tracing::warn!(
                ahead,
                "the clock is {ahead} ahead of what is known: until that has held for a day, no pipeline is older by it"
            );
        }
        doubted = ahead.is_some();
        let Some(applied) = desk.apply_retention(now, of_ages, &stop) else {
            continue;
        };
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
