//! What would follow from a request, without it being done.

use super::core::Engine;
use super::event::Event;
use super::ids::{Time, TrackId};
use super::outbox::Outbox;
use super::request::{Refusal, Request};
use super::state::{PipelineState, TrackState};

/// What a request would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The pipeline's state now.
    pub from: PipelineState,
    /// And then.
    pub to: PipelineState,
    /// It would have to wait until fewer pipelines of its graph run.
    pub queued: bool,
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
    /// In a word.
    pub will: Will,
}

/// What becomes of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Will {
    /// Its script will run, now or when its turn comes.
    Run,
    /// Its script runs, and is ended.
    End,
    /// Its state changes.
    Change,
    /// It stays as it is.
    Keep,
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
        let begun = family.map(|family| (run.plan.family, family.without_queue()));
        alone.families = begun.into_iter().collect();
        alone.runs.insert(pipeline, run.clone());
        alone.running = run.running();
        let mut out = Outbox::default();
        alone.step(now, Event::Act(request), &mut out)?;
        let row = out.pipelines.get(&pipeline).map_or(run.row, |c| c.to);
        let fate = |index: u32| {
            let (track, old) = (run.track_id(index), run.track(index).row);
            let new = out.tracks.get(&track).map_or(old, |change| change.to);
            let open = matches!(new.state, TrackState::Waiting | TrackState::Pending);
            let will = match (old.state, new.state) {
                (TrackState::Running, _) if new.ending != old.ending => Will::End,
                (_, _) if open && row.finished_at.is_none() => Will::Run,
                (from, to) if from != to => Will::Change,
                _ => Will::Keep,
            };
            Fate {
                track,
                from: old.state,
                to: new.state,
                will,
            }
        };
        Ok(Preview {
            from: run.row.state,
            to: row.state,
            queued: row.queued,
            tracks: (0..run.plan.len() as u32).map(fate).collect(),
        })
    }
}
