//! `<data>/local.token`: whoever can read this file has every right.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::secret::{Secret, random};

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The system gave no random bytes.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
    /// The file cannot be read or written.
    #[error("cannot use the token file `{path}`: {why}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// Others can read the file.
    #[error(
        "the token file `{path}` can be read by others (mode {mode:o}): remove it, and the next start makes a new one"
    )]
    Open {
        /// Which.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
}

/// The name of the file in the data directory.
pub const TOKEN_FILE: &str = "local.token";
/// More than any token has.
const MOST_BYTES: u64 = 4_096;

/// The token of a data directory; made, readable by its owner alone, when there is none.
pub fn write_token(data: &Path) -> Result<Secret, TokenError> {
    let path = data.join(TOKEN_FILE);
    if path.exists() {
        return read_token(data);
    }
    new_token(data)
}

/// Another token in place of the one that is there. The file is whole at any moment.
pub fn new_token(data: &Path) -> Result<Secret, TokenError> {
    stage_token(data)?.put()
}

/// A new token that is written and not yet in its place.
pub struct Staged {
    token: Secret,
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl Staged {
    /// Puts it in the place of the one that is there.
    pub fn put(self) -> Result<Secret, TokenError> {
        let Self { token, file, path } = self;
        match file.persist(&path) {
            Ok(_) => Ok(token),
            Err(failed) => Err(TokenError::File {
                why: failed.error.to_string(),
                path,
            }),
        }
    }
}

/// Writes another token next to the one that is there, which stays: what can fail for want of room or
/// rights does so before anything has changed.
pub fn stage_token(data: &Path) -> Result<Staged, TokenError> {
    let path = data.join(TOKEN_FILE);
    let token = random()?;
    let failed = |why: std::io::Error| TokenError::File {
        path: path.clone(),
        why: why.to_string(),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".token")
        .tempfile_in(data)
        .map_err(failed)?;
    writeln!(file, "{}", token.text()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    Ok(Staged { token, file, path })
}

/// The token of a data directory.
pub fn read_token(data: &Path) -> Result<Secret, TokenError> {
    use std::io::Read;
    let path = data.join(TOKEN_FILE);
    let failed = |why: std::io::Error| TokenError::File {
        path: path.clone(),
        why: why.to_string(),
    };
    let file = std::fs::File::open(&path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(TokenError::Open { path, mode });
    }
    let mut text = String::new();
    file.take(MOST_BYTES)
        .read_to_string(&mut text)
        .map_err(failed)?;
    Ok(Secret::new(text.trim().to_owned()))
}
