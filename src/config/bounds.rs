//! The settings of how much is done at once of what can be much: lists that are searched, pipelines
//! that are asked or removed, and the words by which graphs are found.

use std::time::Duration;

use super::reader::Reader;
use super::units::{duration, whole};

const SECOND: Duration = Duration::from_secs(1);

/// How much at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Pipelines that are looked at for one page of a list.
    pub list_rows: u32,
    /// Pipelines that one request asks at the same time; others have their turn in between.
    pub asked_at_once: usize,
    /// Rows that one commit takes of a pipeline that is being removed.
    pub removal_rows: u32,
    /// How long such a commit may take, beyond one statement.
    pub removal_time: Duration,
    /// Deeds of people that are kept, the newest ones.
    pub deeds_kept: u32,
    /// Tags of a graph.
    pub max_tags: usize,
    /// Bytes in one tag.
    pub max_tag_bytes: usize,
}

impl Bounds {
    pub(super) fn read(r: &mut Reader) -> Self {
        let few = Duration::from_millis(10);
        Self {
            list_rows: r.take("trackyard.list_rows", 10_000, whole(1..=10_000_000)),
            asked_at_once: r.take("trackyard.asked_at_once", 50, whole(1..=500)),
            removal_rows: r.take("trackyard.removal_rows", 1_000, whole(1..=1_000_000)),
            removal_time: r.take("trackyard.removal_time", few, duration(SECOND)),
            deeds_kept: r.take("trackyard.deeds_kept", 100_000, whole(1..=10_000_000)),
            max_tags: r.take("trackyard.max_tags", 20, whole(0..=1_000)),
            max_tag_bytes: r.take("trackyard.max_tag_bytes", 50, whole(1..=1_000)),
        }
    }
}

#[cfg(test)]
pub(super) const DEFAULT: Bounds = Bounds {
    list_rows: 10_000,
    asked_at_once: 50,
    removal_rows: 1_000,
    removal_time: Duration::from_millis(10),
    deeds_kept: 100_000,
    max_tags: 20,
    max_tag_bytes: 50,
};
