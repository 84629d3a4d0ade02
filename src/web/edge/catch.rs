//! Pages for requests that reach no handler, or are turned away by a guard.

use rocket::Request;
use rocket::catch;
use rocket::http::{Header, Status};

use crate::door::retry_after;
use crate::web::edge::answer::{Answer, Outcome};
use crate::web::parts::frame::Notice;

#[catch(400)]
pub(in crate::web) fn bad_request() -> Outcome {
    let sentence = "The server could not read what the browser sent. Go back and try again.";
    Answer::page(
        Status::BadRequest,
        &Notice::new("Not understood", sentence.to_owned()),
    )
}

#[catch(401)]
pub(in crate::web) fn unauthorized() -> Outcome {
    Answer::page(
        Status::Unauthorized,
        &Notice::sign_in("This browser is not signed in."),
    )
}

#[catch(403)]
pub(in crate::web) fn forbidden() -> Outcome {
    let sentence = "This form is not one that this server gave to this browser, or it is from an \
                    earlier session. Nothing was changed. Load the page again and send it again.";
    Answer::page(
        Status::Forbidden,
        &Notice::new("Refused", sentence.to_owned()),
    )
}

#[catch(404)]
pub(in crate::web) fn not_found() -> Outcome {
    let sentence = "There is no page at this address.";
    Answer::page(
        Status::NotFound,
        &Notice::new("Not found", sentence.to_owned()),
    )
}

#[catch(413)]
pub(in crate::web) fn too_large() -> Outcome {
    let sentence = "What the browser sent is larger than the server takes (see max_file_bytes in \
                    the settings). Nothing was changed.";
    Answer::page(
        Status::PayloadTooLarge,
        &Notice::new("Too large", sentence.to_owned()),
    )
}

/// Rocket says 422 of an address whose number is not a number: there is no such page.
#[catch(422)]
pub(in crate::web) fn not_a_number() -> Outcome {
    not_found()
}

#[catch(429)]
pub(in crate::web) fn too_often(request: &Request<'_>) -> Outcome {
    let wait = retry_after(request);
    let sentence = format!("This browser asks too often. Try again in {wait} s.");
    let page = Answer::page(Status::TooManyRequests, &Notice::new("Too often", sentence));
    Ok(page?.with(Header::new("Retry-After", wait.to_string())))
}

#[catch(500)]
pub(in crate::web) fn broken() -> Outcome {
    Answer::page(Status::InternalServerError, &Notice::broken())
}

#[catch(default)]
pub(in crate::web) fn other(status: Status, _: &Request<'_>) -> Outcome {
    let sentence = format!("The server answers {status}.");
    Answer::page(status, &Notice::new("Not possible", sentence))
}
