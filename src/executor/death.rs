//! Listening to a supervisor, and what follows when it cannot be heard any more.

use std::collections::HashSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tracing::{error, info, warn};

use super::attempts::Entry;
use super::link::{Link, Reader};
use super::local::Shared;
use super::wire::{ToServer, ToSupervisor};
use crate::engine::AttemptKey;

/// How long after a failed connection to a living supervisor the next one is tried: at first, and
/// at most. Each takes twice as long as the one before.
const AGAIN: Duration = Duration::from_millis(10);
const AGAIN_AT_MOST: Duration = Duration::from_secs(1);

impl Shared {
    /// Obeys one supervisor until it is dead or this server stops.
    pub(super) fn listen(self: Arc<Self>, link: &Arc<Link>, mut reader: Reader) {
        let number = link.instance.number;
        loop {
            self.hear(link, &mut reader);
            // Until there is a new connection nothing is handed to it: these may not have arrived.
            let handed = self.attempts.with_supervisor(number, || link.note_lost());
            let again = self.connect_again(link);
            if self.stopping() {
                return link.hang_up();
            }
            let Some((again, running)) = again else {
                break;
            };
            reader = again;
            self.compare(link, handed, &running);
        }
        if let Err(error) = link.bury() {
            warn!(supervisor = number, %error, "supervisor {number} left something: {error}");
        }
        self.remove_link(number);
        let lost = self.attempts.with_supervisor(number, || link.note_lost());
        match lost.len() {
            0 => info!(supervisor = number, "supervisor {number} has gone"),
            n => error!(
                supervisor = number,
                "supervisor {number} died with {n} attempts"
            ),
        }
        self.settle_all(lost);
    }

    /// Connects to a supervisor again; `None`: it is dead, or this server stops. Nothing but its
    /// lock says that it is dead: who cannot be reached may be short of handles, or about to end.
    fn connect_again(&self, link: &Link) -> Option<(Reader, HashSet<AttemptKey>)> {
        let (number, pid) = (link.instance.number, link.pid);
        let mut pause = AGAIN;
        while !self.stopping() {
            let error = match link.reconnect(&self.settings.version) {
                Ok(made) => return Some(made),
                Err(error) => error,
            };
            // A lock that cannot be looked at is no sign of death either.
            if let Ok(false) = link.instance.alive() {
                break;
            }
            if pause == AGAIN_AT_MOST {
                warn!(
                    supervisor = number,
                    pid,
                    %error,
                    "supervisor {number} (process {pid}) lives but cannot be reached: {error}"
                );
            }
            thread::park_timeout(pause);
            pause = AGAIN_AT_MOST.min(pause * 2);
        }
        None
    }

    /// Takes what a supervisor says until the connection breaks.
    fn hear(self: &Arc<Self>, link: &Link, reader: &mut Reader) {
        while let Ok(Some(message)) = reader.next() {
            if self.stopping() {
                return;
            }
            match message {
                ToServer::Ended { key, record, late } => {
                    link.note_ended(key.into());
                    let key = AttemptKey::from(key);
                    if late && record.is_some() {
                        info!(attempt = %key, "the result of attempt {key} is written after all");
                    }
                    match record {
                        Some(record) => self.ended(key, record),
                        // It has run: whatever its gate says now, it is not launched again.
                        None => self.take_result(key),
                    }
                }
                ToServer::Unwritten { key, why } => {
                    let key = AttemptKey::from(key);
                    warn!(
                        attempt = %key,
                        %why,
                        "the result of attempt {key} cannot be written, which is tried until it can: {why}"
                    );
                }
                ToServer::NotStarted { key, why } => self.not_started(key.into(), why),
                ToServer::GateTaken { key, running } => self.settle(key.into(), running),
                ToServer::Hello { .. } | ToServer::Unknown => {}
            }
        }
    }

    /// The connection broke and was made again: what was said meanwhile is made up for.
    fn compare(
        self: &Arc<Self>,
        link: &Link,
        handed: Vec<AttemptKey>,
        running: &HashSet<AttemptKey>,
    ) {
        // Those that were adopted after the connection broke are not among what was handed over.
        let mut all: HashSet<AttemptKey> = handed.into_iter().collect();
        all.extend(self.attempts.adopted(link.instance.number));
        for key in all {
            if !running.contains(&key) {
                self.settle(key, false);
            } else if let Some(Entry {
                kill: Some(grace_ms),
                ..
            }) = self.attempts.get(key)
            {
                link.say(&ToSupervisor::Kill {
                    key: key.into(),
                    grace_ms,
                });
            }
        }
    }
}
