//! What is over is deleted by itself, as graphs and the settings say: a thread that looks at the rules
//! from time to time, and ends with the server.

use std::cell::Cell;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded};

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
    /// Looks at the rules so often; none where the system gives no thread.
    pub(super) fn begin(desk: Desk, every: Duration) -> Option<Self> {
        let (stop, stopped) = bounded(1);
        let work = move || run(&desk, every, &stopped);
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

fn run(desk: &Desk, every: Duration, stopped: &Receiver<()>) {
    let (mut wait, told) = (FIRST.min(every), Cell::new(false));
    while matches!(stopped.recv_timeout(wait), Err(RecvTimeoutError::Timeout)) {
        wait = every;
        let stop = || !matches!(stopped.try_recv(), Err(TryRecvError::Empty));
        let Some(applied) = desk.apply_retention(clock::now(), &stop) else {
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
