//! One pipeline: how far it is, its tracks and its journal.

use std::collections::BTreeMap;

use askama::Template;
use rocket::{State, get};

use crate::desk::Desk;
use crate::engine::{PipelineId, TrackId, TrackState};
use crate::l10n::Words;
use crate::spool::Spool;
use crate::store::{PipelineHead, TrackHead};
use crate::web::asks::deeds::{self, Offer};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::seen::Seen;
use crate::web::parts::eta::{Eta, eta};
use crate::web::parts::frame::{Frame, Live, Section};
use crate::web::parts::lines::{self, Progress, TrackLine};
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::picture::{self, Shown, Wish};
use crate::web::parts::reason::Reason;
use crate::web::parts::standing::{ATTENTION, Found, PAGE, Place, find};
use crate::web::parts::values::{self, Begun};
use crate::web::parts::when::{When, between, when};
use crate::web::parts::words;
use crate::web::pipelines::forecast::forecast;
use crate::web::pipelines::gantt::{self, Gantt};
use crate::web::pipelines::journal::{Entry, entry};
use crate::web::pipelines::printed::{Printed, printed};

#[derive(Template)]
#[template(path = "pipelines/show.html")]
struct PipelinePage {
    frame: Frame,
    head: PipelineHead,
    mark: Mark,
    seen: Seen,
    offers: Vec<Offer>,
    live: bool,
    /// What is to be known about how it stands; empty: its state says it.
    news: String,
    /// The same, shorter.
    facts: Vec<String>,
    /// Further runs of the same, the newest first.
    again: Vec<(i64, Mark)>,
    reason: Option<Reason>,
    /// The page stays as it is.
    held: bool,
    progress: Progress,
    /// When it is expected to end; none: that is not known.
    eta: Option<Eta>,
    gantt: Option<Gantt>,
    printed: Option<Printed>,
    /// There is one track: its output comes before all else.
    alone: bool,
    /// The states that the table is of; empty: all.
    chosen: Vec<&'static str>,
    started: When,
    finished: Option<When>,
    took: String,
    trigger: String,
    given: Vec<Begun>,
    attention: Vec<TrackLine>,
    attention_more: bool,
    picture: Option<Shown>,
    caption: String,
    tracks: Vec<TrackLine>,
    /// Those that run after the verdict.
    after: Vec<TrackLine>,
    /// This is not the first page of tracks.
    later: bool,
    next: Option<Place>,
    /// The table of tracks begins with those that need somebody.
    ranked: bool,
    journal: Vec<Entry>,
}

/// What the address asks for beside the number.
#[derive(Default)]
struct Wanted {
    states: Vec<TrackState>,
    after: Option<Place>,
    hold: bool,
}

/// What is read beside the rows.
struct Beside {
    picture: Option<Shown>,
    live: Option<Live>,
    gantt: Option<Gantt>,
    left_ms: Option<i64>,
    printed: Option<Printed>,
    /// With what it began.
    begun: Vec<Begun>,
}

#[expect(clippy::too_many_arguments, reason = "one for each word of the query")]
#[get("/pipelines/<id>?<after>&<hold>&<state>&<track>&<all>&<fold>&<around>")]
pub(in crate::web) async fn show(
    who: Browser,
    id: i64,
    after: Option<&str>,
    hold: Option<&str>,
    state: Option<&str>,
    track: Option<i64>,
    all: Option<&str>,
    fold: Option<&str>,
    around: Option<i64>,
    desk: &State<Desk>,
    spool: &State<Spool>,
) -> Outcome {
    let place = |text: &str| text.parse().map_err(|_| Failure::Missing("page of tracks"));
    let wanted = Wanted {
        states: states(state.unwrap_or_default())?,
        after: after.map(place).transpose()?,
        hold: hold.is_some(),
    };
    let wish = Wish {
        all: all.is_some(),
        fold: fold.is_some(),
        around,
    };
    let (desk, spool) = (desk.inner().clone(), spool.inner().clone());
    blocking(move || {
        let now = who.now.0;
        let live = Live::of(&desk, Some(PipelineId(id)), now);
        let found = find(&desk, PipelineId(id), &wanted.states, wanted.after, now)?;
        let asked = track.map(|id| desk.store.track(TrackId(id))).transpose()?;
        let asked = asked.flatten().map(|(track, _)| track);
        let asked = asked.filter(|track| track.pipeline_id == id);
        // One track is no picture, and the first page has it.
        let pictured = found.head.vertices > 1 && wanted.after.is_none();
        let of = (now, who.look.t);
        let picture = || picture::of_pipeline(&desk, &found.head, wish, who.look.t);
        let beside = Beside {
            picture: pictured.then(picture).transpose()?,
            live: (!wanted.hold).then_some(live),
            gantt: in_time(&desk, &found.head, of)?,
            left_ms: forecast(&desk, &found, now)?,
            printed: printed(&spool, &found, asked.as_ref()),
            begun: values::of_pipeline(&desk, &found.head)?,
        };
        Answer::ok(&view(&who, found, beside, &wanted))
    })
    .await
}

/// A pipeline in time.
fn in_time(
    desk: &Desk,
    head: &PipelineHead,
    (now, t): (i64, Words),
) -> Result<Option<Gantt>, Failure> {
    if head.vertices <= gantt::MOST_TRACKS {
        return Ok(gantt::draw(desk.timeline(head, now)?, now, t));
    }
    let (part, begun) = desk.timeline_of_foremost(head, gantt::MOST_LINES, now)?;
    Ok(gantt::draw_part(part, begun, now, t))
}

/// Words of states with commas between them.
fn states(text: &str) -> Result<Vec<TrackState>, Failure> {
    let words = text.split(',').filter(|word| !word.is_empty());
    let known = |word: &str| TrackState::ALL.iter().copied().find(|s| s.word() == word);
    words
        .map(|word| known(word).ok_or(Failure::Missing("state")))
        .collect()
}

fn view(who: &Browser, found: Found, beside: Beside, wanted: &Wanted) -> PipelinePage {
    let t = who.look.t;
    let (stand, news, facts) = (found.stand(), found.news(t), found.facts(t));
    let Found { head, around, .. } = found;
    let live = head.finished_at.is_none();
    let line = |track: &TrackHead| lines::track(track, &around, who.look.t);
    let after: Vec<TrackLine> = around
        .handlers
        .iter()
        .map(|(track, _)| line(track))
        .collect();
    // Where the picture is not of all, a row leads to that of its neighbours.
    let in_part = matches!(&beside.picture, Some(Shown::Picture(p)) if p.near.is_some());
    let near = |track: &TrackHead| TrackLine {
        near: in_part.then_some(track.vertex_id),
        ..line(track)
    };
    let alone = head.vertices == 1;
    let names: BTreeMap<i64, &str> = found
        .whole
        .iter()
        .chain(&found.tracks)
        .chain(around.handlers.iter().map(|(track, _)| track))
        .map(|track| (track.id, track.vertex.as_str()))
        .collect();
    let entry = |row| entry(row, &names, t);
    let journal = found.journal.iter().map(entry).collect();
    let mut attention: Vec<TrackLine> = found.attention.iter().map(line).collect();
    let attention_more = attention.len() > ATTENTION;
    attention.truncate(ATTENTION);
    let again = found.again.iter();
    PipelinePage {
        frame: Frame::new(who, Section::Pipelines)
            .refreshing(live && !wanted.hold)
            .following(beside.live),
        mark: marks::pipeline(head.state),
        seen: Seen::pipeline(&head),
        offers: stand.map_or_else(Vec::new, |stand| {
            deeds::of_pipeline(head.id, &stand, who.look.t)
        }),
        live,
        news,
        facts,
        again: again
            .map(|(id, state)| (*id, marks::pipeline(*state)))
            .collect(),
        reason: found.reason,
        held: wanted.hold,
        progress: match live {
            true => lines::progress(head.id, &found.counts),
            false => lines::progress(head.id, &found.counts).over(),
        },
        eta: beside.left_ms.map(|ms| eta(ms, who.now.0, t)),
        gantt: beside.gantt,
        printed: beside.printed,
        alone,
        chosen: wanted.states.iter().map(|state| state.word()).collect(),
        started: when(head.created_at),
        finished: head.finished_at.map(when),
        took: between(Some(head.created_at), head.finished_at, who.now.0),
        trigger: words::trigger(&head.trigger, t),
        given: beside.begun,
        attention,
        attention_more,
        picture: beside.picture,
        caption: t.picture_of_pipeline(),
        next: found.next,
        tracks: found.tracks.iter().map(near).collect(),
        after,
        later: wanted.after.is_some(),
        ranked: head.vertices as usize > PAGE,
        journal,
        head,
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Beside, Found, Wanted, view};
    use crate::engine::{Reason, TrackState};
    use crate::graph::When;
    use crate::store::JournalRow;
    use crate::web::parts::around::Around;
    use crate::web::parts::picture::tests::drawn;
    use crate::web::parts::values::{Begun, Source};
    use crate::web::tests::harness::{
        HOSTILE, NOW, browser, hostile_reason, pipeline_head, track_head,
    };
    use crate::web::tests::wellformed;

    fn found(id: i64, tracks: i64) -> Found {
        let entry = |sequence| JournalRow {
            sequence,
            at: NOW.0,
            track_id: (sequence % 2 == 0).then_some(sequence),
            old_state: String::new(),
            new_state: "PENDING".to_owned(),
            attempt: 0,
            who: HOSTILE.to_owned(),
            why: HOSTILE.to_owned(),
        };
        let mut handler = track_head(tracks + 1, "on_exit");
        (handler.state, handler.exit_code) = (TrackState::Failed.code(), Some(5));
        let around = Around {
            now: NOW.0,
            handlers: vec![(handler, When::Exit)],
            ignored: [4].into(),
            ..Around::default()
        };
        let mut head = pipeline_head(id);
        (head.priority, head.queued) = (5, id == 3);
        head.reason = (id == 4).then_some(Reason::Timeout.code());
        Found {
            head,
            around,
            ending: id % 2,
            again: vec![(77, 3)],
            counts: (0..tracks.min(8))
                .map(|state| (id, state as i16, 1))
                .collect(),
            attention: (1..=tracks.min(30))
                .map(|t| track_head(t, HOSTILE))
                .collect(),
            whole: (1..=tracks.min(300))
                .map(|t| track_head(t, HOSTILE))
                .collect(),
            tracks: (1..=tracks).map(|t| track_head(t, HOSTILE)).collect(),
            next: (tracks > 200).then(|| "2.200".parse().expect("a place")),
            journal: (0..tracks.min(200)).map(entry).collect(),
            reason: (id != 3).then(hostile_reason),
        }
    }

    fn beside(tracks: i64) -> Beside {
        Beside {
            picture: Some(drawn(tracks)),
            live: None,
            gantt: None,
            left_ms: Some(41_000),
            printed: None,
            begun: vec![Begun {
                name: HOSTILE.to_owned(),
                value: Some(HOSTILE.to_owned()),
                source: Source::Default,
            }],
        }
    }

    #[test]
    fn pipelines_of_every_size_and_state() {
        for id in 1..=10 {
            for tracks in [0, 1, 40, 501] {
                let page = view(
                    &browser(),
                    found(id, tracks),
                    beside(tracks),
                    &Wanted::default(),
                );
                assert_eq!(page.next.is_some(), tracks == 501);
                let html = page.render().expect("renders");
                wellformed::check(&html);
                assert!(html.contains("at the end, whatever the verdict"));
                assert_eq!(html.contains("it ran out of time"), id == 4);
                assert_eq!(html.contains("It waits for its turn"), id == 3);
                assert!(html.contains("priority 5"));
                assert!(html.contains("1 ignored failure") && html.contains("/pipelines/77"));
                let refreshes = html.contains("http-equiv=\"refresh\"");
                assert_eq!(refreshes, id % 2 == 1, "only a live one loads itself again");
            }
        }
    }
}
