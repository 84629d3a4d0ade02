//! Why the program cannot begin.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use rustix::fs::statvfs;

use super::hold::Holder;
use crate::access::TokenError;
use crate::executor::ExecutorError;
use crate::secrets::KeyError;
use crate::store::StoreError;

/// With less than so many bytes free, what fails at the start fails for want of room.
const LITTLE: u64 = 256 << 10;

/// Why the program cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The data directory cannot be made or used.
    #[error(
        "cannot use the data directory `{path}`: {why}; it must be on a disk that can be written, \
         and this user must own it: mend that, or give another one with `--data DIR`"
    )]
    Data {
        /// Which.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// There is no room on the disk of the data directory.
    #[error(
        "the disk of the data directory `{path}` is full ({free} bytes are free): {why}. Make room on it, \
         then try again: old logs are in `{path}/logs`, and `{path}/ballast`, a reserve that is made again, \
         may be removed"
    )]
    Full {
        /// Which.
        path: PathBuf,
        /// What is left.
        free: u64,
        /// What could not be done.
        why: String,
    },
    /// Another process works on the data directory.
    #[error("another process works on the data directory `{path}`: {holder}")]
    Held {
        /// Which.
        path: PathBuf,
        /// Who.
        holder: Holder,
    },
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token cannot be used.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The key of the secrets cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Scripts cannot be run.
    #[error(transparent)]
    Executor(#[from] ExecutorError),
    /// The port is taken, or may not be used.
    #[error(
        "cannot listen on {address}: {why}. Give another port with `--port N` (0 is any free one)"
    )]
    Listen {
        /// Address and port.
        address: SocketAddr,
        /// What the system said.
        why: String,
    },
    /// The web server cannot begin, or ended badly.
    #[error("the web server: {0}")]
    Web(String),
}

impl AppError {
    /// The same, as what it is where the disk has no room: the system and SQLite often say something else.
    pub(super) fn at(self, data: &Path) -> Self {
        let of_disk = match &self {
            Self::Data { .. } | Self::Store(_) | Self::Token(_) | Self::Executor(_) => true,
            Self::Full { .. }
            | Self::Held { .. }
            | Self::Key(_)
            | Self::Listen { .. }
            | Self::Web(_) => false,
        };
        let free = statvfs(data).map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        match free {
            Ok(free) if of_disk && free < LITTLE => Self::Full {
                path: data.to_owned(),
                free,
                why: match self {
                    Self::Data { why, .. } => why,
                    other => other.to_string(),
                },
            },
            Ok(_) | Err(_) => self,
        }
    }
}
