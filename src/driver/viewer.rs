//! One who watches the news, from a place of its own.

use std::sync::Arc;
use std::task::Waker;

use super::ring::{Ring, Told};

/// One who watches. Dropped, it is forgotten.
pub struct Viewer {
    pub(super) ring: Ring,
    pub(super) id: u64,
    pub(super) recalls: u64,
    /// What it asked to go on from is not here.
    pub(super) reload: Option<Arc<Told>>,
}

/// What a viewer sees next.
#[derive(Debug)]
pub enum Seen {
    /// News, oldest first.
    News(Vec<Arc<Told>>),
    /// Nothing new: its waker will be called.
    Nothing,
    /// It may have lost its rights, and is to look.
    Recalled,
    /// It did not keep up: news has gone that it has not seen.
    Behind,
    /// There will be no more news.
    Closed,
}

impl Viewer {
    /// What comes next, at most so much of it at once. With nothing to see the waker is called once
    /// there is.
    pub fn next(&mut self, most: usize, waker: &Waker) -> Seen {
        if let Some(reload) = self.reload.take() {
            return Seen::News(vec![reload]);
        }
        let mut held = self.ring.held();
        if held.closed {
            return Seen::Closed;
        }
        if held.recalls != self.recalls {
            self.recalls = held.recalls;
            return Seen::Recalled;
        }
        let (first, end) = (held.first, held.end());
        let held = &mut *held;
        let Some(seat) = held.viewers.get_mut(&self.id) else {
            return Seen::Closed;
        };
        let Some(skip) = seat.place.checked_sub(first) else {
            return Seen::Behind;
        };
        let mut seen = Vec::new();
        let mut place = seat.place;
        for told in held.news.iter().skip(skip as usize) {
            if seen.len() == most {
                break;
            }
            place += 1;
            if seat.of.is_none_or(|p| told.news.what.is_of(p)) {
                seen.push(Arc::clone(told));
            }
        }
        seat.place = place;
        if seen.is_empty() {
            seat.place = end;
            seat.waits = Some(waker.clone());
            return Seen::Nothing;
        }
        Seen::News(seen)
    }

    /// The entry of the journal up to which there is nothing more for it; none while it has missed
    /// some.
    pub fn passed(&self) -> Option<i64> {
        let held = self.ring.held();
        let place = held.viewers.get(&self.id)?.place;
        let next = held.news.get(place.checked_sub(held.first)? as usize);
        // What comes next may be the second that tells of its entry.
        let passed = next.map_or(held.newest, |next| next.news.sequence - 1);
        self.reload.is_none().then_some(passed)
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.ring.held().viewers.remove(&self.id);
    }
}
