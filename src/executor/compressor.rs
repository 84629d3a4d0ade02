//! Compressing the logs of pipelines that are over: one thread that gives way to all others.
//!
//! What is to be done is in the spool, as marks; the queue only says where to look now. So it may be
//! short, and a server that dies leaves nothing but marks, which the next one reads.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, select};
use rustix::process::setpriority_process;
use tracing::{debug, warn};

use super::Executor;
use super::local::{Shared, lock};
use crate::engine::{AttemptKey, PipelineId};
use crate::failpoint::{Point, reach};
use crate::spool::Compression;

/// Pipelines that wait for their turn by name; with more of them, all marks are looked at.
const WAITING: usize = 1_024;
/// The thread's niceness: whatever else there is to do comes first.
const NICE: i32 = 19;

/// What the others know of the thread.
#[derive(Debug)]
pub(super) struct Compressor {
    /// Shorter logs stay as they are.
    least: u64,
    queue: Sender<PipelineId>,
    /// Somebody found no room in the queue.
    missed: AtomicBool,
    files: Mutex<Files>,
    /// Told when the log that was at work is left.
    left: Condvar,
    /// It was said once that a log could not be compressed.
    told: AtomicBool,
    /// Dropped to end the thread.
    running: Mutex<Option<Running>>,
}

/// Whose files are in use.
#[derive(Debug, Default)]
struct Files {
    /// Of this pipeline a log is being compressed.
    now: Option<PipelineId>,
    /// Those whose files are being removed.
    going: BTreeSet<PipelineId>,
}

#[derive(Debug)]
struct Running {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Executor {
    /// From now on logs of `least` bytes or more are compressed, of pipelines that `is_over` says are
    /// over; those, too, that a former process has left. It may be called once.
    pub fn compress_logs(
        &self,
        least: u64,
        is_over: impl Fn(PipelineId) -> bool + Send + 'static,
    ) -> io::Result<()> {
        let (queue, waiting) = bounded(WAITING);
        let (stop, stopped) = bounded(0);
        let compressor = Compressor {
            least,
            queue,
            missed: AtomicBool::new(true),
            files: Mutex::default(),
            left: Condvar::new(),
            told: AtomicBool::new(false),
            running: Mutex::default(),
        };
        let compressor = self.shared.compressor.get_or_init(|| compressor);
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new().name("compressor".to_owned());
        let thread = thread.spawn(move || shared.compress_all(&waiting, &stopped, &is_over))?;
        *lock(&compressor.running) = Some(Running { stop, thread });
        Ok(())
    }
}

impl Shared {
    /// Notes that the log of an attempt is to be compressed, before the attempt's files go; true if so.
    pub(super) fn mark_log(&self, key: AttemptKey) -> bool {
        let Some(compressor) = self.compressor.get() else {
            return false;
        };
        let marked = self.spool.mark_log(key, compressor.least);
        marked.unwrap_or_else(|why| {
            compressor.tell(key, &why);
            false
        })
    }

    /// Has the logs of a pipeline compressed that are marked, if it is over.
    pub(super) fn compress_soon(&self, pipeline: PipelineId) {
        let Some(compressor) = self.compressor.get() else {
            return;
        };
        if let Err(TrySendError::Full(_)) = compressor.queue.try_send(pipeline) {
            compressor.missed.store(true, Ordering::SeqCst);
            // It may have found nothing more to do just before: then there is room, and it looks.
            let _ = compressor.queue.try_send(pipeline);
        }
    }

    /// Removes all files of a pipeline, once none of its logs is being compressed.
    pub(super) fn remove_files(&self, pipeline: PipelineId) -> io::Result<()> {
        let Some(compressor) = self.compressor.get() else {
            return self.spool.remove_pipeline(pipeline);
        };
        compressor.going(pipeline);
        let removed = self.spool.remove_pipeline(pipeline);
        lock(&compressor.files).going.remove(&pipeline);
        removed
    }

    /// Ends the thread; what it has begun stays to be done.
    pub(super) fn stop_compressing(&self) {
        let running = self.compressor.get().map(|c| lock(&c.running).take());
        if let Some(Running { stop, thread }) = running.flatten() {
            drop(stop);
            // It has no state that a panic could leave half done.
            let _ = thread.join();
        }
    }

    fn compress_all(
        &self,
        waiting: &Receiver<PipelineId>,
        stopped: &Receiver<()>,
        is_over: &dyn Fn(PipelineId) -> bool,
    ) {
        let Some(compressor) = self.compressor.get() else {
            return;
        };
        // Where the system refuses that, it is done all the same.
        let _ = setpriority_process(None, NICE);
        while !self.stopping() {
            if waiting.is_empty() && compressor.missed.swap(false, Ordering::SeqCst) {
                let marked = self.spool.marked_pipelines().unwrap_or_else(|why| {
                    warn!(%why, "the logs that a former process left to be compressed cannot be listed: {why}");
                    Vec::new()
                });
                for pipeline in marked {
                    self.compress_pipeline(compressor, pipeline, is_over);
                }
            }
            select! {
                recv(stopped) -> _ => return,
                recv(waiting) -> pipeline => {
                    let Ok(pipeline) = pipeline else { return };
                    self.compress_pipeline(compressor, pipeline, is_over);
                }
            }
        }
    }

    fn compress_pipeline(
        &self,
        compressor: &Compressor,
        pipeline: PipelineId,
        is_over: &dyn Fn(PipelineId) -> bool,
    ) {
        let marked = match self.spool.marked(pipeline) {
            Ok(marked) => marked,
            Err(why) => {
                return warn!(pipeline = pipeline.0, %why, "logs of pipeline {pipeline} stay as they are: {why}");
            }
        };
        if marked.is_empty() || self.stopping() || !is_over(pipeline) {
            return;
        }
        for key in marked {
            let goes_on = || !self.stopping() && !lock(&compressor.files).going.contains(&pipeline);
            let Some(_held) = compressor.hold(pipeline).filter(|_| !self.stopping()) else {
                return;
            };
            let reached = |_| reach(Point::ServerCompressing, &key);
            match self.spool.compress(key, &goes_on, &reached) {
                Ok(Compression::Done) => {
                    debug!(attempt = %key, "the log of attempt {key} is compressed")
                }
                Ok(Compression::Left | Compression::NotYet) => {}
                Err(why) => compressor.tell(key, &why),
            }
        }
    }
}

/// A pipeline of which a log is being compressed.
struct Held<'c>(&'c Compressor);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        lock(&self.0.files).now = None;
        self.0.left.notify_all();
    }
}

impl Compressor {
    /// From now on no log of this pipeline is compressed.
    fn going(&self, pipeline: PipelineId) {
        let mut files = lock(&self.files);
        files.going.insert(pipeline);
        // It leaves the log as soon as it looks.
        while files.now == Some(pipeline) {
            let woken = self.left.wait(files);
            files = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// From now on nobody removes the files of this pipeline; none: somebody does.
    fn hold(&self, pipeline: PipelineId) -> Option<Held<'_>> {
        let mut files = lock(&self.files);
        if files.going.contains(&pipeline) {
            return None;
        }
        files.now = Some(pipeline);
        Some(Held(self))
    }

    /// Says once that logs stay as they are: the next start tries it again.
    fn tell(&self, key: AttemptKey, why: &io::Error) {
        if self.told.swap(true, Ordering::SeqCst) {
            return;
        }
        let what = match why.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk has too little room",
            _ => "a file is in the way",
        };
        warn!(
            attempt = %key, %why,
            "the log of attempt {key} stays as it is until the next start, and so do others that cannot be \
             compressed: {what} ({why})"
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Condvar, Mutex};

    use crossbeam_channel::bounded;

    use super::Compressor;
    use crate::engine::PipelineId;
    use crate::executor::local::lock;

    #[test]
    fn a_removal_waits_for_its_own_pipeline_alone() {
        let compressor = Compressor {
            least: 1,
            queue: bounded(1).0,
            missed: Default::default(),
            files: Mutex::default(),
            left: Condvar::new(),
            told: Default::default(),
            running: Mutex::default(),
        };
        let (one, other) = (PipelineId(1), PipelineId(2));
        let held = compressor.hold(one).expect("nobody removes it");
        assert_eq!(lock(&compressor.files).now, Some(one));
        lock(&compressor.files).going.insert(other);
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| compressor.going(one));
            compressor.going(other);
            assert_eq!(
                lock(&compressor.files).now,
                Some(one),
                "it waits for nothing"
            );
            drop(held);
            waits.join().expect("it goes on");
        });
        assert!(compressor.hold(one).is_none() && compressor.hold(other).is_none());
    }
}
