//! A pipeline in time: a line for each track that has begun, a bar for each of its attempts.

use std::cmp::Reverse;

use crate::clock::format_duration;
use crate::desk::{Span, Timeline};
use crate::engine::{Reason, TrackState};
use crate::l10n::Words;
use crate::store::{Begun, Lane};
use crate::web::parts::marks::{self, Mark};
use crate::web::pipelines::foremost::{Counts, Rank};

/// Of pipelines with more tracks only the foremost are read; else all attempts would be.
pub(in crate::web) const MOST_TRACKS: i32 = 2_000;
/// Lines that are drawn: those that ended badly, those that run, those that determined the end, the longest ones.
pub(in crate::web) const MOST_LINES: usize = 60;
/// Parts of the whole at which a moment is written.
const TICKS: i64 = 4;

/// An attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Bar {
    pub(in crate::web) look: &'static str,
    /// Its outcome is a bad one: it has a notch, because colour alone does not tell.
    pub(in crate::web) bad: bool,
    /// Per cent of the whole: where it was ready to run, how long it waited, where it had a slot, how long.
    pub(in crate::web) waits: (String, String),
    pub(in crate::web) runs: (String, String),
    pub(in crate::web) end: String,
    /// The same in words.
    pub(in crate::web) title: String,
}

/// A track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Line {
    pub(in crate::web) track: i64,
    pub(in crate::web) vertex: String,
    /// The end of the pipeline waited for it.
    pub(in crate::web) critical: bool,
    pub(in crate::web) bars: Vec<Bar>,
    pub(in crate::web) took: String,
}

/// The picture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::web) struct Gantt {
    pub(in crate::web) lines: Vec<Line>,
    /// Where a moment is written, in per cent, and which.
    pub(in crate::web) ticks: Vec<(String, String)>,
    /// What is drawn, when it is not all that has begun; else empty.
    pub(in crate::web) shown: String,
    /// The most scripts that ran at once, and how long they ran, all together; none: it is read in part.
    pub(in crate::web) used: Option<(usize, String)>,
}

/// The picture; none when nothing has begun.
pub(in crate::web) fn draw(timeline: Timeline, now: i64, t: Words) -> Option<Gantt> {
    drawn(timeline, None, now, t)
}

/// The same of the foremost among those that have begun.
pub(in crate::web) fn draw_part(
    timeline: Timeline,
    begun: Begun,
    now: i64,
    t: Words,
) -> Option<Gantt> {
    drawn(timeline, Some(begun), now, t)
}

fn drawn(timeline: Timeline, part: Option<Begun>, now: i64, t: Words) -> Option<Gantt> {
    let Timeline { from, until, .. } = timeline;
    let whole = (until - from).max(1);
    let mut begun: Vec<(Lane, Vec<Span>)> = timeline.tracks;
    begun.retain(|(_, spans)| !spans.is_empty());
    if begun.is_empty() {
        return None;
    }
    let critical = |lane: &Lane| timeline.critical.contains(&lane.track);
    let rank = |lane: &Lane| Rank::of(lane.state, critical(lane));
    begun.sort_by_cached_key(|(lane, spans)| (rank(lane), Reverse(length(spans, now))));
    let mut counts = Counts::default();
    for (nth, (lane, _)) in begun.iter().enumerate() {
        counts.add(rank(lane), nth < MOST_LINES);
    }
    let counts = part.map_or(counts, |begun| counts.among(begun));
    begun.truncate(MOST_LINES);
    begun.sort_by_key(|(lane, spans)| (spans.first().map(|span| span.ordered_at), lane.track));
    let place = |at: i64| percent((at - from).clamp(0, whole), whole);
    let line = |(lane, spans): (Lane, Vec<Span>)| {
        let last = spans.len();
        let bars = spans.iter().enumerate().map(|(i, span)| {
            let end = span.finished_at.unwrap_or(now).max(span.ordered_at);
            let mark = mark(span, (i + 1 == last).then_some(lane.state));
            let took = format_duration(end - span.ordered_at);
            Bar {
                look: mark.look,
                bad: ["failed", "timeout", "interrupted"].contains(&mark.look),
                waits: (
                    place(span.queued_at),
                    percent((span.ordered_at - span.queued_at).max(0), whole),
                ),
                runs: (
                    place(span.ordered_at),
                    percent(end - span.ordered_at, whole),
                ),
                end: place(end),
                title: t.gantt_bar(span.number.to_string(), mark.said(&t), took),
            }
        });
        Line {
            track: lane.track,
            critical: critical(&lane),
            bars: bars.collect(),
            took: format_duration(length(&spans, now)),
            vertex: lane.vertex,
        }
    };
    let ticks = (0..TICKS).map(|k| (percent(k, TICKS), format_duration(whole * k / TICKS)));
    let used = || (timeline.peak, format_duration(timeline.busy_ms));
    Some(Gantt {
        ticks: ticks.collect(),
        shown: counts.said(t),
        used: part.is_none().then(used),
        lines: begun.into_iter().map(line).collect(),
    })
}

/// How long the attempts of a track had a slot.
fn length(spans: &[Span], now: i64) -> i64 {
    let each = spans
        .iter()
        .map(|span| (span.finished_at.unwrap_or(now) - span.ordered_at).max(0));
    each.sum()
}

/// How an attempt ended; `state`: where its track stands, if it is its last one.
fn mark(span: &Span, state: Option<i16>) -> Mark {
    let lost = state == Some(TrackState::Interrupted.code());
    let state = match span.reason.and_then(Reason::from_code) {
        Some(Reason::Interrupted) => TrackState::Interrupted,
        None if lost => TrackState::Interrupted,
        None if span.finished_at.is_none() => TrackState::Running,
        None => TrackState::Succeed,
        Some(Reason::Stopped) => TrackState::Stopped,
        Some(Reason::NotStarted) => TrackState::Pending,
        Some(_) => TrackState::Failed,
    };
    marks::track(state.code(), span.reason)
}

/// With two places behind the point, as SVG takes it.
fn percent(part: i64, whole: i64) -> String {
    let share = (i128::from(part) * 10_000 / i128::from(whole)).clamp(0, 10_000);
    format!("{}.{:02}%", share / 100, share % 100)
}

#[cfg(test)]
mod tests {
    use super::{MOST_LINES, draw, draw_part, percent};
    use crate::desk::{Span, Timeline};
    use crate::engine::{Reason, TrackState};
    use crate::l10n::{L10n, Words};
    use crate::store::{Begun, Lane};

    fn lane(track: i64, state: TrackState) -> Lane {
        Lane {
            track,
            vertex: format!("v{track}"),
            state: state.code(),
            handler: None,
        }
    }

    fn span(number: i32, from: i64, until: Option<i64>, reason: Option<Reason>) -> Span {
        Span {
            number,
            queued_at: from - 10,
            ordered_at: from,
            started_at: Some(from),
            finished_at: until,
            reason: reason.map(Reason::code),
        }
    }

    fn timeline(tracks: Vec<(Lane, Vec<Span>)>) -> Timeline {
        Timeline {
            from: 0,
            until: 1_000,
            tracks,
            critical: vec![2],
            busy_ms: 900,
            peak: 2,
        }
    }

    #[test]
    fn attempts_are_bars_in_per_cent_of_the_whole() {
        let t = Words::of(L10n::default());
        let tracks = vec![
            (lane(1, TrackState::Waiting), vec![]),
            (
                lane(2, TrackState::Succeed),
                vec![
                    span(1, 100, Some(200), Some(Reason::ExitCode)),
                    span(2, 300, Some(550), None),
                ],
            ),
            (lane(3, TrackState::Running), vec![span(1, 50, None, None)]),
        ];
        let gantt = draw(timeline(tracks), 1_000, t).expect("some have begun");
        let order: Vec<_> = gantt.lines.iter().map(|l| (l.track, l.critical)).collect();
        assert_eq!(order, [(3, false), (2, true)], "as they began");
        let bars = &gantt.lines[1].bars;
        let seen: Vec<_> = bars.iter().map(|b| (b.look, b.bad)).collect();
        assert_eq!(seen, [("failed", true), ("succeed", false)]);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(bars[0].waits, pair("9.00%", "1.00%"));
        assert_eq!(bars[1].runs, pair("30.00%", "25.00%"));
        assert_eq!(bars[1].title, "Attempt 2: Succeeded, 250 ms");
        assert_eq!(gantt.lines[0].bars[0].look, "running");
        assert_eq!(gantt.ticks[1], pair("25.00%", "250 ms"));
        assert_eq!(gantt.used, Some((2, "900 ms".to_owned())));
        assert_eq!(draw(timeline(Vec::new()), 1_000, t), None);
        assert_eq!(gantt.shown, "");
        let begun = Begun {
            all: 9_000,
            bad: 0,
            running: 1,
        };
        assert_eq!(draw_part(timeline(Vec::new()), begun, 1_000, t), None);
        let two = vec![
            (lane(3, TrackState::Running), vec![span(1, 50, None, None)]),
            (
                lane(4, TrackState::Succeed),
                vec![span(1, 50, Some(90), None)],
            ),
        ];
        let part = draw_part(timeline(two), begun, 1_000, t).expect("two have begun");
        assert_eq!((part.lines.len(), part.used), (2, None));
        let told = "2 of 9000 that began are drawn: 1 running, the longest other one";
        assert_eq!(part.shown, told);
    }

    #[test]
    fn of_many_the_bad_those_that_run_and_the_longest_are_drawn() {
        let t = Words::of(L10n::default());
        let mut tracks: Vec<_> = (1..=200)
            .map(|i| {
                let end = Some(100 + i);
                (lane(i, TrackState::Succeed), vec![span(1, 100, end, None)])
            })
            .collect();
        tracks.push((
            lane(900, TrackState::Running),
            vec![span(1, 999, None, None)],
        ));
        let short = |reason| vec![span(1, 990, Some(991), reason)];
        let late = short(Some(Reason::Timeout));
        tracks.push((lane(901, TrackState::Failed), late.clone()));
        tracks.push((lane(902, TrackState::Interrupted), short(None)));
        let gantt = draw(timeline(tracks.clone()), 1_000, t).expect("some have begun");
        let drawn: Vec<i64> = gantt.lines.iter().map(|line| line.track).collect();
        assert_eq!(drawn.len(), MOST_LINES);
        assert!(drawn.contains(&2) && drawn.contains(&200) && !drawn.contains(&100));
        assert_eq!(drawn[MOST_LINES - 3..], [901, 902, 900], "as they began");
        let told = "60 of 203 that began are drawn: 2 failed or interrupted, 1 running, \
                    1 that the end waited for, the 56 longest others";
        assert_eq!(gantt.shown, told);

        tracks.extend((1_000..1_100).map(|i| (lane(i, TrackState::Failed), late.clone())));
        let gantt = draw(timeline(tracks), 1_000, t).expect("some have begun");
        assert!(gantt.lines.iter().all(|line| line.bars[0].bad));
        let told = "60 of 303 that began are drawn: \
                    the 60 longest of 102 failed or interrupted ones";
        assert_eq!(gantt.shown, told);
    }

    #[test]
    fn shares_stay_within_the_whole() {
        assert_eq!(percent(1, 3), "33.33%");
        assert_eq!(percent(9, 3), "100.00%");
        assert_eq!(percent(i64::MAX, i64::MAX), "100.00%");
    }
}
