//! The directory of one supervisor: its lock, which says whether it lives, and its socket.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::Spool;
use crate::clock;

const PREFIX: &str = "supervisor-";

/// What the names of files begin with that become exit records.
pub(super) const UNFINISHED: &str = "exit-";

/// The longest path that fits into the address of a Unix socket, with its NUL.
const SOCKET_PATH: usize = 107;

/// One supervisor's directory.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Its number; a later supervisor has a greater one.
    pub number: u64,
    /// The directory, absolute.
    pub dir: PathBuf,
}

impl Spool {
    /// The supervisors that have a directory here, alive or not, the oldest first.
    pub fn instances(&self) -> io::Result<Vec<Instance>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.dir())? {
            let name = entry?.file_name();
            let number = name
                .to_str()
                .and_then(|n| n.strip_prefix(PREFIX)?.parse().ok());
            found.extend(number.map(|number| self.instance(number)));
        }
        found.sort_by_key(|instance| instance.number);
        Ok(found)
    }

    /// The directory of supervisor `number`; it need not exist.
    pub fn instance(&self, number: u64) -> Instance {
        Instance {
            number,
            dir: self.dir().join(format!("{PREFIX}{number}")),
        }
    }

    /// Creates the directory of a new supervisor, numbered after all that are there. The number
    /// starts from the clock, so that one of a supervisor that has gone is not given again.
    pub fn new_instance(&self) -> io::Result<Instance> {
        let last = self
            .instances()?
            .last()
            .map_or(0, |instance| instance.number);
        let now = u64::try_from(clock::now()).unwrap_or_default();
        for number in now.max(last + 1).. {
            let instance = self.instance(number);
            match DirBuilder::new().mode(0o700).create(&instance.dir) {
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                other => return other.map(|()| instance),
            }
        }
        Err(io::Error::new(
            ErrorKind::QuotaExceeded,
            "no number is left for a supervisor",
        ))
    }
}

impl Instance {
    /// Takes the lock for as long as the file is open. An error of kind `WouldBlock`: it is held.
    pub fn lock(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).mode(0o600);
        let file = file.open(self.dir.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(e)) => Err(e),
        }
    }

    /// True if a supervisor lives here. The answer cannot be wrong: the lock dies with its holder.
    pub fn alive(&self) -> io::Result<bool> {
        match self.open_lock()? {
            None => Ok(false),
            Some(file) => match file.try_lock() {
                Ok(()) => Ok(false),
                Err(TryLockError::WouldBlock) => Ok(true),
                Err(TryLockError::Error(e)) => Err(e),
            },
        }
    }

    /// Waits until no supervisor lives here.
    pub fn wait_until_dead(&self) -> io::Result<()> {
        self.open_lock()?.map_or(Ok(()), |file| file.lock())
    }

    /// Removes the directory with what a death has left in it. Only for its supervisor as its last
    /// act, or when that is dead.
    pub fn remove(&self) -> io::Result<()> {
        let gone = |result: io::Result<()>| match result {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        };
        for entry in self.dir.read_dir().into_iter().flatten() {
            let name = entry?.file_name();
            if name.to_string_lossy().starts_with(UNFINISHED) {
                gone(fs::remove_file(self.dir.join(name)))?;
            }
        }
        gone(fs::remove_file(self.dir.join("sock")))?;
        gone(fs::remove_file(self.dir.join("lock")))?;
        gone(fs::remove_dir(&self.dir))
    }

    /// Connects to the supervisor, however long the path of the data directory is.
    pub fn connect(&self) -> io::Result<UnixStream> {
        let path = self.dir.join("sock");
        if path.as_os_str().len() <= SOCKET_PATH {
            return UnixStream::connect(path);
        }
        let dir = File::open(&self.dir)?;
        UnixStream::connect(Path::new("/proc/self/fd").join(format!("{}/sock", dir.as_raw_fd())))
    }

    fn open_lock(&self) -> io::Result<Option<File>> {
        match OpenOptions::new().write(true).open(self.dir.join("lock")) {
            Ok(file) => Ok(Some(file)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use crate::spool::Spool;

    #[test]
    fn the_lock_says_who_lives() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        let first = spool.new_instance().unwrap();
        let second = spool.new_instance().unwrap();
        assert!(first.number < second.number);
        assert!(
            !first.alive().unwrap(),
            "a directory without a lock is dead"
        );
        let lock = first.lock().unwrap();
        assert!(first.alive().unwrap());
        assert_eq!(first.lock().unwrap_err().kind(), ErrorKind::WouldBlock);
        drop(lock);
        assert!(!first.alive().unwrap());
        first.wait_until_dead().unwrap();
        std::fs::write(first.dir.join("exit-x1y2z3"), "half of a rec").unwrap();
        first.remove().unwrap();
        first.remove().unwrap();
        let left: Vec<u64> = spool
            .instances()
            .unwrap()
            .iter()
            .map(|i| i.number)
            .collect();
        assert_eq!(left, [second.number]);
        assert!(spool.new_instance().unwrap().number > second.number);
    }
}
