//! File handles: how many this process may have, and how many its scripts had.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The limits of this process and of what it starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Handles {
    /// How many this process may have now.
    pub(super) now: u64,
    /// The soft limit as it was at the start, which scripts get; none when there was none.
    pub(super) at_start: Option<u64>,
}

/// Raises the limit of this process so far that there are `wanted`, if it may.
///
/// Not further: what goes through all handles that there may be takes long when there may be a
/// billion.
pub(super) fn raise(wanted: u64) -> Handles {
    let there = getrlimit(Resource::Nofile);
    let at_start = there.current;
    let most = there.maximum.unwrap_or(wanted).min(wanted);
    let limit = Rlimit {
        current: Some(most),
        ..there
    };
    let low = at_start.is_some_and(|limit| limit < most);
    if low && let Err(why) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%why, "the limit of open files stays low: {why}");
    }
    Handles {
        now: getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX),
        at_start,
    }
}

#[cfg(test)]
mod tests {
    use super::raise;

    #[test]
    fn a_limit_is_raised_as_far_as_wanted_and_never_lowered() {
        let before = raise(1);
        assert!(Some(before.now) == before.at_start || before.at_start.is_none());
        let wanted = before.now.saturating_add(1);
        let after = raise(wanted);
        assert!([before.now, wanted].contains(&after.now), "{after:?}");
    }
}
