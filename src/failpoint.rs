//! Named points at which a crash test lets the process die: cargo feature `failpoints`, off by
//! default.
//!
//! `TRACKYARD_FAILPOINT=POINT:PASS:FILE` names a point, which pass of it is deadly, and the file in
//! which all processes count their passes together: one line for each pass, with the process and
//! the attempt. So exactly one process dies once, whatever is started again, and the file says which.
//!
//! A crate for this is at hand (`fail`), but it panics or returns, which runs clean-up that a crash
//! does not; it has been left alone for years, and what is needed is smaller than its set-up.
//!
//! Without the feature [`reach`] is an empty constant function. It must never do anything else
//! there, and no script may ever see the variable.

/// A moment at which a process may die. The first word says whose process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Before the commit that orders attempts.
    ServerOrdering,
    /// After the commit that orders an attempt, before its files.
    ServerOrdered,
    /// The files of an attempt are written, no supervisor has been told of it.
    ServerWritten,
    /// A supervisor's process was started and has not taken its lock. A supervisor serves many
    /// attempts, so this is passed once by each process and not once by each attempt.
    SupervisorSpawned,
    /// A supervisor holds its lock and has the order to start an attempt, and has not looked at
    /// the gate.
    SupervisorTold,
    /// A supervisor took the gate of an attempt, and the script has not been started.
    SupervisorGated,
    /// A script was started and its supervisor is about to watch it. It runs.
    SupervisorRunning,
    /// A script has ended, and its exit record is not written.
    SupervisorEnded,
    /// An exit record is written, and the server has not been told of it.
    SupervisorRecorded,
    /// The server knows how an attempt ended, before the commit that says so.
    ServerTaking,
    /// Inside a commit: some of its rows are written.
    ServerCommitting,
    /// The end of an attempt is committed, with the orders to start what comes after it. Nothing
    /// of that has been handed on.
    ServerCommitted,
    /// Before the files of an attempt are removed, whose end is committed.
    ServerCleaning,
    /// A stop is committed, and the gate of an attempt that it is to end was not tried.
    ServerCancelling,
    /// What a request with a key asked for is committed, and its caller has no answer.
    ServerNoted,
    /// A pipeline is noted as removed: before its rows and files go, after all rows went,
    /// before the note goes that it is to be removed.
    ServerRemoving,
    /// A log is being compressed: some of it is written, all of it is, it has its name beside the plain
    /// text, that has gone.
    ServerCompressing,
}

#[cfg(feature = "failpoints")]
impl Point {
    /// All of them.
    pub const ALL: [Point; 17] = [
        Point::ServerOrdering,
        Point::ServerOrdered,
        Point::ServerWritten,
        Point::SupervisorSpawned,
        Point::SupervisorTold,
        Point::SupervisorGated,
        Point::SupervisorRunning,
        Point::SupervisorEnded,
        Point::SupervisorRecorded,
        Point::ServerTaking,
        Point::ServerCommitting,
        Point::ServerCommitted,
        Point::ServerCleaning,
        Point::ServerCancelling,
        Point::ServerNoted,
        Point::ServerRemoving,
        Point::ServerCompressing,
    ];
}

#[cfg(not(feature = "failpoints"))]
pub use unarmed::{environment, reach};

#[cfg(not(feature = "failpoints"))]
mod unarmed {
    use std::ffi::OsString;
    use std::fmt::Display;

    use crate::failpoint::Point;

    /// Does nothing: this build has no failpoints.
    #[inline(always)]
    pub const fn reach(_: Point, _: &dyn Display) {}

    /// Nothing: this build has no failpoints.
    pub fn environment() -> Option<(&'static str, OsString)> {
        None
    }

    // Evaluated by the compiler, which has no variable to read and no process to end.
    const _: () = reach(Point::ServerOrdering, &"");
}

#[cfg(feature = "failpoints")]
pub use armed::{environment, reach};

#[cfg(feature = "failpoints")]
mod armed {
    use std::ffi::OsString;
    use std::fmt::Display;
    use std::fs::OpenOptions;
    use std::io::{Seek, Write};
    use std::path::PathBuf;
    use std::sync::OnceLock;

    use rustix::process::{Signal, getpid, kill_process};

    use crate::failpoint::Point;

    /// The variable that says where to die.
    const VARIABLE: &str = "TRACKYARD_FAILPOINT";
    /// The bytes of a line of the file: how long it is says how many passes there were.
    const LINE: usize = 40;

    struct Armed {
        point: Point,
        pass: u64,
        file: PathBuf,
    }

    /// Dies here, if this is the point and the pass. `of` says which attempt it is about, if any.
    pub fn reach(point: Point, of: &dyn Display) {
        static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
        let armed = ARMED.get_or_init(|| environment().map(|(_, value)| Armed::parse(value)));
        let Some(armed) = armed.as_ref().filter(|armed| armed.point == point) else {
            return;
        };
        // Appending moves to the end and writes in one step, for all processes.
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&armed.file)
            .expect("the file of a failpoint can be written");
        let line = format!("{:<10} {:<28.28}\n", std::process::id(), of.to_string());
        file.write_all(line.as_bytes())
            .expect("the file of a failpoint has room");
        let end = file.stream_position().expect("a file has a position");
        if end == armed.pass * LINE as u64 {
            kill_process(getpid(), Signal::KILL).expect("a process may end itself");
        }
    }

    /// What a supervisor has to be given of this process's environment.
    pub fn environment() -> Option<(&'static str, OsString)> {
        std::env::var_os(VARIABLE).map(|value| (VARIABLE, value))
    }

    impl Armed {
        fn parse(value: OsString) -> Armed {
            let text = value.to_string_lossy();
            let mut words = text.splitn(3, ':');
            let parsed = (|| {
                let name = words.next()?;
                let named = |point: &Point| format!("{point:?}") == name;
                let point = Point::ALL.into_iter().find(named)?;
                let pass = words.next()?.parse().ok().filter(|&pass| pass > 0)?;
                let file = PathBuf::from(words.next().filter(|file| !file.is_empty())?);
                Some(Armed { point, pass, file })
            })();
            parsed.unwrap_or_else(|| {
                panic!(
                    "`{VARIABLE}={text}` is not `POINT:PASS:FILE`, e.g. `SupervisorGated:1:passes`"
                )
            })
        }
    }
}
