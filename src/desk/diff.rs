//! What has changed from one version of a graph to another.

use std::time::{Duration, Instant};

use similar::TextDiff;

use super::Desk;
use super::define::DefineError;
use crate::engine::GraphId;
use crate::graph::{self, Diff, Graph};

/// How long scripts are compared for the shortest way from one to the other. After that the way is a
/// longer one, and as right.
const FINEST_FOR: Duration = Duration::from_secs(1);

impl Desk {
    /// What has changed from `before` to `after`; scripts as unified diffs.
    pub fn diff(&self, before: GraphId, after: GraphId) -> Result<Diff, DefineError> {
        let read = |id| {
            let graph = self.store.definition(id)?;
            graph.ok_or(DefineError::NoGraph(id))
        };
        let (before, after) = (read(before)?, read(after)?);
        Ok(compare(&before, &after))
    }
}

/// What has changed from one definition to another; scripts as unified diffs.
pub fn compare(before: &Graph, after: &Graph) -> Diff {
    let until = Instant::now() + FINEST_FOR;
    graph::diff(before, after, |was, is| unified(was, is, until))
}

/// How a text became another, as a unified diff; empty: they are the same.
pub fn compare_texts(before: &str, after: &str) -> String {
    unified(before, after, Instant::now() + FINEST_FOR)
}

fn unified(before: &str, after: &str, until: Instant) -> String {
    let mut config = TextDiff::configure();
    let diff = config.deadline(until).diff_lines(before, after);
    diff.unified_diff().to_string()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::unified;

    #[test]
    fn two_long_scripts_with_nothing_in_common_take_no_longer_than_they_may() {
        let lines = |of: &str| {
            (0..100_000)
                .map(|i| format!("{of}{i}\n"))
                .collect::<String>()
        };
        let begun = Instant::now();
        let until = begun + Duration::from_millis(100);
        let text = unified(&lines("a"), &lines("b"), until);
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{:?}",
            begun.elapsed()
        );
        let count = |mark: char| text.lines().filter(|line| line.starts_with(mark)).count();
        assert_eq!((count('-'), count('+')), (100_000, 100_000));
    }
}
