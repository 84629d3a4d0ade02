//! One connection as the door sees it: whose turn it is, and since when it stands still.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rocket::tokio::sync::Notify;

use super::refusal::Refusal;

/// How long a connection that may have a request on its way is left alone.
pub(super) const MOMENT: Duration = Duration::from_millis(500);

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The client's: no request has come, or a part of a head.
    Waiting,
    /// What may be a whole head went on to Rocket, which has not said yet that it has a request.
    Handed,
    /// Rocket has a request, whose body it may be waiting for.
    Working {
        /// It waits for more of the body.
        reading: bool,
    },
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// Requests that Rocket has: the next one may begin before the last one is cleared away.
    requests: usize,
    /// The beginning of the phase, or the last byte that moved in it.
    since: Instant,
    /// No request has come yet.
    fresh: bool,
    /// Since when the client takes nothing of an answer.
    unread: Option<Instant>,
    /// It is to end, for this.
    refused: Option<Refusal>,
    /// It is to end when Rocket has no request of it.
    last: bool,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: u64,
    pub(super) client: SocketAddr,
    /// Told at each change that its own task must hear of.
    pub(super) changed: Notify,
    /// Told when nothing goes to the client any more.
    pub(super) over: Notify,
    state: Mutex<State>,
}

impl Line {
    pub(super) fn new(id: u64, client: SocketAddr, now: Instant) -> Self {
        Self {
            id,
            client,
            changed: Notify::new(),
            over: Notify::new(),
            state: Mutex::new(State {
                phase: Phase::Waiting,
                requests: 0,
                since: now,
                fresh: true,
                unread: None,
                refused: None,
                last: false,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose turn it is, since when, and why it is to end.
    pub(super) fn stands(&self) -> (Phase, Instant, Option<Refusal>) {
        let state = self.state();
        (state.phase, state.since, state.refused)
    }

    /// It ends with the request that Rocket has, or before one comes.
    pub(super) fn is_last(&self) -> bool {
        self.state().last
    }

    /// What may be a whole head goes on to Rocket.
    pub(super) fn hand_over(&self, now: Instant) {
        let mut state = self.state();
        state.fresh = false;
        (state.phase, state.since) = (Phase::Handed, now);
    }

    /// Rocket has a request.
    pub(super) fn begin(&self, now: Instant) {
        let mut state = self.state();
        state.requests += 1;
        (state.phase, state.since) = (Phase::Working { reading: false }, now);
        drop(state);
        self.changed.notify_one();
    }

    /// A request waits for more of its body, or has what it waited for.
    pub(super) fn reads(&self, reading: bool, now: Instant) {
        let mut state = self.state();
        (state.phase, state.since) = (Phase::Working { reading }, now);
    }

    /// A request is done with, and its answer is given away.
    pub(super) fn end(&self, now: Instant) {
        let mut state = self.state();
        state.requests -= 1;
        if state.requests > 0 {
            return;
        }
        (state.phase, state.since) = (Phase::Waiting, now);
        drop(state);
        self.changed.notify_one();
    }

    /// Bytes of an answer moved.
    pub(super) fn answered(&self, now: Instant) {
        let mut state = self.state();
        state.unread = None;
        if state.phase == Phase::Waiting {
            state.since = now;
        }
    }

    /// The client does not take what there is for it.
    pub(super) fn unread(&self, now: Instant) {
        self.state().unread.get_or_insert(now);
    }

    /// How long the client has kept the server waiting; none when it has not, or might have not.
    pub(super) fn stands_still(&self, now: Instant) -> Option<Duration> {
        let state = self.state();
        let (since, at_least) = match (state.unread, state.phase) {
            _ if state.refused.is_some() => return None,
            (Some(since), _) => (since, MOMENT),
            (None, Phase::Waiting) if state.fresh => (state.since, Duration::ZERO),
            (None, Phase::Waiting | Phase::Handed | Phase::Working { reading: true }) => {
                (state.since, MOMENT)
            }
            (None, Phase::Working { reading: false }) => return None,
        };
        let still = now.saturating_duration_since(since);
        (still >= at_least).then_some(still)
    }

    /// Ends it when Rocket has no request of it, and has had none for a moment: the end of an answer may
    /// be on its way.
    pub(super) fn end_after_this(&self) {
        self.state().last = true;
        self.changed.notify_one();
    }

    /// Ends it, for this.
    pub(super) fn refuse(&self, refusal: Refusal) {
        self.state().refused = Some(refusal);
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::time::{Duration, Instant};

    use super::{Line, Refusal};

    #[test]
    fn only_a_client_that_keeps_the_server_waiting_stands_still() {
        let client = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let line = Line::new(1, client, start);
        let still = |ms| line.stands_still(at(ms)).map(|d| d.as_millis());
        assert_eq!(still(5), Some(5), "nothing is lost with it");
        line.hand_over(at(10));
        assert_eq!((still(400), still(510)), (None, Some(500)));
        line.begin(at(20));
        assert_eq!(still(900_000), None, "the server works");
        line.reads(true, at(30));
        assert_eq!((still(400), still(530)), (None, Some(500)));
        line.reads(false, at(40));
        line.unread(at(50));
        line.unread(at(60));
        assert_eq!((still(400), still(550)), (None, Some(500)));
        line.answered(at(70));
        assert_eq!(still(900_000), None);
        line.begin(at(75));
        line.end(at(78));
        assert_eq!(still(900_000), None, "another request has begun");
        line.end(at(80));
        line.answered(at(100));
        assert_eq!(
            (still(400), still(600)),
            (None, Some(500)),
            "a request may be on its way"
        );
        line.refuse(Refusal::Full);
        assert_eq!(still(900_000), None, "it ends already");
    }
}
