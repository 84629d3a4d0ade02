//! The settings themselves: each one's default, its range and its meaning.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::bounds::Bounds;
use super::door::Door;
use super::durability::{Durability, durability};
use super::error::ConfigError;
use super::flags::Flags;
use super::incoming::Incoming;
use super::logs::Logs;
use super::reader::Reader;
use super::retention::Retention;
use super::slots::{SLOTS_MOST, default_slots, pools};
use super::sources::Setting;
use super::special::{address, heartbeat};
use super::units::{bytes, duration, log_filter, search_path, text, whole};

const KIB: u64 = 1 << 10;
pub(super) const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;
/// The kernel takes no longer single string in a program's environment.
const VALUE: u64 = 128 * KIB;
/// Supervisors send outputs in one frame of 64 MiB at most, in which a byte may take seven.
const OUTPUT_MOST: u64 = 8 * MIB;
const LOG: &str = "warn,rocket=off,trackyard=info,trackyard::api=error,trackyard::web=error";
const HEARTBEAT: Duration = Duration::from_secs(20);
const GRACE: Duration = Duration::from_secs(10);
const SYNTAX: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_secs(3_600);
const SCRIPT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Every setting of the program, validated. Sizes are in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The data directory, absolute.
    pub data: PathBuf,
    /// Where the server listens; a loopback address.
    pub address: IpAddr,
    /// The port of the server; 0 is any free one.
    pub port: u16,
    /// Scripts that run at the same time.
    pub slots: u32,
    /// How many scripts of a pool run at the same time; one of a pool that is not named.
    pub pools: BTreeMap<String, u32>,
    /// How safe a commit is.
    pub durability: Durability,
    /// Connections in the read pool.
    pub readers: u32,
    /// Vertices in a graph.
    pub max_vertices: usize,
    /// Edges in a graph.
    pub max_edges: usize,
    /// Bytes in one script.
    pub max_script_bytes: u64,
    /// Bytes in a definition file or a request body.
    pub max_file_bytes: u64,
    /// Bytes in one parameter value.
    pub max_value_bytes: u64,
    /// Bytes that definitions and values may set in the environment of one script.
    pub max_env_bytes: u64,
    /// Bytes in all scripts that are shown with their values at once.
    pub max_render_bytes: u64,
    /// Shells that look at scripts for a check at the same time.
    pub syntax_processes: u32,
    /// How long the shells may look at the scripts of one definition.
    pub syntax_time: Duration,
    /// Bytes that one script may write as its outputs.
    pub max_output_bytes: u64,
    /// Outputs that one script may write.
    pub max_outputs: usize,
    /// Bytes in one secret, which share the kernel's limit with the name of their variable.
    pub max_secret_bytes: u64,
    /// Characters in the reason that a person gives for what is asked.
    pub max_reason_chars: usize,
    /// Commands from people that may wait for the driver; the next one is refused.
    pub commands_waiting: usize,
    /// Events that one commit takes at most.
    pub batch: usize,
    /// How much of the newest news is kept for streams that come back.
    pub stream_events: usize,
    /// Streams that are open at the same time.
    pub stream_viewers: usize,
    /// The time from one sign of life of a stream to the next.
    pub stream_heartbeat: Duration,
    /// How long the command line waits for the next word of a server; longer than its heartbeat.
    pub answer_timeout: Duration,
    /// Bytes of a script's output that its log keeps.
    pub log_cap_bytes: u64,
    /// How logs are read by their lines.
    pub logs: Logs,
    /// Bytes of the end of a script's output that the database keeps.
    pub tail_bytes: u64,
    /// The time between TERM and KILL when a script is ended.
    pub grace: Duration,
    /// `PATH` of scripts.
    pub script_path: String,
    /// What the door lets through.
    pub door: Door,
    /// What comes in.
    pub incoming: Incoming,
    /// How much is done at once.
    pub bounds: Bounds,
    /// What is deleted by itself.
    pub retention: Retention,
    /// Which log lines are written, as `tracing` filters them.
    pub log: String,
    /// The `Rocket.toml` that was read, for Rocket's own settings in it.
    pub file: Option<PathBuf>,
    /// All of them as they are, each with where it was written.
    pub settings: Vec<Setting>,
    /// What was written but has no effect, a sentence each.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads and validates all settings: flags over environment over `Rocket.toml` over defaults.
    ///
    /// `dir` is the current directory: `Rocket.toml` is looked for there and above, and a relative
    /// path in a flag or a variable starts there. One in the file starts where the file is.
    ///
    /// # Errors
    /// Every wrong value and every unknown key of our table, each with its place.
    pub fn load(
        flags: Flags,
        dir: &Path,
        env: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        assert!(dir.is_absolute(), "the current directory is absolute");
        let mut reader = Reader::new(flags.values(), dir, env);
        let r = &mut reader;
        let config = Self {
            data: data(r, dir),
            address: r.take("address", IpAddr::V4(Ipv4Addr::LOCALHOST), address),
            port: r.take("port", 8000, whole(0..=u16::MAX)),
            slots: r.take("trackyard.slots", default_slots(), whole(1..=SLOTS_MOST)),
            pools: r.take("trackyard.pools", BTreeMap::new(), pools),
            durability: r.take("trackyard.durability", Durability::default(), durability),
            readers: r.take("trackyard.readers", 4, whole(1..=64)),
            max_vertices: r.take("trackyard.max_vertices", 50_000, whole(1..=1_000_000)),
            max_edges: r.take("trackyard.max_edges", 500_000, whole(1..=10_000_000)),
            max_script_bytes: r.take("trackyard.max_script_bytes", MIB, bytes(1..=256 * MIB)),
            max_file_bytes: r.take("trackyard.max_file_bytes", 16 * MIB, bytes(1..=GIB)),
            max_value_bytes: r.take("trackyard.max_value_bytes", VALUE, bytes(1..=VALUE)),
            max_env_bytes: r.take("trackyard.max_env_bytes", MIB, bytes(KIB..=4 * MIB)),
            max_render_bytes: r.take("trackyard.max_render_bytes", 32 * MIB, bytes(1..=GIB)),
            syntax_processes: r.take("trackyard.syntax_processes", 4, whole(1..=256)),
            syntax_time: r.take("trackyard.syntax_time", SYNTAX, duration(HOUR)),
            max_output_bytes: r.take("trackyard.max_output_bytes", MIB, bytes(1..=OUTPUT_MOST)),
            max_outputs: r.take("trackyard.max_outputs", 1_000, whole(1..=100_000)),
            max_reason_chars: r.take("trackyard.max_reason_chars", 500, whole(1..=100_000)),
            max_secret_bytes: r.take("trackyard.max_secret_bytes", 64 * KIB, bytes(4..=127 * KIB)),
            commands_waiting: r.take("trackyard.commands_waiting", 1_024, whole(1..=1_000_000)),
            batch: r.take("trackyard.batch", 512, whole(1..=100_000)),
            stream_events: r.take("trackyard.stream_events", 4_096, whole(1..=1_000_000)),
            stream_viewers: r.take("trackyard.stream_viewers", 512, whole(0..=100_000)),
            stream_heartbeat: r.take("trackyard.stream_heartbeat", HEARTBEAT, heartbeat),
            answer_timeout: r.take("trackyard.answer_timeout", 3 * HEARTBEAT, heartbeat),
            log_cap_bytes: r.take("trackyard.log_cap_bytes", 64 * MIB, bytes(KIB..=TIB)),
            logs: Logs::read(r),
            tail_bytes: r.take("trackyard.tail_bytes", 64 * KIB, bytes(KIB..=16 * MIB)),
            grace: r.take("trackyard.grace", GRACE, duration(HOUR)),
            script_path: r.take("trackyard.script_path", SCRIPT_PATH.to_owned(), search_path),
            door: Door::read(r),
            incoming: Incoming::read(r),
            bounds: Bounds::read(r),
            retention: Retention::read(r),
            log: r.take("trackyard.log", LOG.to_owned(), log_filter),
            file: r.file.clone(),
            settings: Vec::new(),
            warnings: Vec::new(),
        };
        let mut settings = std::mem::take(&mut reader.settings);
        for setting in settings.iter_mut().filter(|s| s.key == "trackyard.data") {
            setting.value = format!("{:?}", config.data);
        }
        let (faults, warnings) = reader.finish();
        if faults.is_empty() {
            Ok(Self {
                settings,
                warnings,
                ..config
            })
        } else {
            Err(ConfigError { faults })
        }
    }
}

/// The data directory: as written, else where the desktop's rules put a program's data.
fn data(r: &mut Reader, dir: &Path) -> PathBuf {
    let written = r.take("trackyard.data", None, |value| {
        let path = text(value)?;
        if path == "~" || path.starts_with("~/") {
            return Err(format!(
                "`{path}`: `~` means nothing here; write the whole path"
            ));
        }
        Ok(Some(PathBuf::from(path)))
    });
    let found = match written {
        Some(path) => Some(path),
        None => {
            let absolute = |name: &str| {
                r.variable(name)
                    .map(PathBuf::from)
                    .filter(|path| path.is_absolute())
            };
            absolute("XDG_DATA_HOME")
                .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
                .map(|share| share.join("trackyard"))
        }
    };
    let Some(path) = found else {
        r.fault(
            "the data directory",
            "`HOME` is not set: give `--data DIR` or set `TRACKYARD_DATA`",
        );
        return PathBuf::new();
    };
    r.directory_of("trackyard.data")
        .unwrap_or_else(|| dir.to_owned())
        .join(path)
}
