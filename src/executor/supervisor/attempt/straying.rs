//! What left the process group of a script that was stopped (`setsid`, daemons) is ended, too, before
//! its end is told.
//!
//! Which processes these are the loop finds out, for all attempts that ask at once. They are asked to
//! end, and killed when the grace of the script is over. A script that ends by itself may leave behind
//! what it likes.

use std::time::Instant;

use super::{Attempt, Stage, Tools};
use crate::executor::prey::{GENTLE, KILLED, MOST_HELD, Prey, ROUNDS};
use crate::executor::survivor::Found;

impl Attempt {
    /// The script has ended; asks the loop what is left of it elsewhere.
    pub(super) fn stray(&mut self) {
        let until = match self.stage {
            Stage::Asked { until } | Stage::Leftover { until } => until,
            Stage::Running
            | Stage::Killed
            | Stage::Straying { .. }
            | Stage::Draining { .. }
            | Stage::Recording { .. }
            | Stage::Over { .. } => Instant::now(),
        };
        self.unswept = true;
        self.stage = Stage::Straying {
            until,
            look: until,
            rounds: 0,
        };
    }

    /// One of them has ended; it is looked again when all have.
    pub(super) fn stray_ended(&mut self) {
        self.unswept |= self.prey.forget_ended();
    }

    /// Signals the processes that the loop has found.
    pub(in crate::executor::supervisor) fn swept(
        &mut self,
        found: &Found,
        now: Instant,
        tools: &mut Tools,
    ) {
        let Stage::Straying { until, rounds, .. } = self.stage else {
            return;
        };
        let kill = until <= now || rounds > GENTLE;
        let of = found.get(&self.key).into_iter().flatten();
        let of = of.map(|process| (self.key, *process));
        let (left, trouble) = self.prey.end(of, kill, MOST_HELD);
        if left.is_empty() || rounds > ROUNDS {
            self.prey = Prey::default();
            self.remains = left.len();
            return self.drain(tools);
        }
        self.new_members = true;
        let soon = kill || trouble.is_some();
        self.stage = Stage::Straying {
            until,
            look: if soon { now + KILLED } else { until },
            rounds: rounds + 1,
        };
    }
}
