//! A person's word for how an interrupted track ended.

use rocket::http::Status;
use rocket::{State, post};

use super::answer::{Answer, Failure, Outcome, blocking};
use super::fields;
use super::guard::Browser;
use super::posted::Posted;
use super::track::{Again, find, view};
use crate::desk::{Asked, Desk, Resolution, StartError};
use crate::driver::CommandError;
use crate::engine::TrackId;

#[post("/tracks/<id>/resolve", data = "<form>")]
pub(super) async fn resolve(who: Browser, id: i64, form: Posted, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || take(&desk, &who, TrackId(id), &form)).await
}

fn take(desk: &Desk, who: &Browser, id: TrackId, form: &Posted) -> Outcome {
    let found = find(desk, id)?;
    let verdict = match form.text("verdict") {
        "succeeded" => Resolution::Succeeded,
        "failed" => Resolution::Failed,
        "run_again" => Resolution::RunAgain,
        _ => return Err(Failure::Missing("answer")),
    };
    let specs = fields::of_track(&found.left);
    let given = fields::given(&specs, form, |_| None);
    let mut again = Again {
        form: Some(form),
        ..Again::default()
    };
    let asked = Asked {
        who: who.caller.name.to_owned(),
        why: form.text("why").to_owned(),
        expect: None,
    };
    let status = match desk.resolve(id, verdict, asked, &given) {
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
    Answer::page(status, &view(who, find(desk, id)?, &again))
}
