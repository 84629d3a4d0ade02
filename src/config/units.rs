//! How a written value becomes a number, a size, a length of time or a path, and what is said
//! when it does not.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use figment::value::{Num, Value};
use tracing_subscriber::EnvFilter;

const KIB: u64 = 1024;

/// A whole number within `range`. Text may group digits: `10_000`.
pub(super) fn whole<T>(range: RangeInclusive<T>) -> impl Fn(&Value) -> Result<T, String>
where
    T: TryFrom<i128> + PartialOrd + Copy + fmt::Display,
{
    move |value| {
        let number = match value {
            Value::String(_, text) => text.replace('_', "").parse().ok(),
            Value::Num(_, number) => integer(*number),
            _ => None,
        };
        number
            .and_then(|n: i128| T::try_from(n).ok())
            .filter(|n| range.contains(n))
            .ok_or_else(|| {
                let (from, to) = (grouped(range.start()), grouped(range.end()));
                format!(
                    "`{}` is not a whole number from {from} to {to}",
                    shown(value)
                )
            })
    }
}

/// A number of bytes within `range`: `65536`, `64 KiB`, `64MiB`, `1 GB`.
pub(super) fn bytes(range: RangeInclusive<u64>) -> impl Fn(&Value) -> Result<u64, String> {
    move |value| {
        let size = match value {
            Value::String(_, text) => parse_bytes(text),
            Value::Num(_, number) => integer(*number).and_then(|n| u64::try_from(n).ok()),
            _ => None,
        };
        let shown = shown(value);
        match size {
            None => Err(format!(
                "`{shown}` is not a size: write a number of bytes, or for example `64 MiB`"
            )),
            Some(size) if range.contains(&size) => Ok(size),
            Some(_) => {
                let (from, to) = (size_text(*range.start()), size_text(*range.end()));
                Err(format!("`{shown}` is not between {from} and {to}"))
            }
        }
    }
}

/// A length of time up to `most`: `500ms`, `10s`, `5m`, `2h`, `1d`.
pub(super) fn duration(most: Duration) -> impl Fn(&Value) -> Result<Duration, String> {
    move |value| {
        let length = match value {
            Value::String(_, text) => parse_duration(text),
            _ => None,
        };
        match length {
            None => Err(format!(
                "`{}` is not a length of time: write a number and its unit, for example `10s` or `500ms`",
                shown(value)
            )),
            Some(length) if length <= most => Ok(length),
            Some(_) => Err(format!(
                "`{}` is more than {} s",
                shown(value),
                grouped(&most.as_secs())
            )),
        }
    }
}

/// Text that is not empty.
pub(super) fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(_, text) if text.trim().is_empty() => Err("is empty".to_owned()),
        Value::String(_, text) if text.contains(['\u{FFFD}', '\0']) => {
            Err(format!("`{text}` is not text in UTF-8"))
        }
        Value::String(_, text) => Ok(text.clone()),
        other => Err(format!("`{}` is not text: put it in quotes", shown(other))),
    }
}

/// Directories between colons, all absolute.
pub(super) fn search_path(value: &Value) -> Result<String, String> {
    let path = text(value)?;
    match path.split(':').find(|part| !part.starts_with('/')) {
        None => Ok(path),
        Some(part) => Err(format!(
            "`{part}` in it is not an absolute path: scripts would run whatever lies in the directory they are in"
        )),
    }
}

/// Which log lines are written, as `tracing` understands it.
pub(super) fn log_filter(value: &Value) -> Result<String, String> {
    let filter = text(value)?;
    match EnvFilter::builder().parse(&filter) {
        Ok(_) => Ok(filter),
        Err(error) => Err(format!(
            "`{filter}` is not a log filter such as `info` or `warn,trackyard=debug`: {error}"
        )),
    }
}

/// What a person wrote, for a message.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(_, text) => text.clone(),
        Value::Char(_, c) => c.to_string(),
        Value::Bool(_, b) => b.to_string(),
        Value::Num(_, number) => match integer(*number) {
            Some(n) => n.to_string(),
            None => number.to_f64().map_or_else(String::new, |x| x.to_string()),
        },
        Value::Empty(..) => "nothing".to_owned(),
        Value::Dict(..) => "{...}".to_owned(),
        Value::Array(..) => "[...]".to_owned(),
    }
}

fn integer(number: Num) -> Option<i128> {
    number
        .to_i128()
        .or_else(|| number.to_u128().and_then(|n| i128::try_from(n).ok()))
}

fn parse_bytes(text: &str) -> Option<u64> {
    let (number, unit) = number_and_unit(text)?;
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kib" => KIB,
        "mib" => KIB * KIB,
        "gib" => KIB * KIB * KIB,
        "tib" => KIB * KIB * KIB * KIB,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return None,
    };
    number.checked_mul(factor)
}

fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = number_and_unit(text)?;
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(factor).map(Duration::from_millis)
}

fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '_')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    Some((number.replace('_', "").parse().ok()?, unit.trim_start()))
}

/// `10000` as `10,000`.
fn grouped(number: &impl fmt::Display) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `65536` as `64 KiB`: the largest unit that leaves a whole number.
fn size_text(size: u64) -> String {
    let mut size = size;
    let mut unit = "B";
    for larger in ["KiB", "MiB", "GiB", "TiB"] {
        if size == 0 || !size.is_multiple_of(KIB) {
            break;
        }
        (size, unit) = (size / KIB, larger);
    }
    format!("{} {unit}", grouped(&size))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use figment::value::Value;

    use super::{bytes, duration, grouped, size_text, text, whole};

    #[test]
    fn whole_numbers_are_read_from_text_and_from_numbers() {
        let read = whole::<u32>(1..=10_000);
        assert_eq!(read(&Value::from("10_000")), Ok(10_000));
        assert_eq!(read(&Value::from(7_i64)), Ok(7));
        assert_eq!(read(&Value::from(7_u64)), Ok(7));
        for (value, shown) in [
            (Value::from("0"), "0"),
            (Value::from("10001"), "10001"),
            (Value::from(-1_i64), "-1"),
            (Value::from(u64::MAX), "18446744073709551615"),
            (Value::from(1.5), "1.5"),
            (Value::from("many"), "many"),
            (Value::from(""), ""),
            (Value::from(true), "true"),
        ] {
            assert_eq!(
                read(&value),
                Err(format!("`{shown}` is not a whole number from 1 to 10,000"))
            );
        }
    }

    #[test]
    fn sizes_take_units_of_both_kinds() {
        let read = bytes(0..=u64::MAX);
        for (written, size) in [
            ("0", 0),
            ("65536", 65_536),
            ("64 KiB", 65_536),
            ("64KiB", 65_536),
            (" 1 mib ", 1 << 20),
            ("2 GiB", 2 << 30),
            ("1 TiB", 1 << 40),
            ("5 kB", 5_000),
            ("7 B", 7),
        ] {
            assert_eq!(read(&Value::from(written)), Ok(size), "{written}");
        }
        assert_eq!(read(&Value::from(9_u32)), Ok(9));
        for wrong in [
            "",
            "MiB",
            "1.5 MiB",
            "-1",
            "64 parsecs",
            "64 M",
            "99999999 TiB",
        ] {
            let message = read(&Value::from(wrong)).expect_err(wrong);
            assert!(
                message.starts_with(&format!("`{wrong}` is not a size")),
                "{message}"
            );
        }
        let narrow = bytes(1_024..=1 << 20);
        assert_eq!(
            narrow(&Value::from("2 MiB")),
            Err("`2 MiB` is not between 1 KiB and 1 MiB".to_owned())
        );
    }

    #[test]
    fn lengths_of_time_need_a_unit() {
        let read = duration(Duration::from_secs(86_400));
        for (written, ms) in [
            ("500ms", 500),
            ("10s", 10_000),
            ("5 m", 300_000),
            ("2h", 7_200_000),
            ("1d", 86_400_000),
        ] {
            assert_eq!(
                read(&Value::from(written)),
                Ok(Duration::from_millis(ms)),
                "{written}"
            );
        }
        for wrong in [
            Value::from("10"),
            Value::from(10),
            Value::from("ten s"),
            Value::from("-1s"),
            Value::from(""),
        ] {
            let message = read(&wrong).expect_err("has no unit");
            assert!(message.contains("is not a length of time"), "{message}");
        }
        assert_eq!(
            read(&Value::from("2d")),
            Err("`2d` is more than 86,400 s".to_owned())
        );
    }

    #[test]
    fn text_is_neither_empty_nor_broken() {
        assert_eq!(text(&Value::from("a b")), Ok("a b".to_owned()));
        assert_eq!(text(&Value::from(" ")), Err("is empty".to_owned()));
        assert_eq!(
            text(&Value::from("a\u{FFFD}")),
            Err("`a\u{FFFD}` is not text in UTF-8".to_owned())
        );
        assert_eq!(
            text(&Value::from(3)),
            Err("`3` is not text: put it in quotes".to_owned())
        );
    }

    #[test]
    fn numbers_are_shown_in_groups_and_sizes_in_the_largest_whole_unit() {
        assert_eq!(
            ["7", "123", "1234", "-123456"].map(|n| grouped(&n)),
            ["7", "123", "1,234", "-123,456"]
        );
        assert_eq!(
            [0, 1_000, 1_025, 65_536, 3 << 40].map(size_text),
            ["0 B", "1,000 B", "1,025 B", "64 KiB", "3 TiB"]
        );
    }
}
