//! What still runs of attempts that nobody watches any more, looked for when it is asked, in words.

use super::asks::{Ask, PipelineAsk, TrackAsk};
use super::warnings::{Caution, Warning};
use crate::driver::Handle;
use crate::engine::{AttemptKey, Fate, PipelineId, Preview, TrackId, TrackState};
use crate::store::TrackHead;

/// How many processes of one track, and how many tracks, are named.
const MOST_NAMED: usize = 5;

/// The last attempt of a track that nobody watches any more; later ones are none of it.
pub(super) fn lost_attempt(head: &TrackHead) -> AttemptKey {
    AttemptKey {
        pipeline: PipelineId(head.pipeline_id),
        track: TrackId(head.id),
        attempt: head.lost.unsigned_abs(),
    }
}

/// `process 4711 still runs`, `processes 4711 and 4712 still run`
pub(super) fn still_runs(pids: &[u32]) -> String {
    let mut words: Vec<String> = pids.iter().take(MOST_NAMED).map(u32::to_string).collect();
    if pids.len() > MOST_NAMED {
        words.push(format!("{} more", pids.len() - MOST_NAMED));
    }
    match (words.pop(), words.is_empty()) {
        (Some(last), false) => format!("processes {} and {last} still run", words.join(", ")),
        (last, _) => format!("process {} still runs", last.unwrap_or_default()),
    }
}

/// What becomes of the state of a track when what still runs of it is ended.
fn stays(head: &TrackHead) -> String {
    let state = TrackState::from_code(head.state);
    let over = state.filter(|s| s.has_ended() || *s == TrackState::Interrupted);
    over.map_or_else(String::new, |state| format!("; it stays {state}"))
}

/// What is to be known, before it is asked, of processes that still run of such attempts: those
/// that would be ended, and those that would go on beside what follows.
pub(super) fn warnings(
    handle: &Handle,
    ask: Ask,
    preview: &Preview,
    tracks: &[TrackHead],
) -> Vec<Warning> {
    let ends = matches!(
        ask,
        Ask::Track(_, TrackAsk::Stop | TrackAsk::Kill)
            | Ask::Pipeline(_, PipelineAsk::Stop | PipelineAsk::Kill)
    );
    let meant = |fate: &Fate, head: &TrackHead| match ask {
        _ if head.lost == 0 => false,
        Ask::Track(track, _) if ends => fate.track == track,
        Ask::Pipeline(..) if ends => true,
        Ask::Track(..) | Ask::Pipeline(..) => fate.to != fate.from,
    };
    let both = preview.tracks.iter().zip(tracks);
    let heads: Vec<&TrackHead> = both.filter(|(f, h)| meant(f, h)).map(|(_, h)| h).collect();
    let lost: Vec<AttemptKey> = heads.iter().map(|head| lost_attempt(head)).collect();
    let found = handle.survivors(&lost);
    let told = |head: &&TrackHead| {
        let (name, pids) = (&head.vertex, found.get(&TrackId(head.id)));
        let (caution, said) = match (pids, ask) {
            (Some(pids), _) if ends => (
                Caution::EndsLost,
                format!(
                    "Of `{name}` {} and would be ended{}.",
                    still_runs(pids),
                    stays(head)
                ),
            ),
            (Some(pids), _) if head.ending.is_some() => (
                Caution::LostIsEnding,
                format!(
                    "Of `{name}` {}: that is being ended (`kill` does not wait for the grace), and goes on beside what follows until then.",
                    still_runs(pids)
                ),
            ),
            (Some(pids), _) => (
                Caution::LostGoesOn,
                format!(
                    "Of `{name}` {} and would go on beside what follows: `stop` of the track ends that.",
                    still_runs(pids)
                ),
            ),
            (None, Ask::Track(..)) if ends => (
                Caution::NoneLost,
                format!(
                    "No process of `{name}` is found that nobody watches any more{}.",
                    stays(head)
                ),
            ),
            (None, _) => return None,
        };
        Some(caution.says(said))
    };
    let mut told: Vec<Warning> = heads.iter().filter_map(told).collect();
    if told.len() > MOST_NAMED {
        let more = told.len() - MOST_NAMED;
        told.truncate(MOST_NAMED);
        let said = format!("Of {more} more tracks something still runs.");
        told.push(Caution::MoreLost.says(said));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::still_runs;

    #[test]
    fn processes_are_counted_and_the_first_ones_named() {
        assert_eq!(still_runs(&[7]), "process 7 still runs");
        assert_eq!(still_runs(&[7, 8]), "processes 7 and 8 still run");
        let many: Vec<u32> = (1..=9).collect();
        assert_eq!(
            still_runs(&many),
            "processes 1, 2, 3, 4, 5 and 4 more still run"
        );
    }
}
