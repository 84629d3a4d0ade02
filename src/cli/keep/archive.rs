//! The file of a backup: a compressed tar archive, written whole or not at all, and what may be in it.
//!
//! `manifest.json`, then `trackyard.db`, then `secret.key` and `logs/` if they were asked for.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tar::{Archive, Builder, EntryType, Header};

use crate::app::{DATABASE, KEY_FILE};
use crate::clock;
use crate::store::Counts;

/// The form of the archive that this version writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
/// Where logs are, in the archive as in the data directory.
pub(super) const LOGS: &str = "logs";
/// More than any manifest has.
const MOST_MANIFEST: u64 = 64 << 10;

/// What a backup says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) format: u32,
    /// Of the program that wrote it.
    pub(super) version: String,
    pub(super) made_at: String,
    pub(super) schema: String,
    #[serde(flatten)]
    pub(super) counts: Counts,
    pub(super) database_bytes: u64,
    pub(super) database_sha256: String,
    /// Whether the database has sealed values.
    pub(super) sealed: bool,
    /// Whether the key that opens them is in it.
    pub(super) key: bool,
    pub(super) logs: bool,
}

/// Writes an archive: the manifest, single files by their names, and the logs.
pub(super) fn pack(
    out: &mut File,
    manifest: &Manifest,
    files: &[(&str, PathBuf)],
    logs: Option<&Path>,
) -> io::Result<()> {
    let zip = GzEncoder::new(BufWriter::new(out), Compression::default());
    let mut tar = Builder::new(zip);
    let text = serde_json::to_vec_pretty(manifest)?;
    let now = clock::now().unsigned_abs() / 1_000;
    let mut header = header(text.len() as u64, now);
    tar.append_data(&mut header, MANIFEST, text.as_slice())?;
    for (name, path) in files {
        append(&mut tar, Path::new(name), path)?;
    }
    if let Some(logs) = logs {
        append_all(&mut tar, logs)?;
    }
    tar.into_inner()?.finish()?.flush()
}

/// Appends the logs. What a script prints meanwhile is left out, and what goes away meanwhile; one that
/// is compressed meanwhile is in it, in one form or the other.
fn append_all(tar: &mut Builder<impl Write>, logs: &Path) -> io::Result<()> {
    let mut dirs = vec![(logs.to_owned(), PathBuf::from(LOGS))];
    while let Some((dir, inside)) = dirs.pop() {
        let entries = listed(&dir)?;
        for (name, kind) in &entries {
            let (path, inside) = (dir.join(name), inside.join(name));
            if kind.is_dir() {
                dirs.push((path, inside));
            } else if kind.is_file() && path.extension() != Some("tmp".as_ref()) {
                let compressed = |path: &Path| {
                    let mut path = path.as_os_str().to_owned();
                    path.push(".zst");
                    PathBuf::from(path)
                };
                let mut result = append(tar, &inside, &path);
                let gone = |result: &io::Result<()>| matches!(result, Err(why) if why.kind() == ErrorKind::NotFound);
                if gone(&result) && !entries.contains_key(compressed(Path::new(name)).as_os_str()) {
                    result = append(tar, &compressed(&inside), &compressed(&path));
                }
                if !gone(&result) {
                    result?;
                }
            }
        }
    }
    Ok(())
}

/// What is in a directory. One listing may pass over a name that comes while it goes on: what it misses
/// for that reason the second one finds.
fn listed(dir: &Path) -> io::Result<BTreeMap<OsString, FileType>> {
    let mut found = BTreeMap::new();
    for _ in 0..2 {
        let entries = match fs::read_dir(dir) {
            Err(why) if why.kind() == ErrorKind::NotFound => break,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            match entry.file_type() {
                Err(why) if why.kind() == ErrorKind::NotFound => {}
                kind => drop(found.insert(entry.file_name(), kind?)),
            }
        }
    }
    Ok(found)
}

fn append(tar: &mut Builder<impl Write>, name: &Path, path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    let mut header = header(about.len(), about.mtime().unsigned_abs());
    // Exactly as long as the header says, whatever becomes of the file meanwhile.
    let bytes = file.chain(io::repeat(0)).take(about.len());
    tar.append_data(&mut header, name, bytes)
}

fn header(bytes: u64, changed: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(changed);
    header
}

/// Reads an archive to its end. With a directory it is unpacked there, else only looked through.
/// Gives what it says of itself; the database in it is as that says.
pub(super) fn unpack(file: &Path, into: Option<&Path>) -> io::Result<Manifest> {
    let zip = GzDecoder::new(BufReader::new(File::open(file)?));
    let mut tar = Archive::new(zip);
    let mut manifest: Option<Manifest> = None;
    let mut digest = None;
    for entry in tar.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.into_owned();
        if !is_ours(&name) || entry.header().entry_type() != EntryType::Regular {
            let name = name.display();
            return Err(other(&format!("`{name}` does not belong into a backup")));
        }
        if manifest.is_none() {
            let read: Manifest = serde_json::from_reader((&mut entry).take(MOST_MANIFEST))
                .map_err(|why| other(&format!("what it says of itself cannot be read: {why}")))?;
            if read.format > FORMAT {
                return Err(other("a newer version has written it: use that version"));
            }
            manifest = Some(read);
            continue;
        }
        let mut hash = Sha256::new();
        let mut sink: Box<dyn Write> = match into {
            None => Box::new(io::sink()),
            Some(dir) => Box::new(create(&dir.join(&name))?),
        };
        copy(&mut entry, &mut [&mut sink, &mut hash])?;
        if name == Path::new(DATABASE) {
            digest = Some(format!("{:x}", hash.finalize()));
        }
    }
    let manifest = manifest.ok_or_else(|| other("it is empty"))?;
    if digest.as_ref() != Some(&manifest.database_sha256) {
        return Err(other("the database in it is not the one that was written"));
    }
    Ok(manifest)
}

/// SHA-256 of a file, as hexadecimal digits.
pub(super) fn digest(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    copy(&mut File::open(path)?, &mut [&mut hash])?;
    Ok(format!("{:x}", hash.finalize()))
}

fn copy(from: &mut impl Read, into: &mut [&mut dyn Write]) -> io::Result<()> {
    let mut bytes = vec![0; 64 << 10];
    loop {
        let n = from.read(&mut bytes)?;
        if n == 0 {
            return Ok(());
        }
        for sink in &mut *into {
            sink.write_all(&bytes[..n])?;
        }
    }
}

/// Whether a name is one of those that a backup has: nothing else is ever written.
fn is_ours(name: &Path) -> bool {
    let plain = name.components().all(|c| matches!(c, Component::Normal(_)));
    let single = [MANIFEST, DATABASE, KEY_FILE];
    let log = name.starts_with(LOGS) && name.components().count() > 1;
    plain && (log || single.iter().any(|one| name == Path::new(one)))
}

fn create(path: &Path) -> io::Result<File> {
    if let Some(dir) = path.parent() {
        let mut make = fs::DirBuilder::new();
        make.recursive(true).mode(0o700).create(dir)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}

fn other(why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::is_ours;

    #[test]
    fn only_what_a_backup_has_is_unpacked() {
        for name in [
            "manifest.json",
            "trackyard.db",
            "secret.key",
            "logs/1/2-1.log",
        ] {
            assert!(is_ours(Path::new(name)), "{name}");
        }
        for name in [
            "logs",
            "../trackyard.db",
            "/trackyard.db",
            "logs/../../x",
            "local.token",
            "spool/x",
            "",
            "trackyard.db/x",
        ] {
            assert!(!is_ours(Path::new(name)), "{name}");
        }
    }
}
