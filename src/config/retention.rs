//! The settings of what is deleted by itself: nothing, unless they or a graph say so.

use std::time::Duration;

use figment::value::Value;

use super::reader::Reader;
use super::units::{bytes, duration, whole};

const HOUR: Duration = Duration::from_secs(3_600);
/// The rules are looked at no more often: each time costs a look at what is kept.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(30 * 86_400);

/// What becomes of pipelines that are over, where their graph does not say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Those that ended longer ago go.
    pub days: Option<u32>,
    /// So many of the newest of each graph stay.
    pub keep_last: Option<u32>,
    /// The oldest go as long as the logs of all that are left have more bytes.
    pub max_bytes: Option<u64>,
    /// How often this is looked at.
    pub every: Duration,
}

impl Retention {
    pub(super) fn read(r: &mut Reader) -> Self {
        Self {
            days: r.take("trackyard.retention_days", None, some(whole(1..=36_500))),
            keep_last: r.take(
                "trackyard.retention_keep_last",
                None,
                some(whole(1..=1_000_000)),
            ),
            max_bytes: r.take(
                "trackyard.retention_max_bytes",
                None,
                some(bytes(1 << 10..=1 << 50)),
            ),
            every: r.take("trackyard.retention_every", HOUR, every),
        }
    }
}

/// A setting that nothing has unless it is written.
fn some<T>(
    read: impl Fn(&Value) -> Result<T, String>,
) -> impl Fn(&Value) -> Result<Option<T>, String> {
    move |value| read(value).map(Some)
}

fn every(value: &Value) -> Result<Duration, String> {
    let length = duration(LONGEST)(value)?;
    if length >= SHORTEST {
        return Ok(length);
    }
    Err(format!(
        "`{}` is less than 100 ms",
        super::units::shown(value)
    ))
}

#[cfg(test)]
pub(super) const DEFAULT: Retention = Retention {
    days: None,
    keep_last: None,
    max_bytes: None,
    every: HOUR,
};

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::Retention;
    use crate::config::{Config, Flags};

    fn load(env: &[(&str, &str)]) -> Result<Retention, String> {
        let env = env.iter().chain(&[("HOME", "/home/ann")]);
        let env = env.map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        // No settings are looked for above the top.
        let config = Config::load(Flags::default(), Path::new("/"), env);
        config.map(|c| c.retention).map_err(|e| e.to_string())
    }

    #[test]
    fn each_rule_is_read_or_refused() {
        let all = load(&[
            ("TRACKYARD_RETENTION_DAYS", "90"),
            ("TRACKYARD_RETENTION_KEEP_LAST", "5"),
            ("TRACKYARD_RETENTION_MAX_BYTES", "10 GiB"),
            ("TRACKYARD_RETENTION_EVERY", "30m"),
        ]);
        let expected = Retention {
            days: Some(90),
            keep_last: Some(5),
            max_bytes: Some(10 << 30),
            every: Duration::from_secs(1_800),
        };
        assert_eq!(all, Ok(expected));
        for (name, wrong, said) in [
            ("DAYS", "0", "`0` is not a whole number from 1 to 36,500"),
            ("KEEP_LAST", "0", "`0` is not a whole number from 1 to"),
            ("MAX_BYTES", "9", "`9` is not between 1 KiB and 1,024 TiB"),
            ("EVERY", "1ms", "`1ms` is less than 100 ms"),
            ("EVERY", "1h30", "`1h30` is not a length of time"),
        ] {
            let name = format!("TRACKYARD_RETENTION_{name}");
            let told = load(&[(name.as_str(), wrong)]).expect_err(wrong);
            assert!(told.contains(&name) && told.contains(said), "{told}");
        }
    }
}
