//! Lengths of time as people write them: `500ms`, `30s`, `5m`, `2h`, `1d`.

use std::fmt;

use super::model::Millis;

/// The longest time that a graph may name: ten years of 365 days.
pub const LONGEST: Millis = Millis(3650 * 86_400_000);

/// The units, largest first, with their length in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

impl Millis {
    /// Reads a whole number with a unit. `None` when it is anything else or longer than [`LONGEST`].
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let (_, length) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let total = number.parse::<u64>().ok()?.checked_mul(*length)?;
        (total <= LONGEST.0).then_some(Self(total))
    }
}

impl fmt::Display for Millis {
    /// The largest unit that says it exactly; zero is `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let (name, length) = UNITS
            .into_iter()
            .find(|(_, n)| self.0.is_multiple_of(*n))
            .unwrap_or(("ms", 1));
        write!(f, "{}{name}", self.0 / length)
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::model::Millis;

    #[test]
    fn reads_and_prints_in_the_largest_exact_unit() {
        for (text, millis, printed) in [
            ("500ms", 500, "500ms"),
            ("30s", 30_000, "30s"),
            ("90s", 90_000, "90s"),
            ("60s", 60_000, "1m"),
            ("48h", 172_800_000, "2d"),
            ("0s", 0, "0s"),
            ("1500ms", 1500, "1500ms"),
        ] {
            assert_eq!(Millis::parse(text), Some(Millis(millis)), "{text}");
            assert_eq!(Millis(millis).to_string(), printed);
        }
    }

    #[test]
    fn refuses_what_is_not_a_whole_number_with_a_unit() {
        for text in [
            "",
            "5",
            "s",
            "1.5s",
            "-1s",
            "5 s",
            "5S",
            "5w",
            "99999999999999999999d",
            "4000d",
            "٣s",
        ] {
            assert_eq!(Millis::parse(text), None, "{text}");
        }
    }
}
