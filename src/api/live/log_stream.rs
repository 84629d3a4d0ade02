//! `/tracks/<id>/log/stream`: a log as it grows, as server-sent events (docs/live.md).

use std::future::poll_fn;
use std::io;
use std::sync::Arc;

use rocket::futures::Stream;
use rocket::http::Status;
use rocket::response::stream::stream;
use rocket::tokio::net::unix::pipe::Receiver;
use rocket::tokio::select;
use rocket::tokio::task::spawn_blocking;
use rocket::tokio::time::timeout;
use rocket::{Shutdown, State, get};
use serde_json::json;

use super::lines::Cut;
use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::number;
use crate::api::guard::Rights;
use crate::api::live::followed::{Followed, Next};
use crate::api::live::last_event::LastEventId;
use crate::api::live::stream::Events;
use crate::api::live::watching::{GATHERING, Visit, Watching, heartbeats, poll_next};
use crate::desk::Desk;
use crate::driver::{Seen, Viewer};
use crate::engine::{PipelineId, TrackId, TrackState};
use crate::spool::{Changes, Spool};

/// A log, line by line, while it is written
///
/// Server-sent events with whole lines as JSON; `id` says where to go on. Ends when the attempt has ended.
#[utoipa::path(
    tag = "live",
    operation_id = "streamLog",
    params(LastEventId),
    responses(
        (status = 200, description = "Events.", body = String, content_type = "text/event-stream"),
        (status = 204, description = "The attempt has ended, and all of its log was told."),
        describe::log_stream,
    )
)]
#[get("/tracks/<id>/log/stream?<attempt>&<from>")]
#[expect(clippy::too_many_arguments, reason = "what a request has")]
pub(in crate::api) async fn follow(
    rights: Rights,
    desk: &State<Desk>,
    spool: &State<Spool>,
    watching: &State<Watching>,
    shutdown: Shutdown,
    last: LastEventId<'_>,
    id: i64,
    attempt: Option<&str>,
    from: Option<&str>,
) -> Result<Result<Events, Status>, ApiError> {
    let visit = watching.visit(rights, shutdown)?;
    let mut attempt = number("attempt", attempt)?;
    let mut position = number("from", from)?.unwrap_or(0);
    let id_of_last = last.0.and_then(|id| id.trim().split_once('-'));
    if let Some((of, at)) = id_of_last {
        attempt = of.parse().ok().filter(|n| *n > 0).or(attempt);
        position = at.parse().unwrap_or(position);
    }
    let came_back = id_of_last.is_some();
    let (desk, spool, cap) = (
        desk.inner().clone(),
        spool.inner().clone(),
        watching.log_cap,
    );
    let begun = blocking(move || {
        let track = TrackId(id);
        let (head, _) = desk
            .store
            .track(track)?
            .ok_or_else(|| ApiError::not_found("track", id))?;
        let pipeline = PipelineId(head.pipeline_id);
        // Before the rows are read: what comes after them is seen.
        let viewer = desk.handle.view(Some(pipeline), None);
        let mut followed = Followed {
            desk,
            spool,
            pipeline,
            track,
            attempt,
            position,
            cap,
            lines: None,
            over: None,
        };
        if let Some(n) = attempt.filter(|n| !(1..=head.attempt.unsigned_abs()).contains(n)) {
            return Err(ApiError::not_found("attempt", n.into()));
        }
        followed.look()?;
        if followed.is_told(came_back).map_err(unreadable)? {
            return Ok(None);
        }
        let changes = Changes::new(&[followed.spool.all_logs()]).map_err(unreadable)?;
        Ok(Some((followed, viewer, changes)))
    });
    let Some((followed, viewer, changes)) = begun.await? else {
        return Ok(Err(Status::NoContent));
    };
    let told = changes.told().and_then(Receiver::from_owned_fd_unchecked);
    let changes = (Arc::new(changes), told.map_err(unreadable)?);
    Ok(Ok(Events::new(sent(followed, viewer, changes, visit))))
}

/// The kernel lets one user watch so many things at once, and no more.
fn unreadable(why: io::Error) -> ApiError {
    tracing::warn!(%why, "a log cannot be followed: {why}");
    let detail = format!("the log cannot be followed now: {why}");
    ApiError::new(Status::ServiceUnavailable, "log", detail)
}

fn sent(
    mut followed: Followed,
    mut viewer: Viewer,
    // What the kernel tells is read as from a pipe: no more than that it has told something.
    (changes, told): (Arc<Changes>, Receiver),
    visit: Visit,
) -> impl Stream<Item = Vec<u8>> {
    stream! {
        // All of it: what is not named would be dropped before the stream begins.
        let Visit { rights, mut shutdown, heartbeat, place: _place } = visit;
        let mut heartbeats = heartbeats(heartbeat);
        let mut looks = true;
        loop {
            let files = Arc::clone(&changes);
            let work = move || {
                let next = followed.next(&files, looks);
                (followed, next)
            };
            let Ok((back, next)) = spawn_blocking(work).await else { break };
            followed = back;
            looks = false;
            match next {
                Ok(Next::Lines(cut)) => {
                    yield lines(followed.attempt, &cut);
                    continue;
                }
                Ok(Next::End(state)) => {
                    yield end(&followed, state);
                    break;
                }
                Ok(Next::Nothing) => {}
                Err(why) => {
                    tracing::error!(%why, "a log could not be read: {why}");
                    break;
                }
            }
            select! {
                biased;
                () = &mut shutdown => break,
                _ = heartbeats.tick() => {
                    if !rights.hold().await {
                        break;
                    }
                    yield b":\n\n".to_vec();
                }
                seen = poll_fn(|context| poll_next(&mut viewer, context)) => match seen {
                    Seen::News(_) => looks = true,
                    Seen::Nothing => {}
                    Seen::Recalled => if !rights.hold().await { break },
                    Seen::Behind => {
                        viewer = followed.desk.handle.view(Some(followed.pipeline), None);
                        looks = true;
                    }
                    Seen::Closed => break,
                },
                ready = told.readable() => {
                    if ready.is_err() {
                        break;
                    }
                    while told.try_read(&mut [0; 4_096]).is_ok() {}
                    if timeout(GATHERING, &mut shutdown).await.is_ok() {
                        break;
                    }
                }
            }
        }
    }
}

/// Lines as one event. Within JSON nothing that a script prints is a field of the stream.
fn lines(attempt: Option<u32>, cut: &Cut) -> Vec<u8> {
    let attempt = attempt.unwrap_or_default();
    let id = cut.to.map(|to| format!("id: {attempt}-{to}\n"));
    let text = String::from_utf8_lossy(&cut.bytes);
    let data = json!({"a": attempt, "to": cut.to, "text": text});
    format!("{}event: log\ndata: {data}\n\n", id.unwrap_or_default()).into_bytes()
}

fn end(followed: &Followed, state: TrackState) -> Vec<u8> {
    let attempt = followed.attempt.unwrap_or_default();
    let to = followed.lines.as_ref().map_or(0, |l| l.log().position());
    let data = json!({"a": attempt, "s": state.word()});
    format!("id: {attempt}-{to}\nevent: end\ndata: {data}\n\n").into_bytes()
}
