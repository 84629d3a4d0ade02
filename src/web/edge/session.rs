//! Signing in with a one-time link, and signing out.

use std::sync::Arc;

use rocket::http::{Cookie, CookieJar, SameSite, Status};
use rocket::time::Duration;
use rocket::{State, get, post};

use crate::access::{Access, SESSION_MS};
use crate::door::Stranger;
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::{Browser, COOKIE, Clock, now};
use crate::web::edge::look::Look;
use crate::web::edge::posted::Posted;
use crate::web::parts::frame::Notice;

#[get("/sign-in?<code>")]
pub(in crate::web) async fn sign_in(
    _anybody: Stranger,
    code: Option<String>,
    look: Look,
    known: Option<Browser>,
    access: &State<Arc<Access>>,
    clock: &State<Clock>,
    jar: &CookieJar<'_>,
) -> Outcome {
    let (access, now) = (Arc::clone(access), now(clock));
    let Some(code) = code else {
        let notice = Notice::sign_in(&look, look.t.sign_in_by_link());
        return Answer::page(Status::Unauthorized, &notice);
    };
    let made = blocking(move || access.sign_in(&code, now).map_err(Failure::from)).await?;
    if let Some(secret) = made {
        let cookie = Cookie::build((COOKIE, secret.text().to_owned()))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(Duration::milliseconds(SESSION_MS));
        jar.add(cookie);
        return Ok(Answer::go("/".to_owned()));
    }
    if known.is_some() {
        return Ok(Answer::go("/".to_owned()));
    }
    let notice = Notice::sign_in(&look, look.t.sign_in_spent());
    Answer::page(Status::Unauthorized, &notice)
}

#[post("/sign-out", data = "<_form>")]
pub(in crate::web) async fn sign_out(
    who: Browser,
    _form: Posted,
    access: &State<Arc<Access>>,
    jar: &CookieJar<'_>,
) -> Outcome {
    let access = Arc::clone(access);
    blocking(move || access.sign_out(&who.cookie).map_err(Failure::from)).await?;
    jar.remove(Cookie::build(COOKIE).path("/"));
    Ok(Answer::go("/sign-in".to_owned()))
}
