//! Sizes as pages show them.

/// A number of bytes, e.g. `100.0 MiB`.
pub(in crate::web) fn size(bytes: u64) -> String {
    let mut units = ["KiB", "MiB", "GiB", "TiB"].into_iter();
    let (mut unit, mut tenths) = ("", bytes.saturating_mul(10));
    while tenths >= 10_240 {
        let Some(next) = units.next() else { break };
        (unit, tenths) = (next, tenths / 1_024);
    }
    match unit {
        "" => format!("{bytes} B"),
        unit => format!("{}.{} {unit}", tenths / 10, tenths % 10),
    }
}

/// A number with its thousands apart, e.g. `1,334,106`.
pub(in crate::web) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let group = |(at, digit): (usize, char)| {
        let left = digits.len() - at;
        let comma = (at > 0 && left.is_multiple_of(3)).then_some(',');
        comma.into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::{grouped, size};

    #[test]
    fn thousands_are_apart() {
        for (n, shown) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_334_106, "1,334,106"),
        ] {
            assert_eq!(grouped(n), shown);
        }
    }

    #[test]
    fn sizes_have_the_unit_that_fits() {
        for (bytes, shown) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.0 KiB"),
            (1_587, "1.5 KiB"),
            (104_857_635, "100.0 MiB"),
            (5 << 40, "5.0 TiB"),
        ] {
            assert_eq!(size(bytes), shown);
        }
    }
}
