//! What would become of the tracks of a pipeline, as the page lists it that asks for a confirmation.

use crate::desk::{TrackAsk, Would};
use crate::engine::{Fate, TrackState, Will};
use crate::store::TrackHead;
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::reveal;

/// Tracks of one fate that a page names.
const NAMED: usize = 50;

/// Tracks of one fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Fates {
    /// How many there are, and what becomes of them.
    pub(in crate::web) title: String,
    pub(in crate::web) lines: Vec<FateLine>,
    /// How many are not named.
    pub(in crate::web) more: usize,
    /// Something becomes of them.
    pub(in crate::web) moves: bool,
}

/// One track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct FateLine {
    pub(in crate::web) id: i64,
    pub(in crate::web) vertex: String,
    /// Its state now.
    pub(in crate::web) from: Mark,
    /// And then, when that is another one.
    pub(in crate::web) to: Option<Mark>,
}

/// What the page says of the track that is asked, where that stays at its state and is marked.
pub(in crate::web) fn of_mark(ask: TrackAsk, track: &TrackHead) -> Option<String> {
    let state = TrackState::from_code(track.state)?;
    let marked = match (ask, state) {
        (TrackAsk::Hold, _) => "is marked as held",
        (TrackAsk::Skip, TrackState::Waiting) => "is marked: it is passed over when its turn comes",
        _ => return None,
    };
    let name = reveal::text(&track.vertex);
    Some(format!("`{name}` stays {state} and {marked}."))
}

/// What the page says of the pipeline itself.
pub(in crate::web) fn of_pipeline(would: &Would) -> String {
    let (from, to) = (would.preview.from, would.preview.to);
    let becomes = match from == to {
        true => format!("The pipeline stays {from}"),
        false => format!("The pipeline is {from} and becomes {to}"),
    };
    match would.preview.queued {
        true => format!("{becomes}; it has to wait until fewer pipelines of its graph run."),
        false => format!("{becomes}."),
    }
}

/// The tracks by what becomes of them: what is ended first.
pub(in crate::web) fn of_tracks(would: &Would) -> Vec<Fates> {
    let tracks = || would.preview.tracks.iter().zip(&would.vertices);
    let of = |will: Will| {
        let mut lines = tracks().filter(|(fate, _)| fate.will == will);
        let named = lines.by_ref().take(NAMED);
        let lines_named: Vec<FateLine> = named.map(|(fate, name)| line(fate, name)).collect();
        let more = lines.count();
        Fates {
            title: title(will, lines_named.len() + more),
            lines: lines_named,
            more,
            moves: will != Will::Keep,
        }
    };
    let all = [Will::End, Will::Run, Will::Change, Will::Keep].map(of);
    all.into_iter().filter(|f| !f.lines.is_empty()).collect()
}

fn line(fate: &Fate, vertex: &str) -> FateLine {
    let mark = |state: TrackState| marks::track(state.code(), None);
    FateLine {
        id: fate.track.0,
        vertex: vertex.to_owned(),
        from: mark(fate.from),
        to: (fate.from != fate.to).then(|| mark(fate.to)),
    }
}

fn title(will: Will, count: usize) -> String {
    let (one, many) = match will {
        Will::Run => (
            "track will run, now or when its turn comes",
            "tracks will run, now or when their turn comes",
        ),
        Will::End => ("script runs and is ended", "scripts run and are ended"),
        Will::Change => ("track changes", "tracks change"),
        Will::Keep => ("track keeps its state", "tracks keep their state"),
    };
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::{NAMED, of_pipeline, of_tracks};
    use crate::desk::Would;
    use crate::engine::{Fate, PipelineId, PipelineState, Preview, TrackId, TrackState, Will};

    #[test]
    fn tracks_are_counted_and_the_first_ones_named() {
        let fate = |id: usize| Fate {
            track: TrackId(id as i64),
            from: if id == 0 {
                TrackState::Running
            } else {
                TrackState::Waiting
            },
            to: if id == 0 {
                TrackState::Running
            } else {
                TrackState::Stopped
            },
            mark: None,
            will: if id == 0 { Will::End } else { Will::Change },
        };
        let would = Would {
            pipeline: PipelineId(1),
            preview: Preview {
                from: PipelineState::Running,
                to: PipelineState::Stopped,
                paused: false,
                queued: false,
                tracks: (0..NAMED + 8).map(fate).collect(),
            },
            warnings: Vec::new(),
            vertices: (0..NAMED + 8).map(|id| format!("v{id}")).collect(),
        };
        assert_eq!(
            of_pipeline(&would),
            "The pipeline is RUNNING and becomes STOPPED."
        );
        let found = of_tracks(&would);
        let titles: Vec<_> = found.iter().map(|f| (f.title.as_str(), f.more)).collect();
        let changed = format!("{} tracks change", NAMED + 7);
        assert_eq!(
            titles,
            [("1 script runs and is ended", 0), (changed.as_str(), 7)]
        );
        assert_eq!((found[0].lines[0].id, found[0].lines[0].to), (0, None));
        assert_eq!(found[1].lines[0].vertex, "v1");
        assert!(
            found[1].lines[0]
                .to
                .is_some_and(|mark| mark.word == "STOPPED")
        );
    }
}
