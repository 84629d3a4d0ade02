//! When a pipeline will end, as far as its earlier runs tell.

use crate::desk::Desk;
use crate::desk::eta::{Far, Usual, remaining};
use crate::engine::{GraphId, TrackState};
use crate::store::TrackHead;
use crate::web::edge::answer::Failure;
use crate::web::parts::reason::PATIENCE;
use crate::web::parts::standing::Found;

/// How many milliseconds it still takes; none: that is not known, or a person has to do something first.
pub(in crate::web) fn forecast(
    desk: &Desk,
    found: &Found,
    now: i64,
) -> Result<Option<i64>, Failure> {
    let head = &found.head;
    let waits = head.paused || head.queued || head.finished_at.is_some();
    if waits || found.whole.is_empty() || !found.attention.is_empty() {
        return Ok(None);
    }
    let (Some(plan), Ok(census)) = (
        desk.store.plan(GraphId(head.graph_id))?,
        desk.handle.census(PATIENCE),
    ) else {
        return Ok(None);
    };
    let usual = Usual::read(&desk.store, &head.graph)?;
    let tracks = found.whole.iter();
    let tracks: Vec<_> = tracks
        .map(|track| (far(track, now), usual.get(&track.vertex)))
        .collect();
    Ok(remaining(&plan, &tracks, census.slots))
}

fn far(track: &TrackHead, now: i64) -> Far {
    match TrackState::from_code(track.state) {
        Some(TrackState::Running) => Far::Running(track.started_at.map_or(0, |at| now - at)),
        Some(TrackState::Pending | TrackState::Waiting) => Far::Left,
        _ => Far::Done,
    }
}
