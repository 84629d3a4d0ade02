//! Orders become processes, and what becomes of the processes comes back as facts.
//!
//! The server does not run scripts itself. It starts supervisors (two, unless it is configured
//! otherwise), processes of the same binary that outlive it, and talks to them over Unix sockets:
//!
//! ```text
//! driver -- launch, kill, clean --> Executor -- pool --> script file, then Launch --> supervisor
//! driver <-- Fact ---------------- Executor <-- reader thread -- Ended ------------- supervisor
//! ```
//!
//! Whatever dies, the files in the spool say what is true, and [`verdict`] reads them: the same
//! function after a restart of the server and after the death of a supervisor. A message over the
//! socket only ever says "look now".
//!
//! `docs/adr/0001-supervisor.md` says why supervisors live long and what they cost.
//!
//! It must never decide that something is alive by a process id, a heartbeat or the clock, never
//! block the thread that calls it, and never start a script whose gate is taken.

mod attempts;
mod backend;
mod compressor;
mod death;
mod in_use;
mod launching;
mod leftover;
mod link;
mod local;
mod order;
mod prey;
mod settling;
mod starting;
mod stat;
pub mod supervisor;
mod survivor;
mod verdict;
mod wire;

pub use local::{Executor, ExecutorError};
pub use order::{Backend, Fact, NoOrder, Order, Orders, Settings, interpreter};
pub use survivor::survivors;
pub use verdict::{Evidence, Verdict, boot_id, verdict};
