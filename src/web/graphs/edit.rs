//! The text of a known graph, saved as the version after the one that it was opened with.

use rocket::http::Status;
use rocket::{State, get};

use super::changes::{Changes, changes};
use super::deeds::failure;
use super::new::{NewPage, became, page, written_in};
use crate::desk::{self, DefineError, Desk, EditError};
use crate::driver::CommandError;
use crate::engine::GraphId;
use crate::graph::text::{Format, parse};
use crate::store::{Expect, GraphHead, Terms, Unfit};
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::edge::posted::Posted;
use crate::web::parts::refused::of_command;

/// What somebody else has saved since the text was opened.
pub(super) struct Conflict {
    /// The newest version now.
    pub(super) version: i32,
    /// What changed from the version that was opened; none: it is not there any more.
    pub(super) theirs: Option<Changes>,
    /// What saving the text would change.
    pub(super) mine: Changes,
    /// The newest text.
    pub(super) text: String,
}

#[get("/graphs/<id>/edit")]
pub(in crate::web) async fn edit(who: Browser, id: i64, desk: &State<Desk>) -> Outcome {
    let (desk, id) = (desk.inner().clone(), GraphId(id));
    blocking(move || {
        let (text, format) = source(&desk, id)?;
        let problems = desk.store.problems(id)?;
        let page = of_graph(&desk, &who, id, page(&who, text, format, &problems))?;
        Answer::ok(&page)
    })
    .await
}

fn source(desk: &Desk, id: GraphId) -> Result<(String, Format), Failure> {
    let found = desk.store.source(id)?.ok_or(Failure::Missing("graph"))?;
    let is_json = found.1 == "json";
    Ok((found.0, if is_json { Format::Json } else { Format::Yaml }))
}

/// The page as one of this version: what is saved takes its place, if it is still as it is now.
fn of_graph(desk: &Desk, who: &Browser, id: GraphId, page: NewPage) -> Result<NewPage, Failure> {
    let missing = || Failure::Missing("graph");
    let head = desk.store.graph(id)?.ok_or_else(missing)?;
    let newest = desk.store.versions(&head.name, i32::MAX, 1)?.pop();
    Ok(NewPage {
        tag: desk.store.graph_tag(id)?.ok_or_else(missing)?,
        newest: newest.filter(|newest| newest.id != head.id),
        ..page.about(who, head)
    })
}

/// Saves the text of a form as the next version of the graph, or under another name as one of its own.
pub(super) fn save(desk: &Desk, who: &Browser, id: GraphId, form: &Posted) -> Outcome {
    let (text, format) = (form.text("text"), written_in(form));
    let tags = vec![form.text("tag").to_owned()];
    let own = |desk: &Desk| {
        let seen = (id, Some(tags.clone()));
        match desk.replacement(seen, (text, format)) {
            Err(EditError::OtherName { .. }) => {
                let terms = Terms {
                    expect: Expect::Nothing,
                    keep: false,
                };
                Ok(desk.draft(text, format, terms)?)
            }
            made => made,
        }
    };
    let blank = |problems: &[_]| page(who, text.to_owned(), format, problems);
    let why = match desk.save_made(own, who.caller.name) {
        Ok(saved) => {
            let word = became(saved.outcome);
            return Ok(Answer::go(format!("/graphs/{}?saved={word}", saved.id)));
        }
        Err(EditError::Define(DefineError::Malformed(found))) => {
            let page = of_graph(desk, who, id, blank(&found))?;
            let tag = form.text("tag").to_owned();
            return Answer::page(Status::UnprocessableEntity, &NewPage { tag, ..page });
        }
        Err(EditError::Define(DefineError::Command(why))) => why,
        Err(EditError::Define(why)) => return Err(failure(why)),
        Err(why) => return Err(Failure::CutOff(why.to_string())),
    };
    let page = match &why {
        CommandError::Unfit(Unfit::Changed {
            version,
            id: newest,
            ..
        }) => {
            let opened = desk.store.graph(id)?;
            let opened = opened.filter(|opened| opened.id != newest.0);
            let conflict = conflict(desk, opened, (*newest, *version), (text, format))?;
            NewPage {
                conflict: Some(conflict),
                ..of_graph(desk, who, *newest, blank(&[]))?
            }
        }
        why => NewPage {
            error: of_command(why, who.look.t),
            tag: form.text("tag").to_owned(),
            ..of_graph(desk, who, id, blank(&[]))?
        },
    };
    Answer::page(Status::Conflict, &page)
}

fn conflict(
    desk: &Desk,
    opened: Option<GraphHead>,
    (newest, version): (GraphId, i32),
    (text, format): (&str, Format),
) -> Result<Conflict, Failure> {
    let theirs = opened.map(|opened| desk.diff(GraphId(opened.id), newest));
    let theirs = theirs.transpose().map_err(failure)?;
    let now = desk.store.definition(newest)?;
    let mine = now.zip(parse(text, format, &desk.limits).graph);
    let mine = mine.map(|(now, mine)| desk::compare(&now, &mine));
    Ok(Conflict {
        version,
        theirs: theirs.map(changes),
        mine: changes(mine.unwrap_or_default()),
        text: source(desk, newest)?.0,
    })
}
