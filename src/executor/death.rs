//! Listening to a supervisor, and what follows when it cannot be heard any more.

use std::collections::HashSet;
use std::sync::Arc;

use tracing::{error, info, warn};

use super::attempts::Entry;
use super::link::{Link, Reader};
use super::local::Shared;
use super::wire::{ToServer, ToSupervisor};
use crate::engine::AttemptKey;

impl Shared {
    /// Obeys one supervisor until it is dead or this server stops.
    pub(super) fn listen(self: Arc<Self>, link: &Arc<Link>, mut reader: Reader) {
        let number = link.instance.number;
        loop {
            self.hear(link, &mut reader);
            // Until there is a new connection nothing is handed to it: these may not have arrived.
            let handed = self.attempts.with_supervisor(number, || link.note_lost());
            if self.stopping() {
                return;
            }
            match link.reconnect(&self.settings.version) {
                Ok((again, running)) => {
                    reader = again;
                    self.compare(link, handed, &running);
                }
                Err(_) => break,
            }
        }
        // It was dying while it was asked; the lock says when it is dead.
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
        for key in lost {
            self.settle(key, false);
        }
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
        for key in handed {
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
