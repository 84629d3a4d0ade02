//! Reading what `trackyard doctor` judges. Nothing is changed, and nothing is decided here.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use chrono::Local;
use rustix::fs::{MemfdFlags, memfd_create, statfs, statvfs};
use rustix::process::{PidfdFlags, Resource, getpid, getrlimit, getuid, pidfd_open};

use super::checks::{self, Finding, notice, ok};
use super::machine::{self, Answers, PathEntry};
use crate::access::TOKEN_FILE;
use crate::app::{DATABASE, Hold, KEY_FILE, can_listen, right_key};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::remote::Remote;
use crate::clock;
use crate::config::Config;
use crate::door;
use crate::executor::boot_id;
use crate::store::{Store, look};

/// Shells that definitions often name.
const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh", "ksh", "python3"];

/// Everything, in the order in which it is told.
pub(super) fn examine(context: &Context) -> Vec<Finding> {
    let config = &context.config;
    let mut all = data_directory(config);
    all.extend(database(config));
    all.extend(checks::clock_kept(synchronized()));
    all.push(ok(
        "zone",
        format!("local times are {}", Local::now().format("%:z")),
    ));
    let hard = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    let wanted = door::handles(&config.door);
    all.push(machine::handles(hard, wanted, config.door.reserved_handles));
    let processes = getrlimit(Resource::Nproc).current;
    all.push(machine::processes(processes, config.slots));
    let instances = fs::read_to_string("/proc/sys/fs/inotify/max_user_instances").ok();
    all.push(machine::following(
        instances.and_then(|n| n.trim().parse().ok()),
    ));
    all.push(interpreters(&config.script_path));
    all.push(machine::kernel(&[
        ("pidfd", pidfd_open(getpid(), PidfdFlags::empty()).is_ok()),
        ("memfd", memfd_create("doctor", MemfdFlags::CLOEXEC).is_ok()),
        ("boot id", boot_id().is_ok()),
    ]));
    all.push(machine::server(
        &answers(context),
        env!("CARGO_PKG_VERSION"),
    ));
    all
}

/// The data directory: whose it is, on what, and its private files.
fn data_directory(config: &Config) -> Vec<Finding> {
    let data = &config.data;
    let Ok(about) = fs::metadata(data) else {
        let says = format!("`{}` is not there yet", data.display());
        return vec![ok("data", says)];
    };
    let mut all = vec![machine::directory(
        about.uid(),
        getuid().as_raw(),
        about.mode() & 0o777,
    )];
    if let Ok(fs) = statvfs(data) {
        let free = fs.f_bavail.saturating_mul(fs.f_frsize);
        all.push(machine::room(free, config.slots, config.log_cap_bytes));
    }
    if let Ok(fs) = statfs(data) {
        // A number of 32 bits, which some kernels give with a sign.
        all.push(machine::file_system(fs.f_type as u64 & 0xffff_ffff));
    }
    let private = |check, name: &str, absent| {
        let path = data.join(name);
        let mode = fs::metadata(&path).ok().map(|about| about.mode() & 0o777);
        checks::private(check, &path, mode, absent)
    };
    let made = |check, when: &str| ok(check, format!("none yet: {when} makes it"));
    all.push(private(
        "token",
        TOKEN_FILE,
        made("token", "the first start"),
    ));
    all.push(private("key", KEY_FILE, made("key", "the first secret")));
    all
}

/// The database, the clock against it, and the key of what is sealed in it.
fn database(config: &Config) -> Vec<Finding> {
    let path = config.data.join(DATABASE);
    let Ok(about) = fs::metadata(&path) else {
        let none = ok("database", "none yet: the first start makes it");
        return vec![none, checks::clock_sense(clock::now(), None)];
    };
    let log = path.with_extension("db-wal");
    let log = fs::metadata(log).map_or(0, |about| about.len());
    let found = look(&path);
    let mut all = checks::database(found.as_ref(), about.len(), log);
    let newest = found.as_ref().ok().and_then(|found| found.newest);
    all.push(checks::clock_sense(clock::now(), newest));
    let current =
        |found: &&crate::store::Look| found.standing.pending.is_empty() && found.damage.is_empty();
    if found.as_ref().ok().is_some_and(|found| current(&found)) {
        let sealed = Store::open(&path, 1).and_then(|store| store.any_sealed());
        match sealed {
            Ok(sealed) => {
                let wrong = right_key(&config.data, sealed.as_deref()).err();
                all.extend(checks::key(
                    sealed.is_some(),
                    wrong.map(|why| why.to_string()),
                ));
            }
            Err(why) => all.push(notice("secrets", why.to_string(), "")),
        }
    }
    all
}

/// What systemd's keeper of the clock says; none where it does not run.
fn synchronized() -> Option<bool> {
    let state = Path::new("/run/systemd/timesync");
    state.is_dir().then(|| state.join("synchronized").exists())
}

fn interpreters(script_path: &str) -> Finding {
    let dirs: Vec<&str> = script_path
        .split(':')
        .filter(|dir| !dir.is_empty())
        .collect();
    let entry = |dir: &&str| {
        let about = fs::metadata(dir).ok();
        let mode = about.as_ref().map_or(0, |about| about.mode());
        PathEntry {
            dir: (*dir).to_owned(),
            there: about.is_some_and(|about| about.is_dir()),
            // Sticky: nobody can replace what is there.
            open: mode & 0o002 != 0,
        }
    };
    let entries: Vec<PathEntry> = dirs.iter().map(entry).collect();
    let runs = |path: &Path| {
        let about = fs::metadata(path);
        about.is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
    };
    let found = |name: &&&str| dirs.iter().any(|dir| runs(&Path::new(dir).join(name)));
    let shells: Vec<String> = SHELLS
        .iter()
        .filter(found)
        .map(|s| (*s).to_owned())
        .collect();
    machine::interpreters(runs(Path::new("/bin/sh")), &entries, &shells)
}

fn answers(context: &Context) -> Answers {
    let config = &context.config;
    let Some(holder) = Hold::holder(&config.data) else {
        let address = SocketAddr::new(config.address, config.port);
        return match can_listen(config) {
            Ok(()) => Answers::Free(address.to_string()),
            Err(why) => Answers::Taken(why.to_string()),
        };
    };
    let Some(url) = holder.url.clone() else {
        return Answers::Busy(holder.to_string());
    };
    let version = Remote::find(context).and_then(|server| match server {
        Some(server) => server.get("/version"),
        None => Err(CliError::Failed("it has just ended".to_owned())),
    });
    match version {
        Ok(version) => Answers::Ours {
            url,
            version: version["version"].as_str().unwrap_or_default().to_owned(),
        },
        Err(CliError::Usage(why) | CliError::Failed(why)) => Answers::Silent(why),
        Err(CliError::Told(_) | CliError::Closed) => Answers::Silent(String::new()),
    }
}
