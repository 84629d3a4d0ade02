//! The scripts of a start as they would run, before anything is started.

use rocket::http::Status;
use rocket::{State, post};

use super::start::{Again, definition, view};
use super::unchecked::unchecked;
use crate::desk::{Desk, RenderError, RenderRequest, StartError};
use crate::engine::GraphId;
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::limit::Limit;
use crate::web::edge::posted::Posted;
use crate::web::parts::fields;
use crate::web::parts::frame::capital;
use crate::web::parts::refused::{beside, of_start};

#[post("/graphs/<id>/preview", data = "<form>")]
pub(in crate::web) async fn preview(
    who: Browser,
    id: i64,
    form: Posted,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || show(&desk, &who, GraphId(id), &form)).await
}

/// The form as it was sent, and the scripts with its values.
fn show(desk: &Desk, who: &Browser, id: GraphId, form: &Posted) -> Outcome {
    let ((head, graph), t) = (definition(desk, id)?, who.look.t);
    let request = RenderRequest {
        given: fields::given(&fields::of_graph(&graph), form, |_| None),
        vertex: None,
        ask_later: form.text("ask_later") == "yes",
    };
    let mut again = Again {
        form: Some(form),
        ..Again::default()
    };
    let mut status = Status::UnprocessableEntity;
    match desk.render(id, &request) {
        Ok(scripts) => (again.preview, status) = (scripts, Status::Ok),
        Err(RenderError::Start(StartError::Fields(errors))) => again.fields = errors,
        Err(RenderError::Start(StartError::Unchecked(_, found))) => {
            return unchecked(desk, who, head, &found);
        }
        Err(RenderError::Start(StartError::Store(why))) => return Err(why.into()),
        Err(RenderError::Start(StartError::Command(why))) => return Err(why.into()),
        Err(RenderError::Start(StartError::NoGraph(_) | StartError::NoTrack(_))) => {
            return Err(Failure::Missing("graph"));
        }
        Err(RenderError::Start(why @ (StartError::UnknownSecrets(_) | StartError::Sealed(_)))) => {
            again.errors.push(of_start(&why, t))
        }
        Err(why @ (RenderError::TooLarge(_) | RenderError::NoVertex(_))) => {
            again.errors.push(beside(
                t.start_no_preview(),
                &capital(&format!("{why}.")),
                t,
            ));
        }
    }
    again.limit = Limit::now(desk, &head, &graph);
    let page = view(who, head, &graph, &again, form.text("key").to_owned());
    Answer::page(status, &page)
}
