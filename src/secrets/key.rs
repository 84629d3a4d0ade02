//! `<data>/secret.key`: 32 random bytes that only their owner can read.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The name of the file in the data directory.
pub const NAME: &str = "secret.key";
/// Bytes of a key.
pub(super) const BYTES: usize = 32;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot use the key file `{path}`: {why}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// Others can read the file.
    #[error(
        "the key file `{path}` can be read by others (mode {mode:o}): make it private with \
         `chmod 600 {path}`, and set new secrets if somebody else may have read it"
    )]
    Open {
        /// Which.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file has not the length of a key.
    #[error("the key file `{path}` has {bytes} bytes and not {BYTES}: put the right file back")]
    Length {
        /// Which.
        path: PathBuf,
        /// How long it is.
        bytes: u64,
    },
    /// Secrets are in the database, and the key is not there.
    #[error(
        "the database has secrets, but their key file `{path}` is not there: put it back from \
         where it was kept; no new one is made, because nothing could be opened with it"
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// Secrets are in the database, and another key has sealed them.
    #[error(
        "the database has secrets that another key has sealed than the one in `{path}`: put back \
         the key file that belongs to this database"
    )]
    Other {
        /// The file with the other key.
        path: PathBuf,
    },
}

impl KeyError {
    pub(super) fn file(path: &Path, why: impl ToString) -> Self {
        Self::File {
            path: path.to_owned(),
            why: why.to_string(),
        }
    }
}

/// The key of a data directory; none when there is no file.
pub(super) fn read(path: &Path) -> Result<Option<[u8; BYTES]>, KeyError> {
    let failed = |why: std::io::Error| KeyError::file(path, why);
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(failed(why)),
    };
    let about = file.metadata().map_err(failed)?;
    let mode = about.mode() & 0o777;
    let path = path.to_owned();
    if mode & 0o077 != 0 {
        return Err(KeyError::Open { path, mode });
    }
    if about.len() != BYTES as u64 {
        let bytes = about.len();
        return Err(KeyError::Length { path, bytes });
    }
    let mut key = [0; BYTES];
    file.read_exact(&mut key)
        .map_err(|why| KeyError::file(&path, why))?;
    Ok(Some(key))
}

/// Makes a key and its file, which is on the disk before anything can be sealed with it.
pub(super) fn make(path: &Path) -> Result<[u8; BYTES], KeyError> {
    let failed = |why: std::io::Error| KeyError::file(path, why);
    let mut key = [0; BYTES];
    getrandom::fill(&mut key).map_err(|why| KeyError::file(path, why))?;
    let data = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".key")
        .tempfile_in(data)
        .map_err(failed)?;
    file.write_all(&key).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    // Never over a key that is there.
    file.persist_noclobber(path).map_err(|e| failed(e.error))?;
    let directory = OpenOptions::new().read(true).open(data).map_err(failed)?;
    directory.sync_all().map_err(failed)?;
    Ok(key)
}
