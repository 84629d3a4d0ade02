//! Where the files of an attempt are.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::tail;
use crate::engine::{AttemptKey, PipelineId, TrackId};

/// Files of these kinds belong to one attempt and go when its result is committed, in this order:
/// a gate goes after the script that it is made of. So an order to start a cancelled attempt that
/// is still on its way to a supervisor finds no script when it finds no gate.
pub(super) const KINDS: [&str; 4] = ["output", "script", "exit", "gate"];

/// The directories of one data directory.
#[derive(Debug, Clone)]
pub struct Spool {
    data: PathBuf,
    dir: PathBuf,
}

impl Spool {
    /// Opens the directories under `data`, creating what is missing, all of them 0700.
    pub fn open(data: &Path) -> io::Result<Spool> {
        make_dir(data, true)?;
        let data = fs::canonicalize(data)?;
        for name in ["spool", "logs", "work"] {
            let dir = data.join(name);
            make_dir(&dir, false)?;
            if fs::metadata(&dir)?.permissions().mode() & 0o777 != 0o700 {
                fs::set_permissions(&dir, Permissions::from_mode(0o700))?;
            }
        }
        Ok(Spool {
            dir: data.join("spool"),
            data,
        })
    }

    /// The spool whose own directory is `dir`, as a supervisor is told it; creates nothing.
    pub fn at(dir: &Path) -> io::Result<Spool> {
        let dir = fs::canonicalize(dir)?;
        let data = dir.parent().map(Path::to_path_buf);
        let data =
            data.ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "no data directory"))?;
        Ok(Spool { data, dir })
    }

    /// A file whose only purpose is to be removed when the disk is full, so that results can still
    /// be written. The driver makes it.
    pub fn ballast(&self) -> PathBuf {
        self.data.join("ballast")
    }

    /// Gives the room of the ballast back; true when there was some.
    pub fn release_ballast(&self) -> bool {
        fs::remove_file(self.ballast()).is_ok()
    }

    /// The data directory, absolute.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The directory of the attempts' files, absolute.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The text that runs.
    pub fn script(&self, key: AttemptKey) -> PathBuf {
        self.file(key, "script")
    }

    /// Where a script writes what it leaves for those after it.
    pub fn outputs(&self, key: AttemptKey) -> PathBuf {
        self.file(key, "output")
    }

    /// The log of an attempt; it exists from the first byte of output on.
    pub fn log(&self, key: AttemptKey) -> PathBuf {
        let mut path = self.logs(key.pipeline);
        path.push(format!("{}-{}.log", key.track, key.attempt));
        path
    }

    /// Where all logs are.
    pub fn all_logs(&self) -> PathBuf {
        self.data.join("logs")
    }

    /// The directory of a pipeline's logs.
    pub fn logs(&self, pipeline: PipelineId) -> PathBuf {
        self.all_logs().join(pipeline.to_string())
    }

    /// The private working directory of a pipeline's scripts.
    pub fn work(&self, pipeline: PipelineId) -> PathBuf {
        self.data.join("work").join(pipeline.to_string())
    }

    /// Writes the text that will run, in place of one that was written before and never ran.
    pub fn write_script(&self, key: AttemptKey, text: &str) -> io::Result<()> {
        let path = self.script(key);
        let create = || {
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
        };
        let mut file = match create() {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                fs::remove_file(&path)?;
                create()?
            }
            other => other?,
        };
        file.write_all(text.as_bytes())
    }

    /// Creates the file of a script's outputs, empty. One that is there stays: nobody else writes it.
    pub fn make_outputs(&self, key: AttemptKey) -> io::Result<()> {
        let mut options = OpenOptions::new();
        match options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(self.outputs(key))
        {
            Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(e),
            _ => Ok(()),
        }
    }

    /// The first `most` bytes, and one more if there is one, of what a script wrote as its outputs;
    /// `None`: nothing. The script could have put anything there: only a file is read.
    pub fn read_outputs(&self, key: AttemptKey, most: u64) -> io::Result<Option<Vec<u8>>> {
        let nowait = OFlags::NONBLOCK | OFlags::NOFOLLOW;
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(nowait.bits().cast_signed());
        let file = match options.open(self.outputs(key)) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "it is no file"));
        }
        let mut bytes = Vec::new();
        file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// Creates the private working directory of a pipeline unless it is there; gives its path.
    pub fn make_work(&self, pipeline: PipelineId) -> io::Result<PathBuf> {
        let path = self.work(pipeline);
        make_dir(&path, false)?;
        Ok(path)
    }

    /// Removes the private working directory of a pipeline if it is empty; true if it is gone.
    pub fn drop_work(&self, pipeline: PipelineId) -> bool {
        match fs::remove_dir(self.work(pipeline)) {
            Ok(()) => true,
            Err(e) => e.kind() == ErrorKind::NotFound,
        }
    }

    /// Removes the files of an attempt whose result is committed; its log stays, and is joined to
    /// its tail where a supervisor did not live to do that.
    pub fn clean(&self, key: AttemptKey) -> io::Result<()> {
        // First: as long as the other files are there, it is tried again.
        tail::join(&self.log(key))?;
        KINDS.iter().try_for_each(|kind| self.remove(key, kind))
    }

    /// Removes all files of a pipeline of which nothing runs: its logs, what its scripts left in their
    /// directory, what is left of its attempts. Links are removed, not followed.
    pub fn remove_pipeline(&self, id: PipelineId) -> io::Result<()> {
        for key in self.list()?.into_iter().filter(|key| key.pipeline == id) {
            KINDS.iter().try_for_each(|kind| self.remove(key, kind))?;
        }
        self.unmark_all(id)?;
        for dir in [self.logs(id), self.work(id)] {
            match fs::remove_dir_all(dir) {
                Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes the text of an attempt that will never run.
    pub fn drop_script(&self, key: AttemptKey) -> io::Result<()> {
        self.remove(key, "output")?;
        self.remove(key, "script")
    }

    fn remove(&self, key: AttemptKey, kind: &str) -> io::Result<()> {
        let path = self.file(key, kind);
        match fs::remove_file(&path) {
            // Only a script can have made one of its outputs.
            Err(e) if e.kind() == ErrorKind::IsADirectory => fs::remove_dir_all(&path),
            Err(e) if e.kind() != ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }

    /// The attempts that have files here, in order. Files of other names are left out.
    pub fn list(&self) -> io::Result<Vec<AttemptKey>> {
        let mut keys = BTreeSet::new();
        for entry in fs::read_dir(&self.dir)? {
            keys.extend(entry?.file_name().to_str().and_then(key_of));
        }
        Ok(keys.into_iter().collect())
    }

    pub(super) fn file(&self, key: AttemptKey, kind: &str) -> PathBuf {
        self.dir.join(format!("{key}.{kind}"))
    }
}

/// Creates one directory, 0700; it may be there already.
pub(super) fn make_dir(path: &Path, parents: bool) -> io::Result<()> {
    match DirBuilder::new()
        .recursive(parents)
        .mode(0o700)
        .create(path)
    {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// The attempt a file name belongs to; only names exactly as this module writes them.
fn key_of(name: &str) -> Option<AttemptKey> {
    let (stem, kind) = name.split_once('.')?;
    let mut parts = stem.splitn(3, '-');
    let key = AttemptKey {
        pipeline: PipelineId(parts.next()?.parse().ok()?),
        track: TrackId(parts.next()?.parse().ok()?),
        attempt: parts.next()?.parse().ok()?,
    };
    (KINDS.contains(&kind) && key.to_string() == stem).then_some(key)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::{KINDS, Spool};
    use crate::engine::{AttemptKey, PipelineId, TrackId};

    fn key(pipeline: i64, track: i64, attempt: u32) -> AttemptKey {
        AttemptKey {
            pipeline: PipelineId(pipeline),
            track: TrackId(track),
            attempt,
        }
    }

    #[test]
    fn directories_are_private_and_files_too() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(&dir.path().join("a/b")).unwrap();
        spool.write_script(key(1, 2, 3), "echo hello\n").unwrap();
        let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(spool.data()), 0o700);
        assert_eq!(mode(spool.dir()), 0o700);
        assert_eq!(mode(&spool.make_work(PipelineId(1)).unwrap()), 0o700);
        assert_eq!(mode(&spool.script(key(1, 2, 3))), 0o600);
    }

    #[test]
    fn a_script_can_be_written_again() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        spool
            .write_script(key(1, 2, 3), "a long first text")
            .unwrap();
        spool.write_script(key(1, 2, 3), "short").unwrap();
        assert_eq!(fs::read(spool.script(key(1, 2, 3))).unwrap(), b"short");
    }

    #[test]
    fn list_knows_its_own_names_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        for name in [
            "7-1-1.exit",
            "7-1-1.gate",
            "7-1-2.script",
            "x-1-1.exit",
            "7-1-1.exit.old",
        ] {
            fs::write(spool.dir().join(name), "").unwrap();
        }
        for name in [
            "07-1-1.exit",
            "7-1.exit",
            "7-1-1-1.exit",
            "+7-1-1.exit",
            ".tmpA",
            "notes",
        ] {
            fs::write(spool.dir().join(name), "").unwrap();
        }
        assert_eq!(spool.list().unwrap(), [key(7, 1, 1), key(7, 1, 2)]);
    }

    #[test]
    fn clean_removes_one_attempt_and_may_be_repeated() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        spool.write_script(key(1, 1, 1), "").unwrap();
        spool.write_script(key(1, 1, 11), "").unwrap();
        spool.clean(key(1, 1, 1)).unwrap();
        spool.clean(key(1, 1, 1)).unwrap();
        assert_eq!(spool.list().unwrap(), [key(1, 1, 11)]);
    }

    #[test]
    fn a_late_order_to_start_finds_nothing_after_the_cleaning() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        spool.write_script(key(1, 1, 1), "true").unwrap();
        assert!(spool.cancel(key(1, 1, 1)).unwrap());
        assert_eq!(KINDS.last(), Some(&"gate"));
        spool.clean(key(1, 1, 1)).unwrap();
        let late = spool.take_gate(key(1, 1, 1));
        assert_eq!(late.unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_work_directory_goes_only_when_it_is_empty() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        let work = spool.make_work(PipelineId(4)).unwrap();
        fs::write(work.join("result"), "kept").unwrap();
        assert!(!spool.drop_work(PipelineId(4)));
        fs::remove_file(work.join("result")).unwrap();
        assert!(spool.drop_work(PipelineId(4)) && spool.drop_work(PipelineId(4)));
    }
}
