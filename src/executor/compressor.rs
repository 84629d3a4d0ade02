//! Compressing the logs of pipelines that are over: one thread that gives way to all others.
//!
//! What is to be done is in the spool, as marks; the queue only says where to look now. So it may be
//! short, and a server that dies leaves nothing but marks, which the next one reads.

use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, select};
use tracing::{debug, warn};

use super::Executor;
use super::in_use::InUse;
use super::local::{Shared, lock};
use crate::engine::{AttemptKey, PipelineId};
use crate::failpoint::{Point, reach};
use crate::spool::Compression;
use rustix::process::setpriority_process;

/// Pipelines that wait for their turn by name; with more of them, all marks are looked at.
const WAITING: usize = 1_024;

/// What the others know of the thread.
#[derive(Debug)]
pub(super) struct Compressor {
    /// Shorter logs stay as they are.
    least: u64,
    queue: Sender<PipelineId>,
    /// Marks may be there that nobody in the queue stands for: there was no room in it, or on the disk.
    missed: AtomicBool,
    /// Bytes of the shortest log that found no room on the disk; the most there are: none.
    short: AtomicU64,
    in_use: InUse,
    /// It was said once that a log could not be compressed.
    told: AtomicBool,
    /// Dropped to end the thread.
    running: Mutex<Option<Running>>,
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
            short: AtomicU64::new(u64::MAX),
            in_use: InUse::default(),
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
        compressor.in_use.going(pipeline);
        let removed = self.spool.remove_pipeline(pipeline);
        compressor.in_use.gone(pipeline);
        if self.room_again(compressor) {
            // It has no marks any more: this only wakes.
            let _ = compressor.queue.try_send(pipeline);
        }
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
        give_way();
        while !self.stopping() {
            if waiting.is_empty() && compressor.missed.swap(false, Ordering::SeqCst) {
                let marked = self.spool.marked_pipelines().unwrap_or_else(|why| {
                    compressor.missed.store(true, Ordering::SeqCst);
                    warn!(%why, "the logs that are to be compressed cannot be listed: {why}");
                    Vec::new()
                });
                compressor.short.store(u64::MAX, Ordering::SeqCst);
                let one = |pipeline| self.compress_pipeline(compressor, pipeline, is_over);
                // Each time something is done, so this ends.
                if marked.into_iter().map(one).sum::<usize>() > 0 && self.room_again(compressor) {
                    continue;
                }
            }
            select! {
                recv(stopped) -> _ => return,
                recv(waiting) -> pipeline => {
                    let Ok(pipeline) = pipeline else { return };
                    if self.compress_pipeline(compressor, pipeline, is_over) > 0 {
                        self.room_again(compressor);
                    }
                }
            }
        }
    }

    /// Has all marks looked at once there is room for a log that found none; true: so it is.
    fn room_again(&self, compressor: &Compressor) -> bool {
        let short = compressor.short.load(Ordering::SeqCst);
        let room = short < u64::MAX && self.spool.has_room(short);
        if room {
            compressor.short.store(u64::MAX, Ordering::SeqCst);
            compressor.missed.store(true, Ordering::SeqCst);
        }
        room
    }

    /// Compresses what is marked of a pipeline that is over; gives how many logs that were.
    fn compress_pipeline(
        &self,
        compressor: &Compressor,
        pipeline: PipelineId,
        is_over: &dyn Fn(PipelineId) -> bool,
    ) -> usize {
        let mut done = 0;
        let marked = self.spool.marked(pipeline).unwrap_or_else(|why| {
            warn!(pipeline = pipeline.0, %why, "logs of pipeline {pipeline} stay as they are: {why}");
            Vec::new()
        });
        if marked.is_empty() || self.stopping() || !is_over(pipeline) {
            return done;
        }
        for key in marked {
            let goes_on = || !self.stopping() && !compressor.in_use.is_going(pipeline);
            let Some(_held) = compressor
                .in_use
                .hold(pipeline)
                .filter(|_| !self.stopping())
            else {
                return done;
            };
            let reached = |_| reach(Point::ServerCompressing, &key);
            match self.spool.compress(key, &goes_on, &reached) {
                Ok(Compression::Done) => {
                    done += 1;
                    debug!(attempt = %key, "the log of attempt {key} is compressed");
                }
                Ok(Compression::Left | Compression::NotYet) => {}
                Err(why) => {
                    compressor.tell(key, &why);
                    // A quota is not asked before a log is written: that would be in vain again and again.
                    if why.kind() == ErrorKind::StorageFull {
                        let bytes = self.spool.log_bytes(key);
                        compressor.short.fetch_min(bytes, Ordering::SeqCst);
                    }
                }
            }
        }
        done
    }
}

impl Compressor {
    /// Says once that logs stay as they are, and when that is tried again.
    fn tell(&self, key: AttemptKey, why: &io::Error) {
        if self.told.swap(true, Ordering::SeqCst) {
            return;
        }
        let (what, until) = match why.kind() {
            ErrorKind::StorageFull => (
                "the disk has too little room",
                "until something is deleted, or another log finds room",
            ),
            ErrorKind::QuotaExceeded => ("the quota is used up", "until the next start"),
            _ => ("a file is in the way", "until the next start"),
        };
        warn!(
            attempt = %key, %why,
            "the log of attempt {key} stays as it is {until}, and so do others that cannot be \
             compressed: {what} ({why})"
        );
    }
}

/// From now on whatever else there is to do comes before this thread. Where the system refuses that, it works
/// all the same.
pub(super) fn give_way() {
    const NICE: i32 = 19;
    let _ = setpriority_process(None, NICE);
}
