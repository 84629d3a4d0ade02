//! One pipeline: how far it is, its tracks and its journal.

use std::collections::BTreeMap;

use askama::Template;
use rocket::{State, get};

use crate::desk::Desk;
use crate::engine::PipelineId;
use crate::store::{JournalRow, PipelineHead, TrackHead};
use crate::web::asks::deeds::{self, Offer};
use crate::web::edge::answer::{Answer, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::seen::Seen;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::lines::{self, Progress, TrackLine};
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::picture::{self, Card, Picture};
use crate::web::parts::reason::Reason;
use crate::web::parts::standing::{ATTENTION, Found, PAGE, find};
use crate::web::parts::values::values;
use crate::web::parts::when::{When, between, when};
use crate::web::parts::words;

/// A line of the journal.
struct Entry {
    at: When,
    /// The number and name of its track.
    track: Option<(i64, String)>,
    old: String,
    new: String,
    attempt: i32,
    who: String,
    why: String,
}

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
    news: &'static str,
    /// The same, shorter.
    facts: Vec<String>,
    /// Further runs of the same, the newest first.
    again: Vec<(i64, Mark)>,
    reason: Option<Reason>,
    /// The page does not load itself again.
    held: bool,
    progress: Progress,
    started: When,
    finished: Option<When>,
    took: String,
    trigger: String,
    given: Vec<(String, String)>,
    attention: Vec<TrackLine>,
    attention_more: bool,
    picture: Option<Picture>,
    caption: &'static str,
    tracks: Vec<TrackLine>,
    /// Those that run after the verdict.
    after: Vec<TrackLine>,
    /// This is not the first page of tracks.
    later: bool,
    next: Option<i64>,
    journal: Vec<Entry>,
}

#[get("/pipelines/<id>?<after>&<hold>")]
pub(in crate::web) async fn show(
    who: Browser,
    id: i64,
    after: Option<i64>,
    hold: Option<i64>,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let found = find(&desk, PipelineId(id), after.unwrap_or(0), who.now.0)?;
        Answer::ok(&view(&who, found, (after.is_some(), hold.is_some())))
    })
    .await
}

fn view(who: &Browser, found: Found, (later, held): (bool, bool)) -> PipelinePage {
    let (stand, news, facts) = (found.stand(), found.news(), found.facts());
    let Found { head, around, .. } = found;
    let live = head.finished_at.is_none();
    let line = |track: &TrackHead| lines::track(track, &around);
    let after: Vec<TrackLine> = around
        .handlers
        .iter()
        .map(|(track, _)| line(track))
        .collect();
    let card = |track: &TrackHead| card(track, line(track));
    let picture = found.edges.and_then(|edges| {
        let picture = picture::draw(found.tracks.iter().map(card).collect(), &edges)?;
        let after = around.handlers.iter().map(|(track, _)| card(track));
        Some(picture.and_after(after.collect()))
    });
    let names: BTreeMap<i64, &str> = found
        .tracks
        .iter()
        .chain(around.handlers.iter().map(|(track, _)| track))
        .map(|track| (track.id, track.vertex.as_str()))
        .collect();
    let journal = found.journal.iter().map(|row| entry(row, &names)).collect();
    let mut tracks: Vec<TrackLine> = found.tracks.iter().map(line).collect();
    let more = tracks.len() > PAGE;
    tracks.truncate(PAGE);
    let mut attention: Vec<TrackLine> = found.attention.iter().map(line).collect();
    let attention_more = attention.len() > ATTENTION;
    attention.truncate(ATTENTION);
    let again = found.again.iter();
    PipelinePage {
        frame: Frame::new(who, Section::Pipelines).refreshing(live && !held),
        mark: marks::pipeline(head.state),
        seen: Seen::pipeline(&head),
        offers: stand.map_or_else(Vec::new, |stand| deeds::of_pipeline(head.id, &stand)),
        live,
        news,
        facts,
        again: again
            .map(|(id, state)| (*id, marks::pipeline(*state)))
            .collect(),
        reason: found.reason,
        held,
        progress: lines::progress(head.id, &found.counts),
        started: when(head.created_at),
        finished: head.finished_at.map(when),
        took: between(Some(head.created_at), head.finished_at, who.now.0),
        trigger: words::trigger(&head.trigger).to_owned(),
        given: values(&head.input),
        attention,
        attention_more,
        picture,
        caption: "Picture of the graph with the state of each track",
        next: tracks.last().filter(|_| more).map(|track| track.id),
        tracks,
        after,
        later,
        journal,
        head,
    }
}

fn card(track: &TrackHead, line: TrackLine) -> Card {
    let note = match (line.said.is_empty(), line.took.is_empty(), track.exit_code) {
        (false, _, _) => format!("{} · {}", line.mark.word, line.said),
        (true, false, Some(code)) if code != 0 => format!("{} · exit {code}", line.mark.word),
        (true, false, _) => format!("{} · {}", line.mark.word, line.took),
        (true, true, _) => line.mark.word.to_owned(),
    };
    Card {
        vertex: track.vertex_id,
        name: line.vertex,
        href: format!("/tracks/{}", track.id),
        mark: Some(line.mark),
        note,
    }
}

fn entry(row: &JournalRow, names: &BTreeMap<i64, &str>) -> Entry {
    Entry {
        at: when(row.at),
        track: row.track_id.map(|id| {
            let name = names.get(&id).map(|name| (*name).to_owned());
            (id, name.unwrap_or_else(|| format!("track {id}")))
        }),
        old: row.old_state.clone(),
        new: row.new_state.clone(),
        attempt: row.attempt,
        who: row.who.clone(),
        why: row.why.clone(),
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Found, view};
    use crate::engine::{Reason, TrackState};
    use crate::graph::When;
    use crate::store::JournalRow;
    use crate::web::parts::around::Around;
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
            tracks: (1..=tracks).map(|t| track_head(t, HOSTILE)).collect(),
            edges: (tracks <= 300).then(|| (2..=tracks).map(|t| (t - 1, t)).collect()),
            journal: (0..tracks.min(200)).map(entry).collect(),
            reason: (id != 3).then(hostile_reason),
        }
    }

    #[test]
    fn pipelines_of_every_size_and_state() {
        for id in 1..=10 {
            for tracks in [0, 1, 40, 501] {
                let page = view(&browser(), found(id, tracks), (false, false));
                assert_eq!(page.next, (tracks == 501).then_some(500));
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
