//! What the driver asks of the executor of this machine: noted here, done on the threads of its pools.

use std::collections::BTreeMap;

use crossbeam_channel::Sender;
use tracing::warn;

use super::attempts::Entry;
use super::{Backend, Executor, Verdict};
use crate::engine::{AttemptKey, PipelineId, TrackId};
use crate::failpoint::{Point, reach};

impl Backend for Executor {
    fn launch(&self, key: AttemptKey) {
        if self.shared.attempts.insert(key, Entry::default()) {
            self.shared.job(move |shared| shared.launch(key));
        }
    }

    fn kill(&self, key: AttemptKey, grace_ms: u64) {
        if self.shared.attempts.want_killed(key, grace_ms) {
            self.shared.job(move |shared| shared.kill(key));
        }
    }

    fn cancel(&self, key: AttemptKey) {
        let entry = Entry {
            kill: Some(0),
            ..Entry::default()
        };
        if self.shared.attempts.insert(key, entry) {
            self.shared.job(move |shared| shared.kill(key));
        }
    }

    fn probe(&self, ordered: &[(AttemptKey, String)]) -> Vec<(AttemptKey, Verdict)> {
        self.shared.probe_all(ordered)
    }

    fn end_survivors(&self, last: AttemptKey, grace_ms: u64) {
        self.shared.end_survivors(last, grace_ms);
    }

    fn survivors(&self, last: &[AttemptKey]) -> BTreeMap<TrackId, Vec<u32>> {
        self.shared.survivors(last)
    }

    fn clean(&self, key: AttemptKey) {
        self.shared.job(move |shared| {
            reach(Point::ServerCleaning, &key);
            let marked = shared.mark_log(key);
            if let Err(error) = shared.spool.clean(key) {
                warn!(attempt = %key, %error, "the files of attempt {key} stay: {error}");
            }
            // The pipeline may be over by now; whoever knows that for certain asks the database.
            if marked {
                shared.compress_soon(key.pipeline);
            }
        });
    }

    fn finish_pipeline(&self, pipeline: PipelineId) {
        self.shared.job(move |shared| {
            shared.drop_work(pipeline);
            shared.compress_soon(pipeline);
        });
    }

    fn remove_pipeline(&self, pipeline: PipelineId, gone: Sender<PipelineId>) {
        self.shared.removal(move |shared| match shared.remove_files(pipeline) {
            // Whoever has gone away finds that there are no files.
            Ok(()) => drop(gone.send(pipeline)),
            Err(error) => warn!(
                pipeline = pipeline.0, %error,
                "files of pipeline {pipeline}, which was removed, stay until the next start: {error}"
            ),
        });
    }
}
