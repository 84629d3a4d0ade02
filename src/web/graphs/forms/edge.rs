//! One edge added or removed.

use rocket::http::Status;
use rocket::{State, post};

use crate::desk::{DefineError, Desk, EditError};
use crate::driver::CommandError;
use crate::engine::GraphId;
use crate::graph::{Edit, EditFault};
use crate::l10n::Words;
use crate::store::Unfit;
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::graphs::deeds::failure;
use crate::web::graphs::forms::table::{find, in_table, view};
use crate::web::graphs::new::became;

#[post("/graphs/<id>/forms/edge", data = "<form>")]
pub(in crate::web) async fn edge(
    who: Browser,
    id: i64,
    form: Posted,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let (tail, head) = (form.text("tail").to_owned(), form.text("next").to_owned());
        let (tail, head) = (tail.trim().to_owned(), head.trim().to_owned());
        let edit = match form.text("deed") {
            "part" => Edit::Part(tail.clone(), head.clone()),
            _ => Edit::Join(tail.clone(), head.clone()),
        };
        let tags = Some(vec![form.text("tag").to_owned()]);
        let t = &who.look.t;
        let mut lost = Vec::new();
        let (id, error) =
            match desk.save_made(
                |desk| desk.edited((GraphId(id), tags.as_deref()), &edit),
                who.caller.name,
            ) {
                Ok(saved) => {
                    return Ok(saved_to(
                        saved.id,
                        became(saved.outcome),
                        saved.printed_anew,
                    ));
                }
                Err(EditError::Fault(why)) => (GraphId(id), fault(&why, t)),
                Err(EditError::Unreadable(found)) => {
                    lost = found;
                    (GraphId(id), t.editor_unreadable())
                }
                Err(EditError::Define(DefineError::Command(CommandError::Unfit(
                    Unfit::Changed { version, id, .. },
                )))) => (id, t.editor_edge_changed(version)),
                Err(EditError::Define(why)) => return Err(failure(why)),
                Err(why) => return Err(Failure::CutOff(why.to_string())),
            };
        let found = find(&desk, id, 0)?;
        let lost = in_table(&who, &found, (&lost, ""));
        let mut page = view(&who, found);
        (page.error, page.lost, page.tail, page.next) = (error, lost, tail, head);
        Answer::page(Status::Conflict, &page)
    })
    .await
}

/// The table of what was saved, which tells what became of it.
pub(super) fn saved_to(id: GraphId, word: &str, lost: bool) -> Answer {
    let lost = if lost { "&printed=yes" } else { "" };
    Answer::go(format!("/graphs/{id}/forms?saved={word}{lost}"))
}

/// Why there was nothing to change.
pub(super) fn fault(why: &EditFault, t: &Words) -> String {
    match why {
        EditFault::NoVertex(name) => t.editor_no_vertex(name),
        EditFault::Taken(name) => t.editor_taken(name),
        EditFault::NoEdge(tail, head) => t.editor_no_edge(tail, head),
    }
}
