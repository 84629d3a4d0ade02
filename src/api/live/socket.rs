//! `/ws/<id>`: what changes of one pipeline, over a WebSocket (docs/live.md). It only tells: what comes
//! in ends it.

use std::time::Duration;

use rocket::futures::stream::{Stream, StreamExt, iter};
use rocket::futures::{SinkExt, future};
use rocket::http::Status;
use rocket::tokio::time::timeout;
use rocket::tokio::{pin, select};
use rocket::{Shutdown, State, get};
use rocket_ws::frame::CloseFrame;
use rocket_ws::result::{Error, Result as Sending};
use rocket_ws::stream::DuplexStream;
use rocket_ws::{Channel, Config, Message, WebSocket};
use serde_json::{Map, Value, json};

use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::number;
use crate::api::guard::Rights;
use crate::api::live::origin::Origin;
use crate::api::live::stream::{View, said, view};
use crate::api::live::watching::{End, Sent, Watching, sent};
use crate::desk::Desk;
use crate::driver::News;
use crate::engine::PipelineId;

/// Bytes of one message that comes in.
const MOST_IN: usize = 4 << 10;
/// Bytes that wait to be sent, more than what is sent at once.
const MOST_OUT: usize = 128 << 10;
/// Signs of life that the other side may leave without an answer.
const UNANSWERED: u32 = 3;
/// How long the other side may take to hear why it ends.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What is sent.
enum Item {
    Texts(Vec<String>),
    /// A sign of life, with the entry of the journal up to which there is nothing more to tell.
    Alive(Option<i64>),
    Over(End),
}

/// Why a socket is closed.
#[derive(Clone, Copy)]
enum Close {
    /// As a stream ends.
    End(End),
    /// As many watch as may.
    Full,
    /// Something came in.
    Talks,
    /// More came in than is taken at once.
    Floods,
    /// The other side closed it, or has gone.
    Gone,
}

impl Close {
    /// The code and the reason that the other side gets; none when it is not there any more.
    fn says(self) -> Option<(u16, &'static str)> {
        Some(match self {
            Self::End(End::Ended) => (1000, "ended"),
            Self::End(End::Stops) => (1001, "stopping: the server ends, come back with `after`"),
            Self::End(End::Rights) => (4401, "unauthorized: your rights have ended, sign in again"),
            Self::End(End::Behind) => (4409, "behind: you read too slowly, come back with `after`"),
            Self::Full => (
                1013,
                "too-many-viewers: as many watch as may (`stream_viewers`)",
            ),
            Self::Talks => (
                1003,
                "unsupported: this socket only tells, and takes no message",
            ),
            Self::Floods => (1009, "too-large: this socket takes no message"),
            Self::Gone => return None,
        })
    }
}

/// What changes of one pipeline, over a WebSocket
///
/// The same events as of the stream, a JSON text each; the socket is closed with a code and a reason (docs/live.md).
#[utoipa::path(
    tag = "live",
    operation_id = "watchPipeline",
    path = "/ws/{id}",
    responses(
        (status = 101, description = "A WebSocket, version 13."),
        describe::socket,
    )
)]
#[get("/<id>?<after>")]
#[expect(clippy::too_many_arguments, reason = "what a request has")]
pub(in crate::api) async fn watch(
    rights: Rights,
    desk: &State<Desk>,
    watching: &State<Watching>,
    shutdown: Shutdown,
    origin: Origin,
    socket: Option<WebSocket>,
    id: i64,
    after: Option<&str>,
) -> Result<Channel<'static>, ApiError> {
    origin.0?;
    let after = number("after", after)?;
    let socket = socket.ok_or_else(|| {
        let detail = "this address is a WebSocket (version 13): send the headers of its handshake";
        let status = Status::UpgradeRequired;
        ApiError::new(status, "upgrade-required", detail.to_owned())
    })?;
    let stops = shutdown.clone();
    let view = view(desk, PipelineId(id), after).await?;
    let visit = watching.visit(rights, shutdown).ok();
    let config = Config {
        max_message_size: Some(MOST_IN),
        max_frame_size: Some(MOST_IN),
        write_buffer_size: MOST_OUT / 8,
        max_write_buffer_size: MOST_OUT,
        ..Config::default()
    };
    let serve = async move |socket: DuplexStream| match (visit, view) {
        (None, _) => close(socket, Close::Full).await,
        (Some(visit), View::Live(viewer)) => {
            let passed = viewer.passed().map(|passed| Item::Alive(Some(passed)));
            let news = sent(viewer, visit, true).map(Item::from);
            tell(socket, iter(passed).chain(news), stops).await;
        }
        (Some(_place), View::Over(news)) => {
            let texts = Item::Texts(news.iter().map(text).collect());
            tell(socket, iter([texts, Item::Over(End::Ended)]), stops).await;
        }
    };
    Ok(socket.config(config).channel(move |socket| {
        Box::pin(async move {
            serve(socket).await;
            Ok(())
        })
    }))
}

impl From<Sent> for Item {
    fn from(sent: Sent) -> Self {
        match sent {
            Sent::News(told) => {
                let texts = told.iter().map(|told| told.message(text).to_owned());
                Self::Texts(texts.collect())
            }
            Sent::Alive(passed) => Self::Alive(passed),
            Sent::Over(end) => Self::Over(end),
        }
    }
}

/// News as one message. To go on after its `id` leaves nothing out.
fn text(news: &News) -> String {
    let (event, data) = said(news.what);
    let mut message = Map::new();
    // The entry is told whole with its last event.
    let id = news.sequence - i64::from(!news.whole);
    message.insert("id".to_owned(), json!(id));
    message.insert("event".to_owned(), json!(event));
    if let Value::Object(data) = data {
        message.extend(data);
    }
    Value::Object(message).to_string()
}

/// Sends what there is until it ends, and says why.
async fn tell(mut socket: DuplexStream, items: impl Stream<Item = Item>, mut stops: Shutdown) {
    pin!(items);
    let mut unanswered = 0;
    let why = loop {
        let item = select! {
            biased;
            item = items.next() => item.unwrap_or(Item::Over(End::Stops)),
            message = socket.next() => match heard(message) {
                Some(why) => break why,
                None => {
                    unanswered = 0;
                    continue;
                }
            },
        };
        if let Item::Over(end) = item {
            break Close::End(end);
        }
        unanswered += u32::from(matches!(item, Item::Alive(_)));
        // Who does not read holds nothing up but itself.
        let sent = select! {
            sent = send(&mut socket, item) => sent,
            () = &mut stops => break Close::End(End::Stops),
        };
        if sent.is_err() || unanswered > UNANSWERED {
            break Close::Gone;
        }
    };
    close(socket, why).await;
}

async fn send(socket: &mut DuplexStream, item: Item) -> Sending<()> {
    match item {
        Item::Texts(texts) => {
            for text in texts {
                socket.feed(Message::Text(text)).await?;
            }
        }
        Item::Alive(passed) => {
            let passed = passed.map(|passed| passed.to_string());
            let ping = Message::Ping(passed.unwrap_or_default().into());
            socket.feed(ping).await?;
        }
        Item::Over(_) => {}
    }
    socket.flush().await
}

/// Why what came in ends the socket, if it does.
fn heard(message: Option<Sending<Message>>) -> Option<Close> {
    match message {
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => None,
        Some(Ok(Message::Text(_) | Message::Binary(_) | Message::Frame(_))) => Some(Close::Talks),
        Some(Err(Error::Capacity(_))) => Some(Close::Floods),
        Some(Ok(Message::Close(_)) | Err(_)) | None => Some(Close::Gone),
    }
}

/// Says why it ends, and waits a moment until the other side has heard it.
async fn close(mut socket: DuplexStream, why: Close) {
    let last_words = async {
        if let Some((code, reason)) = why.says() {
            let (code, reason) = (code.into(), reason.into());
            let frame = CloseFrame { code, reason };
            if socket.send(Message::Close(Some(frame))).await.is_err() {
                return;
            }
        }
        while let Some(Ok(_)) = socket.next().await {}
        if matches!(why, Close::Floods) {
            // What has come and is not read would take the last words with it.
            future::pending().await
        }
    };
    let _ = timeout(LAST_WORDS, last_words).await;
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::driver::{News, What};
    use crate::engine::{PipelineId, PipelineState, TrackId, TrackState};

    #[test]
    fn messages_are_the_events_with_where_to_go_on() {
        let (pipeline, track) = (PipelineId(7), TrackId(31));
        let running = What::Track {
            pipeline,
            track,
            state: TrackState::Running,
            attempt: 2,
        };
        let over = What::Pipeline {
            pipeline,
            state: PipelineState::Finish,
            over: true,
        };
        for (sequence, whole, what, expected) in [
            (
                812,
                true,
                running,
                r#"{"id":812,"event":"track","p":7,"t":31,"s":"RUNNING","a":2}"#,
            ),
            (
                813,
                false,
                running,
                r#"{"id":812,"event":"track","p":7,"t":31,"s":"RUNNING","a":2}"#,
            ),
            (
                813,
                true,
                over,
                r#"{"id":813,"event":"pipeline","p":7,"s":"FINISH","end":true}"#,
            ),
            (814, true, What::Reload, r#"{"id":814,"event":"reload"}"#),
        ] {
            let news = News {
                sequence,
                whole,
                what,
            };
            assert_eq!(text(&news), expected);
        }
    }
}
