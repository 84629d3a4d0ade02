//! A stretch of time as a bar, below the others of one table.

/// Columns of the whole time.
const COLUMNS: u64 = 40;

/// What waits from `ready` to `from` and runs to `to`, of a time that lasts `whole`; all in milliseconds.
pub(super) fn bar(ready: u64, from: u64, to: u64, whole: u64) -> String {
    let place = |at: u64| {
        let place = u128::from(at.min(whole)) * u128::from(COLUMNS) / u128::from(whole.max(1));
        usize::try_from(place).unwrap_or_default()
    };
    let (ready, from, to) = (place(ready.min(from)), place(from), place(to));
    let (waits, runs) = (
        "·".repeat(from - ready),
        "█".repeat(to.saturating_sub(from).max(1)),
    );
    format!("{}{waits}{runs}", " ".repeat(ready))
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn what_waits_and_what_runs_is_seen_and_the_shortest_too() {
        assert_eq!(bar(0, 0, 100, 100), "█".repeat(40));
        assert_eq!(
            bar(0, 50, 75, 100),
            format!("{}{}", "·".repeat(20), "█".repeat(10))
        );
        assert_eq!(bar(50, 50, 50, 100), format!("{}█", " ".repeat(20)));
        assert_eq!(bar(0, 0, 0, 0), "█");
        assert_eq!(
            bar(9, 5, 500, 10),
            format!("{}{}", " ".repeat(20), "█".repeat(20))
        );
    }
}
