//! Why the program cannot begin.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::hold::Holder;
use crate::access::TokenError;
use crate::executor::ExecutorError;
use crate::secrets::KeyError;
use crate::store::StoreError;

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
