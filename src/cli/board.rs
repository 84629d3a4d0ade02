//! The tracks of pipelines as a table that fits on a screen: what runs and what failed comes first,
//! what does not fit is counted. Text only: `progress.rs` shows it.

use std::collections::{BTreeMap, BTreeSet};

use console::{measure_text_width, truncate_str};

use super::output::visible;
use crate::clock::format_duration;
use crate::desk::eta::{Far, Usual, about, remaining};
use crate::engine::{Plan, TrackId, TrackState};
use crate::store::TrackHead;

/// In which order tracks are shown; of equals, the first in the definition.
const ORDER: [TrackState; 8] = [
    TrackState::Running,
    TrackState::Interrupted,
    TrackState::Failed,
    TrackState::Stopped,
    TrackState::Pending,
    TrackState::Waiting,
    TrackState::Skipped,
    TrackState::Succeed,
];
/// Columns of the bar.
const BAR: usize = 24;
/// The most columns of a name, and those that are kept for what stands around it.
const MOST_NAME: usize = 60;
const AROUND: usize = 38;

/// One track.
struct Row {
    name: String,
    state: TrackState,
    /// It has been told where it stands.
    told: bool,
    /// When it began to run.
    began: Option<i64>,
    /// How long it ran.
    took: Option<i64>,
    /// How long it usually takes.
    usual: Option<i64>,
}

/// What is needed to say how long a pipeline will take: its plan, and the rows of its tracks.
struct Forecast {
    plan: Plan,
    first: usize,
}

/// The tracks of pipelines.
#[derive(Default)]
pub(super) struct Board {
    rows: Vec<Row>,
    places: BTreeMap<TrackId, usize>,
    /// The places of those that stand at each state.
    by_state: BTreeMap<TrackState, BTreeSet<usize>>,
    forecasts: Vec<Forecast>,
    /// Pipelines of which there is no plan, so that no end can be foreseen.
    unforeseen: bool,
    slots: u32,
}

impl Board {
    /// A board for a server that runs so many scripts at once.
    pub(super) fn new(slots: u32) -> Self {
        Self {
            slots,
            ..Self::default()
        }
    }

    /// Adds the tracks of a pipeline, each with `prefix` before its name.
    pub(super) fn add(
        &mut self,
        prefix: &str,
        tracks: &[TrackHead],
        known: Option<(Plan, &Usual)>,
    ) {
        let first = self.rows.len();
        for track in tracks {
            let Some(state) = TrackState::from_code(track.state) else {
                continue;
            };
            let place = self.rows.len();
            let (began, ended) = (track.started_at, track.finished_at);
            let running = state == TrackState::Running;
            self.rows.push(Row {
                name: format!("{prefix}{}", visible(&track.vertex)),
                state,
                told: false,
                began: began.filter(|_| running),
                took: began.zip(ended).map(|(began, ended)| ended - began),
                usual: known
                    .as_ref()
                    .and_then(|(_, usual)| usual.get(&track.vertex)),
            });
            self.places.insert(TrackId(track.id), place);
            self.by_state.entry(state).or_default().insert(place);
        }
        match known {
            Some((plan, _)) => self.forecasts.push(Forecast { plan, first }),
            None => self.unforeseen = true,
        }
    }

    /// A track stands somewhere; the line that says so, if that is new. `times`: when its last attempt
    /// began and ended, as the database has it, however late this was heard.
    pub(super) fn update(
        &mut self,
        track: TrackId,
        state: TrackState,
        times: (Option<i64>, Option<i64>),
    ) -> Option<String> {
        let place = *self.places.get(&track)?;
        let row = &mut self.rows[place];
        // What people say of a track is told too, and changes no state.
        if std::mem::replace(&mut row.told, true) && row.state == state {
            return None;
        }
        if row.state != state {
            if let Some(places) = self.by_state.get_mut(&row.state) {
                places.remove(&place);
            }
            self.by_state.entry(state).or_default().insert(place);
            let (began, ended) = times;
            row.took = began.zip(ended).map(|(began, ended)| ended - began);
            row.began = began.filter(|_| state == TrackState::Running);
            row.state = state;
        }
        let took = row.took.map(format_duration).unwrap_or_default();
        let line = format!("{:<11} {}  {took}", state.word(), row.name);
        Some(line.trim_end().to_owned())
    }

    /// How many milliseconds it will take, as far as that is known and nothing has gone wrong.
    fn left(&self, now: i64) -> Option<i64> {
        if self.unforeseen {
            return None;
        }
        let mut longest = 0;
        for Forecast { plan, first } in &self.forecasts {
            let rows = &self.rows[*first..(first + plan.len()).min(self.rows.len())];
            let far = |row: &Row| {
                let far = match row.state {
                    TrackState::Running => Far::Running(row.began.map_or(0, |began| now - began)),
                    TrackState::Pending | TrackState::Waiting => Far::Left,
                    TrackState::Succeed
                    | TrackState::Skipped
                    | TrackState::Failed
                    | TrackState::Stopped
                    | TrackState::Interrupted => Far::Done,
                };
                (far, row.usual)
            };
            let tracks: Vec<_> = rows.iter().map(far).collect();
            longest = longest.max(remaining(plan, &tracks, self.slots)?);
        }
        let wrong = [
            TrackState::Failed,
            TrackState::Stopped,
            TrackState::Interrupted,
        ];
        let well = wrong.iter().all(|state| self.count(*state) == 0);
        well.then_some(longest)
    }

    fn count(&self, state: TrackState) -> usize {
        self.by_state.get(&state).map_or(0, BTreeSet::len)
    }

    /// The table in so many lines and columns at most, its bar last.
    pub(super) fn lines(&self, now: i64, (height, width): (usize, usize)) -> Vec<String> {
        let all = ORDER.iter().filter_map(|state| self.by_state.get(state));
        let room = height.saturating_sub(2).max(1);
        let shown: Vec<&Row> = all.flatten().take(room).map(|at| &self.rows[*at]).collect();
        let longest = shown.iter().map(|row| measure_text_width(&row.name)).max();
        let most = width.saturating_sub(AROUND).clamp(8, MOST_NAME);
        let column = longest.unwrap_or(0).min(most);
        let mut lines: Vec<String> = shown.iter().map(|row| line(row, column, now)).collect();
        if let Some(folded) = self.folded(&shown) {
            lines.push(folded);
        }
        lines.push(self.bar(now));
        let cut = |line: String| truncate_str(&line, width, "…").into_owned();
        lines.into_iter().map(cut).collect()
    }

    /// What is not shown, counted.
    fn folded(&self, shown: &[&Row]) -> Option<String> {
        let counts = ORDER.iter().filter_map(|state| {
            let here = shown.iter().filter(|row| row.state == *state).count();
            let more = self.count(*state) - here;
            (more > 0).then(|| format!("{more} {}", state.word()))
        });
        let counts: Vec<String> = counts.collect();
        let more = self.rows.len() - shown.len();
        (more > 0).then(|| format!("… and {more} more: {}", counts.join(", ")))
    }

    fn bar(&self, now: i64) -> String {
        let open = [
            TrackState::Running,
            TrackState::Pending,
            TrackState::Waiting,
        ];
        let open: usize = open.iter().map(|state| self.count(*state)).sum();
        let (done, all) = (self.rows.len() - open, self.rows.len());
        let full = BAR * done / all.max(1);
        let left = match self.left(now) {
            Some(ms) if open > 0 => format!(", {}", guess(ms)),
            _ => String::new(),
        };
        let (full, empty) = ("█".repeat(full), "░".repeat(BAR - full));
        format!("{full}{empty} {done}/{all}{left}")
    }
}

/// How long it still takes, in words.
fn guess(ms: i64) -> String {
    match ms {
        ..=0 => "should end any moment".to_owned(),
        ms => format!("{} left", about(ms)),
    }
}

fn line(row: &Row, column: usize, now: i64) -> String {
    let name = truncate_str(&row.name, column, "…");
    let pad = " ".repeat(column - measure_text_width(&name));
    let time = match (row.began, row.took, row.usual) {
        (Some(began), _, usual) => {
            let usual = usual.map(|ms| format!(", usually {}", format_duration(ms)));
            format!(
                "{}{}",
                format_duration(now - began),
                usual.unwrap_or_default()
            )
        }
        (None, Some(took), _) => format_duration(took),
        (None, None, _) => String::new(),
    };
    let line = format!("{:<11} {name}{pad}  {time}", row.state.word());
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use console::measure_text_width;

    use super::{Board, guess};
    use crate::engine::{TrackId, TrackState};
    use crate::store::TrackHead;

    fn track(id: i64, vertex: &str, state: TrackState) -> TrackHead {
        TrackHead {
            id,
            pipeline_id: 1,
            vertex_id: id,
            vertex: vertex.to_owned(),
            state: state.code(),
            pending_on: None,
            due_at: None,
            reason: None,
            detail: String::new(),
            exit_code: None,
            attempt: 1,
            started_at: Some(0),
            finished_at: None,
            mark: None,
            ending: None,
            lost: 0,
        }
    }

    fn board(states: &[TrackState]) -> Board {
        let track = |(id, state): (i64, &TrackState)| track(id, &format!("v{id}"), *state);
        let tracks: Vec<TrackHead> = (1..).zip(states).map(track).collect();
        let mut board = Board::new(2);
        board.add("", &tracks, None);
        board
    }

    #[test]
    fn what_runs_and_what_failed_comes_first_and_the_rest_is_counted() {
        use TrackState::{Failed, Running, Succeed, Waiting};
        let mut states = vec![Succeed, Waiting, Failed, Running];
        states.extend([Waiting; 6]);
        let board = board(&states);
        assert_eq!(
            board.lines(2_500, (6, 80)),
            [
                "RUNNING     v4  2.5 s",
                "FAILED      v3",
                "WAITING     v2",
                "WAITING     v5",
                "… and 6 more: 5 WAITING, 1 SUCCEED",
                "████░░░░░░░░░░░░░░░░░░░░ 2/10",
            ]
        );
    }

    #[test]
    fn a_guess_that_has_passed_is_told_as_one() {
        assert_eq!(guess(41_000), "about 40 s left");
        assert_eq!(guess(1), "a few seconds left");
        assert_eq!([guess(0), guess(-9)], ["should end any moment"; 2]);
    }

    #[test]
    fn no_line_is_wider_than_the_screen() {
        let mut board = Board::new(2);
        let names = [
            "日本語の名前です".repeat(20),
            "e\u{301}".repeat(90),
            "x".repeat(300),
        ];
        let tracks: Vec<TrackHead> = (1..)
            .zip(&names)
            .map(|(id, name)| track(id, name, TrackState::Running))
            .collect();
        board.add("#1 ", &tracks, None);
        for width in [20, 40, 79] {
            for line in board.lines(0, (24, width)) {
                assert!(measure_text_width(&line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn a_track_is_told_once_where_it_stands() {
        use TrackState::{Running, Succeed, Waiting};
        let mut board = board(&[Waiting, Succeed]);
        let (began, both) = ((Some(1_000), None), (Some(1_000), Some(4_500)));
        let none = board.update(TrackId(9), Running, began);
        assert_eq!(none, None, "not of these");
        assert!(board.update(TrackId(1), Running, began).is_some());
        assert!(board.lines(3_000, (9, 80))[0].ends_with("2.0 s"));
        assert_eq!(board.update(TrackId(1), Running, began), None);
        let line = board.update(TrackId(1), Succeed, both);
        assert_eq!(line.as_deref(), Some("SUCCEED     v1  3.5 s"));
        let line = board.update(TrackId(2), Succeed, both);
        assert_eq!(
            line.as_deref(),
            Some("SUCCEED     v2"),
            "it had ended before"
        );
        assert_eq!(board.update(TrackId(2), Succeed, both), None);
        assert!(board.lines(0, (9, 80))[2].ends_with(" 2/2"));
    }

    #[test]
    fn a_time_is_that_of_the_row_whenever_it_is_heard() {
        let mut board = board(&[TrackState::Waiting]);
        let times = (Some(1_000), Some(3_500));
        // That it runs was never heard.
        let line = board.update(TrackId(1), TrackState::Failed, times);
        assert_eq!(line.as_deref(), Some("FAILED      v1  2.5 s"));
        let line = board.update(TrackId(1), TrackState::Waiting, (None, None));
        assert_eq!(line.as_deref(), Some("WAITING     v1"), "it is retried");
    }
}
