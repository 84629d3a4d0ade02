//! What a graph says of failures, repetitions, time and what is scarce makes sense.

use super::codes;
use super::duration::LONGEST;
use super::model::{Limits, Millis};
use super::places::{Part, Sink, Spot};
use super::policy::{ExitCodes, Retry, When};
use super::rlimits::Rlimits;
use super::similar::quote;

/// The most further attempts that a retry policy may allow.
const MOST_RETRIES: u32 = 1000;

/// The most bytes of a pool's name.
const POOL_NAME_BYTES: usize = 100;

pub(super) fn timeout(sink: &mut Sink<'_>, owner: Option<usize>, timeout: Option<Millis>) {
    if let Some(timeout) = timeout
        && (timeout == Millis(0) || timeout > LONGEST)
    {
        let message = format!(
            "the timeout {} is out of range; write one from 1ms to {LONGEST}, or none",
            quote(&timeout.to_string())
        );
        let spot = Spot::of(owner, Part::Key("timeout"));
        sink.error(codes::BAD_DURATION, spot, message);
    }
}

/// The name that scripts after the verdict have for themselves, and the pool of a vertex.
pub(super) fn operations(sink: &mut Sink<'_>, index: usize) {
    let vertex = &sink.graph.vertices[index];
    if vertex.handler.is_none() && When::from_word(&vertex.name).is_some() {
        let message = format!(
            "{} is what a script after the verdict is called; write it under `handlers:`, or rename it",
            quote(&vertex.name)
        );
        let spot = Spot::vertex(index, Part::Whole);
        sink.error(codes::RESERVED_VERTEX_NAME, spot, message);
    }
    if let Some(pool) = vertex.pool.as_deref().filter(|pool| !is_pool_name(pool)) {
        let message = format!(
            "{} cannot name a pool; use up to {POOL_NAME_BYTES} letters, digits, `_`, `-` and `.`",
            quote(pool)
        );
        sink.error(
            codes::BAD_POOL,
            Spot::vertex(index, Part::Key("pool")),
            message,
        );
    }
}

/// Whether a pool may be called so: settings name it in a list.
fn is_pool_name(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    (1..=POOL_NAME_BYTES).contains(&name.len()) && name.bytes().all(fits)
}

/// The words by which people find a graph: they stand in addresses and lists.
pub(super) fn tags(sink: &mut Sink<'_>, limits: &Limits) {
    let (tags, spot) = (&sink.graph.tags, Spot::graph(Part::Key("tags")));
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"_-.:/".contains(&b);
    let most = limits.tag_bytes;
    for tag in tags {
        if !(1..=most).contains(&tag.len()) || !tag.bytes().all(fits) {
            let message = format!(
                "{} cannot be a tag; use up to {most} letters, digits, `_`, `-`, `.`, `:` and `/`",
                quote(tag)
            );
            sink.error(codes::BAD_TAG, spot, message);
        }
    }
    if tags.len() > limits.tags {
        let message = format!(
            "the graph has {} tags and the limit is {}; keep those that people look for",
            tags.len(),
            limits.tags
        );
        sink.error(codes::TOO_MANY_TAGS, spot, message);
    }
}

/// What scripts may use of the machine.
pub(super) fn limited(sink: &mut Sink<'_>, owner: Option<usize>, limits: Rlimits) {
    for (resource, value) in limits.iter().filter(|(r, v)| !r.allows(*v)) {
        let message = format!(
            "the limit of `{}` is {value}; {}",
            resource.word(),
            resource.advice()
        );
        sink.error(
            codes::BAD_LIMIT,
            Spot::of(owner, Part::Key("limits")),
            message,
        );
    }
}

pub(super) fn retry(retry: Retry) -> Option<String> {
    if retry.limit > MOST_RETRIES {
        return Some(format!(
            "`limit` is {} and may be {MOST_RETRIES} at most",
            retry.limit
        ));
    }
    if !(1.0..=1000.0).contains(&retry.backoff) {
        return Some(format!(
            "`backoff` is `{}` and must be from 1 to 1000",
            retry.backoff
        ));
    }
    if !(0.0..=1.0).contains(&retry.jitter) {
        return Some(format!(
            "`jitter` is `{}` and must be from 0 to 1: the part of a wait by which it may be shorter",
            retry.jitter
        ));
    }
    let never = |codes: ExitCodes| codes == ExitCodes::default() || codes.has(0);
    if retry.exit_codes.is_some_and(never) {
        let why = "`exit_codes` must name at least one code, from 1 to 255: 0 is a success";
        return Some(why.to_owned());
    }
    if retry.max_delay < retry.delay || retry.max_delay == Millis(0) || retry.max_delay > LONGEST {
        return Some(format!(
            "`max_delay` is {} and must be more than zero, no less than `delay` ({}) and {LONGEST} at most",
            retry.max_delay, retry.delay
        ));
    }
    None
}
