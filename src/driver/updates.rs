//! Telling others about tracks as their rows are committed: live progress without reading the
//! database again and again.
//!
//! Nobody may rely on it alone: a subscriber that does not keep up is dropped, sees its channel
//! closed and reads the rows.

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::engine::{Outbox, PipelineId, TrackId, TrackState};

/// Updates that may wait for a subscriber; one more and it is dropped.
const MOST_WAITING: usize = 4_096;

/// A track stands somewhere new, and its row says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Update {
    /// The run.
    pub pipeline: PipelineId,
    /// The track.
    pub track: TrackId,
    /// Where it stands.
    pub state: TrackState,
    /// The number of its last attempt; 0 before the first.
    pub attempt: u32,
}

/// Those who want to know.
#[derive(Default)]
pub(super) struct Subscribers(Vec<Sender<Update>>);

/// A channel for one subscriber.
pub(super) fn channel() -> (Sender<Update>, Receiver<Update>) {
    bounded(MOST_WAITING)
}

impl Subscribers {
    pub(super) fn add(&mut self, subscriber: Sender<Update>) {
        self.0.push(subscriber);
    }

    /// Passes on what a commit has changed. Of several changes of a track the last one is told.
    pub(super) fn tell(&mut self, out: &Outbox) {
        if self.0.is_empty() {
            return;
        }
        // The journal knows the pipeline of each track, and the order in which things happened.
        for entry in &out.journal {
            let change = entry.track.and_then(|id| Some((id, out.tracks.get(&id)?)));
            let Some((track, change)) = change else {
                continue;
            };
            if change.to.state.word() != entry.to {
                continue;
            }
            let update = Update {
                pipeline: entry.pipeline,
                track,
                state: change.to.state,
                attempt: change.to.attempt,
            };
            self.0.retain(|s| s.try_send(update).is_ok());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{MOST_WAITING, Subscribers, Update, channel};
    use crate::engine::{
        Capacity, Engine, Event, GraphId, NextIds, Outbox, PipelineId, Plan, PlanVertex, Policies,
        StartOrder, Time, TrackId, TrackState, VertexId,
    };

    /// What starting a pipeline of two vertices on one slot commits.
    fn started() -> Outbox {
        let next = NextIds {
            pipeline: 7,
            track: 30,
            journal: 1,
        };
        let mut engine = Engine::new(Capacity::of(1), next);
        let vertex = |id| PlanVertex {
            id: VertexId(id),
            ..PlanVertex::default()
        };
        let vertices = vec![vertex(1), vertex(2)];
        let plan = Plan::new(
            (GraphId(1), GraphId(1)),
            1,
            Policies::default(),
            vertices,
            &[],
            Vec::new(),
        );
        let order = StartOrder {
            plan: Arc::new(plan),
            name: String::new(),
            desc: String::new(),
            request_key: None,
            who: String::new(),
            trigger: "run",
            given: String::new(),
            inputs: Vec::new(),
            priority: 0,
            again_of: None,
        };
        let mut out = Outbox::default();
        engine
            .step(Time(1), Event::Start(Arc::new(order)), &mut out)
            .expect("it starts");
        engine.dispatch(Time(1), &mut out);
        out
    }

    #[test]
    fn a_track_is_told_with_its_pipeline_and_last_state() {
        let mut subscribers = Subscribers::default();
        let (send, receive) = channel();
        subscribers.add(send);
        subscribers.tell(&started());
        let told: Vec<Update> = receive.try_iter().collect();
        let expected = Update {
            pipeline: PipelineId(7),
            track: TrackId(30),
            state: TrackState::Running,
            attempt: 1,
        };
        assert_eq!(told, [expected]);
    }

    #[test]
    fn one_that_lags_is_dropped_and_sees_it() {
        let mut subscribers = Subscribers::default();
        let (send, receive) = channel();
        subscribers.add(send);
        let out = started();
        for _ in 0..=MOST_WAITING {
            subscribers.tell(&out);
        }
        assert!(subscribers.0.is_empty());
        assert_eq!(receive.iter().count(), MOST_WAITING);
    }
}
