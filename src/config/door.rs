//! The settings of the door (`src/door`): who may connect, for how long, and how often they may ask.

use std::time::Duration;

use super::reader::Reader;
use super::units::{bytes, duration, whole};

const KIB: u64 = 1 << 10;
const DAY: Duration = Duration::from_secs(86_400);

/// What the door lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door {
    /// Connections at the same time. There are fewer where the system gives fewer file handles.
    pub max_connections: usize,
    /// Connections of one address at the same time.
    pub max_connections_per_address: usize,
    /// File handles that connections never take: databases, logs and supervisors need them.
    pub reserved_handles: u64,
    /// How long the head of a request may take, from its first byte on.
    pub head_time: Duration,
    /// Bytes of the head of a request.
    pub max_head_bytes: usize,
    /// How long a connection may be kept without a request.
    pub idle_time: Duration,
    /// How long a body that is sent, or an answer that is read, may stand still.
    pub stall_time: Duration,
    /// Requests of the token, each second.
    pub token_rate: u32,
    /// Requests of one browser that is signed in, each second.
    pub session_rate: u32,
    /// Requests that show no credential, each second and address.
    pub address_rate: u32,
    /// Wrong credentials, each second and address.
    pub failure_rate: u32,
}

impl Door {
    pub(super) fn read(r: &mut Reader) -> Self {
        let connections = || whole(1..=1_000_000);
        let time = || duration(DAY);
        let rate = || whole(1..=1_000_000);
        let seconds = Duration::from_secs;
        Self {
            max_connections: r.take("trackyard.max_connections", 1_000, connections()),
            max_connections_per_address: r.take(
                "trackyard.max_connections_per_address",
                600,
                connections(),
            ),
            reserved_handles: r.take("trackyard.reserved_handles", 96, whole(16..=1_000_000)),
            head_time: r.take("trackyard.head_time", seconds(10), time()),
            max_head_bytes: r.take("trackyard.max_head_bytes", 32 * KIB, bytes(KIB..=256 * KIB))
                as usize,
            idle_time: r.take("trackyard.idle_time", seconds(60), time()),
            stall_time: r.take("trackyard.stall_time", seconds(30), time()),
            token_rate: r.take("trackyard.token_rate", 2_000, rate()),
            session_rate: r.take("trackyard.session_rate", 100, rate()),
            address_rate: r.take("trackyard.address_rate", 100, rate()),
            failure_rate: r.take("trackyard.failure_rate", 10, rate()),
        }
    }
}

#[cfg(test)]
pub(super) const DEFAULT: Door = Door {
    max_connections: 1_000,
    max_connections_per_address: 600,
    reserved_handles: 96,
    head_time: Duration::from_secs(10),
    max_head_bytes: 32_768,
    idle_time: Duration::from_secs(60),
    stall_time: Duration::from_secs(30),
    token_rate: 2_000,
    session_rate: 100,
    address_rate: 100,
    failure_rate: 10,
};

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::Door;
    use crate::config::{Config, Flags};

    fn load(env: &[(&str, &str)]) -> Result<Door, String> {
        let env = env.iter().chain(&[("HOME", "/home/ann")]);
        let env = env.map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        // No settings are looked for above the top.
        let config = Config::load(Flags::default(), Path::new("/"), env);
        config.map(|c| c.door).map_err(|e| e.to_string())
    }

    #[test]
    fn every_setting_of_the_door_is_read() {
        let door = load(&[
            ("TRACKYARD_MAX_CONNECTIONS", "7"),
            ("TRACKYARD_MAX_CONNECTIONS_PER_ADDRESS", "6"),
            ("TRACKYARD_RESERVED_HANDLES", "50"),
            ("TRACKYARD_HEAD_TIME", "5s"),
            ("TRACKYARD_MAX_HEAD_BYTES", "4 KiB"),
            ("TRACKYARD_IDLE_TIME", "4s"),
            ("TRACKYARD_STALL_TIME", "3s"),
            ("TRACKYARD_TOKEN_RATE", "2"),
            ("TRACKYARD_SESSION_RATE", "3"),
            ("TRACKYARD_ADDRESS_RATE", "4"),
            ("TRACKYARD_FAILURE_RATE", "5"),
        ]);
        let expected = Door {
            max_connections: 7,
            max_connections_per_address: 6,
            reserved_handles: 50,
            head_time: Duration::from_secs(5),
            max_head_bytes: 4_096,
            idle_time: Duration::from_secs(4),
            stall_time: Duration::from_secs(3),
            token_rate: 2,
            session_rate: 3,
            address_rate: 4,
            failure_rate: 5,
        };
        assert_eq!(door, Ok(expected));
        let wrong = load(&[("TRACKYARD_HEAD_TIME", "10")]).expect_err("it has no unit");
        assert!(wrong.contains("TRACKYARD_HEAD_TIME"), "{wrong}");
    }
}
