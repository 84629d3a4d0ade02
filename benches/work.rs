//! What the benches of decisions and of commits tell the engine.

use std::sync::Arc;

use trackyard::engine::{AttemptEnd, AttemptKey, Event, Plan, StartOrder, Time};

pub(crate) const NOW: Time = Time(1_795_230_504_120);

/// A pipeline of this plan starts.
pub(crate) fn start(plan: &Arc<Plan>) -> Event {
    Event::Start(Arc::new(StartOrder {
        plan: Arc::clone(plan),
        name: "bench".to_owned(),
        desc: String::new(),
        request_key: None,
        who: "bench".to_owned(),
        trigger: "rest",
        given: "{}".to_owned(),
        inputs: Vec::new(),
        priority: 0,
        again_of: None,
        why: String::new(),
    }))
}

/// An attempt has succeeded, and its script printed this.
pub(crate) fn ended(key: AttemptKey, output: &[u8]) -> Event {
    let end = AttemptEnd {
        reason: None,
        exit_code: Some(0),
        signal: None,
        detail: None,
        started_at: NOW,
        finished_at: NOW,
        log_bytes: output.len() as u64,
        dropped_bytes: 0,
        outputs: None,
    };
    let output = output.to_vec();
    Event::Ended { key, end, output }
}
