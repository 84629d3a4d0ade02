//! Who may see pages: a browser with a session.

use std::sync::Arc;

use rocket::State;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};

use crate::access::{Access, Caller};
use crate::desk::Desk;
use crate::door::{Asking, too_often};
use crate::engine::Time;
use crate::web::edge::answer::{Failure, blocking};
use crate::web::edge::look::Look;
use crate::web::parts::frame::INBOX_SHOWN;

/// The name of the cookie of a session.
pub(in crate::web) const COOKIE: &str = "trackyard_session";

/// Reads the clock. A part of what Rocket manages, so that tests have a clock of their own.
#[derive(Debug, Clone, Copy)]
pub struct Clock(pub fn() -> Time);

/// A browser that is signed in. Every route but the sign-in takes one.
#[derive(Debug, Clone)]
pub struct Browser {
    pub(in crate::web) caller: Caller,
    pub(in crate::web) cookie: String,
    /// When the request came.
    pub(in crate::web) now: Time,
    /// Why nothing can be changed now, when that is so.
    pub(in crate::web) trouble: Option<String>,
    /// How many tracks wait for a person, one more than is shown at most.
    pub(in crate::web) inbox: usize,
    /// Nothing new starts.
    pub(in crate::web) draining: bool,
    /// Why the reserve of the disk is not there.
    pub(in crate::web) no_reserve: Option<String>,
    /// How pages look to it.
    pub(in crate::web) look: Look,
}

impl Browser {
    /// What the forms of this browser carry.
    pub(in crate::web) fn csrf(&self) -> &str {
        self.caller.csrf.as_deref().unwrap_or_default()
    }
}

async fn look_up(request: &Request<'_>) -> Result<Option<Browser>, Failure> {
    let Some(cookie) = request.cookies().get(COOKIE) else {
        return Ok(None);
    };
    let cookie = cookie.value().to_owned();
    let rocket = request.rocket();
    let (Some(access), Some(clock), Some(desk)) = (
        rocket.state::<Arc<Access>>(),
        rocket.state::<Clock>(),
        rocket.state::<Desk>(),
    ) else {
        return Err(Failure::CutOff(
            "no access, clock or desk is managed".into(),
        ));
    };
    let (trouble, draining) = (desk.handle.trouble(), desk.handle.is_draining());
    let (no_reserve, look) = (desk.handle.no_reserve(), Look::of(request));
    let (access, now, store) = (Arc::clone(access), (clock.0)(), desk.store.clone());
    blocking(move || {
        let caller = access.by_session(&cookie, now)?;
        let Some(caller) = caller else {
            return Ok(None);
        };
        Ok(Some(Browser {
            caller,
            inbox: store.inbox_count(INBOX_SHOWN as i64 + 1)?,
            cookie,
            now,
            trouble,
            draining,
            no_reserve,
            look,
        }))
    })
    .await
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Browser {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        // Guards run more than once for a request with a form: look only once.
        let found = request.local_cache_async(look_up(request)).await;
        let asking = match (found, request.cookies().get(COOKIE)) {
            (Ok(Some(browser)), _) => Asking::Session(&browser.cookie),
            (_, Some(_)) => Asking::Wrong,
            (_, None) => Asking::Nobody,
        };
        if too_often(request, asking) {
            return Outcome::Error((Status::TooManyRequests, ()));
        }
        match found {
            Ok(Some(browser)) => Outcome::Success(browser.clone()),
            Ok(None) => Outcome::Error((Status::Unauthorized, ())),
            Err(why) => {
                tracing::error!(path = %request.uri().path(), "cannot look up a session: {why}");
                Outcome::Error((Status::InternalServerError, ()))
            }
        }
    }
}

/// The time of a request that needs no session.
pub(in crate::web) fn now(clock: &State<Clock>) -> Time {
    (clock.0)()
}
