//! Noticing that files change: the kernel tells.

use std::collections::BTreeSet;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::Errno;

/// Files and directories that are watched. One that is not there yet is watched once it is.
pub struct Changes {
    inotify: OwnedFd,
    /// Those that came late and are watched.
    late: Mutex<BTreeSet<PathBuf>>,
}

/// What makes a file worth another look: it grew, or another one came beside it or into it.
const WORTH: WatchFlags = WatchFlags::MODIFY
    .union(WatchFlags::CREATE)
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::DELETE_SELF);

/// The longest wait for a change before another look.
const ANOTHER_LOOK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 500_000_000,
};

impl Changes {
    /// Watches these from now on.
    pub fn new(paths: &[PathBuf]) -> io::Result<Self> {
        let changes = Self {
            inotify: inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?,
            late: Mutex::default(),
        };
        for path in paths {
            changes.watch(path)?;
        }
        Ok(changes)
    }

    /// Watches another one; false: it is not there.
    pub fn watch(&self, path: &Path) -> io::Result<bool> {
        match inotify::add_watch(&self.inotify, path, WORTH) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(why) => Err(why.into()),
        }
    }

    /// Watches each of these once it is there; true: one of them is watched from now on, and is worth
    /// a look, because it may have changed before.
    pub fn watch_late(&self, late: &[PathBuf]) -> io::Result<bool> {
        let mut watched = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        for path in late {
            if !watched.contains(path) && self.watch(path)? {
                watched.insert(path.clone());
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Can be read from when something has changed, without waiting; what is read says no more.
    pub fn told(&self) -> io::Result<OwnedFd> {
        self.inotify.try_clone()
    }

    /// Waits for a change since the last wait. Each of `late` is watched too, once it is there; it
    /// is worth a look at once then, because it may have changed before it was watched.
    pub fn wait(&self, late: &[PathBuf]) -> io::Result<()> {
        if self.watch_late(late)? {
            return Ok(());
        }
        // A commit is seen by readers a moment after its file has changed, and that moment has no
        // event of its own: so there is another look after a while in any case.
        let mut ready = [PollFd::new(&self.inotify, PollFlags::IN)];
        if poll(&mut ready, Some(&ANOTHER_LOOK))? == 0 {
            return Ok(());
        }
        let mut buffer = [MaybeUninit::uninit(); 4_096];
        let mut changes = inotify::Reader::new(&self.inotify, &mut buffer);
        loop {
            match changes.next() {
                Ok(_) => {}
                Err(Errno::AGAIN) => return Ok(()),
                Err(why) => return Err(why.into()),
            }
        }
    }
}
