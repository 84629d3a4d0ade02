//! Which logs are to be compressed.
//!
//! ```text
//! <data>/spool/compress/<pipeline>/<track>-<attempt>   exists: this log is to be
//! ```
//!
//! A mark is made before the attempt's other files go, so none is forgotten whatever dies. Those that are
//! there are all that is left to do: nobody has to look through the logs of all that ever ran.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::Spool;
use super::compressing::{gone, own_file};
use super::layout::{KINDS, make_dir};
use super::tail;
use crate::engine::{AttemptKey, PipelineId, TrackId};

impl Spool {
    /// Notes that the log of an attempt whose result is committed is to be compressed; false: it has
    /// fewer than `least` bytes.
    pub fn mark_log(&self, key: AttemptKey, least: u64) -> io::Result<bool> {
        let log = self.log(key);
        tail::join(&log)?;
        let about = match fs::metadata(&log) {
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(false),
            other => other?,
        };
        if about.len() < least {
            return Ok(false);
        }
        loop {
            make_dir(&self.marks(), false)?;
            make_dir(&self.marks_of(key.pipeline), false)?;
            match own_file(&self.mark(key)) {
                // The directory went with the mark that was the last one until now.
                Err(why) if why.kind() == ErrorKind::NotFound => {}
                other => break drop(other?),
            }
        }
        // It may have been removed meanwhile, with all that is its pipeline's.
        match fs::exists(&log)? {
            true => Ok(true),
            false => self.unmark(key).map(|()| false),
        }
    }

    /// The pipelines that have logs to be compressed.
    pub fn marked_pipelines(&self) -> io::Result<Vec<PipelineId>> {
        let names = names(&self.marks())?;
        let mut ids: Vec<_> = names.filter_map(|n| n.parse().ok()).collect();
        ids.sort_unstable();
        Ok(ids.into_iter().map(PipelineId).collect())
    }

    /// The attempts of a pipeline whose logs are to be compressed.
    pub fn marked(&self, pipeline: PipelineId) -> io::Result<Vec<AttemptKey>> {
        let key = |name: String| {
            let (track, attempt) = name.split_once('-')?;
            Some(AttemptKey {
                pipeline,
                track: TrackId(track.parse().ok()?),
                attempt: attempt.parse().ok()?,
            })
        };
        let mut keys: Vec<_> = names(&self.marks_of(pipeline))?.filter_map(key).collect();
        keys.sort_unstable();
        Ok(keys)
    }

    /// Forgets all logs of a pipeline that were to be compressed.
    pub(super) fn unmark_all(&self, pipeline: PipelineId) -> io::Result<()> {
        gone(fs::remove_dir_all(self.marks_of(pipeline)))
    }

    pub(super) fn unmark(&self, key: AttemptKey) -> io::Result<()> {
        gone(fs::remove_file(self.mark(key)))?;
        // The last one's directory goes with it, unless another mark is just being made.
        let _ = fs::remove_dir(self.marks_of(key.pipeline));
        Ok(())
    }

    /// Whether an attempt has files beside its log.
    pub(super) fn has_files(&self, key: AttemptKey) -> io::Result<bool> {
        let mut kinds = KINDS.iter().map(|kind| self.file(key, kind).try_exists());
        kinds.try_fold(false, |any, is| Ok(any || is?))
    }

    fn marks(&self) -> PathBuf {
        self.dir().join("compress")
    }

    fn marks_of(&self, pipeline: PipelineId) -> PathBuf {
        self.marks().join(pipeline.to_string())
    }

    fn mark(&self, key: AttemptKey) -> PathBuf {
        let mut path = self.marks_of(key.pipeline);
        path.push(format!("{}-{}", key.track, key.attempt));
        path
    }
}

/// The names in a directory; none where it is not there.
fn names(dir: &Path) -> io::Result<impl Iterator<Item = String> + use<>> {
    let entries = match fs::read_dir(dir) {
        Err(why) if why.kind() == ErrorKind::NotFound => None,
        other => Some(other?),
    };
    let name = |entry: io::Result<fs::DirEntry>| entry.ok()?.file_name().into_string().ok();
    Ok(entries.into_iter().flatten().filter_map(name))
}
