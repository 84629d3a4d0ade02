//! A bundle while it is written: each file with its size and its digest, which the manifest lists at
//! the end.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sha2::{Digest, Sha256};
use tar::{Builder, Header};

use super::bundle::BundleError;
use crate::engine::{AttemptKey, PipelineId, TrackId};
use crate::spool::{LogView, Spool};
use crate::store::PipelineHead;

/// The form of a bundle: the number grows when a reader of an older one would read it wrong.
const BUNDLE_FORMAT: u32 = 1;

/// The bundle while it is written.
pub(super) struct Archive<'a, W: Write> {
    tar: Builder<GzEncoder<W>>,
    spool: &'a Spool,
    /// The directory that everything is in.
    top: String,
    /// Of all files, in seconds since 1970.
    at: u64,
    /// What is in it so far, for the manifest.
    manifest: BufWriter<File>,
    /// The same as `sha256sum` reads it; it comes last.
    sums: BufWriter<File>,
    files: usize,
}

impl<'a, W: Write> Archive<'a, W> {
    pub(super) fn new(head: &PipelineHead, spool: &'a Spool, out: W) -> Result<Self, BundleError> {
        let mut manifest = beside(spool)?;
        let (format, server) = (BUNDLE_FORMAT, env!("CARGO_PKG_VERSION"));
        write!(
            manifest,
            "{{\"format\": {format}, \"server\": {server:?}, \"pipeline\": {},\n\"files\": [",
            head.id
        )?;
        Ok(Self {
            tar: Builder::new(GzEncoder::new(out, Compression::default())),
            spool,
            top: format!("pipeline-{}", head.id),
            at: head.created_at.unsigned_abs() / 1_000,
            manifest,
            sums: beside(spool)?,
            files: 0,
        })
    }

    pub(super) fn text(&mut self, name: &str, text: &str) -> Result<(), BundleError> {
        self.file(name, text.len() as u64, text.as_bytes())
    }

    /// A file beside the bundle, until it is known how long it is.
    pub(super) fn lines(&self) -> Result<BufWriter<File>, BundleError> {
        Ok(beside(self.spool)?)
    }

    pub(super) fn finished(
        &mut self,
        name: &str,
        lines: BufWriter<File>,
    ) -> Result<(), BundleError> {
        let (file, size) = rewound(lines)?;
        self.file(name, size, file)
    }

    /// A log as long as it is now; empty where nothing was printed.
    pub(super) fn log(
        &mut self,
        id: PipelineId,
        track: TrackId,
        number: i32,
    ) -> Result<(), BundleError> {
        let view = LogView::open(&self.spool.log(AttemptKey {
            pipeline: id,
            track,
            attempt: number.unsigned_abs(),
        }))?;
        let size = view.len();
        self.file(&log_name(track.0, number), size, view.all())
    }

    fn file(&mut self, name: &str, size: u64, from: impl Read) -> Result<(), BundleError> {
        let sum = self.put(name, size, from)?;
        let entry = json!({"path": name, "bytes": size, "sha256": sum});
        let comma = if self.files > 0 { "," } else { "" };
        write!(self.manifest, "{comma}\n{entry}")?;
        self.files += 1;
        Ok(())
    }

    /// Puts a file into it and gives its digest.
    fn put(&mut self, name: &str, size: u64, from: impl Read) -> Result<String, BundleError> {
        let mut hashing = Hashing {
            inner: from.take(size),
            digest: Sha256::new(),
            left: size,
        };
        let mut header = header(self.at, size);
        let path = format!("{}/{name}", self.top);
        self.tar.append_data(&mut header, path, &mut hashing)?;
        let sum = hex(&hashing.digest.finalize());
        writeln!(self.sums, "{sum}  {name}")?;
        Ok(sum)
    }

    pub(super) fn end(mut self) -> Result<(), BundleError> {
        writeln!(self.manifest, "\n]}}")?;
        let (manifest, sums) = (beside(self.spool)?, beside(self.spool)?);
        let (file, size) = rewound(std::mem::replace(&mut self.manifest, manifest))?;
        self.put("manifest.json", size, file)?;
        let (file, size) = rewound(std::mem::replace(&mut self.sums, sums))?;
        self.put("SHA256SUMS", size, file)?;
        self.tar.into_inner()?.finish()?.flush()?;
        Ok(())
    }
}

/// A file of its own, which goes with its handle.
fn beside(spool: &Spool) -> io::Result<BufWriter<File>> {
    Ok(BufWriter::new(tempfile::tempfile_in(spool.dir())?))
}

fn header(at: u64, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header.set_mtime(at);
    header
}

/// A file that was written, from its beginning, and how long it is.
fn rewound(lines: BufWriter<File>) -> io::Result<(File, u64)> {
    let mut file = lines.into_inner().map_err(io::IntoInnerError::into_error)?;
    let size = file.stream_position()?;
    file.rewind()?;
    Ok((file, size))
}

/// Reads exactly as much as was said, and takes the digest of it.
struct Hashing<R> {
    inner: R,
    digest: Sha256,
    left: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        if count == 0 && self.left > 0 && !into.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        self.digest.update(&into[..count]);
        Ok(count)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}

pub(super) fn log_name(track: i64, number: i32) -> String {
    format!("logs/{track}-{number}.log")
}
