//! How long pipelines that are over are kept: `retention: {days: 90, keep_last: 5, max_bytes: 1GiB}`.

use super::rlimits::{exact_size, size};

/// The most days: a hundred years.
pub const MOST_DAYS: u32 = 36_500;
/// The most pipelines of a graph that can be told to stay.
pub const MOST_KEPT: u32 = 1_000_000;
/// The least and the most bytes of logs.
pub const LOG_BYTES: (u64, u64) = (1 << 10, 1 << 50);

/// What a graph, or a server for all graphs, says of what is over. What is not said does not matter;
/// where nothing is said, nothing is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Those that ended longer ago go.
    pub days: Option<u32>,
    /// So many of the newest of each graph stay in any case.
    pub keep_last: Option<u32>,
    /// The oldest go as long as the logs of those that are left have more bytes.
    pub max_bytes: Option<u64>,
}

impl Retention {
    /// The keys, in the order in which texts list them.
    pub const KEYS: [&'static str; 3] = ["days", "keep_last", "max_bytes"];

    /// Whether nothing is said.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// This, and what `general` says where this says nothing.
    pub fn or(self, general: Self) -> Self {
        Self {
            days: self.days.or(general.days),
            keep_last: self.keep_last.or(general.keep_last),
            max_bytes: self.max_bytes.or(general.max_bytes),
        }
    }

    /// What makes no sense, a sentence for each key.
    pub(super) fn faults(self) -> Vec<String> {
        let (least, most) = LOG_BYTES;
        let number = |key: &str, value: Option<u32>, most: u32| {
            let value = value.filter(|value| !(1..=most).contains(value))?;
            Some(format!(
                "`{key}` is {value}; write a whole number from 1 to {most}, or leave it out"
            ))
        };
        let bytes = self.max_bytes.filter(|n| !(least..=most).contains(n));
        let bytes = bytes.map(|n| format!("`max_bytes` is {n}; {}", size_advice()));
        [
            number("days", self.days, MOST_DAYS),
            number("keep_last", self.keep_last, MOST_KEPT),
            bytes,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Reads `max_bytes`.
pub(super) fn parse_bytes(text: &str) -> Option<u64> {
    size(text)
}

/// What may be written as `max_bytes`.
pub(super) fn size_advice() -> String {
    let (least, most) = LOG_BYTES;
    let (least, most) = (exact_size(least), exact_size(most));
    format!("write a size such as 500MiB or 1GiB, from {least} to {most}")
}

#[cfg(test)]
mod tests {
    use super::Retention;

    #[test]
    fn a_graph_overrides_its_server_key_by_key() {
        let graph = Retention {
            days: Some(7),
            ..Retention::default()
        };
        let server = Retention {
            days: Some(90),
            keep_last: Some(5),
            max_bytes: None,
        };
        let both = Retention {
            days: Some(7),
            keep_last: Some(5),
            max_bytes: None,
        };
        assert_eq!(graph.or(server), both);
        assert!(Retention::default().is_empty() && !graph.is_empty());
    }
}
