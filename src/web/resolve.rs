//! A person's word for how an interrupted track ended.

use rocket::http::Status;
use rocket::{State, post};

use super::answer::{Answer, Failure, Outcome, blocking};
use super::guard::Browser;
use super::posted::Posted;
use super::track::{Again, find, view};
use crate::desk::{Asked, Desk, Resolution};
use crate::driver::CommandError;
use crate::engine::{PipelineId, TrackId};

#[post("/tracks/<id>/resolve", data = "<form>")]
pub(super) async fn resolve(who: Browser, id: i64, form: Posted, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || take(&desk, &who, TrackId(id), &form)).await
}

fn take(desk: &Desk, who: &Browser, id: TrackId, form: &Posted) -> Outcome {
    let (head, _) = desk.store.track(id)?.ok_or(Failure::Missing("track"))?;
    let verdict = match form.text("verdict") {
        "succeeded" => Resolution::Succeeded,
        "failed" => Resolution::Failed,
        "run_again" => Resolution::RunAgain,
        _ => return Err(Failure::Missing("answer")),
    };
    let track = (PipelineId(head.pipeline_id), id);
    let asked = Asked {
        who: who.caller.name.to_owned(),
        why: form.text("why").to_owned(),
        expect: None,
    };
    match desk.resolve(track, verdict, asked) {
        Ok(()) => Ok(Answer::go(format!("/tracks/{id}"))),
        Err(CommandError::Refused(why)) => {
            let mut again = Again::default();
            again.errors.push(format!("Nothing was changed: {why}."));
            Answer::page(Status::Conflict, &view(who, find(desk, id)?, &again))
        }
        Err(why) => Err(why.into()),
    }
}
