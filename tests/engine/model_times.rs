//! How long the naive model waits, and which way through a graph is the longest.

use trackyard::engine::Plan;
use trackyard::graph::Retry;

pub(crate) fn wait(retry: Retry, used: u32) -> i64 {
    let mut wait = retry.delay.0 as f64;
    for _ in 0..used {
        wait *= retry.backoff;
    }
    wait.min(retry.max_delay.0 as f64) as i64
}

pub(crate) fn longest_way(plan: &Plan, t: usize) -> i64 {
    let heads = plan.successors(t as u32).iter();
    1 + heads
        .map(|head| longest_way(plan, *head as usize))
        .max()
        .unwrap_or(0)
}
