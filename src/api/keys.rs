//! The header `Idempotency-Key`: what changes something is done once, however often it is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Header, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, Response};

use super::body::Body;
use super::error::ApiError;
use super::guard::Auth;
use crate::desk::{Desk, Keyed};
use crate::graph::Hidden;

/// The most bytes of an `Idempotency-Key`.
pub(in crate::api) const MOST_KEY_BYTES: usize = 255;
/// What an answer says that was given from what an earlier request had done.
pub(in crate::api) const REPLAYED: &str = "Idempotency-Replayed";

/// The header `Idempotency-Key`, and whether what it asks for was done before.
pub(in crate::api) struct RequestKey {
    key: Option<String>,
    /// Method and address.
    request: String,
    replayed: Replayed,
}

/// Tells the answer of a request that it is a repeated one.
#[derive(Clone, Default)]
struct Replayed(Arc<AtomicBool>);

/// A key that cannot be one, for the catcher.
pub(in crate::api) struct BadKey;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for RequestKey {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let mut keys = request.headers().get("Idempotency-Key");
        let key = keys.next();
        let legal = |key: &str| {
            (1..=MOST_KEY_BYTES).contains(&key.len())
                && key.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        };
        if keys.next().is_some() || key.is_some_and(|key| !legal(key)) {
            request.local_cache(|| Some(BadKey));
            return Outcome::Error((Status::BadRequest, ()));
        }
        Outcome::Success(Self {
            key: key.map(str::to_owned),
            request: format!("{} {}", request.method(), request.uri()),
            replayed: request.local_cache(Replayed::default).clone(),
        })
    }
}

impl RequestKey {
    /// The key itself, of a start: its pipeline keeps it.
    pub(in crate::api) fn of_start(&self) -> Option<String> {
        self.key.clone()
    }

    /// The key itself, of what is kept in a place of its own.
    pub(in crate::api) fn text(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The answer is of what was done before.
    pub(in crate::api) fn is_replayed(&self, replayed: bool) {
        self.replayed.0.store(replayed, Ordering::Relaxed);
    }

    /// A request of `caller` with this body, or one that takes none.
    pub(in crate::api) fn with(self, caller: &Auth, body: Option<&Body>) -> Result<Once, ApiError> {
        let keyed = |key| {
            let body = body.map_or(Ok(""), Body::text)?.to_owned();
            Ok::<_, ApiError>(Keyed {
                key,
                request: self.request,
                body: Hidden::new(body),
                who: caller.0.name.to_owned(),
            })
        };
        Ok(Once {
            keyed: self.key.map(keyed).transpose()?,
            replayed: self.replayed,
        })
    }
}

/// A request that is done once, if it has a key.
pub(in crate::api) struct Once {
    keyed: Option<Keyed>,
    replayed: Replayed,
}

impl Once {
    /// As [`Desk::once`]; the answer says whether it was done before.
    pub(in crate::api) fn run<T, E: Into<ApiError>>(
        self,
        desk: &Desk,
        deed: impl FnOnce(&Desk) -> Result<T, E>,
        again: impl Fn(i64) -> Result<T, E>,
    ) -> Result<T, ApiError> {
        let deed = |desk: &Desk| deed(desk).map_err(Into::into);
        let (done, replayed) =
            desk.once::<T, ApiError>(self.keyed, deed, |made| again(made).map_err(Into::into))?;
        self.replayed.0.store(replayed, Ordering::Relaxed);
        Ok(done)
    }
}

/// Says of an answer that it is of what was done before.
pub struct Replays;

#[rocket::async_trait]
impl Fairing for Replays {
    fn info(&self) -> Info {
        Info {
            name: "replays",
            kind: Kind::Response,
        }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let Replayed(replayed) = request.local_cache(Replayed::default);
        if replayed.load(Ordering::Relaxed) && response.status().class().is_success() {
            response.set_header(Header::new(REPLAYED, "true"));
        }
    }
}
