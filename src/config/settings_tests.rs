//! Settings from files, variables and flags, and what is refused.

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::bounds::{Bounds, DEFAULT as BOUNDS};
use super::door::{DEFAULT as DOOR, Door};
use super::durability::Durability;
use super::error::ConfigError;
use super::incoming::{DEFAULT as INCOMING, Incoming};
use super::logs::{DEFAULT as LOGS, Logs};
use super::retention::{DEFAULT as RETENTION, Retention};
use super::settings::MIB;
use super::slots::default_slots;
use super::{Config, Flags};

const HOME: [(&str, &str); 1] = [("HOME", "/home/ann")];

fn load(flags: Flags, dir: &Path, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let config = Config::load(
        flags,
        dir,
        env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())),
    )?;
    // Where a value was written makes it no other value; a test of its own looks at that.
    let settings = Vec::new();
    Ok(Config { settings, ..config })
}

#[test]
fn each_setting_says_where_it_was_written() {
    let dir = with_file("[default.trackyard]\nbatch = 7\nslots = 1\nretention_days = 9\n");
    let env = [HOME[0], ("TRACKYARD_SLOTS", "2")];
    let env = env.map(|(k, v)| (k.to_owned(), v.to_owned()));
    let flags = Flags {
        port: Some(3),
        ..Flags::default()
    };
    let config = Config::load(flags, dir.path(), env.into_iter()).expect("valid");
    let said = |key: &str| {
        let found = config.settings.iter().find(|s| s.key == key);
        let found = found.expect("a setting");
        (found.value.as_str(), found.from.clone().unwrap_or_default())
    };
    assert_eq!(said("port"), ("3", "`--port`".to_owned()));
    assert_eq!(
        said("trackyard.slots"),
        ("2", "`TRACKYARD_SLOTS`".to_owned())
    );
    let (batch, place) = said("trackyard.batch");
    assert_eq!(batch, "7");
    assert!(
        place.ends_with("Rocket.toml: `default.trackyard.batch`"),
        "{place}"
    );
    assert_eq!(said("trackyard.readers"), ("4", String::new()));
    assert_eq!(said("trackyard.retention_days").0, "9");
    let none = ("none", String::new());
    assert_eq!(said("trackyard.retention_keep_last"), none);
    let data = said("trackyard.data").0;
    assert_eq!(
        data, "\"/home/ann/.local/share/trackyard\"",
        "as it is used"
    );
    assert_eq!(config.settings.len(), 61, "each once");
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
        answer_timeout: Duration::from_secs(60),
        log_cap_bytes: 64 * MIB,
        logs: LOGS,
        tail_bytes: 65_536,
        grace: Duration::from_secs(10),
        script_path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
        door: DOOR,
        incoming: INCOMING,
        bounds: BOUNDS,
        retention: RETENTION,
        log: "warn,rocket=off,trackyard=info,trackyard::api=error,trackyard::web=error".to_owned(),
        file: None,
        settings: Vec::new(),
        warnings: Vec::new(),
    };
    assert_eq!(config, expected);
    assert!((1..=10_000).contains(&config.slots));
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() {
    let dir =
        with_file("[default]\nport = 1\n[default.trackyard]\nslots = 1\nreaders = 1\nbatch = 7\n");
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
         commands_waiting = 3\nbatch = 4\nstream_events = 6\nstream_viewers = 5\nstream_heartbeat = '3s'\nanswer_timeout = '4s'\nlog_cap_bytes = '1 MiB'\nlog_index_bytes = '2 MiB'\nlog_search_bytes = '3 MiB'\nlog_line_bytes = 99\nlog_page_bytes = '4 KiB'\nlog_compress_above = 0\ntail_bytes = '2 KiB'\ngrace = '500ms'\n\
         script_path = '/usr/bin:/bin'\nmax_connections = 9\nrequest_key_days = 3\nhook_window = '2s'\nmax_hook_bytes = 9\nlist_rows = 2\nasked_at_once = 3\nremoval_rows = 4\nremoval_time = '5ms'\ndeeds_kept = 5\nmax_tags = 6\nmax_tag_bytes = 7\nretention_days = 9\nretention_keep_last = 8\nretention_max_bytes = '7 KiB'\nretention_every = '6m'\nlog = 'debug'\n",
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
        answer_timeout: Duration::from_secs(4),
        log_cap_bytes: MIB,
        logs: Logs {
            index_bytes: 2 * MIB,
            search_bytes: 3 * MIB,
            line_bytes: 99,
            page_bytes: 4_096,
            compress_above: 0,
        },
        tail_bytes: 2_048,
        grace: Duration::from_millis(500),
        script_path: "/usr/bin:/bin".to_owned(),
        door: Door {
            max_connections: 9,
            ..DOOR
        },
        incoming: Incoming {
            request_key_days: 3,
            hook_window: Duration::from_secs(2),
            max_hook_bytes: 9,
        },
        bounds: Bounds {
            list_rows: 2,
            asked_at_once: 3,
            removal_rows: 4,
            removal_time: Duration::from_millis(5),
            deeds_kept: 5,
            max_tags: 6,
            max_tag_bytes: 7,
        },
        retention: Retention {
            days: Some(9),
            keep_last: Some(8),
            max_bytes: Some(7 << 10),
            every: Duration::from_secs(360),
        },
        log: "debug".to_owned(),
        file: Some(dir.path().join("Rocket.toml")),
        settings: Vec::new(),
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
    // What is deleted by itself has no default.
    assert_eq!(count, 58, "one line for each setting");
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
    let data =
        |env: &[(&str, &str)]| load(Flags::default(), dir.path(), env).map(|config| config.data);
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
    let dir =
        with_file("[default]\nslots = 3\n[release]\nport = 80\n[global]\naddress = '0.0.0.0'\n");
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
