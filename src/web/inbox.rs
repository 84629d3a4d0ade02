//! What waits for a person: values that are asked for, and outcomes that nobody knows; beneath it what
//! failed lately.

use askama::Template;
use rocket::{State, get};

use crate::desk::Desk;
use crate::engine::{PendingOn, TrackState};
use crate::store::{TrackHead, Waiting};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::parts::around::Around;
use crate::web::parts::failures::{self, Failures};
use crate::web::parts::frame::{Frame, Live, Section};
use crate::web::parts::held;
use crate::web::parts::lines::{self, TrackLine};

/// Tracks on one page.
const PAGE: usize = 50;
/// New ones are counted up to here.
const MOST_NEWER: usize = PAGE;

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    frame: Frame,
    lines: Vec<Line>,
    /// How many wait beside those that somebody looks at.
    newer: usize,
    /// This is not the newest page.
    older: bool,
    /// The last track of this page, when there are older ones.
    next: Option<i64>,
    /// What failed lately; on an older page nothing.
    failed: Vec<failures::Failure>,
    /// How many failed beside those that somebody looks at.
    unseen: usize,
    /// More failed than are listed.
    more_failed: bool,
}

struct Line {
    track: TrackLine,
    /// None: it waits no more.
    wants: Option<Wants>,
    pipeline_id: i64,
    pipeline: String,
    graph: String,
}

/// What a person is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Wants {
    /// A value.
    Value,
    /// How a script ended of which nobody knows it.
    Answer,
}

/// What a track waits for from a person.
pub(in crate::web) fn wants(track: &TrackHead) -> Option<Wants> {
    let state = TrackState::from_code(track.state);
    let input = track.pending_on == Some(PendingOn::Input.code());
    match state {
        Some(TrackState::Interrupted) => Some(Wants::Answer),
        Some(TrackState::Pending) if input => Some(Wants::Value),
        _ => None,
    }
}

/// What the page is made from.
#[derive(Default)]
struct Found {
    waiting: Vec<Waiting>,
    newer: usize,
    older: bool,
    next: Option<i64>,
    failures: Failures,
    live: Option<Live>,
}

/// What somebody looks at: it stays where it is.
struct Held {
    /// The tracks that wait.
    waiting: Option<Vec<i64>>,
    /// The pipelines that failed.
    failed: Option<Vec<i64>>,
}

/// `shown` and `failed`: the keys of the lines that somebody looks at.
#[get("/inbox?<cursor>&<shown>&<failed>")]
pub(in crate::web) async fn list(
    who: Browser,
    cursor: Option<i64>,
    shown: Option<&str>,
    failed: Option<&str>,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    let held = Held {
        waiting: held::held(shown, 'n', PAGE),
        failed: held::held(failed, 'f', failures::MOST),
    };
    blocking(move || {
        let live = Live::of(&desk, None, who.now.0);
        let found = find(&desk, cursor, held, who.now.0)?;
        let live = Some(live);
        Answer::ok(&view(&who, Found { live, ..found }))
    })
    .await
}

fn find(desk: &Desk, cursor: Option<i64>, held: Held, now: i64) -> Result<Found, Failure> {
    let from = cursor.unwrap_or(i64::MAX);
    let mut found = Found {
        waiting: desk.store.inbox(from, PAGE as i64 + 1)?,
        older: cursor.is_some(),
        failures: match cursor {
            None => Failures::read(desk, held.failed.as_deref(), now)?,
            Some(_) => Failures::default(),
        },
        ..Found::default()
    };
    // Where nothing is shown, here and beneath, there is nothing that could jump.
    let beneath = held.failed.is_some_and(|ids| !ids.is_empty());
    let shown = held.waiting.filter(|ids| beneath || !ids.is_empty());
    if let Some(ids) = shown {
        let last = ids.iter().min().copied();
        let now = found.waiting.iter().map(|w| w.track.id);
        found.next = now.clone().find(|id| Some(*id) < last).and(last);
        // On an older page nothing is new.
        if !found.older {
            found.newer = held::newer(now.filter(|id| Some(*id) > last), &ids);
        }
        found.waiting = desk.store.inbox_of(&ids)?;
    } else if found.waiting.len() > PAGE {
        found.waiting.truncate(PAGE);
        found.next = found.waiting.last().map(|w| w.track.id);
    }
    Ok(found)
}

fn view(who: &Browser, found: Found) -> InboxPage {
    let around = Around {
        now: who.now.0,
        ..Around::default()
    };
    let line = |waiting: Waiting| Line {
        wants: wants(&waiting.track),
        track: lines::track(&waiting.track, &around, who.look.t),
        pipeline_id: waiting.track.pipeline_id,
        pipeline: waiting.pipeline,
        graph: waiting.graph,
    };
    InboxPage {
        frame: Frame::new(who, Section::Inbox).following(found.live),
        failed: found.failures.lines(who.now.0, who.look.t),
        unseen: found.failures.newer,
        more_failed: found.failures.more,
        lines: found.waiting.into_iter().map(line).collect(),
        newer: found.newer,
        older: found.older,
        next: found.next,
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Found, view};
    use crate::engine::{PipelineState, TrackState};
    use crate::store::Waiting;
    use crate::web::parts::failures::Failures;
    use crate::web::tests::foreign::in_each_language;
    use crate::web::tests::harness::{HOSTILE, pipeline_head, track_head};

    #[test]
    fn none_one_and_many() {
        for count in [0, 1, 51, 1_000] {
            let waiting = |id| Waiting {
                track: track_head(id, HOSTILE),
                pipeline: HOSTILE.to_owned(),
                graph: HOSTILE.to_owned(),
            };
            let html = in_each_language(|who| {
                let found = Found {
                    waiting: (1..=count).rev().map(waiting).collect(),
                    newer: count as usize,
                    next: (count > 50).then_some(9),
                    ..Found::default()
                };
                view(who, found).render().expect("renders")
            });
            assert_eq!(html.contains("Nothing waits for you"), count == 0);
            assert!(!html.contains("Failed in the last 7 days</h2>"));
            assert_eq!(html.contains("?cursor="), count > 50);
            assert_eq!(html.contains("1 new: show it"), count == 1);
            assert_eq!(html.contains("50 or more new"), count > 50);
        }
    }

    #[test]
    fn what_failed_stands_beneath_what_waits() {
        let failed = |id| {
            let mut head = pipeline_head(id);
            head.state = PipelineState::Failed.code();
            head
        };
        for count in [1, 51] {
            let html = in_each_language(|who| {
                let mut track = track_head(7, HOSTILE);
                (track.pipeline_id, track.state) = (1, TrackState::Failed.code());
                let found = Found {
                    failures: Failures::of((1..=count).rev().map(failed).collect(), vec![track]),
                    ..Found::default()
                };
                view(who, found).render().expect("renders")
            });
            assert!(html.contains("Failed in the last 7 days</h2>"));
            assert!(
                html.contains("Nothing waits for you.</p>"),
                "it is true still"
            );
            assert!(html.contains("<tr id=\"f1\">") && html.contains("href=\"/tracks/7\""));
            assert!(html.contains("href=\"/pipelines/1#reason\""));
            assert!(html.contains("href=\"/pipelines?state=FAILED\""));
            assert_eq!(html.contains("The newest 50 are listed"), count > 50);
            assert!(html.contains("id=\"unseen\" role=\"status\"><a"));
        }
    }
}
