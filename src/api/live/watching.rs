//! What all streams have in common: how many there are, when they give a sign of life, and when
//! they end: with the server, with the caller's rights, or because the caller does not keep up.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rocket::Shutdown;
use rocket::futures::Stream;
use rocket::http::Status;
use rocket::response::stream::stream;
use rocket::tokio::select;
use rocket::tokio::sync::{OwnedSemaphorePermit, Semaphore};
use rocket::tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

use crate::api::error::ApiError;
use crate::api::guard::Rights;
use crate::config::Config;
use crate::driver::{Seen, Told, Viewer, What};

/// News that is sent at once at most.
const NEWS_AT_ONCE: usize = 256;
/// After what was sent, so long is gathered what comes next: many small writes cost most.
pub(in crate::api) const GATHERING: Duration = Duration::from_millis(100);

/// What all streams of a server share.
pub struct Watching {
    places: Arc<Semaphore>,
    heartbeat: Duration,
    /// Bytes of a script's output that its log keeps.
    pub(in crate::api) log_cap: u64,
}

/// One stream's share.
pub(in crate::api) struct Visit {
    pub(in crate::api) rights: Rights,
    pub(in crate::api) shutdown: Shutdown,
    pub(in crate::api) heartbeat: Duration,
    /// Free again for another one once it is dropped.
    pub(in crate::api) place: OwnedSemaphorePermit,
}

/// What a viewer gets.
pub(in crate::api) enum Sent {
    News(Vec<Arc<Told>>),
    /// A sign of life, with the entry of the journal up to which there is nothing more for it.
    Alive(Option<i64>),
    /// It ends here.
    Over(End),
}

/// Why a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum End {
    /// What was watched has ended.
    Ended,
    /// The server ends.
    Stops,
    /// The caller has lost its rights.
    Rights,
    /// The caller did not keep up.
    Behind,
}

impl Watching {
    /// As the settings say.
    pub fn new(config: &Config) -> Self {
        Self {
            places: Arc::new(Semaphore::new(config.stream_viewers)),
            heartbeat: config.stream_heartbeat,
            log_cap: config.log_cap_bytes,
        }
    }

    /// Takes a place for a stream, if one is free.
    pub(in crate::api) fn visit(
        &self,
        rights: Rights,
        shutdown: Shutdown,
    ) -> Result<Visit, ApiError> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| {
            let detail = "as many streams are open as this server takes (`stream_viewers`): \
                          close one, or ask for the state now and then";
            ApiError::new(
                Status::ServiceUnavailable,
                "too-many-viewers",
                detail.to_owned(),
            )
        })?;
        Ok(Visit {
            rights,
            shutdown,
            heartbeat: self.heartbeat,
            place,
        })
    }
}

/// Ticks at each heartbeat, the first time after one.
pub(in crate::api) fn heartbeats(every: Duration) -> Interval {
    let mut ticks = interval_at(Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// What comes next for a viewer.
pub(in crate::api) fn poll_next(viewer: &mut Viewer, context: &Context<'_>) -> Poll<Seen> {
    match viewer.next(NEWS_AT_ONCE, context.waker()) {
        Seen::Nothing => Poll::Pending,
        seen => Poll::Ready(seen),
    }
}

/// What a viewer gets from now on. With `to_end` nothing follows the end of a pipeline.
pub(in crate::api) fn sent(
    mut viewer: Viewer,
    visit: Visit,
    to_end: bool,
) -> impl Stream<Item = Sent> {
    stream! {
        // All of it: what is not named would be dropped before the stream begins.
        let Visit { rights, mut shutdown, heartbeat, place: _place } = visit;
        let mut heartbeats = heartbeats(heartbeat);
        loop {
            let seen = select! {
                biased;
                () = &mut shutdown => Seen::Closed,
                _ = heartbeats.tick() => Seen::Recalled,
                seen = poll_fn(|context| poll_next(&mut viewer, context)) => seen,
            };
            match seen {
                Seen::News(told) => {
                    let all = told.len() < NEWS_AT_ONCE;
                    let ended = to_end && told.iter().any(|told| is_end(told.news.what));
                    yield Sent::News(told);
                    if ended {
                        yield Sent::Over(End::Ended);
                        break;
                    }
                    if all && timeout(GATHERING, &mut shutdown).await.is_ok() {
                        yield Sent::Over(End::Stops);
                        break;
                    }
                }
                Seen::Nothing => {}
                Seen::Recalled => {
                    if !rights.hold().await {
                        yield Sent::Over(End::Rights);
                        break;
                    }
                    yield Sent::Alive(viewer.passed());
                }
                Seen::Behind => {
                    yield Sent::Over(End::Behind);
                    break;
                }
                Seen::Closed => {
                    yield Sent::Over(End::Stops);
                    break;
                }
            }
        }
    }
}

/// Whether nothing of a pipeline can move any more.
pub(in crate::api) fn is_end(what: What) -> bool {
    matches!(what, What::Pipeline { over: true, .. })
}
