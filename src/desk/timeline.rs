//! A pipeline in time: when each attempt waited and ran, which tracks determined the end, how many
//! scripts ran at once.

use std::collections::BTreeMap;

use super::Desk;
use crate::engine::PipelineId;
use crate::store::{Bar, Begun, Lane, Lanes, PipelineHead, Store, StoreError};

/// A pipeline in time; moments are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// When it was started.
    pub from: i64,
    /// When its last attempt ended, or now where one runs; `from` where none has begun.
    pub until: i64,
    /// Its tracks with their attempts, in the order of the definition.
    pub tracks: Vec<(Lane, Vec<Span>)>,
    /// The tracks of which each waited for the one before it, to the one that ended last.
    pub critical: Vec<i64>,
    /// How long scripts ran, all together, in milliseconds.
    pub busy_ms: i64,
    /// The most scripts that ran at once.
    pub peak: usize,
}

/// An attempt in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// From 1.
    pub number: i32,
    /// When its track was ready to run.
    pub queued_at: i64,
    /// When it was ordered: it has a slot from then on.
    pub ordered_at: i64,
    /// When its script began.
    pub started_at: Option<i64>,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// The code of why it ended as it did.
    pub reason: Option<i16>,
}

impl Desk {
    /// A pipeline in time, as it is `now`.
    pub fn timeline(&self, head: &PipelineHead, now: i64) -> Result<Timeline, StoreError> {
        Timeline::read(&self.store, head, now)
    }

    /// The tracks of it that ended badly, those that run and those that took longest, `most` together, and how
    /// many there are; which of them determined the end and how many ran at once is not known then.
    pub fn timeline_of_foremost(
        &self,
        head: &PipelineHead,
        most: usize,
        now: i64,
    ) -> Result<(Timeline, Begun), StoreError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let id = PipelineId(head.id);
        let (lanes, begun) = self.store.foremost_lanes(id, most, now)?;
        let part = timeline(head.created_at, now, lanes);
        let part = Timeline {
            until: part.until.max(head.finished_at.unwrap_or(now)),
            critical: Vec::new(),
            ..part
        };
        Ok((part, begun))
    }
}

impl Timeline {
    /// The same of a database that no server needs to work with.
    pub fn read(store: &Store, head: &PipelineHead, now: i64) -> Result<Self, StoreError> {
        let lanes = store.lanes(PipelineId(head.id))?;
        Ok(timeline(head.created_at, now, lanes))
    }
}

fn timeline(from: i64, now: i64, lanes: Lanes) -> Timeline {
    let mut ready: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (track, at) in lanes.ready {
        ready.entry(track).or_default().push(at);
    }
    let mut spans: BTreeMap<i64, Vec<Span>> = BTreeMap::new();
    for bar in lanes.attempts {
        let ready = ready.get(&bar.track).map_or(&[][..], Vec::as_slice);
        spans
            .entry(bar.track)
            .or_default()
            .push(span(&bar, ready, from));
    }
    let all = || spans.values().flatten();
    let end = |span: &Span| span.finished_at.unwrap_or(now);
    let (busy_ms, peak) = use_of_slots(all().map(|span| (span.ordered_at, end(span))));
    let until = all().map(end).max().unwrap_or(from);
    let ended: BTreeMap<i64, i64> = spans
        .iter()
        .filter_map(|(track, spans)| Some((*track, end(spans.last()?))))
        .collect();
    let critical = critical(&lanes.tracks, &lanes.edges, &ended);
    let tracks = lanes.tracks.into_iter().map(|lane| {
        let own = spans.remove(&lane.track).unwrap_or_default();
        (lane, own)
    });
    Timeline {
        from,
        until,
        tracks: tracks.collect(),
        critical,
        busy_ms,
        peak,
    }
}

/// What has no line in the journal of when it was ready was so from the start.
fn span(bar: &Bar, ready: &[i64], from: i64) -> Span {
    let last = ready.iter().rfind(|at| **at <= bar.ordered_at);
    Span {
        number: bar.number,
        queued_at: last.copied().unwrap_or(from),
        ordered_at: bar.ordered_at,
        started_at: bar.started_at,
        finished_at: bar.finished_at,
        reason: bar.reason,
    }
}

/// How long all took together, and how many there were at once at most.
fn use_of_slots(spans: impl Iterator<Item = (i64, i64)>) -> (i64, usize) {
    let (mut busy, mut turns) = (0, Vec::new());
    for (from, until) in spans {
        busy += (until - from).max(0);
        turns.extend([(from, true), (until.max(from), false)]);
    }
    // What ends gives its slot to what begins in the same millisecond.
    turns.sort_unstable();
    let (mut now, mut peak) = (0_usize, 0);
    for (_, begins) in turns {
        now = if begins {
            now + 1
        } else {
            now.saturating_sub(1)
        };
        peak = peak.max(now);
    }
    (busy, peak)
}

/// From the track that ended last to the one before it that ended last, and so on; what runs after the
/// verdict comes after all that the verdict is about.
fn critical(tracks: &[Lane], edges: &[(i64, i64)], ended: &BTreeMap<i64, i64>) -> Vec<i64> {
    let mut before: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (head, tail) in edges {
        before.entry(*head).or_default().push(*tail);
    }
    let (judged, handlers): (Vec<&Lane>, Vec<&Lane>) =
        tracks.iter().partition(|lane| lane.handler.is_none());
    let judged: Vec<i64> = judged.iter().map(|lane| lane.track).collect();
    // One after the other, in their order.
    for (place, lane) in handlers.iter().enumerate() {
        let others = handlers.iter().take(place).map(|lane| lane.track);
        before.insert(lane.track, judged.iter().copied().chain(others).collect());
    }
    let last = |of: &mut dyn Iterator<Item = i64>| {
        of.filter_map(|track| Some((*ended.get(&track)?, track)))
            .max()
    };
    let mut chain = Vec::new();
    let mut next = last(&mut tracks.iter().map(|lane| lane.track));
    while let Some((_, track)) = next {
        chain.push(track);
        next = last(&mut before.remove(&track).unwrap_or_default().into_iter());
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use super::{Span, timeline};
    use crate::store::{Bar, Lane, Lanes};

    fn lane(track: i64, handler: Option<i16>) -> Lane {
        Lane {
            track,
            vertex: format!("v{track}"),
            state: 3,
            handler,
        }
    }

    fn bar(track: i64, number: i32, ordered_at: i64, finished_at: Option<i64>) -> Bar {
        Bar {
            track,
            number,
            ordered_at,
            started_at: Some(ordered_at + 1),
            finished_at,
            reason: None,
        }
    }

    /// 1 and 2 before 3; 3 is tried twice; 4 beside them never began; 5 and 6 after the verdict.
    #[test]
    fn the_chain_that_determined_the_end_is_found() {
        let lanes = || Lanes {
            tracks: vec![
                lane(1, None),
                lane(2, None),
                lane(3, None),
                lane(4, None),
                lane(5, Some(0)),
                lane(6, Some(3)),
            ],
            attempts: vec![
                bar(1, 1, 100, Some(150)),
                bar(2, 1, 100, Some(170)),
                bar(3, 1, 171, Some(180)),
                bar(3, 2, 190, Some(200)),
                bar(5, 1, 200, Some(210)),
                bar(6, 1, 210, None),
            ],
            ready: vec![(3, 170), (3, 185), (5, 200), (6, 205)],
            edges: vec![(3, 1), (3, 2), (4, 3)],
        };
        let seen = timeline(90, 300, lanes());
        assert_eq!(seen.critical, [2, 3, 5, 6]);
        assert_eq!((seen.from, seen.until, seen.peak), (90, 300, 2));
        assert_eq!(seen.busy_ms, 50 + 70 + 9 + 10 + 10 + 90);
        let queued = |place: usize| {
            let (_, spans) = &seen.tracks[place];
            spans
                .iter()
                .map(|span: &Span| span.queued_at)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (queued(0), queued(2), queued(3)),
            (vec![90], vec![170, 185], vec![])
        );
        let none = timeline(
            90,
            300,
            Lanes {
                attempts: Vec::new(),
                ..lanes()
            },
        );
        assert_eq!((none.until, none.peak, none.critical), (90, 0, vec![]));
    }
}
