//! Whose outputs a script lacks, so that it fails again whenever it is retried.

use crate::driver::CommandError;
use crate::engine::{Few, MOST_NAMED, Party, Reason, TrackId, TrackState};
use crate::store::Store;

/// The tracks that left no value which the script of a track takes; none when it did not fail for that.
pub(super) fn lacks(store: &Store, own: Party) -> Result<Option<Few<Party>>, CommandError> {
    let Some((head, _)) = store.track(own.track)? else {
        return Ok(None);
    };
    let reason = head.reason.and_then(Reason::from_code);
    if own.state != TrackState::Failed || reason != Some(Reason::CouldNotStart) {
        return Ok(None);
    }
    let referred = store.order(own.track)?.map(|order| order.referred);
    let missing = referred.into_iter().flatten().filter(|r| r.value.is_none());
    let vertex = |name: &str| Some(name.rsplit_once('.')?.0.to_owned());
    let vertices: Vec<String> = missing.filter_map(|r| vertex(&r.name)).collect();
    if vertices.is_empty() {
        return Ok(None);
    }
    let tracks = store.tracks(own.pipeline, 0, i64::MAX)?;
    let givers = tracks.iter().filter(|t| vertices.contains(&t.vertex));
    let party = |state, id| Party {
        pipeline: own.pipeline,
        track: TrackId(id),
        state,
    };
    let mut first: Vec<Party> = givers
        .filter_map(|t| Some(party(TrackState::from_code(t.state)?, t.id)))
        .collect();
    let count = first.len();
    first.truncate(MOST_NAMED);
    Ok((count > 0).then_some(Few { first, count }))
}
