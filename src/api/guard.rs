//! Who calls: the guard that every route has but `healthz`.

use std::sync::Arc;

use rocket::http::{Method, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, tokio};

use super::query::is_stray;
use crate::access::{Access, Caller, SESSION_COOKIE};
use crate::clock;
use crate::door::{Asking, too_often};
use crate::engine::Time;

/// A caller who has shown a credential: the token, or, to read only, a browser's session.
pub(super) struct Auth(pub(super) Caller);

/// Why a caller was refused, for the catcher.
pub(super) struct Refused(pub(super) &'static str);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Auth {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(access) = request.rocket().state::<Arc<Access>>() else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        let changes = !matches!(request.method(), Method::Get | Method::Head);
        if let Some(header) = request.headers().get_one("Authorization") {
            let caller = bearer(header).and_then(|token| access.by_token(token));
            return match caller {
                Some(_) if too_often(request, Asking::Token) => TOO_OFTEN,
                Some(_) if is_stray(request) => STRAY,
                Some(caller) => Outcome::Success(Self(caller)),
                None => refuse(request, "the token is not the one in `<data>/local.token`"),
            };
        }
        let Some(cookie) = request.cookies().get(SESSION_COOKIE) else {
            if too_often(request, Asking::Nobody) {
                return TOO_OFTEN;
            }
            return Outcome::Error((Status::Unauthorized, ()));
        };
        if changes {
            return refuse(
                request,
                "a browser's session may only read here: show the token",
            );
        }
        let (access, shown) = (Arc::clone(access), cookie.value().to_owned());
        let now = Time(clock::now());
        match tokio::task::spawn_blocking(move || access.by_session(&shown, now)).await {
            Ok(Ok(Some(_))) if too_often(request, Asking::Session(cookie.value())) => TOO_OFTEN,
            Ok(Ok(Some(_))) if is_stray(request) => STRAY,
            Ok(Ok(Some(caller))) => Outcome::Success(Self(caller)),
            Ok(Ok(None)) => refuse(request, "the session has ended: sign in again"),
            Ok(Err(_)) | Err(_) => Outcome::Error((Status::ServiceUnavailable, ())),
        }
    }
}

/// The token of a header `Authorization`.
fn bearer(header: &str) -> Option<&str> {
    header.strip_prefix("Bearer ").map(str::trim)
}

const TOO_OFTEN: Outcome<Auth, ()> = Outcome::Error((Status::TooManyRequests, ()));
const STRAY: Outcome<Auth, ()> = Outcome::Error((Status::UnprocessableEntity, ()));

fn refuse(request: &Request<'_>, why: &'static str) -> Outcome<Auth, ()> {
    // Who shows the right one is never kept waiting by others of the same address.
    if too_often(request, Asking::Wrong) {
        return TOO_OFTEN;
    }
    request.local_cache(|| Some(Refused(why)));
    Outcome::Error((Status::Unauthorized, ()))
}

/// What a caller has shown.
#[derive(Clone)]
enum Shown {
    Token(String),
    Session(String),
}

/// The rights of a caller whose answer lasts: they are looked at again meanwhile.
pub(super) struct Rights {
    access: Arc<Access>,
    shown: Shown,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Rights {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(access) = request.rocket().state::<Arc<Access>>() else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        let token = || {
            let header = request.headers().get_one("Authorization")?;
            Some(Shown::Token(bearer(header)?.to_owned()))
        };
        let session = || {
            let cookie = request.cookies().get(SESSION_COOKIE)?;
            Some(Shown::Session(cookie.value().to_owned()))
        };
        let Some(shown) = token().or_else(session) else {
            return Outcome::Error((Status::Unauthorized, ()));
        };
        Auth::from_request(request).await.map(|Auth(_)| Self {
            access: Arc::clone(access),
            shown,
        })
    }
}

impl Rights {
    /// Whether the caller still has them. Who cannot be looked up now is not sent away.
    pub(super) async fn hold(&self) -> bool {
        let (access, cookie) = match &self.shown {
            Shown::Token(token) => return self.access.by_token(token).is_some(),
            Shown::Session(cookie) => (Arc::clone(&self.access), cookie.clone()),
        };
        let look = move || access.by_session(&cookie, Time(clock::now()));
        !matches!(tokio::task::spawn_blocking(look).await, Ok(Ok(None)))
    }
}
