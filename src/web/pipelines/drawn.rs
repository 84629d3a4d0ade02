//! The picture of a pipeline alone: what a page that shows it asks for when something has changed.

use askama::Template;
use rocket::{State, get};

use crate::desk::Desk;
use crate::engine::PipelineId;
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::picture::{self, Shown, Wish};

#[derive(Template)]
#[template(path = "pipelines/picture.html")]
struct Part {
    frame: Frame,
    picture: Shown,
    caption: String,
}

#[get("/pipelines/<id>/part/picture?<all>&<fold>&<around>")]
pub(in crate::web) async fn part(
    who: Browser,
    id: i64,
    all: Option<i64>,
    fold: Option<i64>,
    around: Option<i64>,
    desk: &State<Desk>,
) -> Outcome {
    let desk = desk.inner().clone();
    let wish = Wish {
        all: all.is_some(),
        fold: fold.is_some(),
        around,
    };
    blocking(move || {
        let head = desk.store.pipeline(PipelineId(id))?;
        let head = head.ok_or(Failure::Missing("pipeline"))?;
        Answer::ok(&Part {
            picture: picture::of_pipeline(&desk, &head, wish, who.look.t)?,
            caption: who.look.t.picture_of_pipeline(),
            frame: Frame::new(&who, Section::Pipelines),
        })
    })
    .await
}
