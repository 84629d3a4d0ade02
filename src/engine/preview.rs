//! What would follow from a request, without it being done.

use super::core::Engine;
use super::event::Event;
use super::ids::{Time, TrackId};
use super::outbox::Outbox;
use super::request::{Action, Refusal, Request, Scope, TrackAction};
use super::run::Run;
use super::state::{Ending, Mark, PipelineState, TrackState, is_after};
use crate::graph::OnFailure;

/// What a request would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The pipeline's state now.
    pub from: PipelineState,
    /// And then.
    pub to: PipelineState,
    /// It would have to wait until fewer pipelines of its graph run.
    pub queued: bool,
    /// Nothing new of it would start, whatever its state.
    pub paused: bool,
    /// Every track, in the order of the vertices.
    pub tracks: Vec<Fate>,
}

/// What a request would mean for one track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    /// Which.
    pub track: TrackId,
    /// Its state now.
    pub from: TrackState,
    /// And then.
    pub to: TrackState,
    /// What people have said of it before it starts, then.
    pub mark: Option<Mark>,
    /// In a word.
    pub will: Will,
}

/// What becomes of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Will {
    /// Its script will run, now or when its turn comes, if all before it goes well and nobody
    /// asks for something else.
    Run,
    /// Its script runs, and is ended.
    End,
    /// Its state changes, or what people have said of it before it starts.
    Change,
    /// It stays as it is.
    Keep,
}

impl Will {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Run, Self::End, Self::Change, Self::Keep];

    /// The word that people and programs see.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::End => "end",
            Self::Change => "change",
            Self::Keep => "keep",
        }
    }
}

impl Preview {
    /// How many tracks there are of each fate.
    pub fn counts(&self) -> impl Iterator<Item = (Will, usize)> + '_ {
        let of = |will| self.tracks.iter().filter(|fate| fate.will == will).count();
        Will::ALL.iter().map(move |&will| (will, of(will)))
    }
}

impl Engine {
    /// What would follow from a request. The pipeline has to be live, or to have been revived.
    pub fn preview(&self, now: Time, request: Request) -> Result<Preview, Refusal> {
        let pipeline = request.pipeline;
        let run = self.runs.get(&pipeline);
        let run = run.ok_or(Refusal::NoPipeline(pipeline))?;
        // Without the other pipelines, but for how many of the same graph there are.
        let mut alone = Self::new(self.capacity.clone(), self.next);
        let family = self.families.get(&run.plan.family);
        let family = family.map(|family| (run.plan.family, family.with_queue_of(run)));
        alone.families = family.into_iter().collect();
        alone.runs.insert(pipeline, run.clone());
        alone.running = run.running();
        let by_itself = match &request.action {
            Action::Track(track, TrackAction::Retry(Scope::Alone, _)) => run.index_of(*track),
            _ => None,
        };
        let by_itself = by_itself.filter(|index| run.plan.handler(*index).is_none());
        let mut out = Outbox::default();
        alone.step(now, Event::Act(request), &mut out)?;
        let row = out.pipelines.get(&pipeline).map_or(run.row, |c| c.to);
        let runs = alone.runs.get(&pipeline).map(Run::will_run);
        let fate = |index: u32| {
            let (track, old) = (run.track_id(index), run.track(index).row);
            let new = out.tracks.get(&track).map_or(old, |change| change.to);
            let mut runs = runs.as_ref().is_some_and(|runs| runs[index as usize]);
            // It pauses the pipeline: nobody has asked for what would follow then.
            if by_itself.is_some() && row.paused {
                runs &= new.mark == Some(Mark::Alone);
            }
            let will = match (old.state, new.state) {
                (TrackState::Running, _) if new.ending != old.ending => Will::End,
                (TrackState::Running, _) => Will::Keep,
                (_, _) if runs => Will::Run,
                (from, to) if from != to || new.mark != old.mark => Will::Change,
                _ => Will::Keep,
            };
            Fate {
                track,
                from: old.state,
                to: new.state,
                mark: new.mark,
                will,
            }
        };
        Ok(Preview {
            from: run.row.state,
            to: row.state,
            queued: row.queued,
            paused: row.paused,
            tracks: (0..run.plan.len() as u32).map(fate).collect(),
        })
    }
}

impl Run {
    /// Which tracks have an attempt before them, if all that runs goes well. What runs after the
    /// verdict is among them once the verdict is there.
    fn will_run(&self) -> Vec<bool> {
        let scripts = self.plan.scripts() as u32;
        let ignored = |index: u32| self.plan.vertex(index).ignore;
        let ending = |index: u32| self.track(index).row.ending;
        let fails = |index: u32| ending(index) == Some(Ending::Fail) && !ignored(index);
        let branches = self.plan.policies.on_failure == OnFailure::ContinueIndependent;
        // Once what runs has ended nothing else of it moves by itself.
        let waits = self.alone > 0 || self.count(TrackState::Interrupted) > 0;
        let rests = match self.row.state {
            PipelineState::Running | PipelineState::Paused => false,
            PipelineState::Finish | PipelineState::Stopped => true,
            PipelineState::Failed => self.is_at_rest() || !(self.goes_on() || waits),
        };
        let goes_on = self.goes_on() && (branches || !(0..scripts).any(fails));
        let mut order: Vec<u32> = (0..self.plan.len() as u32).collect();
        order.sort_by_key(|index| std::cmp::Reverse(self.plan.rank(*index)));
        let mut runs = vec![false; order.len()];
        // What will not be done holds all that comes after it.
        let mut held = vec![false; order.len()];
        for index in order {
            let (i, row) = (index as usize, self.track(index).row);
            let alone = row.mark == Some(Mark::Alone);
            let open = match row.state {
                // Before a failure that a person wants it may still get a slot; nobody knows.
                TrackState::Pending => goes_on || alone || index >= scripts,
                TrackState::Waiting if index < scripts => goes_on && !held[i],
                TrackState::Waiting => {
                    let on = self.plan.handler(index);
                    rests && on.is_some_and(|on| is_after(on, self.row.state))
                }
                _ => false,
            };
            runs[i] = open && row.mark != Some(Mark::Skip);
            let ends_well = match row.ending {
                None => row.state == TrackState::Running,
                Some(ending) => ending == Ending::Fail && ignored(index),
            };
            if !(open || self.is_done(index) || ends_well) {
                for &head in self.plan.successors(index) {
                    held[head as usize] = true;
                }
            }
        }
        runs
    }
}
