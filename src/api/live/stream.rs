//! `/stream` and `/pipelines/<id>/stream`: what changes, as server-sent events (docs/live.md).

use std::io::Cursor;
use std::pin::Pin;
use std::task::Waker;

use rocket::futures::stream::{Stream, StreamExt, iter, once};
use rocket::http::{ContentType, Header, Status};
use rocket::response::Responder;
use rocket::response::stream::ReaderStream;
use rocket::{Request, Response, Shutdown, State, get};
use serde_json::{Value, json};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Rights;
use crate::api::live::last_event::LastEventId;
use crate::api::live::watching::{Sent, Watching, is_end, sent};
use crate::api::pipelines::head;
use crate::desk::Desk;
use crate::driver::{News, Seen, Viewer, What};
use crate::engine::{PipelineId, PipelineState};

/// Milliseconds after which a browser asks again when a stream has broken.
const RETRY_MS: u32 = 1_000;
/// Bytes that are handed on at once; each open stream has room for so many.
const CHUNK: usize = 1_024;

/// Server-sent events.
pub(in crate::api) struct Events(Pin<Box<dyn Stream<Item = Vec<u8>> + Send>>);

impl Events {
    pub(in crate::api) fn new(blocks: impl Stream<Item = Vec<u8>> + Send + 'static) -> Self {
        let opening = format!("retry: {RETRY_MS}\n\n").into_bytes();
        Self(Box::pin(once(async { opening }).chain(blocks)))
    }
}

impl<'r> Responder<'r, 'static> for Events {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        Response::build()
            .header(ContentType::EventStream)
            .header(Header::new("Cache-Control", "no-store"))
            // A proxy that gathers would keep events back.
            .header(Header::new("X-Accel-Buffering", "no"))
            // A server that ends does not wait for what else may come over this connection.
            .header(Header::new("Connection", "close"))
            .max_chunk_size(CHUNK)
            .streamed_body(ReaderStream::from(self.0.map(Cursor::new)))
            .ok()
    }
}

/// What changes, live
///
/// Server-sent events: thin ones, with numbers and states (docs/live.md). It goes on until the viewer leaves.
#[utoipa::path(
    tag = "live",
    operation_id = "streamAll",
    params(LastEventId),
    responses(
        (status = 200, description = "Events.", body = String, content_type = "text/event-stream"),
        describe::stream,
    )
)]
#[get("/stream?<after>")]
pub(in crate::api) fn all(
    rights: Rights,
    desk: &State<Desk>,
    watching: &State<Watching>,
    shutdown: Shutdown,
    last: LastEventId<'_>,
    after: Option<&str>,
) -> Result<Events, ApiError> {
    let visit = watching.visit(rights, shutdown)?;
    let viewer = desk.handle.view(None, last.or(after)?);
    let opening = begins(&viewer);
    Ok(Events::new(
        opening.chain(sent(viewer, visit, false).map(block)),
    ))
}

/// What changes of one pipeline, live
///
/// Ends when the pipeline has ended; the last event has the verdict.
#[utoipa::path(
    tag = "live",
    operation_id = "streamPipeline",
    params(LastEventId),
    responses(
        (status = 200, description = "Events.", body = String, content_type = "text/event-stream"),
        (status = 204, description = "The pipeline has ended, and all of it was told."),
        describe::stream_of_pipeline,
    )
)]
#[get("/pipelines/<id>/stream?<after>")]
pub(in crate::api) async fn pipeline(
    rights: Rights,
    desk: &State<Desk>,
    watching: &State<Watching>,
    shutdown: Shutdown,
    last: LastEventId<'_>,
    id: i64,
    after: Option<&str>,
) -> Result<Result<Events, Status>, ApiError> {
    let visit = watching.visit(rights, shutdown)?;
    let after = last.or(after)?;
    Ok(match view(desk, PipelineId(id), after).await? {
        View::Live(viewer) => {
            let opening = begins(&viewer);
            Ok(Events::new(
                opening.chain(sent(viewer, visit, true).map(block)),
            ))
        }
        View::Over(news) if news.is_empty() => Err(Status::NoContent),
        View::Over(news) => Ok(Events::new(iter(news.into_iter().map(|n| text(&n).into())))),
    })
}

/// What there is to see of a pipeline.
pub(in crate::api) enum View {
    Live(Viewer),
    /// It has ended: what the caller has missed of it.
    Over(Vec<News>),
}

/// What there is to see of a pipeline after an entry of the journal, or from now on.
pub(in crate::api) async fn view(
    desk: &Desk,
    id: PipelineId,
    after: Option<i64>,
) -> Result<View, ApiError> {
    let desk = desk.clone();
    blocking(move || {
        // Before the row is read: what comes after it is seen.
        let mut viewer = desk.handle.view(Some(id), after);
        let head = head(&desk, id)?;
        let verdict = PipelineState::from_code(head.state).filter(|_| head.finished_at.is_some());
        let Some(state) = verdict else {
            return Ok(View::Live(viewer));
        };
        let last = desk.store.journal_tail(id, 1)?;
        let sequence = last.first().map_or(0, |entry| entry.sequence);
        if after.is_none_or(|after| after >= sequence) {
            return Ok(View::Over(Vec::new()));
        }
        let (pipeline, over) = (id, true);
        let read_again = (false, What::Reload);
        let end = (
            true,
            What::Pipeline {
                pipeline,
                state,
                over,
            },
        );
        let of_row = [read_again, end].map(|(whole, what)| News {
            sequence,
            whole,
            what,
        });
        Ok(View::Over(match viewer.next(usize::MAX, Waker::noop()) {
            Seen::News(told) if told.last().is_some_and(|t| is_end(t.news.what)) => {
                told.iter().map(|told| told.news).collect()
            }
            _ => of_row.into(),
        }))
    })
    .await
}

/// Tells from where a stream goes on that breaks before its first event.
fn begins(viewer: &Viewer) -> impl Stream<Item = Vec<u8>> + use<> {
    iter(viewer.passed().map(|passed| alive(Some(passed))))
}

/// As a stream sends it.
fn block(sent: Sent) -> Vec<u8> {
    match sent {
        Sent::News(told) => told
            .iter()
            .flat_map(|told| told.text(text).bytes())
            .collect(),
        Sent::Alive(passed) => alive(passed),
    }
}

/// A comment; with it the browser learns from where to go on.
fn alive(passed: Option<i64>) -> Vec<u8> {
    let id = passed.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!(":\n{id}\n").into_bytes()
}

/// News as one event.
fn text(news: &News) -> String {
    let id = match news.whole {
        true => format!("id: {}\n", news.sequence),
        false => String::new(),
    };
    let (event, data) = said(news.what);
    format!("{id}event: {event}\ndata: {data}\n\n")
}

/// The name of an event, and what it tells.
pub(in crate::api) fn said(what: What) -> (&'static str, Value) {
    match what {
        What::Track {
            pipeline,
            track,
            state,
            attempt,
        } => (
            "track",
            json!({"p": pipeline.0, "t": track.0, "s": state.word(), "a": attempt}),
        ),
        What::Pipeline {
            pipeline,
            state,
            over: false,
        } => ("pipeline", json!({"p": pipeline.0, "s": state.word()})),
        What::Pipeline {
            pipeline,
            state,
            over: true,
        } => (
            "pipeline",
            json!({"p": pipeline.0, "s": state.word(), "end": true}),
        ),
        What::Removed { pipeline } => ("removed", json!({"p": pipeline.0})),
        What::Reload => ("reload", json!({})),
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::driver::{News, What};
    use crate::engine::{PipelineId, PipelineState, TrackId, TrackState};

    #[test]
    fn events_are_thin_and_as_documented() {
        let (pipeline, track) = (PipelineId(7), TrackId(31));
        let event = |sequence, whole, what| {
            text(&News {
                sequence,
                whole,
                what,
            })
        };
        let moved = |pipeline, track, state, attempt| What::Track {
            pipeline,
            track,
            state,
            attempt,
        };
        let stands = |over| What::Pipeline {
            pipeline,
            state: PipelineState::Failed,
            over,
        };
        let running = moved(pipeline, track, TrackState::Running, 2);
        assert_eq!(
            event(812, true, running),
            "id: 812\nevent: track\ndata: {\"p\":7,\"t\":31,\"s\":\"RUNNING\",\"a\":2}\n\n"
        );
        assert_eq!(
            event(813, false, stands(false)),
            "event: pipeline\ndata: {\"p\":7,\"s\":\"FAILED\"}\n\n"
        );
        assert_eq!(
            event(814, true, stands(true)),
            "id: 814\nevent: pipeline\ndata: {\"p\":7,\"s\":\"FAILED\",\"end\":true}\n\n"
        );
        assert_eq!(
            event(815, true, What::Reload),
            "id: 815\nevent: reload\ndata: {}\n\n"
        );
        assert_eq!(
            event(816, true, What::Removed { pipeline }),
            "id: 816\nevent: removed\ndata: {\"p\":7}\n\n"
        );
        let (most, number) = (i64::MAX, u32::MAX);
        let longest = moved(
            PipelineId(most),
            TrackId(most),
            TrackState::Interrupted,
            number,
        );
        assert!(event(most, true, longest).len() < 200);
    }
}
