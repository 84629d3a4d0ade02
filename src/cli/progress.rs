//! What is seen while a pipeline runs: bars on a terminal, else a line for each track that ends.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::output::{say, visible};
use crate::clock;
use crate::engine::{TrackId, TrackState};
use crate::store::TrackHead;

/// The most running tracks that have a line of their own.
const MOST_LINES: usize = 12;
/// How often a spinner turns.
const TURN: Duration = Duration::from_millis(120);

/// The progress of one pipeline.
pub(super) struct Progress {
    /// Their names, and where they stood when they were last shown.
    tracks: BTreeMap<TrackId, (String, Option<TrackState>)>,
    began: BTreeMap<TrackId, Instant>,
    shown: Shown,
}

enum Shown {
    Nothing,
    Lines,
    Bars {
        all: MultiProgress,
        total: ProgressBar,
        running: BTreeMap<TrackId, ProgressBar>,
    },
}

impl Progress {
    /// Progress of these tracks, of which some may have ended; `quiet`: nothing is shown.
    pub(super) fn new(tracks: &[TrackHead], quiet: bool) -> Self {
        let names = tracks
            .iter()
            .map(|t| (TrackId(t.id), (visible(&t.vertex), None)))
            .collect();
        let shown = match (quiet, std::io::stderr().is_terminal()) {
            (true, _) => Shown::Nothing,
            (false, false) => Shown::Lines,
            (false, true) => {
                let all = MultiProgress::new();
                let total = all.add(ProgressBar::new(tracks.len() as u64));
                let ended = tracks
                    .iter()
                    .filter(|t| TrackState::from_code(t.state).is_some_and(TrackState::has_ended));
                total.set_position(ended.count() as u64);
                total.set_style(style("{bar:30} {pos}/{len} {elapsed}"));
                total.enable_steady_tick(TURN);
                Shown::Bars {
                    all,
                    total,
                    running: BTreeMap::new(),
                }
            }
        };
        Self {
            tracks: names,
            began: BTreeMap::new(),
            shown,
        }
    }

    /// A track stands somewhere new.
    pub(super) fn update(&mut self, track: TrackId, state: TrackState) {
        let Some((name, shown)) = self.tracks.get_mut(&track) else {
            return;
        };
        // What people say of a track is told too, and changes no state.
        if shown.replace(state) == Some(state) {
            return;
        }
        if state == TrackState::Running {
            self.began.insert(track, Instant::now());
            if let Shown::Bars {
                all,
                total,
                running,
            } = &mut self.shown
                && running.len() < MOST_LINES
            {
                let line = all.insert_before(total, ProgressBar::new_spinner());
                line.set_style(style("{spinner} {msg} {elapsed}"));
                line.set_message(name.clone());
                line.enable_steady_tick(TURN);
                running.insert(track, line);
            }
            return;
        }
        let took = self
            .began
            .remove(&track)
            .map(|began| began.elapsed().as_millis() as i64);
        let took = took.map(clock::format_duration).unwrap_or_default();
        let line = format!("{:<11} {name}  {took}", state.word());
        let ended = state.has_ended() || state == TrackState::Interrupted;
        match &mut self.shown {
            Shown::Nothing => {}
            Shown::Lines if ended => say(line.trim_end()),
            Shown::Lines => {}
            Shown::Bars {
                all,
                total,
                running,
            } => {
                if let Some(line) = running.remove(&track) {
                    line.finish_and_clear();
                }
                if ended {
                    total.inc(1);
                }
                if ended && state != TrackState::Succeed {
                    // A terminal that has gone shows nothing.
                    let _ = all.println(line.trim_end());
                }
            }
        }
    }

    /// Takes the bars away.
    pub(super) fn end(self) {
        if let Shown::Bars {
            all,
            total,
            running,
        } = self.shown
        {
            running
                .into_values()
                .for_each(|line| line.finish_and_clear());
            total.finish_and_clear();
            // A terminal that has gone needs no clearing.
            let _ = all.clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
