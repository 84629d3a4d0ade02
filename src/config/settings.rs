//! The settings themselves: each one's default, its range and its meaning.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::value::Value;

use super::door::Door;
use super::durability::{Durability, durability};
use super::error::ConfigError;
use super::reader::Reader;
use super::slots::{SLOTS_MOST, default_slots, pools};
use super::special::{address, heartbeat};
use super::units::{bytes, duration, log_filter, search_path, text, whole};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;
/// The kernel takes no longer single string in a program's environment.
const VALUE: u64 = 128 * KIB;
/// Supervisors send outputs in one frame of 64 MiB at most, in which a byte may take seven.
const OUTPUT_MOST: u64 = 8 * MIB;
const LOG: &str = "warn,rocket=off,trackyard=info,trackyard::api=error,trackyard::web=error";
const HEARTBEAT: Duration = Duration::from_secs(20);
const SCRIPT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What the command line says; `None` where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--data DIR`
    pub data: Option<PathBuf>,
    /// `--address IP`
    pub address: Option<IpAddr>,
    /// `--port N`
    pub port: Option<u16>,
    /// `--slots N`
    pub slots: Option<u32>,
    /// `--pool NAME=N`, each with one or more of them
    pub pools: Vec<String>,
    /// `--log FILTER`
    pub log: Option<String>,
}

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
    /// Bytes of a script's output that its log keeps.
    pub log_cap_bytes: u64,
    /// Bytes of the end of a script's output that the database keeps.
    pub tail_bytes: u64,
    /// The time between TERM and KILL when a script is ended.
    pub grace: Duration,
    /// `PATH` of scripts.
    pub script_path: String,
    /// What the door lets through.
    pub door: Door,
    /// Which log lines are written, as `tracing` filters them.
    pub log: String,
    /// The `Rocket.toml` that was read, for Rocket's own settings in it.
    pub file: Option<PathBuf>,
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
            syntax_time: r.take(
                "trackyard.syntax_time",
                Duration::from_secs(30),
                duration(Duration::from_secs(3_600)),
            ),
            max_output_bytes: r.take("trackyard.max_output_bytes", MIB, bytes(1..=OUTPUT_MOST)),
            max_outputs: r.take("trackyard.max_outputs", 1_000, whole(1..=100_000)),
            max_reason_chars: r.take("trackyard.max_reason_chars", 500, whole(1..=100_000)),
            max_secret_bytes: r.take("trackyard.max_secret_bytes", 64 * KIB, bytes(4..=127 * KIB)),
            commands_waiting: r.take("trackyard.commands_waiting", 1_024, whole(1..=1_000_000)),
            batch: r.take("trackyard.batch", 512, whole(1..=100_000)),
            stream_events: r.take("trackyard.stream_events", 4_096, whole(1..=1_000_000)),
            stream_viewers: r.take("trackyard.stream_viewers", 512, whole(0..=100_000)),
            stream_heartbeat: r.take("trackyard.stream_heartbeat", HEARTBEAT, heartbeat),
            log_cap_bytes: r.take("trackyard.log_cap_bytes", 64 * MIB, bytes(KIB..=TIB)),
            tail_bytes: r.take("trackyard.tail_bytes", 64 * KIB, bytes(KIB..=16 * MIB)),
            grace: r.take(
                "trackyard.grace",
                Duration::from_secs(10),
                duration(Duration::from_secs(3_600)),
            ),
            script_path: r.take("trackyard.script_path", SCRIPT_PATH.to_owned(), search_path),
            door: Door::read(r),
            log: r.take("trackyard.log", LOG.to_owned(), log_filter),
            file: r.file.clone(),
            warnings: Vec::new(),
        };
        let (faults, warnings) = reader.finish();
        if faults.is_empty() {
            Ok(Self { warnings, ..config })
        } else {
            Err(ConfigError { faults })
        }
    }
}

impl Flags {
    fn values(self) -> Vec<(&'static str, Value)> {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let given = [
            (
                "trackyard.data",
                self.data.map(|path| Value::from(text(path))),
            ),
            (
                "address",
                self.address.map(|ip| Value::from(ip.to_string())),
            ),
            ("port", self.port.map(Value::from)),
            ("trackyard.slots", self.slots.map(Value::from)),
            (
                "trackyard.pools",
                (!self.pools.is_empty()).then(|| Value::from(self.pools.join(","))),
            ),
            ("trackyard.log", self.log.map(Value::from)),
        ];
        given
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use tempfile::TempDir;

    use crate::config::door::DEFAULT as DOOR;

    use super::{BTreeMap, Config, ConfigError, Door, Durability, Flags, MIB, default_slots};

    const HOME: [(&str, &str); 1] = [("HOME", "/home/ann")];

    fn load(flags: Flags, dir: &Path, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::load(
            flags,
            dir,
            env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())),
        )
    }

    /// A directory with this `Rocket.toml` in it.
    fn with_file(text: &str) -> TempDir {
        let dir = tempfile::tempdir().expect("a temporary directory");
        fs::write(dir.path().join("Rocket.toml"), text).expect("the file is written");
        dir
    }

    fn nowhere() -> TempDir {
        tempfile::tempdir().expect("a temporary directory")
    }

    /// The faults of a load from a file and an environment, with the directory cut off.
    fn faults(file: &str, env: &[(&str, &str)]) -> Vec<String> {
        let dir = with_file(file);
        let env: Vec<_> = HOME.iter().chain(env).copied().collect();
        let error = load(Flags::default(), dir.path(), &env).expect_err("the settings are wrong");
        let prefix = format!("{}/", dir.path().display());
        error
            .faults
            .iter()
            .map(|fault| fault.to_string().replace(&prefix, ""))
            .collect()
    }

    #[test]
    fn defaults_serve_where_nothing_is_written() {
        let dir = nowhere();
        let config = load(Flags::default(), dir.path(), &HOME).expect("defaults are valid");
        let expected = Config {
            data: PathBuf::from("/home/ann/.local/share/trackyard"),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8000,
            slots: default_slots(),
            pools: BTreeMap::new(),
            durability: Durability::Full,
            readers: 4,
            max_vertices: 50_000,
            max_edges: 500_000,
            max_script_bytes: MIB,
            max_file_bytes: 16 * MIB,
            max_value_bytes: 131_072,
            max_env_bytes: MIB,
            max_render_bytes: 32 * MIB,
            syntax_processes: 4,
            syntax_time: Duration::from_secs(30),
            max_output_bytes: MIB,
            max_outputs: 1_000,
            max_secret_bytes: 65_536,
            max_reason_chars: 500,
            commands_waiting: 1_024,
            batch: 512,
            stream_events: 4_096,
            stream_viewers: 512,
            stream_heartbeat: Duration::from_secs(20),
            log_cap_bytes: 64 * MIB,
            tail_bytes: 65_536,
            grace: Duration::from_secs(10),
            script_path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
            door: DOOR,
            log: "warn,rocket=off,trackyard=info,trackyard::api=error,trackyard::web=error"
                .to_owned(),
            file: None,
            warnings: Vec::new(),
        };
        assert_eq!(config, expected);
        assert!((1..=10_000).contains(&config.slots));
    }

    #[test]
    fn a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() {
        let dir = with_file(
            "[default]\nport = 1\n[default.trackyard]\nslots = 1\nreaders = 1\nbatch = 7\n",
        );
        let env = [
            HOME[0],
            ("TRACKYARD_PORT", "2"),
            ("TRACKYARD_SLOTS", "2"),
            ("TRACKYARD_READERS", "2"),
        ];
        let flags = Flags {
            port: Some(3),
            slots: Some(3),
            ..Flags::default()
        };
        let config = load(flags, dir.path(), &env).expect("the settings are valid");
        assert_eq!(
            (config.port, config.slots, config.readers, config.batch),
            (3, 3, 2, 7)
        );
        assert_eq!(config.file, Some(dir.path().join("Rocket.toml")));
    }

    #[test]
    fn every_key_is_read_from_the_file() {
        let dir = with_file(
            "[default]\naddress = '::1'\nport = 0\nlimits = { json = '2 MiB' }\n[default.trackyard]\n\
             data = 'd'\nslots = 9\npools = { db = 2 }\ndurability = 'normal'\nreaders = 2\nmax_vertices = 10\nmax_edges = 20\n\
             max_script_bytes = '2 KiB'\nmax_file_bytes = 4096\nmax_value_bytes = '1 KiB'\nmax_secret_bytes = '2 KiB'\n\
             max_render_bytes = '1 MiB'\nsyntax_processes = 2\nsyntax_time = '5s'\n\
             max_output_bytes = '3 KiB'\nmax_env_bytes = '4 KiB'\nmax_outputs = 5\nmax_reason_chars = 6\n\
             commands_waiting = 3\nbatch = 4\nstream_events = 6\nstream_viewers = 5\nstream_heartbeat = '3s'\nlog_cap_bytes = '1 MiB'\ntail_bytes = '2 KiB'\ngrace = '500ms'\n\
             script_path = '/usr/bin:/bin'\nmax_connections = 9\nlog = 'debug'\n",
        );
        let config = load(Flags::default(), dir.path(), &[]).expect("the settings are valid");
        let expected = Config {
            data: dir.path().join("d"),
            address: IpAddr::V6(Ipv6Addr::LOCALHOST),
            port: 0,
            slots: 9,
            pools: [("db".to_owned(), 2)].into(),
            durability: Durability::Normal,
            readers: 2,
            max_vertices: 10,
            max_edges: 20,
            max_script_bytes: 2_048,
            max_file_bytes: 4_096,
            max_value_bytes: 1_024,
            max_env_bytes: 4_096,
            max_render_bytes: MIB,
            syntax_processes: 2,
            syntax_time: Duration::from_secs(5),
            max_output_bytes: 3_072,
            max_outputs: 5,
            max_secret_bytes: 2_048,
            max_reason_chars: 6,
            commands_waiting: 3,
            batch: 4,
            stream_events: 6,
            stream_viewers: 5,
            stream_heartbeat: Duration::from_secs(3),
            log_cap_bytes: MIB,
            tail_bytes: 2_048,
            grace: Duration::from_millis(500),
            script_path: "/usr/bin:/bin".to_owned(),
            door: Door {
                max_connections: 9,
                ..DOOR
            },
            log: "debug".to_owned(),
            file: Some(dir.path().join("Rocket.toml")),
            warnings: Vec::new(),
        };
        assert_eq!(config, expected);
    }

    #[test]
    fn the_rocket_toml_of_the_project_shows_every_default() {
        let shipped = include_str!("../../Rocket.toml");
        let defaults = load(Flags::default(), nowhere().path(), &HOME).expect("defaults");
        let dir = with_file(shipped);
        let as_shipped = load(Flags::default(), dir.path(), &HOME).expect("the file is valid");
        let file = Some(dir.path().join("Rocket.toml"));
        let expected = Config {
            file,
            ..defaults.clone()
        };
        assert_eq!(as_shipped, expected);

        let is_key = |text: &str| text.starts_with(|c: char| c.is_ascii_lowercase());
        let uncommented = |line| match str::strip_prefix(line, "#") {
            Some(setting) if is_key(setting) => setting,
            _ => line,
        };
        let lines: Vec<&str> = shipped.lines().map(uncommented).collect();
        let count = lines.iter().filter(|line| is_key(line)).count();
        assert_eq!(count, 41, "one line for each setting");
        let dir = with_file(&lines.join("\n"));
        let config = load(Flags::default(), dir.path(), &[]).expect("the defaults are valid");
        let (slots, file) = (defaults.slots, config.file.clone());
        let data = PathBuf::from("/home/you/.local/share/trackyard");
        assert_eq!(
            Config { slots, ..config },
            Config {
                data,
                file,
                ..defaults
            }
        );
    }

    #[test]
    fn a_relative_data_directory_starts_where_it_was_written() {
        let dir = with_file("[default.trackyard]\ndata = 'from-file'\n");
        let below = dir.path().join("a/b");
        fs::create_dir_all(&below).expect("directories are made");
        let data = |flags, env: &[(&str, &str)]| load(flags, &below, env).expect("valid").data;
        assert_eq!(data(Flags::default(), &[]), dir.path().join("from-file"));
        assert_eq!(
            data(Flags::default(), &[("TRACKYARD_DATA", "from-env")]),
            below.join("from-env")
        );
        let flags = Flags {
            data: Some("from-flag".into()),
            ..Flags::default()
        };
        assert_eq!(
            data(flags, &[("TRACKYARD_DATA", "/from/env")]),
            below.join("from-flag")
        );
    }

    #[test]
    fn the_data_directory_follows_the_desktop_rules() {
        let dir = nowhere();
        let data = |env: &[(&str, &str)]| {
            load(Flags::default(), dir.path(), env).map(|config| config.data)
        };
        let home = PathBuf::from("/home/ann/.local/share/trackyard");
        assert_eq!(
            data(&[HOME[0], ("XDG_DATA_HOME", "/x")]),
            Ok(PathBuf::from("/x/trackyard"))
        );
        assert_eq!(data(&[HOME[0], ("XDG_DATA_HOME", "")]), Ok(home.clone()));
        assert_eq!(data(&[HOME[0], ("XDG_DATA_HOME", "relative")]), Ok(home));
        let message = data(&[]).expect_err("no home").to_string();
        assert!(
            message.contains("`HOME` is not set: give `--data DIR`"),
            "{message}"
        );
    }

    #[test]
    fn all_faults_are_named_with_their_places() {
        let found = faults(
            "[default]\naddress = '0.0.0.0'\n[default.trackyard]\nreaders = 'few'\ngrace = 10\nstream_heartbeat = '0s'\n\
             script_path = '/bin:.'\nlog = 'a=b=c'\nslot = 3\nport = 1\n",
            &[
                ("TRACKYARD_SLOTS", "0"),
                ("TRACKYARD_PORT", "70000"),
                ("TRACKYARD_DATA", ""),
            ],
        );
        let expected = [
            "`TRACKYARD_DATA`: is empty",
            "Rocket.toml: `default.address`: `0.0.0.0` can be reached from other machines, and accounts do not exist yet",
            "`TRACKYARD_PORT`: `70000` is not a whole number from 0 to 65,535",
            "`TRACKYARD_SLOTS`: `0` is not a whole number from 1 to 10,000",
            "Rocket.toml: `default.trackyard.readers`: `few` is not a whole number from 1 to 64",
            "Rocket.toml: `default.trackyard.stream_heartbeat`: `0s` is less than 10 ms",
            "Rocket.toml: `default.trackyard.grace`: `10` is not a length of time",
            "Rocket.toml: `default.trackyard.script_path`: `.` in it is not an absolute path",
            "Rocket.toml: `default.trackyard.log`: `a=b=c` is not a log filter",
            "Rocket.toml: `default.trackyard.port`: belongs in the table `[default]` above it",
            "Rocket.toml: `default.trackyard.slot`: is not a setting; did you mean `slots`?",
        ];
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found}\n{expected}");
        }
    }

    #[test]
    fn a_wrong_flag_is_named_as_the_flag() {
        let dir = nowhere();
        let flags = Flags {
            slots: Some(10_001),
            data: Some("~/x".into()),
            address: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))),
            log: Some(" ".to_owned()),
            ..Flags::default()
        };
        let text = load(flags, dir.path(), &HOME)
            .expect_err("wrong flags")
            .to_string();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        assert_eq!(lines[0], "4 settings are wrong:");
        assert_eq!(
            lines[1],
            "`--data`: `~/x`: `~` means nothing here; write the whole path"
        );
        assert!(
            lines[2].starts_with("`--address`: `192.0.2.1` can be reached"),
            "{text}"
        );
        assert_eq!(
            lines[3],
            "`--slots`: `10001` is not a whole number from 1 to 10,000"
        );
        assert_eq!(lines[4], "`--log`: is empty");
    }

    #[test]
    fn a_broken_file_is_named_with_the_line() {
        let found = faults("[default\n", &[]).join("\n");
        assert!(
            found.starts_with("Rocket.toml: ") && found.contains("line 1"),
            "{found}"
        );
        assert_eq!(
            faults("[default]\ntrackyard = 1\n", &[]),
            [
                "Rocket.toml: `default.trackyard`: is not a table: write `[default.trackyard]` on a line of its own"
            ]
        );
    }

    #[test]
    fn a_table_of_ours_outside_default_is_a_fault() {
        let found = faults("[trackyard]\nslots = 3\n", &[]);
        assert_eq!(
            found,
            ["Rocket.toml: `[trackyard]`: is called `[default.trackyard]`"]
        );
    }

    #[test]
    fn unknown_variables_and_profiles_are_warnings() {
        let dir = with_file(
            "[default]\nslots = 3\n[release]\nport = 80\n[global]\naddress = '0.0.0.0'\n",
        );
        let env = [
            HOME[0],
            ("TRACKYARD_SLOT", "3"),
            ("TRACKYARD_slots", "3"),
            ("TRACKYARD_ZEBRA", "3"),
            ("TRACKYARD_PIPELINE", "7"),
            ("ROCKET_PORT", "9"),
            ("SLOTS", "3"),
        ];
        let config = load(Flags::default(), dir.path(), &env).expect("only warnings");
        let path = dir.path().join("Rocket.toml").display().to_string();
        let mut warnings = config.warnings.clone();
        warnings.sort();
        let mut expected = vec![
            format!("{path}: `default.slots` is not read; write it in `[default.trackyard]`"),
            format!("{path}: `[global]` is not read; use `[default]`"),
            format!("{path}: `[release]` is not read; use `[default]`"),
            "`ROCKET_PORT` is not read; set `TRACKYARD_PORT`".to_owned(),
            "`TRACKYARD_SLOT` is not a setting; did you mean `TRACKYARD_SLOTS`?".to_owned(),
            "`TRACKYARD_ZEBRA` is not a setting".to_owned(),
            "`TRACKYARD_slots` is not a setting; did you mean `TRACKYARD_SLOTS`?".to_owned(),
        ];
        expected.sort();
        assert_eq!(warnings, expected);
        assert_eq!(
            (config.port, config.address),
            (8000, IpAddr::V4(Ipv4Addr::LOCALHOST))
        );
    }
}
