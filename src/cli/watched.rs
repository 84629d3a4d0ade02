//! Pipelines that are waited for: what is heard of them, shown, and judged.

use std::collections::BTreeSet;

use crossbeam_channel::Receiver;

use super::error::CliError;
use super::follow::Heard;
use super::progress::Progress;
use super::sse::Event;
use super::wait::Ended;
use crate::engine::{PipelineId, TrackId, TrackState};
use crate::store::Store;

/// What is known of pipelines that are waited for.
pub(super) struct Watched<'s> {
    pub(super) store: &'s Store,
    pub(super) progress: Progress,
    /// Those that have not ended.
    pub(super) open: BTreeSet<i64>,
    /// It has been said that there is no server.
    pub(super) gone: bool,
}

impl Watched<'_> {
    /// Takes what was heard, and whatever else is there. It is over when no more than `wanted` have
    /// not ended.
    pub(super) fn hear(
        &mut self,
        first: Heard,
        rest: &Receiver<Heard>,
        wanted: usize,
    ) -> Result<Option<Ended>, CliError> {
        let (mut look, mut gone) = (false, None);
        for heard in std::iter::once(first).chain(rest.try_iter()) {
            look |= match heard {
                Heard::Event(event) if event.kind == "reload" => {
                    self.read_tracks()?;
                    true
                }
                Heard::Event(event) => self.told(&event)?,
                Heard::Open => {
                    gone = None;
                    if std::mem::take(&mut self.gone) {
                        self.progress.say("a server works on it again");
                    }
                    self.read_tracks()?;
                    true
                }
                Heard::Over => true,
                Heard::Gone(why) => {
                    gone = Some(why);
                    true
                }
                Heard::Refused(why) => return Err(why),
            };
        }
        if !look {
            return Ok(None);
        }
        let ids: Vec<i64> = self.open.iter().copied().collect();
        let open: BTreeSet<i64> = self.store.unended(&ids)?.into_iter().collect();
        if open.len() < self.open.len() {
            // Its last words may not have been heard.
            self.read_tracks()?;
        }
        self.open = open;
        if self.open.len() <= wanted {
            return Ok(Some(Ended::Done));
        }
        // A stream ends with its pipeline, too: then it is no matter who is gone.
        if let Some(why) = gone.filter(|_| !std::mem::replace(&mut self.gone, true)) {
            let why = format!("{why}\nwaiting for the next server");
            self.progress.say(&why);
        }
        let ids: Vec<i64> = self.open.iter().copied().collect();
        let stuck = self.store.stuck(&ids)?;
        let all = stuck.len() == self.open.len();
        Ok(all.then_some(Ended::Stuck(stuck)))
    }

    /// Shows an event; true: it may be the end of something.
    fn told(&mut self, event: &Event) -> Result<bool, CliError> {
        let of = event.data["p"].as_i64().unwrap_or_default();
        if !self.open.contains(&of) {
            return Ok(false);
        }
        let state = event.data["s"].as_str().unwrap_or_default();
        Ok(match (event.kind.as_str(), event.data["t"].as_i64()) {
            ("track", Some(track)) => {
                let state = TrackState::from_word(state);
                if let Some(state) = state {
                    let of = (PipelineId(of), TrackId(track));
                    self.progress.heard(self.store, of, state)?;
                }
                state != Some(TrackState::Running)
            }
            _ => event.data["end"] == true,
        })
    }

    /// Shows how all tracks stand now.
    fn read_tracks(&mut self) -> Result<(), CliError> {
        for id in &self.open {
            for track in self.store.tracks(PipelineId(*id), 0, i64::MAX)? {
                self.progress.read(&track);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::unbounded;

    use super::Watched;
    use crate::cli::follow::Heard;
    use crate::cli::progress::Progress;
    use crate::cli::wait::Ended;
    use crate::store::{Durability, Store, Writer};

    #[test]
    fn a_stream_that_ends_with_its_pipeline_is_no_server_that_is_gone() {
        let own = tempfile::tempdir().expect("a directory");
        let path = own.path().join("db");
        drop(Writer::open(&path, Durability::Normal, "boot").expect("made"));
        let store = Store::open(&path, 1).expect("opened");
        let progress = Progress::new(&store, &[], 1, true).expect("read");
        // Nothing in the database says that it goes on.
        let mut watched = Watched {
            store: &store,
            progress,
            open: [7].into(),
            gone: false,
        };
        let (send, rest) = unbounded();
        send.send(Heard::Gone("it is silent".to_owned()))
            .expect("sent");
        let ended = watched.hear(Heard::Open, &rest, 0).expect("heard");
        assert!(matches!(ended, Some(Ended::Done)));
        assert!(!watched.gone);
    }
}
