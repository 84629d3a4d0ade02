//! The page of a graph that cannot be started, because its check has found something.

use askama::Template;
use rocket::http::Status;

use crate::desk::Desk;
use crate::engine::GraphId;
use crate::store::{GraphHead, StoredProblem};
use crate::web::edge::answer::{Answer, Outcome};
use crate::web::edge::guard::Browser;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::problems::{Finding, findings};

#[derive(Template)]
#[template(path = "graphs/unchecked.html")]
struct UncheckedPage {
    frame: Frame,
    head: GraphHead,
    findings: Vec<Finding>,
}

pub(in crate::web) fn unchecked(
    desk: &Desk,
    who: &Browser,
    head: GraphHead,
    found: &[StoredProblem],
) -> Outcome {
    let source = desk.store.source(GraphId(head.id))?.unwrap_or_default().0;
    let page = UncheckedPage {
        frame: Frame::new(who, Section::Graphs),
        findings: findings(found, &source),
        head,
    };
    Answer::page(Status::Conflict, &page)
}
