//! Values for a track that has not started.

use rocket::http::Status;
use rocket::{State, post};

use super::answer::{Answer, Failure, Outcome, blocking};
use super::fields;
use super::guard::Browser;
use super::posted::Posted;
use super::track::{Again, find, view};
use crate::desk::{Ask, Asked, Desk, StartError, TrackAsk};
use crate::driver::CommandError;
use crate::engine::TrackId;

#[post("/tracks/<id>/input", data = "<form>")]
pub(super) async fn give(who: Browser, id: i64, form: Posted, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || take(&desk, &who, TrackId(id), &form)).await
}

fn take(desk: &Desk, who: &Browser, id: TrackId, form: &Posted) -> Outcome {
    let found = find(desk, id)?;
    let specs = fields::of_track(&found.params);
    let given = fields::given(&specs, form, |key| found.value(key));
    let mut again = Again {
        form: Some(form),
        ..Again::default()
    };
    let asked = Asked {
        who: who.caller.name.to_owned(),
        ..Asked::default()
    };
    let status = match desk.ask(Ask::Track(id, TrackAsk::Input), asked, &given) {
        Ok(()) => return Ok(Answer::go(format!("/tracks/{id}"))),
        Err(StartError::Fields(errors)) => {
            again.fields = errors;
            Status::UnprocessableEntity
        }
        Err(StartError::Command(CommandError::Refused(why))) => {
            again.errors.push(format!("Nothing was changed: {why}."));
            Status::Conflict
        }
        Err(why @ (StartError::UnknownSecrets(_) | StartError::Sealed(_))) => {
            again.errors.push(why.to_string());
            Status::InternalServerError
        }
        Err(StartError::NoGraph(_) | StartError::NoTrack(_) | StartError::Unchecked(_, _)) => {
            return Err(Failure::Missing("track"));
        }
        Err(StartError::Command(why)) => return Err(why.into()),
        Err(StartError::Store(why)) => return Err(why.into()),
    };
    // As it is now: it may have started while the form was on its way.
    Answer::page(status, &view(who, find(desk, id)?, &again))
}
