//! Ending what still runs of tracks whose scripts nobody watches any more.
//!
//! One thread does it, when there is something to do, for all that is asked meanwhile: it looks for
//! processes, holds those that are certain, asks them to end, and sleeps until they have, the grace is
//! over, or something else is asked. What is left then is killed. A tree that forks meanwhile is
//! looked for again, a bounded number of times.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::{Errno, read, write};
use threadpool::ThreadPool;
use tracing::{info, warn};

use super::local::{Shared, lock};
use super::prey::{GENTLE, KILLED, MOST_HELD, Prey, ROUNDS};
use super::survivor::{self, Found};
use crate::engine::{AttemptKey, PipelineId, TrackId};

/// A grace too long for the clock is as good as a day.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

type Track = (PipelineId, TrackId);

/// The tracks of which what still runs is to end.
#[derive(Debug)]
pub(super) struct Leftovers {
    state: Mutex<State>,
    /// Written to when something is asked while the thread sleeps.
    bell: OwnedFd,
    pub(super) pool: ThreadPool,
}

#[derive(Debug, Default)]
struct State {
    wishes: BTreeMap<Track, Wish>,
    /// The thread looks after them.
    busy: bool,
}

/// What is asked of one track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wish {
    /// Of no later attempt: that one is watched.
    last: AttemptKey,
    until: Instant,
    /// How often it was looked.
    rounds: u32,
    /// How often it was asked.
    asked: u32,
}

impl Leftovers {
    pub(super) fn new() -> io::Result<Leftovers> {
        let pool = threadpool::Builder::new().num_threads(1);
        Ok(Leftovers {
            state: Mutex::default(),
            bell: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
            pool: pool.thread_name("survivors".to_owned()).build(),
        })
    }

    /// Wakes the thread, if it sleeps.
    pub(super) fn ring(&self) {
        // It fails only when it has been rung more often than can be counted.
        let _ = write(&self.bell, &1_u64.to_ne_bytes());
    }

    /// Notes what is asked; true: nobody looks after it yet.
    fn want(&self, last: AttemptKey, until: Instant) -> bool {
        let mut state = lock(&self.state);
        let new = Wish {
            last,
            until,
            rounds: 0,
            asked: 0,
        };
        let wish = state
            .wishes
            .entry((last.pipeline, last.track))
            .or_insert(new);
        wish.last = wish.last.max(last);
        wish.until = wish.until.min(until);
        (wish.rounds, wish.asked) = (0, wish.asked + 1);
        !std::mem::replace(&mut state.busy, true)
    }

    /// What is to be looked for now; none: the thread may go. `again`: as often as before.
    fn round(&self, again: bool) -> Option<Vec<Wish>> {
        let mut state = lock(&self.state);
        state.busy = !state.wishes.is_empty();
        for wish in state.wishes.values_mut() {
            wish.rounds += u32::from(!again);
        }
        state.busy.then(|| state.wishes.values().copied().collect())
    }

    /// Nothing is left to do for a track, unless it was asked again meanwhile.
    fn done(&self, wish: &Wish) {
        let track = (wish.last.pipeline, wish.last.track);
        let mut state = lock(&self.state);
        if state
            .wishes
            .get(&track)
            .is_some_and(|now| now.asked == wish.asked)
        {
            state.wishes.remove(&track);
        }
    }

    /// Waits until all of these have ended, or for so long; true: something else was asked.
    fn wait(&self, prey: &mut BTreeMap<Track, Prey>, until: Instant) -> bool {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let handles = prey.values().flat_map(Prey::handles);
            let mut fds = vec![PollFd::new(&self.bell, PollFlags::IN)];
            fds.extend(handles.map(|handle| PollFd::new(handle, PollFlags::IN)));
            let wait = Timespec::try_from(left.min(LONGEST)).expect("a day is not too long");
            match poll(&mut fds, Some(&wait)) {
                Ok(0) => return false,
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                // The next round looks whether they are there.
                Err(_) => return false,
            }
            if !fds[0].revents().is_empty() {
                let _ = read(&self.bell, &mut [0; 8]);
                return true;
            }
            let mut lives = false;
            for prey in prey.values_mut() {
                lives |= !prey.forget_ended();
            }
            if !lives {
                return false;
            }
        }
    }
}

impl Shared {
    /// Ends what still runs of a track, of this attempt and those before it.
    pub(super) fn end_survivors(self: &Arc<Self>, last: AttemptKey, grace_ms: u64) {
        let now = Instant::now();
        let until = now.checked_add(Duration::from_millis(grace_ms));
        if self.leftovers.want(last, until.unwrap_or(now + LONGEST)) {
            let shared = Arc::clone(self);
            self.leftovers.pool.execute(move || shared.end_wanted());
        } else {
            self.leftovers.ring();
        }
    }

    /// What still runs of these tracks, each up to this attempt.
    pub(super) fn survivors(&self, last: &[AttemptKey]) -> BTreeMap<TrackId, Vec<u32>> {
        let found = survivor::all(&self.spool, &Found::new());
        let of = |last: &AttemptKey| {
            let pids = survivor::of_track(&found, *last).map(|(_, process)| process.pid);
            (last.track, pids.collect::<Vec<u32>>())
        };
        let of = last.iter().map(of);
        of.filter(|(_, pids)| !pids.is_empty()).collect()
    }

    fn end_wanted(&self) {
        let mut prey: BTreeMap<Track, Prey> = BTreeMap::new();
        let mut again = false;
        // What is not ended when this server stops is for the next one: that it is to end is committed.
        while !self.stopping()
            && let Some(wishes) = self.leftovers.round(again)
        {
            let mut known = Found::new();
            prey.values().for_each(|prey| prey.tell(&mut known));
            let found = survivor::all(&self.spool, &known);
            let room = (MOST_HELD / wishes.len()).max(1);
            let mut until = None;
            for wish in wishes {
                let track = (wish.last.pipeline, wish.last.track);
                let held = prey.entry(track).or_default();
                match self.end_one(&wish, &found, held, room) {
                    Some(at) => until = Some(until.map_or(at, |before: Instant| before.min(at))),
                    None => drop(prey.remove(&track)),
                }
            }
            again = until.is_some_and(|until| self.leftovers.wait(&mut prey, until));
        }
    }

    /// Signals what is found of one track; gives when to look again at the latest.
    fn end_one(&self, wish: &Wish, found: &Found, prey: &mut Prey, room: usize) -> Option<Instant> {
        let (track, now) = (wish.last.track, Instant::now());
        let kill = wish.until <= now || wish.rounds > GENTLE;
        let (left, trouble) = prey.end(survivor::of_track(found, wish.last), kill, room);
        if left.is_empty() {
            self.leftovers.done(wish);
            info!(
                track = track.0,
                "nothing is found that still runs of track {track}"
            );
            return None;
        }
        if wish.rounds > ROUNDS {
            self.leftovers.done(wish);
            let why = trouble.map_or("it does not go".to_owned(), |why| why.to_string());
            warn!(
                track = track.0,
                "what still runs of track {track}, processes {left:?}, cannot be ended: {why}"
            );
            return None;
        }
        let soon = kill || trouble.is_some();
        Some(if soon { now + KILLED } else { wish.until })
    }
}
