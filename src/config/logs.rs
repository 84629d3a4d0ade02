//! The settings of reading logs by their lines (`src/spool/lines.rs`), and of compressing them.

use super::reader::Reader;
use super::units::bytes;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;

/// How much of logs is read, remembered and left as it is, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logs {
    /// What is remembered of where lines are, of all logs together.
    pub index_bytes: u64,
    /// What one search looks through.
    pub search_bytes: u64,
    /// What is shown of one line.
    pub line_bytes: u64,
    /// What is shown of lines at once.
    pub page_bytes: u64,
    /// From how many bytes on a log is compressed once its pipeline is over; 0: none is.
    pub compress_above: u64,
}

impl Logs {
    pub(super) fn read(r: &mut Reader) -> Self {
        Self {
            index_bytes: r.take("trackyard.log_index_bytes", 8 * MIB, bytes(MIB..=GIB)),
            search_bytes: r.take(
                "trackyard.log_search_bytes",
                64 * MIB,
                bytes(MIB..=64 * GIB),
            ),
            line_bytes: r.take("trackyard.log_line_bytes", 16 * KIB, bytes(64..=MIB)),
            page_bytes: r.take("trackyard.log_page_bytes", MIB, bytes(KIB..=64 * MIB)),
            compress_above: r.take("trackyard.log_compress_above", 64 * KIB, bytes(0..=TIB)),
        }
    }
}

#[cfg(test)]
pub(super) const DEFAULT: Logs = Logs {
    index_bytes: 8 * MIB,
    search_bytes: 64 * MIB,
    line_bytes: 16 * KIB,
    page_bytes: MIB,
    compress_above: 64 * KIB,
};
