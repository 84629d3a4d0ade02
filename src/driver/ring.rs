//! The newest news, once for all who watch: each reads on from a place of its own, so a viewer
//! costs no copy and no thread.
//!
//! Nobody may rely on it alone: who does not keep up is told so, and reads the rows. News is here
//! only after its commit.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;

use super::news::{News, What};
use super::viewer::Viewer;
use crate::engine::PipelineId;

/// News, with the text that it is sent as.
#[derive(Debug)]
pub struct Told {
    /// What is told.
    pub news: News,
    text: OnceLock<Box<str>>,
}

/// The newest news. A clone is the same ring.
#[derive(Clone)]
pub(super) struct Ring(Arc<Mutex<Held>>);

pub(super) struct Held {
    capacity: usize,
    pub(super) news: VecDeque<Arc<Told>>,
    /// How much came before the first of them.
    pub(super) first: u64,
    /// Of the journal's entries up to this one, not all news is here.
    forgotten: i64,
    /// The newest entry of the journal.
    pub(super) newest: i64,
    pub(super) viewers: BTreeMap<u64, Seat>,
    /// How often viewers were told to look at their rights.
    pub(super) recalls: u64,
    next_viewer: u64,
    pub(super) closed: bool,
}

/// Where a viewer is.
pub(super) struct Seat {
    pub(super) of: Option<PipelineId>,
    pub(super) place: u64,
    /// Told when there is something for it; it has seen all there is.
    pub(super) waits: Option<Waker>,
}

impl Told {
    fn new(news: News) -> Arc<Self> {
        let text = OnceLock::new();
        Arc::new(Self { news, text })
    }

    /// The text that it is sent as, made by the first who asks.
    pub fn text(&self, make: fn(&News) -> String) -> &str {
        self.text.get_or_init(|| make(&self.news).into_boxed_str())
    }
}

impl Ring {
    /// A ring of so much news at most, after entry `newest` of the journal, with what `before` tells
    /// of the last entries up to it.
    pub(super) fn new(capacity: usize, newest: i64, before: Vec<News>) -> Self {
        let skip = before.len().saturating_sub(capacity);
        let forgotten = match before.get(skip) {
            _ if skip > 0 => before[skip - 1].sequence,
            Some(oldest) => oldest.sequence - 1,
            None => newest,
        };
        let news = before.into_iter().skip(skip).map(Told::new).collect();
        Self(Arc::new(Mutex::new(Held {
            capacity,
            news,
            first: 0,
            forgotten,
            newest,
            viewers: BTreeMap::new(),
            recalls: 0,
            next_viewer: 0,
            closed: false,
        })))
    }

    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells what a commit has changed. More than the ring takes is told as one `Reload`.
    pub(super) fn tell(&self, mut news: Vec<News>) {
        let Some(last) = news.last() else {
            return;
        };
        let mut held = self.held();
        held.newest = last.sequence;
        if news.len() > held.capacity {
            held.drop_oldest(usize::MAX);
            held.forgotten = held.newest;
            let (sequence, what) = (held.newest, What::Reload);
            news = vec![News {
                sequence,
                whole: true,
                what,
            }];
        }
        let new_from = held.end();
        let many = (held.news.len() + news.len()).saturating_sub(held.capacity);
        held.drop_oldest(many);
        held.news.extend(news.iter().copied().map(Told::new));
        let end = held.end();
        let mut woken = Vec::new();
        for seat in held.viewers.values_mut().filter(|s| s.waits.is_some()) {
            let concerned = |p| news.iter().any(|n| n.what.is_of(p));
            if seat.of.is_none_or(concerned) {
                seat.place = seat.place.max(new_from);
                woken.extend(seat.waits.take());
            } else {
                seat.place = end;
            }
        }
        drop(held);
        woken.into_iter().for_each(Waker::wake);
    }

    /// Tells all viewers to look whether they may still watch.
    pub(super) fn recall(&self) {
        let mut held = self.held();
        held.recalls += 1;
        held.wake_all();
    }

    /// Tells all viewers that there will be no more news.
    pub(super) fn close(&self) {
        let mut held = self.held();
        held.closed = true;
        held.wake_all();
    }

    /// Watches from now on, or from after entry `after` of the journal, one pipeline or all of them.
    pub(super) fn view(&self, of: Option<PipelineId>, after: Option<i64>) -> Viewer {
        let mut held = self.held();
        let known = after.filter(|after| (held.forgotten..=held.newest).contains(after));
        let place = match known {
            Some(after) => held.news.partition_point(|t| t.news.sequence <= after),
            None => held.news.len(),
        };
        let reload = (after.is_some() && known.is_none()).then(|| {
            Told::new(News {
                sequence: held.newest,
                whole: true,
                what: What::Reload,
            })
        });
        let id = held.next_viewer;
        held.next_viewer += 1;
        let seat = Seat {
            of,
            place: held.first + place as u64,
            waits: None,
        };
        held.viewers.insert(id, seat);
        Viewer {
            ring: self.clone(),
            id,
            recalls: held.recalls,
            reload,
        }
    }
}

impl Held {
    /// How much has been told in all.
    pub(super) fn end(&self) -> u64 {
        self.first + self.news.len() as u64
    }

    fn drop_oldest(&mut self, many: usize) {
        for told in self.news.drain(..many.min(self.news.len())) {
            self.forgotten = told.news.sequence;
            self.first += 1;
        }
    }

    fn wake_all(&mut self) {
        let seats = self.viewers.values_mut();
        seats.filter_map(|s| s.waits.take()).for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Wake, Waker};

    use super::Ring;
    use crate::driver::{News, Seen, Viewer, What};
    use crate::engine::{PipelineId, PipelineState};

    const P: Option<PipelineId> = Some(PipelineId(7));

    #[derive(Default)]
    struct Calls(AtomicUsize);

    impl Wake for Calls {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn news(sequence: i64, pipeline: i64) -> News {
        News {
            sequence,
            whole: true,
            what: What::Pipeline {
                pipeline: PipelineId(pipeline),
                state: PipelineState::Running,
                over: false,
            },
        }
    }

    /// The entries that it is told of; -n: `Reload` at n, a word for what is no news.
    fn seen(viewer: &mut Viewer) -> Result<Vec<i64>, &'static str> {
        let number = |n: &News| match n.what {
            What::Reload => -n.sequence,
            What::Track { .. } | What::Pipeline { .. } | What::Removed { .. } => n.sequence,
        };
        match viewer.next(100, Waker::noop()) {
            Seen::News(told) => Ok(told.iter().map(|t| number(&t.news)).collect()),
            Seen::Nothing => Err("nothing"),
            Seen::Recalled => Err("recalled"),
            Seen::Behind => Err("behind"),
            Seen::Closed => Err("closed"),
        }
    }

    #[test]
    fn who_comes_back_goes_on_where_it_was_or_is_told_to_read_again() {
        let before = (11..=14).map(|n| news(n, 7)).collect();
        let ring = Ring::new(3, 14, before);
        let from = |after| seen(&mut ring.view(None, after));
        assert_eq!(from(Some(11)), Ok(vec![12, 13, 14]));
        assert_eq!(from(Some(13)), Ok(vec![14]));
        assert_eq!(from(Some(14)), Err("nothing"));
        assert_eq!(from(None), Err("nothing"));
        assert_eq!(from(Some(10)), Ok(vec![-14]), "entry 11 has gone");
        assert_eq!(from(Some(15)), Ok(vec![-14]), "of another database");
        let none = Ring::new(3, 14, Vec::new());
        assert_eq!(seen(&mut none.view(None, Some(14))), Err("nothing"));
        assert_eq!(seen(&mut none.view(None, Some(13))), Ok(vec![-14]));
    }

    #[test]
    fn one_pipeline_is_seen_alone_and_those_who_wait_for_it_are_called_for_it_alone() {
        let ring = Ring::new(4, 0, Vec::new());
        let mut viewer = ring.view(P, None);
        let calls = Arc::new(Calls::default());
        let waker = Waker::from(Arc::clone(&calls));
        assert!(matches!(viewer.next(9, &waker), Seen::Nothing));
        for n in 1..=20 {
            ring.tell(vec![news(n, 8)]);
        }
        assert_eq!(calls.0.load(Ordering::SeqCst), 0);
        assert_eq!(viewer.passed(), Some(20), "it has missed nothing");
        ring.tell(vec![news(21, 8), news(22, 7), news(23, 8), news(24, 7)]);
        assert_eq!(calls.0.load(Ordering::SeqCst), 1);
        assert_eq!(viewer.passed(), Some(20));
        assert_eq!(seen(&mut viewer), Ok(vec![22, 24]));
        assert_eq!(seen(&mut viewer), Err("nothing"));
        assert_eq!(viewer.passed(), Some(24));
    }

    #[test]
    fn who_does_not_keep_up_is_told_so_and_no_more() {
        let ring = Ring::new(3, 0, Vec::new());
        let mut viewer = ring.view(None, None);
        ring.tell((1..=3).map(|n| news(n, 7)).collect());
        assert!(matches!(viewer.next(2, Waker::noop()), Seen::News(told) if told.len() == 2));
        ring.tell(vec![news(4, 7), news(5, 7)]);
        assert_eq!(seen(&mut viewer), Ok(vec![3, 4, 5]));
        ring.tell(vec![news(6, 7)]);
        ring.tell((7..=9).map(|n| news(n, 7)).collect());
        assert_eq!(seen(&mut viewer), Err("behind"));
        assert_eq!(viewer.passed(), None);
    }

    #[test]
    fn more_than_the_ring_takes_is_told_as_one() {
        let ring = Ring::new(3, 0, Vec::new());
        let (mut all, mut one) = (ring.view(None, None), ring.view(P, None));
        let mut late = ring.view(None, None);
        assert_eq!(seen(&mut all), Err("nothing"));
        assert_eq!(seen(&mut one), Err("nothing"));
        ring.tell(vec![news(1, 8)]);
        assert_eq!(seen(&mut all), Ok(vec![1]));
        ring.tell((2..=9).map(|n| news(n, 8)).collect());
        ring.tell(vec![news(10, 7)]);
        assert_eq!(seen(&mut all), Ok(vec![-9, 10]));
        assert_eq!(seen(&mut one), Ok(vec![-9, 10]));
        assert_eq!(seen(&mut late), Err("behind"));
        assert_eq!(seen(&mut ring.view(None, Some(1))), Ok(vec![-10]));
        assert_eq!(seen(&mut ring.view(None, Some(9))), Ok(vec![10]));
    }

    #[test]
    fn all_are_called_for_their_rights_and_at_the_end() {
        let ring = Ring::new(3, 0, Vec::new());
        let mut viewer = ring.view(P, None);
        let calls = Arc::new(Calls::default());
        let waker = Waker::from(Arc::clone(&calls));
        assert!(matches!(viewer.next(9, &waker), Seen::Nothing));
        ring.recall();
        assert_eq!(calls.0.load(Ordering::SeqCst), 1);
        assert!(matches!(viewer.next(9, &waker), Seen::Recalled));
        assert!(matches!(viewer.next(9, &waker), Seen::Nothing));
        ring.close();
        assert_eq!(calls.0.load(Ordering::SeqCst), 2);
        assert!(matches!(viewer.next(9, &waker), Seen::Closed));
        drop(viewer);
        assert!(ring.held().viewers.is_empty());
    }
}
