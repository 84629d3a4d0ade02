//! Which tracks of a pipeline an answer to "why" is about.

use super::core::Engine;
use super::ids::PipelineId;
use super::run::Run;
use super::state::{Ending, Mark, PipelineState, TrackState, is_after};
use super::why::{Few, Party, Wanted};
use crate::graph::When;

impl Run {
    pub(super) fn party(&self, index: u32) -> Party {
        Party {
            pipeline: self.id,
            track: self.track_id(index),
            state: self.track(index).row.state,
        }
    }

    pub(super) fn indexes(&self) -> std::ops::Range<u32> {
        0..self.tracks.len() as u32
    }

    pub(super) fn few(&self, of: impl Fn(u32) -> bool) -> Few<Party> {
        Few::of(self.indexes().filter(|i| of(*i)).map(|i| self.party(i)))
    }

    pub(super) fn runs(&self, index: u32) -> bool {
        self.track(index).row.state == TrackState::Running
    }

    /// The tracks that give it the verdict FAILED.
    pub(super) fn failed(&self) -> Few<Party> {
        self.few(|i| self.fails(i))
    }

    /// Whether it is one of them.
    pub(super) fn fails(&self, index: u32) -> bool {
        let failed = self.track(index).row.state == TrackState::Failed && !self.is_done(index);
        failed && self.plan.handler(index).is_none()
    }

    /// What a person has to do about a track before it goes on, now or when its turn comes.
    pub(super) fn wants(&self, index: u32) -> Option<Wanted> {
        let track = self.track(index);
        match (track.row.state, track.row.mark) {
            (TrackState::Waiting | TrackState::Pending, Some(Mark::Skip)) => None,
            (TrackState::Waiting | TrackState::Pending, _) if track.missing => Some(Wanted::Input),
            (TrackState::Waiting | TrackState::Pending, Some(Mark::Hold)) => Some(Wanted::Release),
            (TrackState::Interrupted, _) => Some(Wanted::Answer),
            (TrackState::Failed | TrackState::Stopped, _) => {
                let stays = self.is_done(index) || self.plan.handler(index).is_some();
                (!stays).then_some(Wanted::Repair)
            }
            (
                TrackState::Waiting
                | TrackState::Pending
                | TrackState::Running
                | TrackState::Succeed
                | TrackState::Skipped,
                _,
            ) => None,
        }
    }

    /// The same, for one that comes after it: what is being ended is not done then.
    pub(super) fn will_want(&self, index: u32) -> Option<Wanted> {
        let fails = |ending| ending != Ending::Fail || !self.plan.vertex(index).ignore;
        let ending = self.track(index).row.ending.filter(|ending| fails(*ending));
        self.wants(index).or(ending.map(|_| Wanted::Repair))
    }

    /// Whether what [`Run::wants`] says may be done now.
    pub(super) fn may_do(&self, index: u32) -> bool {
        let track = self.track(index);
        match track.row.state {
            TrackState::Waiting | TrackState::Pending => true,
            TrackState::Running => false,
            TrackState::Succeed
            | TrackState::Failed
            | TrackState::Skipped
            | TrackState::Stopped
            | TrackState::Interrupted => match self.plan.handler(index) {
                None => track.waits_for == 0 && self.handlers(TrackState::Running) == 0,
                Some(_) => self.is_at_rest(),
            },
        }
    }

    /// What has to end before that may be done, if it does not run itself.
    pub(super) fn first_of(&self, index: u32) -> Few<Party> {
        if let Some(when) = self.plan.handler(index) {
            return self.few(|i| self.is_before_handler(i, when));
        }
        let handler = |i: u32| self.plan.handler(i).is_some();
        if self.handlers(TrackState::Running) > 0 {
            return self.few(|i| handler(i) && self.runs(i));
        }
        let before = self.before(index);
        self.few(|i| before[i as usize] && self.track(i).waits_for == 0)
    }

    /// Whether a script that runs after the verdict waits for this track.
    pub(super) fn is_before_handler(&self, index: u32, when: When) -> bool {
        use TrackState::{Interrupted, Pending, Running, Waiting};
        let row = self.track(index).row;
        match (self.plan.handler(index), self.is_at_rest()) {
            (Some(other), true) => {
                let open = matches!(row.state, Waiting | Pending | Running);
                open && when == When::Exit && other != When::Exit
            }
            (None, false) => match row.state {
                Running => true,
                Interrupted => self.waits_for_answers(),
                Pending => self.goes_on() || row.mark == Some(Mark::Alone),
                _ => false,
            },
            (Some(_), false) | (None, true) => false,
        }
    }

    /// What has to be done before the turn of a track comes: all that comes anywhere before it and
    /// is not done, or what the verdict waits for.
    pub(super) fn before(&self, index: u32) -> Vec<bool> {
        let mut before = vec![false; self.tracks.len()];
        if let Some(when) = self.plan.handler(index) {
            if self.track(index).row.state != TrackState::Waiting {
                return before;
            }
            let open = self.row.state.is_open();
            for i in self.indexes().filter(|i| *i != index) {
                let waits = self.track(i).row.state == TrackState::Waiting;
                let also = match self.plan.handler(i) {
                    None => open,
                    Some(on) => when == When::Exit && on != when && is_after(on, self.likely()),
                };
                before[i as usize] = self.is_before_handler(i, when) || (also && waits);
            }
            return before;
        }
        let rank = |i: &u32| self.plan.rank(*i);
        let earlier = |i: &u32| rank(i) > rank(&index) && !self.is_done(*i);
        let mut order: Vec<u32> = self.indexes().filter(earlier).collect();
        order.sort_unstable_by_key(rank);
        for tail in order {
            let mut heads = self.plan.successors(tail).iter();
            before[tail as usize] = heads.any(|h| *h == index || before[*h as usize]);
        }
        before
    }

    /// Whether it is not over before it is said how each of its tracks ended.
    fn waits_for_answers(&self) -> bool {
        !matches!(
            self.row.state,
            PipelineState::Finish | PipelineState::Stopped
        )
    }

    /// Whether it does not come to its end unless a person does something.
    pub(super) fn waits_for_a_person(&self) -> bool {
        let asks = |i: u32| match self.will_want(i) {
            Some(Wanted::Answer) => self.waits_for_answers(),
            Some(Wanted::Input | Wanted::Release) => {
                // One that a person retried runs whatever the verdict is.
                let turn = self.track(i).row.state == TrackState::Pending;
                let on = self.plan.handler(i);
                let goes = self.goes_on() || self.track(i).row.mark == Some(Mark::Alone);
                on.map_or(goes, |on| turn || is_after(on, self.likely()))
            }
            Some(Wanted::Repair | Wanted::RetryAll | Wanted::Resume | Wanted::Undrain) | None => {
                false
            }
        };
        // A pause holds what has not started, but for what runs alone; a verdict ends it.
        let holds = |i: u32| {
            let row = self.track(i).row;
            let waits = matches!(row.state, TrackState::Waiting | TrackState::Pending)
                && row.mark != Some(Mark::Alone);
            let open = self.row.state.is_open();
            match self.plan.handler(i) {
                None if open => waits || self.will_want(i).is_some(),
                None => self.goes_on() && waits && row.state == TrackState::Pending,
                Some(on) => {
                    let turn = row.state == TrackState::Pending;
                    !open && waits && (turn || is_after(on, self.row.state))
                }
            }
        };
        self.indexes().any(asks) || (self.row.paused && self.indexes().any(holds))
    }

    /// The verdict, if all that runs goes well and no person does anything.
    fn likely(&self) -> PipelineState {
        let stopped =
            |i| self.plan.handler(i).is_none() && self.will_want(i) == Some(Wanted::Repair);
        match self.row.state.is_open() {
            false => self.row.state,
            true if self.indexes().any(stopped) => PipelineState::Stopped,
            true => PipelineState::Finish,
        }
    }

    /// Whether a track comes to its turn, or is passed over, without a pause being taken back, and
    /// whether nothing at all has to start for it.
    pub(super) fn needs(&self, index: u32, before: &[bool]) -> (bool, bool) {
        let row = self.track(index).row;
        let verdict = self.plan.handler(index).is_some()
            && self.row.state == PipelineState::Paused
            && row.state == TrackState::Waiting;
        let skip = row.mark == Some(Mark::Skip);
        let alone = |i: u32| self.track(i).row.mark == Some(Mark::Alone);
        let goes = |i: u32| !before[i as usize] || self.runs(i) || alone(i);
        // A paused pipeline is not STOPPED before it is resumed.
        let well = |i: u32| goes(i) && self.will_want(i).is_none();
        let mut scripts = self.indexes().filter(|i| self.plan.handler(*i).is_none());
        let unpaused = match verdict {
            true => scripts.all(well),
            false => skip && self.indexes().all(goes),
        };
        let runs = |i: u32| !before[i as usize] || self.runs(i);
        (unpaused, unpaused && skip && self.indexes().all(runs))
    }
}

impl Engine {
    /// The pipelines that began before this one, and those that take their turn before it.
    pub(super) fn turns(&self, run: &Run) -> (Vec<PipelineId>, Vec<PipelineId>) {
        let family = self.families.get(&run.plan.family);
        let (begun, mut ahead) = family.map_or_else(Default::default, |f| f.before(run));
        ahead.retain(|id| self.runs[id].takes_turn());
        (begun, ahead)
    }
}
