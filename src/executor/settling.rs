//! Judging an attempt by its files, and telling what became of it.

use std::sync::Arc;

use tracing::warn;

use super::attempts::Entry;
use super::local::{Shared, lock};
use super::verdict::judge;
use super::{Fact, Verdict};
use crate::engine::AttemptKey;
use crate::spool::{ExitRecord, tail};

/// How much of the end of a log goes with the fact, in bytes.
const TAIL: u64 = 64 << 10;

impl Shared {
    /// Judges an attempt of a former process and does what follows.
    pub(super) fn probe(self: &Arc<Self>, key: AttemptKey, boot: &str) -> Verdict {
        let runs = || {
            let links = lock(&self.links);
            let link = links.iter().find(|link| link.runs(key));
            link.map(|link| link.instance.number)
        };
        // Before its files are read: if it ends in between, that is heard or seen.
        let Ok(on) = self.attempts.adopt(key, runs) else {
            return Verdict::Adopt;
        };
        let verdict = judge(&self.spool, key, on.is_some(), self.boot == boot);
        match &verdict {
            Verdict::TakeResult => {
                self.job(move |shared| shared.take_result(key));
            }
            Verdict::Adopt => {}
            Verdict::LaunchAgain => {
                self.attempts.take(key);
            }
            Verdict::Interrupted(why) => self.interrupted(key, why.clone()),
        }
        verdict
    }

    /// Looks at the files of an attempt and does what follows; `alive`: a supervisor runs it.
    pub(super) fn settle(self: &Arc<Self>, key: AttemptKey, alive: bool) {
        match judge(&self.spool, key, alive, true) {
            Verdict::TakeResult => self.take_result(key),
            Verdict::Adopt => {}
            Verdict::LaunchAgain => match self.attempts.take_back(key) {
                Some(Entry { kill: Some(_), .. }) => self.job(move |shared| shared.kill(key)),
                Some(Entry { kill: None, .. }) => self.job(move |shared| shared.launch(key)),
                None => {}
            },
            Verdict::Interrupted(why) => self.interrupted(key, why),
        }
    }

    pub(super) fn take_result(&self, key: AttemptKey) {
        match self.spool.result(key) {
            Ok(Some(record)) => self.ended(key, record),
            Ok(None) => self.interrupted(key, "its exit record has gone".to_owned()),
            Err(e) => self.interrupted(key, format!("its exit record cannot be read: {e}")),
        }
    }

    pub(super) fn ended(&self, key: AttemptKey, record: ExitRecord) {
        let tail = match record.log_bytes {
            0 => Vec::new(),
            _ => tail(&self.spool.log(key), TAIL).unwrap_or_else(|error| {
                warn!(attempt = %key, %error, "the log of attempt {key} cannot be read: {error}");
                Vec::new()
            }),
        };
        if self.attempts.take(key).is_some() {
            self.tell(Fact::Ended { key, record, tail });
        }
    }

    pub(super) fn interrupted(&self, key: AttemptKey, why: String) {
        if self.attempts.take(key).is_some() {
            self.tell(Fact::Interrupted { key, why });
        }
    }

    pub(super) fn tell(&self, fact: Fact) {
        // The receiver goes first only when the server stops; the files stay for the next one.
        let _ = self.facts.send(fact);
    }
}
