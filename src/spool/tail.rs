//! The end of a log, for the database and for pages.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

/// The last `n` bytes of a log; nothing if there is no log.
pub fn tail(path: &Path, n: u64) -> io::Result<Vec<u8>> {
    let mut file = match File::open(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(n)))?;
    let mut bytes = Vec::new();
    file.take(n).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::tail;

    #[test]
    fn tail_gives_the_last_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        assert_eq!(tail(&path, 3).unwrap(), b"");
        fs::write(&path, "abcdef").unwrap();
        assert_eq!(tail(&path, 3).unwrap(), b"def");
        assert_eq!(tail(&path, 30).unwrap(), b"abcdef");
    }
}
