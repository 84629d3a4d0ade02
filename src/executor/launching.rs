//! Launching and killing, on the threads of the pool.
//!
//! Both may happen at once. Who gets through the gate is decided on disk; here it is only made
//! sure that a kill that comes too early for one side is seen by the other: the kill notes itself
//! before it tries the gate, and the launch looks for the note before and after it speaks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tracing::warn;

use super::attempts::Entry;
use super::local::Shared;
use super::wire::{Launch, Limit, Outputs, ToSupervisor};
use super::{Fact, NoOrder, Order, interpreter};
use crate::clock;
use crate::engine::{AttemptKey, Time};
use crate::failpoint::{Point, reach};
use crate::spool::{Cause, ExitRecord};

/// So many supervisors may die under one launch before it is given up for now.
const TRIES: usize = 3;

impl Shared {
    /// Reads the order, writes the script and hands both to a supervisor.
    pub(super) fn launch(self: &Arc<Self>, key: AttemptKey) {
        if self
            .attempts
            .get(key)
            .is_none_or(|entry| entry.kill.is_some())
        {
            return;
        }
        match self.prepare(key) {
            Ok(launch) => {
                reach(Point::ServerWritten, &key);
                self.hand_over(key, launch);
            }
            Err(NoOrder::Yet(why)) => self.not_started(key, why),
            Err(NoOrder::Ever(why)) => self.not_run(key, Cause::CouldNotStart { why }),
        }
    }

    fn prepare(&self, key: AttemptKey) -> Result<Launch, NoOrder> {
        let order = catch_unwind(AssertUnwindSafe(|| (self.orders)(key)))
            .map_err(|_| NoOrder::Yet("reading its order panicked".to_owned()))??;
        self.written(key, &order).map_err(NoOrder::Yet)
    }

    /// Writes what the attempt needs into the spool.
    fn written(&self, key: AttemptKey, order: &Order) -> Result<Launch, String> {
        self.spool
            .write_script(key, &order.script)
            .map_err(|e| format!("its script could not be written: {e}"))?;
        if !order.outputs.is_empty() {
            let made = self.spool.make_outputs(key);
            made.map_err(|e| format!("its file of outputs could not be created: {e}"))?;
        }
        let workdir = match &order.workdir {
            Some(dir) => {
                let dir = dir.to_str().ok_or_else(|| {
                    format!("its working directory `{}` is no UTF-8 text", dir.display())
                })?;
                Some(dir.to_owned())
            }
            None => {
                let made = self.spool.make_work(key.pipeline);
                made.map_err(|e| format!("its working directory could not be created: {e}"))?;
                None
            }
        };
        let argv = match order.argv.is_empty() {
            true => interpreter(&order.script),
            false => order.argv.clone(),
        };
        Ok(Launch {
            key: key.into(),
            argv,
            env: self.environment(key, order),
            secrets: order.secrets.clone(),
            others: order
                .others
                .iter()
                .map(|(name, value)| (name.clone(), value.text().to_owned()))
                .collect(),
            workdir,
            timeout_ms: order.timeout_ms,
            limits: Limit::all(&order.limits),
            grace_ms: self.settings.grace_ms,
            log_cap: self.settings.log_cap,
            outputs: Outputs::new(&order.outputs, &self.settings.values),
        })
    }

    /// The whole environment of a script: nothing else is inherited.
    fn environment(&self, key: AttemptKey, order: &Order) -> Vec<(String, String)> {
        let outputs = self.spool.outputs(key).to_string_lossy().into_owned();
        let own = [
            ("PATH", self.settings.path.clone()),
            ("HOME", self.settings.home.clone()),
            ("LANG", self.settings.lang.clone()),
            ("TRACKYARD_PIPELINE", key.pipeline.to_string()),
            ("TRACKYARD_TRACK", key.track.to_string()),
            ("TRACKYARD_ATTEMPT", key.attempt.to_string()),
            ("TRACKYARD_OUTPUT", outputs),
        ];
        let mut env: Vec<(String, String)> =
            own.map(|(name, value)| (name.to_owned(), value)).into();
        env.retain(|(name, _)| order.env.iter().all(|(given, _)| given != name));
        env.extend_from_slice(&order.env);
        env
    }

    fn hand_over(self: &Arc<Self>, key: AttemptKey, launch: Launch) {
        let message = ToSupervisor::Launch(Box::new(launch));
        for _ in 0..TRIES {
            if self.stopping() {
                // Nor is a supervisor started for it: the next server launches it.
                return self.forget_launch(key);
            }
            let link = match self.current() {
                Ok(link) => link,
                Err(e) => return self.not_started(key, e.to_string()),
            };
            let number = link.instance.number;
            let connection = match self.attempts.hand_to(key, number, || link.usable()) {
                None => return self.forget_launch(key),
                Some(None) => continue,
                Some(Some(connection)) => connection,
            };
            link.say_over(connection, &message);
            // A kill that failed at the gate for want of space may have spoken before us.
            if let Some(Entry {
                kill: Some(grace_ms),
                ..
            }) = self.attempts.get(key)
            {
                link.say(&ToSupervisor::Kill {
                    key: key.into(),
                    grace_ms,
                });
            }
            return;
        }
        self.not_started(
            key,
            format!("{TRIES} supervisors died before they could start it"),
        );
    }

    /// Nobody wants an attempt to run any more. If it is told already, its files may have been
    /// removed before its script was written: that goes, too. The gate stays as it is.
    fn forget_launch(&self, key: AttemptKey) {
        if self.attempts.get(key).is_some() {
            return;
        }
        if let Err(error) = self.spool.drop_script(key) {
            warn!(attempt = %key, %error, "the script of attempt {key} stays: {error}");
        }
        self.drop_work(key.pipeline);
    }

    /// Ends an attempt, started or not.
    pub(super) fn kill(self: &Arc<Self>, key: AttemptKey) {
        let Some(Entry { kill: Some(_), .. }) = self.attempts.get(key) else {
            return;
        };
        reach(Point::ServerCancelling, &key);
        let cancelled = self.spool.cancel(key);
        if let Ok(true) = cancelled {
            return self.cancelled(key);
        }
        // Read again: it may have been handed over meanwhile.
        let Some(Entry {
            on,
            kill: Some(grace_ms),
            ..
        }) = self.attempts.get(key)
        else {
            return;
        };
        match (on, cancelled) {
            (Some(number), _) => {
                self.say_to(
                    number,
                    &ToSupervisor::Kill {
                        key: key.into(),
                        grace_ms,
                    },
                );
            }
            // The gate is taken, and not for us.
            (None, Ok(_)) => self.settle(key, false),
            // The gate could not be created, but with the kill noted nobody hands it over.
            (None, Err(_)) => self.cancelled(key),
        }
    }

    /// A supervisor or the pool could not start it for a reason that may pass.
    pub(super) fn not_started(&self, key: AttemptKey, why: String) {
        let Some(entry) = self.attempts.take(key) else {
            return;
        };
        if entry.kill.is_none() {
            return self.tell(Fact::NotStarted { key, why });
        }
        // A kill that found the gate taken: nothing runs, and nothing will.
        self.tell_unrun(key, Cause::Stopped);
    }

    /// Nothing of it will ever run, for a reason that lasts.
    fn not_run(&self, key: AttemptKey, why: Cause) {
        if let Some(entry) = self.attempts.take(key) {
            let cause = if entry.kill.is_some() {
                Cause::Stopped
            } else {
                why
            };
            self.tell_unrun(key, cause);
        }
    }

    fn tell_unrun(&self, key: AttemptKey, cause: Cause) {
        let record = ExitRecord::never_ran(cause, Time(clock::now()));
        self.tell(Fact::Ended {
            key,
            record,
            tail: Vec::new(),
        });
    }

    /// Nothing will start it any more. It may have run all the same: a restart of the host can lose
    /// its gate and keep its exit record.
    fn cancelled(&self, key: AttemptKey) {
        let never_ran = || ExitRecord::never_ran(Cause::Stopped, Time(clock::now()));
        match self.spool.result(key) {
            Ok(record) => self.ended(key, record.unwrap_or_else(never_ran)),
            Err(e) => self.interrupted(key, format!("its exit record cannot be read: {e}")),
        }
    }
}
