//! One pipeline: how far it is, its tracks and its journal.

use std::collections::BTreeMap;

use askama::Template;
use rocket::{State, get};

use super::answer::{Answer, Failure, Outcome, blocking};
use super::frame::{Frame, Section};
use super::guard::Browser;
use super::lines::{self, Progress, TrackLine};
use super::picture::{self, Card, Picture};
use super::reason::{PATIENCE, Reason, reason};
use super::reveal;
use super::when::{When, between, when};
use super::words::{self, Mark};
use crate::desk::Desk;
use crate::engine::{GraphId, PipelineId};
use crate::graph::MASK;
use crate::store::{JournalRow, PipelineHead, TrackHead};

/// Tracks on one page.
const PAGE: usize = 500;
/// Tracks in the list of those that need somebody.
const ATTENTION: usize = 20;
/// Lines of the journal.
const JOURNAL: i64 = 200;

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
    live: bool,
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
    /// This is not the first page of tracks.
    later: bool,
    next: Option<i64>,
    journal: Vec<Entry>,
}

/// What the page is made from.
struct Found {
    head: PipelineHead,
    counts: Vec<(i64, i16, i64)>,
    attention: Vec<TrackHead>,
    tracks: Vec<TrackHead>,
    edges: Option<Vec<(i64, i64)>>,
    journal: Vec<JournalRow>,
    reason: Option<Reason>,
}

#[get("/pipelines/<id>?<after>&<hold>")]
pub(super) async fn show(
    who: Browser,
    id: i64,
    after: Option<i64>,
    hold: Option<i64>,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let found = find(&desk, PipelineId(id), after.unwrap_or(0))?;
        Answer::ok(&view(&who, found, (after.is_some(), hold.is_some())))
    })
    .await
}

fn find(desk: &Desk, id: PipelineId, after: i64) -> Result<Found, Failure> {
    let store = &desk.store;
    let head = store.pipeline(id)?.ok_or(Failure::Missing("pipeline"))?;
    let graph = GraphId(head.graph_id);
    let few = head.vertices as usize <= picture::MOST_VERTICES && after == 0;
    let drawn = few
        && store
            .graph(graph)?
            .is_some_and(|graph| graph.edges as usize <= picture::MOST_EDGES);
    Ok(Found {
        counts: store.counts(&[id.0])?,
        attention: store.attention(id, ATTENTION as i64 + 1)?,
        tracks: store.tracks(id, after, PAGE as i64 + 1)?,
        edges: drawn.then(|| store.edges(graph)).transpose()?,
        journal: store.journal_tail(id, JOURNAL)?,
        reason: reason(desk.why_pipeline(id, PATIENCE))?,
        head,
    })
}

fn view(who: &Browser, found: Found, (later, held): (bool, bool)) -> PipelinePage {
    let now = who.now.0;
    let head = found.head;
    let live = head.finished_at.is_none();
    let picture = found.edges.and_then(|edges| {
        let cards = found.tracks.iter().map(|track| card(track, now));
        picture::draw(cards.collect(), &edges)
    });
    let names: BTreeMap<i64, &str> = found
        .tracks
        .iter()
        .map(|track| (track.id, track.vertex.as_str()))
        .collect();
    let journal = found.journal.iter().map(|row| entry(row, &names)).collect();
    let line = |track: &TrackHead| lines::track(track, now);
    let mut tracks: Vec<TrackLine> = found.tracks.iter().map(line).collect();
    let more = tracks.len() > PAGE;
    tracks.truncate(PAGE);
    let mut attention: Vec<TrackLine> = found.attention.iter().map(line).collect();
    let attention_more = attention.len() > ATTENTION;
    attention.truncate(ATTENTION);
    PipelinePage {
        frame: Frame::new(who, Section::Pipelines).refreshing(live && !held),
        mark: words::pipeline(head.state),
        live,
        reason: found.reason,
        held,
        progress: lines::progress(head.id, &found.counts),
        started: when(head.created_at),
        finished: head.finished_at.map(when),
        took: between(Some(head.created_at), head.finished_at, now),
        trigger: words::trigger(&head.trigger).to_owned(),
        given: values(&head.input),
        attention,
        attention_more,
        picture,
        caption: "Picture of the graph with the state of each track",
        next: tracks.last().filter(|_| more).map(|track| track.id),
        tracks,
        later,
        journal,
        head,
    }
}

fn card(track: &TrackHead, now: i64) -> Card {
    let line = lines::track(track, now);
    let note = match (line.took.is_empty(), track.exit_code) {
        (false, Some(code)) if code != 0 => format!("{} · exit {code}", line.mark.word),
        (false, _) => format!("{} · {}", line.mark.word, line.took),
        (true, _) => line.mark.word.to_owned(),
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

/// The names and values of a JSON object, as a script sees them.
pub(super) fn values(json: &str) -> Vec<(String, String)> {
    // A column that is no object has no values to show; the engine wrote it, so it is one.
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(json).unwrap_or_default();
    let shown = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => reveal::text(text),
        // A secret, or what a repeated start compares it by.
        serde_json::Value::Null | serde_json::Value::Object(_) => MASK.to_owned(),
        other => other.to_string(),
    };
    let pairs = object.iter().map(|(name, v)| (name.clone(), shown(v)));
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Found, values, view};
    use crate::store::JournalRow;
    use crate::web::harness::{HOSTILE, NOW, browser, hostile_reason, pipeline_head, track_head};
    use crate::web::wellformed;

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
        Found {
            head: pipeline_head(id),
            counts: (0..tracks.min(8))
                .map(|state| (id, state as i16, 1))
                .collect(),
            attention: (1..=tracks.min(30))
                .map(|t| track_head(t, HOSTILE))
                .collect(),
            tracks: (1..=tracks).map(|t| track_head(t, HOSTILE)).collect(),
            edges: (tracks <= 300).then(|| (2..=tracks).map(|t| (t - 1, t)).collect()),
            journal: (0..tracks.min(200)).map(entry).collect(),
            reason: Some(hostile_reason()),
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
                let refreshes = html.contains("http-equiv=\"refresh\"");
                assert_eq!(refreshes, id % 2 == 1, "only a live one loads itself again");
            }
        }
    }

    #[test]
    fn values_are_shown_as_scripts_see_them() {
        let shown =
            values("{\"a\":\"x\\u202e\",\"n\":3,\"b\":true,\"s\":null,\"t\":{\"secret\":\"5\"}}");
        let shown: Vec<_> = shown.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(shown, ["x⟨U+202E⟩", "3", "true", "******", "******"]);
        assert_eq!(values(""), []);
    }
}
