//! Judging an attempt by its files, and telling what became of it.

use std::io;
use std::sync::Arc;

use tracing::warn;

use super::attempts::Entry;
use super::local::{Shared, lock};
use super::survivor::Survivors;
use super::verdict::{MAY_RUN, judge};
use super::{Fact, Verdict};
use crate::engine::{AttemptKey, Remains};
use crate::spool::{ExitRecord, LogView};
use crate::store::RESTORED;

/// What is said of a script that ran when a backup was made.
const OLD: &str = "the data was restored from a backup that was made while the script ran: how it ended \
     is not in it";

impl Shared {
    /// Judges attempts of a former process and does what follows.
    pub(super) fn probe_all(
        self: &Arc<Self>,
        ordered: &[(AttemptKey, String)],
    ) -> Vec<(AttemptKey, Verdict)> {
        let survivors = Survivors::default();
        let judged = ordered
            .iter()
            .map(|(key, boot)| (*key, self.probe(*key, boot, &survivors)));
        judged.collect()
    }

    fn probe(self: &Arc<Self>, key: AttemptKey, boot: &str, survivors: &Survivors) -> Verdict {
        let runs = || {
            let links = lock(&self.links);
            let link = links.iter().find(|link| link.runs(key));
            link.map(|link| link.instance.number)
        };
        // Before its files are read: if it ends in between, that is heard or seen.
        let Ok(on) = self.attempts.adopt(key, runs) else {
            return Verdict::Adopt;
        };
        let verdict = match judge(&self.spool, key, on.is_some(), self.boot == boot) {
            Verdict::Interrupted(_) if boot == RESTORED => Verdict::Interrupted(OLD.to_owned()),
            verdict => verdict,
        };
        match &verdict {
            Verdict::TakeResult => {
                self.job(move |shared| shared.take_result(key));
            }
            Verdict::Adopt => {}
            Verdict::LaunchAgain => {
                self.attempts.take(key);
            }
            Verdict::Interrupted(why) => self.lost(key, why, survivors),
        }
        verdict
    }

    /// Looks at the files of an attempt and does what follows; `alive`: a supervisor runs it.
    pub(super) fn settle(self: &Arc<Self>, key: AttemptKey, alive: bool) {
        self.settle_one(key, alive, &Survivors::default());
    }

    /// The same for attempts of which no supervisor runs one.
    pub(super) fn settle_all(self: &Arc<Self>, keys: Vec<AttemptKey>) {
        let survivors = Survivors::default();
        for key in keys {
            self.settle_one(key, false, &survivors);
        }
    }

    fn settle_one(self: &Arc<Self>, key: AttemptKey, alive: bool, survivors: &Survivors) {
        match judge(&self.spool, key, alive, true) {
            Verdict::TakeResult => self.take_result(key),
            Verdict::Adopt => {}
            Verdict::LaunchAgain => match self.attempts.take_back(key) {
                Some(Entry { kill: Some(_), .. }) => self.job(move |shared| shared.kill(key)),
                Some(Entry { kill: None, .. }) => self.job(move |shared| shared.launch(key)),
                None => {}
            },
            Verdict::Interrupted(why) => self.lost(key, &why, survivors),
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
            _ => read(key, self.tail(key)),
        };
        if self.attempts.take(key).is_some() {
            self.tell(Fact::Ended { key, record, tail });
        }
    }

    pub(super) fn interrupted(&self, key: AttemptKey, why: String) {
        self.lost(key, &why, &Survivors::default());
    }

    fn lost(&self, key: AttemptKey, why: &str, survivors: &Survivors) {
        let remains = self.remains(key, survivors);
        let why = match remains.survivor {
            Some(pid) => why.replace(MAY_RUN, &format!("its process {pid} ran on")),
            None => why.to_owned(),
        };
        if self.attempts.take(key).is_some() {
            self.tell(Fact::Interrupted { key, why, remains });
        }
    }

    /// What the files of an attempt say of which nobody can say how it ended. They stay as they are
    /// until that is committed.
    fn remains(&self, key: AttemptKey, survivors: &Survivors) -> Remains {
        let view = read(key, LogView::open(&self.spool.log(key)));
        Remains {
            started_at: read(key, self.spool.taken_at(key)),
            log_bytes: view.kept(),
            dropped_bytes: view.dropped(),
            output: read(key, view.last(self.settings.tail)),
            survivor: survivors.of(&self.spool, key),
        }
    }

    fn tail(&self, key: AttemptKey) -> io::Result<Vec<u8>> {
        LogView::open(&self.spool.log(key))?.last(self.settings.tail)
    }

    pub(super) fn tell(&self, fact: Fact) {
        // The receiver goes first only when the server stops; the files stay for the next one.
        let _ = self.facts.send(fact);
    }
}

/// What was read of an attempt's files; nothing where they cannot be read.
fn read<T: Default>(key: AttemptKey, result: io::Result<T>) -> T {
    result.unwrap_or_else(|error| {
        warn!(attempt = %key, %error, "a file of attempt {key} cannot be read: {error}");
        T::default()
    })
}
