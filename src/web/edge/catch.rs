//! Pages for requests that reach no handler, or are turned away by a guard.

use rocket::Request;
use rocket::catch;
use rocket::http::{Header, Status};

use crate::door::retry_after;
use crate::web::edge::answer::{Answer, Outcome};
use crate::web::edge::look::Look;
use crate::web::parts::frame::Notice;

/// A page that says one thing, in the language of whoever asked.
fn say(status: Status, look: &Look, title: String, sentence: String) -> Outcome {
    Answer::page(status, &Notice::new(look, title, sentence))
}

#[catch(400)]
pub(in crate::web) fn bad_request(request: &Request<'_>) -> Outcome {
    let look = Look::of(request);
    let (title, sentence) = (look.t.notice_not_understood(), look.t.notice_bad_request());
    say(Status::BadRequest, &look, title, sentence)
}

#[catch(401)]
pub(in crate::web) fn unauthorized(request: &Request<'_>) -> Outcome {
    let look = Look::of(request);
    let sentence = match look.posted {
        true => look.t.sign_in_ended(),
        false => look.t.sign_in_not_yet(),
    };
    Answer::page(Status::Unauthorized, &Notice::sign_in(&look, sentence))
}

#[catch(403)]
pub(in crate::web) fn forbidden(request: &Request<'_>) -> Outcome {
    let look = Look::of(request);
    let (title, sentence) = (look.t.notice_refused(), look.t.notice_foreign_form());
    say(Status::Forbidden, &look, title, sentence)
}

#[catch(404)]
pub(in crate::web) fn not_found(request: &Request<'_>) -> Outcome {
    let look = Look::of(request);
    let (title, sentence) = (look.t.notice_not_found(), look.t.notice_no_page());
    say(Status::NotFound, &look, title, sentence)
}

#[catch(413)]
pub(in crate::web) fn too_large(request: &Request<'_>) -> Outcome {
    let look = Look::of(request);
    let (title, sentence) = (look.t.notice_too_large(), look.t.notice_body_too_large());
    say(Status::PayloadTooLarge, &look, title, sentence)
}

/// Rocket says 422 of an address whose number is not a number: there is no such page.
#[catch(422)]
pub(in crate::web) fn not_a_number(request: &Request<'_>) -> Outcome {
    not_found(request)
}

#[catch(429)]
pub(in crate::web) fn too_often(request: &Request<'_>) -> Outcome {
    let (look, wait) = (Look::of(request), retry_after(request));
    let (title, sentence) = (look.t.notice_too_often(), look.t.notice_wait(wait));
    let page = say(Status::TooManyRequests, &look, title, sentence);
    page.map(|page| page.with(Header::new("Retry-After", wait.to_string())))
}

#[catch(500)]
pub(in crate::web) fn broken(request: &Request<'_>) -> Outcome {
    let notice = Notice::broken(&Look::of(request));
    Answer::page(Status::InternalServerError, &notice)
}

#[catch(default)]
pub(in crate::web) fn other(status: Status, request: &Request<'_>) -> Outcome {
    let look = Look::of(request);
    let (title, sentence) = (
        look.t.notice_not_possible(),
        look.t.notice_other(status.code),
    );
    say(status, &look, title, sentence)
}
