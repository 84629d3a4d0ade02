//! What would become of the tracks of a pipeline, as the page lists it that asks for a confirmation.

use crate::desk::{Caution, TrackAsk, Warning, Would};
use crate::engine::{Fate, PipelineState, TrackState, Will};
use crate::l10n::Words;
use crate::store::TrackHead;
use crate::web::parts::marks::{self, Mark};
use crate::web::parts::refused::beside;
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
pub(in crate::web) fn of_mark(ask: TrackAsk, track: &TrackHead, t: Words) -> Option<String> {
    let state = TrackState::from_code(track.state)?;
    let (name, said) = (
        reveal::text(&track.vertex),
        marks::track(track.state, None).said(&t),
    );
    match (ask, state) {
        (TrackAsk::Hold, _) => Some(t.fate_marked_held(name, said)),
        (TrackAsk::Skip, TrackState::Waiting) => Some(t.fate_marked_skip(name, said)),
        _ => None,
    }
}

/// What the page says of the pipeline itself.
pub(in crate::web) fn of_pipeline(would: &Would, t: Words) -> String {
    let (from, to) = (would.preview.from, would.preview.to);
    let said = |state: PipelineState| marks::pipeline(state.code()).said(&t);
    let becomes = match from == to {
        true => t.fate_stays(said(from)),
        false => t.fate_becomes(said(from), said(to)),
    };
    match would.preview.queued {
        true => format!("{becomes} {}", t.fate_queued()),
        false => becomes,
    }
}

/// What to think of before, in the language of the page.
pub(in crate::web) fn caution(warning: &Warning, t: Words) -> String {
    beside(
        of_kind(warning.caution, t),
        &reveal::text(&warning.sentence),
        t,
    )
}

fn of_kind(caution: Caution, t: Words) -> String {
    match caution {
        Caution::Pauses => t.caution_pauses(),
        Caution::LeavesNoValue => t.caution_leaves_no_value(),
        Caution::EndsLost => t.caution_ends_lost(),
        Caution::LostIsEnding => t.caution_lost_is_ending(),
        Caution::LostGoesOn => t.caution_lost_goes_on(),
        Caution::NoneLost => t.caution_none_lost(),
        Caution::MoreLost => t.caution_more_lost(),
    }
}

/// The tracks by what becomes of them: what is ended first.
pub(in crate::web) fn of_tracks(would: &Would, t: Words) -> Vec<Fates> {
    let tracks = || would.preview.tracks.iter().zip(&would.vertices);
    let of = |will: Will| {
        let mut lines = tracks().filter(|(fate, _)| fate.will == will);
        let named = lines.by_ref().take(NAMED);
        let lines_named: Vec<FateLine> = named.map(|(fate, name)| line(fate, name)).collect();
        let more = lines.count();
        Fates {
            title: title(will, lines_named.len() + more, t),
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

fn title(will: Will, count: usize, t: Words) -> String {
    match will {
        Will::Run => t.fate_run(count),
        Will::End => t.fate_end(count),
        Will::Change => t.fate_change(count),
        Will::Keep => t.fate_keep(count),
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMED, caution, of_kind, of_pipeline, of_tracks};
    use crate::desk::{Caution, Warning, Would};
    use crate::engine::{Fate, PipelineId, PipelineState, Preview, TrackId, TrackState, Will};
    use crate::l10n::{L10n, Words};

    #[test]
    fn every_warning_has_words_of_its_own_in_every_language() {
        let warning = Warning {
            caution: Caution::Pauses,
            sentence: "It is paused.".to_owned(),
        };
        for language in L10n::iter() {
            let t = Words::of(*language);
            let words = |caution: &Caution| of_kind(*caution, t);
            let mut all: Vec<String> = Caution::ALL.iter().map(words).collect();
            assert!(all.iter().all(|s| s.ends_with(['.', '。'])));
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), Caution::ALL.len());
            let expected = match t.are_english() {
                true => warning.sentence.clone(),
                false => format!("{}\n{}", t.caution_pauses(), warning.sentence),
            };
            assert_eq!(caution(&warning, t), expected);
        }
    }

    #[test]
    fn tracks_are_counted_and_the_first_ones_named() {
        let t = Words::of(L10n::En);
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
            of_pipeline(&would, t),
            "The pipeline is “Running” and becomes “Stopped”."
        );
        let found = of_tracks(&would, t);
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
