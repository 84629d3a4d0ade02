//! What happened in a run, line by line, for one who replays a seed.

use trackyard::engine::{Effect, Event, Time};

/// Prints each step, or nothing.
#[derive(Default)]
pub(crate) struct Story {
    told: bool,
    step: usize,
    now: Time,
}

impl Story {
    /// A story that is told.
    pub(crate) fn told() -> Self {
        Self {
            told: true,
            ..Self::default()
        }
    }

    /// The next lines are of this step.
    pub(crate) fn at(&mut self, step: usize, now: Time) {
        (self.step, self.now) = (step, now);
    }

    /// Tells a line; it is not even made when nobody listens.
    pub(crate) fn tell(&self, line: impl FnOnce() -> String) {
        if self.told {
            println!("{:>6} {:>7}ms  {}", self.step, self.now.0, line());
        }
    }
}

/// An event in a few words.
pub(crate) fn event(event: &Event) -> String {
    match event {
        Event::Start(order) => format!("start a graph of {}", order.plan.len()),
        Event::Act(request) => format!(
            "{} of pipeline {}: {:?}, expecting {:?}",
            request.action.word(),
            request.pipeline,
            request.action,
            request.expect
        ),
        Event::Ended { key, end, .. } => match end.reason {
            None => format!("{key} ended well"),
            Some(reason) => format!("{key} ended by {reason}"),
        },
        Event::NotStarted { key, .. } => format!("{key} was not started"),
        Event::Interrupted { key, .. } => format!("{key} was interrupted"),
    }
}

/// An effect in a few words.
pub(crate) fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Launch(key) => format!("launch {key}"),
        Effect::Kill { key, now } => format!("kill {key}, at once: {now}"),
        Effect::EndSurvivors { key, now } => {
            format!("end what still runs of {key}, at once: {now}")
        }
        Effect::Clean(key) => format!("clean {key}"),
        Effect::Settled(pipeline) => format!("pipeline {pipeline} is settled"),
    }
}
