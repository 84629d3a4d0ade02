//! What waits for a person: values that are asked for, and outcomes that nobody knows.

use askama::Template;
use rocket::{State, get};

use crate::desk::Desk;
use crate::store::Waiting;
use crate::web::edge::answer::{Answer, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::parts::around::Around;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::lines::{self, TrackLine};

/// Tracks on one page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    frame: Frame,
    lines: Vec<Line>,
    /// This is not the newest page.
    older: bool,
    /// The last track of this page, when there are older ones.
    next: Option<i64>,
}

struct Line {
    track: TrackLine,
    interrupted: bool,
    pipeline_id: i64,
    pipeline: String,
    graph: String,
}

#[get("/inbox?<cursor>")]
pub(in crate::web) async fn list(who: Browser, cursor: Option<i64>, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let from = cursor.unwrap_or(i64::MAX);
        let found = desk.store.inbox(from, PAGE as i64 + 1)?;
        Answer::ok(&view(&who, found, cursor.is_some()))
    })
    .await
}

fn view(who: &Browser, mut found: Vec<Waiting>, older: bool) -> InboxPage {
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| more).map(|w| w.track.id);
    let around = Around {
        now: who.now.0,
        ..Around::default()
    };
    let line = |waiting: Waiting| Line {
        interrupted: waiting.track.pending_on.is_none(),
        track: lines::track(&waiting.track, &around),
        pipeline_id: waiting.track.pipeline_id,
        pipeline: waiting.pipeline,
        graph: waiting.graph,
    };
    InboxPage {
        frame: Frame::new(who, Section::Inbox),
        lines: found.into_iter().map(line).collect(),
        older,
        next,
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::view;
    use crate::store::Waiting;
    use crate::web::tests::harness::{HOSTILE, browser, track_head};
    use crate::web::tests::wellformed;

    #[test]
    fn none_one_and_many() {
        for count in [0, 1, 51] {
            let waiting = |id| Waiting {
                track: track_head(id, HOSTILE),
                pipeline: HOSTILE.to_owned(),
                graph: HOSTILE.to_owned(),
            };
            let found = (1..=count).rev().map(waiting).collect();
            let html = view(&browser(), found, false).render().expect("renders");
            wellformed::check(&html);
            assert_eq!(html.contains("Nothing waits for you"), count == 0);
            assert_eq!(html.contains("?cursor=2\""), count > 50);
        }
    }
}
