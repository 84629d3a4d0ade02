//! Whose files are in use: who compresses the log of a pipeline and who removes its files wait for each other.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, PoisonError};

use super::local::lock;
use crate::engine::PipelineId;

/// Whose files are in use.
#[derive(Debug, Default)]
pub(super) struct InUse {
    files: Mutex<Files>,
    /// Told when the log that was at work is left.
    left: Condvar,
}

#[derive(Debug, Default)]
struct Files {
    /// Of this pipeline a log is being compressed.
    now: Option<PipelineId>,
    /// Those whose files are being removed.
    going: BTreeSet<PipelineId>,
}

/// A pipeline of which a log is being compressed.
pub(super) struct Held<'c>(&'c InUse);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        lock(&self.0.files).now = None;
        self.0.left.notify_all();
    }
}

impl InUse {
    /// From now on no log of this pipeline is compressed.
    pub(super) fn going(&self, pipeline: PipelineId) {
        let mut files = lock(&self.files);
        files.going.insert(pipeline);
        // It leaves the log as soon as it looks.
        while files.now == Some(pipeline) {
            let woken = self.left.wait(files);
            files = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The files have gone.
    pub(super) fn gone(&self, pipeline: PipelineId) {
        lock(&self.files).going.remove(&pipeline);
    }

    /// Whether somebody removes the files of this pipeline.
    pub(super) fn is_going(&self, pipeline: PipelineId) -> bool {
        lock(&self.files).going.contains(&pipeline)
    }

    /// From now on nobody removes the files of this pipeline; none: somebody does.
    pub(super) fn hold(&self, pipeline: PipelineId) -> Option<Held<'_>> {
        let mut files = lock(&self.files);
        if files.going.contains(&pipeline) {
            return None;
        }
        files.now = Some(pipeline);
        Some(Held(self))
    }
}

#[cfg(test)]
mod tests {
    use std::thread::yield_now;

    use super::InUse;
    use crate::engine::PipelineId;
    use crate::executor::local::lock;

    #[test]
    fn a_removal_waits_for_its_own_pipeline_alone() {
        let in_use = InUse::default();
        let (one, other) = (PipelineId(1), PipelineId(2));
        let held = in_use.hold(one).expect("nobody removes it");
        assert_eq!(lock(&in_use.files).now, Some(one));
        lock(&in_use.files).going.insert(other);
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| in_use.going(one));
            in_use.going(other);
            while !in_use.is_going(one) {
                yield_now();
            }
            for _ in 0..1_000 {
                yield_now();
                assert!(!waits.is_finished(), "it has not waited");
            }
            assert_eq!(lock(&in_use.files).now, Some(one));
            drop(held);
            waits.join().expect("it goes on");
        });
        assert!(in_use.hold(one).is_none() && in_use.hold(other).is_none());
        in_use.gone(one);
        assert!(in_use.hold(one).is_some() && in_use.is_going(other));
    }
}
