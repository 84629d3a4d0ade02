//! What Rocket knows of the door, and the door of Rocket: each request belongs to a connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Header, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::{Data, Request, Response};

use super::line::Line;
use super::lines::Lines;
use super::refusal::Refusal;

/// Finds the connection of each request, and tells it when the request begins and ends.
pub struct Turns {
    lines: Arc<Lines>,
    stall: Duration,
}

impl Turns {
    /// For the connections of `lines`, whose bodies may stand still for `stall`.
    pub fn new(lines: Arc<Lines>, stall: Duration) -> Self {
        Self { lines, stall }
    }
}

/// A request of a connection. It lives as long as the request: until its answer is given away, or
/// the stream, or what it was upgraded to, has ended.
pub(super) struct Turn {
    line: Arc<Line>,
    /// How long its body may stand still.
    pub(super) stall: Duration,
}

impl Turn {
    /// The request waits for more of its body, or has what it waited for.
    pub(super) fn reads(&self, reading: bool) {
        self.line.reads(reading, Instant::now());
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.line.end(Instant::now());
    }
}

/// The connection of a request, to be cut: an answer that cannot be brought to its end must not be
/// taken for a whole one, and Rocket would end it as it ends any other.
pub struct Cut(Arc<Line>);

impl Cut {
    /// Cuts it; nothing goes to the client any more when this is done.
    pub async fn cut(self) {
        self.0.refuse(Refusal::Late);
        self.0.over.notified().await;
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Cut {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.local_cache(|| None::<Turn>) {
            Some(turn) => Outcome::Success(Self(Arc::clone(&turn.line))),
            None => Outcome::Error((Status::InternalServerError, ())),
        }
    }
}

#[rocket::async_trait]
impl Fairing for Turns {
    fn info(&self) -> Info {
        Info {
            name: "door",
            kind: Kind::Request | Kind::Response,
        }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        // Rocket closes it itself then, behind the last byte.
        let turn = request.local_cache(|| None::<Turn>).as_ref();
        if turn.is_some_and(|turn| turn.line.is_last()) {
            response.set_header(Header::new("Connection", "close"));
        }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        let peer: Option<SocketAddr> = request.remote();
        let Some(line) = peer.and_then(|peer| self.lines.of_peer(peer)) else {
            // Another program of this machine found Rocket's own port: there is nothing for it.
            request.set_uri(rocket::uri!("/not-through-the-door"));
            return;
        };
        request.set_remote(line.client);
        line.begin(Instant::now());
        let stall = self.stall;
        request.local_cache(|| Some(Turn { line, stall }));
    }
}
